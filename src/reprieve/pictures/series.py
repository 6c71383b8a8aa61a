"""Arrays as they come in: checked, and of one length."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def column(values: ArrayLike, name: str, length: int | None = None) -> NDArray[np.float64]:
    """A finite one-dimensional array.

    Raises
    ------
    ValueError
        Not one-dimensional, empty, not finite, or not of the asked length.
    """
    array = np.asarray(values, dtype=float)
    if array.ndim != 1 or array.size == 0:
        raise ValueError(f"{name} must be a one-dimensional array with at least one value; shape {array.shape}")
    if length is not None and array.size != length:
        raise ValueError(f"{name} has {array.size} values where {length} are needed, one per time")
    if not np.all(np.isfinite(array)):
        raise ValueError(f"{name} holds a value that is not finite; leave such times out")
    return array


def rising(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """A finite one-dimensional array of at least two values, each greater than the one before."""
    array = column(values, name)
    if array.size < 2 or np.any(np.diff(array) <= 0):
        raise ValueError(f"{name} must hold at least two values, each greater than the one before")
    return array
