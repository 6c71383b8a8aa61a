"""Covariates of the subjects of a data set: which columns a model needs, and what each subject has in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from reprieve.datasets.delimited import Place, rows
from reprieve.datasets.nonmem import NonmemData
from reprieve.datasets.nonmem_record import COLUMNS
from reprieve.errors import InputError, MissingDatum
from reprieve.evidence.records.covariate import KNOWN_COVARIATES
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.pkpd.steps import Steps
from reprieve.units import HEAVIEST_KG, LIGHTEST_KG

#: Covariate to the column names, in capitals, that mean it; the first is the one that is asked for.
_NAMES = {
    "weight": ("WT", "WEIGHT", "BW", "WEIGHT_KG"),
    "age": ("AGE", "AGE_YEAR"),
    "postmenstrual_age": ("PMA", "POSTMENSTRUAL_AGE", "POSTMENSTRUAL_AGE_WEEK"),
    "race": ("RACE",),
    "rifampicin": ("RIFAMPICIN",),
}
#: Columns about people that no model uses; they are left aside without being named.
_ABOUT_PEOPLE = {"SEX", "HT", "HEIGHT", "BMI", "BSA", "LBM", "FFM", "CRCL", "SCR", "ALB", "GENDER"}

_SAID = {"year": "years", "week": "weeks"}

#: What a subject has of a covariate: one number or level, or steps where it changes.
Recorded = float | str | Steps


@dataclass(frozen=True)
class CovariateColumns:
    """Which columns of a table a model reads.

    Parameters
    ----------
    needed : covariate to the column that holds it
    aside : columns that are not read
    """

    needed: Mapping[str, str]
    aside: tuple[str, ...]

    @property
    def numeric(self) -> tuple[str, ...]:
        """Columns of covariates that are numbers."""
        return tuple(column for name, column in self.needed.items() if KNOWN_COVARIATES[name] is not None)

    @property
    def not_numbers(self) -> tuple[str, ...]:
        """Columns that are left aside here or hold levels."""
        return (*self.aside, *(column for column in self.needed.values() if column not in self.numeric))


def covariate_columns(
    header: Sequence[str], model: PopulationModel, file: str, *, ignored: Sequence[str] = ()
) -> CovariateColumns:
    """Find the columns of the covariates that a model has; none of them is taken for granted.

    Parameters
    ----------
    header : the column names
    model : whose covariates
    file : what to call the table
    ignored : columns that the caller leaves aside

    Raises
    ------
    MissingDatum
        A covariate of the model has no column.
    FileError
        Two columns hold one covariate.
    InputError
        A column that is to be ignored is not there, or must be read.
    """
    for name in ignored:
        if name not in header or name in COLUMNS:
            why = "is read as it is" if name in COLUMNS else f"is not there; there are {', '.join(header)}"
            raise InputError(f"The column {name} is to be ignored and {why}. Leave it out of the columns to ignore.")
    meant = {
        covariate: [column for column in header if column.upper() in names and column not in ignored]
        for covariate, names in _NAMES.items()
    }
    lacking = [name for name in model.covariates if not meant[name]]
    if lacking:
        said = " and ".join(f"the {name.replace('_', ' ')} (column {_asked(model, name)})" for name in lacking)
        raise MissingDatum(
            f"{model.id} needs {said} of every subject, which {file} does not have. Add the column; nothing is taken "
            f"for granted."
        )
    for name in model.covariates:
        if len(meant[name]) > 1:
            raise Place(file, 1, meant[name][1]).refuse(f"{' and '.join(meant[name])} hold the same; keep one column")
    unused = [column for name, columns in meant.items() if name not in model.covariates for column in columns]
    people = [column for column in header if column.upper() in _ABOUT_PEOPLE and column not in ignored]
    return CovariateColumns({name: meant[name][0] for name in model.covariates}, (*ignored, *unused, *people))


def _asked(model: PopulationModel, name: str) -> str:
    unit, levels = KNOWN_COVARIATES[name], model.covariates[name].levels
    return f"{_NAMES[name][0]}, {f'in {_SAID.get(unit, unit)}' if unit else ' or '.join(levels)}"


def recorded_covariates(
    data: NonmemData, content: bytes, file: str, columns: CovariateColumns
) -> dict[str, dict[str, Recorded]]:
    """Each subject's covariates by ID and name; a number that changes comes in steps.

    Raises
    ------
    InputError
        A value is missing on a subject's first record, a level changes, or a weight cannot be.
    """
    steps = data.covariate_steps()
    found: dict[str, dict[str, Recorded]] = {subject: {} for subject in data.subjects}
    for name, column in columns.needed.items():
        if KNOWN_COVARIATES[name] is None:
            for subject, level in _levels(content, file, column).items():
                found[subject][name] = level
            continue
        for subject, of in steps.items():
            values = of[column].values
            _check(subject, name, column, values.tolist())
            found[subject][name] = float(values[0]) if np.all(values == values[0]) else of[column]
    return found


def _levels(content: bytes, file: str, column: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in rows(content, file)[1]:
        level, first = row.cells[column], found.get(row.cells["ID"])
        if first is None and not level:
            raise row.at(column).refuse("the value is missing on the subject's first line; write it there")
        if first is not None and level not in {"", first}:
            raise row.at(column).refuse(f"{level} is not the {first} of the subject's first line; it cannot change")
        found.setdefault(row.cells["ID"], level)
    return found


def _check(subject: str, name: str, column: str, values: Sequence[float]) -> None:
    low, high = (LIGHTEST_KG, HEAVIEST_KG) if name == "weight" else (0.0, float("inf"))
    for value in values:
        if not (low <= value <= high and value > 0):
            allowed = f"from {low:g} to {high:g} kg" if name == "weight" else "above 0"
            raise InputError(
                f"Subject {subject} has {column} {value:g}; it must be {allowed}. Check the unit, and write '.' for a "
                f"missing value."
            )
