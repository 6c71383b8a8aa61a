"""When the sessions of a course start, counted from the first dose."""

from __future__ import annotations

import itertools
import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import final

from reprieve.errors import RegimenError
from reprieve.regimen.plausibility import LONGEST_COURSE_H, MOST_DOSES, check_time
from reprieve.regimen.quantity import Quantity, format_number

# A session that starts at the very end of the stated time belongs to the next period; rounding must not
# decide it.
_ROUNDING_H = 1e-9

#: name -> (period in h, starts within it in h). Uneven days of a week follow clinic habit: 0 and 3; 0, 2 and
#: 4.
FREQUENCIES: dict[str, tuple[float, tuple[float, ...]]] = {
    "weekly": (168.0, (0.0,)),
    "twice weekly": (168.0, (0.0, 72.0)),
    "three times weekly": (168.0, (0.0, 48.0, 96.0)),
    "daily": (24.0, (0.0,)),
    "twice daily": (24.0, (0.0, 12.0)),
    "three times daily": (24.0, (0.0, 8.0, 16.0)),
    "four times daily": (24.0, (0.0, 6.0, 12.0, 18.0)),
}


class Schedule(ABC):
    """The starts of the sessions of one course."""

    @property
    @abstractmethod
    def count(self) -> int:
        """Number of sessions, at least 1."""

    @property
    @abstractmethod
    def starts_h(self) -> tuple[float, ...]:
        """(n_sessions,) h after the first dose, rising from 0."""

    @property
    def shortest_gap_h(self) -> float:
        """Shortest time from one start to the next, h; infinite for one session."""
        return min((later - start for start, later in itertools.pairwise(self.starts_h)), default=math.inf)


@final
@dataclass(frozen=True)
class Once(Schedule):
    """One session."""

    @property
    def count(self) -> int:
        """One."""
        return 1

    @property
    def starts_h(self) -> tuple[float, ...]:
        """The first dose."""
        return (0.0,)

    def __str__(self) -> str:
        return ""


@final
@dataclass(frozen=True)
class Every(Schedule):
    """Sessions at one interval.

    Parameters
    ----------
    interval : from one start to the next
    extent : the number of sessions, or the time within which they start
    """

    interval: Quantity
    extent: int | Quantity

    def __post_init__(self) -> None:
        check_time(self.interval)
        hours = self.interval.to("h")
        _check_extent(self.extent, second_h=hours, mean_interval_h=hours, said=str(self))

    @property
    def count(self) -> int:
        """The number given, or the starts before the end of the time given."""
        if isinstance(self.extent, int):
            return self.extent
        return math.ceil((self.extent.to("h") - _ROUNDING_H) / self.interval.to("h"))

    @property
    def starts_h(self) -> tuple[float, ...]:
        """Multiples of the interval."""
        hours = self.interval.to("h")
        return tuple(index * hours for index in range(self.count))

    def __str__(self) -> str:
        return f"every {self.interval} {_extent_text(self.extent)}"


@final
@dataclass(frozen=True)
class Frequency(Schedule):
    """Sessions at a named frequency.

    Parameters
    ----------
    name : one of :data:`FREQUENCIES`
    extent : the number of sessions, or the time within which they start
    """

    name: str
    extent: int | Quantity

    def __post_init__(self) -> None:
        period, within = FREQUENCIES[self.name]
        second = (*within, period)[1]
        _check_extent(self.extent, second_h=second, mean_interval_h=period / len(within), said=str(self))

    @property
    def count(self) -> int:
        """The number given, or the starts before the end of the time given."""
        if isinstance(self.extent, int):
            return self.extent
        period, within = FREQUENCIES[self.name]
        hours = self.extent.to("h") - _ROUNDING_H
        full = math.floor(hours / period)
        return full * len(within) + sum(start < hours - full * period for start in within)

    @property
    def starts_h(self) -> tuple[float, ...]:
        """The pattern of one period, repeated."""
        period, within = FREQUENCIES[self.name]
        return tuple(index // len(within) * period + within[index % len(within)] for index in range(self.count))

    def __str__(self) -> str:
        return f"{self.name} {_extent_text(self.extent)}"


@final
@dataclass(frozen=True)
class OnDays(Schedule):
    """Sessions on listed days; day 0 is the first dose.

    Parameters
    ----------
    days : (n_sessions,) whole days, rising from 0
    """

    days: tuple[int, ...]

    def __post_init__(self) -> None:
        listed = " ".join(map(str, self.days[:12])) + (" ..." if len(self.days) > 12 else "")
        if not self.days:
            raise RegimenError("'on days' is followed by no day; list them from the first dose, as 'on days 0 3 7'.")
        if min(self.days) < 0:
            raise RegimenError(f"Days {listed} hold a negative one; day 0 is the first dose, so list 0 and later days.")
        if len(set(self.days)) < len(self.days):
            raise RegimenError(f"Days {listed} hold one day twice; list each day once, or write 'every 12 h'.")
        if list(self.days) != sorted(self.days):
            ordered = " ".join(map(str, sorted(self.days)[:12]))
            raise RegimenError(f"Days {listed} are not in order; if these are the days, write 'on days {ordered}'.")
        if self.days[0] != 0:
            shifted = " ".join(str(day - self.days[0]) for day in self.days[:12])
            raise RegimenError(
                f"Days {listed} start at day {self.days[0]}, and day 0 is the first dose; write 'on days {shifted}'."
            )
        if len(self.days) > MOST_DOSES or self.days[-1] * 24.0 > LONGEST_COURSE_H:
            raise RegimenError(
                f"Days {listed} go on for longer than {LONGEST_COURSE_H / 8766:.0f} years or {MOST_DOSES:,} "
                f"doses; check the last day."
            )

    @property
    def count(self) -> int:
        """One session per day."""
        return len(self.days)

    @property
    def starts_h(self) -> tuple[float, ...]:
        """24 h per day."""
        return tuple(24.0 * day for day in self.days)

    def __str__(self) -> str:
        return f"on days {' '.join(map(str, self.days))}"


def _extent_text(extent: int | Quantity) -> str:
    return f"x {extent}" if isinstance(extent, int) else f"for {extent}"


def _check_extent(extent: int | Quantity, *, second_h: float, mean_interval_h: float, said: str) -> None:
    """Refuse before any start is listed: a slip here would list millions of them."""
    if isinstance(extent, int):
        if extent < 1:
            raise RegimenError(f"'{said}': the number of sessions must be 1 or more.")
        sessions = float(min(extent, 10 * MOST_DOSES))
    else:
        check_time(extent)
        if extent.to("h") < second_h - _ROUNDING_H:
            raise RegimenError(
                f"'{said}' ends before the second dose; leave it out for a single dose, or give a longer time."
            )
        sessions = extent.to("h") / mean_interval_h
    if sessions > MOST_DOSES * (1 + 1e-9):
        raise RegimenError(
            f"'{said}' is more than {MOST_DOSES:,} doses, the most one regimen may hold: more is a slip of "
            f"unit or a course no trial comes near. Check the number and the interval."
        )
    if sessions * mean_interval_h > LONGEST_COURSE_H:
        raise RegimenError(
            f"'{said}' goes on for {format_number(sessions * mean_interval_h / 8766, 3)} years, more than "
            f"the {LONGEST_COURSE_H / 8766:.0f} allowed; check the number and the interval."
        )
