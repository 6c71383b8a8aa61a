"""The structure of a compartmental model as data: named forms of flow and input, no code.

A record names a form; :mod:`reprieve.exposure.build` owns the equation behind it. Each form lists the
parameters it uses with the role each plays, so that a clearance given in litres is refused where it
stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias

from reprieve.evidence.records.faults import unknown
from reprieve.evidence.records.record import RecordPart
from reprieve.regimen.routes import ROUTES
from reprieve.units import MOLAR_MASS

#: What a parameter may be used as, and the dimension its unit must then have.
DIMENSION_OF_ROLE = {
    "volume": "volume",
    "clearance": "clearance",
    "rate": "rate constant",
    "mean time": "time",
    "duration": "time",
    "fraction": "fraction",
    "greatest rate": "rate",
    "concentration": "concentration",
    "maximal effect": "fraction",
}
#: Roles of what may change during a run: it only sets how fast drug moves.
SCALED_ROLES = frozenset({"clearance", "rate", "greatest rate"})

#: (parameter, role)
Use: TypeAlias = tuple[str, str]
#: (from, to); ``to`` is None where drug leaves for good
Arrow: TypeAlias = tuple[str, str | None]


class Analyte(RecordPart, frozen=True, kw_only=True):
    """What is measured, where, and what its amounts count.

    ng/mL = 1000 · amount / volume · M(``substance``) / M(``counted_as``): a metabolite in parent equivalents
    is ``counted_as`` the parent; without a molar conversion it is counted as itself.
    """

    compartment: str
    substance: str
    counted_as: str
    note: str | None = None


class Compartment(RecordPart, frozen=True, kw_only=True):
    """A place that holds drug; ``volume`` names the parameter that turns its amount into a concentration."""

    volume: str | None = None


class Exchange(RecordPart, tag_field="form", tag="exchange", frozen=True, kw_only=True):
    """Drug moves both ways between two volumes: each way at ``clearance/volume`` of where it is."""

    between: tuple[str, str]
    clearance: str

    def uses(self) -> tuple[Use, ...]:
        """Parameters and their roles."""
        return ((self.clearance, "clearance"),)

    def arrows(self) -> tuple[Arrow, ...]:
        """Where drug goes."""
        one, other = self.between
        return (one, other), (other, one)

    def volumes_of(self) -> tuple[str, ...]:
        """Compartments that must have a volume."""
        return self.between


class Clearance(RecordPart, tag_field="form", tag="clearance", frozen=True, kw_only=True):
    """Drug leaves at ``clearance/volume``: for good, or into ``to`` (a ``fraction`` of it if given)."""

    source: str
    clearance: str
    to: str | None = None
    fraction: str | None = None

    def uses(self) -> tuple[Use, ...]:
        """Parameters and their roles."""
        return ((self.clearance, "clearance"), *_fraction(self.fraction))

    def arrows(self) -> tuple[Arrow, ...]:
        """Where drug goes."""
        return ((self.source, self.to),)

    def volumes_of(self) -> tuple[str, ...]:
        """Compartments that must have a volume."""
        return (self.source,)


class SaturableClearance(RecordPart, tag_field="form", tag="saturable_clearance", frozen=True, kw_only=True):
    """Michaelis-Menten: drug leaves at ``vmax C/(km + C)``, for good or into ``to``, C being that in ``source``.

    Out of a place that drug passes before it reaches the blood, it is a saturable first pass.
    """

    source: str
    vmax: str
    km: str
    to: str | None = None
    fraction: str | None = None

    def uses(self) -> tuple[Use, ...]:
        """Parameters and their roles."""
        return ((self.vmax, "greatest rate"), (self.km, "concentration"), *_fraction(self.fraction))

    def arrows(self) -> tuple[Arrow, ...]:
        """Where drug goes."""
        return ((self.source, self.to),)

    def volumes_of(self) -> tuple[str, ...]:
        """Compartments that must have a volume."""
        return (self.source,)


class Transfer(RecordPart, tag_field="form", tag="transfer", frozen=True, kw_only=True):
    """Drug moves at a first-order ``rate``; the ``fraction`` of it arrives, 1 when not given."""

    source: str
    rate: str
    to: str | None = None
    fraction: str | None = None

    def uses(self) -> tuple[Use, ...]:
        """Parameters and their roles."""
        return ((self.rate, "rate"), *_fraction(self.fraction))

    def arrows(self) -> tuple[Arrow, ...]:
        """Where drug goes."""
        return ((self.source, self.to),)

    def volumes_of(self) -> tuple[str, ...]:
        """Compartments that must have a volume."""
        return ()


class Transit(RecordPart, tag_field="form", tag="transit", frozen=True, kw_only=True):
    """Drug passes ``through`` n compartments in turn, each at ``n/mean_time``; a ``fraction`` arrives."""

    through: tuple[str, ...]
    to: str
    mean_time: str
    fraction: str | None = None

    def uses(self) -> tuple[Use, ...]:
        """Parameters and their roles."""
        return ((self.mean_time, "mean time"), *_fraction(self.fraction))

    def arrows(self) -> tuple[Arrow, ...]:
        """Where drug goes."""
        return tuple(zip(self.through, (*self.through[1:], self.to), strict=True))

    def volumes_of(self) -> tuple[str, ...]:
        """Compartments that must have a volume."""
        return ()


Flow: TypeAlias = Exchange | Clearance | SaturableClearance | Transfer | Transit


class Sprays(RecordPart, frozen=True, kw_only=True):
    """A dose of N sprays: ``first`` of the first is absorbed where it lands, ``first · later`` of every other.

    So first·(1 + (N - 1)·later)/N of the whole dose is absorbed there and the rest is swallowed. N is the dose
    over ``mg_each``, at least 1; a part of a spray counts as a part.
    """

    mg_each: float
    first: str
    later: str

    def uses(self) -> tuple[Use, ...]:
        """Parameters and their roles."""
        return (self.first, "fraction"), (self.later, "fraction")


class RouteEntry(RecordPart, frozen=True, kw_only=True):
    """Where a ``share`` of a dose enters: ``fraction`` of it (or all), over ``duration`` (or as it is given)."""

    into: str
    share: Literal["dose", "absorbed", "swallowed"] = "dose"
    fraction: str | None = None
    duration: str | None = None

    def uses(self) -> tuple[Use, ...]:
        """Parameters and their roles."""
        duration: tuple[Use, ...] = ((self.duration, "duration"),) if self.duration else ()
        return (*_fraction(self.fraction), *duration)


class RouteInput(RecordPart, frozen=True, kw_only=True):
    """How a dose by one route enters: its entries, in parallel.

    ``sprays`` divides it into what is absorbed and what is swallowed; ``infusion_only`` says why a dose given at
    once cannot be computed.
    """

    entries: tuple[RouteEntry, ...]
    sprays: Sprays | None = None
    infusion_only: str | None = None
    dosage_form: str | None = None
    note: str | None = None

    def uses(self) -> tuple[Use, ...]:
        """Parameters and their roles."""
        by_entry = tuple(use for entry in self.entries for use in entry.uses())
        return (*by_entry, *(self.sprays.uses() if self.sprays else ()))


def _fraction(name: str | None) -> tuple[Use, ...]:
    return ((name, "fraction"),) if name else ()


def reachable(arrows: tuple[Arrow, ...], start: str) -> set[str]:
    """The compartments that drug put into ``start`` can get to, itself included."""
    found, frontier = {start}, [start]
    while frontier:
        here = frontier.pop()
        for source, target in arrows:
            if source == here and target is not None and target not in found:
                found.add(target)
                frontier.append(target)
    return found


def structure_faults(
    compartments: Mapping[str, Compartment],
    flows: tuple[Flow, ...],
    inputs: Mapping[str, RouteInput],
    analytes: Mapping[str, Analyte],
) -> Iterator[str]:
    """Sentences about flows, inputs and analytes that name what is not there, and compartments without a flow."""
    for flow in flows:
        ends = [end for arrow in flow.arrows() for end in arrow if end is not None]
        yield from unknown("compartment", ends, compartments, f"a flow ({type(flow).__name__.lower()})")
        for place in flow.volumes_of():
            if compartments[place].volume is None:
                yield f"a {type(flow).__name__.lower()} leaves {place}, which has no volume; give it one"
    for route, entered in inputs.items():
        yield from unknown("route", [route], ROUTES, "inputs")
        yield from unknown("compartment", [e.into for e in entered.entries], compartments, f"the {route} input")
        yield from _spray_faults(route, entered)
    for analyte, read in analytes.items():
        yield from unknown("compartment", [read.compartment], compartments, f"the analyte {analyte}")
        yield from unknown("substance", [read.substance, read.counted_as], MOLAR_MASS, f"the analyte {analyte}")
        if compartments[read.compartment].volume is None:
            yield f"{analyte} is read from {read.compartment}, which has no volume; give it one"
    touched = {end for flow in flows for arrow in flow.arrows() for end in arrow}
    for name in compartments:
        if name not in touched:
            yield f"compartment {name} has no flow; remove it or say where its drug goes"


def _spray_faults(route: str, entered: RouteInput) -> Iterator[str]:
    shares = {entry.share for entry in entered.entries}
    if entered.sprays is None and shares != {"dose"}:
        yield f"the {route} input divides the dose into {' and '.join(sorted(shares))} and has no sprays to say how"
    if entered.sprays is not None and shares != {"absorbed", "swallowed"}:
        yield f"the {route} input has sprays; its entries must be what is absorbed and what is swallowed"
    if entered.sprays is not None and entered.sprays.mg_each <= 0:
        yield f"a spray of the {route} input holds {entered.sprays.mg_each:g} mg; it must be greater than zero"
