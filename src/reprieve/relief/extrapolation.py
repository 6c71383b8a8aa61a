"""Where a question lies outside what was studied; every way in which it does is said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reprieve.evidence.records.population_model import PopulationModel
from reprieve.evidence.records.relief_prior import Studied
from reprieve.regimen import Regimen
from reprieve.relief.patient import Patient


def extrapolations(
    patient: Patient, regimen: Regimen, studied: Studied, models: Sequence[PopulationModel], *, no_benefit: bool = False
) -> tuple[str, ...]:
    """One sentence for each way in which patient or regimen lie outside the studied ones.

    Parameters
    ----------
    patient, regimen : the question
    studied : what the relief parameters were estimated on
    models : the population models of exposure; each has its own people
    no_benefit : trials of this condition and route find no benefit, so none was taken to last
    """
    said: list[str] = []
    if patient.condition != studied.condition:
        name = (patient.condition or "this pain").replace("_", " ")
        taken = (
            f"trials find no lasting benefit in {name} by this route, so none was forecast beyond placebo."
            if no_benefit
            else f"how many people's {name} pain depends on sensitisation is unknown and was taken as anywhere from "
            f"none to as many."
        )
        said.append(f"Condition: the relief parameters come from {studied.condition.upper()}; {taken}")
    if other := [form for form in regimen.forms if form != studied.form]:
        said.append(
            f"Form: lasting relief was estimated with {studied.form}; {' and '.join(other)} is converted by its "
            f"potency in experimental pain."
        )
    if other := [route for route in regimen.routes if route != studied.route]:
        also = "" if len(other) == len(regimen.routes) else "alone"
        what = f"{studied.route} infusion {also}".rstrip()
        said.append(f"Route: lasting relief was estimated with {what}, not {' or '.join(other)} doses.")
    low, high = studied.infusion_hours
    if not low <= regimen.infusion_hours <= high:
        said.append(
            f"Hours: lasting relief was estimated on one course of about 100 h; this one has "
            f"{regimen.infusion_hours:.3g} h of infusion."
        )
    if regimen.infusion_hours > 0 and isinstance(patient.weight, float):
        slowest, fastest = studied.mg_per_kg_per_hour
        rate = regimen.infused_mg(patient.weight) / regimen.infusion_hours / patient.weight
        if not slowest <= rate <= fastest:
            said.append(
                f"Dose: lasting relief was estimated at {slowest:g} to {fastest:g} mg/kg/h; this course averages "
                f"{rate:.3g} mg/kg/h."
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
    for model in models:
        said += _beyond_people(patient, model)
    return tuple(said)


def _beyond_people(patient: Patient, model: PopulationModel) -> Iterator[str]:
    """Where the patient lies outside the people that one exposure model was made from."""
    aged = "its effect of age is extended" if "age" in model.covariates else "it has no effect of age"
    for name, value, people, unit, how in (
        ("Age", patient.age, model.population.age_years, "years", aged),
        ("Weight", patient.weight, model.population.weight_kg, "kg", "it is scaled by allometry"),
    ):
        if people and isinstance(value, float) and not people.low <= value <= people.high:
            yield (
                f"{name}: {value:.3g} {unit} is outside {people.low:g} to {people.high:g} {unit}, the people of the "
                f"exposure model {model.id}; {how}."
            )
