"""What is wrong with a record, as sentences: the one every part of a record needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def unknown(what: str, names: Iterable[str], known: Iterable[str], where: str) -> Iterator[str]:
    """A sentence for each name that is not known, with those that are."""
    known = tuple(known)
    for name in names:
        if name not in known:
            yield f"{where} names the {what} {name!r}; known are {', '.join(known)}"
