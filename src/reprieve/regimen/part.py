"""A part of a course: one form by one route, the steps of one session and when its sessions start."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from reprieve.errors import RegimenError
from reprieve.regimen.event import DoseEvent
from reprieve.regimen.forms import canonical_form
from reprieve.regimen.plausibility import LONGEST_COURSE_H, MOST_DOSES, check_time
from reprieve.regimen.quantity import Quantity, format_number
from reprieve.regimen.routes import INFUSED, canonical_route, check_infusible
from reprieve.regimen.schedule import OnDays, Schedule
from reprieve.regimen.step import Step
from reprieve.units import BASE_PER_SALT

# Contiguous sessions, as 8 h every 480 min, may seem to overlap by rounding.
_ROUNDING_H = 1e-9


@dataclass(frozen=True)
class Part:
    """One form by one route.

    Parameters
    ----------
    form : racemic, esketamine or arketamine
    salt : doses are mg of hydrochloride instead of base
    route : one of :data:`reprieve.regimen.routes.ROUTES`
    steps : the doses of one session, each following the one before without a gap
    schedule : when the sessions start, counted from the first of them
    start : when the first session starts: a day of the course (day 0 is its first dose), or a time after its first dose

    Raises
    ------
    RegimenError
        It cannot be meant: sessions overlap, two doses at one moment, a rate on a route that is not infused, too
        many doses, a start before the course or years after it.
    UnknownName
        The form or route is not known.
    """

    form: str
    salt: bool
    route: str
    steps: tuple[Step, ...]
    schedule: Schedule
    start: int | Quantity = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "form", canonical_form(self.form))
        object.__setattr__(self, "route", canonical_route(self.route))
        if not self.steps:
            raise RegimenError("The regimen has no dose; give at least one step.")
        for step in self.steps:
            check_infusible(self.route, step.dose, step.lasting)
        for first, second in itertools.pairwise(self.steps):
            if first.lasting is None and second.lasting is None:
                raise RegimenError(
                    f"'{first} then {second}' gives two doses at one moment; write their sum, or a time "
                    f"between them, for example '{first} every 6 min x 2'."
                )
        self._check_schedule()
        self._check_start()

    def _check_schedule(self) -> None:
        if self.sessions * len(self.steps) > MOST_DOSES:
            raise RegimenError(
                f"{self.sessions:,} sessions of {len(self.steps)} doses are more than the {MOST_DOSES:,} "
                f"doses one regimen may hold; check the number of sessions."
            )
        if self.session_hours > self.schedule.shortest_gap_h + _ROUNDING_H:
            raise RegimenError(
                f"Sessions overlap: one lasts {format_number(self.session_hours, 4)} h and the next starts "
                f"{format_number(self.schedule.shortest_gap_h, 4)} h after it ('{self.schedule}'); shorten "
                f"the session or space the starts."
            )

    def _check_start(self) -> None:
        if isinstance(self.start, Quantity):
            if not self.start.is_time:
                raise RegimenError(f"A start is given as {self.start}; write a time or a day, as 'from day 8'.")
            check_time(self.start)
            if isinstance(self.schedule, OnDays):
                raise RegimenError(
                    f"'{self.schedule} from {self.start}' counts days from a time; list the days of the course instead."
                )
        elif self.start < 0:
            raise RegimenError(f"A part starts on day {self.start}; day 0 is the first dose, so give 0 or a later day.")
        if self.start_h > LONGEST_COURSE_H:
            raise RegimenError(
                f"A part starts {format_number(self.start_h / 8766, 3)} years after the first dose, more than the "
                f"{LONGEST_COURSE_H / 8766:.0f} allowed; check the number and its unit."
            )

    def __str__(self) -> str:
        """The canonical text of the part; a part that starts the course does not say when."""
        head = f"{self.form} salt {self.route}" if self.salt else f"{self.form} {self.route}"
        return f"{head} {' then '.join(map(str, self.steps))} {self._scheduled}".rstrip()

    @property
    def _scheduled(self) -> str:
        if isinstance(self.schedule, OnDays) and isinstance(self.start, int):
            return f"on days {' '.join(str(self.start + day) for day in self.schedule.days)}"
        return f"{self.schedule} {self.said_start}".lstrip() if self.start_h else str(self.schedule)

    @property
    def says_start(self) -> bool:
        """Whether its text says when it starts; listed days do, and so does a start after the first dose."""
        return self.start_h > 0.0 or isinstance(self.schedule, OnDays)

    @property
    def said_start(self) -> str:
        """When it starts, in words: ``from day 8``, ``from 36 h``; ``from day 0`` is with the first dose."""
        return f"from day {self.start}" if isinstance(self.start, int) else f"from {self.start}"

    @property
    def start_h(self) -> float:
        """Start of the first session, h after the first dose of the course."""
        return 24.0 * self.start if isinstance(self.start, int) else self.start.to("h")

    @property
    def is_infused(self) -> bool:
        """Whether a pump gives it, at least in one step."""
        return self.route in INFUSED and self.session_hours > 0

    @property
    def sessions(self) -> int:
        """Number of sessions."""
        return self.schedule.count

    @property
    def starts_h(self) -> tuple[float, ...]:
        """(n_sessions,) session starts, h after the first dose of the course."""
        return tuple(self.start_h + hours for hours in self.schedule.starts_h)

    @property
    def session_hours(self) -> float:
        """Length of one session, h; 0 when its doses are given at once."""
        return sum(step.hours for step in self.steps)

    @property
    def infusion_hours(self) -> float:
        """Hours of infusion over all sessions; doses given at once, and inhaled ones, count 0."""
        return self.sessions * self.session_hours if self.is_infused else 0.0

    @property
    def end_h(self) -> float:
        """End of its last dose, h after the first dose of the course."""
        return self.starts_h[-1] + self.session_hours

    def events(self, weight_kg: float | None) -> tuple[DoseEvent, ...]:
        """(n_sessions · n_steps,) doses in mg of base, in order of time; the weight has been checked."""
        amounts = self._session_mg(weight_kg)
        offsets = itertools.accumulate((step.hours for step in self.steps[:-1]), initial=0.0)
        rows = [
            (offset, amount, amount / step.hours if step.hours else 0.0, step.hours)
            for offset, amount, step in zip(offsets, amounts, self.steps, strict=True)
        ]
        return tuple(
            DoseEvent(start + offset, amount, rate, hours, self.route, self.form)
            for start in self.starts_h
            for offset, amount, rate, hours in rows
        )

    def total_mg(self, weight_kg: float | None) -> float:
        """Mg of base over all its sessions; the weight has been checked."""
        return self.sessions * sum(self._session_mg(weight_kg))

    def _session_mg(self, weight_kg: float | None) -> tuple[float, ...]:
        """(n_steps,) mg of base in one session."""
        base = BASE_PER_SALT if self.salt else 1.0
        return tuple(base * step.amount(weight_kg) for step in self.steps)
