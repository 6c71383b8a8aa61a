"""What studies printed, as the numbers a calibration can be held against."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from reprieve.evidence.records.study import Arm, Outcome, Study
from reprieve.relief.comparison import Group, ask, contrast_day

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
    se, sd : of a mean, fraction of baseline, where printed
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
            other=other, n_other=other.n, relation=outcome.relation, verified=outcome.verified,
        )  # fmt: skip
    question = ask(study, arm, outcome)
    if isinstance(question, str):
        return question
    share = question.asked.measure == "responder_fraction"
    se, sd = (None, None) if share else _spread(outcome, question.baseline)
    return Report(
        study,
        arm,
        "share" if share else "mean",
        question.asked.day,
        question.reported,
        _patients(study, arm, outcome),
        threshold=question.asked.threshold or 0.0,
        group=question.group,
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


def _spread(outcome: Outcome, baseline: float | None) -> tuple[float | None, float | None]:
    """Standard error and standard deviation of a mean as fractions of baseline, where printed."""
    unit = {"pct_reduction": 100.0, "pct_of_baseline": 100.0}.get(outcome.kind, baseline or 0.0)
    if outcome.spread is None or not unit:
        return None, None
    spread = outcome.spread / unit
    if outcome.spread_type == "SD":
        return None, spread
    if (outcome.spread_type or "").startswith("SE"):
        of_people = outcome.n is not None and outcome.spread_type == "SE"
        return spread, spread * float(outcome.n or 0) ** 0.5 if of_people else None
    return None, None
