"""How the engine's inner loops are compiled: once per machine, cached, without the interpreter's lock."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numba
from numba.extending import intrinsic


@cache
def sources_stamp(folder: Path = Path(__file__).parent) -> str:
    """Eight hex digits that change whenever any module of the engine does."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:8]


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a function of arrays on first use and keep the result on disk.

    ``error_model="numpy"`` lets a division be a division (a check for zero would keep loops out of vector
    registers); ``contract`` allows fused multiply-add and nothing else that could change a result.

    Numba keeps a compiled function until its own file changes, even when a function it calls, in another file,
    has changed: old code would go on running after an update. Kept results are named after the function, so the
    stamp of all sources goes into the name.
    """
    function.__qualname__ = f"{function.__qualname__}_{sources_stamp()}"
    return numba.njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})(function)


@intrinsic
def borrowed(_, array):  # type: ignore[no-untyped-def]
    """The same array, for compiled code only, without a share in keeping it alive.

    Every row taken out of an array counts its users up and down, in a way all cores agree on: as long as computing
    with a short row. Rows of a borrowed array count nothing. Whoever lends it must keep it: borrow arguments only.
    """

    def same_without_owner(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        lent = context.make_array(signature.return_type)(context, builder, value=arguments[0])
        lent.meminfo = lent.meminfo.type(None)
        lent.parent = lent.parent.type(None)
        return lent._getvalue()

    return array(array), same_without_owner
