"""The duration table: what the drug adds and how long relief lasts by hours of infusion, beside what is told and found.

Only the public answer of the forecast is used, with its own virtual patients and seed, so that both say the same.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache

from reprieve.answers.forecast import ForecastAnswer
from reprieve.answers.forecast_filling import forecast_answer
from reprieve.chart.patient import Patient
from reprieve.errors import OutsideEvidence, UnknownName
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.claim import Claim, ClaimedChance
from reprieve.evidence.records.condition import ConditionId
from reprieve.evidence.records.duration_table import Infusion
from reprieve.evidence.records.protocol import Protocol
from reprieve.evidence.records.study import Arm, Outcome, Study
from reprieve.regimen import Regimen
from reprieve.relief.forecast import forecast
from reprieve.relief.nearest_studies import NEUROPATHIC, Nearness, nearest_studies
from reprieve.words import horizon


@dataclass(frozen=True)
class InfusionRow:
    """One infusion in one condition.

    Parameters
    ----------
    infusion : hours and regimen
    answer : the answer of the forecast
    claims : what public articles say about an infusion of so many hours in this condition
    nearest : the arms of this condition nearest to it, nearest first
    """

    infusion: Infusion
    answer: ForecastAnswer
    claims: tuple[Claim, ...]
    nearest: tuple[Nearness, ...]


@dataclass(frozen=True)
class Share:
    """A share of people with relief that a study reported after an infusion."""

    study: Study
    arm: Arm
    outcome: Outcome


@dataclass(frozen=True)
class Tested:
    """A claim that gives a chance, beside the forecast and what studies reported.

    Parameters
    ----------
    claim : what is told
    chance : the share of people it gives
    forecasts : condition and infusion to the forecast chance, for every row the claim covers
    shares : of people with relief beyond the horizon, reported after infusions the claim covers; empty where none was
    """

    claim: Claim
    chance: ClaimedChance
    forecasts: tuple[tuple[ConditionId, InfusionRow, float], ...]
    shares: tuple[Share, ...]


def studies_of_infusions(evidence: Evidence) -> dict[ConditionId, int]:
    """Condition to how many of its studies gave an infusion of known hours and report something usable."""
    counted: Counter[ConditionId] = Counter()
    for study in evidence.studies:
        if any(outcome.usable and outcome.endpoint in {"acute", "sustained"} for outcome in study.outcomes):
            counted.update({arm.condition or study.condition for arm in study.arms if _infused(arm)})
    return dict(counted)


def conditions_with_a_table(evidence: Evidence) -> tuple[ConditionId, ...]:
    """Conditions with enough studies of infusions, most studies first."""
    counted = studies_of_infusions(evidence)
    enough = [name for name in counted if counted[name] >= evidence.duration_table.least_studies]
    return tuple(sorted(enough, key=lambda name: (-counted[name], name)))


def check_has_a_table(evidence: Evidence, name: str) -> ConditionId:
    """The id of a condition that has enough studies.

    Raises
    ------
    OutsideEvidence
        Too few studies gave it an infusion.
    """
    found, known = evidence.condition(name), conditions_with_a_table(evidence)
    for condition in known:
        if condition == found.id:
            return condition
    count = studies_of_infusions(evidence).get(found.id, 0)
    raise OutsideEvidence(
        f"For {found.name} the number of studies of infusions is {count}; a table needs "
        f"{evidence.duration_table.least_studies}. There is one for {', '.join(known)}. "
        f"Ask for a forecast of one regimen instead."
    )


@cache
def row(evidence: Evidence, condition: str, infusion_id: str) -> InfusionRow:
    """One infusion in one condition, forecast once and kept.

    Raises
    ------
    UnknownName
        The table has no such infusion; the nearest are named.
    """
    table = evidence.duration_table
    infusions = {one.id: one for one in table.rows}
    if infusion_id not in infusions:
        raise UnknownName("infusion", infusion_id, infusions)
    infusion = infusions[infusion_id]
    regimen = _regimen(evidence, infusion)
    made = forecast(
        Patient(condition=condition, weight=table.weight, pain=table.pain),
        regimen,
        evidence=evidence,
    )
    return InfusionRow(
        infusion,
        forecast_answer(made),
        _claims(evidence, condition, infusion.hours),
        _nearest(evidence, condition, made.regimen),
    )


def rows(evidence: Evidence, condition: str) -> tuple[InfusionRow, ...]:
    """All infusions in one condition, shortest first."""
    return tuple(row(evidence, condition, infusion.id) for infusion in evidence.duration_table.rows)


def tested(evidence: Evidence, conditions: tuple[ConditionId, ...]) -> tuple[Tested, ...]:
    """Every claim that gives a chance for so many hours, beside the forecast in these conditions."""
    found = []
    for claim in evidence.claims.values():
        if claim.chance is not None:
            beyond = claim.chance.beyond
            covered = [
                (condition, one, one.answer.sustained.on(horizon(beyond).days).p)
                for condition in conditions
                for one in rows(evidence, condition)
                if _covers(claim, one.infusion.hours, condition)
            ]
            found.append(Tested(claim, claim.chance, tuple(covered), _shares(evidence, claim)))
    return tuple(found)


def _covers(claim: Claim, hours: float, condition: str) -> bool:
    """Whether a claim speaks about so many hours in a condition; what is told of neuropathic pain is told of CRPS."""
    about = set(claim.conditions) | (NEUROPATHIC if "neuropathic" in claim.conditions else set())
    return claim.covers(hours) and (not about or condition in about)


def _regimen(evidence: Evidence, infusion: Infusion) -> str | Protocol:
    return evidence.record(Protocol, infusion.protocol) if infusion.protocol else str(infusion.regimen)


def _infused(arm: Arm) -> bool:
    return arm.role == "ketamine" and arm.route == "iv" and bool(arm.infusion_hours)


def _claims(evidence: Evidence, condition: str, hours: float) -> tuple[Claim, ...]:
    return tuple(claim for claim in evidence.claims.values() if _covers(claim, hours, condition))


def _nearest(evidence: Evidence, condition: str, regimen: Regimen) -> tuple[Nearness, ...]:
    here = [
        study
        for study in evidence.studies
        if any(_infused(arm) and (arm.condition or study.condition) == condition for arm in study.arms)
    ]
    return nearest_studies(here, condition, regimen, most=2)


def _shares(evidence: Evidence, claim: Claim) -> tuple[Share, ...]:
    """The first share each arm reports beyond the horizon."""
    first: dict[tuple[str, str], Share] = {}
    for study in evidence.studies:
        for arm in study.arms:
            condition = arm.condition or study.condition
            if _infused(arm) and _covers(claim, arm.infusion_hours or 0.0, condition):
                late = [outcome for outcome in study.outcomes if outcome.arm == arm.id and _speaks_of(claim, outcome)]
                if late:
                    earliest = min(late, key=lambda outcome: outcome.days_after_end or 0.0)
                    first[study.id, arm.id] = Share(study, arm, earliest)
    return tuple(first.values())


def _speaks_of(claim: Claim, outcome: Outcome) -> bool:
    """Whether an outcome is a share of people with relief beyond the horizon of a claim."""
    beyond = horizon(claim.chance.beyond).days if claim.chance else float("inf")
    late = outcome.days_after_end is not None and outcome.days_after_end >= beyond
    return outcome.kind == "proportion" and outcome.usable and late
