"""What was seen in a source: published things without what rests on memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec

from reprieve.evidence.records.arm import Arm

T = TypeVar("T")

#: Said in place of a text that rests on memory.
LEFT_OUT = "left out: never seen in a source"
#: Statuses of what was not seen in a source.
UNVERIFIED = ("recalled", "assumed")
#: Fields of an arm by the word that a caveat names them with.
_BY_CAVEAT = {"n:": ("n",), "dose": ("dose",), "rate": ("dose",), "hours": ("infusion_hours",)}


def rests_on_memory(text: object) -> bool:
    """Whether a text says that something in it is recalled."""
    return isinstance(text, str) and "recalled" in text.lower()


def verified(told: T) -> T:
    """A record, or a tuple of its parts, without what was never seen in a source.

    A part of such a status is dropped from its tuple, and a text that says it is recalled is replaced by a sentence.
    A regimen or dose is dropped with the reason or caveat that says so.
    """
    seen: T = _verified(told)
    return seen


def _verified(told: Any) -> Any:
    if isinstance(told, tuple):
        return tuple(_verified(one) for one in told if not _unverified_part(one))
    if not isinstance(told, msgspec.Struct):
        return LEFT_OUT if rests_on_memory(told) else told
    kept = {name: _verified(getattr(told, name)) for name in told.__struct_fields__ if name != "status"}
    doubted = dict.fromkeys(_doubted(told)) if isinstance(told, Arm) else {}
    return msgspec.structs.replace(told, **kept | doubted)


def _unverified_part(one: object) -> bool:
    """An arm stays, without what was not seen of it; anything else of that status goes."""
    return getattr(one, "status", None) in UNVERIFIED and not isinstance(one, Arm)


def _doubted(arm: Arm) -> Iterator[str]:
    """The fields of an arm that rest on memory as a whole."""
    if arm.status in UNVERIFIED:
        yield from ("n", "dose", "regimen", "regimen_status", "infusion_hours")
    if rests_on_memory(arm.regimen_reason):
        yield from ("regimen", "regimen_status")
    for said in (arm.caveat or "").split("; "):
        for word, fields in _BY_CAVEAT.items():
            if said.startswith(word) and rests_on_memory(said):
                yield from fields
