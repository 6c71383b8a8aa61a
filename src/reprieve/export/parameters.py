"""The parameters of one person as formulas of printed values, covariates and deviations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reprieve.evidence.records.covariate import (
    Effect,
    ExponentialEffect,
    LevelEffect,
    LinearAboveEffect,
    LinearCentredEffect,
    MaturationEffect,
    PowerEffect,
    TimeEffect,
)
from reprieve.evidence.records.parameter import Parameter
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.evidence.records.variability import covariance_rows
from reprieve.export.expression import TIME, Above, Binary, Exponential, Expression, Number, Symbol, product
from reprieve.export.parts import HOUSE_UNIT, Assignment, Block, NamedNumber
from reprieve.units import convert, dimension

#: How many sprays a dose has; only models of sprays use it.
SPRAYS = Symbol("N_SPRAYS")
_COVARIATE_SYMBOL = {"weight": "WT", "age": "AGE", "postmenstrual_age": "PMA"}


def house_unit(model: PopulationModel, name: str) -> str:
    """The unit inside Reprieve of a parameter."""
    return HOUSE_UNIT[dimension(_original(model, name).unit or "")]


def _original(model: PopulationModel, name: str) -> Parameter:
    return model.parameters[model.parameters[name].same_as or name]


def typical(model: PopulationModel) -> Iterator[NamedNumber]:
    """Printed values in house units, each saying what was printed."""
    for name, parameter in model.parameters.items():
        if parameter.value is None or parameter.unit is None:
            continue
        unit = house_unit(model, name)
        printed = f"{parameter.value:g} {parameter.unit}" if parameter.unit != "fraction" else f"{parameter.value:g}"
        says = f"printed {printed}, {parameter.status}"
        says += ", fixed there" if parameter.fixed else ""
        says += f"; {parameter.note}" if parameter.note else ""
        yield NamedNumber(f"TV{name}", convert(parameter.value, parameter.unit, unit), unit, says)


def covariates(model: PopulationModel, given: Mapping[str, float | str]) -> Iterator[NamedNumber]:
    """Covariates as numbers: a level is a 0/1 indicator of its own, and at the reference all of them are 0."""
    for name, declared in model.covariates.items():
        value = given.get(name, declared.reference)
        if not declared.levels:
            says = f"{name}; the printed values hold at {declared.reference:g}"
            yield NamedNumber(_COVARIATE_SYMBOL[name], float(value), declared.unit or "", says)
        for level in declared.levels:
            if level != declared.reference:
                says = f"1 if {name} is {level}, else 0; all 0 is {declared.reference}".replace("_", " ")
                yield NamedNumber(_indicator(name, level), float(level == value), "", says)
    for entered in model.inputs.values():
        if entered.sprays:
            says = f"sprays in a dose, dose / {entered.sprays.mg_each:g} mg, at least 1"
            yield NamedNumber(SPRAYS.name, 1.0, "", says)


def _indicator(covariate: str, level: str) -> str:
    return f"{covariate.upper()}_{level}"


def individual(model: PopulationModel) -> Iterator[Assignment]:
    """Parameters of one person (at the first dose, where they change with time), shared ones last."""
    varies = model.between_subject.log_variance()
    # Slopes are in the units of the printed value, so they come before what multiplies it.
    effects = sorted(model.effects, key=lambda effect: not isinstance(effect, LinearAboveEffect))
    for name, parameter in model.parameters.items():
        if parameter.same_as:
            continue
        formula: Expression = Symbol(f"TV{name}")
        for effect in effects:
            if name in effect.parameters and not isinstance(effect, TimeEffect):
                formula = _after(effect, formula, model, house_unit(model, name))
        if name in varies:
            formula = product(formula, Exponential(Symbol(f"ETA_{name}")))
        yield Assignment(name, formula, house_unit(model, name), _statuses(model, name))
    for name, parameter in model.parameters.items():
        if parameter.same_as:
            yield Assignment(name, Symbol(parameter.same_as), house_unit(model, name), f"shared, {parameter.status}")


def _statuses(model: PopulationModel, name: str) -> str:
    """The statuses of the effects on a parameter, in words; empty when it has none."""
    said = [
        f"effect of {effect.covariate} {effect.status}"
        for effect in model.effects
        if name in effect.parameters and not isinstance(effect, TimeEffect)
    ]
    return ", ".join(said)


def _after(effect: Effect, formula: Expression, model: PopulationModel, unit: str) -> Expression:
    match effect:
        case PowerEffect():
            declared = model.covariates[effect.covariate]
            reference = Number(float(declared.reference), declared.unit or "")
            ratio = Binary("/", Symbol(_COVARIATE_SYMBOL[effect.covariate]), reference)
            after = product(formula, ratio if effect.exponent == 1 else Binary("^", ratio, Number(effect.exponent)))
        case LevelEffect():
            for level, factor in effect.factors.items():
                if factor != 1:
                    formula = product(formula, Binary("^", Number(factor), Symbol(_indicator(effect.covariate, level))))
            after = formula
        case LinearAboveEffect():
            covariate_unit = model.covariates[effect.covariate].unit or ""
            beyond = Above(Symbol(_COVARIATE_SYMBOL[effect.covariate]), Number(effect.above, covariate_unit))
            slope = convert(effect.slope, effect.unit, unit)
            size = Number(abs(slope), f"{unit}/{covariate_unit}")
            after = Binary("-" if slope < 0 else "+", formula, product(size, beyond))
        case LinearCentredEffect():
            after = product(formula, Binary("+", Number(1.0), _slope_from_reference(effect, model)))
        case ExponentialEffect():
            after = product(formula, Exponential(_slope_from_reference(effect, model)))
        case MaturationEffect():
            # x^h/(m^h + x^h), written (x/m)^h/(1 + (x/m)^h), whose parts have no unit
            half = Number(effect.half, model.covariates[effect.covariate].unit or "")
            ratio = Binary("/", Symbol(_COVARIATE_SYMBOL[effect.covariate]), half)
            grown = Binary("^", ratio, Number(effect.hill))
            after = product(formula, Binary("/", grown, Binary("+", Number(1.0), grown)))
        case TimeEffect():
            after = formula
    return after


def _slope_from_reference(effect: LinearCentredEffect | ExponentialEffect, model: PopulationModel) -> Expression:
    """``slope · (covariate - reference)``."""
    declared = model.covariates[effect.covariate]
    reference = Number(float(declared.reference), declared.unit or "")
    beyond = Binary("-", Symbol(_COVARIATE_SYMBOL[effect.covariate]), reference)
    return product(Number(effect.slope, f"1/{declared.unit}"), beyond)


def changing(model: PopulationModel) -> Iterator[Assignment]:
    """Parameters that change with the time since the first dose, named after the parameter and ``_NOW``."""
    for effect in model.effects:
        if isinstance(effect, TimeEffect):
            for name in effect.parameters:
                factor = Binary("+", Number(1.0), product(Number(effect.slope, "1/h"), TIME))
                says = f"time counts from the first dose, {effect.status}"
                yield Assignment(f"{name}_NOW", product(Symbol(name), factor), house_unit(model, name), says)


def blocks(model: PopulationModel) -> Iterator[Block]:
    """The between-subject covariance, split into groups that do not covary."""
    names = list(model.between_subject.variances())
    rows = covariance_rows(model.between_subject)
    # Other scales are left out, as the heading says.
    waiting = [position for position, name in enumerate(names) if name in model.between_subject.log_variance()]
    while waiting:
        group = [waiting.pop(0)]
        for member in group:
            joined = [other for other in waiting if rows[member][other] != 0]
            group += joined
            waiting = [other for other in waiting if other not in joined]
        group.sort()
        lower = tuple(tuple(rows[a][b] for b in group[: i + 1]) for i, a in enumerate(group))
        yield Block(tuple(f"ETA_{names[a]}" for a in group), lower)
