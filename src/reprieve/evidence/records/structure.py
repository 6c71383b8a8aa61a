"""The structure of a compartmental model as data: named forms of flow and input, no code.

A record names a form; :mod:`reprieve.evidence.build` owns the equation behind it. Each form lists the
parameters it uses with the role each plays, so that a clearance given in litres is refused where it
stands.
"""

from __future__ import annotations

from typing import TypeAlias

from reprieve.evidence.records.record import Part

#: What a parameter may be used as, and the dimension its unit must then have.
DIMENSION_OF_ROLE = {
    "volume": "volume",
    "clearance": "clearance",
    "rate": "rate constant",
    "mean time": "time",
    "duration": "time",
    "fraction": "fraction",
}

#: (parameter, role)
Use: TypeAlias = tuple[str, str]
#: (from, to); ``to`` is None where drug leaves for good
Arrow: TypeAlias = tuple[str, str | None]


class Compartment(Part, frozen=True, kw_only=True):
    """A place that holds drug; ``volume`` names the parameter that turns its amount into a concentration."""

    volume: str | None = None


class Exchange(Part, tag_field="form", tag="exchange", frozen=True, kw_only=True):
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


class Clearance(Part, tag_field="form", tag="clearance", frozen=True, kw_only=True):
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


class Transfer(Part, tag_field="form", tag="transfer", frozen=True, kw_only=True):
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


class Transit(Part, tag_field="form", tag="transit", frozen=True, kw_only=True):
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


Flow: TypeAlias = Exchange | Clearance | Transfer | Transit


class RouteEntry(Part, frozen=True, kw_only=True):
    """Where a share of a dose enters: ``fraction`` of it (or all), over ``duration`` (or as it is given)."""

    into: str
    fraction: str | None = None
    duration: str | None = None

    def uses(self) -> tuple[Use, ...]:
        """Parameters and their roles."""
        duration: tuple[Use, ...] = ((self.duration, "duration"),) if self.duration else ()
        return (*_fraction(self.fraction), *duration)


class RouteInput(Part, frozen=True, kw_only=True):
    """How a dose by one route enters: its entries, in parallel."""

    entries: tuple[RouteEntry, ...]
    dosage_form: str | None = None
    note: str | None = None


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
