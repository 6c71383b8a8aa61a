"""The parameters of individual people from a published model: typical values, covariates, deviations.

Nothing is random here: the caller draws the deviations. Inside: hours, litres, kg.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reprieve.errors import InputError, MissingDatum, OutsideEvidence, UnknownName
from reprieve.evidence.records.covariate import (
    KNOWN_COVARIATES,
    Covariate,
    Effect,
    LevelEffect,
    LinearAboveEffect,
    PowerEffect,
    TimeEffect,
)
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.evidence.records.variability import covariance_rows
from reprieve.units import convert, dimension

Floats = NDArray[np.float64]

#: One number or level for everybody, or one per subject.
CovariateGiven: TypeAlias = ArrayLike | str | Sequence[str]

_HOUSE_UNIT = {
    "volume": "L", "clearance": "L/h", "rate constant": "1/h", "time": "h", "fraction": "fraction",
    "concentration": "ng/mL", "rate": "mg/h",
}  # fmt: skip


@dataclass(frozen=True)
class Individuals:
    """Parameters of people in house units.

    Parameters
    ----------
    values : parameter to (1 + n_subjects,); first the typical subject, at every reference and without deviations
    note : which covariates were not given and are at their reference; empty when none
    """

    values: Mapping[str, Floats]
    note: str


def between_subject(model: PopulationModel) -> tuple[tuple[str, ...], Floats]:
    """Names of the parameters that vary between people and the covariance of their log deviations.

    Returns
    -------
    names : (n_varying,)
    covariance : (n_varying, n_varying), dimensionless; empty when the model publishes typical values only
    """
    names = tuple(model.between_subject.log_variance())
    rows = np.array(covariance_rows(model.between_subject), dtype=float)
    return names, rows.reshape(len(names), len(names))


def individuals(
    model: PopulationModel,
    given: Mapping[str, CovariateGiven | None],
    deviations: Mapping[str, Floats],
) -> Individuals:
    """Parameters of one or many subjects.

    Parameters
    ----------
    model : the published model
    given : covariate to its value or level, one or one per subject; None counts as not given
    deviations : log-scale deviation of a parameter from its typical value, () or (n_subjects,)

    Raises
    ------
    MissingDatum
        A covariate the model needs is not given.
    InputError
        A value that cannot be, or lengths that do not agree.
    UnknownName
        A covariate, level or parameter that is not known.
    OutsideEvidence
        An effect takes a parameter to zero or below.
    """
    _refuse_unknown(model, given, deviations)
    # A weight is looked at even where it has no effect: one that cannot be is a mistake in any case.
    looked_at = {name: _checked(name, value) for name, value in given.items() if value is not None}
    sizes = {name: value.size for name, value in looked_at.items()}
    sizes |= {name: np.size(eta) for name, eta in deviations.items()}
    n_subjects = max([1, *sizes.values()])
    for name, size in sizes.items():
        if size not in (1, n_subjects):
            raise InputError(f"{name} is given for {size} subjects of {n_subjects}; give one value or one each.")
    covariates, taken = {}, []
    for name, declared in model.covariates.items():
        if name not in looked_at and declared.when_missing == "ask":
            raise MissingDatum(
                f"{model.id} needs the {name} of the patient, which is not given. Give it and ask again."
            )
        if name not in looked_at:
            taken.append(f"{name} was not given and was taken as {_said(declared)}")
        covariates[name] = _rows(model, name, declared, looked_at.get(name), n_subjects)

    values = _typical(model, covariates, n_subjects)
    for name, eta in deviations.items():
        rows = np.append(0.0, np.broadcast_to(np.asarray(eta, dtype=float), n_subjects))
        values[name] = values[name] * np.exp(rows)
    shared = {name: values[p.same_as] for name, p in model.parameters.items() if p.same_as}
    return Individuals(values | shared, f"{model.id}: {'; '.join(taken)}." if taken else "")


def _refuse_unknown(model: PopulationModel, given: Iterable[str], deviations: Iterable[str]) -> None:
    for name in given:
        if name not in KNOWN_COVARIATES:
            raise UnknownName("covariate", name, KNOWN_COVARIATES)
    for name in deviations:
        if name not in model.parameters or model.parameters[name].same_as:
            raise UnknownName(f"parameter of {model.id} of its own", name, between_subject(model)[0])
        if name in model.input_parameters():
            raise InputError(f"{name} of {model.id} describes an input and stays typical; leave it out.")


def _said(declared: Covariate) -> str:
    """The reference in words."""
    if isinstance(declared.reference, str):
        return declared.reference.replace("_", " ")
    return f"{declared.reference:g} {'years' if declared.unit == 'year' else declared.unit}"


def _typical(
    model: PopulationModel, covariates: Mapping[str, NDArray[np.str_] | Floats], n_subjects: int
) -> dict[str, Floats]:
    """Parameters without deviations, (1 + n_subjects,) each."""
    values: dict[str, Floats] = {}
    for name, parameter in model.parameters.items():
        if parameter.value is not None and parameter.unit is not None:
            typical = convert(parameter.value, parameter.unit, _HOUSE_UNIT[dimension(parameter.unit)])
            values[name] = np.full(1 + n_subjects, typical)
    # Slopes are in the units of the printed value, so they come before what multiplies it.
    for effect in sorted(model.effects, key=lambda effect: not isinstance(effect, LinearAboveEffect)):
        for name in effect.parameters:
            values[name] = _applied(effect, values[name], covariates)
            if np.any(values[name] <= 0):
                raise OutsideEvidence(
                    f"The published effects on {name} of {model.id} leave nothing of it in this patient; it was not "
                    f"studied so far out. Choose another model."
                )
    return values


def _checked(name: str, value: CovariateGiven) -> NDArray[np.str_] | Floats:
    """The given values as an array, (1,) or (n,)."""
    if KNOWN_COVARIATES[name] is None:
        return np.atleast_1d(np.asarray(value, dtype=np.str_))
    called = {"weight": "Body weight"}.get(name, name.capitalize())
    unit = "years" if KNOWN_COVARIATES[name] == "year" else KNOWN_COVARIATES[name]
    sentence = f"{called} must be greater than zero, in {unit}: one number or one per subject."
    try:
        numbers = np.atleast_1d(np.asarray(value, dtype=float))
    except (TypeError, ValueError):
        raise InputError(sentence) from None
    if numbers.ndim != 1 or not np.all(np.isfinite(numbers)) or np.any(numbers <= 0):
        raise InputError(sentence)
    return numbers


def _rows(
    model: PopulationModel, name: str, declared: Covariate, given: NDArray[np.str_] | Floats | None, n_subjects: int
) -> NDArray[np.str_] | Floats:
    """(1 + n_subjects,) the reference, then the subjects."""
    if given is None:
        return np.repeat(np.asarray(declared.reference), 1 + n_subjects)
    for level in given if declared.levels else ():
        if str(level) not in declared.levels:
            raise UnknownName(f"{name} of {model.id}", str(level), declared.levels)
    rows = np.concatenate([np.asarray([declared.reference]), np.broadcast_to(given, n_subjects)])
    return np.asarray(rows)


def _applied(effect: Effect, values: Floats, covariates: Mapping[str, NDArray[np.str_] | Floats]) -> Floats:
    """A parameter after one effect: the equation behind each named form."""
    match effect:
        case PowerEffect():
            covariate = np.asarray(covariates[effect.covariate], dtype=float)
            return np.asarray(values * (covariate / covariate[0]) ** effect.exponent)
        case LevelEffect():
            factors = np.array([effect.factors[str(level)] for level in covariates[effect.covariate]])
            return np.asarray(values * factors)
        case LinearAboveEffect():
            beyond = np.maximum(0.0, np.asarray(covariates[effect.covariate], dtype=float) - effect.above)
            slope = convert(effect.slope, effect.unit, _HOUSE_UNIT[dimension(effect.unit)])
            return np.asarray(values + slope * beyond)
        case TimeEffect():
            return values
