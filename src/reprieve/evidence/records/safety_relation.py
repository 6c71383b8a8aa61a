"""What was published about one harm and the exposure it was seen at: numbers to show, never a curve."""

from __future__ import annotations

import math
from collections.abc import Iterator

from reprieve.evidence.records.record import Record, RecordPart, Status


class Finding(RecordPart, frozen=True, kw_only=True):
    """One number of one source.

    Parameters
    ----------
    what : quantity, as ``rise of systolic pressure``
    value, low, high : one number, a range, or both
    unit : free text, as printed; shares are ``fraction``
    at : dose or concentration it was seen at
    plus_minus, n : spread as printed, and people or infusions
    status, note : where it stands; a derived number says how
    """

    what: str
    unit: str
    at: str
    status: Status
    value: float | None = None
    low: float | None = None
    high: float | None = None
    plus_minus: float | None = None
    n: int | None = None
    note: str | None = None

    def faults(self) -> Iterator[str]:
        """Sentences about numbers that cannot be."""
        given = [number for number in (self.value, self.low, self.high) if number is not None]
        if not given or not all(math.isfinite(number) for number in given):
            yield f"{self.what} needs a finite value or range"
        if (self.low is None) != (self.high is None):
            yield f"{self.what} has one end of a range; give low and high"
        if self.low is not None and self.high is not None:
            if self.low > self.high:
                yield f"the range of {self.what} runs from {self.low:g} to {self.high:g}; write the lower value first"
            elif self.value is not None and not self.low <= self.value <= self.high:
                yield f"{self.what} is {self.value:g}, outside its range {self.low:g} to {self.high:g}"
        if self.unit == "fraction" and any(not 0 <= number <= 1 for number in given):
            yield f"{self.what} is a fraction; it must lie from 0 to 1"
        if self.status in {"derived", "assumed"} and not self.note:
            yield f"{self.what} is {self.status}; the note that says how or why is missing"


class SafetyRelation(Record, frozen=True, kw_only=True):
    """One harm as one source, or one group of sources, reports it.

    ``pharmacodynamics`` names records that hold the same effect as a relation to concentration; ``missing`` says
    what would be needed to compute the harm, which none of these records allows.
    """

    domain: str
    title: str
    where: str
    findings: tuple[Finding, ...]
    missing: tuple[str, ...]
    sources: tuple[str, ...] = ()
    source_note: str | None = None
    pharmacodynamics: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def citations(self) -> tuple[str, ...]:
        """Keys of the bibliography this record rests on."""
        return self.sources

    def _faults(self) -> Iterator[str]:
        if not self.findings:
            yield "it has no finding"
        if not self.missing:
            yield "missing is empty; say what a computation would need"
        if not self.sources and not self.source_note:
            yield "it names no source; say in source_note why"
        for finding in self.findings:
            yield from finding.faults()
