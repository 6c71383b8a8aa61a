"""The forecast: how long relief will last, with everything it rests on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from reprieve import __version__
from reprieve.errors import InputError
from reprieve.evidence import read
from reprieve.evidence.interactions import ExposureEffect
from reprieve.evidence.records.clearance_ratio import MeasuredRatio
from reprieve.evidence.records.condition import Certainty
from reprieve.evidence.records.protocol import Protocol
from reprieve.evidence.records.relief_prior import ReliefPrior
from reprieve.pictures import Picture
from reprieve.regimen import Part, Regimen
from reprieve.relief.cautions import cautions
from reprieve.relief.course import FOLLOW_UP_DAYS, Course, follow_course
from reprieve.relief.distribution import between_draws, quantiles, rounded
from reprieve.relief.endpoints import (
    HORIZONS,
    acute_relief,
    probability_of_relief,
)
from reprieve.relief.exposure import model_covariates
from reprieve.relief.exposure_changes import ExposureChange, exposure_changes
from reprieve.relief.exposure_choice import Chosen, choose_models, named_model
from reprieve.relief.exposure_spread import exposure_spread
from reprieve.relief.extrapolation import extrapolations
from reprieve.relief.figures import forecast_pictures
from reprieve.relief.nearest_studies import Nearness, nearest_studies
from reprieve.relief.patient import Patient, is_number
from reprieve.relief.plan import read_plan
from reprieve.relief.report import render_report
from reprieve.relief.sustained import Sustained, sustained_relief
from reprieve.relief.verdict import Verdict, finds_no_benefit, judge
from reprieve.relief.virtual_patients import VirtualPatients, draw_patients

_PRIOR = "crps_dahan2011"
#: Days of the curves in an answer: days after the last dose, daily to 12 weeks.
_DAYS = np.arange(0.0, 85.0)

METHOD = (
    "The concentration over time comes from published population models. In the relief model the drug reverses "
    "central sensitisation while it is present, and sensitisation returns with its own half-life; an acute effect "
    "follows the concentration at the effect site within minutes; placebo takes pain away too and wears off. "
    "Virtual patients differ in all of these, and what is not known differs between groups of them. The chances "
    "are shares of virtual patients; their intervals (80 %) show what is not known."
)
LIMITS = (
    "The relief parameters are a prior from one trial of one protocol; they have not been calibrated on trials.",
    "Sensitisation is assumed to return exponentially; the CRPS trial suggests a longer plateau, so long courses "
    "may be understated at 4 to 12 weeks.",
    "Far above the concentration of half the effect (10.5 ng/mL) more drug reverses no more: by this prior, dose and "
    "form matter less for lasting relief than hours do.",
    "Day-to-day variation of pain, other treatment, dose changes for side effects and regression to the mean in "
    "uncontrolled series are not modelled; the placebo figure is the comparison to make.",
    "It forecasts relief, not harm: it does not screen for contraindications or dose limits.",
)


@dataclass(frozen=True)
class Forecast:
    """How long relief will last for one patient on one regimen; see :func:`forecast`."""

    patient: Patient
    regimen: Regimen
    seed: int
    members: tuple[Chosen, ...]
    changes: tuple[ExposureChange, ...]
    prior: ReliefPrior
    certainty: Certainty | None
    extrapolation: tuple[str, ...]
    warnings: tuple[str, ...]
    nearest: tuple[Nearness, ...]
    people: VirtualPatients
    course: Course
    threshold: float

    @property
    def chosen(self) -> Chosen:
        """The leading model of exposure."""
        return self.members[0]

    @cached_property
    def sustained(self) -> Sustained:
        """Sustained relief after the last dose."""
        return sustained_relief(self.course, self.people, self.threshold)

    @cached_property
    def verdict(self) -> Verdict:
        """The answer in one sentence."""
        with_drug = {name: self.sustained.duration.exceeds(d) for name, d in HORIZONS.items()}
        without = {name: self.sustained.placebo.exceeds(d) for name, d in HORIZONS.items()}
        return judge(with_drug, without, self.certainty)

    def check_current(self, patient: Patient, regimen: Regimen | Protocol | str) -> None:
        """Refuse to be used for a patient or regimen that changed since.

        Raises
        ------
        InputError
            Naming what changed; make a new forecast.
        """
        now = read_plan(regimen)
        changed = [name for name, value in vars(patient).items() if value != vars(self.patient)[name]]
        changed += ["regimen"] if now != self.regimen else []
        if changed:
            raise InputError(
                f"This forecast is stale: {', '.join(changed)} changed since it was made. Make a new forecast."
            )

    @cached_property
    def answer(self) -> dict[str, Any]:
        """The answer as plain data, the same as ``forecast --json``."""
        return _answer(self)

    def to_json(self) -> str:
        """The answer as JSON; the same seed, version and evidence give the same bytes."""
        return json.dumps(self.answer, indent=2, ensure_ascii=False) + "\n"

    def plot(self) -> tuple[Picture, ...]:
        """Concentration, pain and duration as pictures with a text alternative and their data."""
        return forecast_pictures(self.regimen, self.sustained, self.patient, self.members)

    def report(self, path: str | Path) -> Path:
        """Write a self-contained HTML report (no network needed) and return where it is."""
        target = Path(path)
        page = render_report(self.answer, self.plot())
        try:
            target.write_text(page, encoding="utf-8")
        except OSError as error:
            raise InputError(
                f"The report cannot be written to {target}: {error.strerror}. Choose another place."
            ) from None
        return target


def forecast(
    patient: Patient,
    regimen: Regimen | Protocol | str,
    *,
    seed: int = 1,
    n_patients: int = 2000,
    threshold: float = 0.3,
    model: str | None = None,
) -> Forecast:
    """Forecast how long relief will last.

    Parameters
    ----------
    patient : condition, weight and pain are needed
    regimen : a regimen, its text, or a named protocol
    seed : of the virtual patients; the same seed gives the same answer
    n_patients : virtual patients, rounded up to whole groups of 20
    threshold : θ, share of pain that must be gone to count as relief, 0.1 to 0.9
    model : id of a population model of exposure; chosen by form and route when not given

    Returns
    -------
    Forecast

    Raises
    ------
    MissingDatum
        Condition, weight or pain is not given.
    InputError
        A value or the regimen cannot be used; the sentence says why.
    OutsideEvidence
        Nothing published lets this form, route or age be answered.
    """
    if not is_number(threshold) or not 0.1 <= threshold <= 0.9:
        raise InputError(
            f"The threshold is {threshold!r}; it must be from 0.1 to 0.9 (0.3 is a response, 0.5 a large one)."
        )
    protocol = regimen if isinstance(regimen, Protocol) else None
    plan = read_plan(regimen)
    condition = read.condition(patient.need("condition", "relief differs between conditions"))
    if patient.need("pain", "relief is counted from it") < 1.0:
        raise InputError(
            f"Pain is {patient.pain:g}; under 1 there is no relief to forecast. Give the usual pain before treatment."
        )

    members = (named_model(model, plan),) if model else choose_models(plan.form, plan.route, patient.age)
    changes = exposure_changes(patient.interactions or (), plan)
    prior = read.relief_prior(_PRIOR)
    certainty = condition.certainty_for(plan.route, several_days=plan.is_over_days)
    no_benefit = finds_no_benefit(certainty)
    people = draw_patients(
        prior,
        n_patients=n_patients,
        seed=seed,
        in_studied_condition=condition.id == prior.studied.condition,
        no_benefit=no_benefit,
    )
    course = follow_course(plan, members, people, patient)
    return Forecast(
        patient=patient,
        regimen=plan,
        seed=seed,
        members=members,
        changes=changes,
        prior=prior,
        certainty=certainty,
        extrapolation=extrapolations(
            patient, plan, prior.studied, [one.model for one in members], no_benefit=no_benefit
        ),
        warnings=(
            *dict.fromkeys(said for change in changes for said in change.said),
            *cautions(plan, protocol, patient, prior, certainty, course.note),
        ),
        nearest=nearest_studies(read.studies(), condition.id, plan),
        people=people,
        course=course,
        threshold=threshold,
    )


def _answer(made: Forecast) -> dict[str, Any]:
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
        "calibration": made.prior.calibration,
        "acute": _acute(made),
        "sustained": _sustained(made),
        "pain": _pain(made),
        "certainty": _certainty(made.certainty),
        "extrapolation": list(made.extrapolation),
        "evidence": _basis(made) + [_nearest(near) for near in made.nearest],
        "warnings": list(made.warnings),
        "inputs": {
            "used": ["condition", "weight", "pain", "regimen", *used],
            "given_not_used": [n for n in ("age", "sex") if getattr(made.patient, n) is not None and n not in used],
            "missing": list(made.patient.unknown),
        },
        "model": {
            "id": made.chosen.model.id,
            "sampling": made.chosen.model.sampling,
            "reason": made.chosen.reason,
            "evidence_level": made.chosen.model.evidence_level,
            "note": made.course.note,
        },
        "exposure_models": exposure_spread(made.members, plan, made.patient, made.people, made.threshold),
        "interactions": [_interaction(effect, change) for change in made.changes for effect in change.effects],
        "assumptions": _assumptions(made.prior),
        "method": METHOD,
        "limits": list(LIMITS),
        "provenance": {
            "model": {"relief": made.prior.id, "exposure": [one.model.id for one in made.members]},
            "evidence_fingerprint": read.fingerprint(),
            "inputs_fingerprint": inputs_fingerprint(made.patient, plan),
            "version": __version__,
            "seed": made.seed,
            "virtual_patients": int(made.people.draw.size),
        },
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
        name: dict(zip(("p", "low", "high"), map(rounded, sustained.duration.exceeds_between(d)), strict=True))
        for name, d in HORIZONS.items()
    }
    return {
        "threshold": theta,
        "follow_up_days": FOLLOW_UP_DAYS,
        **sustained.duration.to_dict(HORIZONS),
        "exceeds_interval": intervals,
        "placebo": sustained.placebo.to_dict(HORIZONS),
        "probability_of_relief": rows,
    }


def _pain(made: Forecast) -> list[dict[str, float | None]]:
    baseline = float(made.patient.pain or 0.0)
    columns = np.searchsorted(made.course.days, _DAYS - 1e-6)
    rows = []
    for day, column in zip(_DAYS, columns, strict=True):
        pain = baseline * made.course.remaining[:, column]
        row = {"day": int(day), "mean": rounded(float(pain.mean()))}
        row |= {name: value for name, value in quantiles(pain).items() if name != "q50"}
        row["placebo"] = rounded(float(baseline * made.course.remaining_on_placebo[:, column].mean()))
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
    used: dict[str, list[str]] = {}
    for name, belief in made.prior.parameters.items():
        if belief.source:
            used.setdefault(belief.source, []).append(f"{name.replace('_', ' ')} ({belief.status})")
    keys: Sequence[tuple[str, str]] = [
        *((one.model.source, f"exposure model {one.model.id}") for one in made.members),
        *((row.source, "clearance of R-ketamine") for row in _r_clearance(made)),
        *(
            (effect.source, f"exposure with {effect.name}")
            for c in made.changes
            for effect in c.effects
            if effect.source
        ),
        *((key, "relief model: " + ", ".join(names)) for key, names in used.items()),
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


def _assumptions(prior: ReliefPrior) -> list[str]:
    """What the relief model takes without a source, in sentences."""
    said = [
        f"{name.replace('_', ' ').capitalize()}: {belief.reason}"
        for name, belief in prior.parameters.items()
        if belief.status == "assumed"
    ]
    spreads = [
        f"{name.replace('_', ' ')} {100 * belief.between_subject.sd_log:.0f} %"
        for name, belief in prior.parameters.items()
        if belief.between_subject is not None and belief.between_subject.status == "assumed"
    ]
    return [*said, f"Between-subject variability (none is published): {', '.join(spreads)}."]


def _nearest(near: Nearness) -> dict[str, Any]:
    found = read.reference(near.study.reference)
    return {
        "study": found.short,
        "id": near.study.id,
        "role": "nearest study, not used in the calculation",
        "text": near.study.headline,
        "design": near.study.design_class,
        "n": near.study.n_total,
        "status": found.status,
        "doi": found.doi,
        "link": found.link,
        "why": near.why,
    }
