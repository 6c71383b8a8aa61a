"""A regimen: the machine-readable course."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import datetime

from reprieve.errors import RegimenError
from reprieve.regimen.clock import ClockedDose, clock_events
from reprieve.regimen.event import DoseEvent
from reprieve.regimen.grammar import parse_regimen
from reprieve.regimen.part import Part
from reprieve.regimen.plausibility import MOST_DOSES, check_weight

_DAY_H = 24.0


@dataclass(frozen=True)
class Regimen:
    """What is given, how much, how fast and when: one part for each form and route, on one clock.

    Two regimens are equal when their canonical texts are: units stay as written, so ``5 mg/h for 1 d`` and
    ``5 mg/h for 24 h`` give the same :meth:`events` but are two texts.

    Parameters
    ----------
    parts : (n_parts,) the first starts the course; others start with it or later, and may overlap

    Raises
    ------
    RegimenError
        There is no part, the first does not start the course, or there are too many doses.
    """

    parts: tuple[Part, ...]

    def __repr__(self) -> str:
        return f"Regimen.parse({str(self)!r})"

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", tuple(self.parts))
        if not self.parts:
            raise RegimenError("The regimen has no part; give at least one dose.")
        if self.parts[0].start_h != 0.0:
            raise RegimenError(
                f"The first part starts '{self.parts[0].said_start}', and day 0 is the first dose; write first the "
                f"part that starts the course, and count the others from it."
            )
        doses = sum(part.sessions * len(part.steps) for part in self.parts)
        if doses > MOST_DOSES:
            raise RegimenError(
                f"{doses:,} doses in {len(self.parts)} parts are more than the {MOST_DOSES:,} one regimen may hold; "
                f"check the numbers of sessions."
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
        return cls(parse_regimen(text))

    def __str__(self) -> str:
        """The canonical text; parsing it gives an equal regimen."""
        first, *others = self.parts
        # A later part always says when it starts; that it starts with the first is not taken for granted.
        said = [str(part) if part.says_start else f"{part} {part.said_start}" for part in others]
        return " and ".join([str(first), *said])

    @property
    def leading(self) -> Part:
        """The part that carries the course: the one with the most infusion hours, or the first when none is infused."""
        return max(self.parts, key=lambda part: part.infusion_hours)

    @property
    def form(self) -> str:
        """The form of the leading part."""
        return self.leading.form

    @property
    def route(self) -> str:
        """The route of the leading part."""
        return self.leading.route

    @property
    def forms(self) -> tuple[str, ...]:
        """Every form that is given, in the order of the parts."""
        return tuple(dict.fromkeys(part.form for part in self.parts))

    @property
    def routes(self) -> tuple[str, ...]:
        """Every route by which it is given, in the order of the parts."""
        return tuple(dict.fromkeys(part.route for part in self.parts))

    @property
    def needs_weight(self) -> bool:
        """Whether any dose is per kg."""
        return any(step.dose.is_per_kg for part in self.parts for step in part.steps)

    @property
    def sessions(self) -> int:
        """Number of sessions of all parts."""
        return sum(part.sessions for part in self.parts)

    @property
    def starts_h(self) -> tuple[float, ...]:
        """Rising session starts of all parts, h after the start of the first dose; those that coincide once."""
        return tuple(sorted({start for part in self.parts for start in part.starts_h}))

    @property
    def infusion_hours(self) -> float:
        """Hours under infusion; two infusions at one time count once, doses given at once and inhaled ones not."""
        infused = [part for part in self.parts if part.is_infused]
        if len(infused) < 2:
            return sum(part.infusion_hours for part in infused)
        spans = sorted((start, start + part.session_hours) for part in infused for start in part.starts_h)
        hours, until = 0.0, 0.0
        for begins, ends in spans:
            hours += max(0.0, ends - max(begins, until))
            until = max(until, ends)
        return hours

    @property
    def last_dose_end_h(self) -> float:
        """End of the last dose of any part, h after the start of the first."""
        return max(part.end_h for part in self.parts)

    @property
    def last(self) -> Part:
        """The part that ends last; of those that end together, the one written last."""
        return max(reversed(self.parts), key=lambda part: part.end_h)

    @property
    def is_over_days(self) -> bool:
        """Whether doses fall on more than one day: sessions a day apart, or an infusion over more than 24 h."""
        return self.last_dose_end_h > _DAY_H or self.starts_h[-1] >= _DAY_H

    def events(self, weight_kg: float | None = None) -> tuple[DoseEvent, ...]:
        """The table of doses, in order of time; of doses at one time, in the order of the parts.

        Parameters
        ----------
        weight_kg : body weight, kg; needed by doses per kg, and otherwise used to check magnitudes

        Returns
        -------
        (n_doses,) doses in mg of base

        Raises
        ------
        MissingDatum
            A dose is per kg and no weight was given.
        UnitError
            The weight is outside 2 to 350 kg.
        RegimenError
            A dose is too much for this weight to be meant.
        """
        weight = _checked(weight_kg)
        given = itertools.chain.from_iterable(part.events(weight) for part in self.parts)
        return tuple(sorted(given, key=lambda event: event.time_h))

    def total_mg(self, weight_kg: float | None = None) -> float:
        """Mg of base over the course, all forms together; weight and errors as in :meth:`events`."""
        return sum(self.totals_mg(weight_kg).values())

    def totals_mg(self, weight_kg: float | None = None) -> dict[tuple[str, str], float]:
        """Mg of base over the course by form and route; weight and errors as in :meth:`events`."""
        weight = _checked(weight_kg)
        totals: dict[tuple[str, str], float] = {}
        for part in self.parts:
            key = (part.form, part.route)
            totals[key] = totals.get(key, 0.0) + part.total_mg(weight)
        return totals

    def infused_mg(self, weight_kg: float | None = None) -> float:
        """Mg of base that a pump gives (and what is given at once within its sessions); errors as in :meth:`events`."""
        weight = _checked(weight_kg)
        return sum(part.total_mg(weight) for part in self.parts if part.is_infused)

    def clock(self, start: datetime, weight_kg: float | None = None) -> tuple[ClockedDose, ...]:
        """The table of doses with wall-clock times; see :func:`reprieve.regimen.clock.clock_events`.

        Parameters
        ----------
        start : the first dose, with a time zone
        weight_kg : as in :meth:`events`
        """
        return clock_events(self.events(weight_kg), start)


def _checked(weight_kg: float | None) -> float | None:
    return None if weight_kg is None else check_weight(weight_kg)
