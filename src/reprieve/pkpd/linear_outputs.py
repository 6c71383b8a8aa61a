"""Outputs of linear systems for many subjects: shapes, bounds on their rates, and their curves piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reprieve.errors import InputError
from reprieve.pkpd.curve_pieces import Curve, Floats, Sample, blocks, fit_curve
from reprieve.pkpd.dose import Dose
from reprieve.pkpd.simulate import simulate

#: A loss below this share of what a compartment exchanges is rounding.
_NO_LOSS = 1e-13


def as_arrays(rate_matrix: ArrayLike, readout: ArrayLike, doses: Sequence[Dose] = ()) -> tuple[Floats, Floats]:
    """Rate matrices (n_subjects, n, n) and readouts (n_subjects, n_outputs, n), checked.

    Raises
    ------
    InputError
        The shapes do not fit each other, a dose goes nowhere, or a compartment is never emptied.
    """
    k, r = np.asarray(rate_matrix, dtype=float), np.asarray(readout, dtype=float)
    if k.ndim != 3 or k.shape[1] != k.shape[2] or 0 in k.shape:
        raise InputError(f"rate_matrix is {k.shape}; it must be (n_subjects, n, n).")
    expected = {2: (k.shape[2],), 3: (k.shape[0], k.shape[2])}
    if r.ndim not in expected or (*r.shape[:-2], r.shape[-1]) != expected[r.ndim]:
        raise InputError(f"readout is {r.shape}; it must be (n_outputs, {k.shape[2]}) or one such array per subject.")
    for dose in doses:
        check_compartment(dose.compartment, k.shape[2])
    check_emptied(k)
    return k, np.broadcast_to(r, (k.shape[0], *r.shape[-2:]))


def check_compartment(compartment: int, n: int) -> None:
    """Refuse a compartment that the system does not have.

    Raises
    ------
    InputError
        There is no such compartment.
    """
    if not 0 <= compartment < n:
        raise InputError(f"The dose goes into compartment {compartment}; there are {n}, counted from 0.")


def reachable(k: Floats) -> NDArray[np.bool_]:
    """``[s, i, j]``: in subject s, what is in j can get to i (or is there)."""
    reach: NDArray[np.bool_] = (k != 0) | np.eye(k.shape[1], dtype=bool)
    for _ in range(k.shape[1].bit_length()):
        reach = (reach.astype(float) @ reach.astype(float)) > 0
    return reach


def check_emptied(k: Floats) -> None:
    """Compartments that exchange must lose drug to others or to the outside, or areas are infinite.

    Raises
    ------
    InputError
        A compartment is never emptied.
    """
    reach = reachable(k)
    together = reach & np.swapaxes(reach, 1, 2)
    moved = -np.diagonal(k, axis1=1, axis2=2)
    lost = -np.where(together, k, 0.0).sum(axis=1) > _NO_LOSS * moved
    emptied = np.any(together & lost[:, None, :], axis=2)
    if not emptied.all():
        subject, compartment = np.argwhere(~emptied)[0]
        raise InputError(
            f"Compartment {compartment} of subject {subject} (both counted from 0) is never emptied, so areas are "
            f"infinite and there is no half-life and no steady state; give it a loss or leave it out."
        )


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
