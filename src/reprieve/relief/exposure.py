"""Exposure: the arrays of a chosen model for a regimen, and the concentrations it gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.errors import OutsideEvidence
from reprieve.evidence import read
from reprieve.evidence.absorption import add_approximate_input
from reprieve.evidence.build import BuiltModel, between_subject, build, individual_doses
from reprieve.evidence.built_system import system_of
from reprieve.evidence.enantiomers import with_both_enantiomers
from reprieve.evidence.interactions import interaction_id
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.evidence.records.protocol import Protocol
from reprieve.pkpd.dose import Dose
from reprieve.pkpd.individual_dose import IndividualDose
from reprieve.regimen import Regimen
from reprieve.relief.exposure_changes import exposure_changes, with_changes
from reprieve.relief.exposure_choice import Chosen, choose_models, named_model
from reprieve.relief.patient import Patient
from reprieve.relief.plan import read_plan
from reprieve.relief.times import read_times
from reprieve.relief.virtual_patients import VirtualPatients, potency


def deviations(chosen: Chosen, normals: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Deviations of the model's parameters for virtual patients, each on the scale its parameter varies on.

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


def model_covariates(model: PopulationModel, patient: Patient) -> dict[str, float | str]:
    """What is known of the patient besides weight that the model uses; what it lacks, it refuses or states.

    A drug the model has as a covariate is given or not as the patient's interactions say, where they are stated.
    """
    used: dict[str, float | str] = {}
    if "age" in model.covariates and patient.age is not None:
        used["age"] = patient.age
    if "rifampicin" in model.covariates and patient.interactions is not None:
        named = {interaction_id(agent.partition(":")[0].strip()) for agent in patient.interactions}
        used["rifampicin"] = "with" if "rifampicin" in named else "without"
    return used


def exposure_model(
    chosen: Chosen, plan: Regimen, patient: Patient, people: VirtualPatients | None = None, *, parent_only: bool = False
) -> BuiltModel:
    """The chosen model for these people, with the route's input, both enantiomers and what changes exposure.

    Parameters
    ----------
    chosen : the model
    plan : its form and route decide
    patient : weight, age and what changes exposure
    people : the virtual patients; the typical one when not given
    parent_only : leave metabolites out, which is faster
    """
    departs = deviations(chosen, people.pk_normals) if people else {}

    def built_with(analytes: Sequence[str] | None) -> BuiltModel:
        covariates = model_covariates(chosen.model, patient)
        model = chosen.model
        built = build(model, weight_kg=patient.weight_kg, covariates=covariates, deviations=departs, analytes=analytes)
        return with_route(built, plan)

    parent = [chosen.model.parent]
    built = built_with(parent if parent_only else None)
    half = np.full(1, 0.5)
    if chosen.apart:
        ratio = read.clearance_ratio("arketamine")
        low, high = ratio.range
        r_clearance = low * (high / low) ** people.r_clearance_rank if people else np.full(1, ratio.middle)
        built = with_both_enantiomers(built, built if parent_only else built_with(parent), r_clearance)
    changes = exposure_changes(patient.interactions or (), plan)
    return with_changes(built, chosen.model, changes, people.exposure_rank if people else half)


def analyte_potencies(chosen: Chosen, form: str, r_potency: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """How much S-ketamine a ng/mL of each analyte of the drug given counts for, (n_patients,) each."""
    parent = chosen.model.parent
    if chosen.apart:
        return {parent: potency("esketamine", r_potency), "r_ketamine": potency("arketamine", r_potency)}
    return {parent: potency(form, r_potency)}


def with_route(built: BuiltModel, regimen: Regimen) -> BuiltModel:
    """The model with an input for each route of the regimen: its own, or an approximation; exposures add up.

    Raises
    ------
    OutsideEvidence
        Nothing published lets a route be computed, or the regimen mixes forms.
    """
    if len(regimen.forms) > 1:
        raise OutsideEvidence(
            f"The regimen gives {' and '.join(regimen.forms)}, which differ in effect per mg, and no published model "
            f"follows them beside each other. Ask about each form on its own."
        )
    for route in regimen.routes:
        if route not in built.inputs:
            built = add_approximate_input(built, read.route(route, regimen.form))
    return built


def individual_dose_events(built: BuiltModel, regimen: Regimen, weight_kg: float) -> tuple[IndividualDose, ...]:
    """The regimen as inputs into the model's compartments, mg of base, where subjects may differ in them."""
    return tuple(
        entry
        for event in regimen.events(weight_kg)
        for entry in individual_doses(
            built, route=event.route, mg=event.amount_mg, start_h=event.time_h, duration_h=event.duration_h
        )
    )


def dose_events(built: BuiltModel, regimen: Regimen, weight_kg: float) -> tuple[Dose, ...]:
    """The regimen as inputs into the compartments of one subject, mg of base."""
    return tuple(dose.of_subject(0) for dose in individual_dose_events(built, regimen, weight_kg))


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
    asked = read_times(times)
    chosen = named_model(model, plan) if model else choose_models(plan.form, plan.route, patient.age)[0]
    built = exposure_model(chosen, plan, patient)
    changed = [said for change in exposure_changes(patient.interactions or (), plan) for said in change.said]
    doses = dose_events(built, plan, patient.weight_kg)
    values = system_of(built).simulate(doses, asked).values[0]
    return Concentration(
        asked,
        built.analytes,
        np.maximum(values, 0.0),
        chosen.model.id,
        chosen.model.sampling,
        chosen.reason,
        " ".join(filter(None, (built.note, *changed))),
    )
