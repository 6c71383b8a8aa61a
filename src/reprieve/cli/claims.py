"""``reprieve claims``: what the public is told, beside what was found."""

from __future__ import annotations

import click

from reprieve.cli.as_json import JSON, print_json


@click.command()
@click.option("--topic", metavar="NAME", help="A topic, condition or route; --topics lists them.")
@click.option("--verdict", metavar="WORD", help="supported, partly, contradicted or unverifiable.")
@click.option("--article", metavar="ID", help="One of the public articles, as doctorhub360.")
@click.option("--verified-only", is_flag=True, help="Leave out claims without a figure seen in its source.")
@click.option("--topics", "list_topics", is_flag=True, help="List the topics and how many claims each has.")
@JSON
def claims(
    topic: str | None,
    verdict: str | None,
    article: str | None,
    verified_only: bool,
    list_topics: bool,
    as_json: bool,
) -> None:
    """Check what the public is told: each claim with a verdict, what was found, and where articles disagree.

    \b
    Examples:
      reprieve claims --topic fibromyalgia
      reprieve claims --verdict contradicted
      reprieve claims --topics
    """
    from reprieve.answers.claims import ClaimsAnswer, claims_answer, topics_answer  # noqa: PLC0415
    from reprieve.cli.claim_printout import print_claims, print_topics  # noqa: PLC0415
    from reprieve.evidence.evidence import Evidence  # noqa: PLC0415

    found = (
        topics_answer(Evidence.packaged())
        if list_topics
        else claims_answer(
            Evidence.packaged(), topic=topic, verdict=verdict, article=article, verified_only=verified_only
        )
    )
    if as_json:
        print_json(found.to_dict())
    elif isinstance(found, ClaimsAnswer):
        print_claims(found)
    else:
        print_topics(found)
