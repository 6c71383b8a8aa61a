"""A non-compartmental analysis in the terminal: a row for each subject, then what to doubt."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from reprieve.cli.console import console
from reprieve.datasets.noncompartmental import SubjectAnalysis
from reprieve.words import wrapped

#: More of the area extrapolated, or a terminal phase over fewer half-lives, is commonly taken as too uncertain.
_MOST_EXTRAPOLATED, _FEWEST_HALF_LIVES = 20.0, 2.0
#: Parameter to how it is headed.
_SHOWN = {
    "cmax_ng_per_mL": "Cmax\nng/mL",
    "tmax_h": "tmax\nh",
    "auc_last_ng_h_per_mL": "AUClast\nng·h/mL",
    "auc_inf_ng_h_per_mL": "AUCinf\nng·h/mL",
    "auc_extrapolated_percent": "extrap.\n%",
    "half_life_h": "t½\nh",
    "clearance_L_per_h": "CL\nL/h",
    "volume_terminal_L": "Vz\nL",
    "volume_steady_state_L": "Vss\nL",
    "mean_residence_h": "MRT\nh",
}
_APPARENT = {"clearance_L_per_h": "CL/F\nL/h", "volume_terminal_L": "Vz/F\nL"}


def print_analysis(found: Sequence[SubjectAnalysis], *, route: str, trapezoid: str) -> None:
    """Print the main parameters of every subject; all of them are in JSON and CSV."""
    terminal = console()
    outside = route == "extravascular"
    shown = {name: head for name, head in _SHOWN.items() if not (outside and name == "volume_steady_state_L")}
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False)
    table.add_column("subject", style="bold cyan", vertical="bottom")
    for name, head in shown.items():
        table.add_column(_APPARENT.get(name, head) if outside else head, justify="right")
    for one in found:
        parameters = one.parameters()
        table.add_row(one.samples.subject, *(_number(parameters[name]) for name in shown))
    terminal.print(table)
    terminal.print(
        Text(wrapped(f"Rules: {route}; trapezoid {trapezoid}; λz by the best adjusted R².", terminal.width), "dim")
    )
    for one in found:
        for doubt in _doubts(one):
            terminal.print(Text(wrapped(f"{one.samples.subject}: {doubt}", terminal.width), "yellow"))


def _number(value: str | float | None) -> str:
    return f"{value:.4g}" if isinstance(value, float) else "–"


def _doubts(one: SubjectAnalysis) -> list[str]:
    end, observed = one.found.terminal, one.found.observed
    if end is None or observed is None:
        return [one.found.reason]
    doubts = []
    if observed.extrapolated_percent > _MOST_EXTRAPOLATED:
        doubts.append(f"{observed.extrapolated_percent:.0f} % of the area is extrapolated; more than 20 % is too much.")
    if end.half_lives_spanned < _FEWEST_HALF_LIVES:
        doubts.append(
            f"the terminal phase spans {end.half_lives_spanned:.1f} half-lives ({end.n_points} samples from "
            f"{end.start_h:g} to {end.end_h:g} h); below 2 the half-life is unreliable."
        )
    return doubts
