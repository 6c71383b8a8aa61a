"""``reprieve faq``: the questions of patients, answered in plain words."""

from __future__ import annotations

import click

from reprieve.cli.as_json import JSON, print_json


@click.command()
@click.argument("question_id", required=False, metavar="[QUESTION]")
@JSON
def faq(question_id: str | None, as_json: bool) -> None:
    """Answer a question that patients ask, in plain words, each sentence with its source; without one, list them.

    It says what studies found and how sure one can be. It is not advice.

    \b
    Examples:
      reprieve faq
      reprieve faq how_long
    """
    from reprieve.cli.progress import engine_at_work  # noqa: PLC0415

    with engine_at_work():
        from reprieve.answers.faq_filling import faq_answer  # noqa: PLC0415
        from reprieve.cli.faq_printout import print_answer, print_questions  # noqa: PLC0415
        from reprieve.evidence.evidence import Evidence  # noqa: PLC0415
        from reprieve.evidence.records.question import Question  # noqa: PLC0415

        if question_id is None and not as_json:
            print_questions([Evidence.packaged().record(Question, name) for name in Evidence.packaged().question_ids])
            return
        asked = (question_id or "").strip().lower().replace("-", "_")
        found = faq_answer(Evidence.packaged(), asked)
    if as_json:
        print_json(found.to_dict())
    else:
        print_answer(found.answers[0])
