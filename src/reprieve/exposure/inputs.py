"""What decides the concentrations of one patient on one regimen, looked up once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from reprieve.chart.patient import Patient
from reprieve.errors import OutsideEvidence
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.interactions import interaction_id, name_and_group
from reprieve.evidence.records.clearance_ratio import ClearanceRatio
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.evidence.records.route import Route
from reprieve.exposure.changes import ExposureChange, exposure_changes
from reprieve.exposure.choice import Chosen
from reprieve.regimen import Regimen

#: A drug that a model has as a covariate of its own.
_RIFAMPICIN = "rifampicin"


@dataclass(frozen=True)
class ExposureInputs:
    """A regimen, a patient and the published models that answer, with everything they need of the evidence.

    Parameters
    ----------
    regimen : what is given
    weight_kg : body weight
    known : covariate to its value, of those besides weight that are known of the patient
    members : the models; which one is right is not known. None where nothing reaches the blood
    changes : what other drugs, food, genotype and organ function do, route by route
    r_clearance : clearance of R-ketamine over that of S-ketamine
    absorbed : route to what is published of its absorption, where a member has no input of its own for it
    """

    regimen: Regimen
    weight_kg: float
    known: Mapping[str, float | str]
    members: tuple[Chosen, ...]
    changes: tuple[ExposureChange, ...]
    r_clearance: ClearanceRatio
    absorbed: Mapping[str, Route]

    def covariates(self, model: PopulationModel) -> dict[str, float | str]:
        """What is known of the patient that a model uses; what it lacks, it refuses or states."""
        return {name: value for name, value in self.known.items() if name in model.covariates}

    def alone(self, member: Chosen) -> Self:
        """The same with one of the members."""
        return replace(self, members=(member,))


def exposure_inputs(
    evidence: Evidence, regimen: Regimen, patient: Patient, members: Sequence[Chosen]
) -> ExposureInputs:
    """Look up what decides the concentrations.

    Parameters
    ----------
    evidence : where it is looked up
    regimen : what is given
    patient : weight, age and what changes exposure
    members : the models that answer

    Raises
    ------
    UnknownName
        Nothing is known by a name that may change exposure; the nearest are named.
    InputError
        Something named has several groups; they are named.
    OutsideEvidence
        Nothing published lets a route be computed, or the regimen mixes forms.
    """
    return ExposureInputs(
        regimen=regimen,
        weight_kg=patient.weight_kg,
        known=known_covariates(evidence, patient),
        members=tuple(members),
        changes=exposure_changes(evidence, patient.interactions or (), regimen),
        r_clearance=evidence.record(ClearanceRatio, "arketamine"),
        absorbed=absorbed(evidence, regimen, [member.model for member in members]),
    )


def known_covariates(evidence: Evidence, patient: Patient) -> dict[str, float | str]:
    """Covariates of population models that are known of a patient, besides weight.

    A drug that models have as a covariate is given or not as the patient's interactions say, where they are stated.
    """
    found: dict[str, float | str] = {}
    if patient.age is not None:
        found["age"] = patient.age
    if patient.interactions is not None:
        named = {interaction_id(evidence, name_and_group(agent)[0]) for agent in patient.interactions}
        found[_RIFAMPICIN] = "with" if _RIFAMPICIN in named else "without"
    return found


def absorbed(evidence: Evidence, regimen: Regimen, models: Sequence[PopulationModel]) -> dict[str, Route]:
    """Route to what is published of its absorption, where one of the models has no input of its own for it.

    Raises
    ------
    OutsideEvidence
        Nothing published lets a route be computed, or the regimen mixes forms.
    """
    if models and len(regimen.forms) > 1:
        raise OutsideEvidence(
            f"The regimen gives {' and '.join(regimen.forms)}, which differ in effect per mg, and no published model "
            f"follows them beside each other. Ask about each form on its own."
        )
    lacking = [route for route in regimen.routes if any(route not in model.inputs for model in models)]
    return {route: evidence.route(route, regimen.form) for route in lacking}
