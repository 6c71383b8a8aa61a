"""Non-compartmental analysis of observed concentrations.

Rules are those of the common programs where these agree; docs/explanation/exposure-measures.md states each and
where programs differ. Units: see :mod:`reprieve.pkpd.observed_profile`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from reprieve.errors import InputError
from reprieve.pkpd.observed_profile import Floats, ObservedProfile
from reprieve.pkpd.terminal_phase import TerminalPhase, terminal_phase

_MOMENT_SERIES = [(-1) ** k / (math.factorial(k) * (k + 2)) for k in range(12)]


@dataclass(frozen=True)
class ToInfinity:
    """What needs the area to infinity.

    Attributes
    ----------
    auc, aumc : concentration·h and concentration·h²
    extrapolated_percent : share of ``auc`` beyond the last concentration above zero
    back_extrapolated_percent : share of ``auc`` before the first sample of a bolus; 0 otherwise
    clearance : L/h, dose / auc; apparent (CL/F) when not given into a vein
    volume_terminal : L, Vz = clearance / λz; apparent (Vz/F) when not given into a vein
    mean_residence_h : h, aumc / auc, less half the duration of an infusion; the time absorption takes is in it
    volume_steady_state : L, Vss = clearance · mean residence; None when not given into a vein
    """

    auc: float
    aumc: float
    extrapolated_percent: float
    back_extrapolated_percent: float
    clearance: float
    volume_terminal: float
    mean_residence_h: float
    volume_steady_state: float | None


@dataclass(frozen=True)
class NoncompartmentalAnalysis:
    """Results for one profile.

    Attributes
    ----------
    peak, peak_h : highest sampled concentration, and h when first reached
    start : concentration at time 0: sampled, 0, or back-extrapolated after a bolus
    last, last_h : last concentration above zero, and h
    auc_last, aumc_last : to ``last_h``, concentration·h and concentration·h²
    auc_all : to the last sample, also if that is zero
    terminal : the terminal phase; None when there is none
    observed, predicted : to infinity from the last concentration as measured, and as on the terminal line; None
        when there is no terminal phase
    reason : why there is no terminal phase, one sentence; empty when there is
    """

    peak: float
    peak_h: float
    start: float
    last: float
    last_h: float
    auc_last: float
    aumc_last: float
    auc_all: float
    terminal: TerminalPhase | None
    observed: ToInfinity | None
    predicted: ToInfinity | None
    reason: str


def analyse(profile: ObservedProfile) -> NoncompartmentalAnalysis:
    """Non-compartmental analysis of one profile. A missing terminal phase is a result, not an error."""
    t, c, last = profile.times, profile.concentrations, profile.last
    areas, moments = _segments(profile)
    highest = int(np.argmax(np.where(profile.sampled, c, -1.0)))
    area, moment = float(areas[:last].sum()), float(moments[:last].sum())
    terminal, reason = terminal_phase(profile)
    extrapolate = {} if terminal is None else {"observed": float(c[last]), "predicted": terminal.predicted_last}
    to_infinity = {
        name: _to_infinity(profile, areas, moment, end, terminal.rate)
        for name, end in extrapolate.items()
        if terminal is not None
    }
    return NoncompartmentalAnalysis(
        peak=float(c[highest]),
        peak_h=float(t[highest]),
        start=float(c[0]),
        last=float(c[last]),
        last_h=float(t[last]),
        auc_last=area,
        aumc_last=moment,
        auc_all=float(areas.sum()),
        terminal=terminal,
        observed=to_infinity.get("observed"),
        predicted=to_infinity.get("predicted"),
        reason=reason,
    )


def _segments(profile: ObservedProfile) -> tuple[Floats, Floats]:
    """AUC and AUMC between neighbouring points, (n - 1,) each."""
    t, c = profile.times, profile.concentrations
    begin, end, width = c[:-1], c[1:], np.diff(t)
    areas = width * (begin + end) / 2
    moments = width * (t[:-1] * begin + t[1:] * end) / 2
    if profile.trapezoid == "linear":
        return areas, moments
    falls = (begin > end) & (end > 0)
    begin, end, width = begin[falls], end[falls], width[falls]
    fall = np.log1p((begin - end) / end)  # keeps its digits when two concentrations nearly agree
    areas[falls] = width * (begin - end) / fall
    moments[falls] = t[:-1][falls] * areas[falls] + begin * width**2 * _first_moment(fall)
    return areas, moments


def _first_moment(fall: Floats) -> Floats:
    """``(1 - (1 + u) e⁻ᵘ) / u²``, the first moment of a unit exponential that falls by e⁻ᵘ over unit time."""
    direct = (1 - (1 + fall) * np.exp(-fall)) / fall**2
    return np.where(fall < 0.1, np.polynomial.polynomial.polyval(fall, _MOMENT_SERIES), direct)


def _to_infinity(profile: ObservedProfile, areas: Floats, moment: float, end: float, rate: float) -> ToInfinity:
    """Add the exponential tail from concentration ``end`` at the last quantifiable sample."""
    tail = end / rate
    auc = float(areas[: profile.last].sum()) + tail
    aumc = moment + tail * profile.times[profile.last] + tail / rate
    clearance = profile.dose / auc
    added = not profile.sampled[0]
    mean_residence = aumc / auc - profile.duration_h / 2
    return ToInfinity(
        auc=auc,
        aumc=float(aumc),
        extrapolated_percent=100 * tail / auc,
        back_extrapolated_percent=100 * float(areas[0]) / auc if added and profile.route == "bolus" else 0.0,
        clearance=clearance,
        volume_terminal=clearance / rate,
        mean_residence_h=float(mean_residence),
        volume_steady_state=None if profile.route == "extravascular" else float(clearance * mean_residence),
    )


def partial_auc(profile: ObservedProfile, start_h: float, end_h: float) -> float:
    """Area between two times (concentration·h), by the trapezoid of the profile.

    Between samples concentrations are interpolated as the trapezoid implies: on a straight line, or on an
    exponential while they fall under ``linear up, log down``. Beyond the last concentration above zero they follow
    the terminal phase from that concentration, as measured.

    Raises
    ------
    InputError
        The times do not follow each other from 0 on, or the end lies beyond the last concentration above zero and
        there is no terminal phase.
    """
    if not (math.isfinite(end_h) and 0 <= start_h < end_h):
        raise InputError(f"The area from {start_h:g} to {end_h:g} h was asked; give two finite times from 0 h on.")
    last_h, last = float(profile.times[profile.last]), float(profile.concentrations[profile.last])
    total = 0.0
    if start_h < last_h:
        total += _area_until(profile, min(end_h, last_h)) - _area_until(profile, start_h)
    if end_h > last_h:
        terminal, reason = terminal_phase(profile)
        if terminal is None:
            raise InputError(
                f"The area to {end_h:g} h was asked and the last concentration above zero is at {last_h:g} h. {reason} "
                f"Ask for an area that ends by then."
            )
        left = math.exp(-terminal.rate * max(start_h - last_h, 0.0)) - math.exp(-terminal.rate * (end_h - last_h))
        total += last / terminal.rate * left
    return total


def _area_until(profile: ObservedProfile, end_h: float) -> float:
    """Area from 0 to ``end_h``, not beyond the last sample."""
    t, c = profile.times, profile.concentrations
    areas, _ = _segments(profile)
    segment = int(np.searchsorted(t, end_h, side="right")) - 1
    done = float(areas[:segment].sum())
    if segment == t.size - 1:
        return done
    width, part = float(t[segment + 1] - t[segment]), end_h - float(t[segment])
    begin, end = float(c[segment]), float(c[segment + 1])
    if profile.trapezoid == "linear" or not begin > end > 0:
        return done + part * (begin + (end - begin) * part / width / 2)
    rate = math.log1p((begin - end) / end) / width
    return done - begin * math.expm1(-rate * part) / rate
