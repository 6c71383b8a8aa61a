"""Simulation of event tables: exact pieces between resets, steady states and looks before a dose."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reprieve.errors import InputError
from reprieve.pkpd.dose import SAME_TIME, Dose
from reprieve.pkpd.events import DoseRecord, EventTable, Observation, Record, ResetRecord
from reprieve.pkpd.repeated_dose import History, history_of
from reprieve.pkpd.simulate import InitialState, Trajectories
from reprieve.pkpd.system import System
from reprieve.pkpd.unfinished_dose import rest_of


class _Run:
    """One table on its way: the state at ``now``, the doses still to come, and the looks of the present piece."""

    def __init__(self, system: System, begin_h: float, n_looks: int) -> None:
        n_subjects, n = system.shape
        self.system = system
        self.now = begin_h
        self.amounts = np.zeros((n_subjects, n))
        self.slow = np.zeros(n_subjects)
        self.coming: list[Dose] = []
        self.looks: list[float] = []
        self.seen_amounts = np.empty((n_subjects, n_looks, n))
        self.seen_slow = np.empty((n_subjects, n_looks))
        self.n_seen = 0

    def advance(self, until: float) -> None:
        """Propagate to ``until``; looks are filled in, and what has arrived by then no longer comes."""
        if not self.looks and until <= self.now and not any(d.time_h <= until + SAME_TIME for d in self.coming):
            return
        until = max(until, self.now)
        looks = np.maximum([*self.looks, until], self.now)
        found = self.system.states(self.coming, looks, InitialState(self.now, self.amounts, self.slow))
        here = slice(self.n_seen, self.n_seen + len(self.looks))
        self.seen_amounts[:, here], self.seen_slow[:, here] = found.values[:, :-1], found.slow[:, :-1]
        self.n_seen += len(self.looks)
        self.looks = []
        self.amounts, self.slow = found.values[:, -1], np.clip(found.slow[:, -1], 0.0, 1.0)
        self.coming = [rest for dose in self.coming if (rest := rest_of(dose, until)) is not None]
        self.now = until

    def forget(self) -> None:
        self.amounts, self.slow = np.zeros_like(self.amounts), np.zeros_like(self.slow)
        self.coming = []

    def take(self, record: Record) -> None:
        if isinstance(record, Observation):
            self.looks.append(record.time_h)
        elif isinstance(record, ResetRecord):
            self.advance(record.time_h)
            self.forget()
        else:
            self._take_dose(record)

    def _take_dose(self, record: DoseRecord) -> None:
        if record.reset or record.steady_state:
            self.advance(record.time_h)
        if record.reset or record.steady_state == 1:
            self.forget()
        if record.steady_state:
            self._add(history_of(self.system, record), at=self.now)
        arrivals = record.arrivals()
        if self.looks and any(dose.time_h <= self.looks[-1] + SAME_TIME for dose in arrivals):
            self.advance(self.looks[-1])  # who looked before this dose must not see it
        self.coming += arrivals

    def _add(self, history: History, at: float) -> None:
        self.amounts = self.amounts + history.amounts
        self.slow = history.slow
        self.coming += [
            Dose(at + dose.time_h, dose.compartment, dose.amount, dose.duration_h) for dose in history.unfinished
        ]


def _check(system: System, events: EventTable) -> None:
    n = system.n_compartments
    for record in events.records:
        if not isinstance(record, DoseRecord):
            continue
        if record.compartment >= n:
            raise InputError(
                f"The dose recorded at {record.time_h:g} h goes into compartment {record.compartment}; "
                f"the system has 0 to {n - 1}."
            )
        adds = record.steady_state == 2 and not record.reset
        if adds and not system.superposes:
            raise InputError(
                f"The dose recorded at {record.time_h:g} h adds a steady state to what is there; where rates vary, "
                f"concentrations do not add. Use steady_state=1, or write the doses out."
            )
        if adds and system.slow is not None:
            raise InputError(
                f"The dose recorded at {record.time_h:g} h adds a steady state to what is there; concentrations add, "
                f"a slow state does not. Use steady_state=1, or write the doses out."
            )


def _with_looks(events: EventTable, times: NDArray[np.float64]) -> list[Record]:
    """The records without their own looks, and looks at the given times after all records of their time."""
    records = [record for record in events.records if not isinstance(record, Observation)]
    starts = np.array([record.time_h for record in records])
    after = np.searchsorted(starts, times + SAME_TIME, side="right")
    merged: list[Record] = []
    taken = 0
    for position, time in zip(after, times, strict=True):
        merged += records[taken:position]
        taken = max(taken, int(position))
        merged.append(Observation(float(time)))
    return merged


def simulate_events(system: System, events: EventTable, times: ArrayLike | None = None) -> Trajectories:
    """Simulate all subjects of a system on one event table.

    Parameters
    ----------
    system : rates, readout and slow state of the subjects, exact or integrated
    events : records in time order; see :mod:`reprieve.pkpd.events` for what they mean together
    times : (n_times,) h, any order, each seeing all that happens at its time; without it, the looks of the table

    Returns
    -------
    Trajectories
        In the order of ``times``, or of the looks in the table.

    Raises
    ------
    InputError
        There is nothing to look at, a time is not finite, a compartment does not exist, or a steady state is added
        to a slow state.
    ValueError
        The system cannot be simulated (see :func:`reprieve.pkpd.simulate.simulate`).

    Notes
    -----
    Of a linear system, amounts at steady state are exact, ``(I - exp(K τ))⁻¹`` of one dose's response; infusions longer
    than the interval included. Others are followed until they settle (:mod:`reprieve.pkpd.settled_dose`). The slow
    state at steady state is the fixed point of one interval. Each reset, steady state and look just before a bolus
    starts a new piece, and costs about as much as a call of ``simulate``.
    """
    _check(system, events)
    looks = np.asarray(events.observed_h if times is None else times, dtype=float)
    if looks.ndim != 1 or looks.size == 0 or not np.all(np.isfinite(looks)):
        raise InputError("There is no time to look at, or one is not finite; give times, or looks in the table.")
    order = np.argsort(looks, kind="stable")
    records = list(events.records) if times is None else _with_looks(events, looks[order])
    run = _Run(system, min(record.time_h for record in records), looks.size)
    for record in records:
        if record.time_h > looks.max() + SAME_TIME:
            break
        run.take(record)
    run.advance(float(looks.max()))
    back = np.empty_like(order)
    back[order] = np.arange(looks.size)
    return Trajectories(system.read(run.seen_amounts, looks[order])[:, back], run.seen_slow[:, back])


def simulate_each(system: System, tables: Sequence[EventTable]) -> list[Trajectories]:
    """Simulate each subject on its own event table; subjects with equal tables run together.

    Parameters
    ----------
    system : of ``len(tables)`` subjects
    tables : one per subject, each with at least one look

    Returns
    -------
    list of Trajectories
        One per subject, each (1, n_looks, n_outputs): subjects may have different looks.

    Raises
    ------
    InputError
        As :func:`simulate_events`, or there is not one table per subject.
    """
    if len(tables) != system.shape[0]:
        raise InputError(f"{len(tables)} event tables were given for {system.shape[0]} subjects; give one for each.")
    subjects_of: dict[EventTable, list[int]] = {}
    for subject, table in enumerate(tables):
        subjects_of.setdefault(table, []).append(subject)
    results: dict[int, Trajectories] = {}
    for table, subjects in subjects_of.items():
        found = simulate_events(system.of_subjects(subjects), table)
        for row, subject in enumerate(subjects):
            results[subject] = Trajectories(found.values[row : row + 1], found.slow[row : row + 1])
    return [results[subject] for subject in range(len(tables))]
