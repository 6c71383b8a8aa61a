"""The answer of a list of studies: a line each."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Literal, TypeAlias

from reprieve.answers.field import Answer, field
from reprieve.answers.verified import LEFT_OUT, rests_on_memory
from reprieve.evidence import study_folder
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.condition import ConditionId
from reprieve.evidence.records.study import Role, Study
from reprieve.regimen.routes import canonical_route

WITHHELD = "Withheld: its results are kept for the exam of the forecast, so none are here."

Design: TypeAlias = Literal["rct", "rct_crossover", "cohort", "case_series"]
RiskOfBias: TypeAlias = Literal["low", "some", "high", "not judged"]


class StudyLine(Answer, frozen=True, kw_only=True):
    """One study."""

    id: Annotated[str, field("Id of the study.")]
    role: Annotated[Role, field("What the study is good for.")]
    year: Annotated[int | None, field("Year it was published.")]
    conditions: Annotated[tuple[ConditionId, ...], field("Its condition, then those of arms with another.")]
    routes: Annotated[tuple[str, ...], field("Routes ketamine was given by.")]
    design_class: Annotated[Design, field("Kind of design.")]
    n: Annotated[int | None, field("Patients; null where it was not read.")]
    infusion_hours: Annotated[
        tuple[float, ...],
        field("Fewest and most hours of infusion of its ketamine arms; empty where none was infused."),
    ]
    risk_of_bias: Annotated[RiskOfBias, field("How likely its design is to mislead.")]
    numbers: Annotated[int, field("Printed numbers.")]
    usable_numbers: Annotated[int, field("Those of them that can enter a fit.")]
    flags: Annotated[tuple[str, ...], field("Ids of the integrity signals that name it.")]
    duplicate_of: Annotated[str | None, field("The study whose patients these are.")]
    citation: Annotated[str, field("Cited as author and year.")]
    headline: Annotated[str | None, field("How long relief lasted, in one sentence.")]


class StudyList(Answer, frozen=True, kw_only=True):
    """Studies of ketamine in chronic pain."""

    studies: Annotated[tuple[StudyLine, ...], field("The studies asked for.")]


def study_list(
    evidence: Evidence,
    *,
    condition: str | None = None,
    route: str | None = None,
    design: str | None = None,
    role: str = "evidence",
    verified_only: bool = False,
) -> StudyList:
    """The studies of a condition, route, design and role; None and ``all`` leave it open.

    Raises
    ------
    UnknownName
        There is no such condition or route.
    """
    wanted = evidence.condition(condition).id if condition else None
    by = canonical_route(route.strip()) if route else None
    return StudyList(
        studies=tuple(
            study_line(evidence, study, verified_only=verified_only)
            for study in (evidence.studies if role == "evidence" else evidence.all_studies)
            if role in (study.role, "all")
            and (wanted is None or wanted in study.conditions)
            and (by is None or by in routes_of(study))
            and design in (study.design_class, None)
        )
    )


def study_line(evidence: Evidence, study: Study, *, verified_only: bool = False) -> StudyLine:
    """One study as a line of a list."""
    numbers = [outcome for outcome in study.outcomes if outcome.verified or not verified_only]
    return StudyLine(
        id=study.id,
        role=study.role,
        year=study.year,
        conditions=study.conditions,
        routes=routes_of(study),
        design_class=study.design_class,
        n=study.n_total,
        infusion_hours=_hours(study),
        risk_of_bias=study.risk_of_bias,
        numbers=len(numbers),
        usable_numbers=sum(outcome.usable for outcome in numbers),
        flags=study.flags,
        duplicate_of=study.duplicate_of,
        citation=evidence.reference(study.reference).short,
        headline=_headline(study, verified_only=verified_only),
    )


def studies_by_role(evidence: Evidence) -> Counter[Role]:
    """How many studies have each role; their records are not opened for it."""
    return Counter(study_folder.role_of(evidence.study_path(name)) for name in evidence.study_ids)


def routes_of(study: Study) -> tuple[str, ...]:
    """The routes ketamine was given by."""
    return tuple(dict.fromkeys(arm.route for arm in study.arms if arm.role == "ketamine" and arm.route))


def _hours(study: Study) -> tuple[float, ...]:
    hours = [arm.infusion_hours for arm in study.arms if arm.role == "ketamine" and arm.infusion_hours]
    return (min(hours), max(hours)) if hours else ()


def _headline(study: Study, *, verified_only: bool) -> str | None:
    if study.withheld:
        return WITHHELD
    return LEFT_OUT if verified_only and rests_on_memory(study.headline) else study.headline
