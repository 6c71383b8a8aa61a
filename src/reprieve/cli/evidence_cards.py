"""Studies and reviews as plain answers: a line of a list, a page, a match of a search."""

from __future__ import annotations

from typing import Any

import msgspec

from reprieve.cli.verified_only import LEFT_OUT, UNVERIFIED, rests_on_memory, verified
from reprieve.errors import UnknownName
from reprieve.evidence import read
from reprieve.evidence.records.outcome import Outcome
from reprieve.evidence.records.review import Review
from reprieve.evidence.records.study import Study
from reprieve.evidence.search import Found
from reprieve.regimen.routes import canonical_route

WITHHELD = "Withheld: its results are kept for the exam of the forecast, so none are here."


def chosen(*, condition: str | None, route: str | None, design: str | None, role: str) -> tuple[Study, ...]:
    """The studies of a condition, route, design and role; None and ``all`` leave it open.

    Raises
    ------
    UnknownName
        There is no such condition or route.
    """
    wanted = read.condition(condition).id if condition else None
    by = canonical_route(route.strip()) if route else None
    return tuple(
        study
        for study in (read.studies() if role == "evidence" else read.all_studies())
        if role in (study.role, "all")
        and (wanted is None or wanted in study.conditions)
        and (by is None or by in routes_of(study))
        and design in (study.design_class, None)
    )


def named(record_id: str) -> Study | Review:
    """The study or review of an id.

    Raises
    ------
    UnknownName
        Neither has this id; the nearest ones are named.
    """
    studies, reviews = read.study_ids(), read.record_ids("reviews")
    if record_id in reviews:
        return read.review(record_id)
    if record_id in studies:
        return read.study(record_id)
    listed_by = "reprieve evidence list --role all"
    raise UnknownName("study or review", record_id, (*studies, *reviews), listed_by=listed_by)


def routes_of(study: Study) -> tuple[str, ...]:
    """The routes ketamine was given by."""
    return tuple(dict.fromkeys(arm.route for arm in study.arms if arm.role == "ketamine" and arm.route))


def _hours(study: Study) -> list[float]:
    """Fewest and most hours of infusion of its ketamine arms; empty where none was infused."""
    hours = [arm.infusion_hours for arm in study.arms if arm.role == "ketamine" and arm.infusion_hours]
    return [min(hours), max(hours)] if hours else []


def study_card(study: Study, *, verified_only: bool = False) -> dict[str, Any]:
    """One study as a line of a list."""
    numbers = _numbers(study, verified_only=verified_only)
    return {
        "id": study.id,
        "role": study.role,
        "year": study.year,
        "conditions": list(study.conditions),
        "routes": list(routes_of(study)),
        "design_class": study.design_class,
        "n": study.n_total,
        "infusion_hours": _hours(study),
        "risk_of_bias": study.risk_of_bias,
        "numbers": len(numbers),
        "usable_numbers": sum(outcome.usable for outcome in numbers),
        "flags": list(study.flags),
        "duplicate_of": study.duplicate_of,
        "citation": read.reference(study.reference).short,
        "headline": _headline(study, verified_only=verified_only),
    }


def _numbers(study: Study, *, verified_only: bool) -> list[Outcome]:
    return [outcome for outcome in study.outcomes if outcome.verified or not verified_only]


def _headline(study: Study, *, verified_only: bool) -> str | None:
    if study.withheld:
        return WITHHELD
    return LEFT_OUT if verified_only and rests_on_memory(study.headline) else study.headline


def review_cards(*, verified_only: bool = False) -> list[dict[str, Any]]:
    """All reviews as lines of a list."""
    return [
        {
            "id": review.id,
            "scope": review.scope,
            "k": review.k,
            "k_is": review.k_is,
            "n": review.n,
            "includes_withheld": review.includes_withheld,
            "figures": sum(not verified_only or figure.status not in UNVERIFIED for figure in review.figures),
            "citation": read.reference(review.reference).short,
        }
        for review in read.reviews()
    ]


def record_page(record: Study | Review, *, verified_only: bool = False) -> dict[str, Any]:
    """Everything a record says, with its citation: the answer of ``evidence show --json``."""
    told: dict[str, Any] = msgspec.to_builtins(record)
    if isinstance(record, Review):
        told |= {"is": "review", "fit": record.fit, "use": record.use}
    else:
        told |= {"is": "study", "role": record.role}
        told["headline"] = WITHHELD if record.withheld else record.headline
        told["flags"] = [msgspec.to_builtins(flag) for flag in read.integrity() if flag.id in record.flags]
    if verified_only:
        told = verified(told)
    cited = read.reference(record.reference)
    return told | {"citation": cited.short, "journal": cited.journal, "link": cited.link}


def match_card(found: Found) -> dict[str, Any]:
    """One match of a search."""
    record = found.record
    return {
        "id": record.id,
        "is": "study" if isinstance(record, Study) else "review",
        "role": record.role if isinstance(record, Study) else None,
        "citation": read.reference(record.reference).short,
        "score": round(found.score, 2),
        "passage": found.passage,
    }
