"""A quantity that changes in steps: each value holds from its time until the next (last value carried forward)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.errors import InputError


@dataclass(frozen=True, eq=False)
class Steps:
    """Values and the times from which they hold; the first holds before its time, too.

    Parameters
    ----------
    times_h : (n_steps,) h, rising
    values : (n_steps,) for everybody, or (n_subjects, n_steps)

    Raises
    ------
    InputError
        There is no value, a number is not finite, times do not rise, or there is not one value per time.
    """

    times_h: NDArray[np.float64]
    values: NDArray[np.float64]

    def __post_init__(self) -> None:
        try:
            times, values = np.asarray(self.times_h, dtype=float), np.asarray(self.values, dtype=float)
        except (TypeError, ValueError):
            raise InputError(
                "A value that changes in steps needs numbers: times in hours and one value each."
            ) from None
        if times.ndim != 1 or times.size == 0 or values.ndim not in {1, 2} or values.shape[-1] != times.size:
            raise InputError(
                f"A value that changes in steps has times of shape {times.shape} and values of shape {values.shape}; "
                f"give one value, or one per subject, for each time."
            )
        if not (np.all(np.isfinite(times)) and np.all(np.isfinite(values))):
            raise InputError("A value that changes in steps holds a number that is not finite; leave such steps out.")
        if np.any(np.diff(times) <= 0):
            raise InputError("The times of a value that changes in steps must rise, each of them once.")
        object.__setattr__(self, "times_h", times)
        object.__setattr__(self, "values", values)

    def at(self, time_h: float) -> NDArray[np.float64]:
        """() or (n_subjects,) the value that holds at a time."""
        step = max(0, int(np.searchsorted(self.times_h, time_h, side="right")) - 1)
        return np.asarray(self.values[..., step])

    def of_subjects(self, chosen: NDArray[np.int64]) -> Steps:
        """The same steps of some of the subjects only."""
        return self if self.values.ndim == 1 else Steps(self.times_h, self.values[chosen])
