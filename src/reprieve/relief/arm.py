"""What a trial arm would report: draws that hold population uncertainty, people and sampling."""

from __future__ import annotations

import importlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from reprieve.chart.patient import Patient
from reprieve.errors import InputError, OutsideEvidence
from reprieve.evidence.evidence import Evidence
from reprieve.exposure.choice import choose_models, reaches_blood
from reprieve.exposure.inputs import exposure_inputs
from reprieve.regimen import Regimen
from reprieve.relief.felt_exposure import felt_curve
from reprieve.relief.follow_up import check_days
from reprieve.relief.populations import draw_populations
from reprieve.relief.posterior import posterior
from reprieve.relief.reported import reported_means, reported_shares
from reprieve.relief.studied import studied

#: kg; used and said when an arm's mean weight is not printed: the weight that published doses are scaled to.
_USUAL_WEIGHT = 70.0
_STUDIES = 2000


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

    def __repr__(self) -> str:
        return f"<ArmPrediction for {self.arm.id}: draws {self.draws.shape}>"

    def to_dict(self) -> dict[str, Any]:
        """The answer of ``trial predict --json`` for this arm."""
        # What speaks of a prediction stands above its numbers, and is loaded when it is asked to.
        found: dict[str, Any] = importlib.import_module("reprieve.answers.trial").arm_answer(self).to_dict()
        return found


@dataclass(frozen=True)
class RefusedArm:
    """An arm that nothing published can answer, and why."""

    arm: TrialArm
    reason: str


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


def predict_arm(
    given: Mapping[str, Any] | TrialArm, *, seed: int = 1, evidence: Evidence | None = None
) -> ArmPrediction:
    """Predict what a trial arm reports.

    Each predicted study draws a population and a clinic, then reports the mean or fraction of its ``n`` patients. In
    a cohort people are selected and more of their relief is not the drug's. Day 0 is an hour after the last dose. By a
    topical dose nothing reaches the blood, and nothing is added to placebo.

    Parameters
    ----------
    given : the arm, as in design of ``trial predict``
    seed : the same seed gives the same draws
    evidence : what is published; what comes with Reprieve when not given

    Raises
    ------
    InputError
        The arm cannot be read.
    OutsideEvidence
        Nothing published lets its regimen be answered.
    """
    arm = read_arm(given)
    try:
        return _predict(arm, seed, evidence or Evidence.packaged())
    except InputError as error:
        raise InputError(f"Arm {arm.id!r}: {error}") from None


def _predict(arm: TrialArm, seed: int, evidence: Evidence) -> ArmPrediction:
    regimen = Regimen.parse(arm.regimen)
    weight = _USUAL_WEIGHT if arm.weight is None else arm.weight
    patient = Patient(age=arm.age, weight=weight, condition=arm.condition, pain=arm.pain, interactions=())
    condition = evidence.condition(arm.condition)
    days = np.array([asked.day for asked in arm.predict], dtype=float)
    check_days(regimen, days)
    populations = draw_populations(
        posterior(evidence),
        condition.id,
        uncontrolled=arm.design == "cohort",
        widen=studied(evidence).is_outside(condition.id, regimen, weight),
    )
    assumed = [f"weight {_USUAL_WEIGHT:g} kg"] if arm.weight is None else []
    added = np.zeros((populations.size, days.size))
    if arm.role == "ketamine" and reaches_blood(regimen):
        assumed += [said for route in regimen.routes if (said := _unverified(evidence, regimen, route))]
        members = choose_models(evidence, regimen.form, regimen.route, patient.age)
        added = populations.added(felt_curve(exposure_inputs(evidence, regimen, patient, members)).on_days(days))
    everybody = populations.relieved(added)

    # Arms of one seed share their populations, as arms of a study do, and nothing else: each has its own patients.
    of_draw = np.random.default_rng([seed, 1]).integers(populations.size, size=_STUDIES)
    rng = np.random.default_rng([seed, 2, zlib.crc32(arm.id.encode())])
    mean, sd = everybody.mean_pain()
    draws = np.empty((days.size, _STUDIES))
    for column, asked in enumerate(arm.predict):
        if asked.measure == "mean_pain_fraction":
            scatter = populations.values["mean_scatter"][of_draw]
            draws[column] = reported_means(mean[of_draw, column], sd[of_draw, column], scatter, arm.n, rng)
        else:
            share = everybody.share_relieved(asked.threshold or 0.0)[of_draw, column]
            precision = populations.values["reporting_precision"][of_draw]
            draws[column] = reported_shares(share, precision, arm.n, rng)
    return ArmPrediction(arm, draws, tuple(assumed))


def _unverified(evidence: Evidence, regimen: Regimen, route: str) -> str:
    return "" if route == "iv" else evidence.route(route, regimen.form).unverified


def predict_arms(given: Any, *, seed: int = 1) -> tuple[ArmPrediction | RefusedArm, ...]:
    """Predict every arm of a trial file; an arm that cannot be answered says why.

    Raises
    ------
    InputError
        There is no list ``arms``, or one of them cannot be read.
    """
    arms = given.get("arms") if isinstance(given, Mapping) else None
    if not isinstance(arms, list) or not arms:
        raise InputError("The file has no list 'arms'; write 'arms:' and one entry per arm.")
    asked = [read_arm(one) for one in arms]
    names = [arm.id for arm in asked]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"Two arms have the id {name!r}; give every arm its own.")
    return tuple(_predict_or_refuse(arm, seed) for arm in asked)


def _predict_or_refuse(arm: TrialArm, seed: int) -> ArmPrediction | RefusedArm:
    try:
        return predict_arm(arm, seed=seed)
    except OutsideEvidence as error:
        return RefusedArm(arm, str(error))
