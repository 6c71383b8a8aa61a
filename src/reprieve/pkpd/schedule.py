"""A schedule: inputs and observation times compiled once, for all subjects, into a list of panels.

Between two *breaks* (a dose starts or ends, a bolus falls, somebody looks) nothing happens from outside, so a
linear system is propagated exactly over the whole gap. The quadrature of a slow state needs smaller steps just
after a change, so gaps are divided into *panels* that grow geometrically away from it. Panel widths repeat, and
exponentials are tabulated once per distinct width: that is where the speed comes from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Times closer than this are one time (h): 4 microseconds, far below any pump, far above rounding.
_SAME_TIME = 1e-9
#: First panel after a change and growth of the next ones; chosen by the convergence study in
#: tests/reference/test_slow_state.py so that the slow state is good to 1e-6 relative.
_FIRST_PANEL = 0.004
_GROWTH = 2.5
#: Panels never exceed this (h) while drug may be on board: a curve that still bends must be followed.
_WIDEST_PANEL = 12.0


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
        if not (np.isfinite([self.time_h, self.amount, self.duration_h]).all() and self.duration_h >= 0):
            raise ValueError(f"{self} has a time, amount or duration that cannot be")


@dataclass(frozen=True)
class Schedule:
    """Panels in time order; see :func:`compile_schedule`.

    Attributes
    ----------
    widths : (n_widths,) h, the distinct panel widths
    width_of : (n_panels,) index into ``widths``
    rates : (n_rates, n_compartments) mg/h, the distinct constant inputs
    rate_of : (n_panels,) index into ``rates`` during the panel
    boluses : (n_boluses, n_compartments) mg, distinct boluses; row 0 is none
    bolus_of : (n_panels,) index into ``boluses``, given at the start of the panel
    observed_by : (n_panels + 1,) how many observation times are reached at each panel edge
    last_input : first panel from which on nothing more is given
    observe_order : (n_times,) position in the caller's times of the k-th observation in time order
    closing_bolus : index into ``boluses`` of a bolus at the very last time, 0 for none
    """

    widths: NDArray[np.float64]
    width_of: NDArray[np.int64]
    rates: NDArray[np.float64]
    rate_of: NDArray[np.int64]
    boluses: NDArray[np.float64]
    bolus_of: NDArray[np.int64]
    observed_by: NDArray[np.int64]
    last_input: int
    observe_order: NDArray[np.int64]
    closing_bolus: int


def _distinct_times(times: NDArray[np.float64]) -> NDArray[np.float64]:
    ordered = np.unique(times)
    return ordered[np.concatenate([[True], np.diff(ordered) > _SAME_TIME])]


def _graded_times(
    breaks: NDArray[np.float64], changes: NDArray[np.bool_], widest: float
) -> NDArray[np.float64]:
    """Panel edges: every break, and inside each gap steps that grow with the time since the last change."""
    change_times = breaks[changes] if changes.any() else breaks[:1]
    last_change = change_times[np.maximum(np.searchsorted(change_times, breaks[:-1], side="right") - 1, 0)]
    position, end = breaks[:-1], breaks[1:]
    edges = [breaks]
    while position.size:
        step = np.minimum(_FIRST_PANEL + (_GROWTH - 1) * np.maximum(position - last_change, 0.0), widest)
        position = position + step
        unfinished = position < end - 0.25 * step  # a crumb is taken along by the panel before it
        position, end, last_change = position[unfinished], end[unfinished], last_change[unfinished]
        edges.append(position)
    return _distinct_times(np.concatenate(edges))


def _distinct_rows(rows: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    distinct, position = np.unique(rows, axis=0, return_inverse=True)
    return distinct, position.reshape(-1).astype(np.int64)


def compile_schedule(
    doses: Sequence[Dose],
    times: NDArray[np.float64],
    n_compartments: int,
    *,
    fastest_slow_rate: float | None = None,
) -> Schedule:
    """Compile doses and observation times.

    Parameters
    ----------
    doses : all inputs, any order; inputs may overlap and add up
    times : (n_times,) h, when to look, any order; at the time of a bolus one sees it already given
    n_compartments : length of the state vector
    fastest_slow_rate : 1/h, largest rate of the slow state over all subjects, when one will be integrated;
        panels are then graded and short enough that it changes by less than a factor e over each

    Raises
    ------
    ValueError
        A time is not finite, or lies before the first dose.
    """
    times = np.asarray(times, dtype=float)
    if times.ndim != 1 or times.size == 0 or not np.all(np.isfinite(times)):
        raise ValueError("times must be a list of finite hours")
    starts = np.array([dose.time_h for dose in doses])
    ends = np.array([dose.time_h + dose.duration_h for dose in doses])
    first = float(np.min(starts, initial=min(0.0, float(times.min()))))
    breaks = _distinct_times(np.concatenate([[first], starts, ends, times]))
    if breaks.size == 1:
        breaks = np.append(breaks, breaks[0] + 1.0)  # one look at time zero still needs a panel to start from
    start_of = np.searchsorted(breaks, starts - _SAME_TIME)
    end_of = np.searchsorted(breaks, ends - _SAME_TIME)

    # Net rate over each gap: +rate where an input starts, -rate where it ends, summed along time.
    slope = np.zeros((breaks.size, n_compartments))
    falls = np.zeros((breaks.size, n_compartments))
    for dose, begin, end in zip(doses, start_of, end_of, strict=True):
        if dose.duration_h > 0:
            slope[begin, dose.compartment] += dose.amount / dose.duration_h
            slope[end, dose.compartment] -= dose.amount / dose.duration_h
        else:
            falls[begin, dose.compartment] += dose.amount
    rate = np.cumsum(slope, axis=0)
    rate[np.abs(rate) < 1e-12 * np.max(np.abs(slope), initial=1.0)] = 0.0  # rounding of +r - r

    changes = np.any(slope != 0, axis=1) | np.any(falls != 0, axis=1)
    edges = breaks
    if fastest_slow_rate is not None:
        widest = min(_WIDEST_PANEL, 1.0 / max(fastest_slow_rate, 1e-12))
        edges = _graded_times(breaks, changes, widest)
    break_of = np.searchsorted(breaks, edges[:-1] + _SAME_TIME, side="right") - 1
    is_break = np.abs(breaks[break_of] - edges[:-1]) <= _SAME_TIME

    widths, width_of = np.unique(np.round(np.diff(edges), 11), return_inverse=True)
    rates, rate_of_break = _distinct_rows(rate)
    boluses, bolus_of_break = _distinct_rows(np.concatenate([np.zeros((1, n_compartments)), falls]))
    none = bolus_of_break[0]
    order = np.argsort(times, kind="stable")
    reached = np.searchsorted(times[order], edges + _SAME_TIME, side="right")
    given_until = float(np.max(ends, initial=first))
    return Schedule(
        widths=widths,
        width_of=width_of.astype(np.int64),
        rates=rates,
        rate_of=rate_of_break[break_of],
        boluses=boluses,
        bolus_of=np.where(is_break, bolus_of_break[1:][break_of], none),
        observed_by=reached.astype(np.int64),
        last_input=int(np.searchsorted(edges, given_until + _SAME_TIME)),
        observe_order=order.astype(np.int64),
        closing_bolus=int(bolus_of_break[-1]),
    )
