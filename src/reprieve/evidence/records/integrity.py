"""A sign that a study's numbers may not be what they seem, kept beside its record and not inside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from reprieve.evidence.records.record import Record, Status


class Integrity(Record, frozen=True, kw_only=True):
    """One signal about one or more studies. It accuses nobody: printing errors look the same.

    Parameters
    ----------
    signal : what kind of sign it is
    studies : whose numbers it is about; each of them is flagged
    what : what was found, in one or two sentences
    consequence : what a fit should do about it
    """

    signal: Literal["identical numbers", "numbers that disagree", "stopped early", "sources that disagree"]
    studies: tuple[str, ...]
    what: str
    consequence: str
    status: Status

    def _faults(self) -> Iterator[str]:
        if not self.studies:
            yield "it names no study; name those whose numbers it is about"
        if len(set(self.studies)) != len(self.studies):
            yield "it names a study twice; name it once"
        for name, sentence in (("what", self.what), ("consequence", self.consequence)):
            if not sentence.endswith("."):
                yield f"{name} is no sentence; end it with a full stop"
