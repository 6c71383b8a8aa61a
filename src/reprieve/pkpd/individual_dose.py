"""A dose that differs between subjects in amount or duration; its time is common to all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.pkpd.dose import Dose

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class IndividualDose:
    """One input, not the same for all subjects.

    Parameters
    ----------
    time_h : start, h
    compartment : where it goes, index into the state vector
    amount : () or (n_subjects,) mg in total
    duration_h : () or (n_subjects,) h of zero-order input; 0 is a bolus
    """

    time_h: float
    compartment: int
    amount: float | Floats
    duration_h: float | Floats = 0.0

    @property
    def differs(self) -> bool:
        """Whether subjects get it differently."""
        return bool(np.ptp(self.amount) > 0 or np.ptp(self.duration_h) > 0)

    def of_subject(self, subject: int) -> Dose:
        """What one subject gets."""
        amount, hours = (np.ravel(given) for given in (self.amount, self.duration_h))
        return Dose(
            self.time_h,
            self.compartment,
            float(amount[min(subject, amount.size - 1)]),
            float(hours[min(subject, hours.size - 1)]),
        )
