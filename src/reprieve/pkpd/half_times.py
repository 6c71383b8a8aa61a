"""How fast outputs fall: half-lives of a system and context-sensitive half-times after infusions."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reprieve.errors import InputError
from reprieve.pkpd.curve_pieces import Curve, Floats, first_fall_to, graded_edges
from reprieve.pkpd.dose import Dose
from reprieve.pkpd.linear_outputs import (
    as_arrays,
    check_compartment,
    fastest_rate,
    over_subjects,
    reachable,
    slowest_rates,
)
from reprieve.pkpd.simulate import simulate

#: Rates that coincide look complex by rounding; beyond this share of the rate a system does oscillate.
_OSCILLATES = 0.01
_MOST_EXTENSIONS = 40


@dataclass(frozen=True)
class HalfLives:
    """Half-lives of a system and what of them an output shows.

    Attributes
    ----------
    all_h : (n_subjects, n) h, of all modes, longest first
    terminal_h : (n_subjects, n_outputs) h, of the slowest mode an output can show after a dose into the
        compartment asked for; NaN when nothing arrives
    terminal_share : (n_subjects, n_outputs) share of the area to infinity, after a bolus, that lies under the
        terminal mode; may exceed 1 for an output that rises first; NaN when the mode is not simple
    """

    all_h: Floats
    terminal_h: Floats
    terminal_share: Floats


def half_lives(rate_matrix: ArrayLike, readout: ArrayLike, compartment: int) -> HalfLives:
    """Half-lives ``ln 2 / λ`` of every mode, and the terminal one of each output.

    A mode has weight in an output only if it belongs to compartments that the dose reaches and from which the
    output is reached: a slow metabolite does not lengthen the half-life of its parent. That is decided by which
    rates are zero, per subject, and not by the size of rounding errors.

    Parameters
    ----------
    rate_matrix : (n_subjects, n, n) 1/h
    readout : (n_outputs, n) or (n_subjects, n_outputs, n)
    compartment : where the dose goes

    Raises
    ------
    InputError
        No such compartment, or the system oscillates and has no half-lives.
    """
    k, r = as_arrays(rate_matrix, readout)
    n_subjects, n, _ = k.shape
    check_compartment(compartment, n)
    eigenvalues = np.linalg.eigvals(k)
    if np.any(np.abs(eigenvalues.imag) > _OSCILLATES * np.abs(eigenvalues.real)):
        raise InputError("The compartments form a cycle whose modes oscillate; such a system has no half-lives.")
    reach = reachable(k)
    area = np.linalg.solve(-k, np.broadcast_to(np.eye(n)[compartment], (n_subjects, n))[..., None])
    terminal, share = np.full(r.shape[:2], np.nan), np.full(r.shape[:2], np.nan)
    for output in range(r.shape[1]):
        seen_from = np.any(reach & (r[:, output] != 0)[:, :, None], axis=1)
        members = seen_from & reach[:, :, compartment]
        shown = members[:, compartment]
        rate, weight = _slowest_mode(k, members, r[:, output], compartment)
        terminal[shown, output] = (math.log(2) / rate)[shown]
        total = np.einsum("sn,sn->s", r[:, output], area[..., 0])
        with np.errstate(invalid="ignore", divide="ignore"):
            share[shown, output] = (weight / rate / total)[shown]
    longest_first = np.sort(-eigenvalues.real, axis=1)
    return HalfLives(math.log(2) / longest_first, terminal, share)


def _slowest_mode(k: Floats, members: NDArray[np.bool_], output: Floats, compartment: int) -> tuple[Floats, Floats]:
    """Rate (1/h) and weight of the slowest mode among ``members``, per subject, after a unit bolus."""
    both = members[:, :, None] & members[:, None, :]
    n = k.shape[1]
    quick = np.min(np.diagonal(k, axis1=1, axis2=2), axis=1)  # others decay at the fastest loss and stay apart
    inner = np.where(both, k, 0.0) + np.where(members, 0.0, quick[:, None])[:, :, None] * np.eye(n)
    rates, right = np.linalg.eig(inner)
    others, left = np.linalg.eig(np.swapaxes(inner, 1, 2))
    which, whose = np.argmax(rates.real, axis=1), np.argmax(others.real, axis=1)
    subjects = np.arange(len(k))
    v, w = right[subjects, :, which].real, left[subjects, :, whose].real
    overlap = np.einsum("sn,sn->s", v, w)
    norms = np.linalg.norm(v, axis=1) * np.linalg.norm(w, axis=1)
    overlap = np.where(np.abs(overlap) > 1e-7 * norms, overlap, np.nan)  # two modes in one: no weight of its own
    weight = np.einsum("sn,sn->s", output, v) * w[:, compartment] / overlap
    return -rates.real[subjects, which], weight


def context_sensitive_half_time(
    rate_matrix: ArrayLike,
    readout: ArrayLike,
    compartment: int,
    infusion_h: float,
    fraction: float = 0.5,
) -> Floats:
    """Time for each output to fall by ``fraction`` of its value at the end of a constant-rate infusion.

    An output that still rises when the infusion stops (a metabolite, an effect site) is timed to its first fall
    to that level all the same.

    Parameters
    ----------
    rate_matrix : (n_subjects, n, n) 1/h
    readout : (n_outputs, n) or (n_subjects, n_outputs, n)
    compartment : where the infusion goes
    infusion_h : h, > 0; ``math.inf`` is an infusion at steady state
    fraction : how far it falls, between 0 and 1; 0.5 is the half-time, 0.8 the 80 % decrement time

    Returns
    -------
    (n_subjects, n_outputs) h; NaN where there was nothing at the end of the infusion

    Raises
    ------
    InputError
        The infusion or the fraction cannot be meant.

    References
    ----------
    Hughes MA, Glass PSA, Jacobs JR. Context-sensitive half-time in multicompartment pharmacokinetic models for
    intravenous anesthetic drugs. Anesthesiology 1992;76:334-341.
    """
    k, r = as_arrays(rate_matrix, readout)
    check_compartment(compartment, k.shape[1])
    if not infusion_h > 0:
        raise InputError(f"The infusion lasts {infusion_h:g} h; it must be above zero, or infinite for steady state.")
    if not 0 < fraction < 1:
        raise InputError(f"The fall is by {fraction:g}; it must be a fraction between 0 and 1, such as 0.5.")
    if math.isinf(infusion_h):
        # What is left of a steady state is the area still to come after a bolus: -readout K⁻¹ e^{Kt}.
        r = -np.swapaxes(np.linalg.solve(np.swapaxes(k, 1, 2), np.swapaxes(r, 1, 2)), 1, 2)
        dose, stop = Dose(0.0, compartment, 1.0), 0.0
    else:
        dose, stop = Dose(0.0, compartment, infusion_h, infusion_h), infusion_h
    at_stop = simulate(k, r, [dose], np.array([stop])).values[:, 0]
    return _time_of_fall(k, r, dose, stop, at_stop * (1 - fraction))


def _falls(curve: Curve, part: slice, *, level: Floats) -> Floats:
    return first_fall_to(curve, level[part])


def _time_of_fall(k: Floats, r: Floats, dose: Dose, stop: float, target: Floats) -> Floats:
    """Hours from ``stop`` until outputs have fallen to ``target``; the look ahead is doubled until all have."""
    slowest = slowest_rates(k)
    rates = {"fastest_rate": fastest_rate(k), "slowest_rate": float(slowest.max())}
    ahead = k.shape[1] / float(slowest.min())
    found = np.full(target.shape, np.nan)
    wanted = target > 0
    for _ in range(_MOST_EXTENSIONS):
        missing = np.any(wanted & np.isnan(found), axis=1)
        if not missing.any():
            break
        level = target[missing]
        edges = graded_edges(np.array([]), stop, stop + ahead, **rates)
        found[missing] = over_subjects(functools.partial(_falls, level=level), k[missing], r[missing], [dose], edges)
        ahead *= 2
    return np.where(wanted, found - stop, np.nan)


def time_to_fraction_of_steady_state(
    rate_matrix: ArrayLike, readout: ArrayLike, compartment: int, fraction: float
) -> Floats:
    """Time from the start of a constant-rate infusion until each output is at ``fraction`` of its steady state.

    By superposition that is the time to fall by the same fraction after an infusion at steady state: what is
    missing during the one is what is left during the other. The average over a dosing interval of repeated doses
    follows the same curve, read at whole intervals.

    Parameters
    ----------
    rate_matrix, readout, compartment : see :func:`context_sensitive_half_time`
    fraction : between 0 and 1

    Returns
    -------
    (n_subjects, n_outputs) h; NaN where nothing arrives
    """
    return context_sensitive_half_time(rate_matrix, readout, compartment, math.inf, fraction)
