"""The answer of one study: everything its record says, with its citation and the signals about it."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from reprieve.answers.field import Answer, field
from reprieve.answers.study_list import WITHHELD, Design, RiskOfBias
from reprieve.answers.verified import verified
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.arm import Arm
from reprieve.evidence.records.condition import ConditionId
from reprieve.evidence.records.integrity import Integrity
from reprieve.evidence.records.outcome import Outcome
from reprieve.evidence.records.study import Role, Study


class StudyAnswer(Answer, frozen=True, kw_only=True):
    """A study: its design, its arms, every printed number with its status, and signals about it."""

    record: Annotated[Literal["study"], field("What this answer is about.")] = msgspec.field(name="is")
    id: Annotated[str, field("Id of the study.")]
    role: Annotated[Role, field("What the study is good for.")]
    reference: Annotated[str, field("Key of the bibliography.")]
    citation: Annotated[str, field("Cited as author and year.")]
    journal: Annotated[str | None, field("Journal, year and place.")]
    link: Annotated[str | None, field("Link.")]
    year: Annotated[int | None, field("Year it was published.")]
    registry: Annotated[str | None, field("Entry in a registry of trials.")]
    condition: Annotated[ConditionId, field("Id of the pain condition.")]
    population: Annotated[str | None, field("Who took part, where that is more than the condition.")]
    n_total: Annotated[int | None, field("Patients; null where it was not read.")]
    design: Annotated[str | None, field("Design in one line.")]
    design_class: Annotated[Design, field("Kind of design.")]
    blinding: Annotated[str, field("Who did not know what was given.")]
    risk_of_bias: Annotated[RiskOfBias, field("How likely its design is to mislead.")]
    risk_of_bias_reason: Annotated[str, field("Why.")]
    headline: Annotated[str | None, field("How long relief lasted, in one sentence.")]
    note: Annotated[str | None, field("Anything a reader should know.")]
    background: Annotated[str | None, field("Why no forecast is set beside it.")]
    duplicate_of: Annotated[str | None, field("The study whose patients these are; they are never counted twice.")]
    withheld: Annotated[bool, field("Whether its results are kept for the exam of the forecast; then none are here.")]
    flags: Annotated[tuple[Integrity, ...], field("Signs that its numbers may not be what they seem.")]
    arms: Annotated[tuple[Arm, ...], field("Groups of patients and what they were given.")]
    outcomes: Annotated[tuple[Outcome, ...], field("Every printed number of pain.")]


def study_answer(evidence: Evidence, study: Study, *, verified_only: bool = False) -> StudyAnswer:
    """Everything the record of a study says; ``verified_only`` leaves out what was never seen in a source."""
    flags = tuple(flag for flag in evidence.records(Integrity) if flag.id in study.flags)
    told, seen_flags = verified((study, flags)) if verified_only else (study, flags)
    cited = evidence.reference(study.reference)
    return StudyAnswer(
        record="study",
        id=told.id,
        role=study.role,
        reference=told.reference,
        citation=cited.short,
        journal=cited.journal,
        link=cited.link,
        year=told.year,
        registry=told.registry,
        condition=told.condition,
        population=told.population,
        n_total=told.n_total,
        design=told.design,
        design_class=told.design_class,
        blinding=told.blinding,
        risk_of_bias=told.risk_of_bias,
        risk_of_bias_reason=told.risk_of_bias_reason,
        headline=WITHHELD if told.withheld else told.headline,
        note=told.note,
        background=told.background,
        duplicate_of=told.duplicate_of,
        withheld=told.withheld,
        flags=seen_flags,
        arms=told.arms,
        outcomes=told.outcomes,
    )
