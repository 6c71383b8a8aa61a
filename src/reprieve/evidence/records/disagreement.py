"""Claims of public articles that cannot all be true."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.evidence.records.record import Record


class Disagreement(Record, frozen=True, kw_only=True):
    """Claims that disagree, how they do, and what was found.

    Parameters
    ----------
    about : what the claims disagree about, as ``how long one dose through the nose lasts``
    claims : ids, of one article or of several
    how : what they say against each other
    found : what was found, in a sentence or two
    sources : keys of the bibliography
    withheld : part of what was found that is kept out of this evidence
    """

    about: str
    claims: tuple[str, ...]
    how: str
    found: str
    sources: tuple[str, ...]
    withheld: str | None = None

    def _faults(self) -> Iterator[str]:
        if len(set(self.claims)) < 2:
            yield "it takes two claims to disagree; name them all in claims"
        if not self.sources:
            yield "it names no source"
