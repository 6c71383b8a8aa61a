"""What comes with Reprieve, by name."""

from __future__ import annotations

from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.condition import Condition
from reprieve.evidence.records.protocol import Protocol


def protocol(protocol_id: str) -> Protocol:
    """A named regimen by its id.

    Raises
    ------
    UnknownName
        No protocol has this id; the nearest ones are named.
    """
    return Evidence.packaged().record(Protocol, protocol_id)


def protocol_ids() -> tuple[str, ...]:
    """The ids of all named regimens."""
    return Evidence.packaged().ids(Protocol)


def condition_ids() -> tuple[str, ...]:
    """The ids of all conditions."""
    return Evidence.packaged().ids(Condition)
