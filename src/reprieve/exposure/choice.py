"""Which published models answer for a regimen: an ensemble by the rules in the evidence, or one by its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reprieve.errors import InputError, OutsideEvidence
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.model_choice import Member, ModelChoice
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.exposure.build import between_subject
from reprieve.regimen import Regimen

_CHOICE = "exposure"


@dataclass(frozen=True)
class Chosen:
    """One published model that answers, and why.

    Parameters
    ----------
    model : the record
    reason : the sentence shown with every answer
    variability_from : record whose between-subject variability is used
    borrowed : parameter of ``model`` to parameter of ``variability_from``; empty when it is its own
    apart : racemic ketamine is given and the model is of esketamine: R-ketamine is followed apart
    """

    model: PopulationModel
    reason: str
    variability_from: PopulationModel
    borrowed: Mapping[str, str]
    apart: bool = False


def choose_models(evidence: Evidence, form: str, route: str, age: float | None = None) -> tuple[Chosen, ...]:
    """The ensemble for a form, route and age (years) by the rules in the evidence, the leading model first.

    Raises
    ------
    OutsideEvidence
        No published model covers the form.
    """
    rule = evidence.record(ModelChoice, _CHOICE).rule_for(form, route, age)
    if rule is None:
        raise OutsideEvidence(
            f"No complete published population model covers {form} {route}. Give racemic or esketamine instead."
        )
    return tuple(_chosen(evidence, member, form) for member in rule.members)


def reaches_blood(regimen: Regimen) -> bool:
    """Whether any of its routes is known to bring a measurable amount into the blood; a cream alone does not."""
    return regimen.routes != ("topical",)


def choose_for(evidence: Evidence, regimen: Regimen, age: float | None = None) -> tuple[Chosen, ...]:
    """The ensemble for a regimen; nothing where it does not reach the blood."""
    return choose_models(evidence, regimen.form, regimen.route, age) if reaches_blood(regimen) else ()


def named_model(evidence: Evidence, model_id: str, regimen: Regimen) -> Chosen:
    """A model asked for by its id, for this regimen.

    One that publishes typical values only borrows its variability as the rules in the evidence say, and says so.

    Raises
    ------
    UnknownName
        There is no such model.
    InputError
        The model is not about this form, nor about esketamine when the racemate is given.
    """
    model = evidence.record(PopulationModel, str(model_id))
    apart = _is_apart(model, regimen.form)
    if regimen.form not in model.forms and not apart:
        raise InputError(
            f"{model_id} was made for {' and '.join(model.forms)}; the regimen gives {regimen.form}. "
            f"Choose another model, or write the regimen in that form."
        )
    if between_subject(model)[0]:
        return Chosen(model, "asked for by name", model, {}, apart)
    members = (member for rule in evidence.record(ModelChoice, _CHOICE).rules for member in rule.members)
    for member in members:
        if member.model == model_id and member.variability_from is not None:
            lender = evidence.record(PopulationModel, member.variability_from)
            said = f"asked for by name; between-subject variability is borrowed from {lender.id}"
            return Chosen(model, said, lender, member.borrowed, apart)
    return Chosen(model, "asked for by name; it publishes no between-subject variability", model, {}, apart)


def _chosen(evidence: Evidence, member: Member, form: str) -> Chosen:
    model = evidence.record(PopulationModel, member.model)
    lender = evidence.record(PopulationModel, member.variability_from) if member.variability_from else model
    return Chosen(model, member.reason, lender, member.borrowed, _is_apart(model, form))


def _is_apart(model: PopulationModel, form: str) -> bool:
    return form == "racemic" and "racemic" not in model.forms and "esketamine" in model.forms
