"""Forecasts beside what studies reported, the studies of the fit included; every number in it is computed."""

from __future__ import annotations

import textwrap
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import reprieve as rp
from reprieve import strict_yaml
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.protocol import Protocol
from reprieve.regimen import Regimen
from reprieve.relief.comparison import GROUPS, Compared, Comparison, Contrast, compare, regimen_of, score
from reprieve.relief.population_course import Spread
from reprieve.report.markdown_table import table
from reprieve.words import HORIZONS

EVIDENCE = Evidence.packaged()

#: Days after the last dose from which a number says something of weeks.
_MONTH = 28
_EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "eight_protocols"

_INTRO = """# Comparison with published results (in sample)

The relief model was [calibrated](calibration.md) on these studies, so this page shows how well it fits and not how
well it predicts; prediction of studies left out of the fit is the matter of [the
validation](../validation/README.md), and [beside the trials](../validation/beside-trials.md) are those that a reader
would name. It sets a prediction beside every number in the evidence that one can be asked
for. It is made by `python docs/generate.py` from the evidence and the model; nobody types a number here.

How to read it: each arm is predicted by `predict_arm` with the regimen of its record, at 70 kg (mean weights are
rarely printed), with the size that was reported. The interval holds 80 % of what studies of that size would report if
the model were right. Days count from the end of the last dose. *Status* says how the reported number was seen. A
response in words is read as at least 30 % relief, complete relief as pain under half a point; each row says so. The
study's own effects are not used: every study is predicted as another one like it would be.
"""


@cache
def compared() -> Comparison:
    """Every printed number beside its forecast."""
    return compare(EVIDENCE.studies)


def page() -> str:
    """The page."""
    made = compared()
    scored = [(group, [row for row in made.compared if row.question.group == group]) for group in GROUPS]
    parts = [_INTRO, "## In short\n", _summary(scored, made), "## Where it is wrong, and why\n", _wrong(made)]
    parts += [f"## {group[0].upper()}{group[1:]}\n\n{_rows(rows)}" for group, rows in scored]
    parts += [
        "## p values, shown and not scored\n",
        _contrasts(made.contrasts),
        "## The eight protocols of the examples\n",
    ]
    parts += [_eight(made), "## What could not be compared\n", _left_out(made)]
    return "\n".join(parts)


def _percent(value: float) -> str:
    return f"{100 * value:.0f} %"


def _points(value: float) -> str:
    """Hundredths, signed."""
    return f"{100 * value:+.0f}".replace("-", "−").replace("+0", "0").replace("−0", "0")


def _summary(scored: Sequence[tuple[str, list[Compared]]], made: Comparison) -> str:
    rows = []
    for name, found in (*scored, ("all", list(made.compared))):
        got = score(found)
        if got is not None:
            rows.append(
                (
                    name,
                    got.n,
                    f"{100 * got.mean_absolute_error:.0f}",
                    _points(_more_relief(found)),
                    _percent(got.inside),
                )
            )
    columns = (
        "what was reported",
        "numbers",
        "mean absolute error",
        "reported relief less forecast",
        "inside the 80 % interval",
    )
    note = "Errors are of the median forecast, in hundredths (of patients, or of baseline pain). "
    studies = len({row.place.study.id for row in made.compared})
    counts = f"{len(made.compared)} numbers of {studies} studies are compared, {len(made.contrasts)} p values shown, "
    return f"{table(columns, rows)}\n{note}{counts}{len(made.left_out)} numbers left out.\n"


def _more_relief(rows: Iterable[Compared]) -> float:
    """Mean of reported relief less forecast relief, whichever measure it is in."""
    signed = [(-1 if row.question.group != "mean pain" else 1) * row.error for row in rows]
    return sum(signed) / len(signed)


class _Slice(NamedTuple):
    label: str
    holds: Callable[[Compared], bool]
    why: str


def _drug(row: Compared) -> bool:
    return row.place.arm.role == "ketamine"


def _late(row: Compared) -> bool:
    return row.question.asked.day >= 1


def _controlled(row: Compared) -> bool:
    return row.place.study.design_class.startswith("rct")


def _crps(row: Compared) -> bool:
    return (row.place.arm.condition or row.place.study.condition) == "crps"


def _hours(row: Compared) -> float:
    return Regimen.parse(regimen_of(row.place.study, row.place.arm) or "").infusion_hours


def _soon(row: Compared) -> bool:
    return _drug(row) and not _late(row)


_SLICES = (
    _Slice(
        "placebo arms",
        lambda row: not _drug(row),
        "One term for placebo, time and regression to the mean. Few placebo arms were followed beyond the first day.",
    ),
    _Slice(
        "during or within a day, infusions up to 4 h",
        lambda row: _soon(row) and _hours(row) <= 4,
        "What the drug adds at the end; most numbers of the fit are of these.",
    ),
    _Slice(
        "during or within a day, infusions beyond 4 h",
        lambda row: _soon(row) and _hours(row) > 4,
        "Hours and amount add to it, and nothing in the model is tolerance.",
    ),
    _Slice(
        "later than a day, controlled studies",
        lambda row: _drug(row) and _late(row) and _controlled(row),
        "Few and small.",
    ),
    _Slice(
        "later than a day, no control",
        lambda row: _drug(row) and _late(row) and not _controlled(row),
        "Predicted with a level of their own, more relief without the drug and a longer half-life, which these numbers "
        "alone inform; what counted as response, and who was still followed, differs from study to study.",
    ),
    _Slice(
        "CRPS beyond 30 days",
        lambda row: _drug(row) and _crps(row) and row.question.asked.day > 30,
        "Hardly any has a control. Half-life and the effects of a missing control explain the same few numbers.",
    ),
)


def _wrong(made: Comparison) -> str:
    rows = []
    for part in _SLICES:
        found = [row for row in made.compared if part.holds(row)]
        got = score(found)
        if got is not None:
            error = f"{100 * got.mean_absolute_error:.0f}"
            rows.append((part.label, got.n, error, _points(_more_relief(found)), _percent(got.inside), part.why))
    columns = ("where", "numbers", "mean absolute error", "reported relief less forecast", "inside", "why")
    return f"{table(columns, rows)}\n{_in_words(made)}"


def _in_words(made: Comparison) -> str:
    trial = {r.place.arm.id: r for r in made.compared if r.place.study.id == "sigtermans2009"}
    ket, pla = trial["ket"], trial["pla"]
    last = max(
        (c for c in made.contrasts if c.place.study.id == "sigtermans2009" and c.place.outcome.relation == "<"),
        key=lambda c: c.place.outcome.days_after_end or 0,
    )
    late = [r for r in made.compared if _drug(r) and _late(r)]
    controlled, not_controlled = (
        _points(_more_relief([r for r in late if _controlled(r) == wanted])) for wanted in (True, False)
    )
    day, p = last.place.outcome.days_after_end, last.place.outcome.value
    month = [r for r in late if r.question.asked.day >= _MONTH]
    with_control = sum(map(_controlled, month))
    complete = [r for r in made.compared if r.question.group == "complete relief"]
    said = (
        "**The trial with the longest placebo arm** ([Sigtermans "
        "2009](../reference/protocols.md#sigtermans2009)). In the first week pain was "
        f"{_percent(ket.question.reported)} of baseline with esketamine and {_percent(pla.question.reported)} on "
        f"placebo; the model says {_interval(ket)} and {_interval(pla)}. The weekly pain was seen; the two "
        "baselines (7.2 and 6.9), and so the shares, are *recalled*.",
        f"**Weeks 5 to 12.** The same trial reports a difference from placebo at day {day:g} (p < {p:g}), and the "
        f"model's difference in mean pain is then {_points(-last.q50)} hundredths of baseline (80 % interval "
        f"{_points(-last.q90)} to {_points(-last.q10)}, above 0 where esketamine has less pain). That p and one like "
        "it are all that placebo "
        f"says of the time after the first month. Of {len(month)} shares and means from day {_MONTH} on, "
        f"{with_control} have a control.",
        f"**Without control.** After the first day, reported relief less predicted relief is {not_controlled} "
        f"hundredths in studies without control and {controlled} in controlled ones, although the model has three "
        "effects of a missing control. What cohorts report scatters more than the model allows.",
        '**Words.** In the fit, "complete" and responses in words have shifts of their own. Predictions have '
        f"none: they are about pain, not about words. {_inside(complete)} numbers of complete relief lie inside; "
        "far more people are called free of pain than the model has with pain under half a point.",
        "**What the interval does not hold.** It holds what is not known about the parameters, how studies "
        "differ and the chance of a small study, not that the model itself may be wrong.",
    )
    bullets = (textwrap.fill(f"- {text}", 118, subsequent_indent="  ", break_on_hyphens=False) for text in said)
    return "\n".join(bullets) + "\n"


def _inside(rows: Sequence[Compared]) -> str:
    return f"{sum(row.inside for row in rows)} of {len(rows)}"


def _interval(row: Compared) -> str:
    return f"{_percent(row.q50)} ({100 * row.q10:.0f} to {100 * row.q90:.0f})"


def _name(row: Compared | Contrast) -> str:
    study = row.place.study
    found = EVIDENCE.reference(study.reference)
    label = study.id if found.short.startswith("authors not") else found.short
    return f"[{label}]({found.link})" if found.link else label


def _who(row: Compared | Contrast) -> str:
    condition = (row.place.arm.condition or row.place.study.condition).replace("_", " ")
    return f"{condition}, {row.place.study.design_class.replace('_', ' ')}"


def _rows(found: Sequence[Compared]) -> str:
    columns = (
        "study",
        "condition, design",
        "arm",
        "day",
        "counted",
        "reported",
        "forecast (80 %)",
        "inside?",
        "status",
    )
    ordered = sorted(found, key=lambda r: (not _controlled(r), r.place.study.id, r.place.arm.id, r.question.asked.day))
    return table(columns, (
        (
            _name(row), _who(row), _arm(row), f"{row.question.asked.day:.4g}",
            row.question.reading or _counted(row), _percent(row.question.reported), _interval(row),
            "yes" if row.inside else "**no**", row.place.outcome.status,
        )
        for row in ordered
    ))  # fmt: skip


def _arm(row: Compared) -> str:
    arm = row.place.arm
    return f"`{arm.regimen}`" if arm.role == "ketamine" else arm.role.replace("_", " ")


def _counted(row: Compared) -> str:
    share = row.question.asked.threshold
    return "share of baseline pain" if share is None else f"≥ {_percent(share)} relief"


def _contrasts(found: Sequence[Contrast]) -> str:
    columns = ("study", "condition, design", "day", "arm against", "printed p", "forecast difference (80 %)", "status")
    rows = []
    for row in found:
        outcome = row.place.outcome
        spread = f"{100 * row.q50:.1f} ({100 * row.q10:.1f} to {100 * row.q90:.1f})".replace("-0.0", "0.0")
        printed_p = f"{outcome.relation or '='} {outcome.value:g}"
        arms = f"{row.place.arm.id} against {outcome.versus}"
        day = f"{outcome.days_after_end:g}"
        rows.append((_name(row), _who(row), day, arms, printed_p, spread.replace("-", "−"), outcome.status))
    note = "The difference is in mean pain, in hundredths of baseline; below zero the first arm has less pain.\n"
    return f"{note}\n{table(columns, rows)}"


def _eight(made: Comparison) -> str:
    rows = []
    for path in sorted(_EXAMPLES.glob("*.yaml")):
        asked = strict_yaml.load(path)
        protocol = EVIDENCE.record(Protocol, asked["protocol"])
        patient = rp.Patient(condition=asked["condition"], weight=asked["weight"], pain=asked["pain"])
        found = rp.forecast(patient, protocol, seed=1).sustained
        study = next((s for s in EVIDENCE.studies if s.reference == protocol.sources[0]), None)
        own = [r for r in made.compared if study and r.place.study.id == study.id]
        told = f"{_inside(own)} inside" if own else "no number that can be compared"
        rows.append((
            f"[{protocol.id}](../reference/protocols.md#{protocol.id})",
            "; ".join(f"{one.words} {_helped(found.added.helped[one.id])}" for one in HORIZONS),
            _days(found.added.days_gained),
            study.headline if study else "no study of it is recorded", told,
        ))  # fmt: skip
    columns = (
        "protocol", "forecast: helped by a point or more", "days gained in 12 weeks", "what its study says", "compared",
    )  # fmt: skip
    return table(columns, rows)


def _helped(spread: Spread) -> str:
    mean, low, high = spread
    return f"{_percent(mean)} ({100 * low:.0f} to {100 * high:.0f})"


def _days(spread: Spread) -> str:
    mean, low, high = spread
    return f"{mean:.0f} ({low:.0f} to {high:.0f})"


def _left_out(made: Comparison) -> str:
    by_reason: dict[str, list[str]] = defaultdict(list)
    for row in made.left_out:
        by_reason[row.reason.rstrip(".")].append(row.place.study.id)
    rows = sorted(
        ((reason, len(ids), ", ".join(sorted(set(ids)))) for reason, ids in by_reason.items()),
        key=lambda row: (-row[1], row[0]),
    )
    return table(("reason", "numbers", "studies"), rows)
