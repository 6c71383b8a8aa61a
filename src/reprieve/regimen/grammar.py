"""The grammar of a regimen text.

::

    regimen  = part ("and" part)*
    part     = form ["salt" | "base"] route step ("then" step)* [schedule] [start]
    step     = amount | amount "over" time | rate "for" time
    schedule = "every" time extent | frequency extent | "on days" day+
    extent   = "x" count | "for" time
    start    = "from day" day | "from" time

One line for one course. Case and blanks do not matter; a unit is never implied. ``then`` joins the doses of one
session, ``and`` joins parts that differ in form, route or schedule. Every part after the first says when it starts,
counted from the first dose of the course: ``from day 0`` is together with it, and days after ``on days`` are days of
the course.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from reprieve.errors import RegimenError, UnitError
from reprieve.regimen.forms import canonical_form, is_form
from reprieve.regimen.part import Part
from reprieve.regimen.plausibility import MOST_DOSES
from reprieve.regimen.quantity import Quantity, format_number
from reprieve.regimen.routes import INFUSED, canonical_route, check_infusible, is_route
from reprieve.regimen.schedule import FREQUENCIES, Every, Frequency, Once, OnDays, Schedule
from reprieve.regimen.step import Step
from reprieve.regimen.words import EXAMPLE, TWO_PARTS, Cursor, Word
from reprieve.units import canonical_unit, parse_number

_SALT_WORDS = ("salt", "hcl", "hydrochloride")
_SLOW = ("prolonged", "extended", "sustained", "modified")
_FREQUENCY_PHRASES = {
    **{name: name for name in FREQUENCIES},
    "once weekly": "weekly",
    "once daily": "daily",
    "3 times weekly": "three times weekly",
    "3 times daily": "three times daily",
    "4 times daily": "four times daily",
}
_FREQUENCY_WORDS = ("daily", "weekly", "once", "twice", "three", "four")
_AFTER_STEP = ("then", "every", "on", "x", *_FREQUENCY_WORDS, "from", "and")
_KEYWORDS = ("over", "for", *_AFTER_STEP)
_KNOWN_DOSE_UNITS = "mg, mcg, mg/kg, mcg/kg, mg/h, mg/min, mg/day, mg/kg/h, mg/kg/min, mg/kg/day, mcg/kg/h, mcg/kg/min"
_KNOWN_TIME_UNITS = "s, min, h, d, wk"


def parse_regimen(text: str) -> tuple[Part, ...]:
    """Read one line of regimen text.

    Returns
    -------
    (n_parts,) at least one

    Raises
    ------
    RegimenError
        A word that cannot stand where it does, or a text that can be read in two ways; both are spelled out.
    UnitError
        A number without a unit, with an unknown one, or written with a comma.
    UnknownName
        A form or route that is not known, with the nearest ones.
    """
    cursor = Cursor(text)
    if not cursor.peek().text:
        raise RegimenError(f"The regimen is empty; write one line such as '{EXAMPLE}'.")
    parts = [_part(cursor, ())]
    while cursor.accept("and"):
        parts.append(_part(cursor, parts))
    return tuple(parts)


def _part(cursor: Cursor, before: Sequence[Part]) -> Part:
    """One part; ``before`` are those already read, from which its start is counted."""
    form = _form(cursor, "The part after 'and'" if before else "The regimen")
    salt = any(cursor.accept(word) for word in _SALT_WORDS)
    if cursor.accept("base") and salt:
        raise RegimenError("The regimen says both salt and base; say one of them (doses are base unless salt is said).")
    route = _route(cursor)
    steps = [_step(cursor, route)]
    while cursor.accept("then"):
        _refuse_new_part(cursor)
        steps.append(_step(cursor, route))
    schedule, first_day = _schedule(cursor, is_first=not before)
    start = _start(cursor, schedule, first_day)
    if cursor.peek().text not in ("", "and"):
        ends = "'and' with another part, or the end"
        free = schedule.count == 1 and start is None
        cursor.fail(f"'then', 'every', 'on days', a frequency, {ends}" if free else ends, _KEYWORDS)
    part = Part(form, salt, route, tuple(steps), schedule, start or 0)
    if before and start is None:
        raise RegimenError(_two_starts(part, before))
    return part


def _refuse_new_part(cursor: Cursor) -> None:
    word = cursor.peek()
    if is_form(word.text) or is_route(word.text):
        raise RegimenError(
            f"'then' is followed by {word}. It joins the doses of one session; join another form or route with 'and', "
            f"and say when it starts, as in '{TWO_PARTS}'."
        )


def _start(cursor: Cursor, schedule: Schedule, first_day: int | None) -> int | Quantity | None:
    """The start that is written, the first of the days of the course, or None."""
    if not cursor.accept("from"):
        return first_day
    by_day = cursor.accept("day")
    word = cursor.peek()
    if not by_day:
        start: int | Quantity = _time(cursor)
    elif re.fullmatch(r"[0-9]{1,9}", word.text):
        start = int(cursor.take().text)
    else:
        raise RegimenError(
            f"The day after 'from day' is {word}; it must be a whole number, counted from the first dose of the "
            f"course, as 'from day 8'. Between days write hours, as 'from 36 h'."
        )
    if isinstance(schedule, OnDays):
        raise RegimenError(_two_counts(schedule, start, first_day or 0))
    return start


def _two_counts(schedule: OnDays, start: int | Quantity, first_day: int) -> str:
    """The two readings of listed days "from" a start."""
    listed = " ".join(str(first_day + day) for day in schedule.days)
    hours = 24.0 * start if isinstance(start, int) else start.to("h")
    shifted = " ".join(format_number(first_day + day + hours / 24.0, 4) for day in schedule.days)
    said = f"day {start}" if isinstance(start, int) else str(start)
    return (
        f"'on days {listed} from {said}' can be read in two ways: days counted from the first dose of the course, "
        f"written 'on days {listed}', or counted from {said}, written 'on days {shifted}' (whole days). Write the one "
        f"you mean, without 'from'."
    )


def _two_starts(part: Part, before: Sequence[Part]) -> str:
    """The two readings of a further part that does not say when it starts."""
    end = max(other.end_h for other in before)
    after = f"day {end / 24.0:.0f}" if end % 24.0 == 0.0 else f"{format_number(end, 6)} h"
    later = "later than it, written for example 'from day 1'" if end == 0.0 else f"after it, written 'from {after}'"
    return (
        f"'and {part}' can be read in two ways: together with what stands before it, written 'from day 0', or {later}. "
        f"Write at its end the one you mean."
    )


def _form(cursor: Cursor, what: str) -> str:
    if is_route(cursor.peek().text) or cursor.peek().is_numeric:
        raise RegimenError(
            f"{what} starts with {cursor.peek()} and no form; begin with racemic, esketamine or "
            f"arketamine, as in '{EXAMPLE}'."
        )
    form = canonical_form(cursor.take().text)
    if form == "racemic":
        cursor.accept("ketamine")
    return form


def _route(cursor: Cursor) -> str:
    if cursor.peek().is_numeric or not cursor.peek().text:
        raise RegimenError(f"The route is missing before {cursor.peek()}; name it after the form, as in '{EXAMPLE}'.")
    route = canonical_route(cursor.take().text)
    if route == "oral" and any(cursor.accept(f"{kind}{by}release") for kind in _SLOW for by in ("-", " ")):
        return "oral-pr"
    if route == "oral" and cursor.peek().text in {"pr", "p.r."}:
        raise RegimenError(
            f"'oral' is followed by {cursor.peek()}, which can be read in two ways: prolonged release, written "
            f"'oral-pr', or by rectum, written 'rectal'. Write the one you mean."
        )
    return route


def _number(cursor: Cursor, what: str, example: str) -> float:
    word = cursor.peek()
    if _is_unit(word):
        raise RegimenError(f"{what} has no number before {word}; write for example {example}.")
    if not word.is_numeric:
        cursor.fail(f"{what.lower()} such as {example}", _KEYWORDS)
    return parse_number(cursor.take().text, what)


def _quantity(cursor: Cursor, what: str, example: str, known: str) -> Quantity:
    value = _number(cursor, what, example)
    word = cursor.peek()
    if not _is_unit(word):
        given = format_number(value)
        if not word.text or word.is_numeric or word.text in _KEYWORDS:
            raise UnitError(f"{what} is given as {given} without a unit before {word}; write for example {example}.")
        raise UnitError(f"Unknown unit {word} after {given}. {what} is written in {known}.")
    return Quantity(value, cursor.take().text)


def _is_unit(word: Word) -> bool:
    try:
        canonical_unit(word.text)
    except UnitError:
        return False
    return True


def _time(cursor: Cursor) -> Quantity:
    time = _quantity(cursor, "The time", "4 h", _KNOWN_TIME_UNITS)
    if not time.is_time:
        raise UnitError(f"{time} stands where a time belongs; write for example 40 min, 4 h or 5 d.")
    return time


def _step(cursor: Cursor, route: str) -> Step:
    dose = _quantity(cursor, "The dose", "0.5 mg/kg", _KNOWN_DOSE_UNITS)
    if not dose.is_dose:
        raise UnitError(f"{dose} stands where a dose belongs; write for example 50 mg, 0.5 mg/kg or 5 mg/h.")
    if dose.is_rate:
        check_infusible(route, dose, None)
        lasting = _time(cursor) if cursor.accept("for") or cursor.accept("over") else None
        if lasting is None and cursor.peek().text not in ("", *_AFTER_STEP):
            cursor.fail("'for' and a time", tuple(word for word in _KEYWORDS if word != "from"))
    else:
        lasting = _time(cursor) if cursor.accept("over") else None
        if cursor.accept("for"):
            raise RegimenError(_amount_for(dose, _time(cursor), route))
    check_infusible(route, dose, lasting)
    return Step(dose, lasting)


def _amount_for(dose: Quantity, time: Quantity, route: str) -> str:
    """The two readings of an amount "for" a time."""
    if route not in INFUSED:
        return (
            f"'{dose} for {time}' does not say how often {dose} is given; write for example '{dose} every 8 "
            f"h for {time}' or '{dose} every 24 h for {time}'."
        )
    per = "day" if time.unit in {"d", "wk"} else "h"
    rate = f"{dose}/{per}"
    return (
        f"'{dose} for {time}' can be read in two ways: {dose} in all, written '{dose} over {time}', or "
        f"{rate}, written '{rate} for {time}'. Write the one you mean."
    )


def _schedule(cursor: Cursor, *, is_first: bool) -> tuple[Schedule, int | None]:
    """The schedule counted from its first session, and the day of the course on which that is, where it is listed."""
    if cursor.accept("every"):
        interval = _time(cursor)
        return Every(interval, _extent(cursor, f"every {interval}")), None
    if cursor.accept("on"):
        if not (cursor.accept("days") or cursor.accept("day")):
            cursor.fail("'days' and the days of the sessions, as 'on days 0 3 7'", ("days",))
        days = _days(cursor)
        if is_first or not days or min(days) < 0 or list(days) != sorted(days):
            return OnDays(days), 0
        return OnDays(tuple(day - days[0] for day in days)), days[0]
    for phrase, name in _FREQUENCY_PHRASES.items():
        if cursor.accept(phrase):
            return Frequency(name, _extent(cursor, name)), None
    if cursor.peek().text == "x":
        raise RegimenError(
            f"{cursor.peek()} does not say how far apart the sessions are; write for example 'every 24 h x 5'."
        )
    return Once(), None


def _extent(cursor: Cursor, said: str) -> int | Quantity:
    if cursor.accept("for"):
        return _time(cursor)
    if not cursor.accept("x"):
        if cursor.peek().text:
            cursor.fail(f"how long '{said}' goes on, 'x 10' for ten sessions or 'for 30 d'", _KEYWORDS)
        raise RegimenError(f"'{said}' does not say how long it goes on; add 'x 10' for ten sessions, or 'for 30 d'.")
    word = cursor.peek()
    if not re.fullmatch(r"[0-9]+", word.text):
        raise RegimenError(f"The number of sessions after 'x' is {word}; it must be a whole number such as 10.")
    cursor.take()
    if len(word.text) > 12:
        raise RegimenError(f"'x {word.text[:12]}...' is more than {MOST_DOSES:,} doses; check the number of sessions.")
    return int(word.text)


def _days(cursor: Cursor) -> tuple[int, ...]:
    days: list[int] = []
    while cursor.peek().is_numeric:
        word = cursor.take()
        if re.fullmatch(r"\d+(,\d+)+", word.text):
            raise RegimenError(f"Days are written as {word}; separate them by blanks, as 'on days 0 3 7'.")
        if not re.fullmatch(r"[-+]?[0-9]{1,9}", word.text):
            raise RegimenError(
                f"A day is given as {word}; days are whole numbers from the first dose, as 'on days 0 3 7'."
            )
        days.append(int(word.text))
    return tuple(days)
