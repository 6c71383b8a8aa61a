"""Clearance of one enantiomer over that of the other, as several sources report it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from reprieve.evidence.records.record import Record, RecordPart, Status


class MeasuredRatio(RecordPart, frozen=True, kw_only=True):
    """One source's ratio; ``note`` says from which printed numbers."""

    ratio: float
    source: str
    status: Status
    note: str


class ClearanceRatio(Record, frozen=True, kw_only=True):
    """Clearance of ``of`` over clearance of ``over``; each source is one equally credible value."""

    of: str
    over: str
    measured: tuple[MeasuredRatio, ...]

    @property
    def middle(self) -> float:
        """The geometric mean of the sources."""
        return math.exp(sum(math.log(row.ratio) for row in self.measured) / len(self.measured))

    @property
    def range(self) -> tuple[float, float]:
        """The lowest and the highest."""
        ratios = [row.ratio for row in self.measured]
        return min(ratios), max(ratios)

    def _faults(self) -> Iterator[str]:
        if not self.measured:
            yield "no source has measured the ratio; add one, or remove the record"
        for row in self.measured:
            if not (math.isfinite(row.ratio) and row.ratio > 0):
                yield f"the ratio of {row.source} is {row.ratio:g}; it must be greater than zero"
