"""Forecasts beside what studies reported: which printed number can be asked of the model, and how near it came.

Nothing is tuned here and nothing is left out in silence: a number that cannot be compared carries the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from reprieve.errors import OutsideEvidence
from reprieve.evidence.records.outcome import Among
from reprieve.evidence.records.study import Arm, Outcome, Study
from reprieve.regimen import Regimen
from reprieve.relief.arm import Asked, TrialArm, predict_arm
from reprieve.relief.follow_up import FOLLOW_UP_DAYS

Floats = NDArray[np.float64]
Group = Literal["responders, share printed", "responders, authors' word", "complete relief", "mean pain"]
GROUPS: tuple[Group, ...] = get_args(Group)

#: Response in the authors' words ("meaningful relief") is read as the smallest share that counts as response.
_AUTHORS_WORD = 0.3
#: Nobody reports a pain of 0 to the last digit: under half a point is 0 on a scale of whole points.
_HALF_A_POINT = 0.5
#: Baseline of a complete response whose study does not print one; at 5 or 9 the share moves by 0.02.
_USUAL_BASELINE = 7.0
#: Responses in words that are no share of relief.
_NO_SHARE = {r"mild pain": "a level of pain, not a share of it, and its baseline is a level too"}
#: Printed shares are rounded to three digits.
_PRINTED = 0.001
#: Median and 80 % interval.
_SHOWN = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class AskedNumber:
    """One printed number as a question to the model.

    Parameters
    ----------
    asked : what the model predicts
    reported : what was printed, in the same measure, a fraction
    group : like is compared with like
    reading : how the printed number was turned into the measure; empty where it was printed so
    baseline : mean pain before treatment, where printed
    among : whom it was measured in
    """

    asked: Asked
    reported: float
    group: Group
    reading: str = ""
    baseline: float | None = None
    among: Among = "all treated"


@dataclass(frozen=True)
class PrintedAt:
    """Where a printed number stands."""

    study: Study
    arm: Arm
    outcome: Outcome


@dataclass(frozen=True)
class Compared:
    """A printed number and the 10th, 50th and 90th percentile of what studies of that size would report."""

    place: PrintedAt
    question: AskedNumber
    q10: float
    q50: float
    q90: float

    @property
    def inside(self) -> bool:
        """Whether what was reported lies in the 80 % interval."""
        return self.q10 - _PRINTED <= self.question.reported <= self.q90 + _PRINTED

    @property
    def error(self) -> float:
        """Forecast less reported; in mean pain above zero is too pessimistic, in responders too optimistic."""
        return self.q50 - self.question.reported


@dataclass(frozen=True)
class Contrast:
    """A printed p between two arms beside the forecast difference in mean pain, arm less other, of baseline."""

    place: PrintedAt
    q10: float
    q50: float
    q90: float


@dataclass(frozen=True)
class NotCompared:
    """A printed number that is not compared, and why."""

    place: PrintedAt
    reason: str


@dataclass(frozen=True)
class Comparison:
    """Everything that was compared, shown beside each other, or left out."""

    compared: tuple[Compared, ...]
    contrasts: tuple[Contrast, ...]
    left_out: tuple[NotCompared, ...]


@dataclass(frozen=True)
class Score:
    """How near a set of forecasts came.

    Parameters
    ----------
    n : printed numbers
    mean_absolute_error, bias : of the median forecast, as a fraction; ``bias`` is forecast less reported
    inside : share of reported numbers in the 80 % interval; 0.8 if the forecast knew its uncertainty
    """

    n: int
    mean_absolute_error: float
    bias: float
    inside: float


def score(rows: Sequence[Compared]) -> Score | None:
    """The score of some comparisons, or None when there are none."""
    if not rows:
        return None
    errors = np.array([row.error for row in rows])
    inside = float(np.mean([row.inside for row in rows]))
    return Score(len(rows), float(np.abs(errors).mean()), float(errors.mean()), inside)


def baseline_of(study: Study, arm: Arm) -> Outcome | None:
    """The printed mean pain of an arm before treatment, or None."""
    before = (o for o in study.outcomes if o.arm == arm.id and o.endpoint == "baseline" and o.kind == "mean")
    return next(before, None)


def regimen_of(study: Study, arm: Arm) -> str | None:
    """The regimen of an arm; of an arm without ketamine, that of the first ketamine arm, for its timing."""
    if arm.regimen or arm.role == "ketamine":
        return arm.regimen
    return next((other.regimen for other in study.arms if other.role == "ketamine" and other.regimen), None)


def ask(study: Study, arm: Arm, outcome: Outcome) -> AskedNumber | str:
    """The question that a printed number answers, or the reason why it answers none."""
    found = _cannot_be_placed(study, arm, outcome) or _asked(study, arm, outcome)
    return found if isinstance(found, str) else replace(found, among=outcome.among)


def _asked(study: Study, arm: Arm, outcome: Outcome) -> AskedNumber | str:
    baseline = baseline_of(study, arm)
    if outcome.kind == "proportion":
        return _responders(outcome, baseline.value if baseline else None)
    asked = Asked("mean_pain_fraction", day_of(outcome) or 0.0)
    if outcome.kind == "pct_reduction":
        return AskedNumber(asked, 1.0 - outcome.value / 100.0, "mean pain")
    if outcome.kind == "pct_of_baseline":
        return AskedNumber(asked, outcome.value / 100.0, "mean pain")
    if baseline is None:
        return "its baseline is not printed"
    after = outcome.value if outcome.kind == "mean" else baseline.value + outcome.value
    reading = f"of a baseline of {baseline.value:g} ({baseline.status})"
    return AskedNumber(asked, after / baseline.value, "mean pain", reading, baseline.value)


def day_of(outcome: Outcome) -> float | None:
    """Days after the last dose; what is printed of daily dosing without a day is taken at its end."""
    if outcome.days_after_end is None and outcome.endpoint == "on_treatment":
        return 0.0
    return outcome.days_after_end


def contrast_day(study: Study, arm: Arm, other: Arm, outcome: Outcome) -> float | str:
    """The day of a p between two arms, or the reason why it says nothing here."""
    reasons = (_cannot_be_placed(study, one, outcome) for one in (arm, other))
    return next(filter(None, reasons), None) or day_of(outcome) or 0.0


def _cannot_be_placed(study: Study, arm: Arm, outcome: Outcome) -> str | None:
    """Why a number is not one of patients' pain on a day of a regimen, or None."""
    day, text = day_of(outcome), regimen_of(study, arm)
    reasons = (
        (not outcome.usable, outcome.reason or "not usable"),
        (arm.role == "active_comparator", "another drug was given"),
        (outcome.counted != "pain", f"counts {outcome.counted}, not pain"),
        (outcome.kind == "duration", "a mean duration; shares and mean pain are compared"),
        (text is None, arm.regimen_reason or "no regimen of the study is known"),
        (day is None, "no single day is printed"),
    )
    found = next((reason for holds, reason in reasons if holds), None)
    return found or _no_such_day(Regimen.parse(text or ""), day or 0.0)


def _no_such_day(regimen: Regimen, day: float) -> str | None:
    if day > FOLLOW_UP_DAYS:
        return f"later than the {FOLLOW_UP_DAYS:g} days that are forecast"
    if 24.0 * day < -regimen.last_dose_end_h:
        return "before the course"
    return None


def _responders(outcome: Outcome, baseline: float | None) -> AskedNumber | str:
    found = _share_of_relief(outcome, baseline)
    if isinstance(found, str):
        return found
    share, group, reading = found
    asked = Asked("responder_fraction", day_of(outcome) or 0.0, share)
    return AskedNumber(asked, outcome.value, group, reading, baseline)


def _share_of_relief(outcome: Outcome, baseline: float | None) -> tuple[float, Group, str] | str:
    """The share of relief that a study counted as response, its group and how it was read; or why there is none."""
    if outcome.threshold is not None and outcome.threshold < 1.0:
        return outcome.threshold, "responders, share printed", ""
    if outcome.threshold is not None:
        share = round(1.0 - _HALF_A_POINT / (baseline or _USUAL_BASELINE), 2)
        known = f"of {baseline:g}" if baseline else f"of a baseline of {_USUAL_BASELINE:g}, assumed"
        return share, "complete relief", f"under half a point {known}: ≥ {100 * share:.0f} % relief"
    return _in_words(outcome.response or "", baseline)


def _in_words(words: str, baseline: float | None) -> tuple[float, Group, str] | str:
    """A response that is not printed as a share of relief."""
    if points := re.match(r">=\s*(\d+)( mm of 100| points)", words):
        fall = float(points[1]) / (10.0 if "mm" in points[2] else 1.0)
        if baseline is None:
            return "a fall in points, and its baseline is not printed"
        reading = f"a fall of {fall:g} of {baseline:g} points: ≥ {100 * fall / baseline:.0f} % relief"
        return fall / baseline, "responders, share printed", reading
    if level := re.match(r"pain (\d) or less", words):
        share = 1.0 - float(level[1]) / (baseline or _USUAL_BASELINE)
        return share, "responders, share printed", f"pain of {level[1]} or less: ≥ {100 * share:.0f} % relief"
    if no_share := next((reason for pattern, reason in _NO_SHARE.items() if re.search(pattern, words)), None):
        return no_share
    return _AUTHORS_WORD, "responders, authors' word", f"“{words}”, read as ≥ {100 * _AUTHORS_WORD:.0f} %"


def compare(studies: Iterable[Study], *, seed: int = 1) -> Comparison:
    """Set the forecast of every arm beside what was printed of it.

    Parameters
    ----------
    studies : the published ones; doses per kg are given to 70 kg, because mean weights are rarely printed
    seed : of the predictions; the same seed gives the same comparison
    """
    compared: list[Compared] = []
    contrasts: list[Contrast] = []
    left_out: list[NotCompared] = []
    for study in studies:
        _compare_study(study, seed, compared, contrasts, left_out)
    return Comparison(tuple(compared), tuple(contrasts), tuple(left_out))


def _compare_study(
    study: Study, seed: int, compared: list[Compared], contrasts: list[Contrast], left_out: list[NotCompared]
) -> None:
    arms = {arm.id: arm for arm in study.arms}
    questions: list[tuple[PrintedAt, AskedNumber]] = []
    differences: list[tuple[PrintedAt, Arm, Asked]] = []
    for outcome in study.outcomes:
        place = PrintedAt(study, arms[outcome.arm], outcome)
        if outcome.endpoint == "baseline":
            continue
        if outcome.kind == "p_between" and outcome.usable:
            other = arms[outcome.versus or ""]
            day = contrast_day(study, place.arm, other, outcome)
            if isinstance(day, str):
                left_out.append(NotCompared(place, day))
            else:
                differences.append((place, other, Asked("mean_pain_fraction", day)))
            continue
        found = ask(study, place.arm, outcome)
        if isinstance(found, str):
            left_out.append(NotCompared(place, found))
        else:
            questions.append((place, found))
    wanted = [(place.arm, _size(place), question.asked) for place, question in questions]
    wanted += [(arm, _size(place), asked) for place, other, asked in differences for arm in (place.arm, other)]
    try:
        drawn = _predict(study, wanted, seed)
    except OutsideEvidence as error:
        places = [place for place, _ in questions] + [place for place, _, _ in differences]
        left_out += [NotCompared(place, str(error)) for place in places]
        return
    for place, question in questions:
        spread = np.quantile(drawn[place.arm.id, _size(place), question.asked], _SHOWN)
        compared.append(Compared(place, question, *map(float, spread)))
    for place, other, asked in differences:
        ours, theirs = (drawn[arm.id, _size(place), asked] for arm in (place.arm, other))
        contrasts.append(Contrast(place, *map(float, np.quantile(ours - theirs, _SHOWN))))


def _size(place: PrintedAt) -> int:
    """How many patients a printed number is of."""
    sizes = (place.outcome.denominator, place.outcome.n, place.arm.n, place.study.n_total)
    return next(size for size in sizes if size)


def _predict(study: Study, wanted: Iterable[tuple[Arm, int, Asked]], seed: int) -> dict[tuple[str, int, Asked], Floats]:
    """Draws by arm, size and question; arms of one study are drawn from the same populations."""
    by_arm: dict[tuple[str, int], tuple[Arm, list[Asked]]] = {}
    for arm, size, asked in wanted:
        by_arm.setdefault((arm.id, size), (arm, []))[1].append(asked)
    drawn: dict[tuple[str, int, Asked], Floats] = {}
    for (arm_id, size), (arm, questions) in by_arm.items():
        trial = TrialArm(
            id=f"{study.id}:{arm_id}",
            condition=arm.condition or study.condition,
            role="ketamine" if arm.role == "ketamine" else "placebo",
            design="rct" if study.design_class.startswith("rct") else "cohort",
            n=size,
            regimen=regimen_of(study, arm) or "",
            predict=tuple(questions),
        )
        for asked, draws in zip(questions, predict_arm(trial, seed=seed).draws, strict=True):
            drawn[arm_id, size, asked] = draws
    return drawn
