"""The infusions of the duration table, shortest first."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.evidence.records.protocol import regimen_mistake
from reprieve.evidence.records.record import Record, RecordPart
from reprieve.regimen import Regimen


class Infusion(RecordPart, frozen=True, kw_only=True):
    """One row: a named protocol, or a regimen with the reason it was chosen.

    Parameters
    ----------
    id : how the row is called, as ``10h``
    label : how it is shown
    hours : hours under infusion in the whole course
    protocol : id of a named protocol
    regimen, reason : in the regimen grammar, where no protocol has this length
    """

    id: str
    label: str
    hours: float
    protocol: str | None = None
    regimen: str | None = None
    reason: str | None = None


class DurationTable(Record, frozen=True, kw_only=True):
    """What the duration table is made for.

    Parameters
    ----------
    weight, pain : of the person in the table, kg and 0 to 10
    patient_reason : why these
    least_studies : studies of an infusion that a condition needs to have a table of its own
    rows : shortest first
    """

    weight: float
    pain: float
    patient_reason: str
    least_studies: int
    rows: tuple[Infusion, ...]

    def _faults(self) -> Iterator[str]:
        ids = [row.id for row in self.rows]
        if len(set(ids)) != len(ids):
            yield "two rows have the same id"
        if [row.hours for row in self.rows] != sorted(row.hours for row in self.rows):
            yield "its rows are not in the order of their hours"
        for row in self.rows:
            if (row.protocol is None) == (row.regimen is None):
                yield f"the row {row.id!r} needs a protocol or a regimen, and only one of them"
            elif row.regimen is not None:
                yield from _regimen_faults(row, row.regimen)


def _regimen_faults(row: Infusion, regimen: str) -> Iterator[str]:
    if not row.reason:
        yield f"the row {row.id!r} has a regimen of its own; the reason for it is missing"
    if mistake := regimen_mistake(regimen):
        yield f"the row {row.id!r}: {mistake}"
    elif abs(Regimen.parse(regimen).infusion_hours - row.hours) > 0.01 * row.hours:
        planned = Regimen.parse(regimen).infusion_hours
        yield f"the row {row.id!r} has {row.hours:g} hours, its regimen {planned:g}"
