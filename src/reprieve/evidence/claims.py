"""What the public is told: each claim with who tells it, who repeats it, and which claims it disagrees with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from reprieve.errors import UnknownName
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.article import Article
from reprieve.evidence.records.claim import Claim, ClaimVerdict, Topic
from reprieve.evidence.records.disagreement import Disagreement


@dataclass(frozen=True)
class Told:
    """A claim and everything around it.

    Parameters
    ----------
    claim : what is told
    article : who tells it
    repeated_in : other articles that tell the same
    against : ids of claims that disagree with it
    """

    claim: Claim
    article: Article
    repeated_in: tuple[Article, ...]
    against: tuple[str, ...]


def subjects(evidence: Evidence) -> dict[str, int]:
    """What can be asked for, and how many claims are about it: topics, then conditions, then routes."""
    claims = [claim for article in evidence.articles for claim in article.claims]
    conditions = sorted({condition for claim in claims for condition in claim.conditions})
    routes = sorted({route for claim in claims for route in claim.routes})
    return {
        subject: sum(claim.is_about(subject) for claim in claims)
        for subject in (*get_args(Topic), *conditions, *routes)
    }


def told(
    evidence: Evidence,
    *,
    topic: str | None = None,
    verdict: str | None = None,
    article: str | None = None,
    verified_only: bool = False,
) -> tuple[Told, ...]:
    """The claims that fit everything asked for, in the order of the articles.

    Parameters
    ----------
    evidence : what is published
    topic : a topic, a condition or a route
    verdict : ``supported``, ``partly``, ``contradicted`` or ``unverifiable``
    article : id of an article
    verified_only : leave out claims whose verdict does not rest on a figure seen in its source

    Raises
    ------
    UnknownName
        Nothing goes by one of these names; the nearest are named.
    """
    topic = _known("topic", topic, tuple(subjects(evidence)))
    verdict = _known("verdict", verdict, get_args(ClaimVerdict))
    article = _known("article", article, tuple(one.id for one in evidence.articles))
    return tuple(
        _told(evidence, claim, by)
        for by in evidence.articles
        for claim in by.claims
        if (topic is None or claim.is_about(topic))
        and verdict in {None, claim.verdict}
        and article in {None, by.id}
        and (not verified_only or claim.is_verified)
    )


def disagreements(evidence: Evidence, found: tuple[Told, ...]) -> tuple[Disagreement, ...]:
    """Where any of these claims disagrees with another."""
    ids = {one.claim.id for one in found}
    return tuple(one for one in evidence.records(Disagreement) if ids & set(one.claims))


def _known(what: str, given: str | None, known: tuple[str, ...]) -> str | None:
    if given is None:
        return None
    spelled = given.strip().lower().replace(" ", "_")
    if spelled not in known:
        raise UnknownName(what, given, known)
    return spelled


def _told(evidence: Evidence, claim: Claim, article: Article) -> Told:
    disagreeing = (one.claims for one in evidence.records(Disagreement) if claim.id in one.claims)
    return Told(
        claim,
        article,
        tuple(other for other in evidence.articles for same in other.claims if same.repeats == claim.id),
        tuple(dict.fromkeys(other for ids in disagreeing for other in ids if other != claim.id)),
    )
