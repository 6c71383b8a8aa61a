"""Protocols, conditions and the calibrated relief model, from their records."""

from __future__ import annotations

import numpy as np

from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.calibration import CalibrationPriors, Knowledge, PriorBelief
from reprieve.evidence.records.condition import Condition
from reprieve.evidence.records.protocol import Protocol
from reprieve.relief.posterior import PARAMETERS
from reprieve.relief.posterior import posterior as shipped_posterior
from reprieve.report.markdown_table import table

EVIDENCE = Evidence.packaged()

#: What the statuses on a page mean.
STATUSES = (
    "Statuses: *seen* was read in the named source, *derived* was computed from seen numbers, *recalled* is from "
    "memory and unverified, *assumed* was chosen for the reason given.\n"
)


def cited(keys: tuple[str, ...]) -> str:
    """Publications by their keys, with links where there are any."""
    found = [(key, EVIDENCE.reference(key)) for key in keys]
    return ", ".join(f"[{entry.short}]({entry.link})" if entry.link else entry.short for _, entry in found)


def protocols() -> str:
    """The named protocols."""
    records = [EVIDENCE.record(Protocol, name) for name in EVIDENCE.ids(Protocol)]
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
    for name in EVIDENCE.ids(Condition):
        record = EVIDENCE.condition(name)
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


def posterior() -> str:
    """The calibrated relief model, parameter by parameter."""
    found = shipped_posterior(EVIDENCE)
    about = found.calibration
    rows = []
    for name, fact in PARAMETERS.items():
        low, middle, high = np.quantile(found.values[name], (0.05, 0.5, 0.95))
        unit = "–" if fact.unit == "fraction" else fact.unit
        rows.append((f"`{name}`", f"{middle:.3g}", f"{low:.3g} to {high:.3g}", unit, fact.meaning))
    ran = about.diagnostics
    facts = [
        ("fitted to", f"{about.fitted.numbers} numbers of {about.fitted.studies} studies"),
        ("structure", about.structure), ("draws", about.n_draws), ("worst split R-hat", f"{ran.rhat_max:g}"),
        ("smallest effective size, bulk and tail", f"{ran.ess_bulk_min:g} and {ran.ess_tail_min:g}"),
        ("divergent transitions", ran.divergences),
    ]  # fmt: skip
    return "\n".join([
        "# The calibrated relief model\n", table(("", ""), facts), "## Parameters\n",
        table(("parameter", "median", "90 % interval", "unit", "what it is"), rows),
        "The equations these enter are in [the relief model](../explanation/relief-model.md).\n",
        *_beliefs(),
    ])  # fmt: skip


def _beliefs() -> tuple[str, ...]:
    """What was believed before the fit, and the mechanism of a person's course, which is not fitted."""
    reported, mechanism = (EVIDENCE.record(CalibrationPriors, name) for name in ("reported_relief", "mechanism"))
    return (
        "## Taken as given\n", STATUSES, _constants(reported),
        "## Believed before\n",
        "The priors, before any number was looked at ([what they are for](../explanation/calibration.md#priors)).\n",
        table(_PRIOR_COLUMNS, [_prior(*one) for one in reported.parameters.items()]),
        "## Known from elsewhere\n",
        "Beliefs about what the model gives: in the typical condition where none is named, and in a controlled "
        "study ([how they enter](../explanation/calibration.md#knowledge)). Days count from the end of the last "
        "dose; amounts are hours at 50 ng/mL of S-ketamine equivalent.\n",
        table(("what", "belief (mean, SD)", "status", "source", "why"), map(_known, reported.knowledge)),
        "## The mechanism of a person's course\n",
        "Not fitted: [who has how much of the effect when](../explanation/relief-model.md#a-persons-course) is drawn "
        "from these beliefs. Those about responders, context, studies and reports are used only where the mechanism "
        "is fitted to be [compared](../validation/structures.md).\n",
        table(_PRIOR_COLUMNS, [_prior(*one) for one in mechanism.parameters.items()]),
        _constants(mechanism),
    )  # fmt: skip


_PRIOR_COLUMNS = ("parameter", "belief", "unit", "status", "source", "why")


def _constants(of: CalibrationPriors) -> str:
    rows = [
        (f"`{name}`", f"{c.value:g}", c.unit, c.status, cited((c.source,)) if c.source else None, c.reason)
        for name, c in of.constants.items()
    ]
    return table(("constant", "value", "unit", "status", "source", "why"), rows)


def _prior(name: str, belief: PriorBelief) -> tuple[object, ...]:
    unit = None if belief.unit == "fraction" else belief.unit
    source = cited((belief.source,)) if belief.source else None
    return f"`{name}`", _said(belief), unit, belief.status, source, belief.reason


def _said(belief: PriorBelief) -> str:
    """The distribution in words, as ``form`` defines its two numbers."""
    middle, spread = f"{belief.middle:g}".replace("-", "−"), f"{belief.spread:g}"
    return {
        "lognormal": f"lognormal, median {middle}, SD of the log {spread}",
        "normal": f"normal, mean {middle}, SD {spread}",
        "normal01": f"normal, mean {middle}, SD {spread}, cut to 0 to 1",
        "halfnormal": f"half-normal, SD {spread}",
        "beta": f"beta of {middle} and {spread}",
    }[belief.form]


def _known(one: Knowledge) -> tuple[object, ...]:
    if one.what == "added":
        where = f"in {one.condition.replace('_', ' ')} " if one.condition else ""
        by = ", by mouth or nose" if one.slow_route else ""
        what = f"drug adds {where}on day {one.day:g}, after {one.hours:g} h and an amount of {one.amount:g}{by}"
    elif one.what == "placebo_share":
        what = f"share with {100 * one.threshold:g} % relief on placebo"
    else:
        what = "mean share of baseline gone on placebo"
    return what, f"{one.middle:g} ({one.spread:g})", one.status, cited(one.sources) or None, one.reason
