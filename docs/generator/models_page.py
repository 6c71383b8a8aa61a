"""The population models, each with its checks: predicted beside published."""

from __future__ import annotations

import math
from collections.abc import Iterator

from generator.evidence_pages import STATUSES, cited
from reprieve.answers.model_check import CheckedNumber, check_answer
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.report.covariate_effect import effect_in_words
from reprieve.report.markdown_table import table

EVIDENCE = Evidence.packaged()

_INTRO = """# Population models

Each is one paper's typical values, how people differ, and what they depend on. Beside each check stands what the model
predicts; *published* was printed by the authors, *observed* was measured in people, *computed* was simulated from the
same parameters by other code. [How to choose one](../how-to/choose-a-model.md).
"""


def page() -> str:
    """The page."""
    models = [EVIDENCE.record(PopulationModel, name) for name in EVIDENCE.ids(PopulationModel)]
    rows = [
        (
            f"[`{m.id}`](#{m.id.lower()})",
            ", ".join(m.forms),
            m.sampling,
            ", ".join(m.inputs),
            m.completeness.replace("_", " "),
        )
        for m in models
    ]
    columns = ("model", "forms", "sampling", "routes of its own", "completeness")
    return "\n".join([_INTRO, STATUSES, table(columns, rows), *(_model(model) for model in models)])


def _model(model: PopulationModel) -> str:
    parts = [f"## {model.id}\n", table(("", ""), _facts(model))]
    if model.missing:
        parts.append(table(("missing", "why"), ((lack.what, lack.reason) for lack in model.missing)))
    if model.parameters:
        columns = ("parameter", "value", "unit", "between people (CV)", "depends on", "status")
        parts.append(table(columns, _parameters(model)))
    if model.quoted:
        rows = ((f"`{name}`", q.value, q.unit, q.status, q.note) for name, q in model.quoted.items())
        parts.append(table(("printed, not used", "value", "unit", "status", "note"), rows))
    if model.checks:
        columns = ("check", "what", "predicted", "expected", "allowed", "unit", "origin", "agrees")
        parts.append(table(columns, _checks(model)))
    parts.append("".join(f"- {' '.join(note.split())}\n" for note in model.notes))
    return "\n".join(part for part in parts if part)


def _facts(model: PopulationModel) -> Iterator[tuple[str, object]]:
    people = model.population
    yield "source", cited((model.source,))
    yield "forms", ", ".join(model.forms)
    sampled = (
        "not seen" if model.sampling == model.matrix else f"{model.sampling} {model.matrix}. {model.sampling_note}"
    )
    yield "sampling", sampled
    yield "people", people.who if people.n is None else f"{people.n}: {people.who}"
    for what, span, unit in (("age", people.age_years, "years"), ("weight", people.weight_kg, "kg")):
        yield what, f"{span.low:g} to {span.high:g} {unit}" if span else "not seen"
    yield "how its numbers were seen", model.evidence_level
    if model.described:
        yield "described as", model.described
    if model.never_for_dosing:
        yield "**never for dosing**", model.never_for_dosing
    if model.no_independent_check:
        yield "no independent check", model.no_independent_check


def _parameters(model: PopulationModel) -> Iterator[tuple[object, ...]]:
    between = model.between_subject
    variance = between.log_variance()
    for name, found in model.parameters.items():
        value = f"as `{found.same_as}`" if found.value is None else f"{found.value:g}"
        varies = f"{100 * math.sqrt(math.expm1(variance[name])):.0f} %" if name in variance else None
        varies = f"logit SD {between.logit_sd[name]:g}" if name in between.logit_sd else varies
        effects = "; ".join(
            effect_in_words(model.covariates, effect) for effect in model.effects if name in effect.parameters
        )
        yield f"`{name}`", value, found.unit, varies, effects, found.status


def _checks(model: PopulationModel) -> Iterator[tuple[object, ...]]:
    (rerun,) = check_answer(EVIDENCE, model.id).models
    for check in rerun.checks:
        name = check.check.replace("_", " ")
        if not check.rows:
            yield name, None, None, None, None, None, check.origin, f"not computed: {check.reason}"
        for row in check.rows:
            agrees = "yes" if row.verdict == "agrees" else f"no: {check.reason}"
            numbers = (f"{row.predicted:.3g}", f"{row.published:.3g}", _allowed(row))
            yield name, row.what.replace("_", "-"), *numbers, row.unit, check.origin, agrees


def _allowed(row: CheckedNumber) -> str:
    if row.low is None or row.high is None:
        return f"{row.low:.3g} or more" if row.high is None else f"{row.high:.3g} or less"
    return f"{row.low:.3g} to {row.high:.3g}"
