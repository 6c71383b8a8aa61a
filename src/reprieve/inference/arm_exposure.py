"""The typical exposure of a trial arm in bins of time, from the published population models."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.chart.patient import Patient
from reprieve.evidence.evidence import Evidence
from reprieve.exposure.build import add_effect_site
from reprieve.exposure.built_system import system_of
from reprieve.exposure.choice import choose_models
from reprieve.exposure.inputs import ExposureInputs, exposure_inputs
from reprieve.exposure.model import dose_events, exposure_model
from reprieve.regimen import Regimen
from reprieve.relief.felt_exposure import FeltExposure, felt_curve
from reprieve.relief.potency import analyte_potencies

Floats = NDArray[np.float64]

#: kg; doses per kg are given to this weight: mean weights are rarely printed.
USUAL_WEIGHT = 70.0
#: Bins during the course; after it the ends of the bins, h. Reversal and return take days, so bins of hours do.
_DURING = 24
_TAIL = np.array([0.5, 1.0, 2.0, 3.5, 6.0, 12.0, 24.0, 36.0])
#: Looks within a bin, of equal weight.
_LOOKS = 3
#: Minutes after the last dose among which the largest acute effect of "day 0" is sought.
_PEAK = np.array([0, 2, 5, 8, 12, 16, 20, 25, 30, 40, 50, 60]) / 60.0


@dataclass(frozen=True)
class ArmExposure:
    """Exposure of the typical patient; S- and R-ketamine apart, because their potency is estimated.

    Parameters
    ----------
    end_h : h, end of the last dose
    edges : (n_bins + 1,) h
    s, r : (n_bins, n_looks) ng/mL of S- and R-ketamine within the bins
    site_s, site_r : (n_days,) ng/mL at the effect site on the days asked for
    felt : what was felt of the drug by the days asked for
    """

    end_h: float
    edges: Floats
    s: Floats
    r: Floats
    site_s: Floats
    site_r: Floats
    felt: FeltExposure


def arm_exposure(
    evidence: Evidence, text: str, days: Floats, *, acute_half_life_min: float, with_drug: bool = True
) -> ArmExposure:
    """Exposure of an arm.

    Parameters
    ----------
    evidence : what is published
    text : a regimen, in its grammar
    days : (n_days,) days after the end of the last dose; exactly 0 asks for the largest effect within the hour after
    acute_half_life_min : min, equilibration of the effect site
    with_drug : False for a placebo arm: the same timing, no drug
    """
    regimen = Regimen.parse(text)
    end = regimen.last_dose_end_h
    edges = np.concatenate([np.linspace(0.0, end, _DURING + 1), end + _TAIL])
    looks = edges[:-1, None] + np.diff(edges)[:, None] * (np.arange(_LOOKS) + 0.5) / _LOOKS
    asked = np.maximum(end + 24.0 * np.asarray(days, dtype=float), 0.0)
    if not with_drug:
        nothing, never = np.zeros_like(looks), np.zeros_like(asked)
        felt = FeltExposure(never, never, never, never, 0.0)
        return ArmExposure(end, edges, nothing, nothing, never, never, felt)
    times = np.unique(np.concatenate([[0.0], looks.ravel(), asked, end + _PEAK]))
    inputs = _typical(evidence, regimen)
    felt = felt_curve(inputs).on_days(np.asarray(days, dtype=float))
    blood, site = _mean_of_models(inputs, times, np.log(2.0) / (acute_half_life_min / 60.0))
    at = np.searchsorted(times, asked)
    peak = np.searchsorted(times, end + _PEAK)
    at[np.asarray(days) == 0.0] = peak[np.argmax(site[0, peak] + site[1, peak])]
    inside = np.searchsorted(times, looks)
    return ArmExposure(end, edges, blood[0, inside], blood[1, inside], site[0, at], site[1, at], felt)


def _typical(evidence: Evidence, regimen: Regimen) -> ExposureInputs:
    members = choose_models(evidence, regimen.form, regimen.route)
    return exposure_inputs(evidence, regimen, Patient(weight=USUAL_WEIGHT, interactions=()), members)


def _mean_of_models(inputs: ExposureInputs, times: Floats, ke0: float) -> tuple[Floats, Floats]:
    """(2, n_times) each: S- and R-ketamine in blood and at the effect site, mean of the ensemble."""
    regimen = inputs.regimen
    blood, site = [], []
    for member in inputs.members:
        model = exposure_model(member, inputs, parent_only=True)
        felt: list[tuple[Floats, Floats]] = []
        for r_potency in (0.0, 1.0):
            strengths = analyte_potencies(member, regimen.form, np.array([r_potency]))
            built = add_effect_site(model, ke0=ke0, strengths=strengths)
            values = np.maximum(
                system_of(built).simulate(dose_events(built, regimen, USUAL_WEIGHT), times).values[0], 0.0
            )
            in_blood = sum(strengths[name][0] * values[:, built.analytes.index(name)] for name in strengths)
            felt.append((np.asarray(in_blood), values[:, -1]))
        # The equivalent is linear in the potency of R: what it adds at potency 1 is R-ketamine itself.
        (s_blood, s_site), (both_blood, both_site) = felt
        blood.append([s_blood, both_blood - s_blood])
        site.append([s_site, both_site - s_site])
    return np.mean(blood, axis=0), np.mean(site, axis=0)
