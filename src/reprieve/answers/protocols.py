"""The answer to which regimens have a name."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from reprieve.answers.field import Answer, field
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.condition import ConditionId
from reprieve.evidence.records.protocol import Protocol


class NamedProtocol(Answer, frozen=True, kw_only=True):
    """A regimen that has a name: printed in a study, put together from one, or offered to the public."""

    id: Annotated[str, field("Its name.")]
    title: Annotated[str, field("One line for a list.")]
    regimen: Annotated[str, field("In the regimen grammar.")]
    regimen_status: Annotated[
        Literal["published", "approximated", "advertised"],
        field("Whether it is printed, put together from what is printed, or has no trial behind it."),
    ]
    condition: Annotated[ConditionId | None, field("Condition it was studied in; null where not in pain.")]
    setting: Annotated[Literal["inpatient", "outpatient", "home"], field("Where it is given.")]
    weight_basis: Annotated[
        Literal["per_kg", "per_70_kg", "fixed"],
        field("Whether doses follow weight, are printed for 70 kg, or are the same for everybody."),
    ]
    sources: Annotated[tuple[str, ...], field("Keys of the bibliography.")]
    notes: Annotated[str, field("What to know before choosing it.")]
    reason: Annotated[str | None, field("What was approximated, or who advertises it.")]
    most_mg_per_h: Annotated[float | None, field("Cap on the rate printed with doses per kg, mg/h.")]


class ProtocolsAnswer(Answer, frozen=True, kw_only=True):
    """Named protocols with their sources."""

    protocols: Annotated[tuple[NamedProtocol, ...], field("By id.")]


def protocols_answer(evidence: Evidence, protocol_id: str | None = None) -> ProtocolsAnswer:
    """All named protocols, or one.

    Raises
    ------
    UnknownName
        No protocol has this name; the nearest are named.
    """
    ids = (protocol_id.strip().lower(),) if protocol_id else evidence.ids(Protocol)
    found = (msgspec.structs.asdict(evidence.record(Protocol, name)) for name in ids)
    return ProtocolsAnswer(protocols=tuple(NamedProtocol(**known) for known in found))
