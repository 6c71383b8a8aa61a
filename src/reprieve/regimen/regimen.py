"""A regimen: the machine-readable course."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import datetime

from reprieve.errors import RegimenError
from reprieve.regimen.clock import ClockedDose, clock_events
from reprieve.regimen.event import DoseEvent
from reprieve.regimen.forms import canonical_form
from reprieve.regimen.grammar import parse_regimen
from reprieve.regimen.plausibility import MOST_DOSES, check_weight
from reprieve.regimen.quantity import format_number
from reprieve.regimen.routes import canonical_route, check_infusible
from reprieve.regimen.schedule import Schedule
from reprieve.regimen.step import Step
from reprieve.units import BASE_PER_SALT

# Contiguous sessions, as 8 h every 480 min, may seem to overlap by rounding.
_ROUNDING_H = 1e-9
_DAY_H = 24.0


@dataclass(frozen=True)
class Regimen:
    """What is given, how much, how fast and when: the steps of one session and when sessions start.

    Two regimens are equal when their canonical texts are: units stay as written, so ``5 mg/h for 1 d`` and
    ``5 mg/h for 24 h`` give the same :meth:`events` but are two texts.

    Parameters
    ----------
    form : racemic, esketamine or arketamine
    salt : doses are mg of hydrochloride instead of base
    route : one of :data:`reprieve.regimen.routes.ROUTES`
    steps : the doses of one session, each following the one before without a gap
    schedule : when the sessions start

    Raises
    ------
    RegimenError
        The parts cannot be meant together: sessions overlap, two doses at one moment, a rate on a route that
        is not infused, too many doses.
    UnknownName
        The form or route is not known.
    """

    form: str
    salt: bool
    route: str
    steps: tuple[Step, ...]
    schedule: Schedule

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

    @classmethod
    def parse(cls, text: str) -> Regimen:
        """Read a regimen from one line of text.

        Parameters
        ----------
        text : for example ``racemic iv 0.35 mg/kg/h for 4 h every 24 h x 10``; the grammar is in
            :mod:`reprieve.regimen.grammar`

        Raises
        ------
        RegimenError, UnitError, UnknownName
            What cannot be read, or can be read in two ways; the sentence says what to write.
        """
        parsed = parse_regimen(text)
        return cls(parsed.form, parsed.salt, parsed.route, parsed.steps, parsed.schedule)

    def __str__(self) -> str:
        """The canonical text; parsing it gives an equal regimen."""
        head = f"{self.form} salt {self.route}" if self.salt else f"{self.form} {self.route}"
        return f"{head} {' then '.join(map(str, self.steps))} {self.schedule}".rstrip()

    @property
    def needs_weight(self) -> bool:
        """Whether any dose is per kg."""
        return any(step.dose.is_per_kg for step in self.steps)

    @property
    def sessions(self) -> int:
        """Number of sessions."""
        return self.schedule.count

    @property
    def starts_h(self) -> tuple[float, ...]:
        """(n_sessions,) session starts, h after the start of the first dose."""
        return self.schedule.starts_h

    @property
    def session_hours(self) -> float:
        """Length of one session, h; 0 when its doses are given at once."""
        return sum(step.hours for step in self.steps)

    @property
    def infusion_hours(self) -> float:
        """Hours of infusion over all sessions; doses given at once count 0."""
        return self.sessions * self.session_hours

    @property
    def last_dose_end_h(self) -> float:
        """End of the last dose, h after the start of the first."""
        return self.starts_h[-1] + self.session_hours

    @property
    def is_over_days(self) -> bool:
        """Whether doses fall on more than one day: sessions a day apart, or an infusion over more than 24 h."""
        return self.last_dose_end_h > _DAY_H or self.starts_h[-1] >= _DAY_H

    def events(self, weight_kg: float | None = None) -> tuple[DoseEvent, ...]:
        """The table of doses, in order of time.

        Parameters
        ----------
        weight_kg : body weight, kg; needed by doses per kg, and otherwise used to check magnitudes

        Returns
        -------
        (n_sessions · n_steps,) doses in mg of base

        Raises
        ------
        MissingDatum
            A dose is per kg and no weight was given.
        UnitError
            The weight is outside 2 to 350 kg.
        RegimenError
            A dose is too much for this weight to be meant.
        """
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

    def total_mg(self, weight_kg: float | None = None) -> float:
        """Mg of base over the course; weight and errors as in :meth:`events`."""
        return self.sessions * sum(self._session_mg(weight_kg))

    def clock(self, start: datetime, weight_kg: float | None = None) -> tuple[ClockedDose, ...]:
        """The table of doses with wall-clock times; see :func:`reprieve.regimen.clock.clock_events`.

        Parameters
        ----------
        start : the first dose, with a time zone
        weight_kg : as in :meth:`events`
        """
        return clock_events(self.events(weight_kg), start)

    def _session_mg(self, weight_kg: float | None) -> tuple[float, ...]:
        """(n_steps,) mg of base in one session."""
        weight = None if weight_kg is None else check_weight(weight_kg)
        base = BASE_PER_SALT if self.salt else 1.0
        return tuple(base * step.amount(weight) for step in self.steps)
