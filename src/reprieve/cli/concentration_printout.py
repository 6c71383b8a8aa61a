"""Concentrations in the terminal."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from reprieve.answers.concentration import ConcentrationAnswer
from reprieve.cli.console import console
from reprieve.words import sampled


def print_concentration(found: ConcentrationAnswer) -> None:
    """Print a table of concentrations with their model."""
    terminal = console()
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False)
    table.add_column("Hours after the start", justify="right")
    for name in found.analytes:
        table.add_column(f"{name.replace('_', '-')}\n(ng/mL)", justify="right", no_wrap=True)
    for time, *row in zip(found.times_h, *found.analytes.values(), strict=True):
        table.add_row(f"{time:g}", *(f"{value:.4g}" for value in row))
    terminal.print(table)
    why = found.reason[:1].upper() + found.reason[1:]
    terminal.print(Text(f"Typical patient; model {found.model}, {sampled(found.sampling)}. {why}", "dim"))
    if found.note:
        terminal.print(Text(found.note, "yellow"))
