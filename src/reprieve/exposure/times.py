"""Times somebody wants to look at, checked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from reprieve.errors import InputError

#: Longest time, h, that may be asked for: two years.
_LONGEST_H = 2 * 365 * 24.0


def read_times(times: Sequence[float]) -> NDArray[np.float64]:
    """(n_times,) h after the start of the first dose.

    Raises
    ------
    InputError
        They are no list of finite hours from 0 to two years.
    """
    try:
        asked = np.atleast_1d(np.asarray(times, dtype=float))
    except (TypeError, ValueError):
        raise InputError(f"Times are given as {times!r}; they must be hours, for example [0.5, 1, 2].") from None
    if asked.ndim != 1 or asked.size == 0 or not np.all(np.isfinite(asked)):
        raise InputError("Times must be a list of finite hours, for example 0.5,1,2.")
    if asked.min() < 0 or asked.max() > _LONGEST_H:
        raise InputError(
            f"Times run from {asked.min():g} to {asked.max():g} h; they must be from 0 (the start of the first "
            f"dose) to {_LONGEST_H:g} h."
        )
    return asked
