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

from reprieve.pkpd.modes import BlockStructure, block_structure
from reprieve.pkpd.propagation import LANES, propagate_exponential, propagate_modes
from reprieve.pkpd.schedule import Dose, PanelNeeds, Schedule, compile_schedule
from reprieve.pkpd.slow_state import N_NODES, SlowState

#: Tabulated exponentials of one thread stay below this many numbers (32 MiB).
_TABLE_SIZE = 4 * 2**20
#: A block that loses less than this share of what moves inside it never empties as far as rounding can tell.
_NO_LOSS = 1e-13


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
    diagonal = np.eye(k.shape[1], dtype=bool)
    if np.any(k[:, ~diagonal] < 0) or np.any(k[:, diagonal] > 0):
        raise ValueError("rate_matrix must have losses (not positive) on its diagonal and gains elsewhere")


def _check_emptied(k: NDArray[np.float64], structure: BlockStructure) -> None:
    """Every block must lose drug to the outside or to a later block, or a constant input has no steady state."""
    for start, end in itertools.pairwise(structure.first):
        members = structure.order[start:end]
        inside = k[:, members[:, None], members]
        lost = -inside.sum(axis=1)
        moved = -np.diagonal(inside, axis1=1, axis2=2)
        if not np.all(np.any(lost > _NO_LOSS * moved, axis=1)):
            raise ValueError(
                f"compartments {sorted(members.tolist())} are never emptied: every compartment must lose drug "
                f"in the end, to the outside or to others that do"
            )


def _panel_needs(k: NDArray[np.float64], slow: SlowState) -> PanelNeeds:
    """What the slow state needs of its panels.

    The slowest decay rate of compartments that exchange is below each of their loss rates; so is what any of
    them does in the end when others feed it. The driving concentration falls no faster than that in the end.
    """
    feeds = np.eye(k.shape[1], dtype=bool) | np.any(k != 0, axis=0)
    felt = np.any(np.broadcast_to(slow.drive, k.shape[:2]) != 0, axis=0)
    for _ in range(k.shape[1]):
        felt = felt | feeds[felt].any(axis=0)
    losses = -np.diagonal(k, axis1=1, axis2=2)[:, felt]
    return PanelNeeds(
        slow_rate=max(slow.fastest_rate, 1e-12),
        drive_rate=max(float(np.max(np.min(losses, axis=1, initial=np.inf))) if felt.any() else 0.0, 1e-12),
        steepness=max(1.0, float(np.max(slow.hill))),
    )


def _lanes(n_subjects: int, n: int, schedule: Schedule) -> int:
    """Subjects side by side: a full set of vector registers, unless that few subjects or tables that large."""
    numbers_per_lane = n * ((N_NODES + 1) * len(schedule.widths) + 2 * len(schedule.rates))
    return max(1, min(LANES, 8 * -(-n_subjects // 8), _TABLE_SIZE // numbers_per_lane))


def _available_cores() -> int:
    """Cores this process may use (a container or ``taskset`` may allow fewer than the machine has)."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not offered on macOS and Windows
        return os.cpu_count() or 1


def _run_in_parts(run: Callable[[slice], None], n_subjects: int, lanes: int) -> None:
    """Run over all subjects, in as many threads as there are cores; every part is whole groups of lanes."""
    groups = -(-n_subjects // lanes)
    workers = min(_available_cores(), groups)
    edges = [min(n_subjects, lanes * (groups * i // workers)) for i in range(workers + 1)]
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
        Shapes disagree, a number is not finite, or a compartment is never emptied (no steady state exists).

    Notes
    -----
    Concentrations are exact up to rounding: relative 1e-9 or better of any value above a ten-thousandth of its
    maximum, when the largest rate is at most 1,000 times the slowest decay; a wider spread costs digits (3e-7 at
    worst among 1,500 random systems). The slow state is good to 1e-6 relative. See docs/explanation/engine.md for the
    derivation and the measurements.
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
    structure = block_structure(np.any(k != 0, axis=0))
    _check_emptied(k, structure)

    at_start = _at_start(initial, (n_subjects, n))
    schedule = compile_schedule(
        doses, times, n,
        needs=None if slow is None else _panel_needs(k, slow),
        start_h=None if initial is None else initial.time_h,
    )  # fmt: skip
    if slow is None:
        nothing, ones = np.zeros((n_subjects, n)), np.ones(n_subjects)
        effect = (nothing, ones, ones, True, ones, ones)
    else:
        c50, hill, k_des, k_rec = (
            _contiguous(np.broadcast_to(p, n_subjects)) for p in (slow.c50, slow.hill, slow.k_des, slow.k_rec)
        )
        drive = _contiguous(np.broadcast_to(slow.drive, (n_subjects, n)))
        effect = (drive, c50, hill, bool(np.all(hill == 1.0)), k_des, k_rec)
    values = np.empty((n_subjects, times.size, readout.shape[1]))
    reversed_ = np.empty((n_subjects, times.size))
    lanes = _lanes(n_subjects, n, schedule)

    def run(part: slice) -> None:
        done = np.zeros(part.stop - part.start, dtype=bool)
        panels = (
            schedule.widths, schedule.width_of, schedule.rates, schedule.rate_of, schedule.boluses,
            schedule.bolus_of, schedule.observed_by, schedule.last_input, schedule.closing_bolus,
        )  # fmt: skip
        system = (
            readout[part], slow is not None,
            *(value if isinstance(value, bool) else value[part] for value in effect),
            at_start[part],
            values[part], reversed_[part], done,
        )  # fmt: skip
        if structure.has_modes:
            blocks = (structure.order, structure.first, structure.tree_parent)
            propagate_modes(k[part], *blocks, *panels, *system, lanes)
        if not done.all():
            propagate_exponential(k[part], *panels, *system)

    _run_in_parts(run, n_subjects, lanes)
    if np.all(np.diff(times) >= 0):
        return Trajectories(values, reversed_)
    back = np.empty_like(schedule.observe_order)
    back[schedule.observe_order] = np.arange(times.size)
    return Trajectories(values[:, back], reversed_[:, back])
