"""A question that patients ask, answered in sentences whose numbers are looked up when they are said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import Formatter
from typing import Literal

import msgspec

from reprieve.evidence.records.condition import ConditionId, Level, Route
from reprieve.evidence.records.record import Record, RecordPart
from reprieve.words import HorizonId

#: The source of a sentence whose numbers the forecast gives.
MODEL = "model"


class Value(RecordPart, frozen=True, kw_only=True, tag_field="of"):
    """A number of the evidence or of the forecast, and how it is said."""


class StudySize(Value, frozen=True, kw_only=True, tag="study_size"):
    """How many people a study had."""

    study: str


class ArmHours(Value, frozen=True, kw_only=True, tag="arm_hours"):
    """Hours under infusion of an arm."""

    study: str
    arm: str


class OutcomeValue(Value, frozen=True, kw_only=True, tag="outcome"):
    """One printed number of an arm, or when after the last dose it was measured.

    ``day`` picks one of several with the same measure; ``say`` is the number as it is, a share in 100 people, how
    many of how many, or the time in days or weeks.
    """

    study: str
    arm: str
    measure: str
    say: Literal["number", "in_100", "counted", "days", "weeks"]
    day: float | None = None


class ForecastValue(Value, frozen=True, kw_only=True, tag="forecast"):
    """A number of the duration table.

    ``helped`` is how many the drug itself helps at a horizon, ``chance`` how many have relief then and ``placebo`` how
    many on placebo; each ``between`` is the 80 % interval. ``added_days`` is how many days with relief the drug adds in
    twelve weeks. ``horizon`` and ``infusion`` are the time and the hours themselves.
    """

    condition: ConditionId
    infusion: str
    say: Literal[
        "helped", "helped_between", "chance", "between", "placebo", "added_days", "added_between", "horizon", "infusion"
    ]
    beyond: HorizonId


class RouteFact(Value, frozen=True, kw_only=True, tag="route"):
    """When relief by a route starts, or how long it lasts."""

    route: str
    say: Literal["onset", "duration"]


class HarmValue(Value, frozen=True, kw_only=True, tag="harm"):
    """A number of a safety relation: as it is, its range, a share in 100 people, or how many of how many."""

    relation: str
    what: str
    at: str
    say: Literal["number", "range", "in_100", "counted"]


AnyValue = StudySize | ArmHours | OutcomeValue | ForecastValue | RouteFact | HarmValue


class Judged(RecordPart, frozen=True, kw_only=True):
    """The certainty that is recorded for a condition, a route and one day or several."""

    condition: ConditionId
    route: Route
    several_days: bool


class Sentence(RecordPart, frozen=True, kw_only=True):
    """One sentence of the answer to a question.

    Parameters
    ----------
    text : in plain words, with a name in braces for every number; no digit is typed
    values : what stands for the names
    basis : what kind of source it rests on
    sources : keys of the bibliography, ids of claims, or ``model``
    certainty : a GRADE word judged here, or the judgement recorded for a condition; None for the model, whose
        certainty is that of the forecast
    """

    text: str
    basis: Literal["study", "review", "guideline", "model"]
    sources: tuple[str, ...]
    certainty: Level | Judged | None = None
    values: dict[str, AnyValue] = msgspec.field(default_factory=dict)


class Question(Record, frozen=True, kw_only=True):
    """A question of patients and its answer; ``place`` is where it stands among the others, from 1."""

    place: int
    question: str
    sentences: tuple[Sentence, ...]

    def _faults(self) -> Iterator[str]:
        if not self.question.endswith("?"):
            yield f"question {self.question!r} does not end with a question mark"
        for number, sentence in enumerate(self.sentences):
            for fault in _faults_of(sentence):
                yield f"sentences[{number}].{fault}"


def _faults_of(sentence: Sentence) -> Iterator[str]:
    names = {name for _, name, _, _ in Formatter().parse(sentence.text) if name is not None}
    plain = re.sub(r"\{\w+\}", "", sentence.text)
    if re.search(r"\d", plain):
        yield f"text holds a number that is typed: {sentence.text!r}; name it in braces and look it up in values"
    for name in sorted(names ^ sentence.values.keys()):
        yield f"values: {name!r} is {'not given' if name in names else 'not in the text'}"
    if not sentence.sources:
        yield "sources is empty; every sentence names one"
    forecast = any(isinstance(value, ForecastValue) for value in sentence.values.values())
    if len({forecast, sentence.basis == MODEL, MODEL in sentence.sources}) > 1:
        yield "basis, sources and values disagree on whether the forecast gives its numbers; say model in all or none"
    if (sentence.certainty is None) != forecast:
        yield "certainty is missing" if not forecast else "certainty is given; a forecast brings its own"
