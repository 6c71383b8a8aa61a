"""The words of a regimen text, with their places, and a cursor that reads them one after another."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import NoReturn

from reprieve.errors import RegimenError

#: Shown with every refusal, so that there is something to start from.
EXAMPLE = "racemic iv 0.35 mg/kg/h for 4 h every 24 h x 10"

#: Shown where a second form or route is meant.
TWO_PARTS = "racemic iv 10 mg/h for 48 h and racemic oral 40 mg every 8 h for 14 d from day 2"

_LONGEST_SHOWN = 40
# Blanks around a slash belong to the unit: "mg / kg / h".
_CHUNK = re.compile(r"[^\s/]+(?:\s*/\s*[^\s/]+)*|/")
_NUMBER_THEN_UNIT = re.compile(r"([-+]?(?:\d[\d.,]*|\.\d+)(?:[eE][-+]?\d+)?)((?![eE][-+]?\d)[^\d.,].*)")
_TIMES_NUMBER = re.compile(r"([xX×])([-+.]?\d.*)")
_NUMERIC = re.compile(r"[-+]?[.,]?\d.*|[-+]?(nan|inf|infinity)")


@dataclass(frozen=True)
class Word:
    """One word in lower case and the character (from 1) at which it starts; empty at the end of the text."""

    text: str
    at: int

    @property
    def is_numeric(self) -> bool:
        """Whether it stands where a number was meant: it starts with a digit or a sign, or is NaN or inf."""
        return _NUMERIC.fullmatch(self.text) is not None

    def __str__(self) -> str:
        if not self.text:
            return "the end of the text"
        shown = self.text if len(self.text) <= _LONGEST_SHOWN else self.text[:_LONGEST_SHOWN] + "..."
        return f"{shown!r} at character {self.at}"


def split_words(text: str) -> tuple[Word, ...]:
    """Split a text into words: ``"4h x10"`` is ``4``, ``h``, ``x``, ``10``; final commas are dropped."""
    words: list[Word] = []
    for chunk in _CHUNK.finditer(text):
        at = chunk.start() + 1
        whole = re.sub(r"\s", "", chunk[0])
        whole = whole.rstrip(",;") or whole
        glued = _NUMBER_THEN_UNIT.fullmatch(whole) or _TIMES_NUMBER.fullmatch(whole)
        parts = glued.groups() if glued else (whole,)
        for part in parts:
            words.append(Word(part.lower().replace("×", "x"), at))
            at += len(part)
    return tuple(words)


class Cursor:
    """Reads the words of one text in order.

    Parameters
    ----------
    text : the regimen as given
    """

    def __init__(self, text: str) -> None:
        self._words = split_words(text)
        self._next = 0
        self._end = Word("", len(text) + 1)

    def peek(self) -> Word:
        """The next word, left in place."""
        return self._words[self._next] if self._next < len(self._words) else self._end

    def take(self) -> Word:
        """The next word."""
        word = self.peek()
        self._next += 1
        return word

    def accept(self, phrase: str) -> bool:
        """Take the words of a phrase if they come next."""
        wanted = phrase.split()
        found = [word.text for word in self._words[self._next : self._next + len(wanted)]]
        if found != wanted:
            return False
        self._next += len(wanted)
        return True

    def fail(self, expected: str, keywords: tuple[str, ...] = ()) -> NoReturn:
        """Refuse the next word; names it, its place, a near keyword and what could stand there."""
        word = self.peek()
        if not word.text:
            raise RegimenError(f"The text ends where {expected} should stand. A valid regimen: '{EXAMPLE}'.")
        near = difflib.get_close_matches(word.text, keywords, n=1, cutoff=0.6)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        raise RegimenError(f"Cannot read {word}{hint}; expected {expected}. A valid regimen: '{EXAMPLE}'.")
