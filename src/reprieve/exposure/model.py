"""The model of exposure of a person: a published one with the inputs of a regimen and what changes exposure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.evidence.records.route import Route
from reprieve.exposure.absorption import add_approximate_input
from reprieve.exposure.build import BuiltModel, between_subject, build, individual_doses
from reprieve.exposure.changes import with_changes
from reprieve.exposure.choice import Chosen
from reprieve.exposure.enantiomers import with_both_enantiomers
from reprieve.exposure.inputs import ExposureInputs
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


def exposure_model(
    chosen: Chosen, inputs: ExposureInputs, draws: ExposureDraws | None = None, *, parent_only: bool = False
) -> BuiltModel:
    """A model for these people, with the inputs of the regimen, both enantiomers and what changes exposure.

    Parameters
    ----------
    chosen : the model
    inputs : the regimen and what is known of the patient
    draws : how people differ; the typical person when not given
    parent_only : leave metabolites out, which is faster
    """
    departs = deviations(chosen, draws.pk_normals) if draws else {}
    model = chosen.model

    def built_with(analytes: Sequence[str] | None) -> BuiltModel:
        covariates = inputs.covariates(model)
        built = build(model, weight_kg=inputs.weight_kg, covariates=covariates, deviations=departs, analytes=analytes)
        return with_routes(built, inputs.absorbed)

    parent = [model.parent]
    built = built_with(parent if parent_only else None)
    half = np.full(1, 0.5)
    if chosen.apart:
        low, high = inputs.r_clearance.range
        middle = np.full(1, inputs.r_clearance.middle)
        r_clearance = low * (high / low) ** draws.r_clearance_rank if draws else middle
        built = with_both_enantiomers(built, built if parent_only else built_with(parent), r_clearance)
    return with_changes(built, model, inputs.changes, draws.change_rank if draws else half)


def with_routes(built: BuiltModel, absorbed: Mapping[str, Route]) -> BuiltModel:
    """The model with an approximate input for each route it has none of its own for; exposures add up."""
    for name, record in absorbed.items():
        if name not in built.inputs:
            built = add_approximate_input(built, record)
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
