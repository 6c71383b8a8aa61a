"""Concentrations, protocols and trial arms in the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from reprieve.cli.console import console
from reprieve.evidence.records.protocol import Protocol
from reprieve.exposure.concentration import Concentration
from reprieve.words import percent, sampled, spoken


def print_concentration(found: Concentration) -> None:
    """Print a table of concentrations with their model."""
    screen = console()
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False)
    table.add_column("Hours after the start", justify="right")
    for name in found.analytes:
        table.add_column(f"{name.replace('_', '-')}\n(ng/mL)", justify="right", no_wrap=True)
    for time, row in zip(found.times_h, found.values, strict=True):
        table.add_row(f"{time:g}", *(f"{value:.4g}" for value in row))
    screen.print(table)
    why = found.reason[:1].upper() + found.reason[1:]
    screen.print(Text(f"Typical patient; model {found.model}, {sampled(found.sampling)}. {why}", "dim"))
    if found.note:
        screen.print(Text(found.note, "yellow"))


def print_protocols(records: Sequence[Protocol]) -> None:
    """Print the list of named protocols."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False)
    table.add_column("Protocol", no_wrap=True)
    for column in ("Regimen", "Status", "Studied in"):
        table.add_column(column)
    for record in records:
        studied = spoken(record.condition or "not in pain")
        table.add_row(record.id, record.regimen, record.regimen_status, studied)
    console().print(table)


def print_protocol(record: Protocol) -> None:
    """Print one protocol with its source."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(style="bold cyan", no_wrap=True)
    table.add_column()
    table.add_row("Protocol", f"{record.id}: {record.title}")
    table.add_row("Regimen", record.regimen)
    table.add_row("Status", f"{record.regimen_status}{': ' + record.reason if record.reason else ''}")
    table.add_row("Studied in", spoken(record.condition or "not in pain"))
    table.add_row("Setting", record.setting)
    table.add_row("Doses", f"{record.weight_basis.replace('_', ' ')}")
    table.add_row("Sources", ", ".join(record.sources))
    table.add_row("Notes", record.notes)
    console().print(table)


def print_arms(answers: Sequence[Mapping[str, Any]]) -> None:
    """Print predictions of trial arms."""
    screen = console()
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False)
    for column in ("Arm", "Outcome"):
        table.add_column(column)
    for column in ("Day", "Median", "80 % interval"):
        table.add_column(column, justify="right", no_wrap=True)
    for answer in answers:
        for row in answer["predictions"]:
            asked = (
                f"responders (≥ {percent(row['threshold'])} relief)"
                if row["measure"] == "responder_fraction"
                else "mean pain, share of baseline"
            )
            span = f"{percent(row['q10'])} to {percent(row['q90'])}"
            table.add_row(answer["id"], asked, f"{row['day']:g}", percent(row["q50"]), span)
    if table.row_count:
        screen.print(table)
        screen.print(Text("Days count from the end of the last dose; the interval is for a study of that size.", "dim"))
    for answer in answers:
        if "refused" in answer:
            screen.print(Text(f"{answer['id']}: not predicted. {answer['refused']}", "yellow"))
        elif answer.get("assumed"):
            screen.print(Text(f"{answer['id']}: assumed {', '.join(answer['assumed'])}.", "yellow"))
