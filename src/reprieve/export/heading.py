"""What stands above every exported model: where it comes from and how far to trust it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version

from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.population_model import PopulationModel

NOT_FOR_CLINICAL_USE = "Not for clinical use without checking the paper."


def heading(evidence: Evidence, model: PopulationModel, routes: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Lines of plain text: source, evidence, sampling, people, how to dose, what is left out, versions.

    Parameters
    ----------
    evidence : what is published, the record among it
    model : the record
    routes : route to the amounts a dose by it goes into
    """
    cited = evidence.reference(model.source)
    lines = [
        f"{model.id}, {model.completeness}",
        NOT_FOR_CLINICAL_USE,
        f"Source: {cited.short}" + (f", doi {cited.doi}" if cited.doi else ""),
        *(f"Read in: {text}" for text in model.sources_read),
        f"Evidence level: {model.evidence_level}",
        f"Sampling site: {model.sampling} ({model.sampling_status}), {model.matrix}. {model.sampling_note}",
        f"People: {model.population.who}",
        f"Drug: {', '.join(model.forms)}; doses in mg of base",
        "Units: h, mg, L, kg, ng/mL",
    ]
    for route, amounts in routes.items():
        lines.append(f"Route {route}: give the whole dose into {' and '.join(amounts)}")
        if reason := model.inputs[route].infusion_only:
            lines.append(f"Route {route}: only over a time. {reason}")
    lines += [
        f"{name} changes with the time since the first dose, which is time 0 here"
        for name in sorted(model.time_varying())
    ]
    if model.never_for_dosing:
        lines.append(f"Never for dosing: {model.never_for_dosing}")
    lines += [f"Missing: {lack.what} ({lack.reason})" for lack in model.missing]
    lines += [f"Note: {note}" for note in model.notes]
    if model.between_occasion:
        lines.append("Left out: variability between occasions")
    between = model.between_subject
    lines += [f"Left out: variability of {name} on the logit scale" for name in between.logit_sd]
    lines += [f"Left out: additive variability of {name}" for name in between.additive_sd]
    if model.between_subject.note:
        lines.append(f"Variability between people: {model.between_subject.note}")
    if model.residual_error_note:
        lines.append(f"Residual error: {model.residual_error_note}")
    lines.append(f"Reprieve {version('reprieve')}, evidence fingerprint {evidence.fingerprint}")
    return tuple(" ".join(line.split()) for line in lines)
