"""Published effects of another drug, food, genotype or organ function on exposure, each for one form and route.

A ratio holds for the form and route it was measured in. There is no default and no field for "all routes": what was
not measured has no row, so nothing can be carried from the gut to a vein.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal

from reprieve.evidence.records.faults import unknown
from reprieve.evidence.records.record import Record, RecordPart, Status
from reprieve.regimen.forms import FORMS
from reprieve.regimen.routes import ROUTES

Kind = Literal[
    "CYP3A4 inhibitor",
    "CYP3A4 inducer",
    "CYP2B6 inhibitor",
    "CYP2B6 genotype",
    "nasal spray",
    "renal function",
    "hepatic function",
    "age",
]
Shown = Literal["known ratio", "no effect shown", "direction only"]
Direction = Literal["higher", "lower"]

#: Limits within which two exposures are conventionally called equivalent.
EQUIVALENT = (0.80, 1.25)


class ExposureRatio(RecordPart, frozen=True, kw_only=True):
    """Exposure with over exposure without; a range where one was printed."""

    status: Status
    value: float | None = None
    low: float | None = None
    high: float | None = None
    note: str | None = None

    def faults(self, what: str) -> Iterator[str]:
        """Sentences about numbers that cannot be."""
        given = [number for number in (self.value, self.low, self.high) if number is not None]
        if not given:
            yield f"{what} has no number; give a value or a range"
        if any(not (math.isfinite(number) and number > 0) for number in given):
            yield f"{what} must be greater than zero"
        if (self.low is None) != (self.high is None):
            yield f"{what} has one end of a range; give low and high"
        if self.low is not None and self.high is not None:
            if self.low > self.high:
                yield f"the range of {what} runs from {self.low:g} to {self.high:g}; write the lower value first"
            elif self.value is not None and not self.low <= self.value <= self.high:
                yield f"{what} is {self.value:g}, outside its range {self.low:g} to {self.high:g}"
        if self.status in {"derived", "assumed"} and not self.note:
            yield f"{what} is {self.status}; the note that says how or why is missing"


class MeasuredEffect(RecordPart, frozen=True, kw_only=True):
    """One row: one form by one route in one source.

    Parameters
    ----------
    form, route : what was given, in the house words
    group : who within the record, as a genotype or a degree of impairment; None where it is everybody
    dose : as printed
    shown : a ratio, no effect, or only a direction
    auc, cmax : ratio of area and of peak of ketamine
    metabolite_auc, metabolite_cmax : the same for norketamine
    metabolite_ratio, half_life : change of norketamine over ketamine, and of the half-life, as a ratio
    source, where, n, status : of the row; a ratio may be weaker than its row
    """

    form: str
    route: str
    shown: Shown
    source: str
    status: Status
    group: str | None = None
    dose: str | None = None
    direction: Direction | None = None
    auc: ExposureRatio | None = None
    cmax: ExposureRatio | None = None
    metabolite_auc: ExposureRatio | None = None
    metabolite_cmax: ExposureRatio | None = None
    metabolite_ratio: ExposureRatio | None = None
    half_life: ExposureRatio | None = None
    n: int | None = None
    where: str | None = None
    note: str | None = None

    @property
    def name(self) -> str:
        """Form, route and group: ``esketamine oral``."""
        return " ".join(filter(None, (self.form, self.route, self.group)))

    def faults(self) -> Iterator[str]:
        """Sentences about what contradicts itself."""
        yield from unknown("form", [self.form], FORMS, self.name)
        yield from unknown("route", [self.route], ROUTES, self.name)
        for what in ("auc", "cmax", "metabolite_auc", "metabolite_cmax", "metabolite_ratio", "half_life"):
            ratio: ExposureRatio | None = getattr(self, what)
            if ratio is not None:
                yield from ratio.faults(f"{what} of {self.name}")
        if (self.direction is not None) != (self.shown == "direction only"):
            yield f"{self.name} shows {self.shown}; a direction is given when only that is shown, and only then"
        if self.shown == "direction only":
            if self.auc is not None and self.auc.status != "recalled":
                yield f"{self.name} shows a direction only and its ratio is {self.auc.status}; call it known ratio"
        elif self.auc is None:
            yield f"{self.name} shows {self.shown} and has no auc; add it"
        elif self.shown == "no effect shown":
            value = self.auc.value
            if value is None or not EQUIVALENT[0] <= value <= EQUIVALENT[1]:
                yield f"{self.name} is called no effect shown and its auc is not from 0.8 to 1.25; call it known ratio"


class Interaction(Record, frozen=True, kw_only=True):
    """Everything published about one thing that may change exposure.

    ``disagreement`` is needed where one source shows a change and another shows none; both rows stay.
    """

    name: str
    kinds: tuple[Kind, ...]
    kinds_status: Status
    effects: tuple[MeasuredEffect, ...]
    synonyms: tuple[str, ...] = ()
    disagreement: str | None = None
    notes: tuple[str, ...] = ()

    def citations(self) -> tuple[str, ...]:
        """Keys of the bibliography this record rests on."""
        return tuple(effect.source for effect in self.effects)

    def _faults(self) -> Iterator[str]:
        if not self.effects or not self.kinds:
            yield "it needs at least one kind and one effect"
        for effect in self.effects:
            yield from effect.faults()
        rows = [(effect.name, effect.source, effect.dose) for effect in self.effects]
        if len(set(rows)) < len(rows):
            yield "two of its rows have the same form, route, group, dose and source; keep one"
        changed = {effect.source for effect in self.effects if effect.shown != "no effect shown"}
        same = {effect.source for effect in self.effects if effect.shown == "no effect shown"}
        if bool(changed and same) != (self.disagreement is not None):
            yield (
                "one row shows a change and another none; say in disagreement what may explain it (and only then "
                "give one)"
            )
