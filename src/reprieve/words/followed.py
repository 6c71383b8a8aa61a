"""Days that reach beyond the longest follow-up with a control: nothing is said there without saying so."""

from __future__ import annotations

from reprieve.words.span import days, days_span

#: Stands beside whatever lies beyond the longest controlled follow-up.
NOBODY_FOLLOWED = "nobody was followed so long"


def followed_days(value: float, followed: float) -> str:
    """``9.6 days``, or ``over 90 days``.

    Parameters
    ----------
    value : d
    followed : d, longest controlled follow-up
    """
    return days(value) if value <= followed else f"over {days(followed)}"


def followed_span(low: float, high: float, followed: float) -> str:
    """``3 to 31 days``, ``3 to over 90 days``, ``over 90 days``."""
    if high <= followed:
        return days_span(low, high)
    over = followed_days(high, followed)
    return over if low > followed else f"{days(low).split()[0]} to {over}"


def beyond_follow_up(followed: float, *values: float) -> str:
    """``; nobody was followed so long`` where a number of days is longer than ``followed``, else nothing."""
    return f"; {NOBODY_FOLLOWED}" if any(value > followed for value in values) else ""
