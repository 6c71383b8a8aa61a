"""What can go wrong, and who can mend it.

::

    ReprieveError
    ├── InputError          the user's input
    │   ├── UnitError       a number without, or with the wrong, unit
    │   ├── RegimenError    a regimen that cannot be read or cannot be meant
    │   ├── MissingDatum    a clinical datum the answer needs was not given
    │   ├── UnknownName     a condition, route, form, model ... we do not have
    │   └── FileError       a file that cannot be read as what it should be
    ├── OutsideEvidence     understood, but nothing published can answer it
    └── EvidenceError       a record shipped with Reprieve is wrong: our bug

Every message says what was given, what is allowed, and what to change, in words that fit a program, a page and a
terminal alike.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class ReprieveError(Exception):
    """Base of every error Reprieve raises on purpose."""


class InputError(ReprieveError, ValueError):
    """The user's input cannot be used as it is."""


class UnitError(InputError):
    """A number without a unit, or with a unit that cannot be meant."""


class RegimenError(InputError):
    """A regimen that cannot be read, or cannot be meant."""


class MissingDatum(InputError):
    """A clinical datum is needed and was not given; there is no silent default."""


class FileError(InputError):
    """A file is missing, unreadable or not what it should be."""


class UnknownName(InputError):
    """A name that is not known, with the nearest known ones."""

    def __init__(self, kind: str, given: str, known: Iterable[str], *, listed: bool = True) -> None:
        """``listed`` is False where the known names are too many for a sentence."""
        names = sorted(set(known))
        near = difflib.get_close_matches(given.lower(), names, n=3, cutoff=0.5)
        hint = f"Did you mean {' or '.join(map(repr, near))}? " if near else ""
        where = f"Known: {', '.join(names)}" if listed else f"There are {len(names)}"
        super().__init__(f"Unknown {kind} {given!r}. {hint}{where}.")
        self.kind = kind


class OutsideEvidence(ReprieveError):
    """The question is clear, but nothing published lets us answer it."""


class EvidenceError(ReprieveError):
    """A record shipped with Reprieve contradicts itself; this is our bug."""
