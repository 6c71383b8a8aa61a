"""Evaluate the checks a published model comes with: predicted beside expected, for any simulator.

The simulator is handed in, so the same checks serve the engine, a reference solver and somebody else's code.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from reprieve.evidence.records.model_check import (
    BoundCheck,
    Check,
    ConcentrationCheck,
    CovariateRatioCheck,
    CurveCheck,
    DispositionCheck,
    DoseSeriesCheck,
    EffectSiteCheck,
    ExposureCheck,
    PlateauCheck,
    RatioCheck,
    Span,
    Tolerance,
    analytes_of,
)
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.exposure.build import BuiltModel, CompartmentDose, add_effect_site, build, compartment_doses
from reprieve.exposure.curve_summary import summary
from reprieve.exposure.disposition import HOUSE_UNIT, constant
from reprieve.units import MOLAR_MASS, convert, molar_to_mass

Floats = NDArray[np.float64]

#: (model of one subject, doses, times (n_times,) h) to concentrations (n_times, n_analytes) ng/mL
Simulate: TypeAlias = Callable[[BuiltModel, Sequence[CompartmentDose], Floats], Floats]


@dataclass(frozen=True)
class CheckedPrediction:
    """One predicted number beside what it should be, in ``unit``; it should lie from ``low`` to ``high``."""

    check: str
    what: str
    predicted: float
    expected: float
    low: float
    high: float
    unit: str

    @property
    def agrees(self) -> bool:
        """Whether the prediction lies in the interval."""
        return self.low <= self.predicted <= self.high


def evaluate(model: PopulationModel, check: Check, simulate: Simulate) -> tuple[CheckedPrediction, ...]:
    """Compare what a model predicts with what one of its checks expects.

    Parameters
    ----------
    model : the published model; its typical subject with the check's weight and covariates is simulated
    check : one of ``model.checks``
    simulate : the simulator

    Raises
    ------
    OutsideEvidence
        What is checked cannot be computed; the check says so in ``not_run``.
    """
    built = _built(model, check, check.covariates)
    doses = tuple(
        dose
        for given in check.doses
        for dose in compartment_doses(
            built,
            route=given.route,
            mg=given.mg,
            start_h=_hours(given.start),
            duration_h=_hours(given.duration),
        )
    )
    compared: tuple[CheckedPrediction, ...]
    match check:
        case ConcentrationCheck():
            compared = _concentrations(check, built, doses, simulate)
        case ExposureCheck():
            compared = _exposure(check, built, doses, simulate)
        case DoseSeriesCheck():
            compared = _dose_series(check, built, simulate)
        case RatioCheck():
            compared = _ratio(check, model, built, doses, simulate)
        case CovariateRatioCheck():
            compared = _covariate_ratio(check, model, built)
        case DispositionCheck():
            compared = _disposition(check, built)
        case BoundCheck():
            compared = _bound(check, built, doses, simulate)
        case PlateauCheck():
            compared = _plateau(check, built, doses, simulate)
        case CurveCheck():
            compared = _curve(check, built, doses, simulate)
        case EffectSiteCheck():
            compared = _effect_site(check, built, doses, simulate)
    return compared


def _built(model: PopulationModel, check: Check, covariates: Mapping[str, float | str]) -> BuiltModel:
    """The model for the check's people; covariates that are not named are at their reference."""
    references = {name: declared.reference for name, declared in model.covariates.items()}
    given: dict[str, float | str] = {**references, **covariates}
    given.pop("weight", None)
    # The parent comes first: constants of disposition are about it.
    analytes = dict.fromkeys((model.parent, *analytes_of(check)))
    return build(model, weight_kg=check.weight_kg, covariates=given, analytes=tuple(analytes), for_comparison=True)


def _hours(span: Span | None) -> float:
    return 0.0 if span is None else convert(span.value, span.unit, "h")


def _within(
    check: str, what: str, predicted: float, expected: float, unit: str, allowed: Tolerance
) -> CheckedPrediction:
    margin = max(allowed.relative * abs(expected), allowed.absolute, allowed.printed_to / 2)
    return CheckedPrediction(check, what, predicted, expected, expected - margin, expected + margin, unit)


def _concentrations(
    check: ConcentrationCheck, built: BuiltModel, doses: Sequence[CompartmentDose], simulate: Simulate
) -> tuple[CheckedPrediction, ...]:
    times = np.array([convert(time, check.time_unit, "h") for time in check.times])
    predicted = simulate(built, doses, times)
    return tuple(
        _within(
            check.id,
            f"{analyte} at {time:g} {check.time_unit}",
            convert(float(predicted[row, built.analytes.index(analyte)]), "ng/mL", check.unit),
            values[row],
            check.unit,
            check.tolerance,
        )
        for analyte, values in check.expected.items()
        for row, time in enumerate(check.times)
    )


def _exposure(
    check: ExposureCheck, built: BuiltModel, doses: Sequence[CompartmentDose], simulate: Simulate
) -> tuple[CheckedPrediction, ...]:
    start, end, step = _hours(check.start), _hours(check.end), _hours(check.step)
    times = np.arange(round((end - start) / step) + 1, dtype=np.float64) * step + start
    curves = simulate(built, doses, times)
    compared = []
    for row in check.expected:
        curve = curves[:, built.analytes.index(row.analyte)]
        predicted = summary(row.quantity, row.unit, times - start, curve, to_infinity=check.to_infinity)
        if row.low is not None and row.high is not None:
            what = f"{row.analyte} {row.quantity}"
            compared.append(CheckedPrediction(check.id, what, predicted, row.value, row.low, row.high, row.unit))
        else:
            what = f"{row.analyte} {row.quantity}"
            compared.append(_within(check.id, what, predicted, row.value, row.unit, check.tolerance))
    return tuple(compared)


def _dose_series(check: DoseSeriesCheck, built: BuiltModel, simulate: Simulate) -> tuple[CheckedPrediction, ...]:
    end, step = _hours(check.end), _hours(check.step)
    times = np.arange(round(end / step) + 1, dtype=np.float64) * step
    compared = []
    for position, mg in enumerate(check.mg):
        curves = simulate(built, compartment_doses(built, route=check.route, mg=mg), times)
        for row in check.expected:
            curve = curves[:, built.analytes.index(row.analyte)]
            predicted = summary(row.quantity, row.unit, times, curve)
            what = f"{row.analyte} {row.quantity} after {mg:g} mg"
            compared.append(_within(check.id, what, predicted, row.values[position], row.unit, check.tolerance))
    return tuple(compared)


def _ratio(
    check: RatioCheck,
    model: PopulationModel,
    built: BuiltModel,
    doses: Sequence[CompartmentDose],
    simulate: Simulate,
) -> tuple[CheckedPrediction, ...]:
    late = simulate(built, doses, np.array([_hours(check.at)]))[0]

    def moles(analyte: str) -> float:
        return float(late[built.analytes.index(analyte)]) / MOLAR_MASS[model.analytes[analyte].substance]

    predicted = moles(check.numerator) / moles(check.denominator)
    what = f"{check.numerator} to {check.denominator}, molar"
    return (_within(check.id, what, predicted, check.value, "fraction", check.tolerance),)


def _covariate_ratio(
    check: CovariateRatioCheck, model: PopulationModel, built: BuiltModel
) -> tuple[CheckedPrediction, ...]:
    plain = _built(model, check, {})
    ratio = constant(plain, "clearance") / constant(built, "clearance")
    named = ", ".join(f"{name} {value}" for name, value in check.covariates.items())
    return (_within(check.id, f"{model.parent} area, {named}", ratio, check.value, "fraction", check.tolerance),)


def _disposition(check: DispositionCheck, built: BuiltModel) -> tuple[CheckedPrediction, ...]:
    compared = []
    for row in check.expected:
        found = constant(built, row.quantity, compartment=row.compartment, phase=row.phase)
        predicted = convert(found, HOUSE_UNIT[row.quantity], row.unit) / (check.weight_kg if row.per_kg else 1.0)
        what = " ".join(filter(None, (row.quantity.replace("_", " "), row.compartment)))
        if row.quantity == "half_life":
            what += f" {row.phase}"
        unit = f"{row.unit}/kg" if row.per_kg else row.unit
        if row.low is not None and row.high is not None:
            compared.append(CheckedPrediction(check.id, what, predicted, row.value, row.low, row.high, unit))
        else:
            compared.append(_within(check.id, what, predicted, row.value, unit, check.tolerance))
    return tuple(compared)


def _bound(
    check: BoundCheck, built: BuiltModel, doses: Sequence[CompartmentDose], simulate: Simulate
) -> tuple[CheckedPrediction, ...]:
    found = float(simulate(built, doses, np.array([_hours(check.at)]))[0, 0])
    low, high = (check.above, math.inf) if check.above is not None else (-math.inf, check.below if check.below else 0.0)
    line = low if check.above is not None else high
    what = f"{'above' if check.above is not None else 'below'} {line:g} at {check.at.value:g} {check.at.unit}"
    return (CheckedPrediction(check.id, what, convert(found, "ng/mL", check.unit), line, low, high, check.unit),)


def _plateau(
    check: PlateauCheck, built: BuiltModel, doses: Sequence[CompartmentDose], simulate: Simulate
) -> tuple[CheckedPrediction, ...]:
    times = np.array([convert(time, check.time_unit, "h") for time in check.times])
    curve = simulate(built, doses, times)[:, 0]
    spread = float(curve.max() / curve.min())
    return (CheckedPrediction(check.id, "highest over lowest", spread, 1.0, 1.0, check.at_most, "fraction"),)


def _curve(
    check: CurveCheck, built: BuiltModel, doses: Sequence[CompartmentDose], simulate: Simulate
) -> tuple[CheckedPrediction, ...]:
    predicted = simulate(built, doses, np.array(check.times_h))[:, built.analytes.index(check.analyte)]
    observed = np.array([molar_to_mass(value, check.substance) for value in check.observed_nmol_per_ml])
    mean_ratio = float(np.exp(np.mean(np.log(predicted / observed))))
    error = float(np.median(np.abs(predicted / observed - 1)))
    return (
        _within(
            check.id,
            "geometric mean of predicted / observed",
            mean_ratio,
            check.geometric_mean_ratio,
            "fraction",
            check.ratio_tolerance,
        ),
        _within(
            check.id,
            "median absolute error",
            convert(error, "fraction", "%"),
            check.median_absolute_error_percent,
            "%",
            check.error_tolerance,
        ),
    )


def _effect_site(
    check: EffectSiteCheck, built: BuiltModel, doses: Sequence[CompartmentDose], simulate: Simulate
) -> tuple[CheckedPrediction, ...]:
    followed = add_effect_site(built, ke0=convert(check.ke0.value, check.ke0.unit, "1/h"))
    step, peak = _hours(check.step), _hours(check.peak)
    times = np.arange(1, round(3 * peak / step) + 1, dtype=np.float64) * step
    site = simulate(followed, doses, times)[:, -1]
    reached = convert(float(times[site.argmax()]), "h", check.peak.unit)
    compared = [_within(check.id, "effect-site peak", reached, check.peak.value, check.peak.unit, check.tolerance)]
    if check.concentration is not None:
        height = float(site.max())
        compared.append(
            _within(check.id, "effect-site concentration", height, check.concentration, "ng/mL", check.tolerance)
        )
    return tuple(compared)
