"""Published relations between concentration and effect: plain data that checks itself.

A record is one publication, a relation one endpoint of it. Data names a form and never contains code; the forms are
functions in :mod:`reprieve.pkpd.effects`, and :mod:`reprieve.exposure.effects` joins the two.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal

import msgspec

from reprieve.errors import UnitError
from reprieve.evidence.records.model_check import Origin
from reprieve.evidence.records.participants import Participants
from reprieve.evidence.records.record import Record, RecordPart, Status
from reprieve.units import MOLAR_MASS, dimension

Form = Literal["emax", "sigmoid_emax", "linear", "power_ratio", "threshold", "unknown"]
#: ``form assumed``: all numbers are there, the equation was put together from them.
Completeness = Literal["complete", "form assumed", "incomplete"]
#: ``share of baseline``: what is read is the baseline times one less the effect.
Reads = Literal["effect", "share of baseline"]

MOLAR_UNIT = "nmol/mL"
#: form -> what it cannot do without, and what it may have besides; ``unknown`` may have anything.
NEEDED: dict[str, tuple[str, ...]] = {
    "emax": ("emax", "ec50"),
    "sigmoid_emax": ("emax", "ec50", "hill"),
    "linear": ("effect_at_cap", "cap"),
    "power_ratio": ("reference", "exponent", "increase"),
    "threshold": ("lowest",),
    "unknown": (),
}
OPTIONAL: dict[str, tuple[str, ...]] = {"threshold": ("highest",)}
_CONCENTRATIONS = ("ec50", "cap", "reference", "lowest", "highest")
_NUMBERS = ("hill", "exponent", "increase")
_EFFECTS = ("emax", "effect_at_cap")


class EffectNumber(RecordPart, frozen=True, kw_only=True):
    """One published number, or only its range; ``plus_minus`` is a spread as printed, SE or SD not always said."""

    status: Status
    unit: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    plus_minus: float | None = None
    cv_percent: float | None = None
    note: str | None = None

    def faults(self, what: str) -> Iterator[str]:
        """Sentences about numbers that cannot be."""
        given = [number for number in (self.value, self.low, self.high) if number is not None]
        if not given:
            yield f"{what} has no number; give a value or a range"
        if not all(math.isfinite(number) for number in given):
            yield f"{what} is not finite"
        if (self.low is None) != (self.high is None):
            yield f"{what} has one end of a range; give low and high"
        if self.low is not None and self.high is not None:
            if self.low > self.high:
                yield f"the range of {what} runs from {self.low:g} to {self.high:g}; write the lower value first"
            elif self.value is not None and not self.low <= self.value <= self.high:
                yield f"{what} is {self.value:g}, outside its range {self.low:g} to {self.high:g}"
        if (self.plus_minus is not None and self.plus_minus <= 0) or (self.cv_percent or 1) <= 0:
            yield f"the spread of {what} must be greater than zero"
        if self.status in {"derived", "assumed"} and not self.note:
            yield f"{what} is {self.status}; the note that says how or why is missing"


class Landmark(EffectNumber, frozen=True, kw_only=True):
    """A concentration or a size of effect that was published without a curve; shown, never interpolated."""

    means: str


class EffectCheck(RecordPart, frozen=True, kw_only=True):
    """What a relation must give at a concentration; ``not_run`` says why one cannot be run."""

    origin: Origin
    says: str
    relation: str | None = None
    concentration: float | None = None
    concentration_unit: str = "ng/mL"
    expected: float | None = None
    within: float | None = None
    not_run: str | None = None


class Relation(RecordPart, frozen=True, kw_only=True):
    """One endpoint of one publication.

    Parameters
    ----------
    endpoint, unit : what is measured, and in what
    driver : substance whose concentration drives it, as published
    molar_as : the entry of :data:`reprieve.units.MOLAR_MASS` that converts molar concentrations
    form, form_status : equation, and whether it was seen or put together
    parameters : by the names the form uses
    reads, baseline : how the effect becomes what is measured
    seen_from, seen_to : ng/mL, range in which it was studied, where said
    completeness, missing : whether it can be computed, and what is not there
    """

    endpoint: str
    unit: str
    driver: str
    molar_as: str
    form: Form
    form_status: Status
    completeness: Completeness
    parameters: dict[str, EffectNumber] = msgspec.field(default_factory=dict)
    reads: Reads = "effect"
    baseline: EffectNumber | None = None
    seen_from: float | None = None
    seen_to: float | None = None
    missing: tuple[str, ...] = ()
    note: str | None = None

    def lacking(self) -> tuple[str, ...]:
        """Parameters the form needs and no single value was published for."""
        known = {name for name, figure in self.parameters.items() if figure.value is not None}
        return tuple(name for name in NEEDED[self.form] if name not in known)

    def faults(self, name: str) -> Iterator[str]:
        """Sentences about what contradicts itself."""
        if self.molar_as not in MOLAR_MASS:
            yield f"{name} converts molar numbers as {self.molar_as!r}; known are {', '.join(MOLAR_MASS)}"
        for key, figure in self.parameters.items():
            yield from figure.faults(f"{key} of {name}")
            yield from self._parameter_faults(name, key, figure)
        if (self.baseline is None) == (self.reads == "share of baseline"):
            yield f"{name} reads {self.reads}; a baseline is given when it reads a share of it, and only then"
        if self.baseline:
            yield from self.baseline.faults(f"the baseline of {name}")
        if self.seen_from is not None and self.seen_to is not None and not 0 <= self.seen_from < self.seen_to:
            yield f"{name} was seen from {self.seen_from:g} to {self.seen_to:g} ng/mL; write the lower value first"
        yield from self._completeness_faults(name)

    def _parameter_faults(self, name: str, key: str, figure: EffectNumber) -> Iterator[str]:
        allowed = (*NEEDED[self.form], *OPTIONAL.get(self.form, ()))
        if self.form != "unknown" and key not in allowed:
            yield f"{name} has a parameter {key!r}; the form {self.form} uses {', '.join(allowed)}"
        if key in _CONCENTRATIONS:
            if not is_concentration(figure.unit):
                yield f"{key} of {name} is given in {figure.unit!r}; its unit must be a concentration"
            if any(number is not None and number <= 0 for number in (figure.value, figure.low)):
                yield f"{key} of {name} must be greater than zero"
        if key in _NUMBERS and figure.unit != "fraction":
            yield f"{key} of {name} is given in {figure.unit!r}; it is a plain number, its unit is written fraction"
        wanted = "fraction" if self.reads == "share of baseline" else self.unit
        if key in _EFFECTS and figure.unit != wanted:
            yield f"{key} of {name} is given in {figure.unit!r} and the effect in {wanted!r}; they must agree"

    def _completeness_faults(self, name: str) -> Iterator[str]:
        cannot = self.form == "unknown" or bool(self.lacking())
        if self.completeness == "incomplete":
            if not self.missing or not all(entry.strip() for entry in self.missing):
                yield f"{name} is incomplete and missing is empty; say what is missing"
            if not cannot:
                yield f"{name} is incomplete and has all that the form {self.form} needs; call it complete"
            return
        if cannot:
            lacking = ", ".join(self.lacking()) or "a form"
            yield f"{name} is {self.completeness} and lacks {lacking}; add it, or call it incomplete"
        if self.missing:
            yield f"{name} is {self.completeness} and has something missing; call it incomplete, or move it to the note"
        if (self.completeness == "form assumed") != (self.form_status == "assumed"):
            yield f"{name} is {self.completeness} and its form is {self.form_status}; the two must agree"


class Pharmacodynamics(Record, frozen=True, kw_only=True):
    """Relations of one publication, with the exposure they were fitted with and their delay.

    ``equilibration`` is the effect-site half-life or rate constant as printed, and None where none was seen;
    ``delay`` then says whether none was detected or none could be read. It belongs to ``exposure_model``, its
    endpoint and its sampling site, and cannot be carried to another.
    """

    title: str
    people: Participants
    exposure_model: str | None
    exposure_note: str
    sources: tuple[str, ...]
    where: str
    delay: Literal["effect site", "none detected", "not seen"]
    relations: dict[str, Relation]
    equilibration: EffectNumber | None = None
    landmarks: dict[str, Landmark] = msgspec.field(default_factory=dict)
    checks: tuple[EffectCheck, ...] = ()
    notes: tuple[str, ...] = ()

    def _faults(self) -> Iterator[str]:
        if not self.sources:
            yield "it names no source"
        if not self.relations:
            yield "it has no relation; give at least one, incomplete if need be"
        if (self.equilibration is None) == (self.delay == "effect site"):
            yield f"its delay is {self.delay!r}; an equilibration is given with an effect site, and only then"
        if self.equilibration:
            yield from self.equilibration.faults("equilibration")
            if _dimension(self.equilibration.unit) not in {"time", "rate constant"}:
                yield f"equilibration is given in {self.equilibration.unit!r}; it must be a time or a rate constant"
        for name, relation in self.relations.items():
            yield from relation.faults(name)
        for name, landmark in self.landmarks.items():
            yield from landmark.faults(name)
        for check in self.checks:
            yield from self._check_faults(check)

    def _check_faults(self, check: EffectCheck) -> Iterator[str]:
        parts = (check.relation, check.concentration, check.expected, check.within)
        if check.not_run is not None:
            return
        if check.relation not in self.relations or any(part is None for part in parts):
            yield f"the check {check.says!r} needs a relation, a concentration, what is expected and within, or not_run"
        elif self.relations[check.relation].completeness == "incomplete":
            yield f"the check {check.says!r} is of {check.relation}, which is incomplete; say so in not_run"


def is_concentration(unit: str) -> bool:
    """Whether a unit is a concentration, by mass or molar."""
    return unit == MOLAR_UNIT or _dimension(unit) == "concentration"


def _dimension(unit: str) -> str | None:
    try:
        return dimension(unit)
    except UnitError:
        return None
