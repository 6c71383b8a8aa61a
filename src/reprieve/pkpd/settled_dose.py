"""The steady state of one dose repeated for ever where rates vary: interval after interval until nothing changes.

What is left to settle is judged by how fast the change from one interval to the next fades, not by the change itself,
which a slow enzyme makes small long before the end.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from reprieve.errors import InputError
from reprieve.pkpd.dose import Dose
from reprieve.pkpd.events import DoseRecord
from reprieve.pkpd.nonlinear_system import NonlinearSystem
from reprieve.pkpd.simulate import InitialState
from reprieve.pkpd.unfinished_dose import rest_of

Floats = NDArray[np.float64]

#: What may be left to settle, as a share of the largest amount of the subject (of 1 for an enzyme).
SETTLED = 1e-7
#: Intervals that are tried.
MOST_INTERVALS = 1_000
#: Doublings of a constant infusion's length that are tried, from an hour: 120 years.
_MOST_DOUBLINGS = 20


def settled_states(system: NonlinearSystem, record: DoseRecord) -> tuple[Floats, list[Dose]]:
    """States at the time of the record, and the doses of its history that are not over then (relative to it).

    Parameters
    ----------
    system : without a slow state
    record : a dose with an interval

    Raises
    ------
    InputError
        Rates depend on time, or the states do not settle to :data:`SETTLED` within :data:`MOST_INTERVALS` intervals.
    """
    _refuse_time(system, record)
    interval = record.interval_h or 0.0
    one = Dose(record.lag_h, record.compartment, record.arriving_amount, record.arriving_over_h)
    states, coming = np.zeros(system.shape), [one]
    before = np.full(system.shape[0], np.inf)
    for number in range(MOST_INTERVALS):
        after = system.states(coming, [interval], InitialState(0.0, states)).values[:, -1]
        left = [rest for dose in coming if (rest := rest_of(dose, interval)) is not None]
        coming = [replace(dose, time_h=max(0.0, dose.time_h - interval)) for dose in left]
        change = _relative_change(system, states, after)
        fading = np.where(np.isfinite(before), change / np.where(before > 0, before, 1.0), 1.0)
        to_come = np.where(fading < 1, change * fading / np.maximum(1 - fading, 1e-16), np.inf)
        states, before = after, change
        arrived = number * interval > record.lag_h + one.duration_h
        if arrived and np.all((to_come <= SETTLED) | (change <= SETTLED * 1e-3)):
            return states, coming
        coming = [*coming, one]
    raise InputError(
        f"The dose recorded at {record.time_h:g} h does not come to a steady state within {MOST_INTERVALS} intervals "
        f"of {interval:g} h; it may be more than the system can eliminate. Give less, or write the doses out."
    )


def settled_infusion(system: NonlinearSystem, record: DoseRecord) -> Floats:
    """States under an infusion that has run for ever; parameters and errors as :func:`settled_states`."""
    _refuse_time(system, record)
    rate, lasts, states = record.rate or 0.0, 1.0, np.zeros(system.shape)
    for _ in range(_MOST_DOUBLINGS):
        dose = Dose(0.0, record.compartment, rate * lasts, lasts)
        after = system.states([dose], [lasts], InitialState(0.0, states)).values[:, -1]
        # Over a stretch that is as long as all before it, what is left fades at least by as much as it did.
        if np.all(_relative_change(system, states, after) <= SETTLED * 1e-2):
            return after
        states, lasts = after, 2 * lasts
    raise InputError(
        f"The constant infusion recorded at {record.time_h:g} h, {rate:g} mg/h, does not come to a steady state; it "
        f"may be more than the system can eliminate. Give less, or write the infusion out."
    )


def _refuse_time(system: NonlinearSystem, record: DoseRecord) -> None:
    if system.rates.depends_on_time:
        raise InputError(
            f"The dose recorded at {record.time_h:g} h asks for a steady state, and there is none where rates change "
            f"with time. Write the doses out."
        )


def _relative_change(system: NonlinearSystem, before: Floats, after: Floats) -> Floats:
    """(n_subjects,) the largest change, of amounts as a share of the largest, of other states as it is."""
    n = system.n_compartments
    largest = np.maximum(np.max(np.abs(after[:, :n]), axis=1, initial=0.0), 1e-300)
    change = np.abs(after - before)
    change[:, :n] /= largest[:, None]
    return np.asarray(np.max(change, axis=1))
