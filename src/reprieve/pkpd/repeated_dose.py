"""The steady state of one dose repeated for ever, at any point of the interval.

Where rates are constant it is linear algebra: with E = exp(K τ) and r the state right after one dose alone has arrived,
the doses of the history that have arrived completely leave ``(I - E)⁻¹ r`` at the end of the latest of them. Those
still running are added one by one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from reprieve.errors import InputError
from reprieve.pkpd.dose import SAME_TIME, Dose
from reprieve.pkpd.events import DoseRecord
from reprieve.pkpd.linear_outputs import check_emptied
from reprieve.pkpd.linear_system import LinearSystem
from reprieve.pkpd.nonlinear_system import NonlinearSystem
from reprieve.pkpd.settled_dose import settled_infusion, settled_states
from reprieve.pkpd.simulate import InitialState
from reprieve.pkpd.slow_state import SlowState
from reprieve.pkpd.steady_state import propagator
from reprieve.pkpd.switched_system import SwitchedSystem
from reprieve.pkpd.system import System
from reprieve.pkpd.unfinished_dose import rest_of

#: So many infusions of a history may run at once; more would be a rate misread by orders of magnitude.
_MOST_RUNNING = 10_000


@dataclass(frozen=True)
class History:
    """What an endless history of doses has left at the time of its record.

    Attributes
    ----------
    amounts : (n_subjects, n) mg, and the other states of a nonlinear system
    slow : (n_subjects,) the reversed fraction U, periodic too
    unfinished : doses of the history that still run or have not arrived, relative to the record: time 0 or later
    """

    amounts: NDArray[np.float64]
    slow: NDArray[np.float64]
    unfinished: list[Dose]


def history_of(system: System, record: DoseRecord) -> History:
    """What doses like this one, recorded 1, 2, 3 ... intervals earlier, have left at the time of the record.

    Exact for a linear system, by iteration for others (:mod:`reprieve.pkpd.settled_dose`). Of systems that replace one
    another, the one that holds at the record's time has held for ever.

    Raises
    ------
    InputError
        More than ten thousand of its infusions run at once, or there is no steady state.
    """
    if isinstance(system, SwitchedSystem):
        system = system.at(record.time_h)
    if isinstance(system, LinearSystem):
        check_emptied(np.asarray(system.rate_matrix))
    _refuse_overlap(record)
    if record.is_constant_infusion:
        return _constant_infusion(system, record)
    match system.without_slow():
        case LinearSystem() as linear:
            states, unfinished = _superposed(linear, record)
        case NonlinearSystem() as nonlinear:
            states, unfinished = settled_states(nonlinear, record)
        case other:
            raise TypeError(f"a {type(other).__name__} has no steady state")
    if system.slow is None:
        return History(states, np.zeros(len(states)), unfinished)
    interval, lag = record.interval_h or 0.0, record.lag_h
    one = Dose(0.0, record.compartment, record.arriving_amount, record.arriving_over_h)
    own = [replace(one, time_h=lag + k * interval) for k in range(math.ceil(max(0.0, interval - lag) / interval) + 1)]
    return History(states, _periodic_slow(system, states, [*unfinished, *own], interval), unfinished)


def _refuse_overlap(record: DoseRecord) -> None:
    interval, arrives = record.interval_h, record.lag_h + record.arriving_over_h
    if interval is not None and arrives > _MOST_RUNNING * interval:
        raise InputError(
            f"The dose recorded at {record.time_h:g} h arrives {arrives:g} h later and repeats each {interval:g} h:"
            f" over {_MOST_RUNNING} run at once; check its rate, lag and interval."
        )


def _superposed(system: LinearSystem, record: DoseRecord) -> tuple[NDArray[np.float64], list[Dose]]:
    """Amounts at the time of the record, and the doses of its history that are not over then."""
    interval, lag, lasts = record.interval_h or 0.0, record.lag_h, record.arriving_over_h
    latest_over = max(1, math.ceil((lag + lasts - SAME_TIME) / interval))
    one = Dose(0.0, record.compartment, record.arriving_amount, lasts)
    arrived = system.states([one], [lasts]).values[:, 0]
    remaining = np.eye(system.shape[1]) - propagator(system.rate_matrix, interval)
    settled = np.linalg.solve(remaining, arrived[:, :, None])[:, :, 0]
    since = max(0.0, latest_over * interval - lag - lasts)
    amounts = system.states([], [since], InitialState(0.0, np.maximum(settled, 0.0))).values[:, 0]

    recent = [replace(one, time_h=lag - k * interval) for k in range(1, latest_over)]
    begun = [dose for dose in recent if dose.time_h <= SAME_TIME]
    if begun:
        amounts = amounts + system.states(begun, [0.0]).values[:, 0]
    return amounts, [rest for dose in recent if (rest := rest_of(dose, 0.0)) is not None]


def _periodic_slow(
    system: System, states: NDArray[np.float64], doses: list[Dose], interval: float
) -> NDArray[np.float64]:
    """U that is the same an interval later: over the interval it changes as U → a U + b."""
    ends = [
        system.states(doses, [interval], InitialState(0.0, states, np.full(len(states), start))).slow[:, 0]
        for start in (0.0, 1.0)
    ]
    lost = 1.0 - (ends[1] - ends[0])
    return np.clip(np.where(lost > 0, ends[0] / np.where(lost > 0, lost, 1.0), 0.0), 0.0, 1.0)


def _constant_infusion(system: System, record: DoseRecord) -> History:
    """Where input and loss balance, and U where gain and return do; the infusion goes on for the lag."""
    rate = record.rate or 0.0
    match system.without_slow():
        case LinearSystem() as linear:
            into = np.zeros((*linear.shape, 1))
            into[:, record.compartment] = rate
            states = np.maximum(np.linalg.solve(-np.asarray(linear.rate_matrix), into)[:, :, 0], 0.0)
        case NonlinearSystem() as nonlinear:
            states = settled_infusion(nonlinear, record)
        case other:
            raise TypeError(f"a {type(other).__name__} has no steady state")
    goes_on = record.lag_h > SAME_TIME
    unfinished = [Dose(0.0, record.compartment, rate * record.lag_h, record.lag_h)] if goes_on else []
    amounts = states[:, : system.n_compartments]
    return History(
        states, np.zeros(len(states)) if system.slow is None else _balanced(system.slow, amounts), unfinished
    )


def _balanced(slow: SlowState, amounts: NDArray[np.float64]) -> NDArray[np.float64]:
    """U that stays where it is while these amounts do."""
    driven = (np.sum(np.broadcast_to(slow.drive, amounts.shape) * amounts, axis=1) / slow.c50) ** slow.hill
    gain = slow.k_des * driven / (1 + driven)
    moving = gain + slow.k_rec > 0
    return np.where(moving, gain / np.where(moving, gain + slow.k_rec, 1.0), 0.0)
