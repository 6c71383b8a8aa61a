"""Protocols, conditions, population models and relief priors, from their records."""

from __future__ import annotations

import numpy as np

from generator.table import table
from reprieve.evidence import read
from reprieve.evidence.build import BuiltModel
from reprieve.evidence.model_checks import evaluate
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.evidence.records.relief_prior import Belief
from reprieve.pkpd.schedule import Dose
from reprieve.pkpd.simulate import simulate

_STATUS = (
    "Statuses: *seen* was read in the named source, *derived* was computed from seen numbers, *recalled* is from "
    "memory and unverified, *assumed* was chosen for the reason given.\n"
)


def _cited(keys: tuple[str, ...]) -> str:
    found = [(key, read.reference(key)) for key in keys]
    return ", ".join(f"[{entry.short}]({entry.link})" if entry.link else entry.short for _, entry in found)


def protocols() -> str:
    """The named protocols."""
    records = [read.protocol(name) for name in read.protocol_ids()]
    rows = [
        (f"[`{p.id}`](#{p.id})", f"`{p.regimen}`", p.regimen_status, (p.condition or "not in pain").replace("_", " "))
        for p in records
    ]
    parts = [
        "# Protocols\n\n*Published*: as printed for everybody. *Approximated*: titrated, averaged or partly assumed, "
        "with the reason. *Advertised*: offered to the public, with no trial of it in pain.\n",
        table(("protocol", "regimen", "status", "studied in"), rows),
    ]
    for p in records:
        why = f"{p.regimen_status}. {p.reason or ''}".strip()
        facts = [
            ("regimen", f"`{p.regimen}`"), ("status", why), ("setting", p.setting),
            ("doses", p.weight_basis.replace("_", " ")), ("sources", _cited(p.sources)), ("notes", p.notes),
        ]  # fmt: skip
        parts.append(f"## {p.id}\n\n{p.title}.\n\n{table(('', ''), facts)}")
    return "\n".join(parts)


def conditions() -> str:
    """The conditions, their names and how certain lasting relief is in them."""
    parts = [
        "# Conditions\n\nA condition may be given by its id, a synonym, or a SNOMED CT or ICD-10 code; a finer ICD-10 "
        "code means the same condition. The certainty is of relief that outlasts the course, beyond placebo, in GRADE "
        "words.\n"
    ]
    for name in read.condition_ids():
        record = read.condition(name)
        codes = ", ".join(f"{code.system.upper()} {code.code} ({code.status})" for code in record.codes)
        judged = [
            (", ".join(j.routes) or "any other", j.exposure.replace("_", " "), j.level, j.finding.replace("_", " "),
             f"{j.statement} ({j.by})", _cited(j.sources))
            for j in record.certainty
        ]  # fmt: skip
        parts.append(
            f"## {name}\n\n{record.name[0].upper()}{record.name[1:]}. Also: {', '.join(record.synonyms) or '–'}. "
            f"Codes: {codes or '–'}.\n\n"
            + (f"{record.notes}\n\n" if record.notes else "")
            + table(("routes", "course", "certainty", "finding", "statement", "sources"), judged)
        )
    return "\n".join(parts)


def priors() -> str:
    """What is believed of the relief model."""
    parts = ["# What is believed of the relief model\n", _STATUS]
    for name in read.record_ids("relief_priors"):
        prior = read.relief_prior(name)
        studied = prior.studied
        facts = [
            ("calibration", prior.calibration), ("condition", studied.condition), ("form", studied.form),
            ("route", studied.route), ("hours of infusion", _span(studied.infusion_hours)),
            ("rate, mg/kg/h", _span(studied.mg_per_kg_per_hour)), ("age, years", _span(studied.age)),
            ("weight, kg", _span(studied.weight)), ("status", f"{studied.status}. {studied.reason}"),
        ]  # fmt: skip
        rows = [
            (
                f"`{parameter}`", _value(belief), belief.unit, _people(belief), belief.status,
                _cited((belief.source,)) if belief.source else "–", belief.reason,
            )
            for parameter, belief in prior.parameters.items()
        ]  # fmt: skip
        columns = ("parameter", "value and what is not known", "unit", "between people", "status", "source", "why")
        parts.append(f"## {name}\n\n{prior.title}.\n\n{table(('estimated on', ''), facts)}\n{table(columns, rows)}")
    parts.append("The equations these enter are in [the relief model](../explanation/relief-model.md).")
    return "\n".join(parts)


def _span(ends: tuple[float, float]) -> str:
    return f"{ends[0]:g} to {ends[1]:g}"


def _value(belief: Belief) -> str:
    if belief.form == "fixed":
        return f"{belief.value:g}, fixed"
    if belief.form == "uniform":
        return f"anywhere from {belief.low:g} to {belief.high:g}"
    if belief.form == "lognormal":
        return f"{belief.value:g} (95 % {belief.low:g} to {belief.high:g}, lognormal)"
    return f"{belief.value:g} (standard error {belief.se:g}, {belief.form})"


def _people(belief: Belief) -> str:
    spread = belief.between_subject
    return f"SD of the log {spread.sd_log:g} ({spread.status}: {spread.reason})" if spread else "–"


def models() -> str:
    """The population models, each with its checks: predicted beside published."""
    parts = [
        "# Population models\n\nEach is one paper's typical values, between-subject variability and weight effects. "
        "Beside each check stands what the model predicts; *published* was printed by the authors, *observed* was "
        "measured in people, *computed* was simulated from the same parameters by other code.\n",
        _STATUS,
    ]
    return "\n".join(parts + [_model(read.population_model(name)) for name in read.population_model_ids()])


def _years(model: PopulationModel) -> str:
    found = model.population.age_years
    return f"{found.low:g} to {found.high:g} years" if found else "not seen"


def _kilograms(model: PopulationModel) -> str:
    found = model.population.weight_kg
    return f"{found.low:g} to {found.high:g} kg" if found else "not seen"


def _model(model: PopulationModel) -> str:
    people = model.population
    facts = [
        ("source", _cited((model.source,))), ("forms", ", ".join(model.forms)),
        ("sampling", f"{model.sampling} {model.matrix}. {model.sampling_note}"),
        ("people", f"{people.n or 'number not seen'}: {people.who}"),
        ("age", _years(model)), ("weight", _kilograms(model)),
        ("routes of its own", ", ".join(model.inputs)), ("how its numbers were seen", model.evidence_level),
    ]  # fmt: skip
    variance = model.between_subject.variance
    scaled = {name: effect.exponent for effect in model.effects for name in effect.parameters}
    rows = [
        (
            f"`{name}`", f"as `{p.same_as}`" if p.same_as else f"{p.value:g}", p.unit,
            f"{100 * np.sqrt(np.expm1(variance[name])):.0f} %" if name in variance else "–",
            f"(weight/{model.covariates['weight'].reference:g})^{scaled[name]:g}" if name in scaled else "–", p.status,
        )
        for name, p in model.parameters.items()
    ]  # fmt: skip
    checked = [
        (
            check.id.replace("_", " "), row.what.replace("_", "-"), f"{row.predicted:.3g}", f"{row.expected:.3g}",
            f"{row.low:.3g} to {row.high:.3g}", row.unit, check.origin,
            "yes" if row.agrees else f"no: {check.known_misfit}",
        )
        for check in model.checks
        for row in evaluate(model, check, _engine)
    ]  # fmt: skip
    notes = "".join(f"- {' '.join(note.split())}\n" for note in model.notes)
    return "\n".join([
        f"## {model.id}\n", table(("", ""), facts),
        table(("parameter", "value", "unit", "between people (CV)", "weight", "status"), rows),
        table(("check", "what", "predicted", "expected", "allowed", "unit", "origin", "agrees"), checked),
        notes,
    ])  # fmt: skip


def _engine(built: BuiltModel, doses: object, times: object) -> object:
    return simulate(built.rate_matrix, built.readout, [Dose(*dose) for dose in doses], times).values[0]
