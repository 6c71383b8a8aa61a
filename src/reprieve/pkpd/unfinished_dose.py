"""What of a dose is still to come when a run is taken up again in its middle."""

from __future__ import annotations

from reprieve.pkpd.dose import SAME_TIME, Dose


def rest_of(dose: Dose, now: float) -> Dose | None:
    """What of a dose is still to come after ``now``; what arrives at ``now`` has arrived."""
    if dose.time_h > now + SAME_TIME:
        return dose
    left = dose.time_h + dose.duration_h - now
    if left <= SAME_TIME:
        return None
    return Dose(now, dose.compartment, dose.amount * left / dose.duration_h, left)
