"""The answer of a forecast, filled from its numbers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence

from reprieve.answers.forecast import (
    ForecastAnswer,
    GivenPatient,
    GivenRegimen,
    Inputs,
    InteractionAnswer,
    Judgement,
    LeadingModel,
    ModelAlone,
    ModelNames,
    Provenance,
    Ratio,
    RegimenPart,
    Source,
)
from reprieve.answers.forecast_method import LIMITS, METHOD, STRUCTURE
from reprieve.answers.relief import rounded
from reprieve.answers.relief_filling import acute, pain, sustained, uncertainty
from reprieve.chart.patient import Patient
from reprieve.evidence.interactions import ExposureEffect
from reprieve.evidence.records.calibration import CalibrationPriors, PriorBelief
from reprieve.evidence.records.clearance_ratio import ClearanceRatio, MeasuredRatio
from reprieve.evidence.records.posterior import Constant
from reprieve.exposure.changes import ExposureChange
from reprieve.regimen import Part, Regimen
from reprieve.relief.exposure_spread import Alone, each_alone
from reprieve.relief.forecast import Forecast
from reprieve.relief.nearest_studies import Nearness
from reprieve.version import __version__
from reprieve.words import HORIZONS

#: What stands for a model of exposure where there is none.
NOT_IN_BLOOD = (
    "No measurable amount is known to reach the blood by this route, so the drug is taken to relieve nobody beyond "
    "placebo."
)
#: Constants of the mechanism that a virtual patient's course uses.
_OF_PEOPLE = ("reversal_spread", "context_trait", "context_slow", "context_slow_time")


def forecast_answer(made: Forecast) -> ForecastAnswer:
    """The answer of a forecast; the same forecast gives the same answer."""
    regimen, patient = made.regimen, made.patient
    used = sorted({n for one in made.members for n in made.exposure.covariates(one.model)} & {"age"})
    used += ["interactions"] if any(change.applied for change in made.exposure.changes) else []
    return ForecastAnswer(
        patient=GivenPatient(**patient.known),
        regimen=given_regimen(regimen, patient.weight_kg),
        verdict=made.verdict.sentence,
        verdict_code=made.verdict.code,
        calibration=made.calibration.statement,
        acute=acute(made),
        sustained=sustained(made),
        pain=pain(made),
        uncertainty=uncertainty(made.uncertainty),
        certainty=_judgement(made),
        extrapolation=made.extrapolation,
        evidence=(*_computed_from(made), *(_nearest(near, made) for near in made.nearest)),
        warnings=made.warnings,
        inputs=Inputs(
            used=("condition", "weight", "pain", "regimen", *used),
            given_not_used=tuple(n for n in ("age", "sex") if getattr(patient, n) is not None and n not in used),
            missing=patient.unknown,
        ),
        model=_leading(made),
        exposure_models=tuple(_alone(one) for one in each_alone(made.exposure, made.people, made.course)),
        interactions=tuple(
            _interaction(effect, change, made) for change in made.exposure.changes for effect in change.effects
        ),
        assumptions=_assumptions(made),
        method=METHOD,
        limits=LIMITS,
        provenance=Provenance(
            model=ModelNames(
                relief=f"{made.calibration.structure} {made.calibration.draws_sha256[:12]}",
                exposure=tuple(one.model.id for one in made.members),
            ),
            evidence_fingerprint=made.evidence.fingerprint,
            inputs_fingerprint=inputs_fingerprint(patient, regimen),
            version=__version__,
            seed=made.seed,
            virtual_patients=int(made.people.draw.size),
        ),
    )


def given_regimen(regimen: Regimen, weight_kg: float) -> GivenRegimen:
    """A regimen and its size for a body weight in kg."""
    return GivenRegimen(
        text=str(regimen),
        total_mg=rounded(regimen.total_mg(weight_kg)),
        infusion_hours=rounded(regimen.infusion_hours),
        sessions=regimen.sessions,
        last_dose_end_h=rounded(regimen.last_dose_end_h),
        parts=tuple(_part(part, weight_kg) for part in regimen.parts),
    )


def _part(part: Part, weight_kg: float) -> RegimenPart:
    return RegimenPart(
        form=part.form,
        route=part.route,
        start_h=rounded(part.start_h),
        end_h=rounded(part.end_h),
        sessions=part.sessions,
        infusion_hours=rounded(part.infusion_hours),
        total_mg=rounded(part.total_mg(weight_kg)),
    )


def inputs_fingerprint(patient: Patient, regimen: Regimen) -> str:
    """Twelve hex digits that change with any datum of the patient or the regimen."""
    stated = json.dumps([vars(patient), str(regimen)], sort_keys=True)
    return hashlib.sha256(stated.encode()).hexdigest()[:12]


def _leading(made: Forecast) -> LeadingModel:
    if made.chosen is None:
        return LeadingModel(id=None, sampling=None, evidence_level=None, reason=NOT_IN_BLOOD, note="")
    model = made.chosen.model
    return LeadingModel(
        id=model.id,
        sampling=model.sampling,
        evidence_level=model.evidence_level,
        reason=made.chosen.reason,
        note=made.trajectory.note,
    )


def _alone(one: Alone) -> ModelAlone:
    return ModelAlone(
        id=one.chosen.model.id,
        sampling=one.chosen.model.sampling,
        reason=one.chosen.reason,
        enantiomers="followed apart" if one.chosen.apart else "together",
        share=rounded(one.share),
        peak_ng_ml=rounded(one.peak),
        chances={horizon.id: rounded(one.chances[horizon.id]) for horizon in HORIZONS},
    )


def _judgement(made: Forecast) -> Judgement:
    judged = made.certainty
    if judged is None:
        return Judgement(level="very low", by="not graded", statement="No judgement was found.", sources=())
    sources = tuple(made.evidence.reference(key).short for key in judged.sources)
    return Judgement(level=judged.level, by=judged.by, statement=judged.statement, sources=sources)


def _computed_from(made: Forecast) -> Iterator[Source]:
    """The publications the numbers were computed from."""
    constants = made.calibration.constants.items()
    mechanism = made.evidence.record(CalibrationPriors, "mechanism")
    beliefs = [(name, one) for name, one in mechanism.parameters.items() if one.status != "assumed"]
    of_people: list[tuple[str, Constant | PriorBelief]] = [(name, mechanism.constants[name]) for name in _OF_PEOPLE]
    of_people += beliefs
    keys: Sequence[tuple[str, str]] = [
        *((one.model.source, f"exposure model {one.model.id}") for one in made.members),
        *((row.source, "clearance of R-ketamine") for row in _r_clearance(made)),
        *(
            (effect.source, f"exposure with {effect.name}")
            for c in made.exposure.changes
            for effect in c.effects
            if effect.source
        ),
        *((c.source, f"relief model: {name.replace('_', ' ')} ({c.status})") for name, c in constants if c.source),
        *((c.source, f"how people differ: {name.replace('_', ' ')} ({c.status})") for name, c in of_people if c.source),
    ]
    for key, text in keys:
        found = made.evidence.reference(key)
        yield Source(
            study=found.short, role="computed from", text=text, status=found.status, doi=found.doi, link=found.link
        )


def _r_clearance(made: Forecast) -> Sequence[MeasuredRatio]:
    apart = any(one.apart for one in made.members)
    return made.evidence.record(ClearanceRatio, "arketamine").measured if apart else ()


def _nearest(near: Nearness, made: Forecast) -> Source:
    found = made.evidence.reference(near.study.reference)
    return Source(
        study=found.short,
        id=near.study.id,
        role="nearest study",
        weight=rounded(near.weight),
        text=near.study.headline,
        design=near.study.design_class,
        n=near.study.n_total,
        status=found.status,
        doi=found.doi,
        link=found.link,
        why=near.why,
    )


def _interaction(effect: ExposureEffect, change: ExposureChange, made: Forecast) -> InteractionAnswer:
    auc = effect.auc
    return InteractionAnswer(
        name=effect.name,
        route=change.route,
        group=effect.group,
        finding=effect.finding,
        auc_ratio=None if auc is None else Ratio(value=auc.value, low=auc.low, high=auc.high),
        used=effect.finding == "known ratio" and effect.name == change.applied,
        verified=effect.verified,
        text=effect.sentence,
        source=made.evidence.reference(effect.source).short if effect.source else None,
    )


def _assumptions(made: Forecast) -> tuple[str, ...]:
    """What the relief model takes without a source, in sentences."""
    mechanism = made.evidence.record(CalibrationPriors, "mechanism").constants
    constants = made.calibration.constants | {name: mechanism[name] for name in _OF_PEOPLE}
    return STRUCTURE + tuple(
        f"{name.replace('_', ' ').capitalize()} {constant.value:g}: {constant.reason}."
        for name, constant in constants.items()
        if constant.status == "assumed"
    )
