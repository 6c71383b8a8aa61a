"""``reprieve nca``: non-compartmental parameters of sampled concentrations, subject by subject."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any

import click

from reprieve.cli.as_json import JSON, print_json
from reprieve.cli.given_file import content_of
from reprieve.errors import InputError, MissingDatum, UnitError
from reprieve.units import convert, parse_number

if TYPE_CHECKING:
    from reprieve.datasets.noncompartmental import SubjectAnalysis
    from reprieve.pkpd.observed_profile import BelowLimit, Route, Trapezoid

#: Those of :mod:`reprieve.pkpd.observed_profile`, which help does not wait for.
_ROUTES = ("bolus", "infusion", "extravascular")
_BELOW_LIMIT = ("zero", "drop", "by position")
_TRAPEZOIDS = ("linear up, log down", "linear")


class _Quantity(click.ParamType[float]):
    """A number with its unit, in the house unit of it."""

    name = "quantity"

    def __init__(self, house: str, example: str) -> None:
        self.house, self.example = house, example

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        match = re.fullmatch(r"\s*([-+\d.,eE]+)\s*([^\d\s].*?)\s*", str(value))
        what = (param.opts[0] if param else "a quantity").lstrip("-").capitalize()
        if not match:
            raise UnitError(f"{what} is given as {value!r}; write a number and its unit, as '{self.example}'.")
        return convert(parse_number(match[1], what), match[2], self.house)


@click.command()
@click.argument("file", metavar="FILE")
@click.option("--route", type=click.Choice(_ROUTES), help="How the dose was given; it decides what is extrapolated.")
@click.option("--dose", type=_Quantity("mg", "20 mg"), metavar="'N mg'", help="Dose of everybody; or a column dose_mg.")
@click.option(
    "--duration", type=_Quantity("h", "40 min"), metavar="'N min'",
    help="Duration of everybody's infusion; or a column duration_h.",
)  # fmt: skip
@click.option("--column", metavar="NAME", help="The column of concentrations, where there are several.")
@click.option("--unit", metavar="UNIT", help="Unit of the concentrations, where their column does not say it.")
@click.option("--time-unit", metavar="UNIT", help="Unit of a column that is called time.")
@click.option(
    "--limit", type=_Quantity("ng/mL", "2 ng/mL"), metavar="'N ng/mL'", default=0.0,
    help="Limit of quantification; samples below it, zeros and BLQ are below quantification.",
)  # fmt: skip
@click.option("--below-limit", type=click.Choice(_BELOW_LIMIT), help="What becomes of what is below quantification.")
@click.option(
    "--trapezoid", type=click.Choice(_TRAPEZOIDS), default=_TRAPEZOIDS[0], show_default=True,
    help="The rule between samples.",
)  # fmt: skip
@click.option("--csv", "as_csv", is_flag=True, help="Print a table of all parameters, separated by commas.")
@JSON
def nca(
    file: str,
    route: Route | None,
    dose: float | None,
    duration: float | None,
    column: str | None,
    unit: str | None,
    time_unit: str | None,
    limit: float,
    below_limit: BelowLimit | None,
    trapezoid: Trapezoid,
    as_csv: bool,
    as_json: bool,
) -> None:
    """Find Cmax, AUC, half-life, clearance and volume from sampled concentrations, without a model.

    FILE is separated by commas, or - for what is piped in. One line is one sample after one dose at time 0, with the
    columns id (or subject), time_h (or time_min) and one of concentrations whose name ends in its unit, as
    concentration_ng_per_mL; optionally dose_mg and duration_h. A missing concentration is '.', one below
    quantification BLQ. Results are in ng/mL, h, L/h and L; after an extravascular dose clearance and volumes are
    apparent (over F).

    \b
    Examples:
      reprieve nca examples/samples.csv --route infusion
      reprieve nca examples/samples.csv --route infusion --below-limit drop --limit "2 ng/mL" --csv
    """
    if route is None:
        raise MissingDatum(f"The route is not given; give --route, one of {', '.join(_ROUTES)}.")
    if as_csv and as_json:
        raise InputError("Both --csv and --json are given; give one of them.")
    from reprieve.datasets.noncompartmental import analyse_samples  # noqa: PLC0415
    from reprieve.datasets.samples import parse_samples  # noqa: PLC0415

    content, name = content_of(file)
    samples = parse_samples(
        content, name, column=column, unit=unit, time_unit=time_unit, dose_mg=dose, duration_h=duration
    )
    found = analyse_samples(
        samples, route=route, quantification_limit=limit, below_limit=below_limit, trapezoid=trapezoid
    )
    rules = {
        "route": route,
        "trapezoid": trapezoid,
        "quantification_limit_ng_per_mL": limit,
        "below_limit": below_limit,
    }
    if as_json:
        from reprieve.version import __version__  # noqa: PLC0415

        print_json({**rules, "subjects": [one.parameters() for one in found], "version": __version__})
    elif as_csv:
        _print_csv(found)
    else:
        from reprieve.cli.nca_printout import print_analysis  # noqa: PLC0415

        print_analysis(found, route=route, trapezoid=trapezoid)


def _print_csv(found: tuple[SubjectAnalysis, ...]) -> None:
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(found[0].parameters())
    lines.writerows(one.parameters().values() for one in found)
    click.echo(text.getvalue(), nl=False)
