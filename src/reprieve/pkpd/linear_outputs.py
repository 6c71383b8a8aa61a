"""Outputs of linear systems for many subjects: shapes, bounds on their rates, and their curves piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from reprieve.errors import InputError
from reprieve.pkpd.curve_pieces import Curve, Floats, Sample, blocks, fit_curve
from reprieve.pkpd.schedule import Dose
from reprieve.pkpd.simulate import simulate


def as_arrays(rate_matrix: ArrayLike, readout: ArrayLike) -> tuple[Floats, Floats]:
    """Rate matrices (n_subjects, n, n) and readouts (n_subjects, n_outputs, n), shapes checked.

    Raises
    ------
    InputError
        The shapes do not fit each other.
    """
    k, r = np.asarray(rate_matrix, dtype=float), np.asarray(readout, dtype=float)
    if k.ndim != 3 or k.shape[1] != k.shape[2] or 0 in k.shape:
        raise InputError(f"rate_matrix is {k.shape}; it must be (n_subjects, n, n).")
    expected = {2: (k.shape[2],), 3: (k.shape[0], k.shape[2])}
    if r.ndim not in expected or (*r.shape[:-2], r.shape[-1]) != expected[r.ndim]:
        raise InputError(f"readout is {r.shape}; it must be (n_outputs, {k.shape[2]}) or one such array per subject.")
    return k, np.broadcast_to(r, (k.shape[0], *r.shape[-2:]))


def check_window(start_h: float, end_h: float) -> None:
    """Refuse a window that is not one.

    Raises
    ------
    InputError
        An end is not finite, or the window has no length.
    """
    if not (np.isfinite(start_h) and np.isfinite(end_h) and start_h < end_h):
        raise InputError(f"The window runs from {start_h:g} to {end_h:g} h; give two finite times, the earlier first.")


def dose_events(doses: Sequence[Dose]) -> Floats:
    """Times (h) at which inputs start or end, (n_events,), sorted and distinct."""
    return np.unique([time for dose in doses for time in (dose.time_h, dose.time_h + dose.duration_h)])


def fastest_rate(k: Floats) -> float:
    """1/h, a bound on every decay rate of every subject (Gershgorin's circles of the columns)."""
    return float(2 * np.max(np.abs(np.diagonal(k, axis1=1, axis2=2))))


def slowest_rates(k: Floats) -> Floats:
    """(n_subjects,) 1/h, the slowest decay rate of each subject."""
    return np.asarray(np.min(-np.linalg.eigvals(k).real, axis=1))


def over_subjects(
    measure: Callable[[Curve, slice], Floats],
    k: Floats,
    r: Floats,
    doses: Sequence[Dose],
    edges: Floats,
) -> Floats:
    """Apply a measure of curves to blocks of subjects and join the results along the subjects."""
    return np.concatenate(
        [
            measure(fit_curve(_sampled(k[part], r[part], doses), edges), part)
            for part in blocks(k.shape[0], r.shape[1], len(edges) - 1)
        ]
    )


def _sampled(k: Floats, r: Floats, doses: Sequence[Dose]) -> Sample:
    return lambda times: simulate(k, r, doses, times).values
