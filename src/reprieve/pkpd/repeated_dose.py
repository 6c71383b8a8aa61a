"""The steady state of one dose repeated for ever, by linear algebra, at any point of the interval.

With E = exp(K τ) and r the state right after one dose alone has arrived, the doses of the history that have arrived
completely leave ``(I - E)⁻¹ r`` at the end of the latest of them. Those still running are added one by one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from reprieve.errors import InputError
from reprieve.pkpd.events import DoseRecord
from reprieve.pkpd.linear_system import LinearSystem
from reprieve.pkpd.schedule import SAME_TIME, Dose
from reprieve.pkpd.simulate import InitialState
from reprieve.pkpd.steady_state import propagator

#: So many infusions of a history may run at once; more would be a rate misread by orders of magnitude.
_MOST_RUNNING = 10_000


@dataclass(frozen=True)
class History:
    """What an endless history of doses has left at the time of its record.

    Attributes
    ----------
    amounts : (n_subjects, n) mg
    slow : (n_subjects,) the reversed fraction U, periodic too
    unfinished : doses of the history that still run or have not arrived, relative to the record: time 0 or later
    """

    amounts: NDArray[np.float64]
    slow: NDArray[np.float64]
    unfinished: list[Dose]


def rest_of(dose: Dose, now: float) -> Dose | None:
    """What of a dose is still to come after ``now``; what arrives at ``now`` has arrived."""
    if dose.time_h > now + SAME_TIME:
        return dose
    left = dose.time_h + dose.duration_h - now
    if left <= SAME_TIME:
        return None
    return Dose(now, dose.compartment, dose.amount * left / dose.duration_h, left)


def history_of(system: LinearSystem, record: DoseRecord) -> History:
    """What doses like this one, recorded 1, 2, 3 ... intervals earlier, have left at the time of the record.

    Raises
    ------
    InputError
        More than ten thousand of its infusions run at once.
    """
    if record.is_constant_infusion:
        return _constant_infusion(system, record)
    concentrations = replace(system, slow=None)
    n_subjects, n = system.shape
    interval, lag, lasts = record.interval_h or 0.0, record.lag_h, record.arriving_over_h
    latest_over = max(1, math.ceil((lag + lasts - SAME_TIME) / interval))
    if latest_over > _MOST_RUNNING:
        raise InputError(
            f"The dose recorded at {record.time_h:g} h arrives {lag + lasts:g} h later and repeats each {interval:g} h:"
            f" over {_MOST_RUNNING} run at once; check its rate, lag and interval."
        )
    one = Dose(0.0, record.compartment, record.arriving_amount, lasts)
    arrived = concentrations.states([one], [lasts]).values[:, 0]
    remaining = np.eye(n) - propagator(system.rate_matrix, interval)
    settled = np.linalg.solve(remaining, arrived[:, :, None])[:, :, 0]
    since = max(0.0, latest_over * interval - lag - lasts)
    amounts = concentrations.states([], [since], InitialState(0.0, np.maximum(settled, 0.0))).values[:, 0]

    recent = [replace(one, time_h=lag - k * interval) for k in range(1, latest_over)]
    begun = [dose for dose in recent if dose.time_h <= SAME_TIME]
    if begun:
        amounts = amounts + concentrations.states(begun, [0.0]).values[:, 0]
    unfinished = [rest for dose in recent if (rest := rest_of(dose, 0.0)) is not None]
    if system.slow is None:
        return History(amounts, np.zeros(n_subjects), unfinished)
    own = [replace(one, time_h=lag + k * interval) for k in range(math.ceil(max(0.0, interval - lag) / interval) + 1)]
    return History(amounts, _periodic_slow(system, amounts, [*unfinished, *own], interval), unfinished)


def _periodic_slow(
    system: LinearSystem, amounts: NDArray[np.float64], doses: list[Dose], interval: float
) -> NDArray[np.float64]:
    """U that is the same an interval later: over the interval it changes as U → a U + b."""
    ends = [
        system.states(doses, [interval], InitialState(0.0, amounts, np.full(len(amounts), start))).slow[:, 0]
        for start in (0.0, 1.0)
    ]
    lost = 1.0 - (ends[1] - ends[0])
    return np.clip(np.where(lost > 0, ends[0] / np.where(lost > 0, lost, 1.0), 0.0), 0.0, 1.0)


def _constant_infusion(system: LinearSystem, record: DoseRecord) -> History:
    """``-K⁻¹ u``, and U where gain and return balance; the infusion goes on for the lag."""
    rate = record.rate or 0.0
    n_subjects, n = system.shape
    into = np.zeros((n_subjects, n, 1))
    into[:, record.compartment] = rate
    replace(system, slow=None).states([], [0.0])  # refuses a system without a steady state, in words
    amounts = np.maximum(np.linalg.solve(-np.asarray(system.rate_matrix), into)[:, :, 0], 0.0)
    goes_on = record.lag_h > SAME_TIME
    unfinished = [Dose(0.0, record.compartment, rate * record.lag_h, record.lag_h)] if goes_on else []
    slow = system.slow
    if slow is None:
        return History(amounts, np.zeros(n_subjects), unfinished)
    driven = (np.sum(np.broadcast_to(slow.drive, amounts.shape) * amounts, axis=1) / slow.c50) ** slow.hill
    gain = slow.k_des * driven / (1 + driven)
    moving = gain + slow.k_rec > 0
    return History(amounts, np.where(moving, gain / np.where(moving, gain + slow.k_rec, 1.0), 0.0), unfinished)
