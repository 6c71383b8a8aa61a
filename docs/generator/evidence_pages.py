"""Protocols, conditions and relief priors, from their records."""

from __future__ import annotations

from generator.table import table
from reprieve.evidence import read
from reprieve.evidence.records.relief_prior import Belief

#: What the statuses on a page mean.
STATUSES = (
    "Statuses: *seen* was read in the named source, *derived* was computed from seen numbers, *recalled* is from "
    "memory and unverified, *assumed* was chosen for the reason given.\n"
)


def cited(keys: tuple[str, ...]) -> str:
    """Publications by their keys, with links where there are any."""
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
            ("doses", p.weight_basis.replace("_", " ")), ("sources", cited(p.sources)), ("notes", p.notes),
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
             f"{j.statement} ({j.by})", cited(j.sources))
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
    parts = ["# What is believed of the relief model\n", STATUSES]
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
                cited((belief.source,)) if belief.source else "–", belief.reason,
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
