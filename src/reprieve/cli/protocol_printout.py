"""Named protocols in the terminal."""

from __future__ import annotations

from rich.table import Table

from reprieve.answers.protocols import NamedProtocol, ProtocolsAnswer
from reprieve.cli.console import console
from reprieve.words import spoken


def print_protocols(found: ProtocolsAnswer) -> None:
    """Print the list of named protocols."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False)
    table.add_column("Protocol", no_wrap=True)
    for column in ("Regimen", "Status", "Studied in"):
        table.add_column(column)
    for record in found.protocols:
        studied = spoken(record.condition or "not in pain")
        table.add_row(record.id, record.regimen, record.regimen_status, studied)
    console().print(table)


def print_protocol(record: NamedProtocol) -> None:
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
