"""An id to the answer of the study or review that has it."""

from __future__ import annotations

from reprieve.answers.review import ReviewAnswer, review_answer
from reprieve.answers.study import StudyAnswer, study_answer
from reprieve.errors import UnknownName
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.review import Review


def evidence_record(evidence: Evidence, record_id: str, *, verified_only: bool = False) -> StudyAnswer | ReviewAnswer:
    """The study or review of an id.

    Raises
    ------
    UnknownName
        Neither has this id; the nearest ones are named.
    """
    studies, reviews = evidence.study_ids, evidence.ids(Review)
    if record_id in reviews:
        return review_answer(evidence, evidence.record(Review, record_id), verified_only=verified_only)
    if record_id in studies:
        return study_answer(evidence, evidence.study(record_id), verified_only=verified_only)
    raise UnknownName("study or review", record_id, (*studies, *reviews), listed=False)
