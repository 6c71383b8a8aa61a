"""Where a question lies outside what was studied; every way in which it does is said."""

from __future__ import annotations

from reprieve.evidence.records.population_model import PopulationModel
from reprieve.evidence.records.relief_prior import Studied
from reprieve.regimen import Regimen
from reprieve.relief.patient import Patient


def extrapolations(patient: Patient, regimen: Regimen, studied: Studied, model: PopulationModel) -> tuple[str, ...]:
    """One sentence for each way in which patient or regimen lie outside the studied ones.

    Parameters
    ----------
    patient, regimen : the question
    studied : what the relief parameters were estimated on
    model : the population model of exposure
    """
    said: list[str] = []
    if patient.condition != studied.condition:
        said.append(
            f"Condition: the relief parameters come from {studied.condition.upper()}; how much of "
            f"{(patient.condition or 'this pain').replace('_', ' ')} pain depends on sensitisation is unknown "
            f"and was taken as anywhere from none to as much."
        )
    if regimen.form != studied.form:
        said.append(
            f"Form: lasting relief was estimated with {studied.form}; {regimen.form} is converted by its potency "
            f"in experimental pain."
        )
    if regimen.route != studied.route:
        said.append(f"Route: lasting relief was estimated with {studied.route} infusion, not {regimen.route} doses.")
    low, high = studied.infusion_hours
    if not low <= regimen.infusion_hours <= high:
        said.append(
            f"Hours: lasting relief was estimated on one course of about 100 h; this one has "
            f"{regimen.infusion_hours:.3g} h of infusion."
        )
    if regimen.sessions > 1:
        said.append(
            f"Sessions: the course that was estimated on was continuous; this one has {regimen.sessions} sessions."
        )
    for name, value, (least, most), unit in (
        ("Age", patient.age, studied.age, "years"), ("Weight", patient.weight, studied.weight, "kg"),
    ):  # fmt: skip
        if isinstance(value, float) and not least <= value <= most:
            said.append(
                f"{name}: {value:.3g} {unit} is outside {least:g} to {most:g} {unit}, the relief study's patients."
            )
    people = model.population.weight_kg
    if people and isinstance(patient.weight, float) and not people.low <= patient.weight <= people.high:
        said.append(
            f"Weight: {patient.weight:.3g} kg is outside {people.low:g} to {people.high:g} kg, the people of the "
            f"exposure model {model.id}; it is scaled by allometry."
        )
    return tuple(said)
