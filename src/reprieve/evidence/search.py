"""Words to the studies and reviews that speak of them, the best first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.integrity import Integrity
from reprieve.evidence.records.review import Review
from reprieve.evidence.records.study import Study

#: What a word found in a field counts: what a record is, above what is said in passing.
_NAMES, _SUBJECT, _TEXT = 6.0, 3.0, 1.0
#: A word that only begins as asked (``opioid`` in ``opioids``) counts this much of a whole one.
_BEGINS = 0.7
_WORD = re.compile(r"[\w.]+")


@dataclass(frozen=True)
class Passage:
    """A text of a record.

    Parameters
    ----------
    text : as it stands there
    weight : what a word found in it counts
    status : of what it says; None where it says no number
    prose : whether it tells a reader something; names and synonyms do not
    """

    text: str
    weight: float
    status: str | None = None
    prose: bool = True


@dataclass(frozen=True)
class Found:
    """A record in which all words were found, with the passage that holds most of them."""

    record: Study | Review
    score: float
    passage: str


def passages(evidence: Evidence, record: Study | Review) -> Iterator[Passage]:
    """All texts of a study or a review."""
    entry = evidence.reference(record.reference)
    yield Passage(f"{record.id} {entry.authors or ''} {entry.year or ''}", _NAMES, prose=False)
    if entry.title:
        yield Passage(entry.title, _SUBJECT)
    yield Passage(entry.journal or "", _TEXT, prose=False)
    if isinstance(record, Study):
        yield from _of_study(evidence, record)
    else:
        yield from _of_review(record)


def _of_study(evidence: Evidence, study: Study) -> Iterator[Passage]:
    for name in study.conditions:
        known = evidence.condition(name)
        yield Passage(" ".join((known.id, known.name, *known.synonyms)), _SUBJECT, prose=False)
    yield Passage(f"{study.population or ''} {study.design or ''} {study.design_class}", _SUBJECT, prose=False)
    yield Passage(study.headline or "", _SUBJECT)
    rest = (study.note, study.background, study.blinding, study.risk_of_bias_reason, study.registry, study.role)
    yield from (Passage(text, _TEXT) for text in rest if text)
    for arm in study.arms:
        yield Passage(f"{arm.route or ''} {arm.form or ''} {arm.role}", _SUBJECT, prose=False)
        drugs = (arm.regimen, arm.regimen_reason, arm.dose, *arm.cotreatment, arm.comparator, arm.caveat)
        yield from (Passage(text, _TEXT) for text in drugs if text)
        yield from (Passage(said.text, _TEXT, said.status) for said in arm.reported)
    for outcome in study.outcomes:
        said = (outcome.measure.replace("_", " "), outcome.time, outcome.response, outcome.reason, outcome.note)
        yield Passage("; ".join(filter(None, said)), _TEXT, outcome.status)
    for record in evidence.records(Integrity):
        if record.id in study.flags:
            yield Passage(f"{record.signal}: {record.what}", _TEXT, record.status)


def _of_review(review: Review) -> Iterator[Passage]:
    yield Passage("review", _SUBJECT, prose=False)
    yield Passage(review.scope, _SUBJECT)
    yield from (Passage(text, _TEXT) for text in (review.conclusion, review.certainty, review.note) if text)
    for figure in review.figures:
        yield Passage(f"{figure.measure}; {figure.time or ''}", _TEXT, figure.status)


def search(
    evidence: Evidence, words: str, records: Iterable[Study | Review], *, verified_only: bool = False
) -> tuple[Found, ...]:
    """The records in which every word stands, best first.

    A word is found where another begins with it, whatever its case. A record's score adds up, over the words, the best
    field each was found in: its name and authors, then its subject, then the rest.

    Parameters
    ----------
    evidence : what is published; the texts of a record name what else is in it
    words : separated by spaces
    records : where to look
    verified_only : whether to pass over what was never seen in a source
    """
    asked = [word.lower() for word in _WORD.findall(words.replace("_", " "))]
    found = (_score(evidence, asked, record, verified_only=verified_only) for record in records) if asked else iter(())
    return tuple(sorted(filter(None, found), key=_order))


def _order(found: Found) -> tuple[float, bool, str]:
    """Best first; of equals those that are evidence."""
    evidence = isinstance(found.record, Study) and found.record.role == "evidence"
    return -found.score, not evidence, found.record.id


def _score(evidence: Evidence, asked: list[str], record: Study | Review, *, verified_only: bool) -> Found | None:
    best = dict.fromkeys(asked, 0.0)
    shown, most = _in_short(record), 0.0
    if verified_only and "recalled" in shown:
        shown = ""
    for passage in passages(evidence, record):
        if verified_only and (passage.status in ("recalled", "assumed") or "recalled" in passage.text):
            continue
        there = _WORD.findall(passage.text.lower().replace("_", " "))
        here = {word: passage.weight * _share(word, there) for word in asked}
        best = {word: max(best[word], here[word]) for word in asked}
        together = sum(value > 0 for value in here.values()) + 0.01 * sum(here.values())
        if passage.prose and together > most:
            shown, most = passage.text, together
    return Found(record, sum(best.values()), shown) if all(best.values()) else None


def _in_short(record: Study | Review) -> str:
    """What to show of a record that was found by its name or subject alone."""
    if isinstance(record, Review):
        return record.scope
    return record.headline or record.background or record.population or ""


def _share(word: str, there: list[str]) -> float:
    if word in there:
        return 1.0
    return _BEGINS if any(other.startswith(word) for other in there) else 0.0
