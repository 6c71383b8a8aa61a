"""Sampled concentrations of many subjects in a comma-separated table, each number with its unit.

One line is one sample. The columns read are ``id`` (or ``subject``), a time (``time_h`` or ``time_min``), a
concentration whose name ends in its unit (``concentration_ng_per_mL``), and optionally ``dose_mg`` and ``duration_h``.
Others are left aside. Inside: hours, mg, ng/mL.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reprieve.datasets.delimited import Place, Row, rows
from reprieve.errors import InputError, MissingDatum, UnitError
from reprieve.units import convert, dimension

_BELOW = re.compile(r"(?i)blq|bql|blloq|<\s*(lloq|loq|\d+(\.\d+)?)")
_ID = ("id", "subject")


@dataclass(frozen=True)
class Samples:
    """What was sampled of one subject after one dose.

    Parameters
    ----------
    subject : as the table calls it
    times_h : (n,) h after the dose, rising
    concentrations : (n,) ng/mL; 0 where the table says that it was below quantification
    dose_mg : mg
    duration_h : h of an infusion; 0 otherwise
    """

    subject: str
    times_h: tuple[float, ...]
    concentrations: tuple[float, ...]
    dose_mg: float
    duration_h: float


@dataclass(frozen=True)
class _Column:
    """A column of the file, by the name it has there, and the unit of its numbers."""

    name: str
    unit: str

    def house(self, value: float, to: str) -> float:
        return convert(value, self.unit, to)


@dataclass(frozen=True)
class _Sample:
    row: Row
    time_h: float
    concentration: float | None


def parse_samples(
    content: str | bytes,
    file: str = "data",
    *,
    column: str | None = None,
    unit: str | None = None,
    time_unit: str | None = None,
    dose_mg: float | None = None,
    duration_h: float | None = None,
) -> tuple[Samples, ...]:
    """Read a table of samples from its text.

    Parameters
    ----------
    content : the whole file
    file : what to call it in error sentences
    column : the column of concentrations, where there are several
    unit : of the concentrations, where the name of their column does not say it
    time_unit : of a column that is called ``time``
    dose_mg : mg that everybody was given; a column ``dose_mg`` when not given
    duration_h : h of everybody's infusion; a column ``duration_h``, or no infusion, when not given

    Returns
    -------
    tuple of Samples
        In the order in which the subjects first appear. A sample whose concentration is ``.`` is left out.

    Raises
    ------
    FileError
        A column is missing or has no unit, a cell is no number, a concentration is negative, or times of a subject do
        not rise; the sentence has file, line, column and remedy.
    InputError
        A dose or duration is given and has a column, too.
    MissingDatum
        Nobody says the dose.
    """
    header, lines = rows(content.encode() if isinstance(content, str) else content, file)
    subject = _subject_column(header, file)
    time = _with_unit(header, file, "time", "h", time_unit)
    read = _concentration_column(header, file, column, unit)
    dose = _given_once(header, file, "dose", "mg", dose_mg)
    duration = _given_once(header, file, "duration", "h", duration_h)
    if dose is None and dose_mg is None:
        raise MissingDatum("The dose is not given; add a column dose_mg to the table, or give one dose for everybody.")
    of: dict[str, list[_Sample]] = {}
    for row in lines:
        name = row.cells[subject]
        if not name:
            raise row.at(subject).refuse("the subject is missing; write its ID")
        before = of.setdefault(name, [])
        before.append(_Sample(row, _time(row, time, name, before), _concentration(row, read)))
    if not of:
        raise Place(file, 2, subject).refuse("there is no line after the header; add the samples")
    found = []
    for name, samples in of.items():
        times, concentrations = zip(*_measured(samples, read), strict=True)
        mg = _same(samples, dose, "mg") if dose else dose_mg or 0.0
        hours = _same(samples, duration, "h") if duration else duration_h or 0.0
        found.append(Samples(name, times, concentrations, mg, hours))
    return tuple(found)


def _subject_column(header: Sequence[str], file: str) -> str:
    found = [name for name in header if name.lower() in _ID]
    if len(found) != 1:
        fault = f"{' and '.join(found)} both name the subject; keep one" if found else _missing("id")
        raise Place(file, 1, found[0] if found else "id").refuse(fault)
    return found[0]


def _missing(name: str) -> str:
    return f"the column is missing; call the one that is meant {name}, or add it to the header and to every line"


def _unit_in(name: str) -> str | None:
    """The unit that a column name ends in: ``s_ketamine_ng_per_mL`` is in ng/mL."""
    for start in (match.start() + 1 for match in re.finditer("_", name)):
        spelled = name[start:].replace("_per_", "/")
        try:
            dimension(spelled)
        except UnitError:
            continue
        return spelled
    return None


def _with_unit(header: Sequence[str], file: str, word: str, house: str, said: str | None = None) -> _Column:
    """The column of a quantity, ``word`` or ``word_unit``; its unit from the name or from what was ``said``."""
    found = [name for name in header if name.lower() == word or name.lower().startswith(f"{word}_")]
    if len(found) != 1:
        fault = f"{' and '.join(found)} are both there; keep one" if found else _missing(f"{word}_{house}")
        raise Place(file, 1, found[0] if found else f"{word}_{house}").refuse(fault)
    return _column(found[0], file, house, said, f"{word}_{house}")


def _column(name: str, file: str, house: str, said: str | None, example: str) -> _Column:
    """A column with its unit, which must be said once and fit."""
    written = _unit_in(name)
    unit = written or said
    if unit is None:
        raise Place(file, 1, name).refuse(f"no unit is said; call the column {example}, if that is what it holds")
    if written and said and convert(1.0, written, house) != convert(1.0, said, house):
        raise Place(file, 1, name).refuse(f"the name says {written} and you say {said}; say the unit once")
    if dimension(unit) != dimension(house):
        raise Place(file, 1, name).refuse(
            f"{unit} is no unit of it; call the column {example}, and write it in {house}"
        )
    return _Column(name, unit)


def _concentration_column(header: Sequence[str], file: str, asked: str | None, said: str | None) -> _Column:
    if asked is not None and asked not in header:
        raise Place(file, 1, asked).refuse(f"the column is missing; there are {', '.join(header)}")
    found = [asked] if asked else [name for name in header if _is_concentration(name)]
    if len(found) > 1:
        raise Place(file, 1, found[0]).refuse(f"{' and '.join(found)} are concentrations; say which column is meant")
    if not found:
        raise Place(file, 1, "concentration_ng_per_mL").refuse(_missing("concentration_ng_per_mL"))
    return _column(found[0], file, "ng/mL", said, "concentration_ng_per_mL")


def _is_concentration(name: str) -> bool:
    unit = _unit_in(name)
    return name.lower() == "concentration" if unit is None else dimension(unit) == "concentration"


def _given_once(header: Sequence[str], file: str, word: str, house: str, value: float | None) -> _Column | None:
    """The column of a dose or duration, unless there is none."""
    if not any(name.lower() == word or name.lower().startswith(f"{word}_") for name in header):
        return None
    if value is not None:
        raise InputError(f"The {word} is given and {file} has a column of it, too; give one of them.")
    return _with_unit(header, file, word, house)


def _time(row: Row, column: _Column, subject: str, before: Sequence[_Sample]) -> float:
    number = row.number(column.name)
    if number is None:
        raise row.at(column.name).refuse("the sample has no time; write the time since the dose")
    time = column.house(number, "h")
    if time < 0:
        raise row.at(column.name).refuse(f"{number:g} precedes the dose at 0; leave it out, or count from the dose")
    if before and time <= before[-1].time_h:
        last = before[-1].row
        raise row.at(column.name).refuse(
            f"{row.cells[column.name]} does not come after {last.cells[column.name]} on line {last.line} of subject "
            f"{subject}; put the samples in time order, each time once"
        )
    return time


def _concentration(row: Row, column: _Column) -> float | None:
    if _BELOW.fullmatch(row.cells[column.name]):
        return 0.0
    number = row.number(column.name)
    if number is not None and number < 0:
        raise row.at(column.name).refuse(
            f"{number:g} is negative; write BLQ if it was below quantification, or '.' if there is no value"
        )
    return None if number is None else column.house(number, "ng/mL")


def _measured(samples: Sequence[_Sample], column: _Column) -> Iterator[tuple[float, float]]:
    found = [(one.time_h, one.concentration) for one in samples if one.concentration is not None]
    if not found:
        first = samples[0].row
        raise first.at(column.name).refuse("the subject has no concentration; add one, or leave the subject out")
    yield from found


def _same(samples: Sequence[_Sample], column: _Column, house: str) -> float:
    """The one value of a subject, on its first line and not contradicted on others."""
    first, *others = (one.row for one in samples)
    value = first.number(column.name)
    if value is None:
        raise first.at(column.name).refuse("the value is missing on the subject's first line; write it there")
    for row in others:
        if row.number(column.name) not in {None, value}:
            raise row.at(column.name).refuse(
                f"{row.cells[column.name]} is not the {value:g} of the subject's first line; one dose is analysed at a "
                f"time, so give each its own ID"
            )
    return column.house(value, house)
