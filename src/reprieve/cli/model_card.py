"""``reprieve model-card``: what a clinic has to know before it uses a forecast."""

from __future__ import annotations

import re

import click

from reprieve.cli.as_json import JSON, print_json


@click.command("model-card")
@JSON
def model_card(as_json: bool) -> None:
    """Print the model card: intended use, development data, fairness, limits, maintenance; its counts are computed.

    \b
    Examples:
      reprieve model-card
      reprieve model-card --json
    """
    from reprieve.cli.progress import engine_at_work  # noqa: PLC0415

    with engine_at_work():
        from reprieve.answers.model_card_filling import model_card as filled  # noqa: PLC0415
        from reprieve.evidence.evidence import Evidence  # noqa: PLC0415

        card = filled(Evidence.packaged())
    if as_json:
        print_json(card.to_dict())
        return
    from rich.markdown import Markdown  # noqa: PLC0415

    from reprieve.cli.console import console  # noqa: PLC0415
    from reprieve.report.model_card import markdown  # noqa: PLC0415

    # Links lead into the documents, which a terminal cannot open.
    console().print(Markdown(re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", markdown(card))))
