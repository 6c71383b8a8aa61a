"""The duration table as rows of JSON."""

from __future__ import annotations

from typing import Any

from reprieve.answers.duration_table import Row, Share, Tested, rows, studies_of_infusions, tested
from reprieve.evidence import read
from reprieve.evidence.records.claim import Claim
from reprieve.relief.nearest_studies import Nearness


def facts(conditions: tuple[str, ...]) -> dict[str, Any]:
    """The table for some conditions, with the rule that chose them and the claims it tests."""
    table, counted = read.duration_table(), studies_of_infusions()
    found = {name: [_row(row) for row in rows(name)] for name in conditions}
    first = rows(conditions[0])[0].answer.to_dict()
    return {
        "patient": {"weight": table.weight, "pain": table.pain, "reason": table.patient_reason},
        "rule": {"least_studies": table.least_studies, "studies": counted},
        "conditions": found,
        "tested_claims": [_tested(one) for one in tested(conditions)],
        "provenance": first["provenance"],
    }


def _row(row: Row) -> dict[str, Any]:
    answer = row.answer.to_dict()
    sustained = answer["sustained"]
    kept = ("probability_any", "duration_days", "duration_days_if_relief", "exceeds", "exceeds_interval", "placebo")
    return {
        "id": row.infusion.id,
        "infusion": row.infusion.label,
        "infusion_hours": row.infusion.hours,
        "protocol": row.infusion.protocol,
        "regimen": row.answer.regimen.text,
        **{name: sustained[name] for name in kept},
        "verdict": row.answer.verdict,
        "certainty": answer["certainty"],
        "extrapolation": answer["extrapolation"],
        "claims": [claim_of(claim) for claim in row.claims],
        "nearest": [_nearest(near) for near in row.nearest],
    }


def claim_of(claim: Claim) -> dict[str, Any]:
    """What is told, and whether what it rests on was seen."""
    return {
        "id": claim.id,
        "claim": claim.claim,
        "verdict": claim.verdict,
        "status": claim.status or "none",
        "verified": claim.is_verified,
    }


def _nearest(near: Nearness) -> dict[str, Any]:
    return {
        "id": near.study.id,
        "study": read.reference(near.study.reference).short,
        "infusion_hours": near.arm.infusion_hours,
        "design": near.study.design_class,
        "n": near.study.n_total,
        "text": near.study.headline,
    }


def _tested(one: Tested) -> dict[str, Any]:
    chance = one.claim.chance
    return {
        **claim_of(one.claim),
        "beyond": chance.beyond if chance else None,
        "told": {"low": chance.low, "high": chance.high} if chance else None,
        "forecasts": [
            {"condition": condition, "id": row.infusion.id, "infusion": row.infusion.label, "p": p}
            for condition, row, p in one.forecasts
        ],
        "reported": [_share(share) for share in one.shares],
    }


def _share(share: Share) -> dict[str, Any]:
    return {
        "id": share.study.id,
        "study": read.reference(share.study.reference).short,
        "condition": share.arm.condition or share.study.condition,
        "design": share.study.design_class,
        "infusion_hours": share.arm.infusion_hours,
        "day": share.outcome.days_after_end,
        "share": share.outcome.value,
        "status": share.outcome.status,
    }
