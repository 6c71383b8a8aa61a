"""A population as a table in a file: a row for each subject and time, whole or not there at all.

A file is written under a name of its own and takes its place when it is complete, so nothing that was stopped can be
taken for a result.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TextIO

import numpy as np
from numpy.typing import NDArray

from reprieve.errors import FileError, InputError
from reprieve.evidence.records.covariate import KNOWN_COVARIATES
from reprieve.exposure.population.quantiles import StreamedQuantiles
from reprieve.exposure.population.simulation import Chunk, Population

_SUFFIXES = (".csv", ".parquet")
#: Column and its values.
Columns = dict[str, NDArray[np.generic]]


class Writer(Protocol):
    """What takes the columns of one chunk after the other."""

    def write(self, columns: Columns) -> None:
        """Add the rows of one chunk."""

    def close(self) -> None:
        """Finish the file."""


def units(population: Population) -> dict[str, str]:
    """Every column with its unit; empty where it has none."""
    covariates = {_covariate(name): KNOWN_COVARIATES[name] or "" for name in population.described.differing}
    return {"subject": "", "time_h": "h"} | covariates | {_column(name): "ng/mL" for name in population.analytes}


def write_table(
    population: Population, path: Path, *, force: bool = False, done: Callable[[int], None] = lambda _: None
) -> StreamedQuantiles:
    """Simulate a population into a file.

    Parameters
    ----------
    population : who and what
    path : ends in .csv (with a .json beside it that says what the columns are) or .parquet (which says so itself)
    force : replace a file that is there
    done : told after each chunk how many subjects are done

    Returns
    -------
    StreamedQuantiles
        of the concentrations that were written

    Raises
    ------
    InputError
        The ending is neither, the file is there, or Parquet is asked for where it is not installed.
    FileError
        The file cannot be written.
    """
    about = {"columns": units(population), **population.provenance()}
    seen = StreamedQuantiles(len(population.times_h), len(population.analytes))
    with whole_file(path, about, force=force) as writer:
        for chunk in population.chunks():
            writer.write(_columns(population, chunk))
            seen.add(chunk.values)
            done(chunk.first + len(chunk.values))
    return seen


def quantiles_of(population: Population, *, done: Callable[[int], None] = lambda _: None) -> StreamedQuantiles:
    """Quantiles of the concentrations of a population that is kept nowhere; ``done`` as in :func:`write_table`."""
    seen = StreamedQuantiles(len(population.times_h), len(population.analytes))
    for chunk in population.chunks():
        seen.add(chunk.values)
        done(chunk.first + len(chunk.values))
    return seen


def _column(analyte: str) -> str:
    return f"{analyte}_ng_per_mL"


def _covariate(name: str) -> str:
    return f"{name}_{unit}" if (unit := KNOWN_COVARIATES[name]) else name


def _description(path: Path) -> Path:
    return path.with_name(path.name + ".json")


def _columns(population: Population, chunk: Chunk) -> Columns:
    n_subjects, n_times, _ = chunk.values.shape
    found: Columns = {
        "subject": np.repeat(np.arange(chunk.first + 1, chunk.first + 1 + n_subjects), n_times),
        "time_h": np.tile(population.times_h, n_subjects),
    }
    found |= {_covariate(name): np.repeat(values, n_times) for name, values in chunk.covariates.items()}
    for place, name in enumerate(population.analytes):
        found[_column(name)] = chunk.values[:, :, place].ravel().astype(np.float32)
    return found


@contextmanager
def whole_file(path: Path, about: Mapping[str, object], *, force: bool = False) -> Iterator[Writer]:
    """A file to write columns to, which is there when all of it is written and not before.

    Parameters
    ----------
    path : ends in .csv (with a .json beside it that says what the columns are) or .parquet (which says so itself)
    about : its ``columns`` with their units, and everything else that is to be known of it
    force : replace a file that is there

    Raises
    ------
    InputError
        The ending is neither, the file is there, or Parquet is asked for where it is not installed.
    FileError
        The file cannot be written.
    """
    writer_of = _writer(path)
    beside = [path] if path.suffix == ".parquet" else [path, _description(path)]
    for there in beside:
        if there.exists() and not force:
            raise InputError(f"{there} is already there. Choose another name, or ask that it be replaced.")
    with _whole_or_not(beside) as unfinished:
        writer = writer_of(unfinished[0], dict(about))
        try:
            yield writer
        finally:
            writer.close()
        for file in unfinished[1:]:
            file.write_text(json.dumps(about, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


@contextmanager
def _whole_or_not(paths: Sequence[Path]) -> Iterator[list[Path]]:
    """Names to write under; they become the real ones when all went well, and are removed otherwise."""
    unfinished = [path.with_name(f".{path.name}.{os.getpid()}.unfinished") for path in paths]
    try:
        yield unfinished
        for file, path in zip(unfinished, paths, strict=True):
            file.replace(path)
    except OSError as error:
        raise FileError(f"{paths[0]} cannot be written: {error.strerror}.") from None
    finally:
        for file in unfinished:
            file.unlink(missing_ok=True)


def _writer(path: Path) -> Callable[[Path, dict[str, object]], Writer]:
    if path.suffix not in _SUFFIXES:
        raise InputError(f"The file is called {path.name!r}; its name must end in .csv or .parquet.")
    if not path.parent.is_dir():
        raise InputError(f"The folder {str(path.parent)!r} is not there; make it first.")
    if path.suffix == ".csv":
        return CsvWriter
    if importlib.util.find_spec("pyarrow") is None:
        raise InputError(
            "Writing Parquet needs pyarrow, which is not installed. Run: pip install 'reprieve[parquet]'. Or write a "
            "file that ends in .csv."
        )
    parquet: Callable[[Path, dict[str, object]], Writer] = importlib.import_module(
        "reprieve.exposure.population.parquet"
    ).ParquetWriter
    return parquet


def csv_lines(columns: Columns) -> Iterator[str]:
    """One line for each row: numbers with seven digits, an empty cell where there is none, text quoted if need be."""
    row = ",".join(_FORMAT[values.dtype.kind] for values in columns.values()) + "\n"
    if any(
        values.dtype.kind == "U" or (values.dtype.kind == "f" and np.isnan(values).any()) for values in columns.values()
    ):
        row = ",".join("%s" for _ in columns) + "\n"
        columns = {name: np.array([_cell(value) for value in values.tolist()]) for name, values in columns.items()}
    return (row % values for values in zip(*(c.tolist() for c in columns.values()), strict=True))


def _cell(value: object) -> str:
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"' if set(value) & set(',"') else value
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.7g}"
    return str(value)


class CsvWriter:
    """Comma-separated rows; concentrations with seven digits.

    Parameters
    ----------
    path : where to
    about : its ``columns`` and everything else, which a file of its own says
    """

    def __init__(self, path: Path, about: dict[str, object]) -> None:
        self._file: TextIO = path.open("w", encoding="utf-8", newline="")
        self._file.write(",".join(about["columns"]) + "\n")  # type: ignore[arg-type]

    def write(self, columns: Columns) -> None:
        """Add the rows of one chunk."""
        self._file.writelines(csv_lines(columns))

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


_FORMAT = {"i": "%d", "f": "%.7g", "U": "%s"}
