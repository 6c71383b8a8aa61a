"""Data sets in NONMEM's format: read, checked, turned into event tables, and written.

One row is one event. The columns understood are ``ID TIME AMT RATE DUR EVID MDV CMT II ADDL SS DV`` and the covariates
that the caller names; ID, TIME and AMT must be there. ``TIME``, ``DUR`` and ``II`` are hours, ``AMT`` mg, ``RATE``
mg/h; a missing value is ``.`` or an empty cell. What events mean is said in :mod:`reprieve.pkpd.events`.
"""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from reprieve.datasets.delimited import Place, Row, rows
from reprieve.datasets.nonmem_record import COLUMNS, DoseParameters, NonmemRecord, record_from_row
from reprieve.errors import FileError, InputError
from reprieve.pkpd.events import EventTable
from reprieve.pkpd.steps import Steps

_NEEDED = ("ID", "TIME", "AMT")
_DATES = {"DATE", "DAT1", "DAT2", "DAT3"}


@dataclass(frozen=True)
class NonmemData:
    """A data set.

    Parameters
    ----------
    records : in the order of the file; those of one subject stand together
    covariates : names of the covariate columns, in the order of each record's values
    dosing : lag, bioavailability, modelled rate and duration by compartment number, which the file cannot hold
    """

    records: tuple[NonmemRecord, ...]
    covariates: tuple[str, ...] = ()
    dosing: Mapping[int, DoseParameters] = field(default_factory=dict)

    @property
    def subjects(self) -> dict[str, tuple[NonmemRecord, ...]]:
        """Each subject's records by ID, in the order of the file."""
        found: dict[str, list[NonmemRecord]] = {}
        for record in self.records:
            found.setdefault(record.id, []).append(record)
        return {subject: tuple(records) for subject, records in found.items()}

    def event_tables(self) -> dict[str, EventTable]:
        """Each subject's event table by ID; one look for every record of EVID 0 or 2, in their order.

        Raises
        ------
        InputError
            Records built by hand cannot be meant; those read from a file have been checked.
        """
        return {
            subject: EventTable(tuple(record.event(self.dosing) for record in records))
            for subject, records in self.subjects.items()
        }

    def covariate_steps(self) -> dict[str, dict[str, Steps]]:
        """Each subject's covariates over time by ID and column: a value holds from its record until the next one.

        A missing value is the last one carried forward, also past the last record. At one time the last record counts.

        Raises
        ------
        InputError
            A subject has no value on its first record; none is made up.
        """
        return {
            subject: {
                name: _steps(subject, name, [(record.time_h, record.covariates[column]) for record in records])
                for column, name in enumerate(self.covariates)
            }
            for subject, records in self.subjects.items()
        }


def _steps(subject: str, name: str, recorded: Sequence[tuple[float, float | None]]) -> Steps:
    if recorded[0][1] is None:
        raise InputError(
            f"Subject {subject} has no {name} on its first record, at {recorded[0][0]:g} h; write it there. It holds "
            f"until another value is recorded."
        )
    values = {time: value for time, value in recorded if value is not None}
    return Steps(np.array(list(values)), np.array(list(values.values())))


def _check_columns(header: Sequence[str], covariates: Sequence[str], ignored: Sequence[str], file: str) -> None:
    for name in header:
        if name in COLUMNS or name in covariates or name in ignored:
            continue
        at = Place(file, 1, name)
        if name in _DATES:
            raise at.refuse("dates are not read; write TIME in hours since the subject's first record")
        near = difflib.get_close_matches(name.upper(), [*COLUMNS, *covariates], n=1, cutoff=0.6)
        hint = f"write it {near[0]} if that is meant" if near else "name it as a covariate if it is one"
        raise at.refuse(f"the name is not one of {' '.join(COLUMNS)}; {hint}, or remove the column")
    for name in (*_NEEDED, *covariates):
        if name not in header:
            raise Place(file, 1, name).refuse("the column is missing; add it to the header and to every line")


def _check_order(row: Row, record: NonmemRecord, before: NonmemRecord | None, last_line_of: dict[str, int]) -> None:
    if before is None or record.id != before.id:
        if record.id in last_line_of:
            raise row.at("ID").refuse(
                f"subject {record.id} was on line {last_line_of[record.id]} already, with another between; "
                f"put all its lines together"
            )
    elif record.time_h < before.time_h:
        also = ", also after a reset" if record.evid in {3, 4} else ""
        raise row.at("TIME").refuse(
            f"{record.time_h:g} h comes after {before.time_h:g} h in subject {record.id}; "
            f"put the lines in time order and let time go on{also}"
        )


def parse_nonmem(
    content: str | bytes,
    file: str = "data",
    *,
    covariates: Sequence[str] = (),
    ignored: Sequence[str] = (),
    n_compartments: int | None = None,
    dosing: Mapping[int, DoseParameters] | None = None,
) -> NonmemData:
    """Read a data set from its text.

    Parameters
    ----------
    content : the whole file
    file : what to call it in error sentences
    covariates : names of columns to keep as covariates; columns that are neither these nor known are refused
    ignored : names of columns that may be there and are not read
    n_compartments : compartments of the model, so that a CMT beyond them is found here
    dosing : lag, bioavailability and modelled rate or duration by compartment number (1 is the first)

    Raises
    ------
    FileError
        One sentence with file, line, column and remedy, for the first thing that is wrong.
    """
    header, lines = rows(content.encode() if isinstance(content, str) else content, file)
    _check_columns(header, covariates, ignored, file)
    parameters = dict(dosing or {})
    records: list[NonmemRecord] = []
    last_line_of: dict[str, int] = {}
    for row in lines:
        record = record_from_row(row, covariates, n_compartments, parameters)
        _check_order(row, record, records[-1] if records else None, last_line_of)
        records.append(record)
        last_line_of[record.id] = row.line
    if not records:
        raise Place(file, 2, "ID").refuse("there is no line after the header; add the records")
    return NonmemData(tuple(records), tuple(covariates), parameters)


def read_nonmem(
    path: str | Path,
    *,
    covariates: Sequence[str] = (),
    ignored: Sequence[str] = (),
    n_compartments: int | None = None,
    dosing: Mapping[int, DoseParameters] | None = None,
) -> NonmemData:
    """Read a data set from a file; parameters and errors are those of :func:`parse_nonmem`."""
    path = Path(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileError(f"{path} cannot be read ({error.strerror}); check the name and that it is a file.") from None
    return parse_nonmem(
        content, path.name, covariates=covariates, ignored=ignored, n_compartments=n_compartments, dosing=dosing
    )


def _written(value: float | None) -> str:
    return "." if value is None else repr(float(value)).removesuffix(".0")


def format_nonmem(data: NonmemData) -> str:
    """The text of a data set: all columns, numbers exact; read with the same arguments it is equal to ``data``.

    Raises
    ------
    FileError
        An ID could not be read back: it is empty, ``.``, or has a line break or space around it.
    """
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow([*COLUMNS, *data.covariates])
    for record in data.records:
        if record.id in {"", "."} or record.id != record.id.strip() or set(record.id) & set("\r\n\0"):
            raise FileError(
                f"The subject ID {record.id!r} cannot be written; use one line of text without outer space."
            )
        numbers = (
            record.time_h, record.amount, record.rate, record.duration_h, record.evid, record.mdv,
            record.compartment, record.interval_h, record.additional, record.steady_state, record.dv,
        )  # fmt: skip
        out.writerow([record.id, *map(_written, (*numbers, *record.covariates))])
    return text.getvalue()


def write_nonmem(data: NonmemData, path: str | Path) -> None:
    """Write a data set to a file as UTF-8; see :func:`format_nonmem`."""
    Path(path).write_text(format_nonmem(data), encoding="utf-8", newline="")
