"""How the validation pages name studies, arms and numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from generator.validation.tables import Interval, Outcome
from reprieve.evidence import read
from reprieve.pictures.numerals import percent, plain, three_figures

#: Kinds of report, as in a table.
KINDS = {
    "responders, share printed": "responders, share printed",
    "responders, authors' word": "responders, authors' word",
    "complete relief": "complete relief",
    "mean pain": "mean pain",
}
DESIGNS = {
    "rct": "randomised trial",
    "rct_crossover": "randomised cross-over trial",
    "cohort": "cohort",
    "case_series": "case series",
}


def study_name(study_id: str) -> str:
    """Author and year; the id of a study whose authors were not seen, or that is not in the evidence."""
    if study_id not in read.study_ids():
        return study_id
    entry = read.references()[read.study(study_id).reference]
    return entry.short if entry.authors and "not " not in entry.authors else study_id


def condition_name(condition: str) -> str:
    """In words."""
    return read.condition(condition).name


def is_randomised(outcome: Outcome) -> bool:
    """Whether there was a control group by lot."""
    return outcome.design.startswith("rct")


def measure(outcome: Outcome) -> str:
    """What was counted: ``≥ 50 % relief``, ``complete relief``, ``mean pain``."""
    if outcome.kind == "mean":
        return "mean pain"
    if outcome.read_as == "complete relief":
        return "complete relief"
    share = f"≥ {percent(outcome.threshold or 0.0)} relief"
    return f"{share} (in words)" if outcome.read_as == "responders, authors' word" else share


def arm(outcome: Outcome, beside: Iterable[Outcome]) -> str:
    """The arm by its role, with its id where several of the study's arms have that role."""
    same = {other.arm for other in beside if other.study == outcome.study and other.role == outcome.role}
    role = outcome.role.replace("_", " ")
    return f"{role} {outcome.arm}" if len(same) > 1 else role


def day(value: float) -> str:
    """``day 0``, ``day 0.04``, ``day 28``."""
    return f"day {plain(value, 2)}"


def span(interval: Interval) -> str:
    """Ends of an interval of shares."""
    return f"{interval.low:.2f} to {interval.high:.2f}"


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
