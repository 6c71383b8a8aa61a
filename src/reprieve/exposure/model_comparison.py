"""What every published model that covers a regimen predicts for the same patient, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.chart.patient import Patient
from reprieve.errors import InputError, MissingDatum, OutsideEvidence
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.exposure.build import build
from reprieve.exposure.inputs import known_covariates
from reprieve.exposure.model import dose_events
from reprieve.pkpd.measures import auc_to_infinity, peak
from reprieve.pkpd.simulate import simulate
from reprieve.regimen import Regimen

#: Hours after the end of the last dose that are looked at when none are asked for.
_AFTER_H = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
#: Longest time, h, that may be asked for: two years.
_LONGEST_H = 2 * 365 * 24.0
_SITES = ("arterial", "venous")


@dataclass(frozen=True)
class Predicted:
    """The typical patient by one model.

    Parameters
    ----------
    model : the record
    concentrations : (n_times,) ng/mL of its parent drug
    cmax : ng/mL
    tmax_h : h after the start of the first dose
    auc : ng/mL·h, to infinity
    outside : what of the patient lies outside the people it was made from
    note : what it takes for granted; empty when nothing
    """

    model: PopulationModel
    concentrations: NDArray[np.float64]
    cmax: float
    tmax_h: float
    auc: float
    outside: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class ModelComparison:
    """All models that cover a regimen, highest peak first, and why the others do not answer.

    Parameters
    ----------
    regimen : what is given
    patient : to whom
    times_h : (n_times,) h after the start of the first dose
    predicted : the models that answer
    skipped : id of a model to the reason why it does not answer
    """

    regimen: Regimen
    patient: Patient
    times_h: tuple[float, ...]
    predicted: tuple[Predicted, ...]
    skipped: dict[str, str]

    @property
    def at_once(self) -> str:
        """What to know of the peak of a dose injected at once; empty where there is none."""
        weight = self.patient.weight_kg
        injected = any(dose.route == "iv" and dose.duration_h == 0 for dose in self.regimen.events(weight))
        said = "Cmax of an injection is the dose mixed at once into a model's first volume: nobody measures it."
        return said if injected else ""

    @property
    def sampling(self) -> str:
        """The sentence on where blood was drawn: it accounts for most of what differs around a dose."""
        peaks = {site: [p.cmax for p in self.predicted if p.model.sampling == site] for site in _SITES}
        rule = "Compare measured concentrations only with models of the same site."
        if self.at_once or not all(peaks.values()):
            return (
                f"Sampling site usually dominates the differences between models: around a dose arterial "
                f"concentrations are higher than venous ones. {rule}"
            )
        apart = min(peaks["arterial"]) > max(peaks["venous"])
        return (
            f"Sampling site {'dominates' if apart else 'usually dominates'} the differences: here arterial models peak "
            f"at {_span(peaks['arterial'])} and venous ones at {_span(peaks['venous'])} ng/mL. {rule}"
        )


def _span(values: Sequence[float]) -> str:
    """``125 to 177``, or one number where they are the same to three digits."""
    return " to ".join(dict.fromkeys(f"{value:.3g}" for value in (min(values), max(values))))


def compare_models(
    regimen: str,
    patient: Patient,
    *,
    times: Sequence[float] | None = None,
    with_all: bool = False,
    evidence: Evidence | None = None,
) -> ModelComparison:
    """Predict one regimen by every published model with an input for its route and form.

    Parameters
    ----------
    regimen : in the regimen grammar
    patient : the weight is needed, the age by some models
    times : h after the start of the first dose; at and after the end of the last dose when not given
    with_all : also models that nobody should dose by
    evidence : what is published; what comes with Reprieve when not given

    Raises
    ------
    InputError
        Times outside 0 to two years, or a regimen that cannot be read.
    OutsideEvidence
        No model covers the form and route.
    """
    known = evidence or Evidence.packaged()
    covariates = known_covariates(known, patient)
    given = Regimen.parse(regimen)
    asked = _times(given, times)
    predicted: list[Predicted] = []
    skipped: dict[str, str] = {}
    for model_id in known.ids(PopulationModel):
        model = known.record(PopulationModel, model_id)
        reason = _barred(model, given, with_all)
        if reason is None:
            try:
                predicted.append(_predict(model, given, patient, covariates, np.array(asked)))
            except MissingDatum:
                reason = "needs the age of the patient"
            except OutsideEvidence as error:
                reason = str(error).removesuffix(" Choose another model or route.")
        if reason is not None:
            skipped[model_id] = reason
    if not predicted:
        raise OutsideEvidence(
            f"No published population model that runs has {' and '.join(given.forms)} {' and '.join(given.routes)}. "
            f"The list of models says what each covers; a concentration approximates routes from published absorption."
        )
    predicted.sort(key=lambda one: -one.cmax)
    return ModelComparison(given, patient, asked, tuple(predicted), skipped)


def _times(regimen: Regimen, times: Sequence[float] | None) -> tuple[float, ...]:
    if times is None:
        return tuple(regimen.last_dose_end_h + after for after in _AFTER_H)
    if not times or min(times) < 0 or max(times) > _LONGEST_H:
        raise InputError(f"Times must be from 0 (the start of the first dose) to {_LONGEST_H:g} h, as 0.5,1,2.")
    return tuple(times)


def _barred(model: PopulationModel, regimen: Regimen, with_all: bool) -> str | None:
    """Why a model cannot answer for this regimen, the first reason that applies; None where it can."""
    if model.completeness == "incomplete":
        return "incomplete: it cannot be run"
    if not set(regimen.forms) <= set(model.forms):
        return f"made for {' and '.join(model.forms)}"
    if lacking := [route for route in regimen.routes if route not in model.inputs]:
        return f"no published input for {' and '.join(lacking)}; it has {', '.join(model.inputs)}"
    if model.never_for_dosing and not with_all:
        return f"never for dosing: {' '.join(model.never_for_dosing.split())} (asked for all models, it is included)"
    return None


def _predict(
    model: PopulationModel,
    regimen: Regimen,
    patient: Patient,
    known: Mapping[str, float | str],
    times: NDArray[np.float64],
) -> Predicted:
    built = build(
        model,
        weight_kg=patient.weight_kg,
        covariates={name: value for name, value in known.items() if name in model.covariates},
        analytes=(model.parent,),
        for_comparison=True,
    )
    built.require_constant_rates("peak and area")
    doses = dose_events(built, regimen, patient.weight_kg)
    values = simulate(built.rate_matrix, built.readout, doses, times).values[0, :, 0]
    top = peak(built.rate_matrix, built.readout, doses)
    return Predicted(
        model=model,
        concentrations=np.maximum(values, 0.0),
        cmax=float(top.value[0, 0]),
        tmax_h=float(top.time_h[0, 0]),
        auc=float(auc_to_infinity(built.rate_matrix, built.readout, doses)[0, 0]),
        outside=_outside(model, patient),
        note=built.note,
    )


def _outside(model: PopulationModel, patient: Patient) -> tuple[str, ...]:
    """What of the patient lies outside the people studied, where their range was seen."""
    people = model.population
    looked_at = (("weight", patient.weight_kg, people.weight_kg, "kg"), ("age", patient.age, people.age_years, "years"))
    return tuple(
        f"{what} studied {span.low:g} to {span.high:g} {unit}"
        for what, value, span, unit in looked_at
        if value is not None and span is not None and not span.low <= value <= span.high
    )
