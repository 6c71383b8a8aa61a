"""SciPy, hidden from the commands that do not use it.

Where it is installed numba imports its BLAS, a third of a second that a forecast does not use.
"""

from __future__ import annotations

import sys


def hide() -> None:
    """Let imports of SciPy fail."""
    sys.modules.setdefault("scipy", None)  # type: ignore[arg-type]


def show() -> None:
    """Let them succeed again."""
    if sys.modules.get("scipy", sys) is None:
        del sys.modules["scipy"]
