"""Exposure: which published model answers for a regimen, and the concentrations it gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.errors import InputError, OutsideEvidence
from reprieve.evidence import read
from reprieve.evidence.absorption import add_first_order_input
from reprieve.evidence.build import BuiltModel, between_subject, build, compartment_doses
from reprieve.evidence.built_system import system_of
from reprieve.evidence.records.model_choice import ChoiceRule
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.evidence.records.protocol import Protocol
from reprieve.pkpd.schedule import Dose
from reprieve.regimen import Regimen
from reprieve.relief.patient import Patient
from reprieve.relief.plan import read_plan

_CHOICE = "adult"
#: Longest time, h, that may be asked for: two years.
_LONGEST_H = 2 * 365 * 24.0


@dataclass(frozen=True)
class Chosen:
    """The published model that answers, and why.

    Parameters
    ----------
    model : the record
    reason : the sentence shown with every answer
    variability_from : record whose between-subject variability is used
    borrowed : parameter of ``model`` to parameter of ``variability_from``; empty when it is its own
    """

    model: PopulationModel
    reason: str
    variability_from: PopulationModel
    borrowed: Mapping[str, str]


def choose_model(form: str, route: str) -> Chosen:
    """The model for a form and route by the rules in the evidence.

    Raises
    ------
    OutsideEvidence
        No published model covers the form.
    """
    rule: ChoiceRule | None = read.model_choice(_CHOICE).rule_for(form, route)
    if rule is None:
        raise OutsideEvidence(
            f"No complete published population model covers {form} {route}. Give racemic or esketamine instead."
        )
    model = read.population_model(rule.model)
    lender = read.population_model(rule.variability_from) if rule.variability_from else model
    return Chosen(model, rule.reason, lender, rule.borrowed)


def named_model(model_id: str, regimen: Regimen) -> Chosen:
    """A model asked for by its id, for this regimen.

    One that publishes typical values only borrows its variability as the rules in the evidence say, and says so.

    Raises
    ------
    UnknownName
        There is no such model.
    InputError
        The model is not about this form.
    """
    model = read.population_model(str(model_id))
    if regimen.form not in model.forms:
        raise InputError(
            f"{model_id} was made for {' and '.join(model.forms)}; the regimen gives {regimen.form}. "
            f"Choose another model, or write the regimen in that form."
        )
    if between_subject(model)[0]:
        return Chosen(model, "asked for by name", model, {})
    for rule in read.model_choice(_CHOICE).rules:
        if rule.model == model_id and rule.variability_from is not None:
            lender = read.population_model(rule.variability_from)
            said = f"asked for by name; between-subject variability is borrowed from {lender.id}"
            return Chosen(model, said, lender, rule.borrowed)
    return Chosen(model, "asked for by name; it publishes no between-subject variability", model, {})


def log_deviations(chosen: Chosen, normals: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Log deviations of the model's parameters for virtual patients.

    Parameters
    ----------
    chosen : the model and whose variability it uses
    normals : (n_subjects, ≥ number of varying parameters) independent standard normals

    Returns
    -------
    parameter name to (n_subjects,)
    """
    names, covariance = between_subject(chosen.variability_from)
    if not names:
        return {}
    correlated = normals[:, : len(names)] @ np.linalg.cholesky(covariance).T
    own = chosen.borrowed or {name: name for name in names}
    return {mine: correlated[:, names.index(theirs)] for mine, theirs in own.items()}


def model_covariates(model: PopulationModel, patient: Patient) -> dict[str, float]:
    """What is known of the patient besides weight that the model uses; what it lacks, it refuses or states."""
    return {"age": patient.age} if "age" in model.covariates and patient.age is not None else {}


def with_route(built: BuiltModel, regimen: Regimen) -> BuiltModel:
    """The model with an input for the regimen's route: its own, or a first-order approximation."""
    if regimen.route in built.inputs:
        return built
    return add_first_order_input(built, read.route(regimen.route, regimen.form))


def dose_events(built: BuiltModel, regimen: Regimen, weight_kg: float) -> tuple[Dose, ...]:
    """The regimen as inputs into the model's compartments, mg of base."""
    return tuple(
        Dose(*entry)
        for event in regimen.events(weight_kg)
        for entry in compartment_doses(
            built, route=event.route, mg=event.amount_mg, start_h=event.time_h, duration_h=event.duration_h
        )
    )


@dataclass(frozen=True)
class Concentration:
    """Concentrations of a typical patient; an array of shape (n_times, n_analytes) to NumPy.

    Parameters
    ----------
    times_h : (n_times,) h after the start of the first dose
    analytes : (n_analytes,) names
    values : (n_times, n_analytes) ng/mL
    model : id of the population model
    sampling : arterial, venous or mixed: where its blood was drawn
    reason : why this model
    note : what is approximated; empty when nothing is
    """

    times_h: NDArray[np.float64]
    analytes: tuple[str, ...]
    values: NDArray[np.float64]
    model: str
    sampling: str
    reason: str
    note: str

    def __array__(self, dtype: object = None, copy: bool | None = None) -> NDArray[np.float64]:
        return np.array(self.values, dtype=dtype, copy=True if copy is None else copy)  # type: ignore[call-overload,no-any-return]

    @property
    def shape(self) -> tuple[int, ...]:
        """(n_times, n_analytes)."""
        return self.values.shape

    def to_dict(self) -> dict[str, object]:
        """The answer of ``concentration --json``."""
        return {
            "times_h": [float(t) for t in self.times_h],
            "analytes": {name: [float(f"{v:.6g}") for v in self.values[:, i]] for i, name in enumerate(self.analytes)},
            "model": self.model,
            "sampling": self.sampling,
            "reason": self.reason,
            "note": self.note,
        }


def concentration(
    regimen: Regimen | Protocol | str, patient: Patient, *, times: Sequence[float], model: str | None = None
) -> Concentration:
    """Concentrations of the typical patient of this weight.

    Parameters
    ----------
    regimen : a regimen, its text, or a named protocol
    patient : the weight is needed
    times : (n_times,) h after the start of the first dose, 0 or later
    model : id of a population model; by form and route when not given

    Returns
    -------
    Concentration
        ng/mL, shape (n_times, n_analytes), with the model and its sampling site

    Raises
    ------
    InputError
        Times that are not finite or negative; a missing weight; a model for another form.
    OutsideEvidence
        Nothing published lets the form or route be computed.
    """
    plan = read_plan(regimen)
    try:
        asked = np.atleast_1d(np.asarray(times, dtype=float))
    except (TypeError, ValueError):
        raise InputError(f"Times are given as {times!r}; they must be hours, for example [0.5, 1, 2].") from None
    if asked.ndim != 1 or asked.size == 0 or not np.all(np.isfinite(asked)):
        raise InputError("Times must be a list of finite hours, for example 0.5,1,2.")
    if asked.min() < 0 or asked.max() > _LONGEST_H:
        raise InputError(
            f"Times run from {asked.min():g} to {asked.max():g} h; they must be from 0 (the start of the first "
            f"dose) to {_LONGEST_H:g} h."
        )
    chosen = named_model(model, plan) if model else choose_model(plan.form, plan.route)
    covariates = model_covariates(chosen.model, patient)
    built = with_route(build(chosen.model, weight_kg=patient.weight_kg, covariates=covariates), plan)
    doses = dose_events(built, plan, patient.weight_kg)
    values = system_of(built).simulate(doses, asked).values[0]
    return Concentration(
        asked,
        built.analytes,
        np.maximum(values, 0.0),
        chosen.model.id,
        chosen.model.sampling,
        chosen.reason,
        built.note,
    )
