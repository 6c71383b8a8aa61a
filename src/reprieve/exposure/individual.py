"""The parameters of individual people from a published model: typical values, covariates, deviations.

Nothing is random here: the caller draws the deviations. Inside: hours, litres, kg.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reprieve.errors import InputError, MissingDatum, OutsideEvidence, UnknownName
from reprieve.evidence.records.covariate import (
    KNOWN_COVARIATES,
    Covariate,
    Effect,
    ExponentialEffect,
    LevelEffect,
    LinearAboveEffect,
    LinearCentredEffect,
    MaturationEffect,
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
    note : which covariates were not given and are at their reference, and which lie outside the people studied
    """

    values: Mapping[str, Floats]
    note: str


def between_subject(model: PopulationModel) -> tuple[tuple[str, ...], Floats]:
    """Names of the parameters that vary between people and the covariance of their deviations.

    Returns
    -------
    names : (n_varying,)
    covariance : (n_varying, n_varying), each on its own scale (additive ones in the printed unit); empty when the model
        publishes typical values only
    """
    names = tuple(model.between_subject.variances())
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
    deviations : deviation of a parameter from its typical value on the scale it varies on, () or (n_subjects,)

    Raises
    ------
    MissingDatum
        A covariate the model needs is not given.
    InputError
        A value that cannot be, or lengths that do not agree.
    UnknownName
        A covariate, level or parameter that is not known.
    OutsideEvidence
        An effect takes a parameter to zero or below, a fraction to one where its logit varies, or a covariate lies
        outside the people studied and the record refuses that.
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
        values[name] = _deviated(model, name, values[name], rows)
    shared = {name: values[p.same_as] for name, p in model.parameters.items() if p.same_as}
    said = taken + list(_outside_studied(model, looked_at))
    return Individuals(values | shared, f"{model.id}: {'; '.join(said)}." if said else "")


def _deviated(model: PopulationModel, name: str, typical: Floats, eta: Floats) -> Floats:
    """``inverse_scale(scale(typical) + eta)``: the equation behind each named scale."""
    match model.scale_of(name):
        case "log":
            return np.asarray(typical * np.exp(eta))
        case "logit":
            if np.any(typical >= 1):
                raise OutsideEvidence(
                    f"The published effects take the fraction {name} of {model.id} to one or above, where its "
                    f"variability is not defined. Choose another model."
                )
            # The odds p/(1 - p) become exp(eta) times as high.
            return np.asarray(typical / (typical + (1 - typical) * np.exp(-eta)))
        case "additive":
            unit = model.parameters[name].unit or ""
            values = np.asarray(typical + eta * convert(1.0, unit, _HOUSE_UNIT[dimension(unit)]))
            if np.any(values <= 0):
                raise OutsideEvidence(
                    f"The additive variability of {name} of {model.id} leaves nothing of it in one of these people. "
                    f"Choose another model."
                )
            return values


def _outside_studied(model: PopulationModel, given: Mapping[str, NDArray[np.str_] | Floats]) -> Iterator[str]:
    """In words, the covariates outside the people studied; refused where the record says so."""
    ranges = {"weight": model.population.weight_kg, "age": model.population.age_years}
    for name, declared in model.covariates.items():
        span, values = ranges.get(name), given.get(name)
        if span is None or values is None:
            continue
        numbers = np.asarray(values, dtype=float)
        outside = int(np.sum((numbers < span.low) | (numbers > span.high)))
        if not outside:
            continue
        unit = "years" if declared.unit == "year" else declared.unit
        if declared.outside_studied == "hard":
            raise OutsideEvidence(
                f"{model.id} was made for a {name} of {span.low:g} to {span.high:g} {unit} and must not be used "
                f"outside it, where {outside} of {numbers.size} lie. Choose another model."
            )
        whose = "the" if numbers.size == 1 else f"{outside} of {numbers.size}"
        yield f"{whose} {name} lies outside the {span.low:g} to {span.high:g} {unit} studied"


def _refuse_unknown(model: PopulationModel, given: Iterable[str], deviations: Iterable[str]) -> None:
    for name in given:
        if name not in KNOWN_COVARIATES:
            raise UnknownName("covariate", name, KNOWN_COVARIATES)
    for name in deviations:
        if name not in model.parameters or model.parameters[name].same_as:
            raise UnknownName(f"parameter of {model.id} of its own", name, between_subject(model)[0])


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
            after = np.asarray(values * (covariate / covariate[0]) ** effect.exponent)
        case LevelEffect():
            factors = np.array([effect.factors[str(level)] for level in covariates[effect.covariate]])
            after = np.asarray(values * factors)
        case LinearAboveEffect():
            beyond = np.maximum(0.0, np.asarray(covariates[effect.covariate], dtype=float) - effect.above)
            slope = convert(effect.slope, effect.unit, _HOUSE_UNIT[dimension(effect.unit)])
            after = np.asarray(values + slope * beyond)
        case LinearCentredEffect():
            after = np.asarray(values * (1 + effect.slope * _beyond_reference(covariates[effect.covariate])))
        case ExponentialEffect():
            after = np.asarray(values * np.exp(effect.slope * _beyond_reference(covariates[effect.covariate])))
        case MaturationEffect():
            grown = np.asarray(covariates[effect.covariate], dtype=float) ** effect.hill
            after = np.asarray(values * grown / (effect.half**effect.hill + grown))
        case TimeEffect():
            after = values
    return after


def _beyond_reference(rows: NDArray[np.str_] | Floats) -> Floats:
    covariate = np.asarray(rows, dtype=float)
    return np.asarray(covariate - covariate[0])
