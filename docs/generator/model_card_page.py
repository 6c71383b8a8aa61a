"""The model card: prose from ``model_card.txt``, every count from the package."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from string import Template

from generator.table import table
from reprieve import __version__
from reprieve.evidence import read
from reprieve.evidence.records.population import Range
from reprieve.evidence.records.study import Study
from reprieve.inference.fit_data import FitData, fit_data
from reprieve.inference.reports import Report

_TEXT = Path(__file__).with_name("model_card.txt")
_DESIGNS = {
    "rct": "randomised, parallel", "rct_crossover": "randomised, crossover", "cohort": "cohort, no control",
    "case_series": "series of cases",
}  # fmt: skip
#: From these days after the last dose on: label, days.
_FROM = (
    ("from the first day on", 1.0),
    ("from 2 weeks on", 14.0),
    ("from 4 weeks on", 28.0),
    ("from 12 weeks on", 84.0),
)
#: What :attr:`reprieve.inference.sampling.Diagnostics.passed` asks, in words.
_ASKED = "at most 1.01, at least 400 each, and none"


@cache
def _data() -> FitData:
    constants = read.calibration_priors().constants
    return fit_data(
        read.studies(),
        acute_half_life_min=constants["acute_half_life"].value,
        correlation=constants["repeated_correlation"].value,
    )


def page() -> str:
    """The page."""
    about, ran = read.calibration(), read.calibration().diagnostics
    roles = Counter(study.role for study in read.all_studies())
    same = about.evidence_fingerprint == read.fitted_fingerprint()
    return Template(_TEXT.read_text(encoding="utf-8")).substitute(
        version=__version__,
        fingerprint=read.fingerprint(),
        fitted_fingerprint=about.evidence_fingerprint,
        statement=about.statement,
        changed="has not changed" if same else "**has changed, and a new fit is due**",
        fitted_studies=len(_data().studies),
        evidence_studies=roles["evidence"],
        withheld=roles["withheld"],
        duplicates=roles["duplicate"],
        background=roles["background"],
        reviews=len(read.reviews()),
        totals=_totals(),
        designs=_designs(),
        conditions=_conditions(),
        times=_times(),
        left_out=_left_out(),
        exposure=_exposure(),
        diagnostics=f"worst split R-hat {ran.rhat_max:g}, smallest effective sizes {ran.ess_bulk_min:.0f} (bulk) and "
        f"{ran.ess_tail_min:.0f} (tail), {ran.divergences} divergent transitions ({_ASKED} are asked)",
    )


def _reports() -> tuple[Report, ...]:
    return tuple(report for kind in range(3) for report in _data().reports_of(kind))


def _studies() -> tuple[Study, ...]:
    return tuple({report.study.id: report.study for report in _reports()}.values())


def _people(studies: Iterable[Study]) -> int:
    return sum(study.n_total or 0 for study in studies)


def _totals() -> str:
    found, studies = _reports(), _studies()
    by_kind = Counter(report.kind for report in found)
    words = sum(report.group in {"responders, authors' word", "complete relief"} for report in found)
    arms = {(r.study.id, arm.id): arm for r in found for arm in r.arms}.values()
    given = sum(arm.role == "ketamine" for arm in arms)
    sizes = sorted(study.n_total or 0 for study in studies)
    bias = Counter(study.risk_of_bias for study in studies)
    rows = (
        ("studies", len(studies)),
        (
            "people in them, as printed",
            f"{_people(studies)}; half of the studies have {sizes[len(sizes) // 2]} or fewer",
        ),
        ("arms", f"{given} given ketamine, {len(arms) - given} placebo or active placebo"),
        ("numbers", f"{len(found)}: {by_kind['share']} shares, {by_kind['mean']} means, {by_kind['p']} p values"),
        ("shares in words, not per cent of relief", f"{words} of {by_kind['share']}"),
        ("seen in a source, and not (*recalled*)", "{} and {}".format(*_seen(found))),
        ("risk of bias", ", ".join(f"{level} {bias[level]}" for level in ("low", "some", "high"))),
        ("studies with a signal", sum(bool(study.flags) for study in studies)),
    )
    return table(("in the fit", ""), rows)


def _seen(found: Iterable[Report]) -> tuple[int, int]:
    seen = [report.verified for report in found]
    return sum(seen), len(seen) - sum(seen)


def _designs() -> str:
    rows = []
    for design, label in _DESIGNS.items():
        studies = [study for study in _studies() if study.design_class == design]
        found = [report for report in _reports() if report.study.design_class == design]
        rows.append((label, len(studies), _people(studies), len(found), "{} and {}".format(*_seen(found))))
    return table(("design", "studies", "people", "numbers", "seen and recalled"), rows)


def _conditions() -> str:
    rows = []
    for condition in read.condition_ids():
        found = [r for r in _reports() if (r.arm.condition or r.study.condition) == condition]
        studies = {r.study.id: r.study for r in found}.values()
        controlled = sum(study.design_class.startswith("rct") for study in studies)
        longest = max((r.day for r in found), default=None)
        name = f"[{condition}](../reference/conditions.md#{condition})"
        latest = None if longest is None else f"{longest:.3g}"
        rows.append((name, len(studies), controlled, _people(studies), len(found), latest))
    rows.sort(key=lambda row: -int(row[1]))
    return table(("condition", "studies", "with control", "people", "numbers", "latest day"), rows)


def _times() -> str:
    rows = []
    for label, day in _FROM:
        late = [r for r in _reports() if r.day >= day]
        shown = [r for r in late if r.kind != "p"]
        drug = [r for r in shown if r.arm.role == "ketamine"]
        controlled = sum(r.study.design_class.startswith("rct") for r in drug)
        against = sum(r.other is not None and r.other.role != "ketamine" for r in late)
        rows.append((label, len(drug), controlled, len(shown) - len(drug), len(late) - len(shown), against))
    columns = (
        "after the last dose", "shares and means on ketamine", "of controlled studies", "of placebo arms", "p values",
        "of them against placebo",
    )  # fmt: skip
    return table(columns, rows)


def _left_out() -> str:
    reasons = Counter(left.reason.rstrip(".") for left in _data().left_out)
    return table(("numbers", "reason"), [(count, reason) for reason, count in reasons.most_common()])


def _exposure() -> str:
    used = {member.model for rule in read.model_choice("exposure").rules for member in rule.members}
    rows = []
    for name in sorted(used):
        who = read.population_model(name).population
        women = None if who.female is None else f"{who.female} of {who.n}"
        rows.append((f"`{name}`", who.who, who.n, women, _range(who.age_years), _range(who.weight_kg)))
    return table(("model", "who", "n", "women", "age, years", "weight, kg"), rows)


def _range(found: Range | None) -> str | None:
    return None if found is None else f"{found.low:g} to {found.high:g}"
