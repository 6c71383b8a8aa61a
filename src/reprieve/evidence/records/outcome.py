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
#: What the number tells of. ``preference``: which of two treatments was better; ``persistence``: who kept taking it.
Counted = Literal["pain", "attacks", "preference", "persistence"]
#: From what the source counts its time; ``not said`` where the source leaves it open.
CountsFrom = Literal["end of last dose", "start of course", "not said"]
#: Whose number it is. ``completers``: those still measured; ``without rescue``: those who took no other drug.
Among = Literal["all treated", "completers", "without rescue", "responders", "placebo non-responders"]
#: ``level``: of scores between people, so it holds how much their baselines differ; ``change``: of what changed.
SpreadOf = Literal["level", "change"]

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
#: Kinds that say how far pain moved from each person's own baseline.
_OF_CHANGE: frozenset[Kind] = frozenset({"change", "pct_reduction", "pct_of_baseline"})
#: How far a day may lie from the one worked out from the start: times of days are kept as whole days, others exactly.
_HALF_A_DAY, _A_MINUTE = 0.5, 1.0 / 1440.0
#: Days by which a printed day of a course may lie before its start: days are rounded, and so are approximated courses.
_SLACK_DAYS = 1.0


class Outcome(RecordPart, frozen=True, kw_only=True):
    """One printed number.

    Parameters
    ----------
    arm : whose number it is
    days_after_end : days after the end of the last dose; negative before and during; None where not printed
    time : the time as the source puts it
    counted : what the number tells of; only pain can enter a fit
    counts_from, days_from_start : from what the source counts its time, and its days where that is the start
    value : pain 0 to 10, points, per cent, share, attacks a day, days or p, by ``kind``
    unit : of value, spread and interval; that of ``kind``
    low, high, interval : a printed interval around the value, and what it is
    spread_of : whether the spread is of a level or of a change
    n : how many it was measured in; ``of`` says of what
    among : whom these are, where they are not all who were treated
    threshold : the share of relief that counts as response; ``response`` says it where it is not a share
    cumulative : whether better responses are counted in it too; False for a class that leaves them out
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
    counted: Counted = "pain"
    counts_from: CountsFrom = "end of last dose"
    days_from_start: float | None = None
    unit: Unit | None = None
    spread: float | None = None
    spread_type: str | None = None
    spread_of: SpreadOf | None = None
    low: float | None = None
    high: float | None = None
    interval: Literal["95 % CI", "90 % CI", "IQR", "range"] | None = None
    n: int | None = None
    of: Literal["patients", "infusions", "pains", "courses"] = "patients"
    among: Among = "all treated"
    events: int | None = None
    denominator: int | None = None
    threshold: float | None = None
    response: str | None = None
    cumulative: bool = True
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
        yield from self._counted_faults(arms[self.arm], arms.get(self.versus or ""))
        yield from self._start_faults(_course_days(arms[self.arm], arms))
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
        if (self.spread is None) != (self.spread_of is None):
            yield f"{self.measure} gives one of spread and spread_of; say of what the spread is, level or change"
        if self.spread_of == "level" and self.kind in _OF_CHANGE:
            yield (
                f"{self.measure} is a {self.kind} with the spread of a level, which holds how much baselines differ; "
                f"give the spread of the change, or leave it out"
            )
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
        yield from self._among_faults(arm)

    def _among_faults(self, arm: Arm) -> Iterator[str]:
        """A number of fewer than were treated that does not say whom they are."""
        counted = self.denominator or self.n
        if not (self.usable and self.of == "patients" and counted and arm.n and self.among == "all treated"):
            return
        if counted < arm.n and self.endpoint != "baseline":
            yield (
                f"{self.measure} was measured in {counted} of the {arm.n} patients of {self.arm!r} and is among all "
                f"treated; say among whom, as completers or responders"
            )

    def _counted_faults(self, arm: Arm, other: Arm | None) -> Iterator[str]:
        """A usable number that is not what a fit takes it for: pain, at least so much relief, of ketamine alone."""
        if self.kind == "frequency" and self.counted == "pain":
            yield f"{self.measure} is a frequency and counts pain; write counted: attacks"
        if not self.cumulative and self.kind != "proportion":
            yield f"{self.measure} is a {self.kind} and not cumulative; only a share is a class of response"
        if not self.usable:
            return
        if self.counted != "pain":
            yield (
                f"{self.measure} counts {self.counted} and is usable; only pain can enter a fit, so say usable: false "
                f"with the reason, or correct counted"
            )
        if not self.cumulative:
            yield (
                f"{self.measure} is a class that leaves out better responses and is usable; add them and say "
                f"cumulative: true, or say usable: false with the reason"
            )
        new = arm.new_cotreatment
        alike = self.kind == "p_between" and other is not None and other.new_cotreatment == new
        if new and self.endpoint != "baseline" and not alike:
            yield (
                f"{self.measure} is usable, but {', '.join(new)} was started with the course in {self.arm!r}; say "
                f"usable: false with the reason, or take it out of new_cotreatment"
            )

    def _start_faults(self, course: float | None) -> Iterator[str]:
        """A time from the start of the course that is missing, or is not the day after the end."""
        start, day = self.days_from_start, self.days_after_end
        if (self.counts_from == "start of course") != (start is not None):
            yield (
                f"{self.measure} counts from {self.counts_from} and {'has' if start is not None else 'lacks'} "
                f"days_from_start; give it where the source counts from the start of course, and only there"
            )
        if start is None:
            return
        if day is None:
            if self.usable and self.endpoint != "baseline":
                yield (
                    f"{self.measure} is at day {start:g} from the start of the course and has no days_after_end; "
                    f"work it out from the length of the course"
                )
            return
        if course is not None and abs(start - course - day) > (_HALF_A_DAY if start >= 1 else _A_MINUTE):
            yield (
                f"{self.measure} is at day {start:g} from the start of a course of {course:.4g} days, which is day "
                f"{start - course:.4g} after its end, and days_after_end is {day:g}; correct one of them"
            )

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


def _course_days(arm: Arm, arms: Mapping[str, Arm]) -> float | None:
    """Days of the course of an arm; without ketamine, those of the first ketamine arm, as both run in parallel."""
    if arm.course_days is not None or arm.role == "ketamine":
        return arm.course_days
    lengths = (other.course_days for other in arms.values() if other.role == "ketamine")
    return next((days for days in lengths if days is not None), None)
