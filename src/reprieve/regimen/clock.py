"""From hours after the first dose to the clock on the wall.

Elapsed hours are added in UTC, so an infusion lasts as long as it is meant to when the clocks change.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from reprieve.errors import MissingDatum, RegimenError
from reprieve.regimen.event import DoseEvent


@dataclass(frozen=True)
class ClockedDose:
    """One dose with the wall-clock times, in the time zone of the start, at which it begins and ends."""

    begins: datetime
    ends: datetime
    dose: DoseEvent


def clock_events(events: Iterable[DoseEvent], start: datetime) -> tuple[ClockedDose, ...]:
    """Wall-clock times of dose events.

    Parameters
    ----------
    events : doses with times in h after the first
    start : the first dose, with a time zone such as ``zoneinfo.ZoneInfo("Europe/Berlin")``

    Raises
    ------
    MissingDatum
        The start has no time zone.
    RegimenError
        The start is a local time skipped when the clocks went forward, or the course leaves the calendar.
    """
    if start.utcoffset() is None:
        raise MissingDatum(
            f"The start {start.isoformat(sep=' ')} has no time zone, and clocks may change during a course; "
            f"give one, for example datetime(2026, 10, 25, 8, tzinfo=ZoneInfo('Europe/Berlin'))."
        )
    zero = start.astimezone(UTC)
    if zero.astimezone(start.tzinfo).replace(tzinfo=None, fold=0) != start.replace(tzinfo=None, fold=0):
        raise RegimenError(
            f"The start {start.replace(tzinfo=None).isoformat(sep=' ')} does not exist in {start.tzinfo}: "
            f"the clocks go forward over it. Give a time before or after the change."
        )

    def wall(hours: float) -> datetime:
        return (zero + timedelta(hours=hours)).astimezone(start.tzinfo)

    try:
        return tuple(ClockedDose(wall(event.time_h), wall(event.time_h + event.duration_h), event) for event in events)
    except OverflowError:
        raise RegimenError(f"A course from {start.isoformat(sep=' ')} leaves the calendar; check the year.") from None
