"""A public article about ketamine and everything it claims."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.evidence.records.claim import Claim
from reprieve.evidence.records.record import Record


class Article(Record, frozen=True, kw_only=True):
    """A public article, with its claims in the order they stand in it.

    Parameters
    ----------
    title : who wrote it and its title
    claims : all of them
    """

    title: str
    claims: tuple[Claim, ...]

    def _faults(self) -> Iterator[str]:
        ids = [claim.id for claim in self.claims]
        for claim in self.claims:
            yield from claim.faults()
        if not ids:
            yield "it has no claim"
        for twice in sorted({one for one in ids if ids.count(one) > 1}):
            yield f"the id {twice} is given twice"
        if len({one.split("-")[0] for one in ids}) > 1:
            yield "its claims have ids of several articles; the part before the dash is one per article"
