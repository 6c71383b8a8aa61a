"""Simulate many subjects on one schedule: concentrations, and a slow state if there is one."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reprieve.pkpd.dose import Dose
from reprieve.pkpd.exponential import propagate_exponential
from reprieve.pkpd.modes import block_structure, reachable
from reprieve.pkpd.propagation import propagate_modes
from reprieve.pkpd.schedule import PanelNeeds, compile_schedule
from reprieve.pkpd.slow_state import LANES, SlowState


@dataclass(frozen=True)
class InitialState:
    """What the subjects hold at one time, before anything that is given at that time.

    Parameters
    ----------
    time_h : h, not after the first dose and the first look
    amounts : (n_subjects, n) mg in each compartment
    slow : (n_subjects,) the reversed fraction U, from 0 to 1; zeros when not given
    """

    time_h: float
    amounts: NDArray[np.float64]
    slow: NDArray[np.float64] | None = None


@dataclass(frozen=True)
class Trajectories:
    """What happened, in the order of the times asked for.

    Attributes
    ----------
    values : (n_subjects, n_times, n_outputs) the readout, usually ng/mL
    slow : (n_subjects, n_times) the reversed fraction U = 1 - S; zeros when no slow state was asked for
    """

    values: NDArray[np.float64]
    slow: NDArray[np.float64]


def _contiguous(values: ArrayLike) -> NDArray[np.float64]:
    # Writable, too: for arrays that are not, the compiler would make every kernel a second time.
    return np.require(values, dtype=np.float64, requirements=["C", "W"])


def _at_start(initial: InitialState | None, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Amounts and, last, U to start from, (n_subjects, n + 1)."""
    if initial is None:
        return np.zeros((shape[0], shape[1] + 1))
    amounts = _contiguous(initial.amounts)
    slow = np.zeros(shape[0]) if initial.slow is None else _contiguous(initial.slow)
    if amounts.shape != shape or slow.shape != shape[:1]:
        raise ValueError(f"the initial state is {amounts.shape} and {slow.shape}: expected {shape} and {shape[:1]}")
    if not (np.isfinite(initial.time_h) and np.all(np.isfinite(amounts))):
        raise ValueError("the initial state holds a number that is not finite")
    if not np.all((slow >= 0) & (slow <= 1)):
        raise ValueError("the initial reversed fraction must lie between 0 and 1")
    return np.column_stack([amounts, slow])


def _check_rate_matrix(k: NDArray[np.float64]) -> None:
    if k.ndim != 3 or k.shape[1] != k.shape[2] or 0 in k.shape:
        raise ValueError(f"rate_matrix must be (n_subjects, n, n), not {k.shape}")
    if not np.all(np.isfinite(k)):
        raise ValueError("rate_matrix holds a number that is not finite")
    diagonal = np.diagonal(k, axis1=1, axis2=2)
    if np.any(diagonal > 0) or np.count_nonzero(k < 0) > np.count_nonzero(diagonal < 0):
        raise ValueError("rate_matrix must have losses (not positive) on its diagonal and gains elsewhere")


def _involved(
    pattern: NDArray[np.bool_], doses: Sequence[Dose], at_start: NDArray[np.float64], is_felt: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Compartments that something given can reach and that reach something seen; the others change nothing."""
    reach = reachable(pattern)
    is_given = np.any(at_start[:, :-1] != 0, axis=0)
    is_given[[dose.compartment for dose in doses]] = True
    involved = np.flatnonzero(reach[:, is_given].any(axis=1) & reach[is_felt].any(axis=0))
    return involved if involved.size else np.zeros(1, dtype=np.int64)


def _panel_needs(
    k: NDArray[np.float64], pattern: NDArray[np.bool_], drives: NDArray[np.bool_], slow: SlowState
) -> PanelNeeds:
    """What the slow state needs of its panels.

    The slowest decay rate of compartments that exchange is below each of their loss rates; so is what any of
    them does in the end when others feed it. The driving concentration falls no faster than that in the end.
    """
    felt = reachable(pattern)[drives].any(axis=0)
    losses = -np.diagonal(k, axis1=1, axis2=2)[:, felt]
    return PanelNeeds(
        slow_rate=max(slow.fastest_rate, 1e-12),
        drive_rate=max(float(np.max(np.min(losses, axis=1, initial=np.inf))) if felt.any() else 0.0, 1e-12),
        steepness=max(1.0, float(np.max(slow.hill))),
    )


def _available_cores() -> int:
    """Cores this process may use (a container or ``taskset`` may allow fewer than the machine has)."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not offered on macOS and Windows
        return os.cpu_count() or 1


def _run_in_parts(run: Callable[[slice], None], n_subjects: int) -> None:
    """Run over all subjects, in as many threads as there are cores; every part is whole groups of lanes."""
    groups = -(-n_subjects // LANES)
    workers = min(_available_cores(), groups)
    edges = [min(n_subjects, LANES * (groups * i // workers)) for i in range(workers + 1)]
    parts = [slice(a, b) for a, b in itertools.pairwise(edges)]
    others = [_threads().submit(run, part) for part in parts[1:]]
    run(parts[0])
    for other in others:
        other.result()


@cache
def _threads() -> ThreadPoolExecutor:
    """Threads kept between calls: starting one takes as long as simulating a hundred subjects."""
    return ThreadPoolExecutor(max(1, _available_cores() - 1))


if hasattr(os, "register_at_fork"):  # threads do not survive a fork; a child starts its own
    os.register_at_fork(after_in_child=_threads.cache_clear)


def simulate(
    rate_matrix: NDArray[np.float64],
    readout: NDArray[np.float64],
    doses: Sequence[Dose],
    times: ArrayLike,
    *,
    slow: SlowState | None = None,
    initial: InitialState | None = None,
) -> Trajectories:
    """Propagate linear systems exactly between events, and a slow state by quadrature.

    Parameters
    ----------
    rate_matrix : (n_subjects, n, n) 1/h with ``dx/dt = K x + input``
    readout : (n_outputs, n) or (n_subjects, n_outputs, n), output per mg in each compartment
    doses : inputs, the same for all subjects; amounts in mg
    times : (n_times,) h, any order; at the time of a bolus one sees it already given
    slow : the slow state to integrate along, if any
    initial : what the compartments hold at a time before all doses and looks; empty when not given

    Returns
    -------
    Trajectories

    Raises
    ------
    ValueError
        Shapes disagree, a number is not finite, or a dose goes nowhere.

    Notes
    -----
    Concentrations are exact up to rounding: relative 1e-8 or better of any value above a ten-thousandth of its
    maximum, whatever the rates: far apart, nearly equal, equal or zero. Nothing that is never emptied needs care.
    The slow state is good to 1e-6 relative. See docs/explanation/engine.md for the derivation and the measurements.
    """
    k = _contiguous(rate_matrix)
    _check_rate_matrix(k)
    n_subjects, n, _ = k.shape
    times = np.asarray(times, dtype=float)
    given = np.shape(readout)
    if given[-1:] != (n,) or len(given) not in {2, 3} or (len(given) == 3 and given[0] != n_subjects):
        raise ValueError(f"readout is {given}: expected (n_outputs, {n}) or ({n_subjects}, n_outputs, {n})")
    readout = _contiguous(np.broadcast_to(readout, (n_subjects, *given[-2:])))
    if any(not 0 <= dose.compartment < n for dose in doses):
        raise ValueError(f"a dose goes into a compartment outside 0..{n - 1}")
    pattern = np.any(k != 0, axis=0)
    at_start = _at_start(initial, (n_subjects, n))
    if slow is None:
        drive, ones = np.zeros((n_subjects, n)), np.ones(n_subjects)
        effect = (ones, ones, True, ones, ones)
    else:
        c50, hill, k_des, k_rec = (
            _contiguous(np.broadcast_to(p, n_subjects)) for p in (slow.c50, slow.hill, slow.k_des, slow.k_rec)
        )
        drive = _contiguous(np.broadcast_to(slow.drive, (n_subjects, n)))
        effect = (c50, hill, bool(np.all(hill == 1.0)), k_des, k_rec)
    drives = np.asarray(drive.any(axis=0))
    schedule = compile_schedule(
        doses, times, n,
        needs=None if slow is None else _panel_needs(k, pattern, drives, slow),
        start_h=None if initial is None else initial.time_h,
    )  # fmt: skip
    rates, boluses = schedule.rates, schedule.boluses
    involved = _involved(pattern, doses, at_start, drives | readout.any(axis=(0, 1)))
    if involved.size < n:
        k = _contiguous(k[:, involved[:, None], involved])
        readout, drive, rates, boluses = (_contiguous(each[..., involved]) for each in (readout, drive, rates, boluses))
        at_start = _contiguous(at_start[:, [*involved, n]])
    structure = block_structure(pattern[np.ix_(involved, involved)])
    values = np.empty((n_subjects, times.size, readout.shape[1]))
    reversed_ = np.empty((n_subjects, times.size))

    def run(part: slice) -> None:
        done = np.zeros(part.stop - part.start, dtype=bool)
        panels = (
            schedule.widths, schedule.width_of, rates, schedule.rate_of, boluses,
            schedule.bolus_of, schedule.observed_by, schedule.last_input, schedule.closing_bolus,
        )  # fmt: skip
        system = (
            readout[part], slow is not None, drive[part],
            *(value if isinstance(value, bool) else value[part] for value in effect),
            at_start[part],
            values[part], reversed_[part], done,
        )  # fmt: skip
        if structure.has_modes:
            blocks = (structure.order, structure.first, structure.tree_parent)
            propagate_modes(k[part], *blocks, *panels, *system)
        if not done.all():
            propagate_exponential(k[part], *panels, *system)

    _run_in_parts(run, n_subjects)
    if np.all(np.diff(times) >= 0):
        return Trajectories(values, reversed_)
    back = np.empty_like(schedule.observe_order)
    back[schedule.observe_order] = np.arange(times.size)
    return Trajectories(values[:, back], reversed_[:, back])
