"""Predictions of trial arms in the terminal."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from reprieve.answers.trial import TrialAnswer
from reprieve.cli.console import console
from reprieve.words import percent


def print_arms(found: TrialAnswer) -> None:
    """Print predictions of trial arms."""
    terminal = console()
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False)
    for column in ("Arm", "Outcome"):
        table.add_column(column)
    for column in ("Day", "Median", "80 % interval"):
        table.add_column(column, justify="right", no_wrap=True)
    for arm in found.arms:
        for row in arm.predictions:
            asked = (
                f"responders (≥ {percent(row.threshold or 0.0)} relief)"
                if row.measure == "responder_fraction"
                else "mean pain, share of baseline"
            )
            span = f"{percent(row.q10)} to {percent(row.q90)}"
            table.add_row(arm.id, asked, f"{row.day:g}", percent(row.q50), span)
    if table.row_count:
        terminal.print(table)
        terminal.print(
            Text("Days count from the end of the last dose; the interval is for a study of that size.", "dim")
        )
    for arm in found.arms:
        if arm.refused is not None:
            terminal.print(Text(f"{arm.id}: not predicted. {arm.refused}", "yellow"))
        elif arm.assumed:
            terminal.print(Text(f"{arm.id}: assumed {', '.join(arm.assumed)}.", "yellow"))
