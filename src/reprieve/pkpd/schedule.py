"""A schedule: inputs and observation times compiled once, for all subjects, into a list of panels.

Between two *breaks* (a dose starts or ends, a bolus falls, somebody looks) nothing happens from outside, so
a linear system is propagated exactly over the whole gap. The quadrature of a slow state needs smaller steps
just after a change, so gaps are divided into *panels* that grow geometrically away from it. Panel widths
repeat, and exponentials are tabulated once per distinct width: that is where the speed comes from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.pkpd.compiled import compiled
from reprieve.pkpd.dose import SAME_TIME, Dose

# The constants below are chosen by the convergence study in tests/reference/test_slow_state.py so that the
# slow state is good to 1e-6 relative, also where it is still a millionth of what it will be.
#: Width of the first panel after the first input (h): there U starts from nothing and so does its error.
_FIRST_PANEL_EVER = 1e-6
#: Width of the first panel after any later change (h).
_FIRST_PANEL = 0.003
#: How much longer each panel is than what lies between it and the last change, plus one.
_GROWTH = 2.25
#: A falling concentration may drop by this power of e in one panel.
_FALL_PER_PANEL = 2.5
#: From this many time constants after a change on, panels grow again: what matters then is a slower subject.
_TIME_CONSTANTS = 10.0


@dataclass(frozen=True)
class PanelNeeds:
    """What decides how wide the panels of a slow state may be, over all subjects.

    Parameters
    ----------
    slow_rate : 1/h, > 0, the fastest the slow state moves; it changes by less than a factor e over a panel
    drive_rate : 1/h, > 0, the fastest a concentration falls in the end, when only its slowest phase is left
    steepness : at least 1, the largest Hill exponent: a steep response bends that much more sharply
    """

    slow_rate: float
    drive_rate: float
    steepness: float


@dataclass(frozen=True)
class CompiledSchedule:
    """Panels in time order; see :func:`compile_schedule`.

    Attributes
    ----------
    widths : (n_widths,) h, the distinct panel widths, the most frequent first
    width_of : (n_panels,) index into ``widths``
    rates : (n_rates, n_compartments) mg/h, the distinct constant inputs
    rate_of : (n_panels,) index into ``rates`` during the panel
    boluses : (n_boluses, n_compartments) mg, distinct boluses, none among them
    bolus_of : (n_panels,) index into ``boluses``, given at the start of the panel
    observed_by : (n_panels + 1,) how many observation times are reached at each panel edge
    last_input : first panel from which on nothing more is given
    observe_order : (n_times,) position in the caller's times of the k-th observation in time order
    closing_bolus : index into ``boluses`` of a bolus at the very last time
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
    ordered = np.sort(times)
    return np.asarray(ordered[np.concatenate([[True], np.diff(ordered) > SAME_TIME])])


@compiled
def _divide(
    breaks: NDArray[np.float64],
    last_change: NDArray[np.float64],
    first_panel: NDArray[np.float64],
    growth: float,
    fall: float,
    slow_time: float,
    drive_time: float,
) -> NDArray[np.float64]:
    """Every break, and inside each gap steps that grow with the time since the last change."""
    edges = np.empty(4 * len(breaks) + 64)
    count = 0
    for gap in range(len(breaks) - 1):
        position, step, unfinished = breaks[gap], 0.0, True
        while unfinished:
            if count == len(edges):
                edges = np.concatenate((edges, np.empty(count)))
            edges[count] = position
            count += 1
            since = position - last_change[gap] if position > last_change[gap] - SAME_TIME else np.inf
            step = min(first_panel[gap] + growth * since, slow_time, fall * max(drive_time, since / _TIME_CONSTANTS))
            position += step
            unfinished = position < breaks[gap + 1] - 0.25 * step  # a crumb is taken along by the panel before it
    return np.concatenate((edges[:count], breaks[-1:]))


def _graded_times(breaks: NDArray[np.float64], changes: NDArray[np.bool_], needs: PanelNeeds) -> NDArray[np.float64]:
    """Panel edges of a slow state."""
    change_times = breaks[changes] if changes.any() else breaks[:1]
    change = np.maximum(np.searchsorted(change_times, breaks[:-1], side="right") - 1, 0)
    edges: NDArray[np.float64] = _divide(
        breaks, change_times[change], np.where(change == 0, _FIRST_PANEL_EVER, _FIRST_PANEL),
        (_GROWTH - 1) / needs.steepness, _FALL_PER_PANEL / needs.steepness, 1 / needs.slow_rate, 1 / needs.drive_rate,
    )  # fmt: skip
    return edges


def _distinct_widths(edges: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Panel widths that repeat up to the rounding of their edges; of each kind the mean, so nothing drifts.

    The most frequent come first.
    """
    exact = np.diff(edges)
    _, kind, count = np.unique(np.round(exact, 11), return_inverse=True, return_counts=True)
    by_count = np.argsort(-count, kind="stable")
    place = np.empty_like(by_count)
    place[by_count] = np.arange(by_count.size)
    return (np.bincount(kind, weights=exact) / count)[by_count], place[kind].astype(np.int64)


def _distinct_rows(rows: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Rows that differ, and which of them each row is; column by column, as most columns are all zero."""
    first, *others = rows.T[rows.any(axis=0)] if rows.any() else rows.T[:1]
    kind: NDArray[np.float64] | NDArray[np.int64] = first
    for column in others:
        value, other = (np.unique(each, return_inverse=True)[1] for each in (kind, column))
        kind = value * len(rows) + other
    _, example, kind = np.unique(kind, return_index=True, return_inverse=True)
    return rows[example], kind.astype(np.int64)


def _inputs_at_breaks(
    doses: Sequence[Dose], breaks: NDArray[np.float64], n_compartments: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Net input rate from each break on (mg/h) and bolus at each break (mg), both (n_breaks, n_compartments)."""
    into = np.array([dose.compartment for dose in doses], dtype=np.int64)
    amount = np.array([dose.amount for dose in doses], dtype=float)
    starts = np.array([dose.time_h for dose in doses], dtype=float)
    lengths = np.array([dose.duration_h for dose in doses], dtype=float)
    begin = np.searchsorted(breaks, starts - SAME_TIME)
    end = np.searchsorted(breaks, starts + lengths - SAME_TIME)
    lasts = end > begin
    boluses = np.zeros((breaks.size, n_compartments))
    np.add.at(boluses, (begin[~lasts], into[~lasts]), amount[~lasts])

    change = np.zeros((breaks.size, n_compartments))
    running = np.zeros((breaks.size, n_compartments), dtype=np.int64)
    begin, end, into, rate = begin[lasts], end[lasts], into[lasts], amount[lasts] / lengths[lasts]
    for position, sign in ((begin, 1), (end, -1)):
        np.add.at(change, (position, into), sign * rate)
        np.add.at(running, (position, into), sign)
    rates = np.where(np.cumsum(running, axis=0) > 0, np.cumsum(change, axis=0), 0.0)
    return rates, boluses


def compile_schedule(
    doses: Sequence[Dose],
    times: NDArray[np.float64],
    n_compartments: int,
    *,
    needs: PanelNeeds | None = None,
    start_h: float | None = None,
) -> CompiledSchedule:
    """Compile doses and observation times.

    Parameters
    ----------
    doses : all inputs, any order; inputs may overlap and add up
    times : (n_times,) h, when to look, any order; at the time of a bolus one sees it already given
    n_compartments : length of the state vector
    needs : what a slow state needs of its panels, when one will be integrated
    start_h : h, when something is already in the compartments; otherwise they start empty, at the first of
        zero, the first dose and the first look

    Raises
    ------
    ValueError
        There are no times, one is not finite, or something happens before ``start_h``.
    """
    times = np.asarray(times, dtype=float)
    if times.ndim != 1 or times.size == 0 or not np.all(np.isfinite(times)):
        raise ValueError("times must be a list of finite hours, at least one")
    until = float(times.max())
    doses = [dose for dose in doses if dose.time_h <= until + SAME_TIME]  # what follows is never seen
    starts = np.array([dose.time_h for dose in doses], dtype=float)
    ends = np.array([dose.time_h + dose.duration_h for dose in doses], dtype=float)
    first = float(np.min(starts, initial=min(0.0 if start_h is None else start_h, float(times.min()))))
    if start_h is not None and first < start_h - SAME_TIME:
        raise ValueError(f"a dose or a look is at {first:g} h, before the initial state at {start_h:g} h")
    breaks = _distinct_times(np.concatenate([[first], starts, ends, times]))
    if breaks.size == 1:
        breaks = np.append(breaks, breaks[0] + 1.0)  # one look at time zero still needs a panel to start from

    rate, bolus = _inputs_at_breaks(doses, breaks, n_compartments)
    seen = max(2, int(np.searchsorted(breaks, until + SAME_TIME)))
    breaks, rate, bolus = breaks[:seen], rate[:seen], bolus[:seen]
    changes = np.any(np.diff(rate, axis=0, prepend=0.0) != 0, axis=1) | np.any(bolus != 0, axis=1)
    changes[0] |= start_h is not None  # what is there already falls from the start on
    edges = breaks if needs is None else _graded_times(breaks, changes, needs)
    break_of = np.searchsorted(breaks, edges[:-1] + SAME_TIME, side="right") - 1
    is_break = np.abs(breaks[break_of] - edges[:-1]) <= SAME_TIME

    widths, width_of = _distinct_widths(edges)
    rates, rate_of_break = _distinct_rows(rate)
    boluses, bolus_of_break = _distinct_rows(np.concatenate([np.zeros((1, n_compartments)), bolus]))
    none = bolus_of_break[0]
    order = np.argsort(times, kind="stable")
    reached = np.searchsorted(times[order], edges + SAME_TIME, side="right")
    given_until = float(np.max(ends, initial=first))
    return CompiledSchedule(
        widths=widths,
        width_of=width_of,
        rates=rates,
        rate_of=rate_of_break[break_of],
        boluses=boluses,
        bolus_of=np.where(is_break, bolus_of_break[1:][break_of], none),
        observed_by=reached.astype(np.int64),
        last_input=int(np.searchsorted(edges, given_until + SAME_TIME)),
        observe_order=order.astype(np.int64),
        closing_bolus=int(bolus_of_break[-1]),
    )
