"""``reprieve evidence``: the studies behind a forecast, what they printed, and how far to trust it."""

from __future__ import annotations

import click

from reprieve.cli.as_json import JSON, print_json
from reprieve.cli.evidence_forest import bubble, forest, funnel
from reprieve.cli.verified_only import VERIFIED_ONLY
from reprieve.errors import InputError
from reprieve.units import parse_number

_ROLES = ("evidence", "background", "duplicate", "withheld", "review", "all")
_DESIGNS = ("rct", "rct_crossover", "cohort", "case_series")
_KINDS = (
    "mean", "change", "pct_reduction", "pct_of_baseline", "proportion", "frequency", "duration", "p_between",
)  # fmt: skip
_ENDPOINTS = ("baseline", "acute", "sustained", "on_treatment")
_CONDITION = click.option("--condition", metavar="NAME", help="Only this condition: a name or a code.")


@click.group()
@VERIFIED_ONLY
def evidence(verified_only: bool) -> None:
    """Look at the studies behind a forecast, number by number.

    A number marked 'recalled' was never seen in a source; --verified-only leaves it out.
    """


class _Days(click.ParamType[tuple[float, float]]):
    """``7:30``: from one day to another after the end of the course."""

    name = "days"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, float]:
        text = str(value).strip()
        first, colon, last = text.partition(":")
        if not colon:
            raise InputError(f"The window is given as {text!r}; write two days after the course, as 7:30.")
        low, high = parse_number(first, "The first day"), parse_number(last, "The last day")
        if low > high:
            raise InputError(f"The window {text!r} ends before it begins; write the earlier day first, as 7:30.")
        return low, high


@evidence.command("list")
@_CONDITION
@click.option("--route", metavar="ROUTE", help="Only studies with ketamine by this route.")
@click.option("--design", type=click.Choice(_DESIGNS), help="Only this kind of study.")
@click.option(
    "--role", type=click.Choice(_ROLES), default="evidence", show_default=True,
    help="What the study is good for; 'review' lists reviews.",
)  # fmt: skip
@VERIFIED_ONLY
@JSON
def list_studies(
    condition: str | None, route: str | None, design: str | None, role: str, verified_only: bool, as_json: bool
) -> None:
    """List studies with their design, size, hours of infusion, risk of bias, numbers and flags.

    \b
    Examples:
      reprieve evidence list --condition crps
      reprieve evidence list --role all --route intranasal
    """
    from reprieve.cli.evidence_list_printout import print_reviews, print_studies  # noqa: PLC0415

    if role == "review":
        from reprieve.answers.review_list import review_list  # noqa: PLC0415
        from reprieve.evidence.evidence import Evidence  # noqa: PLC0415

        if condition or route or design:
            raise InputError("Reviews have no single condition, route or design; leave these options out.")
        reviews = review_list(Evidence.packaged(), verified_only=verified_only)
        if as_json:
            print_json(reviews.to_dict())
        else:
            print_reviews(reviews)
        return
    from reprieve.answers.study_list import study_list  # noqa: PLC0415
    from reprieve.evidence.evidence import Evidence  # noqa: PLC0415

    found = study_list(
        Evidence.packaged(), condition=condition, route=route, design=design, role=role, verified_only=verified_only
    )
    if as_json:
        print_json(found.to_dict())
    else:
        print_studies(found, role=role)


@evidence.command()
@click.argument("record_id", metavar="ID")
@VERIFIED_ONLY
@JSON
def show(record_id: str, verified_only: bool, as_json: bool) -> None:
    """Show one study or review: design, arms, every number with its status, and flags.

    \b
    Examples:
      reprieve evidence show sigtermans2009
      reprieve evidence show michelet2018 --json
    """
    from reprieve.answers.evidence_record import evidence_record  # noqa: PLC0415
    from reprieve.evidence.evidence import Evidence  # noqa: PLC0415

    found = evidence_record(Evidence.packaged(), record_id.strip().lower(), verified_only=verified_only)
    if as_json:
        print_json(found.to_dict())
    else:
        from reprieve.cli.evidence_printout import print_page  # noqa: PLC0415

        print_page(found)


@evidence.command()
@click.argument("words", nargs=-1, required=True, metavar="WORDS")
@VERIFIED_ONLY
@JSON
def search(words: tuple[str, ...], verified_only: bool, as_json: bool) -> None:
    """Search studies and reviews for words; all of them must be there, the best match comes first.

    \b
    Examples:
      reprieve evidence search hallucinations midazolam
      reprieve evidence search phantom limb
    """
    from reprieve.answers.evidence_search import evidence_search  # noqa: PLC0415
    from reprieve.evidence.evidence import Evidence  # noqa: PLC0415

    found = evidence_search(Evidence.packaged(), " ".join(words), verified_only=verified_only)
    if as_json:
        print_json(found.to_dict())
    else:
        from reprieve.cli.evidence_list_printout import print_matches  # noqa: PLC0415

        print_matches(found)


@evidence.command()
@_CONDITION
@click.option("--kind", type=click.Choice(_KINDS), help="Only numbers of this kind.")
@click.option("--endpoint", type=click.Choice(_ENDPOINTS), help="Only numbers of this endpoint.")
@click.option("--window", type=_Days(), metavar="DAY:DAY", help="Only these days after the end of the course, as 7:30.")
@click.option("--csv", "as_csv", is_flag=True, help="Print all columns as CSV.")
@VERIFIED_ONLY
@JSON
def table(
    condition: str | None,
    kind: str | None,
    endpoint: str | None,
    window: tuple[float, float] | None,
    as_csv: bool,
    verified_only: bool,
    as_json: bool,
) -> None:
    """Print the numbers of all studies as one long table, a row each.

    With --csv or --json every column is there: study, arm, regimen, day, value, unit, spread, counts, status.

    \b
    Examples:
      reprieve evidence table --condition crps --endpoint sustained
      reprieve evidence table --kind proportion --window 7:35 --csv > responders.csv
    """
    from reprieve.answers.outcome_table import outcome_table  # noqa: PLC0415
    from reprieve.evidence.evidence import Evidence  # noqa: PLC0415

    if as_csv and as_json:
        raise InputError("Both --csv and --json are given; give one of them.")
    found = outcome_table(
        Evidence.packaged(), condition, kind=kind, endpoint=endpoint, window=window, verified_only=verified_only
    )
    if as_json:
        print_json(found.to_dict())
    elif as_csv:
        click.echo(found.to_csv(), nl=False)
    else:
        from reprieve.cli.evidence_list_printout import print_numbers  # noqa: PLC0415

        print_numbers(found)


evidence.add_command(forest)
evidence.add_command(funnel)
evidence.add_command(bubble)
