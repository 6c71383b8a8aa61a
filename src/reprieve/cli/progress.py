"""One line on stderr when an answer takes long, which it does the first time on a machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click

_PATIENCE_S = 2.0
_LINE = "Preparing the engine for this machine: compiled once, under 20 s, then kept ..."


@contextmanager
def said_if_slow() -> Iterator[None]:
    """Say on stderr that the first run compiles, if this one takes longer than two seconds."""
    timer = threading.Timer(_PATIENCE_S, lambda: click.echo(_LINE, err=True))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
