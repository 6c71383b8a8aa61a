"""The answer to what the drug adds and how long relief lasts by hours of infusion, beside what is told and found."""

from __future__ import annotations

from typing import Annotated

from reprieve.answers.claims import FindingStatus
from reprieve.answers.duration_table import (
    InfusionRow,
    Share,
    Tested,
    check_has_a_table,
    conditions_with_a_table,
    rows,
    studies_of_infusions,
    tested,
)
from reprieve.answers.field import Answer, field
from reprieve.answers.forecast import Judgement, Provenance
from reprieve.answers.relief import AddedAnswer, AtHorizons, Chance, Interval, Lasting, Quantiles, ReliefOnDay
from reprieve.answers.study_list import Design
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.claim import Claim, ClaimVerdict
from reprieve.evidence.records.condition import ConditionId
from reprieve.evidence.records.record import Status
from reprieve.relief.nearest_studies import Nearness
from reprieve.words import HORIZONS, HorizonId


class TablePatient(Answer, frozen=True, kw_only=True):
    """For whom the forecasts of the table are made."""

    weight: Annotated[float, field("Body weight, kg.")]
    pain: Annotated[float, field("Usual pain before treatment, NRS 0 to 10.")]
    reason: Annotated[str, field("Why these.")]


class TableRule(Answer, frozen=True, kw_only=True):
    """Which conditions have a table."""

    least_studies: Annotated[int, field("Studies of an infusion that a condition needs.")]
    studies: Annotated[dict[ConditionId, int], field("Condition to its number of such studies.")]


class ClaimStanding(Answer, frozen=True, kw_only=True):
    """What is told, and whether what its verdict rests on was seen."""

    id: Annotated[str, field("Id of the claim.")]
    claim: Annotated[str, field("What is told, without its full stop.")]
    verdict: Annotated[ClaimVerdict, field("What is to be said of it.")]
    status: Annotated[FindingStatus, field("How the figure behind the verdict was seen.")]
    verified: Annotated[bool, field("Whether the verdict rests on a figure seen in its source.")]


class NamedStudy(Answer, frozen=True, kw_only=True):
    """A study and how it is cited."""

    id: Annotated[str, field("Id of the study.")]
    study: Annotated[str, field("Cited as author and year.")]
    design: Annotated[Design, field("Design class.")]
    infusion_hours: Annotated[float | None, field("Hours of infusion of the arm.")]

    @property
    def label(self) -> str:
        """Author and year; the id of a study whose authors were not shown where it was read."""
        return self.id if self.study.startswith("authors not") else self.study


class NearTrial(NamedStudy, frozen=True, kw_only=True):
    """A study of the condition that is nearest to a row in hours and design."""

    n: Annotated[int | None, field("People in it.")]
    text: Annotated[str | None, field("What it found.")]


class DurationRow(Answer, frozen=True, kw_only=True):
    """One infusion in one condition; days and chances count from the end of the last dose."""

    id: Annotated[str, field("Id of the row, as 10h.")]
    infusion: Annotated[str, field("How it is shown.")]
    infusion_hours: Annotated[float, field("Hours of infusion over the course.")]
    protocol: Annotated[str | None, field("Id of the named protocol, where it is one.")]
    regimen: Annotated[str, field("In the regimen grammar.")]
    added: Annotated[AddedAnswer, field("What the drug adds.")]
    relief: Annotated[dict[HorizonId, ReliefOnDay], field("The chance of relief at each horizon, and on placebo.")]
    probability_any: Annotated[float, field("Share of people with felt relief in the first week.")]
    duration_days: Annotated[Quantiles, field("Days of felt relief over everybody, zero for those without.")]
    duration_days_if_relief: Annotated[Quantiles, field("The same over those with felt relief.")]
    exceeds: AtHorizons
    exceeds_interval: Annotated[dict[HorizonId, Chance], field("The chances of exceeds with their 80 % intervals.")]
    placebo: Annotated[Lasting, field("The same people without the drug.")]
    verdict: Annotated[str, field("The answer in one sentence.")]
    certainty: Annotated[Judgement, field("How sure the evidence is.")]
    extrapolation: Annotated[tuple[str, ...], field("In what the row differs from what was studied.")]
    claims: Annotated[tuple[ClaimStanding, ...], field("What is told of so many hours in this condition.")]
    nearest: Annotated[tuple[NearTrial, ...], field("The nearest trials of this condition.")]


class RowChance(Answer, frozen=True, kw_only=True):
    """The forecast chance of a row that a claim covers."""

    condition: Annotated[ConditionId, field("Condition.")]
    id: Annotated[str, field("Id of the row.")]
    infusion: Annotated[str, field("How it is shown.")]
    p: Annotated[float, field("Chance of relief at the horizon of the claim.")]


class ReportedShare(NamedStudy, frozen=True, kw_only=True):
    """A share of people with relief that a study reported after an infusion."""

    condition: Annotated[ConditionId, field("Condition of the arm.")]
    day: Annotated[float | None, field("Days after the end of the last dose.")]
    share: Annotated[float, field("Share of people with relief.")]
    status: Annotated[Status, field("How it was seen.")]


class TestedClaim(ClaimStanding, frozen=True, kw_only=True):
    """A claim that gives a chance, beside the forecast and what studies reported."""

    beyond: Annotated[HorizonId, field("Horizon of its chance.")]
    told: Annotated[Interval, field("The share of people it gives relief; its two ends, no interval of ours.")]
    forecasts: Annotated[tuple[RowChance, ...], field("The forecast for every row it covers.")]
    reported: Annotated[tuple[ReportedShare, ...], field("The first share beyond the horizon of each arm it covers.")]


class DurationsAnswer(Answer, frozen=True, kw_only=True):
    """How long relief lasts by hours of infusion."""

    patient: Annotated[TablePatient, field("For whom the forecasts are made.")]
    rule: Annotated[TableRule, field("Which conditions have a table.")]
    conditions: Annotated[dict[ConditionId, tuple[DurationRow, ...]], field("Condition to its rows, shortest first.")]
    tested_claims: Annotated[tuple[TestedClaim, ...], field("Claims that give a chance for so many hours.")]
    provenance: Annotated[Provenance, field("What makes the first row again.")]


def durations_answer(evidence: Evidence, condition: str | None = None) -> DurationsAnswer:
    """The table for one condition by any of its names, or for all that have enough studies.

    Raises
    ------
    OutsideEvidence
        Too few studies gave the condition an infusion.
    """
    conditions = (check_has_a_table(evidence, condition),) if condition else conditions_with_a_table(evidence)
    table = evidence.duration_table
    return DurationsAnswer(
        patient=TablePatient(weight=table.weight, pain=table.pain, reason=table.patient_reason),
        rule=TableRule(least_studies=table.least_studies, studies=studies_of_infusions(evidence)),
        conditions={name: tuple(_row(evidence, row) for row in rows(evidence, name)) for name in conditions},
        tested_claims=tuple(_tested(evidence, one) for one in tested(evidence, conditions)),
        provenance=rows(evidence, conditions[0])[0].answer.provenance,
    )


def _row(evidence: Evidence, row: InfusionRow) -> DurationRow:
    sustained = row.answer.sustained
    return DurationRow(
        id=row.infusion.id,
        infusion=row.infusion.label,
        infusion_hours=row.infusion.hours,
        protocol=row.infusion.protocol,
        regimen=row.answer.regimen.text,
        added=sustained.added,
        relief={one.id: sustained.on(one.days) for one in HORIZONS},
        probability_any=sustained.probability_any,
        duration_days=sustained.duration_days,
        duration_days_if_relief=sustained.duration_days_if_relief,
        exceeds=sustained.exceeds,
        exceeds_interval=sustained.exceeds_interval,
        placebo=sustained.placebo,
        verdict=row.answer.verdict,
        certainty=row.answer.certainty,
        extrapolation=row.answer.extrapolation,
        claims=tuple(map(_standing, row.claims)),
        nearest=tuple(_near(evidence, near) for near in row.nearest),
    )


def _standing(claim: Claim) -> ClaimStanding:
    return ClaimStanding(
        id=claim.id,
        claim=claim.claim,
        verdict=claim.verdict,
        status=claim.status or "none",
        verified=claim.is_verified,
    )


def _near(evidence: Evidence, near: Nearness) -> NearTrial:
    return NearTrial(
        id=near.study.id,
        study=evidence.reference(near.study.reference).short,
        infusion_hours=near.arm.infusion_hours,
        design=near.study.design_class,
        n=near.study.n_total,
        text=near.study.headline,
    )


def _tested(evidence: Evidence, one: Tested) -> TestedClaim:
    claim, chance = one.claim, one.chance
    return TestedClaim(
        id=claim.id,
        claim=claim.claim,
        verdict=claim.verdict,
        status=claim.status or "none",
        verified=claim.is_verified,
        beyond=chance.beyond,
        told=Interval(low=chance.low, high=chance.high),
        forecasts=tuple(
            RowChance(condition=condition, id=row.infusion.id, infusion=row.infusion.label, p=p)
            for condition, row, p in one.forecasts
        ),
        reported=tuple(_share(evidence, share) for share in one.shares),
    )


def _share(evidence: Evidence, share: Share) -> ReportedShare:
    return ReportedShare(
        id=share.study.id,
        study=evidence.reference(share.study.reference).short,
        condition=share.arm.condition or share.study.condition,
        design=share.study.design_class,
        infusion_hours=share.arm.infusion_hours,
        day=share.outcome.days_after_end,
        share=share.outcome.value,
        status=share.outcome.status,
    )
