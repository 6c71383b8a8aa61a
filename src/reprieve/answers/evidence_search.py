"""The answer of a search: the studies and reviews that speak of some words."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from reprieve.answers.field import Answer, field
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.review import Review
from reprieve.evidence.records.study import Role, Study
from reprieve.evidence.search import Found, search


class Match(Answer, frozen=True, kw_only=True):
    """A study or review in which all words stand."""

    id: Annotated[str, field("Id of the study or review.")]
    record: Annotated[Literal["study", "review"], field("Which of the two it is.")] = msgspec.field(name="is")
    role: Annotated[Role | None, field("What a study is good for; null of a review.")]
    citation: Annotated[str, field("Cited as author and year.")]
    score: Annotated[float, field("How well it matches; only its order means anything.")]
    passage: Annotated[str, field("The passage that holds most of the words.")]


class SearchAnswer(Answer, frozen=True, kw_only=True):
    """What was found, the best match first."""

    words: Annotated[str, field("The words asked for.")]
    found: Annotated[tuple[Match, ...], field("Studies and reviews in which all of them stand.")]


def evidence_search(evidence: Evidence, words: str, *, verified_only: bool = False) -> SearchAnswer:
    """The studies and reviews in which all words stand."""
    found = search(evidence, words, (*evidence.all_studies, *evidence.records(Review)), verified_only=verified_only)
    return SearchAnswer(words=words, found=tuple(_match(evidence, one) for one in found))


def _match(evidence: Evidence, found: Found) -> Match:
    record = found.record
    return Match(
        id=record.id,
        record="study" if isinstance(record, Study) else "review",
        role=record.role if isinstance(record, Study) else None,
        citation=evidence.reference(record.reference).short,
        score=round(found.score, 2),
        passage=found.passage,
    )
