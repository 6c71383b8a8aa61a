"""What every record has: an id, its own checks, and where each number was seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from reprieve.errors import EvidenceError

#: ``seen``: read in the named source. ``derived``: computed from seen numbers, the reason says how.
#: ``recalled``: from memory, not verified; shown as unverified everywhere. ``assumed``: chosen, the reason says why.
Status = Literal["seen", "derived", "recalled", "assumed"]


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A published thing, one per file; the file is named after ``id``."""

    id: str

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id}>"

    def check(self) -> None:
        """Refuse a record that contradicts itself, with one sentence.

        Raises
        ------
        EvidenceError
            Naming the field and what would be right.
        """
        for sentence in self._faults():
            self.fail(sentence)

    def _faults(self) -> Iterator[str]:
        """What contradicts itself, one sentence each without its full stop; a kind of record adds its own."""
        return iter(())

    def fail(self, sentence: str) -> None:
        """Refuse this record with one sentence that names it."""
        raise EvidenceError(f"{self.id}: {sentence}.")


class RecordPart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a record: no id of its own."""
