"""``reprieve schema``: what an answer in JSON holds."""

from __future__ import annotations

import click

from reprieve.cli.as_json import print_json


@click.command()
@click.argument("name", required=False, metavar="[NAME]")
def schema(name: str | None) -> None:
    """Print the JSON Schema of an answer; without a name, list the answers that have one.

    \b
    Examples:
      reprieve schema
      reprieve schema forecast
    """
    from reprieve.answers.schemas import ANSWERS, answer_schema  # noqa: PLC0415

    if name is None:
        click.echo("\n".join(ANSWERS))
    else:
        print_json(answer_schema(name.strip().lower()))
