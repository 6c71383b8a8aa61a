"""The answer of a list of reviews: a line each."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from reprieve.answers.field import Answer, field
from reprieve.answers.verified import UNVERIFIED
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.review import Review

Pooled: TypeAlias = Literal["trials", "studies", "experts", "clinics"]
Known: TypeAlias = Literal["yes", "no", "unknown"]


class ReviewLine(Answer, frozen=True, kw_only=True):
    """One review."""

    id: Annotated[str, field("Id of the review.")]
    scope: Annotated[str, field("What it reviewed, in one line.")]
    k: Annotated[int | None, field("How many it pooled; null where not read.")]
    k_is: Annotated[Pooled | None, field("What k counts.")]
    n: Annotated[int | None, field("Patients pooled; null where not read.")]
    includes_withheld: Annotated[Known, field("Whether it pools a trial that is withheld here.")]
    figures: Annotated[int, field("How many of its numbers are recorded.")]
    citation: Annotated[str, field("Cited as author and year.")]


class ReviewList(Answer, frozen=True, kw_only=True):
    """Published reviews: to be read beside a forecast, never fitted to."""

    reviews: Annotated[tuple[ReviewLine, ...], field("All of them.")]


def review_list(evidence: Evidence, *, verified_only: bool = False) -> ReviewList:
    """All reviews."""
    return ReviewList(
        reviews=tuple(_line(evidence, review, verified_only=verified_only) for review in evidence.records(Review))
    )


def _line(evidence: Evidence, review: Review, *, verified_only: bool) -> ReviewLine:
    return ReviewLine(
        id=review.id,
        scope=review.scope,
        k=review.k,
        k_is=review.k_is,
        n=review.n,
        includes_withheld=review.includes_withheld,
        figures=sum(not verified_only or figure.status not in UNVERIFIED for figure in review.figures),
        citation=evidence.reference(review.reference).short,
    )
