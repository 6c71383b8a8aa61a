"""What a trial arm would report: draws that hold population uncertainty, people and sampling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from reprieve.errors import InputError, OutsideEvidence
from reprieve.evidence import read
from reprieve.regimen import Regimen
from reprieve.relief.course import course_times, follow_course, remaining_on_placebo
from reprieve.relief.distribution import population_values, rounded
from reprieve.relief.exposure_choice import choose_models
from reprieve.relief.patient import Patient
from reprieve.relief.verdict import finds_no_benefit
from reprieve.relief.virtual_patients import PEOPLE_PER_DRAW, VirtualPatients, draw_patients

_PRIOR = "crps_dahan2011"
#: kg; used and said when an arm's mean weight is not printed: the weight that published doses are scaled to.
_USUAL_WEIGHT = 70.0
#: Population draws, and people in each: enough that their own sampling noise can be taken out again.
_DRAWS = 100
_STUDIES = 2000
#: Patients of one simulated study whose outcomes are averaged one by one; beyond, the error shrinks as 1/√n.
_MOST_AVERAGED = 500


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One outcome to predict; ``day`` counts from the end of the last dose, negative during treatment."""

    measure: Literal["responder_fraction", "mean_pain_fraction"]
    day: float
    threshold: float | None = None


class TrialArm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A trial arm: who, how many, what was given and what is asked.

    A placebo arm's ``regimen`` is what the active arm got, for the timing.
    """

    id: str
    condition: str
    role: Literal["ketamine", "placebo", "active_placebo"]
    design: Literal["rct", "cohort"]
    n: int
    regimen: str
    predict: tuple[Asked, ...]
    age: float | None = None
    weight: float | None = None
    pain: float | None = None
    note: str | None = None


@dataclass(frozen=True)
class ArmPrediction:
    """What studies of this size would report.

    Parameters
    ----------
    arm : the question
    draws : (n_outcomes, n_studies) reported outcomes
    assumed : what the arm did not say and was taken as usual
    """

    arm: TrialArm
    draws: NDArray[np.float64]
    assumed: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The answer of ``trial predict --json`` for this arm."""
        rows = []
        for asked, reported in zip(self.arm.predict, self.draws, strict=True):
            row: dict[str, Any] = {k: v for k, v in msgspec.to_builtins(asked).items() if v is not None}
            q10, q50, q90 = np.quantile(reported, (0.1, 0.5, 0.9))
            found = {"mean": reported.mean(), "q10": q10, "q50": q50, "q90": q90}
            rows.append(row | {name: rounded(float(value)) for name, value in found.items()})
        return {"id": self.arm.id, "predictions": rows, "assumed": list(self.assumed)}


def read_arm(given: Mapping[str, Any] | TrialArm) -> TrialArm:
    """A trial arm from plain data.

    Raises
    ------
    InputError
        A field is missing, unknown, or of the wrong kind; the field is named.
    """
    if isinstance(given, TrialArm):
        return given
    name = given.get("id", "?") if isinstance(given, Mapping) else "?"
    try:
        arm = msgspec.convert(given, TrialArm, strict=True)
    except msgspec.ValidationError as error:
        raise InputError(f"Arm {name!r}: {error}. See the documentation of 'trial predict' for the fields.") from None
    if arm.n < 1:
        raise InputError(f"Arm {name!r}: n is {arm.n}; it must be at least 1.")
    for asked in arm.predict:
        if asked.measure == "responder_fraction" and (asked.threshold is None or not 0 < asked.threshold < 1):
            raise InputError(f"Arm {name!r}: a responder_fraction needs a threshold between 0 and 1, for example 0.3.")
    return arm


def predict_arm(given: Mapping[str, Any] | TrialArm, *, seed: int = 1) -> ArmPrediction:
    """Predict what a trial arm reports.

    Each predicted study draws a population, then its ``n`` patients from it, and reports their mean or fraction.
    Selection and expectation in studies without control are not modelled yet.

    Parameters
    ----------
    given : the arm, as in design of ``trial predict``
    seed : the same seed gives the same draws

    Raises
    ------
    InputError
        The arm cannot be read.
    OutsideEvidence
        Nothing published lets its regimen be answered.
    """
    arm = read_arm(given)
    try:
        return _predict(arm, seed)
    except InputError as error:
        raise InputError(f"Arm {arm.id!r}: {error}") from None


def _predict(arm: TrialArm, seed: int) -> ArmPrediction:
    plan = Regimen.parse(arm.regimen)
    weight = _USUAL_WEIGHT if arm.weight is None else arm.weight
    patient = Patient(age=arm.age, weight=weight, condition=arm.condition, pain=arm.pain)
    condition = read.condition(arm.condition)
    prior = read.relief_prior(_PRIOR)
    certainty = condition.certainty_for(plan.route, several_days=plan.is_over_days)
    people = draw_patients(
        prior,
        n_patients=_DRAWS * PEOPLE_PER_DRAW,
        seed=seed,
        in_studied_condition=condition.id == prior.studied.condition,
        no_benefit=finds_no_benefit(certainty),
    )
    days = [asked.day for asked in arm.predict]
    at_days = _remaining_at(days, arm.role, plan, people, patient)

    rng = np.random.default_rng([seed, 1])
    of_draw = rng.integers(_DRAWS, size=_STUDIES)
    draws = np.empty((len(days), _STUDIES))
    for row, (asked, remaining) in enumerate(zip(arm.predict, at_days, strict=True)):
        if asked.measure == "mean_pain_fraction":
            draws[row] = _reported_means(remaining, people, of_draw, arm.n, rng)
        else:
            responds = (remaining <= 1.0 - (asked.threshold or 0.0)).astype(float)
            draws[row] = rng.binomial(arm.n, population_values(responds, people.draw)[of_draw]) / arm.n
    assumed = (f"weight {_USUAL_WEIGHT:g} kg",) if arm.weight is None else ()
    return ArmPrediction(arm, draws, assumed)


def _remaining_at(
    days: Sequence[float], role: str, plan: Regimen, people: VirtualPatients, patient: Patient
) -> list[NDArray[np.float64]]:
    """Pain as a share of baseline on each day asked for; without the drug only the timing matters."""
    if role == "ketamine":
        members = choose_models(plan.form, plan.route, patient.age)
        course = follow_course(plan, members, people, patient, also_at_days=days)
        return [course.remaining_at(day) for day in days]
    end = plan.last_dose_end_h
    course_times(plan, days)  # refuses days outside the course and its follow-up
    return [remaining_on_placebo(people, np.array([end + 24.0 * day]), end)[:, 0] for day in days]


def _reported_means(
    values: NDArray[np.float64],
    people: VirtualPatients,
    of_draw: NDArray[np.int64],
    n: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Means that studies of ``n`` patients report: their population's value and the error of sampling them."""
    by_draw = values.reshape(people.n_draws, -1)
    centred = by_draw - by_draw.mean(axis=1, keepdims=True)
    per_draw = by_draw.shape[1]
    # Residuals from a mean of few scatter too little; this restores their variance.
    centred = centred * np.sqrt(per_draw / (per_draw - 1.0))
    averaged = min(n, _MOST_AVERAGED)
    who = rng.integers(per_draw, size=(of_draw.size, averaged))
    error = centred[of_draw[:, None], who].mean(axis=1) * np.sqrt(averaged / n)
    return np.asarray(np.clip(population_values(values, people.draw)[of_draw] + error, 0.0, None))


def predict_arms(given: Any, *, seed: int = 1) -> list[dict[str, Any]]:
    """Predict every arm of a trial file; an arm that cannot be answered says why and has no predictions.

    Raises
    ------
    InputError
        There is no list ``arms``, or one of them cannot be read.
    """
    arms = given.get("arms") if isinstance(given, Mapping) else None
    if not isinstance(arms, list) or not arms:
        raise InputError("The file has no list 'arms'; write 'arms:' and one entry per arm.")
    answers = []
    asked = [read_arm(one) for one in arms]
    names = [arm.id for arm in asked]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"Two arms have the id {name!r}; give every arm its own.")
    for arm in asked:
        try:
            answers.append(predict_arm(arm, seed=seed).to_dict())
        except OutsideEvidence as error:
            answers.append({"id": arm.id, "predictions": [], "refused": str(error)})
    return answers
