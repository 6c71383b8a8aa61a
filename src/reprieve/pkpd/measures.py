"""Exposure of linear systems: area under the curve, peak, time above a level.

Areas are linear algebra on the rate matrix. Peaks and times above a level are found on the exact curve as
:mod:`reprieve.pkpd.curve_pieces` carries it, not on a sampling grid. Times are hours, amounts mg; an output has
the unit of the readout, usually ng/mL.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from reprieve.errors import InputError
from reprieve.pkpd.curve_pieces import Floats, duration_above, graded_edges, highest
from reprieve.pkpd.dose import Dose
from reprieve.pkpd.linear_outputs import (
    as_arrays,
    check_window,
    dose_events,
    fastest_rate,
    over_subjects,
    slowest_rates,
)
from reprieve.pkpd.simulate import simulate

#: Nodes of the quadrature for windows shorter than the fastest time constant: exact to rounding there.
_SHORT_NODES, _SHORT_WEIGHTS = np.polynomial.legendre.leggauss(10)
#: A bolus this close to a look (h) counts as given before it, as in the engine.
_SAME_TIME = 1e-9


@dataclass(frozen=True)
class Peak:
    """Highest output and when it is first reached.

    Attributes
    ----------
    value : (n_subjects, n_outputs) unit of the readout; good to 1e-9 of itself
    time_h : (n_subjects, n_outputs) h; good to 1e-6 h or 1e-6 of the time since the last dose event
    """

    value: Floats
    time_h: Floats


def auc_to_infinity(rate_matrix: ArrayLike, readout: ArrayLike, doses: Sequence[Dose]) -> Floats:
    """Area under each output from before the first dose to infinity: ``-readout K⁻¹ (total input)``.

    Parameters
    ----------
    rate_matrix : (n_subjects, n, n) 1/h
    readout : (n_outputs, n) or (n_subjects, n_outputs, n)
    doses : all inputs; when and how fast they enter does not matter

    Returns
    -------
    (n_subjects, n_outputs) output unit times hours
    """
    k, r = as_arrays(rate_matrix, readout, doses)
    total = np.zeros(k.shape[1])
    for dose in doses:
        total[dose.compartment] += dose.amount
    residence = np.linalg.solve(-k, np.broadcast_to(total, k.shape[:2])[..., None])
    return np.asarray((r @ residence)[..., 0])


def auc_between(
    rate_matrix: ArrayLike, readout: ArrayLike, doses: Sequence[Dose], start_h: float, end_h: float
) -> Floats:
    """Area under each output from ``start_h`` to ``end_h``.

    Since ``dx/dt = K x + u``, the area under x is ``K⁻¹ (x(end) - x(start) - what entered between)``: exact, and
    as good as the states are. Windows shorter than the fastest time constant would lose digits that way; if
    nothing starts or ends inside, a 10-point Gauss-Legendre rule is exact to rounding for them.

    Parameters
    ----------
    rate_matrix, readout, doses : see :func:`auc_to_infinity`
    start_h, end_h : h

    Returns
    -------
    (n_subjects, n_outputs) output unit times hours

    Raises
    ------
    InputError
        The window has no length, or shapes do not fit.
    """
    check_window(start_h, end_h)
    k, r = as_arrays(rate_matrix, readout, doses)
    given = [dose for dose in doses if dose.time_h < end_h - _SAME_TIME]
    breaks = dose_events(given)
    quiet = not np.any((breaks > start_h + _SAME_TIME) & (breaks < end_h - _SAME_TIME))
    if quiet and (end_h - start_h) * fastest_rate(k) < 1.0:
        half = (end_h - start_h) / 2
        looked = simulate(k, r, given, start_h + half * (1 + _SHORT_NODES)).values
        return np.asarray(half * np.einsum("sto,t->so", looked, _SHORT_WEIGHTS))
    states = simulate(k, np.eye(k.shape[1]), given, np.array([start_h, end_h])).values
    change = states[:, 1] - states[:, 0]
    for dose in given:
        begin, end = max(dose.time_h, start_h), min(dose.time_h + dose.duration_h, end_h)
        if dose.duration_h > 0:
            change[:, dose.compartment] -= dose.amount * max(end - begin, 0.0) / dose.duration_h
        elif dose.time_h > start_h + _SAME_TIME:
            change[:, dose.compartment] -= dose.amount
    return np.asarray((r @ np.linalg.solve(k, change[..., None]))[..., 0])


def _edges(k: Floats, doses: Sequence[Dose], start_h: float, end_h: float) -> Floats:
    rates = {"fastest_rate": fastest_rate(k), "slowest_rate": float(np.max(slowest_rates(k)))}
    return graded_edges(dose_events(doses), start_h, end_h, **rates)


def peak(
    rate_matrix: ArrayLike,
    readout: ArrayLike,
    doses: Sequence[Dose],
    start_h: float | None = None,
    end_h: float | None = None,
) -> Peak:
    """Highest value of each output and when it is first reached (Cmax and Tmax), over any number of doses.

    Parameters
    ----------
    rate_matrix, readout, doses : see :func:`auc_to_infinity`
    start_h : h, beginning of the window; the first dose when not given
    end_h : h, its end; when not given, so long after the last input that n compartments in a row with the
        slowest rate have all had their peak

    Raises
    ------
    InputError
        There is no dose, or the window has no length.
    """
    k, r = as_arrays(rate_matrix, readout, doses)
    if not doses:
        raise InputError("A peak needs at least one dose.")
    events = dose_events(doses)
    begin = float(events[0]) if start_h is None else start_h
    end = float(events[-1] + (k.shape[1] + 1) / slowest_rates(k).min()) if end_h is None else end_h
    check_window(begin, end)
    found = over_subjects(lambda curve, _: np.stack(highest(curve), axis=-1), k, r, doses, _edges(k, doses, begin, end))
    return Peak(found[..., 0], found[..., 1])


def time_above(
    rate_matrix: ArrayLike,
    readout: ArrayLike,
    doses: Sequence[Dose],
    level: ArrayLike,
    start_h: float,
    end_h: float,
) -> Floats:
    """Hours between ``start_h`` and ``end_h`` that each output spends at or above a level.

    Parameters
    ----------
    rate_matrix, readout, doses : see :func:`auc_to_infinity`
    level : unit of the readout, > 0; one number, (n_outputs,) or (n_subjects, n_outputs)
    start_h, end_h : h

    Returns
    -------
    (n_subjects, n_outputs) h; every crossing is located to 1e-6 of the time since the last dose event

    Raises
    ------
    InputError
        A level is not positive, or the window has no length.
    """
    check_window(start_h, end_h)
    k, r = as_arrays(rate_matrix, readout, doses)
    levels = np.asarray(level, dtype=float)
    if not (np.all(np.isfinite(levels)) and np.all(levels > 0)):
        raise InputError(
            f"The level is {levels.tolist()}; it must be a finite number above zero, in the unit of the output."
        )
    each = np.broadcast_to(levels, r.shape[:2])
    edges = _edges(k, doses, start_h, end_h)
    return over_subjects(lambda curve, part: duration_above(curve, each[part]), k, r, doses, edges)
