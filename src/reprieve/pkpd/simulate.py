"""Simulate many subjects on one schedule: concentrations, and a slow state if there is one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reprieve.pkpd.modes import block_structure
from reprieve.pkpd.propagation import LANES, propagate_exponential, propagate_modes
from reprieve.pkpd.schedule import Dose, compile_schedule
from reprieve.pkpd.slow_state import SlowState


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
    return np.ascontiguousarray(values, dtype=float)


def simulate(
    rate_matrix: NDArray[np.float64],
    readout: NDArray[np.float64],
    doses: Sequence[Dose],
    times: ArrayLike,
    *,
    slow: SlowState | None = None,
) -> Trajectories:
    """Propagate linear systems exactly between events, and a slow state by quadrature.

    Parameters
    ----------
    rate_matrix : (n_subjects, n, n) 1/h with ``dx/dt = K x + input``
    readout : (n_outputs, n) or (n_subjects, n_outputs, n), output per mg in each compartment
    doses : inputs, the same for all subjects; amounts in mg
    times : (n_times,) h, any order; at the time of a bolus one sees it already given
    slow : the slow state to integrate along, if any

    Returns
    -------
    Trajectories

    Raises
    ------
    ValueError
        Shapes disagree, or a compartment is never emptied (no steady state exists).

    Notes
    -----
    Concentrations are exact up to rounding (relative 1e-9 or better); the slow state is good to 1e-6 relative.
    See docs/explanation/engine.md for the derivation and the measurements.
    """
    k = _contiguous(rate_matrix)
    n_subjects, n, _ = k.shape
    times = np.asarray(times, dtype=float)
    readout = _contiguous(np.broadcast_to(readout, (n_subjects, *np.shape(readout)[-2:])))
    if readout.shape[2] != n:
        raise ValueError(f"readout has {readout.shape[2]} columns for {n} compartments")
    if any(not 0 <= dose.compartment < n for dose in doses):
        raise ValueError(f"a dose goes into a compartment outside 0..{n - 1}")
    if not np.all(np.linalg.det(k) != 0):
        raise ValueError("some compartment is never emptied: every compartment must lose drug in the end")

    schedule = compile_schedule(doses, times, n, fastest_slow_rate=slow.fastest_rate if slow else None)
    structure = block_structure(np.any(k != 0, axis=0))
    ones = np.ones(n_subjects)
    drive = np.zeros((n_subjects, n)) if slow is None else np.broadcast_to(slow.drive, (n_subjects, n))
    parameters = (ones, ones, ones, ones) if slow is None else (slow.c50, slow.hill, slow.k_des, slow.k_rec)
    c50, hill, k_des, k_rec = (_contiguous(np.broadcast_to(p, n_subjects)) for p in parameters)
    is_hyperbolic = bool(np.all(hill == 1.0))
    drive = _contiguous(drive)
    values = np.empty((n_subjects, times.size, readout.shape[1]))
    reversed_ = np.empty((n_subjects, times.size))

    panels = (schedule.widths, schedule.width_of, schedule.rates, schedule.rate_of)
    panels += (schedule.boluses, schedule.bolus_of, schedule.observed_by)

    def run(part: slice) -> None:
        done = np.zeros(len(k[part]), dtype=bool)
        system = (readout[part], slow is not None, drive[part], c50[part], hill[part], is_hyperbolic)
        system += (k_des[part], k_rec[part], values[part], reversed_[part], done)
        if structure.has_modes:
            propagate_modes(
                k[part], structure.order, structure.first, structure.tree_parent,
                *panels, schedule.last_input, schedule.closing_bolus, *system, lanes,
            )  # fmt: skip
        if not done.all():
            propagate_exponential(k[part], *panels, schedule.closing_bolus, *system)

    # Few subjects, or tables of many distinct widths: fewer lanes keep the work and the tables small.
    lanes = max(8, min(LANES, 8 * -(-n_subjects // 8), 16384 // len(schedule.widths)))
    workers = min(os.cpu_count() or 1, -(-n_subjects // lanes))
    edges = [round(i * n_subjects / workers / lanes) * lanes for i in range(workers)] + [n_subjects]
    parts = [slice(a, b) for a, b in zip(edges[:-1], edges[1:], strict=True) if b > a]
    with ThreadPoolExecutor(len(parts)) as pool:
        list(pool.map(run, parts))

    if np.all(np.diff(times) >= 0):
        return Trajectories(values, reversed_)
    back = np.empty_like(schedule.observe_order)
    back[schedule.observe_order] = np.arange(times.size)
    return Trajectories(values[:, back], reversed_[:, back])
