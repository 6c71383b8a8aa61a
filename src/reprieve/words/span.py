"""Spans of time: days with one decimal below ten, hours and minutes in the unit that reads best."""

from __future__ import annotations

from reprieve.words.number import NONE, plain


def _digits(value: float) -> str:
    return plain(value, 1 if abs(value) < 9.95 else 0)


def days(value: float | None) -> str:
    """``9.6 days``, ``1 day``; None is a dash."""
    return NONE if value is None else f"{_digits(value)} day{'' if _digits(value) == '1' else 's'}"


def days_span(low: float | None, high: float | None) -> str:
    """``0 to 31 days``."""
    return NONE if low is None or high is None else f"{_digits(low)} to {days(high)}"


def short_days(value: float) -> str:
    """``2.5 d``, for axes and labels."""
    return f"{_digits(value)} d"


def clock(hours: float | None) -> str:
    """``40 min``, ``4.5 h``, ``3 days``: the unit that reads best; None is a dash."""
    if hours is None:
        return NONE
    if hours < 2:
        return f"{60 * hours:.0f} min"
    return f"{_digits(hours)} h" if hours < 48 else days(hours / 24)
