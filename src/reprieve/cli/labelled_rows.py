"""Rows of a label and a text in the terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from reprieve.words import wrapped

_GAP = 2


def print_rows(terminal: Console, label_width: int, rows: Iterable[tuple[Text, str]], style: str = "") -> None:
    """Print labels with the text beside each, wrapped to its width."""
    table = Table(box=None, show_header=False, padding=(0, _GAP, 0, 0), pad_edge=False)
    table.add_column(no_wrap=True, width=label_width)
    table.add_column()
    for label, text in rows:
        table.add_row(label, Text(wrapped(" ".join(text.split()), terminal.width - label_width - _GAP), style))
    terminal.print(table)
