"""The model of exposure of a person: a published one with the inputs of a regimen and what changes exposure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.chart.patient import Patient
from reprieve.errors import OutsideEvidence
from reprieve.evidence import read
from reprieve.evidence.interactions import interaction_id
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.exposure.absorption import add_approximate_input
from reprieve.exposure.build import BuiltModel, between_subject, build, individual_doses
from reprieve.exposure.changes import exposure_changes, with_changes
from reprieve.exposure.choice import Chosen
from reprieve.exposure.enantiomers import with_both_enantiomers
from reprieve.pkpd.dose import Dose
from reprieve.pkpd.individual_dose import IndividualDose
from reprieve.regimen import Regimen


@dataclass(frozen=True)
class ExposureDraws:
    """How people differ in exposure.

    Parameters
    ----------
    pk_normals : (n_people, at least as many as parameters vary) independent standard normals
    r_clearance_rank : (n_people,) where between its sources the clearance of R-ketamine lies, 0 to 1
    change_rank : (n_people,) where between its sources a change of exposure lies, 0 to 1
    """

    pk_normals: NDArray[np.float64]
    r_clearance_rank: NDArray[np.float64]
    change_rank: NDArray[np.float64]


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
    chosen: Chosen, plan: Regimen, patient: Patient, draws: ExposureDraws | None = None, *, parent_only: bool = False
) -> BuiltModel:
    """The chosen model for these people, with the route's input, both enantiomers and what changes exposure.

    Parameters
    ----------
    chosen : the model
    plan : its form and route decide
    patient : weight, age and what changes exposure
    draws : how people differ; the typical person when not given
    parent_only : leave metabolites out, which is faster
    """
    departs = deviations(chosen, draws.pk_normals) if draws else {}

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
        r_clearance = low * (high / low) ** draws.r_clearance_rank if draws else np.full(1, ratio.middle)
        built = with_both_enantiomers(built, built if parent_only else built_with(parent), r_clearance)
    changes = exposure_changes(patient.interactions or (), plan)
    return with_changes(built, chosen.model, changes, draws.change_rank if draws else half)


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
