"""The answer to what the public is told: each claim with its verdict and what was found, and where claims disagree."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from reprieve.answers.field import Answer, field
from reprieve.evidence.claims import Told, disagreements, subjects, told
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.claim import ClaimVerdict, Topic
from reprieve.evidence.records.condition import ConditionId, Route
from reprieve.evidence.records.disagreement import Disagreement
from reprieve.words import HorizonId

#: How a figure was seen; ``none`` where nothing was found.
FindingStatus = Literal["seen", "derived", "recalled", "assumed", "none"]


class ToldChance(Answer, frozen=True, kw_only=True):
    """A share of people that a claim gives relief beyond a horizon."""

    beyond: Annotated[HorizonId, field("Horizon.")]
    low: Annotated[float, field("Least share it gives, as a fraction.")]
    high: Annotated[float, field("Largest share it gives, as a fraction.")]


class CheckedClaim(Answer, frozen=True, kw_only=True):
    """A claim of a public article beside what was found."""

    id: Annotated[str, field("Number of the article, then of the claim.")]
    claim: Annotated[str, field("What is told, in our own words, without its full stop.")]
    topic: Annotated[Topic, field("What it is about.")]
    verdict: Annotated[ClaimVerdict, field("What is to be said of it.")]
    conditions: Annotated[tuple[ConditionId, ...], field("Conditions it names; empty where it speaks of all.")]
    routes: Annotated[tuple[Route, ...], field("Routes it names; empty where it speaks of all.")]
    regimen: Annotated[str | None, field("What it says of the regimen.")]
    values: Annotated[str | None, field("The numbers it gives.")]
    infusion_hours: Annotated[
        tuple[float, float | None] | None,
        field("Least and most hours of infusion it speaks about; null at an open end."),
    ]
    chance: Annotated[ToldChance | None, field("The share of people it says have relief beyond a horizon.")]
    finding: Annotated[str | None, field("The published figure the verdict rests on; null where nothing was found.")]
    status: Annotated[FindingStatus, field("How that figure was seen.")]
    withheld: Annotated[str | None, field("What the verdict rests on and is kept for the exam of the forecast.")]
    note: Annotated[str | None, field("Why nothing was found.")]
    sources: Annotated[tuple[str, ...], field("Keys of the bibliography behind the figure.")]
    source_note: Annotated[str | None, field("What else it rests on, which the bibliography does not have.")]
    url: Annotated[str | None, field("Where the figure was read.")]
    by_route: Annotated[bool, field("Whether it says what a route does.")]
    repeats: Annotated[str | None, field("Id of the claim of another article that says the same.")]
    verified: Annotated[bool, field("Whether the verdict rests on a figure seen in its source.")]
    article: Annotated[str, field("Id of the article that tells it.")]
    articles: Annotated[tuple[str, ...], field("Titles of all articles that tell it, its own first.")]
    cited: Annotated[tuple[str, ...], field("The sources as author and year.")]
    disagrees_with: Annotated[tuple[str, ...], field("Ids of claims that cannot be true beside it.")]


class ClaimsDisagree(Answer, frozen=True, kw_only=True):
    """Claims that cannot all be true, and what was found."""

    id: Annotated[str, field("Id of the disagreement.")]
    about: Annotated[str, field("What they disagree about.")]
    claims: Annotated[tuple[str, ...], field("Ids of the claims.")]
    how: Annotated[str, field("What they say against each other.")]
    found: Annotated[str, field("What was found.")]
    sources: Annotated[tuple[str, ...], field("Keys of the bibliography.")]
    withheld: Annotated[str | None, field("What was found and is kept for the exam of the forecast.")]
    cited: Annotated[tuple[str, ...], field("The sources as author and year.")]


class ClaimsAnswer(Answer, frozen=True, kw_only=True):
    """What the public is told, beside what was found."""

    claims: Annotated[tuple[CheckedClaim, ...], field("Claims in the order of the articles.")]
    disagreements: Annotated[tuple[ClaimsDisagree, ...], field("Where any of them disagrees with another.")]


class TopicsAnswer(Answer, frozen=True, kw_only=True):
    """What claims can be searched by."""

    topics: Annotated[dict[str, int], field("Topic, condition or route to how many claims are about it.")]


def claims_answer(
    evidence: Evidence,
    *,
    topic: str | None = None,
    verdict: str | None = None,
    article: str | None = None,
    verified_only: bool = False,
) -> ClaimsAnswer:
    """The claims that fit everything asked for; see :func:`reprieve.evidence.claims.told`."""
    found = told(evidence, topic=topic, verdict=verdict, article=article, verified_only=verified_only)
    return ClaimsAnswer(
        claims=tuple(checked_claim(evidence, one) for one in found),
        disagreements=tuple(_disagreement(evidence, one) for one in disagreements(evidence, found)),
    )


def topics_answer(evidence: Evidence) -> TopicsAnswer:
    """Topics, conditions and routes with their number of claims."""
    return TopicsAnswer(topics=subjects(evidence))


def checked_claim(evidence: Evidence, one: Told) -> CheckedClaim:
    """A claim with who tells it, as it is cited."""
    claim = one.claim
    chance = claim.chance and ToldChance(beyond=claim.chance.beyond, low=claim.chance.low, high=claim.chance.high)
    known = msgspec.structs.asdict(claim) | {"chance": chance, "status": claim.status or "none"}
    return CheckedClaim(
        **known,
        verified=claim.is_verified,
        article=one.article.id,
        articles=tuple(article.title for article in (one.article, *one.repeated_in)),
        cited=_cited(evidence, claim.sources),
        disagrees_with=one.against,
    )


def _disagreement(evidence: Evidence, record: Disagreement) -> ClaimsDisagree:
    return ClaimsDisagree(**msgspec.structs.asdict(record), cited=_cited(evidence, record.sources))


def _cited(evidence: Evidence, keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(evidence.reference(key).short for key in keys)
