"""One printed number of a study: whose it is, what it is, when it was measured, and how far to trust it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from reprieve.evidence.records.arm import Arm
from reprieve.evidence.records.column import Unit
from reprieve.evidence.records.record import RecordPart, Status

Kind = Literal["mean", "change", "pct_reduction", "pct_of_baseline", "proportion", "frequency", "duration", "p_between"]
#: ``acute``: in a course or within a day of it; ``sustained``: later; ``on_treatment``: daily dosing goes on.
Endpoint = Literal["baseline", "acute", "sustained", "on_treatment"]

#: The unit of each kind and what a value of it can be; points are of a scale from 0 to 10.
_VALUES: dict[Kind, tuple[Unit, float, float]] = {
    "mean": ("points", 0, 10),
    "change": ("points", -10, 10),
    "pct_reduction": ("%", -100, 100),
    "pct_of_baseline": ("%", 0, 200),
    "proportion": ("fraction", 0, 1),
    "frequency": ("1/d", 0, 50),
    "duration": ("d", 0, 4000),
    "p_between": ("1", 0, 1),
}

#: Days after the end of the last dose that each endpoint may have; ten years bound every follow-up.
_DAYS: dict[Endpoint, tuple[float, float]] = {
    "baseline": (-60, 0), "acute": (-60, 1), "sustained": (1, 3650), "on_treatment": (-1500, 0),
}  # fmt: skip
#: Days by which a printed day of a course may lie before its start: days are rounded, and so are approximated courses.
_SLACK_DAYS = 1.0


class Outcome(RecordPart, frozen=True, kw_only=True):
    """One printed number.

    Parameters
    ----------
    arm : whose number it is
    days_after_end : days after the end of the last dose; negative before and during; None where not printed
    time : the time as the source puts it
    value : pain 0 to 10, points, per cent, share, attacks a day, days or p, by ``kind``
    unit : of value, spread and interval; that of ``kind``
    low, high, interval : a printed interval around the value, and what it is
    n : how many it was measured in; ``of`` says of what
    threshold : the share of relief that counts as response; ``response`` says it where it is not a share
    usable : whether it can enter a fit; a ``reason`` says why not
    versus, relation : the other arm of a p, and ``<`` or ``>`` where it is a bound
    favours : of a p, the arm whose result was better, where that was printed
    """

    arm: str
    measure: str
    kind: Kind
    endpoint: Endpoint
    value: float
    status: Status
    usable: bool
    days_after_end: float | None = None
    time: str | None = None
    unit: Unit | None = None
    spread: float | None = None
    spread_type: str | None = None
    low: float | None = None
    high: float | None = None
    interval: Literal["95 % CI", "90 % CI", "IQR", "range"] | None = None
    n: int | None = None
    of: Literal["patients", "infusions", "pains", "courses"] = "patients"
    events: int | None = None
    denominator: int | None = None
    threshold: float | None = None
    response: str | None = None
    versus: str | None = None
    relation: Literal["<", ">", ">="] | None = None
    favours: str | None = None
    reason: str | None = None
    note: str | None = None

    @property
    def verified(self) -> bool:
        """Whether it was seen in a source, or computed from numbers that were; what rests on memory is recalled."""
        return self.status in ("seen", "derived")

    def faults(self, arms: Mapping[str, Arm]) -> Iterator[str]:
        """What contradicts itself or the arms of its study, by their ids; one sentence each."""
        if self.arm not in arms:
            yield f"{self.measure}: there is no arm {self.arm!r}; the arms are {', '.join(arms)}"
            return
        yield from self._value_faults()
        yield from self._spread_faults()
        yield from self._count_faults(arms[self.arm])
        yield from self._time_faults(arms[self.arm])
        if self.kind == "p_between" and self.usable and self.versus is None:
            yield f"{self.measure} is a p against no other arm"
        if self.versus is not None and (self.versus not in arms or self.versus == self.arm):
            yield f"{self.measure} is compared with {self.versus!r}, which is no other arm"
        if self.favours is not None and self.favours not in {self.arm, self.versus}:
            yield f"{self.measure} favours {self.favours!r}, which is neither of the two arms compared"

    def _value_faults(self) -> Iterator[str]:
        unit, low, high = _VALUES[self.kind]
        if not low <= self.value <= high:
            yield f"{self.measure} is {self.value:g}; a {self.kind} lies in {low:g} to {high:g}"
        if self.unit not in (None, unit):
            yield f"{self.measure} is in {self.unit}; a {self.kind} is in {unit}, convert it"
        if self.threshold is not None and not 0 < self.threshold <= 1:
            yield f"{self.measure} has the threshold {self.threshold:g}; it is a share in (0, 1]"
        if not self.usable and not self.reason:
            yield f"{self.measure} is not usable and does not say why"
        if self.kind == "proportion" and self.usable and self.threshold is None and not self.response:
            yield f"{self.measure} does not say what counts as response"

    def _spread_faults(self) -> Iterator[str]:
        if self.spread is not None and self.spread <= 0:
            yield (
                f"{self.measure} has a spread of {self.spread:g}; a spread lies above zero, leave it out where none "
                f"was printed"
            )
        if self.spread is not None and not self.spread_type:
            yield f"{self.measure} has a spread of no type; say what it is, as SD or SE"
        ends = (self.low, self.high, self.interval)
        if len({end is None for end in ends}) > 1:
            yield f"{self.measure} gives some of low, high and interval; give all three or none"
        elif self.low is not None and self.high is not None and not self.low <= self.value <= self.high:
            yield f"{self.measure} is {self.value:g}, outside its own interval {self.low:g} to {self.high:g}"

    def _count_faults(self, arm: Arm) -> Iterator[str]:
        events, denominator = self.events, self.denominator
        if (events is None) != (denominator is None):
            yield f"{self.measure} gives one of events and denominator; give both or neither"
        if events is not None and denominator is not None:
            if not 0 <= events <= denominator:
                yield f"{self.measure} counts {events} events of {denominator}"
            # Printed shares are rounded, and some counts were read off them: half a patient is allowed.
            if abs(events - self.value * denominator) > 0.5:
                yield f"{self.measure} is {self.value:g}, but {events} of {denominator} are counted"
        for counted in (self.n, denominator):
            if self.of == "patients" and counted is not None and arm.n is not None and counted > arm.n:
                yield f"{self.measure} was measured in {counted} of the {arm.n} patients of {self.arm!r}"

    def _time_faults(self, arm: Arm) -> Iterator[str]:
        day = self.days_after_end
        if day is None:
            return
        low, high = _DAYS[self.endpoint]
        if not low <= day <= high:
            yield (
                f"{self.measure} is {self.endpoint} at day {day:g} after the end; "
                f"such a day lies in {low:g} to {high:g}"
            )
        if self.endpoint not in ("acute", "on_treatment") or day >= -_SLACK_DAYS:
            return
        course = arm.course_days
        if course is not None and day < -course - _SLACK_DAYS:
            yield (
                f"{self.measure} is {self.endpoint} at day {day:g} after the end, before the course of {course:.3g} "
                f"days began; call it baseline, or correct the day"
            )
