"""Slow results of a validation run, kept in build/validation: an interrupted run goes on where it stopped.

A result is a file, named by what it is and a key: a hash of the evidence fingerprint, of the sources and versions that
it was made with, and of everything it was made from. Whatever changes, the old file is not found, and the result is
made anew. Equal work of two stages is done once. Delete the folder to begin from nothing.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np

HOME = Path(__file__).parents[1]
FOLDER = HOME / "build" / "validation"
VERSIONS = {name: version(name) for name in ("numpyro", "jax", "numpy", "arviz-stats")}
_T = TypeVar("_T")


def sources(*packages: str) -> dict[str, bytes]:
    """The Python files of packages of ``reprieve``, name to content."""
    home = HOME / "src" / "reprieve"
    found = sorted(path for package in packages for path in (home / package).rglob("*.py"))
    return {path.relative_to(home).as_posix(): path.read_bytes() for path in found}


class Kept:
    """Results in a folder.

    Parameters
    ----------
    folder : made when there is something to keep
    basis : what all results rest on besides their own arguments: fingerprint of the evidence, sources, versions
    """

    def __init__(self, folder: Path, *basis: Any) -> None:
        self._folder, self._basis = folder, key(basis)
        #: How many results were there already.
        self.reused = 0

    def of(self, what: str, arguments: Any, made: Callable[[], _T]) -> _T:
        """The result that is kept of these arguments, or the one that is now made of them and kept."""
        (found,) = self.each(what, [arguments], lambda _, ended: ended(0, made()))
        return found  # type: ignore[no-any-return]

    def each(
        self, what: str, arguments: Sequence[Any], run: Callable[[list[Any], Callable[[int, Any], None]], object]
    ) -> list[Any]:
        """The results of several arguments in their order, each kept as it ends.

        Parameters
        ----------
        run : makes those of the arguments that have none, and calls its second argument with the position among these
            and the result of each as it ends
        """
        paths = [self._folder / f"{what}-{key((self._basis, what, each))}.pickle" for each in arguments]
        found = {i: pickle.loads(path.read_bytes()) for i, path in enumerate(paths) if path.exists()}
        self.reused += len(found)
        left = [i for i in range(len(paths)) if i not in found]

        def ended(position: int, result: Any) -> None:
            found[left[position]] = result
            _write(paths[left[position]], result)

        if left:
            run([arguments[i] for i in left], ended)
        return [found[i] for i in range(len(paths))]


def _write(path: Path, result: Any) -> None:
    """All of it or nothing: written beside its place, then moved there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            pickle.dump(result, file)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def key(value: Any) -> str:
    """24 hex digits that two values share only if they are equal, arrays to the last bit.

    Raises
    ------
    TypeError
        The value holds something whose equality cannot be told.
    """
    digest = hashlib.sha256()
    for part in _parts(value):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()[:24]


def _parts(value: Any) -> Iterator[bytes]:
    yield type(value).__qualname__.encode()
    if isinstance(value, (np.ndarray, np.generic)) and not value.dtype.hasobject:
        yield from (f"{value.dtype.str} {value.shape}".encode(), value.tobytes())
    elif isinstance(value, msgspec.Struct):
        yield msgspec.json.encode(value)
    elif is_dataclass(value) and not isinstance(value, type):
        yield from _parts({field.name: getattr(value, field.name) for field in fields(value)})
    elif isinstance(value, Mapping):
        yield from _parts(list(value.items()))
    elif isinstance(value, (tuple, list)):
        yield str(len(value)).encode()
        for each in value:
            yield from _parts(each)
    elif value is None or isinstance(value, (str, bytes, int, float, range)):
        yield repr(value).encode()
    else:
        raise TypeError(f"no key is made of a {type(value).__qualname__}")


@contextmanager
def timed(stage: str) -> Iterator[None]:
    """Say how long a stage took, also where it was interrupted."""
    began, ended = time.monotonic(), "was interrupted after"
    try:
        yield
        ended = "took"
    finally:
        print(f"{stage} {ended} {said(time.monotonic() - began)}", flush=True)


def said(seconds: float) -> str:
    """A time that something took: ``8 s``, ``12 min``, ``2 h 5 min``."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def packaged(fingerprint: str, packages: Iterable[str] = ("inference", "relief")) -> Kept:
    """What is kept of this checkout, by a fingerprint of the evidence and the packages that make it."""
    return Kept(FOLDER, fingerprint, sources(*packages), VERSIONS)
