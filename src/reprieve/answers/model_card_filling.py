"""How the model card is filled: prose from ``model_card.md``, every count from the evidence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from importlib import resources
from string import Template
from typing import get_args

from reprieve.answers.model_card import (
    BiasCounts,
    ConditionCounts,
    DesignCounts,
    EvidenceCounts,
    ExposurePeople,
    FitCounts,
    ModelCardAnswer,
    NotFittedCounts,
    Section,
    StudiedRange,
    TimeCounts,
)
from reprieve.answers.study_list import Design
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.calibration import CalibrationPriors
from reprieve.evidence.records.condition import ConditionId
from reprieve.evidence.records.model_choice import ModelChoice
from reprieve.evidence.records.participants import Range
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.evidence.records.review import Review
from reprieve.evidence.records.study import Study
from reprieve.inference.fit_data import FitData, fit_data
from reprieve.inference.reports import Report
from reprieve.version import __version__

#: From these days after the last dose on.
_FROM = {"from the first day on": 1.0, "from 2 weeks on": 14.0, "from 4 weeks on": 28.0, "from 12 weeks on": 84.0}
#: What :attr:`reprieve.evidence.records.posterior.Diagnostics.passed` asks, in words.
_ASKED = "at most 1.01, at least 400 each, and none"


def model_card(evidence: Evidence) -> ModelCardAnswer:
    """The model card of this version and its evidence."""
    constants = evidence.record(CalibrationPriors, "reported_relief").constants
    data = fit_data(
        evidence,
        evidence.studies,
        acute_half_life_min=constants["acute_half_life"].value,
        correlation=constants["repeated_correlation"].value,
    )
    found = tuple(report for kind in range(3) for report in data.reports_of(kind))
    fitted, now = evidence.calibration.evidence_fingerprint, evidence.fitted_fingerprint
    counts = _evidence(evidence, data)
    introduction, *sections = _prose(evidence, counts, is_current=fitted == now)
    return ModelCardAnswer(
        version=__version__,
        evidence_fingerprint=evidence.fingerprint,
        fitted_fingerprint=fitted,
        is_current=fitted == now,
        introduction=introduction.text,
        sections=tuple(sections),
        evidence=counts,
        fit=_fit(found),
        designs=tuple(_of_design(design, found) for design in get_args(Design)),
        conditions=tuple(sorted((_of_condition(name, found) for name in get_args(ConditionId)), key=_most_studies)),
        times=tuple(_from(words, day, found) for words, day in _FROM.items()),
        left_out=tuple(_left_out(data)),
        exposure=tuple(_exposure(evidence)),
    )


def _prose(evidence: Evidence, counts: EvidenceCounts, *, is_current: bool) -> Iterator[Section]:
    """The title with the introduction, then the sections."""
    about, ran = evidence.calibration, evidence.calibration.diagnostics
    text = Template(resources.files("reprieve.answers").joinpath("model_card.md").read_text("utf-8")).substitute(
        counts.to_dict(),
        version=__version__,
        fingerprint=evidence.fingerprint,
        fitted_fingerprint=about.evidence_fingerprint,
        statement=about.statement,
        changed="has not changed" if is_current else "**has changed, and a new fit is due**",
        diagnostics=f"worst split R-hat {ran.rhat_max:g}, smallest effective sizes {ran.ess_bulk_min:.0f} (bulk) and "
        f"{ran.ess_tail_min:.0f} (tail), {ran.divergences} divergent transitions ({_ASKED} are asked)",
    )
    _, *parts = re.split(r"^(#+) (.+)\n", text, flags=re.MULTILINE)
    for marks, title, said in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        yield Section(title=title, level=len(marks), text=said.strip())


def _evidence(evidence: Evidence, data: FitData) -> EvidenceCounts:
    roles = Counter(study.role for study in evidence.all_studies)
    return EvidenceCounts(
        fitted=len(data.studies),
        evidence=roles["evidence"],
        withheld=roles["withheld"],
        duplicates=roles["duplicate"],
        background=roles["background"],
        reviews=len(evidence.records(Review)),
    )


def _studies(found: Iterable[Report]) -> tuple[Study, ...]:
    return tuple({report.study.id: report.study for report in found}.values())


def _people(studies: Iterable[Study]) -> int:
    return sum(study.n_total or 0 for study in studies)


def _seen(found: Iterable[Report]) -> int:
    return sum(report.verified for report in found)


def _controlled(study: Study) -> bool:
    return study.design_class.startswith("rct")


def _fit(found: Sequence[Report]) -> FitCounts:
    studies, kinds = _studies(found), Counter(report.kind for report in found)
    arms = {(report.study.id, arm.id): arm for report in found for arm in report.arms}.values()
    given = sum(arm.role == "ketamine" for arm in arms)
    sizes = sorted(study.n_total or 0 for study in studies)
    bias = Counter(study.risk_of_bias for study in studies)
    return FitCounts(
        studies=len(studies),
        people=_people(studies),
        median_people=sizes[len(sizes) // 2],
        ketamine_arms=given,
        placebo_arms=len(arms) - given,
        numbers=len(found),
        shares=kinds["share"],
        means=kinds["mean"],
        p_values=kinds["p"],
        shares_in_words=sum(r.group in {"responders, authors' word", "complete relief"} for r in found),
        seen=_seen(found),
        recalled=len(found) - _seen(found),
        risk_of_bias=BiasCounts(low=bias["low"], some=bias["some"], high=bias["high"]),
        flagged_studies=sum(bool(study.flags) for study in studies),
    )


def _of_design(design: Design, found: Iterable[Report]) -> DesignCounts:
    here = [report for report in found if report.study.design_class == design]
    studies = _studies(here)
    return DesignCounts(
        design=design,
        studies=len(studies),
        people=_people(studies),
        numbers=len(here),
        seen=_seen(here),
        recalled=len(here) - _seen(here),
    )


def _of_condition(condition: ConditionId, found: Iterable[Report]) -> ConditionCounts:
    here = [report for report in found if (report.arm.condition or report.study.condition) == condition]
    studies = _studies(here)
    return ConditionCounts(
        condition=condition,
        studies=len(studies),
        controlled=sum(map(_controlled, studies)),
        people=_people(studies),
        numbers=len(here),
        latest_day=max((report.day for report in here), default=None),
    )


def _most_studies(one: ConditionCounts) -> tuple[int, str]:
    return -one.studies, one.condition


def _from(words: str, day: float, found: Iterable[Report]) -> TimeCounts:
    late = [report for report in found if report.day >= day]
    shown = [report for report in late if report.kind != "p"]
    drug = [report for report in shown if report.arm.role == "ketamine"]
    return TimeCounts(
        from_day=day,
        words=words,
        ketamine=len(drug),
        controlled=sum(_controlled(report.study) for report in drug),
        placebo=len(shown) - len(drug),
        p_values=len(late) - len(shown),
        p_against_placebo=sum(r.other is not None and r.other.role != "ketamine" for r in late),
    )


def _left_out(data: FitData) -> Iterator[NotFittedCounts]:
    reasons = Counter(left.reason.rstrip(".") for left in data.left_out)
    yield from (NotFittedCounts(numbers=count, reason=reason) for reason, count in reasons.most_common())


def _exposure(evidence: Evidence) -> Iterator[ExposurePeople]:
    used = {member.model for rule in evidence.record(ModelChoice, "exposure").rules for member in rule.members}
    for name in sorted(used):
        who = evidence.record(PopulationModel, name).population
        yield ExposurePeople(
            model=name,
            who=who.who,
            n=who.n,
            women=who.female,
            age_years=_range(who.age_years),
            weight_kg=_range(who.weight_kg),
        )


def _range(found: Range | None) -> StudiedRange | None:
    return None if found is None else StudiedRange(low=found.low, high=found.high)
