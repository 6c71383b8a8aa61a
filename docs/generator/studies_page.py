"""The index of the evidence: studies by role, signals about them, and reviews."""

from __future__ import annotations

from collections import Counter

from generator.evidence_pages import STATUSES, cited
from reprieve.answers.study_list import routes_of, study_line
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.column import Column
from reprieve.evidence.records.integrity import Integrity
from reprieve.evidence.records.review import Review, ReviewNumber
from reprieve.evidence.records.study import Role, Study
from reprieve.report.markdown_table import table

EVIDENCE = Evidence.packaged()


def page() -> str:
    """The page."""
    return "\n".join((*_studies(), *_rest()))


def _studies() -> tuple[str, ...]:
    numbers = Counter(number.status for study in EVIDENCE.all_studies for number in study.outcomes)
    said = ", ".join(f"{count} {status}" for status, count in numbers.most_common())
    duplicates = ((f"`{s.id}`", f"`{s.duplicate_of}`", s.design, cited((s.reference,))) for s in _of("duplicate"))
    return (
        "# Studies and reviews\n",
        f"{len(EVIDENCE.all_studies)} studies with {numbers.total()} printed numbers ({said}), and "
        f"{len(EVIDENCE.records(Review))} reviews. `reprieve evidence show ID` shows all of one; "
        "[the evidence base](../explanation/evidence-base.md) says how it is kept.\n",
        STATUSES,
        "## Evidence\n\nStudies a forecast is set beside. *Numbers*: those that can enter a fit, of those printed. "
        "\\* has a signal below.\n",
        table(
            ("study", "condition", "routes", "design", "n", "hours", "bias", "numbers", "in short", "source"),
            map(_evidence, EVIDENCE.studies),
        ),
        "## Background\n\nTheir design is known, but no forecast is set beside them, for the reason given.\n",
        table(("study", "condition", "routes", "n", "why not", "source"), map(_background, _of("background"))),
        "## Duplicates\n\nOther papers on patients who are counted already.\n",
        table(("study", "patients of", "design", "source"), duplicates),
        "## Withheld\n\nTheir results are not in Reprieve: the forecast is examined on them.\n",
        table(("study", "condition", "design", "n", "regimen", "source"), map(_withheld, _of("withheld"))),
    )


def _rest() -> tuple[str, ...]:
    return (
        "## Signals\n\nSigns that numbers may not be what they seem. They accuse nobody: printing errors look alike.\n",
        table(
            ("signal", "studies", "what was found", "what a fit should do", "status"),
            map(_signal, EVIDENCE.records(Integrity)),
        ),
        "## Reviews\n\nTo be read beside a forecast. They pool the same trials again, some of them withheld, so "
        "nothing is ever fitted to a pooled number.\n",
        table(
            ("review", "of what", "pooled", "n", "withheld trial inside", "numbers and conclusion", "source"),
            map(_review, EVIDENCE.records(Review)),
        ),
        "## Columns of outcomes.csv\n\nIn this order; an empty cell means what the last column says, and where that is "
        "empty, that nothing was printed.\n",
        table(
            ("column", "meaning", "type", "unit", "allowed", "required", "empty means"),
            map(_column, EVIDENCE.outcome_columns),
        ),
    )


def _signal(one: Integrity) -> tuple[object, ...]:
    return one.signal, ", ".join(f"`{name}`" for name in one.studies), one.what, one.consequence, one.status


def _review(one: Review) -> tuple[object, ...]:
    pooled = f"{one.k} {one.k_is}" if one.k else None
    said = "; ".join(filter(None, (*map(_figure, one.figures), one.conclusion or one.note)))
    return f"`{one.id}`", one.scope, pooled, one.n, one.includes_withheld, said, cited((one.reference,))


def _column(one: Column) -> tuple[object, ...]:
    allowed = ", ".join(f"`{word}`" for word in one.allowed)
    return (f"`{one.name}`", one.meaning, one.type.replace("_", " or "), one.unit, allowed,
            "yes" if one.required else None, f"`{one.default}`" if one.default else None)  # fmt: skip


def _of(role: Role) -> tuple[Study, ...]:
    return tuple(study for study in EVIDENCE.all_studies if study.role == role)


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(names).replace("_", " ")


def _evidence(study: Study) -> tuple[object, ...]:
    line = study_line(EVIDENCE, study)
    flagged = " \\*" if study.flags else ""
    hours = "–".join(dict.fromkeys(f"{value:.4g}" for value in line.infusion_hours))
    return (
        f"`{study.id}`{flagged}", _names(study.conditions), _names(routes_of(study)),
        study.design_class.replace("_", " "), study.n_total, hours, study.risk_of_bias,
        f"{line.usable_numbers} of {line.numbers}", study.headline, cited((study.reference,)),
    )  # fmt: skip


def _background(study: Study) -> tuple[object, ...]:
    return (
        f"`{study.id}`", _names(study.conditions), _names(routes_of(study)), study.n_total, study.background,
        cited((study.reference,)),
    )  # fmt: skip


def _withheld(study: Study) -> tuple[object, ...]:
    regimens = dict.fromkeys(f"`{arm.regimen}` ({arm.regimen_status})" for arm in study.arms if arm.regimen)
    return (
        f"`{study.id}`", _names(study.conditions), study.design, study.n_total, "; ".join(regimens),
        cited((study.reference,)),
    )  # fmt: skip


def _figure(figure: ReviewNumber) -> str:
    ends = "" if figure.low is None else f"{figure.low:g} to {figure.high:g}"
    number = ends if figure.estimate is None else f"{figure.estimate:g}" + (f" ({ends})" if ends else "")
    when = f", {figure.time}" if figure.time else ""
    unit = "" if figure.unit in ("ratio", "count", "fraction") else f" {figure.unit}"
    status = "" if figure.status == "seen" else f", {figure.status}"
    return f"{figure.measure}{when}: {number}{unit}{status}"
