"""The engine at work: loaded without what no command uses, and one line on stderr when an answer takes long."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click

_PATIENCE_S = 2.0
_LINE = "Working ... (the first answer on a machine prepares the engine, about 20 s; later ones are quick)"


@contextmanager
def engine_at_work() -> Iterator[None]:
    """Start the engine, and say on stderr that work goes on if an answer takes longer than two seconds."""
    timer = threading.Timer(_PATIENCE_S, lambda: click.echo(_LINE, err=True))
    timer.daemon = True
    timer.start()
    try:
        _start_engine()
        yield
    finally:
        timer.cancel()


def _start_engine() -> None:
    """Load numba without SciPy's BLAS, which no kernel calls and which is a tenth of the time of a forecast.

    Nothing is hidden from anybody afterwards: SciPy can be imported as before.
    """
    if "numba" in sys.modules or "scipy" in sys.modules:
        return
    sys.modules["scipy"] = None  # type: ignore[assignment]
    try:
        import numba.np.arraymath  # noqa: F401, PLC0415
    finally:
        del sys.modules["scipy"]
