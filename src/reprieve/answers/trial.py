"""The answer to what trial arms will report."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np

from reprieve.answers.field import Answer, field
from reprieve.answers.relief import Floats, rounded
from reprieve.relief.arm import ArmPrediction, Asked, RefusedArm, predict_arms


class PredictedOutcome(Answer, frozen=True, kw_only=True, omit_defaults=True):
    """One outcome that was asked for, as studies of this size would report it."""

    measure: Annotated[
        Literal["responder_fraction", "mean_pain_fraction"],
        field("Share of patients with relief, or mean pain as a share of baseline."),
    ]
    day: Annotated[float, field("Days after the end of the last dose; negative during treatment.")]
    threshold: Annotated[float | None, field("Share of pain that must be gone to respond; where it was given.")] = None
    mean: Annotated[float, field("Mean over simulated studies.")]
    q10: Annotated[float, field("One study in ten reports less.")]
    q50: Annotated[float, field("Median over simulated studies.")]
    q90: Annotated[float, field("One study in ten reports more.")]


class ArmAnswer(Answer, frozen=True, kw_only=True, omit_defaults=True):
    """What one arm will report, or why that cannot be said."""

    id: Annotated[str, field("Id of the arm.")]
    predictions: Annotated[tuple[PredictedOutcome, ...], field("The outcomes asked for, in their order.")]
    assumed: Annotated[
        tuple[str, ...] | None, field("What the arm did not say and was taken as usual; left out if refused.")
    ] = None
    refused: Annotated[str | None, field("Why nothing published answers; left out where it was predicted.")] = None


class TrialAnswer(Answer, frozen=True, kw_only=True):
    """What the arms of a trial will report."""

    arms: Annotated[tuple[ArmAnswer, ...], field("In the order they were asked.")]


def trial_answer(given: Any, *, seed: int = 1) -> TrialAnswer:
    """Every arm of a trial file; see :func:`reprieve.relief.arm.predict_arms`."""
    return TrialAnswer(arms=tuple(map(arm_answer, predict_arms(given, seed=seed))))


def arm_answer(found: ArmPrediction | RefusedArm) -> ArmAnswer:
    """What one arm will report; the same prediction gives the same answer."""
    if isinstance(found, RefusedArm):
        return ArmAnswer(id=found.arm.id, predictions=(), refused=found.reason)
    predictions = tuple(map(_outcome, found.arm.predict, found.draws))
    return ArmAnswer(id=found.arm.id, predictions=predictions, assumed=found.assumed)


def _outcome(asked: Asked, reported: Floats) -> PredictedOutcome:
    low, middle, high = (rounded(one) for one in np.quantile(reported, (0.1, 0.5, 0.9)))
    return PredictedOutcome(
        measure=asked.measure,
        day=asked.day,
        threshold=asked.threshold,
        mean=rounded(reported.mean()),
        q10=low,
        q50=middle,
        q90=high,
    )
