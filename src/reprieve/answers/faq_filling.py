"""Answers to the questions of patients, filled with the numbers of the evidence and of the forecast."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from reprieve.answers.duration_table import InfusionRow, row
from reprieve.answers.faq import FaqAnswer, PlainAnswer, Said
from reprieve.errors import EvidenceError, UnknownName
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.condition import Level
from reprieve.evidence.records.question import (
    MODEL,
    AnyValue,
    ArmHours,
    ForecastValue,
    HarmValue,
    Judged,
    OutcomeValue,
    Question,
    RouteFact,
    Sentence,
    StudySize,
)
from reprieve.evidence.records.record import Status
from reprieve.evidence.records.route import Route
from reprieve.evidence.records.safety_relation import SafetyRelation
from reprieve.words import horizon

_T = TypeVar("_T")


@dataclass(frozen=True)
class _Filled:
    text: str
    status: Status = "seen"


def plain_answer(evidence: Evidence, question_id: str) -> PlainAnswer:
    """The answer to one question.

    Raises
    ------
    UnknownName
        There is no such question; the nearest are named.
    EvidenceError
        A number is asked for that no record holds; the file and field are named.
    """
    return fill(evidence, evidence.record(Question, question_id))


def faq_answer(evidence: Evidence, question_id: str | None = None) -> FaqAnswer:
    """One question answered, or all; see :func:`plain_answer`."""
    return FaqAnswer(answers=(plain_answer(evidence, question_id),) if question_id else plain_answers(evidence))


def plain_answers(evidence: Evidence) -> tuple[PlainAnswer, ...]:
    """All answers, in the order people ask."""
    return tuple(plain_answer(evidence, question_id) for question_id in evidence.question_ids)


def fill(evidence: Evidence, record: Question) -> PlainAnswer:
    """An answer with its numbers looked up; see :func:`plain_answer`."""
    said = []
    for number, sentence in enumerate(record.sentences):
        try:
            said.append(_said(evidence, sentence))
        except UnknownName as error:
            raise EvidenceError(f"{record.id}.yaml: sentences[{number}].values: {error}") from None
    return PlainAnswer(id=record.id, question=record.question, sentences=tuple(said))


def _said(evidence: Evidence, sentence: Sentence) -> Said:
    filled = {name: _filled(evidence, value) for name, value in sentence.values.items()}
    recalled = [value.status == "recalled" for value in filled.values()]
    recalled += [
        evidence.claims[source].status == "recalled" for source in sentence.sources if source in evidence.claims
    ]
    text = sentence.text.format(**{name: value.text for name, value in filled.items()})
    rows = _rows(evidence, sentence)
    tested = rows[0].answer.calibration if rows else None
    return Said(
        text=text,
        basis=sentence.basis,
        sources=sentence.sources,
        cited=tuple(cited(evidence, source) for source in sentence.sources),
        certainty=_certainty(evidence, sentence, rows),
        verified=not any(recalled),
        calibration=tested,
    )


def _rows(evidence: Evidence, sentence: Sentence) -> list[InfusionRow]:
    """The rows of the duration table that give the numbers of a sentence."""
    values = sentence.values.values()
    return [row(evidence, value.condition, value.infusion) for value in values if isinstance(value, ForecastValue)]


def _certainty(evidence: Evidence, sentence: Sentence, rows: list[InfusionRow]) -> Level:
    if isinstance(sentence.certainty, Judged):
        asked = sentence.certainty
        found = evidence.condition(asked.condition).certainty_for(asked.route, several_days=asked.several_days)
        return found.level if found else "very low"
    if sentence.certainty is not None:
        return sentence.certainty
    levels: tuple[Level, ...] = ("very low", "low", "moderate", "high")
    found_levels: list[Level] = [one.answer.certainty.level for one in rows]
    # A forecast outside what the model was made from is no surer than low, however sure the trials are.
    found_levels += ["low" for one in rows if one.answer.extrapolation]
    return min(found_levels, key=levels.index)


def _filled(evidence: Evidence, value: AnyValue) -> _Filled:
    match value:
        case StudySize():
            return _Filled(str(evidence.study(value.study).n_total))
        case ArmHours():
            arms = {arm.id: arm for arm in evidence.study(value.study).arms if arm.infusion_hours}
            return _Filled(_hours(_one(arms, value.arm, "arm").infusion_hours or 0.0))
        case OutcomeValue():
            return _outcome(evidence, value)
        case ForecastValue():
            return _Filled(_forecast(evidence, value))
        case RouteFact():
            course = getattr(evidence.record(Route, value.route), value.say)
            if course is None:
                raise UnknownName(value.say, value.route, ())
            return _Filled(_plain_times(course.text), course.status)
        case HarmValue():
            return _harm(evidence, value)


def _one(found: dict[str, _T], name: str, what: str) -> _T:
    if name not in found:
        raise UnknownName(what, name, found)
    return found[name]


def _outcome(evidence: Evidence, asked: OutcomeValue) -> _Filled:
    named = f"{asked.arm} {asked.measure}"
    found = {
        f"{outcome.arm} {outcome.measure}": outcome
        for outcome in evidence.study(asked.study).outcomes
        if asked.day in {None, outcome.days_after_end}
    }
    outcome = _one(found, named, "outcome")
    days = outcome.days_after_end or 0.0
    say: dict[str, Callable[[], str]] = {
        "number": lambda: f"{outcome.value:g}",
        "in_100": lambda: _in_100(outcome.value),
        "counted": lambda: f"{outcome.events} of {outcome.denominator}",
        "days": lambda: _plural(days, "day"),
        "weeks": lambda: _plural(days // 7, "week"),
    }
    return _Filled(say[asked.say](), outcome.status)


def _forecast(evidence: Evidence, asked: ForecastValue) -> str:
    found, at = row(evidence, asked.condition, asked.infusion), horizon(asked.beyond)
    sustained = found.answer.sustained
    helped, relief = sustained.added.at(at.days), sustained.on(at.days)
    gained = sustained.added.days_gained_12wk
    say: dict[str, Callable[[], str]] = {
        "helped": lambda: _in_100(helped.share),
        "helped_between": lambda: _between(helped.low, helped.high),
        "chance": lambda: _in_100(relief.p),
        "between": lambda: _between(relief.low, relief.high),
        "placebo": lambda: _in_100(relief.placebo),
        "added_days": lambda: _plural(round(gained.mean), "day"),
        "added_between": lambda: f"{gained.low:.0f} to {gained.high:.0f}",
        "horizon": lambda: at.everyday,
        "infusion": lambda: _hours(found.infusion.hours),
    }
    return say[asked.say]()


def _between(low: float, high: float) -> str:
    return f"{100 * low:.0f} to {_in_100(high)}"


def _harm(evidence: Evidence, asked: HarmValue) -> _Filled:
    found = {f"{one.what} at {one.at}": one for one in evidence.record(SafetyRelation, asked.relation).findings}
    finding = _one(found, f"{asked.what} at {asked.at}", "finding")
    say: dict[str, Callable[[], str]] = {
        "number": lambda: f"{finding.value:.2g}",
        "range": lambda: f"{finding.low:g} to {finding.high:g}",
        "in_100": lambda: _in_100(finding.value or 0.0),
        "counted": lambda: f"{(finding.value or 0.0) * (finding.n or 0):.0f} of {finding.n} people",
    }
    return _Filled(say[asked.say](), finding.status)


def _in_100(share: float) -> str:
    if share < 0.01:
        return "fewer than 1 in 100"
    return f"{100 * share:.0f} in 100"


def _hours(hours: float) -> str:
    """Hours of an infusion: minutes under one, tens from a hundred on, where courses differ by less."""
    if hours < 1:
        return f"{60 * hours:.0f} minutes"
    return _plural(round(hours) if hours < 100 else round(hours, -1), "hour")


def _plain_times(text: str) -> str:
    """``3-5 min`` as ``3 to 5 minutes``."""
    spelled = re.sub(r"(\d)-(\d)", r"\1 to \2", text)
    return re.sub(r"\bh\b", "hours", re.sub(r"\bmin\b", "minutes", spelled))


def _plural(count: float, unit: str) -> str:
    return f"{count:g} {unit}{'' if count == 1 else 's'}"


def cited(evidence: Evidence, source: str) -> str:
    """How a source of a sentence is named: author and year, the claim, or the model."""
    if source == MODEL:
        return "forecast"
    if source in evidence.claims:
        return f"claim {source}"
    found = evidence.reference(source)
    return found.short if found.year else f"{found.short}, no date"
