"""A named regimen with its source."""

from __future__ import annotations

from typing import Literal

from reprieve.errors import InputError
from reprieve.evidence.records.condition import ConditionId
from reprieve.evidence.records.record import Record
from reprieve.regimen import Regimen


def regimen_mistake(text: str) -> str | None:
    """Why a regimen cannot stand in a record, or None: it must parse, and be in the house spelling."""
    try:
        spelled = str(Regimen.parse(text))
    except InputError as error:
        return f"its regimen {text!r} cannot be read: {error}"
    if spelled != text:
        return f"its regimen {text!r} is not in the house spelling; write {spelled!r}"
    return None


class Protocol(Record, frozen=True, kw_only=True):
    """A regimen that has a name: printed in a study, put together from one, or offered to the public.

    Parameters
    ----------
    title : one line for a list
    regimen : the course in the regimen grammar
    regimen_status : ``published`` as printed for everybody; ``approximated`` where doses were titrated,
        averaged or partly recalled; ``advertised`` where no trial stands behind it
    reason : what was approximated, or who advertises it; needed unless published
    condition : the condition it was studied in; None where it was not studied in pain
    setting : where it is given
    weight_basis : ``per_kg`` doses follow weight; ``per_70_kg`` doses are printed for 70 kg and followed
        weight in the study; ``fixed`` doses are the same for everybody
    most_mg_per_h : cap on the rate printed with doses per kg; None where none is
    sources : keys of the bibliography
    notes : what a user should know before choosing it
    """

    title: str
    regimen: str
    regimen_status: Literal["published", "approximated", "advertised"]
    condition: ConditionId | None
    setting: Literal["inpatient", "outpatient", "home"]
    weight_basis: Literal["per_kg", "per_70_kg", "fixed"]
    sources: tuple[str, ...]
    notes: str
    reason: str | None = None
    most_mg_per_h: float | None = None

    def __repr__(self) -> str:
        return f"<Protocol {self.id}: {self.regimen}>"

    def check(self) -> None:
        """The regimen is in the house spelling and agrees with the weight basis; a status has its reason."""
        if mistake := regimen_mistake(self.regimen):
            self.fail(mistake)
        if self.regimen_status != "published" and not self.reason:
            self.fail(f"its regimen is {self.regimen_status}; the reason is missing")
        if Regimen.parse(self.regimen).needs_weight != (self.weight_basis == "per_kg"):
            self.fail(f"the weight basis is {self.weight_basis}, but the regimen reads {self.regimen!r}")
        if not self.sources:
            self.fail("it names no source")
