"""How the engine's inner loops are compiled: once per machine, cached, without the interpreter's lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a function of arrays on first use and keep the result on disk.

    ``error_model="numpy"`` lets a division be a division (a check for zero would keep loops out of vector
    registers); ``contract`` allows fused multiply-add and nothing else that could change a result.
    """
    return numba.njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})(function)
