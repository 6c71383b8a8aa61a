"""Durations counted into the mass at zero, bars, and the mass beyond the axis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reprieve.pictures.series import column

#: Right end of the axis and width of a bar (both d), in days and weeks people count in; six to eight bars.
_HORIZONS = ((7.0, 1.0), (14.0, 2.0), (28.0, 4.0), (56.0, 7.0), (84.0, 14.0), (168.0, 28.0))
#: The axis ends where at most this share of the durations above zero lies beyond it.
_BEYOND = 0.05


@dataclass(frozen=True)
class DurationShares:
    """Shares of everybody, which sum to one.

    Parameters
    ----------
    none : share with a duration of zero
    edges : (n + 1,) d, limits of the bars; each holds its lower limit and not its upper, the first no zeros
    shares : (n,) share in each bar
    beyond : share with a duration at or past the last edge
    """

    none: float
    edges: NDArray[np.float64]
    shares: NDArray[np.float64]
    beyond: float

    def all(self) -> tuple[float, ...]:
        """None, every bar, beyond: in the order of time."""
        return (self.none, *self.shares.tolist(), self.beyond)


def bar_width(end: float) -> float:
    """Width of a bar (d) on an axis of ``end`` d: whole days or weeks, else a seventh of the axis."""
    return next((width for horizon, width in _HORIZONS if horizon == end), end / 7.0)


def axis_end(durations: NDArray[np.float64], censor_day: float) -> float:
    """The first horizon (d) that holds 95 % of the durations above zero, or ``censor_day``."""
    some = durations[durations > 0.0]
    fitting = (end for end, _ in _HORIZONS if end < censor_day and (some.size == 0 or np.mean(some >= end) <= _BEYOND))
    return next(fitting, censor_day)


def count_durations(durations: ArrayLike, end: float) -> DurationShares:
    """Count durations (d) on an axis that ends at ``end`` (d).

    Raises
    ------
    ValueError
        A duration is negative or not finite.
    """
    values = column(durations, "durations")
    if np.any(values < 0.0):
        raise ValueError(f"durations must not be negative; the smallest is {values.min()}")
    edges = np.linspace(0.0, end, round(end / bar_width(end)) + 1)
    inside = values[(values > 0.0) & (values < end)]
    counts, _ = np.histogram(inside, bins=edges)
    none, beyond = float(np.mean(values == 0.0)), float(np.mean(values >= end))
    return DurationShares(none, edges, counts / values.size, beyond)
