"""The answer to whether population models hold: their checks run again, predicted beside published."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Literal

from reprieve.answers.field import Answer, field
from reprieve.errors import OutsideEvidence
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.model_check import Check, Origin
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.exposure.built import BuiltModel, CompartmentDose, Floats
from reprieve.exposure.built_system import system_of
from reprieve.exposure.model_checks import CheckedPrediction, evaluate
from reprieve.pkpd.dose import Dose

#: Of one number; ``known misfit`` where the record says why it does not agree.
NumberVerdict = Literal["agrees", "known misfit", "disagrees"]
CheckVerdict = Literal["agrees", "known misfit", "disagrees", "not run"]


class CheckedNumber(Answer, frozen=True, kw_only=True):
    """One predicted number beside what it should be."""

    what: Annotated[str, field("What it is.")]
    predicted: Annotated[float, field("By the model now.")]
    published: Annotated[float, field("What the check expects.")]
    low: Annotated[float | None, field("Lowest that agrees; null where the interval is open.")]
    high: Annotated[float | None, field("Highest that agrees; null where the interval is open.")]
    unit: Annotated[str, field("Unit of all of them.")]
    verdict: Annotated[NumberVerdict, field("What is to be said of it.")]


class CheckRerun(Answer, frozen=True, kw_only=True):
    """One check of a model, run again."""

    check: Annotated[str, field("Id of the check.")]
    origin: Annotated[Origin, field("Whether it was printed by the authors, measured, or simulated by other code.")]
    source: Annotated[str | None, field("Key of the bibliography.")]
    where: Annotated[str, field("Table, figure or code.")]
    verdict: Annotated[CheckVerdict, field("The worst of its numbers.")]
    reason: Annotated[str | None, field("Why it does not agree or was not run; null where it agrees or nobody knows.")]
    rows: Annotated[tuple[CheckedNumber, ...], field("Its numbers; none where it was not run.")]


class ModelRerun(Answer, frozen=True, kw_only=True):
    """All checks of one model, run again."""

    id: Annotated[str, field("Id of the population model.")]
    agrees: Annotated[bool, field("Whether every check agrees, or its record says why it does not.")]
    without_checks: Annotated[str | None, field("Why there is no check; null where there is one.")]
    checks: Annotated[tuple[CheckRerun, ...], field("Its checks.")]


class CheckAnswer(Answer, frozen=True, kw_only=True):
    """Whether population models hold."""

    models: Annotated[tuple[ModelRerun, ...], field("By id.")]
    agrees: Annotated[bool, field("Whether all of them hold.")]


def check_answer(evidence: Evidence, model_id: str | None = None) -> CheckAnswer:
    """Run the checks of one model again on the engine, or of all.

    Raises
    ------
    UnknownName
        No model has this id; the nearest are named.
    """
    ids = (model_id.strip(),) if model_id else evidence.ids(PopulationModel)
    models = tuple(_model(evidence.record(PopulationModel, name)) for name in ids)
    return CheckAnswer(models=models, agrees=all(model.agrees for model in models))


def _model(model: PopulationModel) -> ModelRerun:
    without = None
    if not model.checks:
        incomplete = "it is incomplete and cannot be run"
        without = incomplete if model.completeness == "incomplete" else model.no_independent_check or "it has none"
    found = tuple(_rerun(model, check) for check in model.checks)
    agrees = all(_holds(rerun, check) for rerun, check in zip(found, model.checks, strict=True))
    return ModelRerun(id=model.id, agrees=agrees, without_checks=without, checks=found)


def _holds(rerun: CheckRerun, check: Check) -> bool:
    """Whether it agrees, or the record says why it does not or cannot be run."""
    return check.not_run is not None if rerun.verdict == "not run" else rerun.verdict != "disagrees"


def _rerun(model: PopulationModel, check: Check) -> CheckRerun:
    failed: str | None = None
    rows: tuple[CheckedNumber, ...] = ()
    try:
        rows = tuple(_number(row, check) for row in evaluate(model, check, _engine))
    except OutsideEvidence as error:
        failed = str(error)
    verdict = "not run" if failed else _worst(rows)
    said = {"agrees": None, "not run": check.not_run or failed}.get(verdict, check.known_misfit)
    return CheckRerun(
        check=check.id,
        origin=check.origin,
        source=check.source,
        where=check.where,
        verdict=verdict,
        reason=" ".join(said.split()) if said else None,
        rows=rows,
    )


def _worst(rows: Sequence[CheckedNumber]) -> NumberVerdict:
    verdicts = {row.verdict for row in rows}
    order: tuple[NumberVerdict, ...] = ("disagrees", "known misfit")
    return next((verdict for verdict in order if verdict in verdicts), "agrees")


def _number(row: CheckedPrediction, check: Check) -> CheckedNumber:
    misfit: NumberVerdict = "known misfit" if check.known_misfit else "disagrees"
    return CheckedNumber(
        what=row.what,
        predicted=_rounded(row.predicted),
        published=row.expected,
        low=_rounded(row.low) if math.isfinite(row.low) else None,
        high=_rounded(row.high) if math.isfinite(row.high) else None,
        unit=row.unit,
        verdict="agrees" if row.agrees else misfit,
    )


def _engine(built: BuiltModel, doses: Sequence[CompartmentDose], times: Floats) -> Floats:
    values: Floats = system_of(built).simulate([Dose(*dose) for dose in doses], times).values[0]
    return values


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")
