"""The layout of an answer: what ``forecast --json`` holds, in which order and words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from reprieve import __version__
from reprieve.evidence import read
from reprieve.evidence.interactions import ExposureEffect
from reprieve.evidence.records.clearance_ratio import MeasuredRatio
from reprieve.evidence.records.condition import Certainty
from reprieve.evidence.records.posterior import Calibration
from reprieve.regimen import Part, Regimen
from reprieve.relief.course import FOLLOW_UP_DAYS, WORST_PAIN
from reprieve.relief.distribution import between_draws, quantiles, rounded
from reprieve.relief.endpoints import acute_relief, probability_of_relief
from reprieve.relief.exposure import model_covariates
from reprieve.relief.exposure_changes import ExposureChange
from reprieve.relief.exposure_spread import exposure_spread
from reprieve.relief.nearest_studies import Nearness
from reprieve.relief.patient import Patient
from reprieve.words import HORIZONS

if TYPE_CHECKING:
    from reprieve.relief.forecast import Forecast

#: Days of the curves in an answer: days after the last dose, daily to 12 weeks.
_DAYS = np.arange(0.0, 85.0)

METHOD = (
    "The concentration over time comes from published population models. In the relief model the drug reverses "
    "central sensitisation while it is present; relief stays on a plateau while sensitisation returns and then "
    "declines. An acute effect follows the concentration at the effect site within minutes. Some people respond to the "
    "drug and some do not; conditions and clinics differ in how many. Everybody has what pain does without the drug "
    "(placebo, time, regression to the mean). The parameters are draws from a calibration on published studies. The "
    "chances are shares of virtual patients; their intervals (80 %) show what is not known and how clinics differ."
)
#: What stands for a model of exposure where there is none.
NOT_IN_BLOOD = (
    "No measurable amount is known to reach the blood by this route, so the drug is taken to relieve nobody beyond "
    "placebo."
)
LIMITS = (
    "The relief model was calibrated on published numbers, most of them from few patients and many from studies "
    "without control; how well it predicts studies it has not seen is shown in its validation.",
    "Single sessions in which trials find nothing lasting, and routes by which they find no benefit, are forecast as "
    "placebo there, because those trials measured it.",
    "Far above the concentration of half the effect more drug reverses no more: dose and form matter less for lasting "
    "relief than hours do.",
    "Day-to-day variation of pain, other treatment and dose changes for side effects are not modelled; the placebo "
    "figure is the comparison to make.",
    "It forecasts relief, not harm: it does not screen for contraindications or dose limits.",
)


def answer(made: Forecast) -> dict[str, Any]:
    """The answer as plain data."""
    plan, weight = made.regimen, made.patient.weight_kg
    used = sorted({n for one in made.members for n in model_covariates(one.model, made.patient)} & {"age"})
    used += ["interactions"] if any(change.applied for change in made.changes) else []
    return {
        "patient": made.patient.known,
        "regimen": {
            "text": str(plan),
            "total_mg": rounded(plan.total_mg(weight)),
            "infusion_hours": rounded(plan.infusion_hours),
            "sessions": plan.sessions,
            "last_dose_end_h": rounded(plan.last_dose_end_h),
            "parts": [_part(part, weight) for part in plan.parts],
        },
        "verdict": made.verdict.sentence,
        "verdict_code": made.verdict.code,
        "calibration": made.calibration.statement,
        "acute": _acute(made),
        "sustained": _sustained(made),
        "pain": _pain(made),
        "uncertainty": made.uncertainty.to_dict(float(made.patient.pain or 0.0)),
        "certainty": _certainty(made.certainty),
        "extrapolation": list(made.extrapolation),
        "evidence": _basis(made) + [_nearest(near) for near in made.nearest],
        "warnings": list(made.warnings),
        "inputs": {
            "used": ["condition", "weight", "pain", "regimen", *used],
            "given_not_used": [n for n in ("age", "sex") if getattr(made.patient, n) is not None and n not in used],
            "missing": list(made.patient.unknown),
        },
        "model": _model(made),
        "exposure_models": exposure_spread(made.members, plan, made.patient, made.people, made.threshold),
        "interactions": [_interaction(effect, change) for change in made.changes for effect in change.effects],
        "assumptions": _assumptions(made.calibration),
        "method": METHOD,
        "limits": list(LIMITS),
        "provenance": {
            "model": {
                "relief": f"{made.calibration.structure} {made.calibration.draws_sha256[:12]}",
                "exposure": [one.model.id for one in made.members],
            },
            "evidence_fingerprint": read.fingerprint(),
            "inputs_fingerprint": inputs_fingerprint(made.patient, plan),
            "version": __version__,
            "seed": made.seed,
            "virtual_patients": int(made.people.draw.size),
        },
    }


def _model(made: Forecast) -> dict[str, Any]:
    """The leading model of exposure, and why it leads."""
    if made.chosen is None:
        nothing = dict.fromkeys(("id", "sampling", "evidence_level"))
        return {**nothing, "reason": NOT_IN_BLOOD, "note": ""}
    model = made.chosen.model
    return {
        "id": model.id,
        "sampling": model.sampling,
        "evidence_level": model.evidence_level,
        "reason": made.chosen.reason,
        "note": made.course.note,
    }


def _part(part: Part, weight_kg: float) -> dict[str, Any]:
    """What one form by one route adds to the course."""
    return {
        "form": part.form,
        "route": part.route,
        "start_h": rounded(part.start_h),
        "end_h": rounded(part.end_h),
        "sessions": part.sessions,
        "infusion_hours": rounded(part.infusion_hours),
        "total_mg": rounded(part.total_mg(weight_kg)),
    }


def inputs_fingerprint(patient: Patient, regimen: Regimen) -> str:
    """Twelve hex digits that change with any datum of the patient or the regimen."""
    stated = json.dumps([vars(patient), str(regimen)], sort_keys=True)
    return hashlib.sha256(stated.encode()).hexdigest()[:12]


def _acute(made: Forecast) -> dict[str, Any]:
    felt = acute_relief(made.course, made.threshold)
    reached = np.isfinite(felt["onset_min"])
    middle = {name: quantiles(values) for name, values in felt.items()}
    return {
        "probability": rounded(float(reached.mean())),
        "onset_min": middle["onset_min"]["q50"],
        "peak_relief": middle["peak"]["q50"],
        "offset_h": middle["offset_h"]["q50"],
        "intervals": {
            "onset_min": middle["onset_min"],
            "peak_relief": middle["peak"],
            "offset_h": middle["offset_h"],
        },
    }


def _sustained(made: Forecast) -> dict[str, Any]:
    sustained = made.sustained
    days, theta = made.course.days, made.threshold
    with_drug = probability_of_relief(days, made.course.remaining, theta, _DAYS)
    without = probability_of_relief(days, made.course.remaining_on_placebo, theta, _DAYS)
    rows = []
    for i, day in enumerate(_DAYS):
        p, low, high = between_draws(with_drug[:, i], made.people.draw)
        row = {"day": int(day), "p": p, "low": low, "high": high, "placebo": float(without[:, i].mean())}
        rows.append({name: value if name == "day" else rounded(value) for name, value in row.items()})
    intervals = {
        one.id: dict(zip(("p", "low", "high"), map(rounded, sustained.duration.exceeds_between(one.days)), strict=True))
        for one in HORIZONS
    }
    return {
        "threshold": theta,
        "follow_up_days": FOLLOW_UP_DAYS,
        **sustained.duration.to_dict(),
        "exceeds_interval": intervals,
        "placebo": sustained.placebo.to_dict(),
        "probability_of_relief": rows,
    }


def _pain(made: Forecast) -> list[dict[str, float | None]]:
    baseline = float(made.patient.pain or 0.0)
    columns = np.searchsorted(made.course.days, _DAYS - 1e-6)
    rows = []
    for day, column in zip(_DAYS, columns, strict=True):
        pain = np.minimum(baseline * made.course.remaining[:, column], WORST_PAIN)
        row = {"day": int(day), "mean": rounded(float(pain.mean()))}
        row |= {name: value for name, value in quantiles(pain).items() if name != "q50"}
        without = np.minimum(baseline * made.course.remaining_on_placebo[:, column], WORST_PAIN)
        row["placebo"] = rounded(float(without.mean()))
        rows.append(row)
    return rows


def _certainty(judged: Certainty | None) -> dict[str, Any]:
    if judged is None:
        return {
            "level": "very low",
            "by": "not graded",
            "statement": "No judgement was found.",
            "sources": [],
        }
    sources = [read.reference(key).short for key in judged.sources]
    return {"level": judged.level, "by": judged.by, "statement": judged.statement, "sources": sources}


def _basis(made: Forecast) -> list[dict[str, Any]]:
    """The publications the numbers were computed from."""
    constants = made.calibration.constants.items()
    keys: Sequence[tuple[str, str]] = [
        *((one.model.source, f"exposure model {one.model.id}") for one in made.members),
        *((row.source, "clearance of R-ketamine") for row in _r_clearance(made)),
        *(
            (effect.source, f"exposure with {effect.name}")
            for c in made.changes
            for effect in c.effects
            if effect.source
        ),
        *((c.source, f"relief model: {name.replace('_', ' ')} ({c.status})") for name, c in constants if c.source),
    ]
    rows = []
    for key, text in keys:
        found = read.reference(key)
        rows.append(
            {
                "study": found.short,
                "role": "computed from",
                "text": text,
                "status": found.status,
                "doi": found.doi,
                "link": found.link,
            }
        )
    return rows


def _r_clearance(made: Forecast) -> Sequence[MeasuredRatio]:
    apart = any(one.apart for one in made.members)
    return read.clearance_ratio("arketamine").measured if apart else ()


def _interaction(effect: ExposureEffect, change: ExposureChange) -> dict[str, Any]:
    auc = effect.auc
    return {
        "name": effect.name,
        "route": change.route,
        "group": effect.group,
        "finding": effect.finding,
        "auc_ratio": None if auc is None else {"value": auc.value, "low": auc.low, "high": auc.high},
        "used": effect.finding == "known ratio" and effect.name == change.applied,
        "verified": effect.verified,
        "text": effect.sentence,
        "source": read.reference(effect.source).short if effect.source else None,
    }


def _assumptions(calibration: Calibration) -> list[str]:
    """What the relief model takes without a source, in sentences."""
    return [
        f"{name.replace('_', ' ').capitalize()} {constant.value:g}: {constant.reason}"
        for name, constant in calibration.constants.items()
        if constant.status == "assumed"
    ]


def _nearest(near: Nearness) -> dict[str, Any]:
    found = read.reference(near.study.reference)
    return {
        "study": found.short,
        "id": near.study.id,
        "role": "nearest study",
        "weight": rounded(near.weight),
        "text": near.study.headline,
        "design": near.study.design_class,
        "n": near.study.n_total,
        "status": found.status,
        "doi": found.doi,
        "link": found.link,
        "why": near.why,
    }
