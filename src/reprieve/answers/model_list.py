"""The answer to which population models there are: in whom, where blood was drawn, and whether they run."""

from __future__ import annotations

from typing import Annotated, Literal

from reprieve.answers.field import Answer, field
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.participants import Participants, Range
from reprieve.evidence.records.population_model import Completeness, PopulationModel

#: ``for comparison only``: never for dosing. ``does not run``: incomplete.
State = Literal["runs", "for comparison only", "does not run"]
Sampling = Literal["arterial", "venous", "mixed", "not seen"]


class StudiedPeople(Answer, frozen=True, kw_only=True):
    """Who was studied; null where it was not seen."""

    who: Annotated[str, field("Who they were.")]
    n: Annotated[int | None, field("How many.")]
    age_years: Annotated[tuple[float, float] | None, field("Lowest and highest age, years.")]
    weight_kg: Annotated[tuple[float, float] | None, field("Lowest and highest body weight, kg.")]


class ListedModel(Answer, frozen=True, kw_only=True):
    """A population model in a few words."""

    id: Annotated[str, field("Id of the population model.")]
    forms: Annotated[tuple[str, ...], field("racemic, esketamine or arketamine.")]
    routes: Annotated[tuple[str, ...], field("Routes it has an input for.")]
    sampling: Annotated[Sampling, field("Where its blood was drawn.")]
    people: Annotated[StudiedPeople, field("Who was studied.")]
    completeness: Annotated[Completeness, field("What of it was published.")]
    runs: Annotated[bool, field("Whether it answers.")]
    state: Annotated[State, field("Whether it answers, or only where models are compared.")]
    why_not: Annotated[str | None, field("Why it does not run, or only for comparison.")]


class ModelList(Answer, frozen=True, kw_only=True):
    """The published population models."""

    models: Annotated[tuple[ListedModel, ...], field("By id.")]


def model_list(evidence: Evidence) -> ModelList:
    """All population models."""
    return ModelList(
        models=tuple(_listed(evidence.record(PopulationModel, name)) for name in evidence.ids(PopulationModel))
    )


def state(model: PopulationModel) -> State:
    """Whether a model runs."""
    if model.completeness == "incomplete":
        return "does not run"
    return "for comparison only" if model.never_for_dosing else "runs"


def why_not(model: PopulationModel) -> str | None:
    """Why a model does not run, or only for comparison; None where it runs."""
    if model.completeness == "incomplete":
        return f"missing: {'; '.join(lack.what for lack in model.missing)}"
    return f"never for dosing: {' '.join(model.never_for_dosing.split())}" if model.never_for_dosing else None


def _listed(model: PopulationModel) -> ListedModel:
    return ListedModel(
        id=model.id,
        forms=model.forms,
        routes=tuple(model.inputs),
        sampling=model.sampling,
        people=_people(model.population),
        completeness=model.completeness,
        runs=state(model) == "runs",
        state=state(model),
        why_not=why_not(model),
    )


def _people(people: Participants) -> StudiedPeople:
    return StudiedPeople(
        who=people.who, n=people.n, age_years=_ends(people.age_years), weight_kg=_ends(people.weight_kg)
    )


def _ends(span: Range | None) -> tuple[float, float] | None:
    return (span.low, span.high) if span else None
