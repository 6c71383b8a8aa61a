"""The answers to questions of patients, in plain words; they say what studies found and are no advice."""

from __future__ import annotations

from typing import Annotated, Literal

from reprieve.answers.field import Answer, field
from reprieve.evidence.records.condition import Level

#: Said with every answer.
NOT_ADVICE = (
    "This says what studies found in groups of people. It is not advice. Your clinician can say what it means for you."
)
#: How sure one can be, in words.
IN_WORDS: dict[Level, str] = {
    "high": "very sure", "moderate": "fairly sure", "low": "not sure", "very low": "not sure at all",
}  # fmt: skip


class Said(Answer, frozen=True, kw_only=True):
    """One sentence with what it rests on."""

    text: Annotated[str, field("The sentence with its numbers.")]
    basis: Annotated[Literal["study", "review", "guideline", "model"], field("What kind of source it rests on.")]
    sources: Annotated[tuple[str, ...], field("Keys of the bibliography, ids of claims, or model.")]
    cited: Annotated[tuple[str, ...], field("The sources as they are cited.")]
    certainty: Annotated[Level, field("GRADE word.")]
    verified: Annotated[bool, field("False where a number or a claim in it is recalled, not seen.")]
    calibration: Annotated[str | None, field("How far the forecast was tested, where it gives the numbers.")]


class PlainAnswer(Answer, frozen=True, kw_only=True):
    """A question of patients and its sentences."""

    id: Annotated[str, field("Word that asks it.")]
    question: Annotated[str, field("The question.")]
    sentences: Annotated[tuple[Said, ...], field("The answer, sentence by sentence.")]


class FaqAnswer(Answer, frozen=True, kw_only=True):
    """Questions of patients, answered in plain words."""

    answers: Annotated[tuple[PlainAnswer, ...], field("In the order people ask.")]
    note: Annotated[str, field("What the answers are not.")] = NOT_ADVICE
