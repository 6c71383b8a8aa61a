"""The answer to what all models that cover a regimen predict for the same patient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from reprieve.answers.field import Answer, field
from reprieve.answers.forecast import GivenPatient
from reprieve.answers.model_list import Sampling
from reprieve.chart.patient import Patient
from reprieve.evidence.evidence import Evidence
from reprieve.exposure.model_comparison import Predicted, compare_models


class ModelPrediction(Answer, frozen=True, kw_only=True):
    """The typical patient by one model."""

    id: Annotated[str, field("Id of the population model.")]
    analyte: Annotated[str, field("The drug whose concentration it is.")]
    sampling: Annotated[Sampling, field("Where its blood was drawn.")]
    concentrations_ng_ml: Annotated[tuple[float, ...], field("Concentration at each of the times, ng/mL.")]
    cmax_ng_ml: Annotated[float, field("Highest concentration, ng/mL.")]
    tmax_h: Annotated[float, field("Hours after the start of the first dose until it.")]
    auc_to_infinity_ng_h_ml: Annotated[float, field("Area under the concentration to infinity, ng·h/mL.")]
    outside: Annotated[tuple[str, ...], field("In what the patient differs from the people studied.")]
    never_for_dosing: Annotated[bool, field("Whether nobody should dose by it.")]
    note: Annotated[str, field("What it takes for granted; empty where nothing.")]


class SkippedModel(Answer, frozen=True, kw_only=True):
    """A model that does not answer."""

    id: Annotated[str, field("Id of the population model.")]
    reason: Annotated[str, field("Why it does not answer.")]


class ComparisonAnswer(Answer, frozen=True, kw_only=True):
    """One regimen by every published model with an input for its route and form."""

    regimen: Annotated[str, field("In the regimen grammar.")]
    patient: Annotated[GivenPatient, field("What was given of the patient.")]
    times_h: Annotated[tuple[float, ...], field("Hours after the start of the first dose.")]
    models: Annotated[tuple[ModelPrediction, ...], field("The models that answer, highest peak first.")]
    skipped: Annotated[tuple[SkippedModel, ...], field("The models that do not.")]
    sampling: Annotated[str, field("How the site of sampling accounts for what differs.")]
    at_once: Annotated[str, field("What to know of the peak of an injection; empty where there is none.")]


def comparison_answer(
    evidence: Evidence,
    regimen: str,
    patient: Patient,
    *,
    times: Sequence[float] | None = None,
    with_all: bool = False,
) -> ComparisonAnswer:
    """Every model's answer; see :func:`reprieve.exposure.model_comparison.compare_models`."""
    found = compare_models(regimen, patient, times=times, with_all=with_all, evidence=evidence)
    return ComparisonAnswer(
        regimen=str(found.regimen),
        patient=GivenPatient(**patient.known),
        times_h=found.times_h,
        models=tuple(map(_prediction, found.predicted)),
        skipped=tuple(SkippedModel(id=name, reason=reason) for name, reason in found.skipped.items()),
        sampling=found.sampling,
        at_once=found.at_once,
    )


def _prediction(one: Predicted) -> ModelPrediction:
    return ModelPrediction(
        id=one.model.id,
        analyte=one.model.parent,
        sampling=one.model.sampling,
        concentrations_ng_ml=tuple(_rounded(float(value)) for value in one.concentrations),
        cmax_ng_ml=_rounded(one.cmax),
        tmax_h=_rounded(one.tmax_h),
        auc_to_infinity_ng_h_ml=_rounded(one.auc),
        outside=one.outside,
        never_for_dosing=one.model.never_for_dosing is not None,
        note=one.note,
    )


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")
