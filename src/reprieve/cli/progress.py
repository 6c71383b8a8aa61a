"""One line on stderr when an answer takes long, which it does the first time on a machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click

_PATIENCE_S = 2.0
_LINE = "Working ... (the first answer on a machine prepares the engine, about 20 s; later ones are quick)"


@contextmanager
def said_if_slow() -> Iterator[None]:
    """Say on stderr that work goes on, if an answer takes longer than two seconds."""
    timer = threading.Timer(_PATIENCE_S, lambda: click.echo(_LINE, err=True))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
