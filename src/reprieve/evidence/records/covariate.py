"""Covariates of a published model and the named forms of their effects: data, no code.

:mod:`reprieve.exposure.individual` owns the equation behind each form.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias

from reprieve.errors import UnitError
from reprieve.evidence.records.faults import unknown
from reprieve.evidence.records.parameter import Parameter
from reprieve.evidence.records.participants import Participants
from reprieve.evidence.records.record import RecordPart, Status
from reprieve.units import dimension

#: Every covariate a record may use and a caller may give, with its unit; None where it has levels instead.
KNOWN_COVARIATES: dict[str, str | None] = {
    "weight": "kg", "age": "year", "postmenstrual_age": "week", "race": None, "rifampicin": None,
}  # fmt: skip


class Covariate(RecordPart, frozen=True, kw_only=True):
    """A covariate and the value or level at which the printed parameters hold.

    ``when_missing`` is ``ask`` (an answer needs it) or ``reference`` (the answer is for the reference and says so).
    ``outside_studied`` is ``soft`` (an answer for somebody outside the studied range says so) or ``hard`` (there is
    none). ``beyond_studied`` says why the reference is a value that nobody studied had.
    """

    reference: float | str
    unit: str | None = None
    levels: tuple[str, ...] = ()
    when_missing: Literal["ask", "reference"] = "ask"
    outside_studied: Literal["soft", "hard"] = "soft"
    beyond_studied: str | None = None
    note: str | None = None


class PowerEffect(RecordPart, tag_field="form", tag="power", frozen=True, kw_only=True):
    """``value · (covariate/reference)^exponent`` for the named parameters."""

    covariate: str
    exponent: float
    parameters: tuple[str, ...]
    status: Status
    note: str | None = None


class LevelEffect(RecordPart, tag_field="form", tag="by_level", frozen=True, kw_only=True):
    """``value · factor`` of the covariate's level; every declared level has its factor, the reference 1."""

    covariate: str
    factors: dict[str, float]
    parameters: tuple[str, ...]
    status: Status
    note: str | None = None


class LinearAboveEffect(RecordPart, tag_field="form", tag="linear_above", frozen=True, kw_only=True):
    """``value + slope · max(0, covariate - above)``; the slope is in ``unit`` per unit of the covariate."""

    covariate: str
    above: float
    slope: float
    unit: str
    parameters: tuple[str, ...]
    status: Status
    note: str | None = None


class LinearCentredEffect(RecordPart, tag_field="form", tag="linear_centred", frozen=True, kw_only=True):
    """``value · (1 + slope · (covariate - reference))``; the slope is per unit of the covariate."""

    covariate: str
    slope: float
    parameters: tuple[str, ...]
    status: Status
    note: str | None = None


class ExponentialEffect(RecordPart, tag_field="form", tag="exponential", frozen=True, kw_only=True):
    """``value · exp(slope · (covariate - reference))``; the slope is per unit of the covariate."""

    covariate: str
    slope: float
    parameters: tuple[str, ...]
    status: Status
    note: str | None = None


class MaturationEffect(RecordPart, tag_field="form", tag="maturation", frozen=True, kw_only=True):
    """``value · covariate^hill / (half^hill + covariate^hill)``; the printed value is the mature one.

    ``half`` is the covariate at which half of it is reached, usually a postmenstrual age in weeks.
    """

    covariate: str
    half: float
    hill: float
    parameters: tuple[str, ...]
    status: Status
    note: str | None = None


class TimeEffect(RecordPart, tag_field="form", tag="per_hour", frozen=True, kw_only=True):
    """``value · (1 + slope · hours since the first dose)``; ``slope`` is 1/h."""

    slope: float
    parameters: tuple[str, ...]
    status: Status
    note: str | None = None


#: Effects of a covariate that is a number.
NumericEffect: TypeAlias = PowerEffect | LinearAboveEffect | LinearCentredEffect | ExponentialEffect | MaturationEffect
Effect: TypeAlias = NumericEffect | LevelEffect | TimeEffect


def covariate_faults(covariates: Mapping[str, Covariate], studied: Participants) -> Iterator[str]:
    """Sentences about covariates that are not known, have no usable reference, or lie outside the studied range."""
    yield from unknown("covariate", covariates, KNOWN_COVARIATES, "covariates")
    ranges = {"weight": studied.weight_kg, "age": studied.age_years}
    for name, covariate in covariates.items():
        unit, reference = KNOWN_COVARIATES[name], covariate.reference
        if unit is None:
            if covariate.unit is not None or len(set(covariate.levels)) < 2:
                yield f"the covariate {name} needs two or more levels and no unit"
            if reference not in covariate.levels:
                yield f"the reference {name} is {reference!r}; it must be one of {', '.join(covariate.levels)}"
            continue
        if covariate.unit != unit:
            yield f"the unit of {name} is {covariate.unit!r}; it must be {unit}"
        if covariate.levels or isinstance(reference, str) or not (math.isfinite(reference) and reference > 0):
            yield f"the covariate {name} needs one number above zero as its reference and no levels"
        span = ranges.get(name)
        if span is None and covariate.outside_studied == "hard":
            yield f"{name} is refused outside the studied range and that range was not seen; make it soft"
        outside = span is not None and not span.low <= float(reference) <= span.high
        if outside and covariate.beyond_studied is None:
            yield (
                f"the reference {name} {reference:g} lies outside the studied range; correct it, or say why in "
                f"beyond_studied"
            )


def effect_faults(
    effects: tuple[Effect, ...], covariates: Mapping[str, Covariate], parameters: Mapping[str, Parameter]
) -> Iterator[str]:
    """Sentences about effects that name what is not there, contradict their covariate or are given twice."""
    seen: set[tuple[str, str]] = set()
    for effect in effects:
        covariate = "time" if isinstance(effect, TimeEffect) else effect.covariate
        if not isinstance(effect, TimeEffect):
            yield from unknown("covariate", [covariate], covariates, "an effect")
            yield from _form_faults(effect, covariates[covariate])
        elif not (math.isfinite(effect.slope) and effect.slope > 0):
            yield f"the slope per hour is {effect.slope:g}; it must be greater than zero"
        yield from unknown("parameter", effect.parameters, parameters, "an effect")
        for name in effect.parameters:
            if parameters[name].same_as:
                yield f"{name} is shared with {parameters[name].same_as}; give the effect to that one"
            if (covariate, name) in seen:
                yield f"{name} has two effects of {covariate}; keep one"
            seen.add((covariate, name))
            if isinstance(effect, LinearAboveEffect):
                yield from _slope_faults(effect, name, parameters[name])
    for name, declared in covariates.items():
        if name not in {covariate for covariate, _ in seen}:
            yield f"the covariate {name} ({declared.reference}) is declared and no effect uses it; remove it"


def _form_faults(effect: NumericEffect | LevelEffect, covariate: Covariate) -> Iterator[str]:
    name = effect.covariate
    if not isinstance(effect, LevelEffect):
        if covariate.levels:
            yield f"{name} has levels, so its effect must be by_level"
        if isinstance(effect, LinearAboveEffect) and float(covariate.reference) > effect.above:
            yield f"the printed values hold at {name} {covariate.reference}, above the {effect.above:g} where it begins"
        if isinstance(effect, MaturationEffect) and not (effect.half > 0 and effect.hill > 0):
            yield f"the maturation with {name} has half {effect.half:g} and hill {effect.hill:g}; both must be above 0"
        if isinstance(effect, LinearCentredEffect | ExponentialEffect) and not (
            math.isfinite(effect.slope) and effect.slope != 0
        ):
            yield f"the slope with {name} is {effect.slope:g}; it must be a number other than zero"
        return
    if set(effect.factors) != set(covariate.levels):
        yield (
            f"the effect of {name} gives the levels {', '.join(effect.factors)}; declared are "
            f"{', '.join(covariate.levels) or 'none'}"
        )
    if any(not (math.isfinite(factor) and factor > 0) for factor in effect.factors.values()):
        yield f"a factor of {name} is not greater than zero"
    if effect.factors[str(covariate.reference)] != 1:
        yield f"the factor of {name} at its reference {covariate.reference} must be 1"


def _slope_faults(effect: LinearAboveEffect, name: str, parameter: Parameter) -> Iterator[str]:
    try:
        agree = dimension(effect.unit) == dimension(parameter.unit or "")
    except UnitError as error:
        yield f"the slope on {name}: {str(error).rstrip('.')}"
        return
    if not agree:
        yield f"the slope on {name} is given in {effect.unit!r} and {name} in {parameter.unit!r}; they must agree"
