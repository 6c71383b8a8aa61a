"""What the calibrated relief model has seen: hours, rate, condition, route and form of every arm that was fitted."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.study import Arm, Study
from reprieve.regimen import Regimen

#: kg; published doses are scaled to it, because mean weights are rarely printed.
_USUAL_WEIGHT = 70.0
#: Hours and rates are printed with two digits: what lies this near to the edge lies on it (log hours, mg/kg/h).
_EDGE = 0.02

Point = tuple[float, float]


@dataclass(frozen=True)
class Studied:
    """The envelope of the studies behind the relief model.

    Parameters
    ----------
    conditions, routes, forms : of the arms that were given ketamine and have a number that can be used
    hull : corners of the convex hull of their infusions, (log hours, mg/kg/h), counter-clockwise
    """

    conditions: frozenset[str]
    routes: frozenset[str]
    forms: frozenset[str]
    hull: tuple[Point, ...]

    def holds_infusion(self, regimen: Regimen, weight_kg: float) -> bool:
        """Whether hours and rate of a course lie among the studied ones; True where nothing is infused."""
        point = _infusion(regimen, weight_kg)
        return point is None or _inside(point, self.hull)

    def is_outside(self, condition: str, regimen: Regimen, weight_kg: float) -> bool:
        """Whether condition, route, or infusion lie outside what was studied."""
        return (
            condition not in self.conditions
            or not set(regimen.routes) <= self.routes
            or not self.holds_infusion(regimen, weight_kg)
        )

    @property
    def hours(self) -> tuple[float, float]:
        """Shortest and longest studied infusion, h."""
        logs = [point[0] for point in self.hull]
        return math.exp(min(logs)), math.exp(max(logs))

    @property
    def rates(self) -> tuple[float, float]:
        """Lowest and highest studied rate, mg/kg/h."""
        rates = [point[1] for point in self.hull]
        return min(rates), max(rates)


@cache
def studied(evidence: Evidence) -> Studied:
    """What the studies in the evidence span."""
    return envelope(evidence.studies)


def envelope(studies: Iterable[Study]) -> Studied:
    """What some studies span."""
    arms = [(study, arm) for study in studies for arm in study.arms if _has_a_number(study, arm)]
    regimens = [(arm, Regimen.parse(arm.regimen)) for _, arm in arms if arm.regimen]
    points = [point for _, regimen in regimens if (point := _infusion(regimen, _USUAL_WEIGHT))]
    return Studied(
        frozenset(arm.condition or study.condition for study, arm in arms),
        frozenset(arm.route for _, arm in arms if arm.route),
        frozenset(arm.form for _, arm in arms if arm.form),
        convex_hull(points),
    )


def _has_a_number(study: Study, arm: Arm) -> bool:
    usable = (o.arm == arm.id and o.usable and o.endpoint != "baseline" for o in study.outcomes)
    return arm.role == "ketamine" and arm.regimen is not None and any(usable)


def _infusion(regimen: Regimen, weight_kg: float) -> Point | None:
    hours = regimen.infusion_hours
    return (math.log(hours), regimen.infused_mg(weight_kg) / hours / weight_kg) if hours > 0 else None


def convex_hull(points: Sequence[Point]) -> tuple[Point, ...]:
    """Corners of the convex hull, counter-clockwise (monotone chain [1]_).

    References
    ----------
    .. [1] Andrew AM. Inf Process Lett 1979;9:216-219.
    """
    ordered = sorted(set(points))

    def half(along: Iterable[Point]) -> list[Point]:
        chain: list[Point] = []
        for point in along:
            while len(chain) > 1 and _turn(chain[-2], chain[-1], point) <= 0:
                chain.pop()
            chain.append(point)
        return chain

    return (*half(ordered)[:-1], *half(reversed(ordered))[:-1])


def _turn(a: Point, b: Point, c: Point) -> float:
    """Twice the area of a triangle; above 0 where it turns left."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _inside(point: Point, hull: Sequence[Point]) -> bool:
    sides = zip(hull, (*hull[1:], hull[0]), strict=True)
    return all(_turn(a, b, point) >= -_EDGE * math.dist(a, b) for a, b in sides)
