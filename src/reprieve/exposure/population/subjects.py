"""Who is simulated: covariates of each subject, given, spread evenly over a range, or row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from reprieve.datasets.delimited import rows
from reprieve.errors import FileError, InputError, UnknownName
from reprieve.evidence.records.covariate import KNOWN_COVARIATES
from reprieve.exposure.population.streams import uniforms
from reprieve.units import HEAVIEST_KG, LIGHTEST_KG, parse_weight

Values: TypeAlias = "NDArray[np.float64] | NDArray[np.str_]"
#: One for everybody, or a range (low, high) over which subjects are spread evenly.
Weight: TypeAlias = float | str | tuple[float, float]


@dataclass(frozen=True, eq=False)
class SubjectCovariates:
    """Covariates of any number of subjects.

    Parameters
    ----------
    seed : of what is drawn
    weight_range : (low, high) kg, between which weights are drawn evenly; None when they are given or not known
    listed : covariate to (n_rows,) values; subject i has row i, and after the last row they begin again
    """

    seed: int
    weight_range: tuple[float, float] | None
    listed: Mapping[str, Values]

    def of(self, first: int, n: int) -> dict[str, Values]:
        """Covariates (n,) of the subjects from number ``first`` (from 0) on."""
        subjects = np.arange(first, first + n)
        found: dict[str, Values] = {name: values[subjects % values.size] for name, values in self.listed.items()}
        if self.weight_range is not None:
            low, high = self.weight_range
            found["weight"] = low + (high - low) * uniforms(self.seed, "weight", first, n)
        return found

    @property
    def differing(self) -> tuple[str, ...]:
        """Covariates that are not the same for everybody."""
        by_row = tuple(name for name, values in self.listed.items() if np.unique(values).size > 1)
        return (*by_row, "weight") if self.weight_range is not None else by_row


def describe_subjects(seed: int, weight: Weight | None, covariates: Mapping[str, object] | None) -> SubjectCovariates:
    """Subjects from what a caller knows of them.

    Parameters
    ----------
    seed : of the weights, where a range is given
    weight : kg, text with a unit, a range (low, high) in kg, or None when ``covariates`` has it or nothing needs it
    covariates : covariate to one value, or to a list of one per row

    Raises
    ------
    InputError
        Weight is given twice or cannot be, or lists have different lengths.
    UnknownName
        A covariate that is not known.
    """
    listed: dict[str, Values] = {}
    for name, given in (covariates or {}).items():
        if name not in KNOWN_COVARIATES:
            raise UnknownName("covariate", name, KNOWN_COVARIATES)
        listed[name] = np.atleast_1d(np.asarray(given, dtype=np.str_ if KNOWN_COVARIATES[name] is None else float))
    lengths = {values.size for values in listed.values()} - {1}
    if len(lengths) > 1 or 0 in lengths:
        raise InputError(f"The covariates have {sorted(lengths)} rows; give one value each, or lists of one length.")
    if weight is not None and "weight" in listed:
        raise InputError("The weight is given and is among the covariates, too; give it once.")
    if isinstance(weight, tuple):
        low, high = (float(end) for end in weight)
        if not LIGHTEST_KG <= low < high <= HEAVIEST_KG:
            raise InputError(
                f"Weights run from {low:g} to {high:g} kg; give a lower and a higher one from {LIGHTEST_KG:g} to "
                f"{HEAVIEST_KG:g} kg, as 50:100."
            )
        return SubjectCovariates(seed, (low, high), listed)
    if weight is not None:
        listed["weight"] = np.array([parse_weight(weight)])
    for kilograms in np.asarray(listed.get("weight", []), dtype=float):
        if not LIGHTEST_KG <= kilograms <= HEAVIEST_KG:
            raise InputError(
                f"A weight is given as {kilograms:g} kg; it must be from {LIGHTEST_KG:g} to {HEAVIEST_KG:g} kg. "
                f"Check the unit."
            )
    return SubjectCovariates(seed, None, listed)


def read_covariates(content: bytes, file: str) -> dict[str, Sequence[float | str]]:
    """Covariates from a comma-separated file with a column for each and a row for each person.

    Parameters
    ----------
    content : the file
    file : what to call it in a sentence

    Raises
    ------
    FileError
        A column is no covariate, or a cell is missing or no number; line and column are named.
    """
    header, lines = rows(content, file)
    for name in header:
        if name not in KNOWN_COVARIATES:
            raise FileError(
                f"{file}, line 1, column {name}: that is no covariate; known are {', '.join(KNOWN_COVARIATES)}."
            )
    found: dict[str, list[float | str]] = {name: [] for name in header}
    for row in lines:
        for name in header:
            value = row.cells[name] if KNOWN_COVARIATES[name] is None else row.number(name)
            if value is None or value == "":
                raise row.at(name).refuse("the value is missing; every person needs one")
            found[name].append(value)
    if not found[header[0]]:
        raise FileError(f"{file}, line 2: there are no subjects; write one on each line.")
    return dict(found)
