"""The console that answers are printed on."""

from __future__ import annotations

import os

from rich.console import Console

_WIDE = 100


def console() -> Console:
    """A console for stdout: as wide as the terminal or ``COLUMNS``, 100 columns where neither is known."""
    found = Console(highlight=False)
    return found if found.is_terminal or os.environ.get("COLUMNS") else Console(highlight=False, width=_WIDE)
