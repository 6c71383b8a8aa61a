"""The answer to what is published of each route, with the public claims about it."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from reprieve.answers.claims import CheckedClaim, checked_claim
from reprieve.answers.field import Answer, field
from reprieve.evidence.claims import told
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records import route as records
from reprieve.evidence.records.record import Status
from reprieve.evidence.records.route import Route
from reprieve.regimen.forms import FORMS
from reprieve.regimen.routes import ROUTES, canonical_route

#: Why the vein has no record: nothing is absorbed, and its times are those of the regimen.
VEIN = (
    "Into a vein the whole dose arrives. When it peaks, begins and ends follows the regimen: "
    "ask for a concentration or a forecast."
)


class CentralValue(Answer, frozen=True, kw_only=True):
    """A central value with the published range it was chosen from."""

    value: Annotated[float, field("The value.")]
    unit: Annotated[str, field("Its unit.")]
    choice: Annotated[Literal["published", "midpoint", "assumed", "by definition"], field("How it came about.")]
    status: Annotated[Status, field("How it was seen.")]
    low: Annotated[float | None, field("Lower end of the published range.")] = None
    high: Annotated[float | None, field("Upper end of the published range.")] = None
    note: Annotated[str | None, field("Why it was chosen.")] = None


class EffectTime(Answer, frozen=True, kw_only=True):
    """When an effect begins or how long it lasts, as published."""

    text: Annotated[str, field("As published, with its unit.")]
    status: Annotated[Status, field("How it was seen.")]


class RouteEvidence(Answer, frozen=True, kw_only=True):
    """One published number behind a row, or a recalled one that is shown and not used."""

    value: Annotated[str, field("What was found.")]
    who: Annotated[str, field("In whom.")]
    status: Annotated[Status, field("How it was seen.")]
    source: Annotated[str | None, field("Key of the bibliography.")]
    where: Annotated[str | None, field("Where in the source, or what it is where the bibliography lacks it.")]
    cited: Annotated[str, field("The source as author and year, then the place; 'no source' where none is named.")]


class PublishedRoute(Answer, frozen=True, kw_only=True, omit_defaults=True):
    """What is published of one route for some forms."""

    id: Annotated[str, field("Id of the record; iv for the vein.")]
    route: Annotated[str, field("Route.")]
    forms: Annotated[tuple[str, ...], field("racemic, esketamine or arketamine.")]
    people: Annotated[str, field("In whom.")]
    systemic: Annotated[bool, field("Whether drug is known to reach the blood.")]
    bioavailability: Annotated[CentralValue | None, field("Share that arrives.")]
    tmax: Annotated[CentralValue | None, field("Time of the peak.")]
    onset: Annotated[EffectTime | None, field("When relief begins.")]
    duration: Annotated[EffectTime | None, field("How long one dose lasts.")]
    release: Annotated[CentralValue | None, field("Time over which a prolonged-release form gives off its dose.")]
    evidence: Annotated[tuple[RouteEvidence, ...], field("The numbers behind it.")]
    assumptions: Annotated[tuple[str, ...], field("What is taken without a source.")]
    claims: Annotated[tuple[str, ...], field("Ids of the claims that name the route.")]
    note: Annotated[str, field("Why there is no record; only of the vein.")] = ""

    @property
    def is_vein(self) -> bool:
        """Whether nothing is absorbed, so that the regimen says everything."""
        return self.route == "iv"


class RoutesAnswer(Answer, frozen=True, kw_only=True):
    """Routes in the order of the grammar, with the claims about them."""

    routes: Annotated[tuple[PublishedRoute, ...], field("A row for each route and form.")]
    claims: Annotated[tuple[CheckedClaim, ...], field("What the public is told about any of the routes.")]

    @property
    def claims_by_route(self) -> dict[str, tuple[CheckedClaim, ...]]:
        """The claims under the route they name first; all of them under a route that is alone."""
        names = tuple(dict.fromkeys(one.route for one in self.routes))
        if len(names) == 1:
            return {names[0]: self.claims}
        return {name: tuple(one for one in self.claims if one.routes[0] == name) for name in names}


def routes_answer(evidence: Evidence, route: str | None = None) -> RoutesAnswer:
    """All routes, or one by any of its names.

    Raises
    ------
    UnknownName
        No route has this name; the nearest are named.
    """
    names = (canonical_route(route.strip()),) if route else tuple(ROUTES)
    found = [one for one in told(evidence) if one.claim.by_route and set(one.claim.routes) & set(names)]
    found.sort(key=lambda one: (one.claim.topic != "onset", one.claim.id))
    claims = tuple(checked_claim(evidence, one) for one in found)
    published = sorted(evidence.records(Route), key=lambda one: tuple(ROUTES).index(one.route))
    return RoutesAnswer(
        routes=(
            *((_vein(claims),) if "iv" in names else ()),
            *(_published(evidence, record, claims) for record in published if record.route in names),
        ),
        claims=claims,
    )


def _published(evidence: Evidence, record: records.Route, claims: tuple[CheckedClaim, ...]) -> PublishedRoute:
    return PublishedRoute(
        id=record.id,
        route=record.route,
        forms=record.forms,
        people=record.people,
        systemic=record.systemic,
        bioavailability=_central(record.bioavailability),
        tmax=_central(record.tmax),
        onset=_effect_time(record.onset),
        duration=_effect_time(record.duration),
        release=_central(record.release),
        evidence=tuple(_evidence(evidence, seen) for seen in record.evidence),
        assumptions=record.assumptions,
        claims=_ids(record.route, claims),
    )


def _vein(claims: tuple[CheckedClaim, ...]) -> PublishedRoute:
    return PublishedRoute(
        id="iv",
        route="iv",
        forms=tuple(FORMS),
        people="everybody",
        systemic=True,
        bioavailability=CentralValue(value=1.0, unit="fraction", choice="by definition", status="derived"),
        tmax=None,
        onset=None,
        duration=None,
        release=None,
        evidence=(),
        assumptions=(),
        claims=_ids("iv", claims),
        note=VEIN,
    )


def _ids(route: str, claims: tuple[CheckedClaim, ...]) -> tuple[str, ...]:
    return tuple(one.id for one in claims if route in one.routes)


def _central(found: records.Central | None) -> CentralValue | None:
    return CentralValue(**msgspec.structs.asdict(found)) if found else None


def _effect_time(found: records.PublishedTime | None) -> EffectTime | None:
    return EffectTime(text=found.text, status=found.status) if found else None


def _evidence(evidence: Evidence, seen: records.PublishedNumber) -> RouteEvidence:
    named = evidence.reference(seen.source).short if seen.source else None
    cited = ", ".join(filter(None, (named, seen.where))) or "no source"
    return RouteEvidence(**msgspec.structs.asdict(seen), cited=cited)
