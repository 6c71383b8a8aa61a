"""What is published about how a route absorbs a form: availability, time of the peak, onset, duration.

Where availability and peak time are both known, :mod:`reprieve.exposure.absorption` makes a first-order
input of them. Where one is missing nothing is made up: the record says what is missing.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from reprieve.errors import OutsideEvidence
from reprieve.evidence.records.record import Record, RecordPart, Status
from reprieve.regimen.forms import FORMS
from reprieve.regimen.routes import ROUTES
from reprieve.units import convert, dimension

#: How the central value came about. ``published``: a published value. ``midpoint``: of the range. ``assumed``: a
#: stand-in that no source was read for; every answer that uses it says so.
Choice = Literal["published", "midpoint", "assumed"]


class PublishedNumber(RecordPart, frozen=True, kw_only=True):
    """One published number behind a value, or a recalled one that is shown and not used."""

    value: str
    who: str
    status: Status
    source: str | None = None
    where: str | None = None


class Central(RecordPart, frozen=True, kw_only=True):
    """A central value with the published range it was chosen from."""

    value: float
    unit: str
    choice: Choice
    status: Status
    low: float | None = None
    high: float | None = None
    note: str | None = None


class PublishedTime(RecordPart, frozen=True, kw_only=True):
    """When an effect begins or how long it lasts, as published: text, shown and never computed with."""

    text: str
    status: Status


class Route(Record, frozen=True, kw_only=True):
    """Absorption by one route; ``systemic`` false where no drug is known to reach the blood.

    ``release`` is the time over which a prolonged-release form gives off its dose; None for every other form.
    """

    route: str
    forms: tuple[str, ...]
    people: str
    systemic: bool
    bioavailability: Central | None
    tmax: Central | None
    onset: PublishedTime | None
    duration: PublishedTime | None
    release: Central | None = None
    evidence: tuple[PublishedNumber, ...]
    assumptions: tuple[str, ...] = msgspec.field(default_factory=tuple)

    def check(self) -> None:
        """Refuse a record that contradicts itself, with one sentence.

        Raises
        ------
        EvidenceError
            Naming the field and what would be right.
        """
        if self.route not in ROUTES or self.route == "iv":
            self.fail(f"the route {self.route!r} is not one of {', '.join(r for r in ROUTES if r != 'iv')}")
        for form in self.forms:
            if form not in FORMS:
                self.fail(f"the form {form!r} is not one of {', '.join(FORMS)}")
        for what, central, wanted in (
            ("bioavailability", self.bioavailability, "fraction"),
            ("tmax", self.tmax, "time"),
            ("release", self.release, "time"),
        ):
            if central is not None:
                self._check_central(what, central, wanted)
        if self.bioavailability and not 0 < self.bioavailability.value <= 1:
            self.fail(f"the bioavailability {self.bioavailability.value:g} must lie above 0 and not above 1")
        if self.release is not None and self.bioavailability is None:
            self.fail("it has a time of release and no bioavailability, so nothing can be computed; give both or none")
        if not self.systemic and (self.bioavailability or self.tmax):
            self.fail("it is not systemic and has a bioavailability or tmax; remove them or say it is systemic")

    def _check_central(self, what: str, central: Central, wanted: str) -> None:
        if dimension(central.unit) != wanted:
            self.fail(f"{what} is given in {central.unit!r}; its unit must be a {wanted}")
        if central.value <= 0:
            self.fail(f"{what} is {central.value:g}; it must be greater than zero")
        low, high = central.low, central.high
        if (low is None) != (high is None):
            self.fail(f"{what} has one end of a range; give both or none")
        if low is not None and high is not None and not low < high:
            self.fail(f"the range of {what} runs from {low:g} to {high:g}; write the lower value first")
        if central.choice == "midpoint":
            if low is None or high is None:
                self.fail(f"{what} is called a midpoint and has no range; give low and high")
            elif abs(central.value - (low + high) / 2) > 1e-9 * high:
                self.fail(f"{what} is {central.value:g} and the midpoint of its range is {(low + high) / 2:g}")
            if central.status != "derived":
                self.fail(f"{what} is a midpoint, so its status is derived and not {central.status}")
        elif low is not None and high is not None and not low <= central.value <= high:
            self.fail(f"{what} is {central.value:g}, outside its range {low:g} to {high:g}")
        if central.choice == "assumed":
            if central.status not in {"recalled", "assumed"} or not central.note:
                self.fail(f"{what} is assumed; its status must be recalled or assumed and its note must say why")
        elif central.status == "assumed":
            self.fail(f"{what} has the status assumed; then its choice is assumed too")

    def citations(self) -> tuple[str, ...]:
        """Keys of the bibliography this record rests on."""
        return tuple(seen.source for seen in self.evidence if seen.source)

    @property
    def unverified(self) -> str:
        """What of the absorption is a stand-in, in one sentence; empty where everything was seen."""
        parts = [
            f"{what} {central.value:g}{'' if central.unit == 'fraction' else f' {central.unit}'} ({central.note})"
            for what, central in (("bioavailability", self.bioavailability), ("time of the peak", self.tmax))
            if central is not None and central.choice == "assumed"
        ]
        return f"Unverified absorption by the route {self.route}: {'; '.join(parts)}." if parts else ""

    def first_order(self) -> tuple[float, float]:
        """Bioavailability (fraction) and time of the peak (h).

        Raises
        ------
        OutsideEvidence
            Either is not published; the sentence says which.
        """
        if not self.systemic:
            raise OutsideEvidence(
                f"No measurable amount is known to reach the blood by the route {self.route}, so no "
                f"concentration or forecast can be computed for it; ask about another route."
            )
        if self.bioavailability is None or self.tmax is None:
            missing = [
                what
                for what, central in (
                    ("bioavailability", self.bioavailability),
                    ("time of the peak concentration", self.tmax),
                )
                if central is None
            ]
            raise OutsideEvidence(
                f"For {' or '.join(self.forms)} by the route {self.route} no {' and no '.join(missing)} "
                f"could be found, so no concentration or forecast can be computed; ask about another route."
            )
        return self.bioavailability.value, convert(self.tmax.value, self.tmax.unit, "h")

    def zero_order(self) -> tuple[float, float]:
        """Bioavailability (fraction) and time of release (h).

        Raises
        ------
        OutsideEvidence
            No time of release is published.
        """
        if self.release is None or self.bioavailability is None:
            raise OutsideEvidence(
                f"For {' or '.join(self.forms)} by the route {self.route} no time of release could be found; ask about "
                f"another route."
            )
        return self.bioavailability.value, convert(self.release.value, self.release.unit, "h")
