"""What one public article tells about ketamine, beside what was found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from reprieve.evidence.records.condition import ConditionId, Route
from reprieve.evidence.records.record import RecordPart, Status
from reprieve.words import HorizonId

#: ``supported``: what was found agrees. ``partly``: some of it does, or only in some people. ``contradicted``: it
#: does not. ``unverifiable``: nothing was found that could say.
ClaimVerdict = Literal["supported", "partly", "contradicted", "unverifiable"]
#: What a claim can be about, in the order it is listed.
Topic = Literal[
    "duration", "onset", "efficacy", "dose", "protocol", "mechanism", "pharmacokinetic", "safety", "monitoring",
    "eligibility", "advice", "cost", "prevalence",
]  # fmt: skip

_ID = re.compile(r"S\d-\d\d")


class ClaimedChance(RecordPart, frozen=True, kw_only=True):
    """A share of people that a claim gives relief beyond a horizon: ``low`` to ``high``, as fractions."""

    beyond: HorizonId
    low: float
    high: float


class Claim(RecordPart, frozen=True, kw_only=True):
    """A claim of a public article, in our own words, with a verdict against what is published.

    Parameters
    ----------
    id : ``S0-01``: number of the article, then of the claim
    claim : one sentence without its full stop
    topic : what it is about
    verdict : what is to be said of it
    conditions, routes : the conditions and routes it names; empty where it speaks of all
    regimen, values : what it says of the regimen, and the numbers it gives
    infusion_hours : least and most hours of infusion it speaks about; None at the end that is open
    chance : the share of people it says have relief beyond a horizon, to be tested
    finding : the published figure the verdict rests on; None where nothing was found
    status : how the figure was seen; None where there is none
    withheld : part of what the verdict rests on that is kept out of this evidence, for the exam of the forecast
    note : why nothing was found
    sources : keys of the bibliography behind the figure
    source_note : what else it rests on, which the bibliography does not have
    url : where the figure was read
    by_route : whether it says what a route does; shown with the routes
    repeats : id of the claim of another article that says the same
    """

    id: str
    claim: str
    topic: Topic
    verdict: ClaimVerdict
    conditions: tuple[ConditionId, ...] = ()
    routes: tuple[Route, ...] = ()
    regimen: str | None = None
    values: str | None = None
    infusion_hours: tuple[float, float | None] | None = None
    chance: ClaimedChance | None = None
    finding: str | None = None
    status: Status | None = None
    withheld: str | None = None
    note: str | None = None
    sources: tuple[str, ...] = ()
    source_note: str | None = None
    url: str | None = None
    by_route: bool = False
    repeats: str | None = None

    def faults(self) -> Iterator[str]:
        """A verdict without what it rests on, a finding without its status or source; one sentence each."""
        if not _ID.fullmatch(self.id):
            yield f"the id {self.id!r} is not an article and a number, as S0-01"
        if self.by_route and not self.routes:
            yield f"{self.id}: it is said to be about a route and names none; give routes"
        if self.finding is None and self.withheld is None:
            if self.verdict != "unverifiable":
                yield f"{self.id}: its verdict is {self.verdict}; every verdict but unverifiable rests on a finding"
            if self.note is None:
                yield f"{self.id}: it has no finding; say why in note"
        if (self.finding is None) != (self.status is None):
            yield f"{self.id}: a finding needs a status, and nothing else has one"
        if self.finding is not None and not (self.sources or self.source_note or self.url):
            yield f"{self.id}: its finding names neither a source nor a url"
        if self.url is not None and not self.url.startswith(("http://", "https://")):
            yield f"{self.id}: its url {self.url!r} must begin with http:// or https://"
        yield from self._hours_faults()

    def _hours_faults(self) -> Iterator[str]:
        if self.infusion_hours is not None:
            least, most = self.infusion_hours
            if least < 0 or (most is not None and most < least):
                yield f"{self.id}: its infusion hours run from {least:g} to {most}; write the lower value first"
        if self.chance is not None:
            low, high = self.chance.low, self.chance.high
            if not 0 <= low <= high <= 1:
                yield f"{self.id}: its chance runs from {low:g} to {high:g}; write fractions, the lower first"
            if self.infusion_hours is None:
                yield f"{self.id}: it gives a chance for no infusion hours and cannot be tested; give infusion_hours"

    @property
    def is_verified(self) -> bool:
        """Whether its verdict rests on a figure that was seen in its source."""
        return self.verdict != "unverifiable" and self.status in {"seen", "derived"}

    def is_about(self, subject: str) -> bool:
        """Whether it is about a topic, a condition or a route."""
        return subject == self.topic or subject in self.conditions or subject in self.routes

    def covers(self, hours: float) -> bool:
        """Whether it speaks about an infusion of so many hours."""
        if self.infusion_hours is None:
            return False
        least, most = self.infusion_hours
        return least <= hours and (most is None or hours <= most)
