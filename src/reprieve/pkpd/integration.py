"""Numerical integration of many subjects between events, for systems that have no exact solution.

SciPy's LSODA [1]_, which changes by itself between a method for stiff equations (BDF) and one for others (Adams). It
starts anew at every event, so it never steps across a jump. Subjects are integrated side by side in groups: their
Jacobian is a band, and LSODA judges the error of the worst component, so nobody is averaged away.

References
----------
.. [1] Petzold L. Automatic selection of methods for solving stiff and nonstiff systems of ordinary differential
   equations. SIAM J Sci Stat Comput 1983;4:136-148.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from reprieve.errors import InputError
from reprieve.pkpd.dose import SAME_TIME, Dose

Floats = NDArray[np.float64]
#: (time h, states (n_subjects, m), input (m,) per h, whether the first dose was given) to slopes (n_subjects, m)
Slopes: TypeAlias = Callable[[float, Floats, Floats, bool], Floats]

#: Relative tolerance of each step. Its sum over a course stays below 1e-7 (tests/reference/test_nonlinear.py).
RTOL = 1e-9
#: Absolute tolerance, as a share of the largest amount given: values are relative down to a millionth of it.
ATOL_SHARE = 1e-6 * RTOL
#: Subjects that share the steps of one integration.
GROUP = 64
#: Evaluations of the slopes between two events before the integration is given up.
_MOST_CALLS = 100_000


class _Stuck(Exception):
    """The solver gave up, at ``time_h`` and with the reason it gives."""

    def __init__(self, time_h: float, why: str) -> None:
        super().__init__(why)
        self.time_h = time_h


@cache
def _solve_ivp() -> Any:
    # The one late import of the engine: SciPy's solvers take half a second to load, and models with constant rates
    # never use them.
    from scipy.integrate import solve_ivp  # noqa: PLC0415

    return solve_ivp


def integrate(
    slopes: Slopes,
    start: Floats,
    tolerances: Floats,
    doses: Sequence[Dose],
    times: Floats,
    *,
    begin_h: float,
    changes_h: Sequence[float] = (),
    running: bool = False,
    rtol: float = RTOL,
) -> Floats:
    """States at the times asked for; at the time of a bolus one sees it already given.

    Parameters
    ----------
    slopes : the differential equations
    start : (n_subjects, m) states at ``begin_h``
    tolerances : (m,) absolute tolerance of each state
    doses : inputs from ``begin_h`` on, the same for all subjects
    times : (n_times,) h, rising, none before ``begin_h``
    changes_h : other times at which the slopes jump, h
    running : whether the first dose was given before ``begin_h``
    rtol : relative tolerance

    Returns
    -------
    (n_subjects, n_times, m)

    Raises
    ------
    _Stuck
        The solver gave up.
    """
    end = max(float(times[-1]), begin_h)
    edges = _edges(doses, changes_h, begin_h, end)
    found = np.empty((*start.shape[:1], times.size, start.shape[1]))
    state, seen = start.copy(), 0
    for position, here in enumerate(edges):
        for dose in doses:
            if dose.duration_h <= SAME_TIME and abs(dose.time_h - here) <= SAME_TIME:
                state[:, dose.compartment] += dose.amount
        running = running or any(dose.time_h <= here + SAME_TIME for dose in doses if dose.amount > 0)
        until = edges[position + 1] if position + 1 < len(edges) else here
        now = int(np.searchsorted(times, here + SAME_TIME, side="right"))
        found[:, seen:now] = state[:, None]
        if until > here:
            seen = int(np.searchsorted(times, until - SAME_TIME, side="left"))
            given = _input(doses, here, until, start.shape[1])
            looks = times[now:seen]
            path = _piece(slopes, state, tolerances, (here, until), looks, given, running, rtol)
            found[:, now:seen], state = path[:, :-1], path[:, -1].copy()
    return found


def _edges(doses: Sequence[Dose], changes_h: Sequence[float], begin: float, end: float) -> list[float]:
    candidates = [begin, end, *changes_h, *(d.time_h for d in doses), *(d.time_h + d.duration_h for d in doses)]
    edges: list[float] = []
    for time in sorted(time for time in candidates if begin <= time <= end):
        if not edges or time > edges[-1] + SAME_TIME:
            edges.append(time)
    return edges


def _input(doses: Sequence[Dose], here: float, until: float, m: int) -> Floats:
    """(m,) per h, the infusions that run over a piece."""
    given, middle = np.zeros(m), (here + until) / 2
    for dose in doses:
        if dose.duration_h > SAME_TIME and dose.time_h < middle < dose.time_h + dose.duration_h:
            given[dose.compartment] += dose.amount / dose.duration_h
    return given


def _piece(
    slopes: Slopes, state: Floats, tolerances: Floats, span: tuple[float, float], looks: Floats, given: Floats,
    running: bool, rtol: float,
) -> Floats:  # fmt: skip
    """(n_subjects, n_looks + 1, m): states at the looks inside a piece, and at its end."""
    calls, latest = 0, span[0]

    def flat(since: float, flattened: Floats) -> Floats:
        nonlocal calls, latest
        calls, latest = calls + 1, max(latest, span[0] + since)
        if calls > _MOST_CALLS:
            raise _Stuck(latest, f"it needs more than {_MOST_CALLS} evaluations")
        found = slopes(span[0] + since, flattened.reshape(state.shape), given, running).ravel()
        if not np.all(np.isfinite(found)):
            raise _Stuck(latest, "a slope is no longer finite")
        return found

    # Time counts from the start of the piece: its first steps may be smaller than the rounding of a late hour.
    asked = np.append(looks, span[1]) - span[0]
    band = min(state.shape[1] - 1, state.size - 1)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # what LSODA warns of is in its message, and raised below
        solution = _solve_ivp()(
            flat, (0.0, asked[-1]), state.ravel(), method="LSODA", t_eval=asked, rtol=rtol,
            atol=np.tile(tolerances, len(state)), lband=band, uband=band,
        )  # fmt: skip
    if not solution.success:
        raise _Stuck(latest, solution.message.rstrip("."))
    return np.moveaxis(solution.y.reshape(*state.shape, -1), 2, 1)


def integrate_groups(of_group: Callable[[slice], Floats], n_subjects: int, shape: tuple[int, int]) -> Floats:
    """Integrate all subjects, :data:`GROUP` at a time.

    Parameters
    ----------
    of_group : what integrates some of the subjects
    n_subjects : how many there are
    shape : (n_times, m) of one subject's result

    Raises
    ------
    InputError
        A subject cannot be integrated; the sentence names it.
    """
    found = np.empty((n_subjects, *shape))
    for first in range(0, n_subjects, GROUP):
        part = slice(first, min(first + GROUP, n_subjects))
        try:
            found[part] = of_group(part)
        except _Stuck:  # each alone, to find out who it is; whoever only suffered from another gets a result
            for subject in range(part.start, part.stop):
                try:
                    found[subject] = of_group(slice(subject, subject + 1))[0]
                except _Stuck as stuck:
                    raise InputError(
                        f"The differential equations of subject {subject + 1} of {n_subjects} could not be followed "
                        f"beyond {stuck.time_h:.6g} h ({stuck}). Check the parameters of this subject for a value "
                        f"that cannot be meant."
                    ) from None
    return found
