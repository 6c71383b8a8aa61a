"""The answer of one review: everything its record says, with its citation."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from reprieve.answers.field import Answer, field
from reprieve.answers.review_list import Known, Pooled
from reprieve.answers.verified import verified
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.record import Status
from reprieve.evidence.records.review import Review, ReviewNumber


class ReviewAnswer(Answer, frozen=True, kw_only=True):
    """A review: what it pooled, its numbers with their status, and what it concluded."""

    record: Annotated[Literal["review"], field("What this answer is about.")] = msgspec.field(name="is")
    id: Annotated[str, field("Id of the review.")]
    reference: Annotated[str, field("Key of the bibliography.")]
    citation: Annotated[str, field("Cited as author and year.")]
    journal: Annotated[str | None, field("Journal, year and place.")]
    link: Annotated[str | None, field("Link.")]
    scope: Annotated[str, field("What it reviewed, in one line.")]
    fit: Annotated[bool, field("Whether a fit may use it: never.")]
    use: Annotated[str, field("What it may be used for, in one sentence.")]
    includes_withheld: Annotated[Known, field("Whether it pools a trial that is withheld here.")]
    k: Annotated[int | None, field("How many it pooled; null where not read.")]
    k_is: Annotated[Pooled | None, field("What k counts.")]
    n: Annotated[int | None, field("Patients pooled; null where not read.")]
    status: Annotated[Status, field("How far its conclusion was seen in the source.")]
    conclusion: Annotated[str | None, field("What its authors concluded, in our words.")]
    certainty: Annotated[str | None, field("How sure its authors are, in our words.")]
    note: Annotated[str | None, field("Anything a reader should know.")]
    figures: Annotated[tuple[ReviewNumber, ...], field("What it printed as numbers.")]


def review_answer(evidence: Evidence, review: Review, *, verified_only: bool = False) -> ReviewAnswer:
    """Everything the record of a review says; ``verified_only`` leaves out what was never seen in a source."""
    told = verified(review) if verified_only else review
    cited = evidence.reference(review.reference)
    return ReviewAnswer(
        record="review",
        id=told.id,
        reference=told.reference,
        citation=cited.short,
        journal=cited.journal,
        link=cited.link,
        scope=told.scope,
        fit=told.fit,
        use=told.use,
        includes_withheld=told.includes_withheld,
        k=told.k,
        k_is=told.k_is,
        n=told.n,
        status=told.status,
        conclusion=told.conclusion,
        certainty=told.certainty,
        note=told.note,
        figures=told.figures,
    )
