"""Evaluate the checks a published model comes with: predicted beside expected, for any simulator.

The simulator is handed in, so the same checks serve the engine, a reference solver and somebody else's code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from reprieve.evidence.build import BuiltModel, CompartmentDose, add_effect_site, build, compartment_doses
from reprieve.evidence.records.model_check import (
    Check,
    ConcentrationCheck,
    CurveCheck,
    DispositionCheck,
    EffectSiteCheck,
    Expected,
    ExposureCheck,
    RatioCheck,
    Span,
    Tolerance,
)
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.units import MOLAR_MASS, convert, molar_to_mass

Floats = NDArray[np.float64]

#: (model of one subject, doses, times (n_times,) h) to concentrations (n_times, n_analytes) ng/mL
Simulate: TypeAlias = Callable[[BuiltModel, Sequence[CompartmentDose], Floats], Floats]


@dataclass(frozen=True)
class Comparison:
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


def evaluate(model: PopulationModel, check: Check, simulate: Simulate) -> tuple[Comparison, ...]:
    """Compare what a model predicts with what one of its checks expects.

    Parameters
    ----------
    model : the published model; its typical subject at the check's weight is simulated
    check : one of ``model.checks``
    simulate : the simulator
    """
    built = build(model, weight_kg=check.weight_kg)
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
    match check:
        case ConcentrationCheck():
            return _concentrations(check, built, doses, simulate)
        case ExposureCheck():
            return _exposure(check, built, doses, simulate)
        case RatioCheck():
            return _ratio(check, model, built, doses, simulate)
        case DispositionCheck():
            return _disposition(check, model, built)
        case CurveCheck():
            return _curve(check, built, doses, simulate)
        case EffectSiteCheck():
            return _effect_site(check, built, doses, simulate)


def _hours(span: Span | None) -> float:
    return 0.0 if span is None else convert(span.value, span.unit, "h")


def _within(check: str, what: str, predicted: float, expected: float, unit: str, allowed: Tolerance) -> Comparison:
    margin = max(allowed.relative * abs(expected), allowed.absolute, allowed.printed_to / 2)
    return Comparison(check, what, predicted, expected, expected - margin, expected + margin, unit)


def _concentrations(
    check: ConcentrationCheck, built: BuiltModel, doses: Sequence[CompartmentDose], simulate: Simulate
) -> tuple[Comparison, ...]:
    times = np.array([convert(time, check.time_unit, "h") for time in check.times])
    predicted = simulate(built, doses, times)
    return tuple(
        _within(
            check.id,
            f"{analyte} at {time:g} {check.time_unit}",
            float(predicted[row, built.analytes.index(analyte)]),
            values[row],
            "ng/mL",
            check.tolerance,
        )
        for analyte, values in check.expected.items()
        for row, time in enumerate(check.times)
    )


def _exposure(
    check: ExposureCheck, built: BuiltModel, doses: Sequence[CompartmentDose], simulate: Simulate
) -> tuple[Comparison, ...]:
    start, end, step = _hours(check.start), _hours(check.end), _hours(check.step)
    times = np.arange(round((end - start) / step) + 1, dtype=np.float64) * step + start
    curves = simulate(built, doses, times)
    compared = []
    for row in check.expected:
        curve = curves[:, built.analytes.index(row.analyte)]
        predicted = _summary(row, times - start, curve, check.to_infinity)
        if row.low is not None and row.high is not None:
            what = f"{row.analyte} {row.quantity}"
            compared.append(Comparison(check.id, what, predicted, row.value, row.low, row.high, row.unit))
        else:
            what = f"{row.analyte} {row.quantity}"
            compared.append(_within(check.id, what, predicted, row.value, row.unit, check.tolerance))
    return tuple(compared)


def _summary(row: Expected, times: Floats, curve: Floats, to_infinity: bool) -> float:
    """Peak, its time, area or half-life of one curve (times h, ng/mL), in the unit of the expected value."""
    match row.quantity:
        case "cmax":
            return convert(float(curve.max()), "ng/mL", row.unit)
        case "tmax":
            return convert(float(times[curve.argmax()]), "h", row.unit)
        case "half_life":
            return convert(float(np.log(2)) / _terminal_rate(times, curve), "h", row.unit)
        case "auc":
            concentration, time = row.unit.split("*")
            tail = float(curve[-1]) / _terminal_rate(times, curve) if to_infinity else 0.0
            area = float(np.trapezoid(curve, times)) + tail
            return area * convert(1.0, "ng/mL", concentration) * convert(1.0, "h", time)


def _terminal_rate(times: Floats, curve: Floats) -> float:
    """1/h, the log-linear decline over the last quarter of the window."""
    early = 3 * len(times) // 4
    return float(np.log(curve[early] / curve[-1]) / (times[-1] - times[early]))


def _ratio(
    check: RatioCheck,
    model: PopulationModel,
    built: BuiltModel,
    doses: Sequence[CompartmentDose],
    simulate: Simulate,
) -> tuple[Comparison, ...]:
    late = simulate(built, doses, np.array([_hours(check.at)]))[0]

    def moles(analyte: str) -> float:
        return float(late[built.analytes.index(analyte)]) / MOLAR_MASS[model.analytes[analyte].substance]

    predicted = moles(check.numerator) / moles(check.denominator)
    what = f"{check.numerator} to {check.denominator}, molar"
    return (_within(check.id, what, predicted, check.value, "fraction", check.tolerance),)


def _disposition(check: DispositionCheck, model: PopulationModel, built: BuiltModel) -> tuple[Comparison, ...]:
    """Clearance and steady-state volume from the moments of a unit bolus, by linear algebra.

    With ``dx/dt = K x``, the area under ``x`` is ``-K⁻¹x₀`` and its first moment ``K⁻²x₀``; clearance is
    dose/AUC and the volume at steady state clearance · mean residence time.
    """
    inverse = np.linalg.inv(built.rate_matrix[0])
    central = built.graph.index(built.central)
    # mg/mL in the central compartment per mg in it, as L⁻¹
    per_litre = convert(float(built.readout[0, built.analytes.index(model.parent), central]), "ng/mL", "mg/L")
    area = -per_litre * inverse[central, central]
    moment = per_litre * (inverse @ inverse)[central, central]
    clearance = 1 / area
    predicted = clearance if check.quantity == "clearance" else clearance * moment / area
    house = "L/h" if check.quantity == "clearance" else "L"
    what = check.quantity.replace("_", " ")
    converted = convert(float(predicted), house, check.unit)
    return (Comparison(check.id, what, converted, check.value, check.low, check.high, check.unit),)


def _curve(
    check: CurveCheck, built: BuiltModel, doses: Sequence[CompartmentDose], simulate: Simulate
) -> tuple[Comparison, ...]:
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
) -> tuple[Comparison, ...]:
    followed = add_effect_site(built, ke0=convert(check.ke0.value, check.ke0.unit, "1/h"))
    step, peak = _hours(check.step), _hours(check.peak)
    times = np.arange(1, round(3 * peak / step) + 1, dtype=np.float64) * step
    site = simulate(followed, doses, times)[:, -1]
    reached = convert(float(times[site.argmax()]), "h", check.peak.unit)
    return (_within(check.id, "effect-site peak", reached, check.peak.value, check.peak.unit, check.tolerance),)
