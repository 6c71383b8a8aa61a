"""The folder of one study: ``study.yaml``, and ``outcomes.csv`` with a row per printed number."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from reprieve import strict_yaml
from reprieve.errors import EvidenceError, FileError
from reprieve.evidence.records.column import Column
from reprieve.evidence.records.study import Role, Study

_STUDY, _OUTCOMES = "study.yaml", "outcomes.csv"
#: Fields that make a study something else than evidence, as they stand at the beginning of a line.
_OTHER_ROLES: dict[str, Role] = {"withheld": "withheld", "duplicate_of": "duplicate", "background": "background"}


def study_ids(root: Path) -> tuple[str, ...]:
    """The ids of all studies under a folder, sorted."""
    return tuple(sorted(path.parent.name for path in root.glob(f"*/{_STUDY}")))


def role_of(folder: Path) -> Role:
    """What a study is good for, without reading it as YAML, which takes a hundred times as long."""
    text = (folder / _STUDY).read_text(encoding="utf-8")
    return next((role for field, role in _OTHER_ROLES.items() if f"\n{field}: " in text), "evidence")


def read_columns(path: Path) -> tuple[Column, ...]:
    """The column dictionary of the outcome tables.

    Raises
    ------
    EvidenceError
        It is no such dictionary; the sentence names the field.
    """
    try:
        found = msgspec.convert(strict_yaml.load(path), tuple[Column, ...], strict=True)
    except (FileError, msgspec.ValidationError) as error:
        raise EvidenceError(f"{path.name}: {error}") from None
    return found


def read_folder(folder: Path, columns: Sequence[Column], flags: Sequence[str] = ()) -> Study:
    """Read and check one study.

    Parameters
    ----------
    folder : named after the study
    columns : what its table of outcomes may hold
    flags : ids of the integrity records that name it

    Raises
    ------
    EvidenceError
        A file cannot be read, or the study contradicts itself; the sentence names file, line and field.
    """
    where = f"{folder.name}/{_STUDY}"
    table = folder / _OUTCOMES
    try:
        fields = strict_yaml.load(folder / _STUDY)
        if not isinstance(fields, dict):
            raise EvidenceError(f"{where}: it is no mapping; write fields, as in the other studies.")
        for name, home in (("outcomes", _OUTCOMES), ("flags", "the integrity folder")):
            if name in fields:
                raise EvidenceError(f"{where}: {name} are kept in {home}; move them there.")
        if fields.get("withheld") and table.exists():
            raise EvidenceError(
                f"{folder.name}/{_OUTCOMES}: the study is withheld for the exam of the forecast; remove its outcomes."
            )
        rows = list(_rows(table, columns)) if table.exists() else []
        study = msgspec.convert({**fields, "outcomes": rows, "flags": list(flags)}, Study, strict=True)
    except (FileError, msgspec.ValidationError) as error:
        raise EvidenceError(f"{where}: {error}") from None
    if study.id != folder.name:
        raise EvidenceError(f"{where}: its id is {study.id!r}; folder and id must agree.")
    study.check()
    return study


def _rows(path: Path, columns: Sequence[Column]) -> Iterator[dict[str, Any]]:
    """The rows of a table as the fields of outcomes; empty cells are left out."""
    where = f"{path.parent.name}/{path.name}"
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise EvidenceError(f"{where}: it is not UTF-8 text; save it as UTF-8.") from None
    names = [column.name for column in columns]
    lines = csv.reader(text.splitlines(), strict=True)
    header = next(lines, [])
    if header != names:
        wrong = next((name for name in header if name not in names), None)
        said = f"the column {wrong!r} is not known" if wrong else "a column is missing, twice there or out of order"
        raise EvidenceError(f"{where}, line 1: {said}; the columns are {', '.join(names)}.")
    try:
        for line, cells in enumerate(lines, 2):
            if len(cells) != len(columns):
                raise EvidenceError(
                    f"{where}, line {line}: it has {len(cells)} cells and the header {len(columns)} names; "
                    f"leave a cell empty where nothing was printed, and quote text with a comma."
                )
            yield {
                c.name: v
                for c, cell in zip(columns, cells, strict=True)
                if (v := _value(where, line, c, cell)) is not None
            }
    except csv.Error as error:
        raise EvidenceError(f"{where}, line {lines.line_num}: {error}; close every quotation mark.") from None


def _value(where: str, line: int, column: Column, cell: str) -> str | float | int | bool | None:
    try:
        return column.value(cell)
    except EvidenceError as error:
        raise EvidenceError(f"{where}, line {line}, column {column.name}: {error}.") from None
