"""The only code that opens the evidence files: one file, one checked record.

A folder per kind of record, a file per record, named after its id. Files are read when asked for and kept.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

import msgspec

from reprieve import strict_yaml
from reprieve.errors import EvidenceError, FileError, UnknownName
from reprieve.evidence.records.record import Record

_ROOT = Path(str(files("reprieve.evidence")))
_R = TypeVar("_R", bound=Record)


def record_ids(folder: str) -> tuple[str, ...]:
    """The ids of all records in one folder of the evidence, sorted."""
    return tuple(sorted(path.stem for path in (_ROOT / folder).glob("*.yaml")))


def read_record(kind: type[_R], path: Path) -> _R:
    """Read and check one record from a file.

    Raises
    ------
    EvidenceError
        The file is not a record of this kind, or contradicts itself; the sentence names the field.
    """
    try:
        record = msgspec.convert(strict_yaml.load(path), kind, strict=True)
    except (FileError, msgspec.ValidationError) as error:
        raise EvidenceError(f"{path.name}: {error}") from None
    if record.id != path.stem:
        raise EvidenceError(f"{path.name}: its id is {record.id!r}; file name and id must agree.")
    record.check()
    return record


@cache
def _packaged(kind: type[_R], folder: str, record_id: str, what: str) -> _R:
    if record_id not in record_ids(folder):
        raise UnknownName(what, record_id, record_ids(folder))
    return read_record(kind, _ROOT / folder / f"{record_id}.yaml")
