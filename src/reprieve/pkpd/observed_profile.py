"""An observed concentration profile, checked and cleaned for non-compartmental analysis.

Units are the caller's and must fit together: hours, a concentration, and a dose in that concentration's mass
unit (mg with mg/L, mcg with ng/mL). Clearance then comes in L/h and volumes in L. The dose is given at time 0.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reprieve.errors import InputError

Floats: TypeAlias = NDArray[np.float64]
Route: TypeAlias = Literal["extravascular", "bolus", "infusion"]
#: ``zero``: all become 0. ``drop``: all are left out. ``by position``: 0 before the first quantifiable sample,
#: left out after it.
BelowLimit: TypeAlias = Literal["zero", "drop", "by position"]
#: ``linear up, log down``: logarithmic while concentrations fall, linear otherwise. ``linear``: linear throughout.
Trapezoid: TypeAlias = Literal["linear up, log down", "linear"]


@dataclass(frozen=True)
class ObservedProfile:
    """Samples of one subject after one dose; made by :func:`observed_profile`.

    Attributes
    ----------
    times : (n,) h after the dose, increasing, the first is 0
    concentrations : (n,) not negative; the first may have been added (0, or back-extrapolated after a bolus)
    sampled : (n,) whether a point was sampled, False for an added one
    dose : in the mass unit of the concentrations
    route : how it was given
    duration_h : of an infusion; 0 otherwise
    trapezoid : the rule between samples
    """

    times: Floats
    concentrations: Floats
    sampled: NDArray[np.bool_]
    dose: float
    route: Route
    duration_h: float
    trapezoid: Trapezoid

    @property
    def last(self) -> int:
        """Position of the last concentration above zero."""
        return int(np.flatnonzero(self.concentrations > 0)[-1])


def observed_profile(
    times: ArrayLike,
    concentrations: ArrayLike,
    *,
    dose: float,
    route: Route,
    duration_h: float = 0.0,
    quantification_limit: float = 0.0,
    below_limit: BelowLimit | None = None,
    trapezoid: Trapezoid = "linear up, log down",
) -> ObservedProfile:
    """Check samples and complete them to a profile that starts with the dose.

    Without a sample at time 0, extravascular doses and infusions start from 0, and a bolus from the concentration
    that a log-linear line through the first two samples has at time 0 (the first sample itself if those two do not
    fall).

    Parameters
    ----------
    times : (n,) h after the dose, increasing
    concentrations : (n,)
    dose : > 0, in the mass unit of the concentrations
    route : how it was given
    duration_h : h, of an infusion
    quantification_limit : samples below it, and zeros, are below quantification
    below_limit : what becomes of those; must be said if there are any
    trapezoid : the rule between samples

    Raises
    ------
    InputError
        Times that are not increasing or precede the dose, concentrations that are negative or missing, a dose,
        route and duration that do not fit together, samples below quantification without a rule for them, or
        nothing left to analyse.
    """
    t, c = _checked_samples(times, concentrations)
    _check_dose(dose, route, duration_h)
    for name, given, known in (("below_limit", below_limit, BelowLimit), ("trapezoid", trapezoid, Trapezoid)):
        if given is not None and given not in get_args(known):
            raise InputError(f"{name} is {given!r}; it must be one of {', '.join(map(repr, get_args(known)))}.")
    t, c = _without_unquantified(t, c, quantification_limit, below_limit)
    if not np.any(c > 0):
        raise InputError("No concentration is above quantification; there is nothing to analyse.")
    sampled = np.ones(t.size, dtype=bool)
    if t[0] > 0:
        start = back_extrapolated(t, c) if route == "bolus" else 0.0
        t, c, sampled = np.append(0.0, t), np.append(start, c), np.append(False, sampled)
    elif route == "bolus" and c[0] == 0:
        raise InputError(
            "The sample at time 0 of a bolus is zero, so it was taken before the dose; leave it out and the "
            "concentration at time 0 is back-extrapolated."
        )
    return ObservedProfile(t, c, sampled, float(dose), route, float(duration_h), trapezoid)


def _checked_samples(times: ArrayLike, concentrations: ArrayLike) -> tuple[Floats, Floats]:
    t, c = np.asarray(times, dtype=float), np.asarray(concentrations, dtype=float)
    if t.ndim != 1 or t.shape != c.shape or t.size == 0:
        raise InputError(f"There are {t.size} times and {c.size} concentrations; give one concentration per time.")
    if not np.all(np.isfinite(t)):
        raise InputError("A sampling time is missing or infinite; leave out samples without a time.")
    if t[0] < 0:
        raise InputError(f"A sample at {t[0]:g} h precedes the dose at 0 h; leave it out or count from the dose.")
    for before, after in itertools.pairwise(t):
        if after == before:
            raise InputError(f"Two samples are at {after:g} h; average them or leave one out.")
        if after < before:
            raise InputError(f"A sample at {after:g} h follows one at {before:g} h; sort the samples by time.")
    for when, value in zip(t, c, strict=True):
        if not math.isfinite(value):
            raise InputError(f"The concentration at {when:g} h is missing or infinite; leave the sample out.")
        if value < 0:
            raise InputError(f"The concentration at {when:g} h is {value:g}; it must not be negative.")
    return t, c


def _check_dose(dose: float, route: Route, duration_h: float) -> None:
    if route not in get_args(Route):
        raise InputError(f"The route is {route!r}; it must be one of {', '.join(map(repr, get_args(Route)))}.")
    if not (math.isfinite(dose) and dose > 0):
        raise InputError(f"The dose is {dose:g}; it must be a finite number above zero.")
    if route == "infusion" and not (math.isfinite(duration_h) and duration_h > 0):
        raise InputError(f"An infusion lasts {duration_h:g} h; say its duration, above zero.")
    if route != "infusion" and duration_h != 0:
        raise InputError(f"A duration of {duration_h:g} h was given with route {route!r}; only an infusion has one.")


def _without_unquantified(t: Floats, c: Floats, limit: float, rule: BelowLimit | None) -> tuple[Floats, Floats]:
    if not (math.isfinite(limit) and limit >= 0):
        raise InputError(f"The quantification limit is {limit:g}; it must be zero or above.")
    below = (c < limit) | (c == 0)
    if not below.any():
        return t, c
    if rule is None:
        raise InputError(
            f"{int(below.sum())} of {c.size} samples are zero or below quantification (first at {t[below][0]:g} h); "
            f"say below_limit: {', '.join(map(repr, get_args(BelowLimit)))}."
        )
    c = np.where(below, 0.0, c)
    if rule == "zero" or below.all():
        return t, c
    first = int(np.flatnonzero(~below)[0])
    keep = ~below
    if rule == "by position":
        keep[:first] = True
    return t[keep], c[keep]


def back_extrapolated(t: Floats, c: Floats) -> float:
    """Concentration at time 0 on the log-linear line through the first two samples; the first if they do not fall."""
    if t.size < 2 or not c[0] > c[1] > 0:
        return float(c[0])
    return float(c[0] * (c[0] / c[1]) ** (t[0] / (t[1] - t[0])))
