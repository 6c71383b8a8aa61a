"""From data to pixels, and where the ticks go."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reprieve.words import plain

#: Steps people count time in, so that a tick falls on the hour, the half day, the week.
_HOUR_STEPS = (1 / 12, 0.25, 0.5, 1.0, 2.0, 4.0, 6.0, 12.0, 24.0)
_DAY_STEPS = (0.25, 0.5, 1.0, 2.0, 7.0, 14.0, 28.0, 56.0, 84.0, 182.0, 364.0, 728.0, 1820.0, 3640.0)

#: Beyond this span an axis of hours is labelled in days.
HOURS_SHOWN_AS_HOURS = 96.0


@dataclass(frozen=True)
class Scale:
    """A linear map of ``low .. high`` in data units to ``start .. end`` in px.

    Raises
    ------
    ValueError
        The data range is empty or not finite.
    """

    low: float
    high: float
    start: float
    end: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ValueError(f"a scale needs low < high, both finite; it was given {self.low} and {self.high}")

    def __call__(self, value: float) -> float:
        """Px of one value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def many(self, values: ArrayLike) -> NDArray[np.float64]:
        """Px of an array of values, same shape."""
        share = (np.asarray(values, dtype=float) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


@dataclass(frozen=True)
class Tick:
    """A place on an axis, in data units, and what is written there."""

    value: float
    label: str


def round_step(span: float, count: int) -> float:
    """The smallest of 1, 2, 5 × 10ⁿ that cuts ``span`` into at most ``count`` steps."""
    magnitude = 10.0 ** math.floor(math.log10(span / count))
    for factor in (1.0, 2.0, 5.0):
        if span / (factor * magnitude) <= count * (1 + 1e-9):
            return factor * magnitude
    return 10.0 * magnitude


def round_top(high: float, count: int = 5) -> float:
    """The first round tick at or above ``high``, counting from zero; 1 when there is nothing above zero."""
    if high <= 0.0:
        return 1.0
    step = round_step(high, count)
    return step * math.ceil(high / step - 1e-9)


def _multiples(low: float, high: float, step: float) -> NDArray[np.float64]:
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    multiples: NDArray[np.float64] = np.arange(first, last + 1, dtype=np.float64) * step
    return multiples


def linear_ticks(low: float, high: float, count: int = 5) -> tuple[Tick, ...]:
    """Round ticks from ``low`` to ``high``, about ``count`` of them."""
    step = round_step(high - low, count)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return tuple(Tick(float(v), plain(v, decimals)) for v in _multiples(low, high, step))


def _first_fitting(steps: tuple[float, ...], span: float, count: int) -> float:
    return next((step for step in steps if span / step <= count), steps[-1])


def day_ticks(low: float, high: float, count: int = 8) -> tuple[Tick, ...]:
    """Ticks on whole days, weeks or multiples of four weeks; ``low`` and ``high`` in days."""
    step = _first_fitting(_DAY_STEPS, high - low, count)
    return tuple(Tick(float(v), plain(v, 2)) for v in _multiples(low, high, step))


def hour_ticks(low: float, high: float, count: int = 8) -> tuple[tuple[Tick, ...], str]:
    """Ticks of an axis in hours, and the unit their labels are in.

    Returns
    -------
    the ticks, placed in hours; ``"h"``, or ``"d"`` when the axis spans more than 96 h
    """
    if high - low > HOURS_SHOWN_AS_HOURS:
        in_days = day_ticks(low / 24.0, high / 24.0, count)
        return tuple(Tick(tick.value * 24.0, tick.label) for tick in in_days), "d"
    step = _first_fitting(_HOUR_STEPS, high - low, count)
    return tuple(Tick(float(v), plain(v, 2)) for v in _multiples(low, high, step)), "h"


#: Multiples of a power of ten that a logarithmic axis may carry, from the coarsest; the first with enough is taken.
_RATIO_MULTIPLES = ((1.0,), (1.0, 3.0), (1.0, 2.0, 5.0), (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0))


def ratio_ticks(low: float, high: float, count: int = 6) -> tuple[Tick, ...]:
    """Round ticks on an axis of natural logarithms, labelled with the numbers themselves.

    Parameters
    ----------
    low, high : logarithms
    count : at most about this many
    """
    decades = range(math.floor(low / math.log(10.0)), math.ceil(high / math.log(10.0)) + 1)
    best: tuple[Tick, ...] = ()
    for multiples in _RATIO_MULTIPLES:
        values = [multiple * 10.0**decade for decade in decades for multiple in multiples]
        inside = [value for value in values if low - 1e-9 <= math.log(value) <= high + 1e-9]
        if best and len(inside) > count:
            break
        best = tuple(Tick(math.log(value), f"{value:.6g}") for value in inside)
    return best or (Tick((low + high) / 2.0, f"{math.exp((low + high) / 2.0):.2g}"),)
