"""Where a question lies outside what was studied; every way in which it does is said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reprieve.chart.patient import Patient
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.regimen import Regimen
from reprieve.relief.studied import Studied
from reprieve.words import spoken


def extrapolations(
    patient: Patient, regimen: Regimen, studied: Studied, models: Sequence[PopulationModel]
) -> tuple[str, ...]:
    """One sentence for each way in which patient or regimen lie outside the studied ones.

    Parameters
    ----------
    patient, regimen : the question
    studied : what the relief model was calibrated on
    models : the population models of exposure; each has its own people
    """
    said: list[str] = []
    if patient.condition not in studied.conditions:
        name = spoken(patient.condition or "this pain")
        said.append(
            f"Condition: the relief model was calibrated on no study of it; what the drug adds in {name} was taken to "
            f"be as in any other condition."
        )
    if other := [form for form in regimen.forms if form not in studied.forms]:
        said.append(f"Form: no study of lasting relief gave {' or '.join(other)}; it is converted by its potency.")
    if other := [route for route in regimen.routes if route not in studied.routes]:
        said.append(f"Route: no study of lasting relief gave {' or '.join(other)} doses.")
    if isinstance(patient.weight, float) and not studied.holds_infusion(regimen, patient.weight):
        rate = regimen.infused_mg(patient.weight) / regimen.infusion_hours / patient.weight
        (shortest, longest), (slowest, fastest) = studied.hours, studied.rates
        said.append(
            f"Hours and dose: {regimen.infusion_hours:.3g} h at {rate:.3g} mg/kg/h together lie outside what was "
            f"studied ({shortest:.2g} to {longest:.3g} h, {slowest:.2g} to {fastest:.2g} mg/kg/h)."
        )
    if said:
        said.append("Outside what was studied, what the drug adds is taken to differ twice as much between settings.")
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
