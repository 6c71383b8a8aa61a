"""What every answer shares: its text of help on each field, plain data, and JSON that is the same each time."""

from __future__ import annotations

import json
from typing import Any

import msgspec


def field(description: str, **limits: Any) -> msgspec.Meta:
    """What a field says, for its schema; ``limits`` are those of :class:`msgspec.Meta`."""
    return msgspec.Meta(description=description, **limits)


class Answer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A typed answer: terminal, page, document and JSON read its fields."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data: mappings, lists, text and numbers."""
        found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(self))
        return found

    def to_json(self) -> str:
        """Indented JSON, letters as they are; the same answer gives the same bytes."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
