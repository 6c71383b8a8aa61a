"""The answer of the table of outcomes: every printed number of all studies, its study and arm beside it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec

from reprieve.answers.field import Answer, field
from reprieve.answers.study_list import Design, RiskOfBias
from reprieve.answers.verified import verified
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.column import Unit
from reprieve.evidence.records.condition import ConditionId
from reprieve.evidence.records.outcome import Among, Counted, CountsFrom, Endpoint, Kind, SpreadOf
from reprieve.evidence.records.record import Status
from reprieve.evidence.records.study import Role, Study


class OutcomeRow(Answer, frozen=True, kw_only=True):
    """One printed number: first its study and arm, then the columns of ``outcomes.csv``."""

    study: Annotated[str, field("Id of the study.")]
    year: Annotated[int | None, field("Year it was published.")]
    role: Annotated[Role, field("What the study is good for.")]
    condition: Annotated[ConditionId, field("Id of the pain condition of the arm.")]
    design_class: Annotated[Design, field("Kind of design.")]
    risk_of_bias: Annotated[RiskOfBias, field("How likely the design is to mislead.")]
    flags: Annotated[tuple[str, ...], field("Ids of the integrity signals that name the study.")]
    citation: Annotated[str, field("Cited as author and year.")]
    arm_role: Annotated[str, field("Whether the arm was given ketamine, placebo or another drug.")]
    arm_n: Annotated[int | None, field("Patients treated in the arm.")]
    route: Annotated[str | None, field("Route of the ketamine; null in an arm without it.")]
    form: Annotated[str | None, field("racemic or esketamine.")]
    regimen: Annotated[str | None, field("In the regimen grammar; null where it is not known well enough.")]
    infusion_hours: Annotated[float | None, field("Hours of infusion over the course.")]
    arm: Annotated[str, field("Id of the arm.")]
    measure: Annotated[str, field("What was measured, in words joined by underscores.")]
    kind: Annotated[Kind, field("What sort of number it is; it fixes the unit.")]
    counted: Annotated[Counted, field("What the number tells of; only pain can enter a fit.")]
    endpoint: Annotated[Endpoint, field("When, in words: before, during or after the course, or while dosing goes on.")]
    days_after_end: Annotated[float | None, field("Days after the end of the last dose; negative before it.")]
    time: Annotated[str | None, field("The time as the source puts it.")]
    counts_from: Annotated[CountsFrom, field("From what the source counts its time.")]
    days_from_start: Annotated[float | None, field("Days from the start of the course, where it counts from there.")]
    value: Annotated[float, field("The number, in the unit of the row.")]
    unit: Annotated[Unit | None, field("Unit of value, spread, low and high; points are of a scale from 0 to 10.")]
    relation: Annotated[Literal["<", ">", ">="] | None, field("Where the number is printed as a bound.")]
    spread: Annotated[float | None, field("Spread of the value.")]
    spread_type: Annotated[str | None, field("What the spread is, as SD or SE.")]
    spread_of: Annotated[SpreadOf | None, field("Whether it is of a level or of a change.")]
    low: Annotated[float | None, field("Lower end of the printed interval.")]
    high: Annotated[float | None, field("Upper end of the printed interval.")]
    interval: Annotated[str | None, field("What lies between low and high.")]
    n: Annotated[int | None, field("How many it was measured in.")]
    of: Annotated[str, field("What n and the denominator count.")]
    among: Annotated[Among, field("Whom it was measured in.")]
    events: Annotated[int | None, field("How many had it.")]
    denominator: Annotated[int | None, field("Of how many.")]
    threshold: Annotated[float | None, field("Share of relief that counts as response.")]
    response: Annotated[str | None, field("What counts as response, where it is not a share of relief.")]
    cumulative: Annotated[bool, field("Of a share of responders, whether better responses are counted in it too.")]
    versus: Annotated[str | None, field("Id of the other arm of a p.")]
    favours: Annotated[str | None, field("Of a p, id of the arm whose result was better, where that was printed.")]
    status: Annotated[Status, field("How it was seen.")]
    usable: Annotated[bool, field("Whether it can enter a fit.")]
    reason: Annotated[str | None, field("Why it cannot enter a fit.")]
    note: Annotated[str | None, field("Anything a reader of the number should know.")]


class OutcomeTable(Answer, frozen=True, kw_only=True):
    """The printed numbers of all studies."""

    numbers: Annotated[tuple[OutcomeRow, ...], field("A row each.")]

    def to_csv(self) -> str:
        """CSV with a header; flags are joined by spaces, and what was not printed is empty."""
        text = io.StringIO()
        columns = OutcomeRow.__struct_fields__
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        for row in self.numbers:
            writer.writerow([_cell(getattr(row, name)) for name in columns])
        return text.getvalue()


def outcome_table(
    evidence: Evidence,
    condition: str | None = None,
    *,
    kind: str | None = None,
    endpoint: str | None = None,
    window: tuple[float, float] | None = None,
    verified_only: bool = False,
) -> OutcomeTable:
    """The printed numbers of a condition, kind, endpoint and window of days; None leaves it open.

    Raises
    ------
    UnknownName
        There is no such condition.
    """
    wanted = evidence.condition(condition).id if condition else None
    rows = (row for study in evidence.all_studies for row in _rows(evidence, study, verified_only=verified_only))
    return OutcomeTable(
        numbers=tuple(
            row
            for row in rows
            if wanted in (row.condition, None)
            and kind in (row.kind, None)
            and endpoint in (row.endpoint, None)
            and (window is None or _within(row.days_after_end, window))
        )
    )


def _within(day: float | None, window: tuple[float, float]) -> bool:
    return day is not None and window[0] <= day <= window[1]


def _rows(evidence: Evidence, study: Study, *, verified_only: bool) -> Iterator[OutcomeRow]:
    told = verified(study) if verified_only else study
    arms = {arm.id: arm for arm in told.arms}
    for outcome in told.outcomes:
        arm = arms[outcome.arm]
        yield OutcomeRow(
            study=study.id,
            year=study.year,
            role=study.role,
            condition=arm.condition or study.condition,
            design_class=study.design_class,
            risk_of_bias=study.risk_of_bias,
            flags=study.flags,
            citation=evidence.reference(study.reference).short,
            arm_role=arm.role,
            arm_n=arm.n,
            route=arm.route,
            form=arm.form,
            regimen=arm.regimen,
            infusion_hours=arm.infusion_hours,
            **msgspec.structs.asdict(outcome),
        )


def _cell(value: object) -> object:
    if isinstance(value, tuple):
        return " ".join(value)
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.12g}" if isinstance(value, float) else value
