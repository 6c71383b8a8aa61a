"""One entry of the bibliography: what to cite, and how much of it was seen."""

from __future__ import annotations

import re

from reprieve.errors import EvidenceError
from reprieve.evidence.records.record import RecordPart, Status

_KEY = re.compile(r"[A-Z][A-Za-z0-9]+")
_DOI = re.compile(r"10\.\d{4,9}/\S+[^\s.]")
_PMID = re.compile(r"[1-9]\d{5,8}")


class Reference(RecordPart, frozen=True, kw_only=True):
    """A published text behind a number.

    ``None`` means not seen: authors, a title, DOI or PMID is never filled in from a guess. ``url`` is the page where
    the text was read, which is not always the publisher's.
    """

    authors: str | None
    status: Status
    year: int | None = None
    title: str | None = None
    journal: str | None = None
    doi: str | None = None
    pmid: str | None = None
    url: str | None = None
    note: str | None = None

    def check(self, key: str) -> None:
        """Refuse a key, DOI, PMID, year or address that cannot be one.

        Raises
        ------
        EvidenceError
            With the key and the field that is wrong.
        """
        if not _KEY.fullmatch(key):
            raise EvidenceError(f"{key}: a key is an author and a year, in letters and digits, as Sigtermans2009.")
        if self.year is not None and not 1960 <= self.year <= 2030:
            raise EvidenceError(f"{key}: the year {self.year} lies outside 1960 to 2030.")
        if self.doi is not None and not _DOI.fullmatch(self.doi):
            raise EvidenceError(f"{key}: {self.doi!r} is not a DOI; write it bare, from 10. on.")
        if self.pmid is not None and not _PMID.fullmatch(self.pmid):
            raise EvidenceError(f"{key}: {self.pmid!r} is not a PubMed number.")
        if self.url is not None and not self.url.startswith(("http://", "https://")):
            raise EvidenceError(f"{key}: the address {self.url!r} must begin with http:// or https://.")

    @property
    def short(self) -> str:
        """First author, others and year: ``Sigtermans et al. 2009``."""
        if self.authors is None:
            return ", ".join(filter(None, (self.journal, str(self.year or "")))) or (self.url or "source not named")
        names = re.split(r"[,;]| and ", self.authors)
        first = re.sub(r"( [A-Z][A-Z-]*)+$", "", names[0].strip())
        others = " et al." if len(names) > 1 else ""
        return f"{first}{others}" + (f" {self.year}" if self.year else "")

    @property
    def link(self) -> str | None:
        """Where to find the text: its DOI, else PubMed, else the page where it was read."""
        if self.doi:
            return f"https://doi.org/{self.doi}"
        return f"https://pubmed.ncbi.nlm.nih.gov/{self.pmid}/" if self.pmid else self.url
