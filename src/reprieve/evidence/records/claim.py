"""What the public is told about ketamine, beside what was found."""

from __future__ import annotations

from typing import Literal

from reprieve.evidence.records.record import Record, Status
from reprieve.regimen.routes import ROUTES

#: ``supported``: what was found agrees. ``partly``: some of it does, or only in some people. ``contradicted``: it
#: does not. ``unverifiable``: nothing was found that could say.
ClaimVerdict = Literal["supported", "partly", "contradicted", "unverifiable"]


class Claim(Record, frozen=True, kw_only=True):
    """A claim in public articles, in our own words, with a verdict against what is published.

    Parameters
    ----------
    claim : one sentence without its full stop
    kind : what it is about
    routes : the routes it is about; it is shown with each
    articles : the public articles that make it
    verdict : what is to be said of it
    finding : the published figure the verdict rests on; None where nothing was found
    status : how the figure was seen; None where there is none
    sources : keys of the bibliography behind the figure
    url : where the figure was read
    """

    claim: str
    kind: Literal["onset", "duration"]
    routes: tuple[str, ...]
    articles: tuple[str, ...]
    verdict: ClaimVerdict
    finding: str | None = None
    status: Status | None = None
    sources: tuple[str, ...] = ()
    url: str | None = None

    def check(self) -> None:
        """Refuse a claim that names no route or article, or a verdict without what it rests on.

        Raises
        ------
        EvidenceError
            Naming the field and what would be right.
        """
        for route in self.routes:
            if route not in ROUTES:
                self.fail(f"the route {route!r} is not one of {', '.join(ROUTES)}")
        for what, given in (("route", self.routes), ("article", self.articles)):
            if not given:
                self.fail(f"it names no {what}")
        if (self.finding is None) != (self.verdict == "unverifiable"):
            self.fail(f"its verdict is {self.verdict}; every verdict but unverifiable rests on a finding")
        if (self.finding is None) != (self.status is None):
            self.fail("a finding needs a status, and nothing else has one")
        if self.finding is not None and not (self.sources or self.url):
            self.fail("its finding names neither a source nor a url")
        if self.url is not None and not self.url.startswith(("http://", "https://")):
            self.fail(f"its url {self.url!r} must begin with http:// or https://")
