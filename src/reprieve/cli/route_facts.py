"""What the records say of each route, with the public claims about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from reprieve.cli.claim_facts import row_of
from reprieve.evidence import read
from reprieve.evidence.claims import Told, told
from reprieve.evidence.records.route import Route, Seen
from reprieve.regimen.forms import FORMS
from reprieve.regimen.routes import ROUTES, canonical_route

#: Why the vein has no record: nothing is absorbed, and its times are those of the regimen.
VEIN = (
    "Into a vein the whole dose arrives. When it peaks, begins and ends follows the regimen: "
    "ask 'reprieve concentration' or 'reprieve forecast'."
)


@dataclass(frozen=True)
class RouteFacts:
    """Routes in the order of the grammar, with the claims about them.

    Parameters
    ----------
    routes : names; the vein is among them and has no record
    records : what is published about absorption
    claims : what the public is told about any of the routes
    """

    routes: tuple[str, ...]
    records: tuple[Route, ...]
    claims: tuple[Told, ...]

    def about(self, route: str) -> tuple[Told, ...]:
        """The claims whose first route this is, or, where only one route is shown, that name it at all."""
        if len(self.routes) == 1:
            return self.claims
        return tuple(one for one in self.claims if one.claim.routes[0] == route)

    def to_dict(self) -> dict[str, Any]:
        """The answer of ``routes --json``; sources are given as they are cited, with their key."""
        rows: list[dict[str, Any]] = [self._record(record) for record in self.records]
        if "iv" in self.routes:
            rows.insert(0, self._vein())
        return {"routes": rows, "claims": [row_of(one) for one in self.claims]}

    def _record(self, record: Route) -> dict[str, Any]:
        row: dict[str, Any] = msgspec.to_builtins(record)
        row["evidence"] = [
            {**given, "cited": source_of(seen)} for given, seen in zip(row["evidence"], record.evidence, strict=True)
        ]
        return {**row, "claims": self._ids(record.route)}

    def _vein(self) -> dict[str, Any]:
        """A row for the vein, with the same keys as a record has."""
        none: dict[str, Any] = dict.fromkeys(("tmax", "onset", "duration", "release"))
        none |= {"evidence": [], "assumptions": []}
        whole = {"value": 1.0, "unit": "fraction", "choice": "by definition", "status": "derived"}
        known = {"id": "iv", "route": "iv", "forms": list(FORMS), "people": "everybody", "systemic": True}
        return {**known, "bioavailability": whole, **none, "note": VEIN, "claims": self._ids("iv")}

    def _ids(self, route: str) -> list[str]:
        return [one.claim.id for one in self.claims if route in one.claim.routes]


def source_of(seen: Seen) -> str:
    """Where a number was read: what is cited, then the page; ``no source`` where none is named."""
    cited = read.reference(seen.source).short if seen.source else None
    return ", ".join(filter(None, (cited, seen.where))) or "no source"


def facts(route: str | None = None) -> RouteFacts:
    """All routes, or one by any of its names.

    Raises
    ------
    UnknownName
        No route has this name; the nearest are named.
    """
    names = (canonical_route(route.strip()),) if route else tuple(ROUTES)
    records = sorted((read.route_record(name) for name in read.route_ids()), key=lambda r: tuple(ROUTES).index(r.route))
    claims = [one for one in told() if one.claim.by_route and set(one.claim.routes) & set(names)]
    return RouteFacts(
        names,
        tuple(record for record in records if record.route in names),
        tuple(sorted(claims, key=lambda one: (one.claim.topic != "onset", one.claim.id))),
    )
