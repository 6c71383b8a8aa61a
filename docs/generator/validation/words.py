"""How the validation pages name studies, arms and numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache

from generator.validation.tables import Interval, Outcome
from reprieve.evidence.evidence import Evidence
from reprieve.words import NBSP, percent, plain, three_figures

EVIDENCE = Evidence.packaged()

DESIGNS = {
    "rct": "randomised trial",
    "rct_crossover": "randomised cross-over trial",
    "cohort": "cohort",
    "case_series": "case series",
}


def study_name(study_id: str) -> str:
    """First author and year; the id where that is not seen, or not of this study alone."""
    return _names().get(study_id, study_id)


@cache
def _names() -> dict[str, str]:
    found = {}
    for study in EVIDENCE.studies:
        entry = EVIDENCE.references[study.reference]
        if entry.authors and "not " not in entry.authors:
            found[study.id] = entry.short.replace(" et al.", "")
    often = Counter(found.values())
    return {study: name for study, name in found.items() if often[name] == 1}


def condition_name(condition: str) -> str:
    """In words."""
    return EVIDENCE.condition(condition).name


def is_randomised(outcome: Outcome) -> bool:
    """Whether there was a control group by lot."""
    return outcome.design.startswith("rct")


def measure(outcome: Outcome) -> str:
    """What was counted: ``≥ 50 % relief``, ``relief in words``, ``complete relief``, ``mean pain``."""
    if outcome.kind == "mean":
        return "mean pain"
    if outcome.read_as == "complete relief":
        return "complete relief"
    if outcome.read_as == "responders, authors' word":
        return "relief in words"
    return f"≥{NBSP}{percent(outcome.threshold or 0.0)} relief"


def arm(outcome: Outcome, beside: Iterable[Outcome]) -> str:
    """The arm by its role, with its id where several of the study's arms have that role."""
    same = {other.arm for other in beside if other.study == outcome.study and other.role == outcome.role}
    role = outcome.role.replace("_", " ")
    return f"{role} {outcome.arm}" if len(same) > 1 else role


def day(value: float) -> str:
    """``day 0``, ``day 0.04``, ``day 28``."""
    return f"day{NBSP}{plain(value, 2)}"


def span(interval: Interval) -> str:
    """Ends of an interval of shares."""
    return f"{interval.low:.2f} to {interval.high:.2f}"


def tenths(value: float) -> str:
    """One decimal and a true minus sign."""
    return f"{value:.1f}".replace("-", "−")


def three(interval: Interval) -> str:
    """Middle and ends, three figures each."""
    low, middle, high = (three_figures(v) for v in (interval.low, interval.middle, interval.high))
    return f"{middle} ({low} to {high})"


def listed(names: Sequence[str]) -> str:
    """``a, b and c``."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def counted(number: int, noun: str) -> str:
    """``1 number``, ``3 numbers``; a noun in y becomes -ies."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"
