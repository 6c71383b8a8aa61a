"""Models side by side in the terminal."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from reprieve.answers.model_comparison import ComparisonAnswer
from reprieve.cli.console import console
from reprieve.words import clock, wrapped

_GAP = 2
_INDENT = 4


def print_comparison(found: ComparisonAnswer) -> None:
    """Print peaks and areas, then concentrations over time, then what to keep in mind."""
    terminal = console()
    weight = f"typical patient of {found.patient.weight:g} kg"
    age = f", {found.patient.age:g} years" if found.patient.age is not None else ""
    terminal.print(Text(wrapped(found.regimen, terminal.width), "bold"))
    terminal.print(Text(f"{weight}{age}. Concentrations in ng/mL, AUC in ng·h/mL", "dim"))
    terminal.print()
    terminal.print(_peaks(found))
    terminal.print()
    terminal.print(_curves(found))
    terminal.print()
    terminal.print(Text(wrapped(found.sampling, terminal.width), "bold yellow"))
    if found.at_once:
        terminal.print(Text(wrapped(found.at_once, terminal.width), "yellow"))
    for number, one in enumerate(found.models, 1):
        for said in filter(None, (f"outside: {', '.join(one.outside)}." if one.outside else "", one.note)):
            terminal.print(Text(wrapped(f"[{number}] {said}", terminal.width), "yellow"))
    if found.skipped:
        terminal.print()
        terminal.print(Text("Not compared", "bold"))
        reasons: dict[str, list[str]] = {}
        for skipped in found.skipped:
            reasons.setdefault(skipped.reason, []).append(skipped.id)
        for reason, ids in reasons.items():
            terminal.print(Text(wrapped(f"{', '.join(ids)}: {reason}", terminal.width), "dim"))


def _table() -> Table:
    return Table(box=None, padding=(0, _GAP, 0, 0), header_style="bold", pad_edge=False)


def _peaks(found: ComparisonAnswer) -> Table:
    table = _table()
    table.add_column("", width=_INDENT - _GAP + 1, no_wrap=True)
    table.add_column("Model", no_wrap=True)
    table.add_column("Sampling", no_wrap=True)
    for column in ("Cmax", "Tmax", "AUC to ∞"):
        table.add_column(column, justify="right", no_wrap=True)
    for number, one in enumerate(found.models, 1):
        numbers = (_number(one.cmax_ng_ml), clock(one.tmax_h), _number(one.auc_to_infinity_ng_h_ml))
        table.add_row(f"[{number}]".replace("[", r"\["), one.id, one.sampling, *numbers)
    return table


def _number(value: float) -> str:
    """Three digits, without an exponent where it can be helped: ``2 590``."""
    return f"{float(f'{value:.3g}'):,.0f}".replace(",", " ") if value >= 100 else f"{value:.3g}"


def _curves(found: ComparisonAnswer) -> Table:
    """Times down, models across by their numbers: so many models fit where names would not."""
    table = _table()
    table.add_column("Hours after the start", justify="right")
    for number in range(1, len(found.models) + 1):
        table.add_column(rf"\[{number}]", justify="right", no_wrap=True)
    for row, time in enumerate(found.times_h):
        table.add_row(f"{time:.4g}", *(_number(one.concentrations_ng_ml[row]) for one in found.models))
    return table
