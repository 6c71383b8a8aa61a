"""``reprieve durations``: how long relief lasts by hours of infusion."""

from __future__ import annotations

import click

from reprieve.cli.as_json import JSON, print_json


@click.command()
@click.option("--condition", metavar="NAME", help="One condition; all with enough studies if not given.")
@JSON
def durations(condition: str | None, as_json: bool) -> None:
    """Show what the drug adds and how long relief lasts by hours of infusion, beside what is told and found.

    \b
    Examples:
      reprieve durations --condition crps
      reprieve durations --json
    """
    from reprieve.cli.progress import engine_at_work  # noqa: PLC0415

    with engine_at_work():
        from reprieve.answers.durations import durations_answer  # noqa: PLC0415
        from reprieve.evidence.evidence import Evidence  # noqa: PLC0415

        found = durations_answer(Evidence.packaged(), condition)
    if as_json:
        print_json(found.to_dict())
        return
    from reprieve.cli.duration_printout import print_durations  # noqa: PLC0415

    print_durations(found)
