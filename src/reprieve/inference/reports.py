"""What studies printed, as the numbers a calibration can be held against."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from reprieve.evidence.records.outcome import Among
from reprieve.evidence.records.study import Arm, Outcome, Study
from reprieve.relief.comparison import Group, ask, baseline_of, contrast_day

Kind = Literal["share", "mean", "p"]


@dataclass(frozen=True)
class Report:
    """One printed number.

    Parameters
    ----------
    study, arm : whose
    kind : ``share`` of patients with relief, ``mean`` pain of baseline, or a two-sided ``p`` against ``other``
    day : days after the end of the last dose
    value : fraction, or the p
    n, n_other : patients
    threshold : θ of a share
    group : how the number was read (see :mod:`reprieve.relief.comparison`)
    among : whom it was measured in; a share among placebo non-responders is not that of everybody
    se, sd : of a mean, fraction of baseline, where printed; ``sd`` is that of the change in people, not of their level
    relation : ``<`` or ``>`` where a p is a bound
    verified : whether the number was seen in a source
    """

    study: Study
    arm: Arm
    kind: Kind
    day: float
    value: float
    n: int
    threshold: float = 0.0
    group: Group = "mean pain"
    among: Among = "all treated"
    se: float | None = None
    sd: float | None = None
    other: Arm | None = None
    n_other: int = 0
    relation: str | None = None
    verified: bool = True

    @property
    def arms(self) -> tuple[Arm, ...]:
        """The arm, and the one it is compared with."""
        return (self.arm,) if self.other is None else (self.arm, self.other)


#: Kiefer 2008 is why: of the one number that was seen and recalled, the recollection was 20 points off.
DOUBTED = "recalled, of a study whose numbers are known to disagree between sources"


@dataclass(frozen=True)
class NotFitted:
    """A usable number that does not enter the fit, and why."""

    study: str
    outcome: Outcome
    reason: str


def reports(studies: Iterable[Study]) -> tuple[tuple[Report, ...], tuple[NotFitted, ...]]:
    """The numbers of these studies that enter a fit, and those marked usable that do not."""
    found: list[Report] = []
    left: list[NotFitted] = []
    for study in studies:
        for outcome in study.outcomes:
            if not outcome.usable or outcome.endpoint == "baseline":
                continue
            read = DOUBTED if study.flags and not outcome.verified else _report(study, outcome)
            if isinstance(read, str):
                left.append(NotFitted(study.id, outcome, read))
            else:
                found.append(read)
    return tuple(found), tuple(left)


def _report(study: Study, outcome: Outcome) -> Report | str:
    arms = {arm.id: arm for arm in study.arms}
    arm = arms[outcome.arm]
    if outcome.kind == "p_between":
        other = arms[outcome.versus or ""]
        day = contrast_day(study, arm, other, outcome)
        if isinstance(day, str):
            return day
        size = arm.n or outcome.n
        if not size or not other.n:
            return "the size of an arm is not printed"
        return Report(
            study, arm, "p", day, outcome.value, size,
            among=outcome.among, other=other, n_other=other.n, relation=outcome.relation, verified=outcome.verified,
        )  # fmt: skip
    question = ask(study, arm, outcome)
    if isinstance(question, str):
        return question
    share = question.asked.measure == "responder_fraction"
    se, sd = (None, None) if share else _spread(outcome, baseline_of(study, arm))
    return Report(
        study,
        arm,
        "share" if share else "mean",
        question.asked.day,
        question.reported,
        _patients(study, arm, outcome),
        threshold=question.asked.threshold or 0.0,
        group=question.group,
        among=question.among,
        se=se,
        sd=sd,
        verified=outcome.verified,
    )


def _patients(study: Study, arm: Arm, outcome: Outcome) -> int:
    """How many patients a number is of; pains, courses and infusions of one patient are not independent."""
    counted = outcome.denominator or outcome.n or arm.n or study.n_total or 0
    if outcome.of == "patients":
        return counted
    return min(counted, arm.n or study.n_total or counted)


def _spread(outcome: Outcome, baseline: Outcome | None) -> tuple[float | None, float | None]:
    """Standard error of a mean and standard deviation of the change as fractions of baseline, where printed."""
    scale = {"pct_reduction": 100.0, "pct_of_baseline": 100.0}.get(outcome.kind, baseline.value if baseline else 0.0)
    if outcome.spread is None or not scale:
        return None, None
    sd = _deviation(outcome) if outcome.spread_of == "change" else _change_in_levels(outcome, baseline)
    se = outcome.spread if (outcome.spread_type or "").startswith("SE") else None
    if se is not None and sd is not None:
        # The mean is told as a share of the same people's baseline, so its error is that of the change too.
        se = sd / float(outcome.n or 1) ** 0.5
    return None if se is None else se / scale, None if sd is None else sd / scale


def _deviation(outcome: Outcome) -> float | None:
    """The standard deviation of people, where a spread says it."""
    if outcome.spread is None or outcome.spread_type == "SD":
        return outcome.spread
    return outcome.spread * float(outcome.n) ** 0.5 if outcome.spread_type == "SE" and outcome.n is not None else None


def _change_in_levels(outcome: Outcome, baseline: Outcome | None) -> float | None:
    """The standard deviation of what remains of pain, in points of the mean baseline.

    A level is a baseline times the share of it that remains, so its variance holds that of the baselines, which is
    taken out. That needs the spread of the baselines of the same people; without it nothing is known of the change.
    """
    level, before = _deviation(outcome), _deviation(baseline) if baseline else None
    if level is None or before is None or baseline is None or outcome.n != baseline.n:
        return None
    remains = level**2 - (outcome.value / baseline.value * before) ** 2
    return float(remains**0.5) if remains > 0 else None
