"""One input into a linear system, and how close two times must be to be one; plain, so that it needs no compiler."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: Times closer than this are one time (h): 4 microseconds, far below any pump, far above rounding.
SAME_TIME = 1e-9


@dataclass(frozen=True)
class Dose:
    """One input, the same for all subjects.

    Parameters
    ----------
    time_h : start, h
    compartment : where it goes, index into the state vector
    amount : mg in total
    duration_h : length of a zero-order input, h; 0 is a bolus
    """

    time_h: float
    compartment: int
    amount: float
    duration_h: float = 0.0

    def __post_init__(self) -> None:
        finite = np.isfinite([self.time_h, self.amount, self.duration_h]).all()
        if not (finite and self.amount >= 0 and self.duration_h >= 0):
            raise ValueError(f"{self} has a time, amount or duration that cannot be")
