"""What has been felt of a drug by a moment: hours with drug in blood, how much there was, how long since a dose.

    w(t) = C(t)^4 / (C(t)^4 + 10^4)          C ng/mL of all ketamine; an hour well above 10 ng/mL counts in full
    hours(t) = ∫ w,   mean(t) = ∫ w C / ∫ w   from the first dose to t

Hours are hours with drug, not of infusion: after a dose the drug stays for hours, and a course by mouth has hours, too.
The count is smooth, so that no dose lies just below a line. S- and R-ketamine are apart: their potency is uncertain.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.exposure.built_system import system_of
from reprieve.exposure.choice import Chosen
from reprieve.exposure.inputs import ExposureInputs
from reprieve.exposure.model import dose_events, exposure_model
from reprieve.regimen import Regimen
from reprieve.relief.potency import analyte_potencies

Floats = NDArray[np.float64]

#: ng/mL at which an hour counts by half: a tenth of what short infusions reach, above what most assays can see.
_HALF_COUNTED = 10.0
_STEEPNESS = 4
#: Routes by which little reaches the blood at once and the rest is metabolised on its way.
ABSORBED_SLOWLY = frozenset({"oral", "sublingual", "buccal", "intranasal", "rectal"})
#: d; studies say "at the end" of whatever they measured within the hour after.
AT_THE_END = 0.04
#: h after the last dose: nearly all of any course has left the blood.
_TAIL_H = 48.0
#: Looks at the concentration: every tenth of an hour, fewer in courses over weeks.
_STEP_H, _MOST_LOOKS = 0.1, 4000


@dataclass(frozen=True)
class FeltExposure:
    """What has been felt by each of some moments; arrays (n_times,).

    Parameters
    ----------
    hours : h with drug in blood until then
    s, r : ng/mL of S- and R-ketamine, mean over those hours
    since_days : d since the end of the latest dose; 0 while one is given
    by_slow_route : share of the dose given through mouth, nose or rectum
    """

    hours: Floats
    s: Floats
    r: Floats
    since_days: Floats
    by_slow_route: float


@dataclass(frozen=True)
class FeltCurve:
    """What the typical patient of some inputs has felt, at any time; see :func:`felt_curve`.

    Parameters
    ----------
    regimen : what is given
    edges : (n,) h
    hours, s, r : (n,) h with drug until then, and h ng/mL of S- and R-ketamine over them
    by_slow_route : share of the dose given through mouth, nose or rectum
    """

    regimen: Regimen
    edges: Floats
    hours: Floats
    s: Floats
    r: Floats
    by_slow_route: float

    def at(self, times: Floats) -> FeltExposure:
        """By each time, (n_times,) h after the start of the first dose."""
        hours, s, r = (np.interp(times, self.edges, whole) for whole in (self.hours, self.s, self.r))
        some = np.maximum(hours, 1e-12)
        return FeltExposure(hours, s / some, r / some, _since_days(self.regimen, times), self.by_slow_route)

    def on_days(self, days: Floats) -> FeltExposure:
        """By some days after the end of the last dose, (n_days,); negative is during the course.

        Day 0 is what studies measure at the end: what was just given has had an hour to act.
        """
        asked = np.where(days == 0.0, AT_THE_END, days)
        return self.at(np.maximum(self.regimen.last_dose_end_h + 24.0 * asked, 0.0))


def felt_curve(inputs: ExposureInputs) -> FeltCurve:
    """What the typical patient of these inputs feels of the regimen; the mean of the models of exposure."""
    regimen = inputs.regimen
    slow = _share_by_slow_route(regimen, inputs.weight_kg)
    end = regimen.last_dose_end_h + _TAIL_H
    edges = np.linspace(0.0, end, int(np.clip(end / _STEP_H, 200, _MOST_LOOKS)) + 1)
    if not inputs.members:
        nothing = np.zeros_like(edges)
        return FeltCurve(regimen, edges, nothing, nothing, nothing, slow)
    middles, width = 0.5 * (edges[1:] + edges[:-1]), np.diff(edges)
    s, r = np.mean([_enantiomers(chosen, inputs, middles) for chosen in inputs.members], axis=0)
    counted = (s + r) ** _STEEPNESS
    weight = width * counted / (counted + _HALF_COUNTED**_STEEPNESS)
    hours, of_s, of_r = (np.concatenate([[0.0], np.cumsum(weight * rate)]) for rate in (np.ones_like(s), s, r))
    return FeltCurve(regimen, edges, hours, of_s, of_r, slow)


def _enantiomers(chosen: Chosen, inputs: ExposureInputs, times: Floats) -> tuple[Floats, Floats]:
    """(n_times,) each: S- and R-ketamine of the typical patient by one model, ng/mL."""
    built = exposure_model(chosen, inputs, parent_only=True)
    events = dose_events(built, inputs.regimen, inputs.weight_kg)
    found = np.maximum(system_of(built).simulate(events, times).values[0], 0.0)

    def counted(r_potency: float) -> Floats:
        strengths = analyte_potencies(chosen, inputs.regimen.form, np.array([r_potency]))
        return np.asarray(sum(of[0] * found[:, built.analytes.index(name)] for name, of in strengths.items()))

    # The equivalent is linear in the potency of R: what it adds at potency 1 is R-ketamine itself.
    return counted(0.0), counted(1.0) - counted(0.0)


def _since_days(regimen: Regimen, times: Floats) -> Floats:
    """(n_times,) d since the end of the latest dose that had started; 0 while one is given."""
    since = np.full(times.size, np.inf)
    for part in regimen.parts:
        starts = np.asarray(part.starts_h)
        latest = np.searchsorted(starts, times + 1e-9, side="right") - 1
        ended = starts[np.maximum(latest, 0)] + part.session_hours
        since = np.where(latest >= 0, np.minimum(since, np.maximum(times - ended, 0.0)), since)
    return np.asarray(np.where(np.isfinite(since), since, 0.0) / 24.0)


def _share_by_slow_route(regimen: Regimen, weight_kg: float) -> float:
    totals = regimen.totals_mg(weight_kg)
    slow = sum(mg for (_, route), mg in totals.items() if route in ABSORBED_SLOWLY)
    return slow / max(sum(totals.values()), 1e-12)
