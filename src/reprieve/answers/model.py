"""The answer of one population model: everything its record says, with its citation and whether it runs."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from reprieve.answers.field import Answer, field
from reprieve.answers.model_list import Sampling, State, state, why_not
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.covariate import Covariate, Effect
from reprieve.evidence.records.enzyme import Enzyme
from reprieve.evidence.records.model_check import Check
from reprieve.evidence.records.parameter import Parameter
from reprieve.evidence.records.participants import Missing, Participants, Quoted, Signature
from reprieve.evidence.records.population_model import Completeness, PopulationModel
from reprieve.evidence.records.record import Status
from reprieve.evidence.records.structure import Analyte, Compartment, Flow, RouteInput
from reprieve.evidence.records.variability import BetweenOccasion, BetweenSubject, ResidualError


class ModelAnswer(Answer, frozen=True, kw_only=True):
    """A population model: its source, people, structure, parameters and checks, and what it lacks."""

    id: Annotated[str, field("Id of the population model.")]
    citation: Annotated[str, field("Cited as author and year.")]
    link: Annotated[str | None, field("Link.")]
    runs: Annotated[bool, field("Whether it answers.")]
    state: Annotated[State, field("Whether it answers, or only where models are compared.")]
    why_not: Annotated[str | None, field("Why it does not run, or only for comparison.")]
    completeness: Annotated[Completeness, field("What of it was published.")]
    source: Annotated[str, field("Key of the bibliography.")]
    sources_read: Annotated[tuple[str, ...], field("What was read.")]
    evidence_level: Annotated[str, field("How its numbers were seen.")]
    population: Annotated[Participants, field("Who was studied.")]
    forms: Annotated[tuple[str, ...], field("racemic, esketamine or arketamine.")]
    dose_basis: Annotated[Literal["base", "not seen"], field("What its doses are in.")]
    sampling: Annotated[Sampling, field("Where its blood was drawn.")]
    sampling_note: Annotated[str, field("What was said about it.")]
    matrix: Annotated[Literal["plasma", "serum", "blood", "not seen"], field("In what it was measured.")]
    parent: Annotated[str, field("The analyte that is the drug given.")]
    transcribed: Annotated[Signature, field("Who copied it.")]
    checked: Annotated[Signature, field("Who checked the copy.")]
    forms_status: Annotated[Status, field("How the forms were seen.")]
    sampling_status: Annotated[Status, field("How the site of sampling was seen.")]
    described: Annotated[str | None, field("How its authors describe it.")]
    missing: Annotated[tuple[Missing, ...], field("What no source that was read has.")]
    never_for_dosing: Annotated[str | None, field("Why nobody should dose by it.")]
    quoted: Annotated[dict[str, Quoted], field("Printed values that no computation uses, by name.")]
    analytes: Annotated[dict[str, Analyte], field("What is measured, by name.")]
    compartments: Annotated[dict[str, Compartment], field("Compartments by name.")]
    flows: Annotated[tuple[Flow, ...], field("Flows between them and out.")]
    inputs: Annotated[dict[str, RouteInput], field("Route to how a dose by it enters.")]
    parameters: Annotated[dict[str, Parameter], field("Parameters by name.")]
    covariates: Annotated[dict[str, Covariate], field("What parameters depend on, by name.")]
    effects: Annotated[tuple[Effect, ...], field("How they do.")]
    enzymes: Annotated[dict[str, Enzyme], field("Enzymes whose amount changes, by name.")]
    between_subject: Annotated[BetweenSubject, field("How people differ.")]
    between_occasion: Annotated[BetweenOccasion | None, field("How one person differs from one time to another.")]
    residual_error: Annotated[dict[str, ResidualError], field("Analyte to what is left unexplained.")]
    residual_error_note: Annotated[str | None, field("What was said about it.")]
    checks: Annotated[tuple[Check, ...], field("Published results that it is compared with.")]
    no_independent_check: Annotated[str | None, field("Why there is none.")]
    notes: Annotated[tuple[str, ...], field("Anything a reader should know.")]


def model_answer(evidence: Evidence, model_id: str) -> ModelAnswer:
    """Everything the record of a model says.

    Raises
    ------
    UnknownName
        No model has this id; the nearest are named.
    """
    model = evidence.record(PopulationModel, model_id.strip())
    cited = evidence.reference(model.source)
    return ModelAnswer(
        **msgspec.structs.asdict(model),
        citation=cited.short,
        link=cited.link,
        runs=state(model) == "runs",
        state=state(model),
        why_not=why_not(model),
    )
