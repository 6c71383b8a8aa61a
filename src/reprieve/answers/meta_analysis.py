"""The answer of a meta-analysis: what placebo-controlled trials say together about one measure in one window."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Annotated, Literal, TypeAlias

import msgspec

from reprieve.answers.field import Answer, field
from reprieve.answers.study_list import Design, RiskOfBias
from reprieve.errors import OutsideEvidence
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.condition import ConditionId
from reprieve.evidence.records.record import Status
from reprieve.inference import effect_sizes, meta_analysis
from reprieve.inference import window as windows
from reprieve.inference.controlled_comparisons import Effect, Shown
from reprieve.inference.effect_sizes import SENSITIVITY_CORRELATION, Measure
from reprieve.inference.moderators import Category, Moderator
from reprieve.inference.synthesis import Synthesis, interval, synthesise

Ends: TypeAlias = tuple[float, float]


class AskedMeasure(Answer, frozen=True, kw_only=True):
    """How a difference between groups is expressed."""

    id: Annotated[str, field("Id of the measure.")]
    name: Annotated[str, field("Its name.")]
    pooled_on: Annotated[
        Literal["logarithm", "itself"], field("The scale it is pooled on; ratios are shown as ratios.")
    ]


class AskedWindow(Answer, frozen=True, kw_only=True):
    """Time after the last dose."""

    id: Annotated[str, field("Id of the window.")]
    label: Annotated[str, field("Its name.")]
    asks_day: Annotated[float, field("Of several results of one study the one nearest to this day counts.")]


class PooledScale(Answer, frozen=True, kw_only=True):
    """An effect on the scale it is pooled on."""

    estimate: Annotated[float, field("The effect; of a ratio its logarithm.")]
    se: Annotated[float, field("Its standard error.")]


class StudyEffect(Answer, frozen=True, kw_only=True):
    """One study's effect."""

    study: Annotated[str, field("Id of the study.")]
    reference: Annotated[str, field("Key of the bibliography.")]
    condition: Annotated[ConditionId, field("Id of the pain condition.")]
    arms: Annotated[tuple[str, ...], field("Ids of the arms with ketamine; several are taken together.")]
    control_arms: Annotated[tuple[str, ...], field("Ids of the arms they are compared with.")]
    day: Annotated[float, field("Days after the end of the last dose.")]
    estimate: Annotated[float, field("The effect.")]
    low: Annotated[float, field("Lower end of its own 95 % interval.")]
    high: Annotated[float, field("Upper end of its own 95 % interval.")]
    pooled_scale: Annotated[PooledScale, field("The same on the scale it is pooled on.")]
    weight: Annotated[float | None, field("Its share in the pooled effect; null where nothing is pooled.")]
    n: Annotated[tuple[int, int], field("Patients with and without ketamine; the same ones in a crossover.")]
    responders: Annotated[tuple[float, float] | None, field("Responders among them, where these were counted.")]
    design: Annotated[Design, field("Kind of design.")]
    risk_of_bias: Annotated[RiskOfBias, field("How likely its design is to mislead.")]
    status: Annotated[Status, field("Of the weakest number in it.")]
    infusion_hours: Annotated[float | None, field("Hours of infusion over the course; mean over its arms.")]
    mg_per_kg: Annotated[float | None, field("mg/kg of base over the course; mean over its arms.")]
    how: Annotated[str, field("What was derived or assumed on the way; empty where nothing.")]


class ShownResult(Answer, frozen=True, kw_only=True):
    """A result that is shown beside the pooled ones and not pooled."""

    study: Annotated[str, field("Id of the study.")]
    day: Annotated[float, field("Days after the end of the last dose.")]
    low: Annotated[float | None, field("What the effect is known to lie above; null where nothing is.")]
    high: Annotated[float | None, field("What it is known to lie below; null where nothing is.")]
    status: Annotated[Status, field("How it was seen.")]
    why: Annotated[str, field("Why it is not pooled.")]


class LeftOut(Answer, frozen=True, kw_only=True):
    """A study without such a result in this window."""

    study: Annotated[str, field("Id of the study.")]
    why: Annotated[str, field("Why it is left out.")]


class Estimate(Answer, frozen=True, kw_only=True):
    """An effect of several studies."""

    estimate: Annotated[float, field("The effect.")]
    low: Annotated[float, field("Lower end of its interval.")]
    high: Annotated[float, field("Upper end of its interval.")]
    p: Annotated[float, field("Two-sided p of no effect.")]


class HeterogeneityAnswer(Answer, frozen=True, kw_only=True):
    """How much studies differ beyond chance."""

    tau2: Annotated[float, field("Variance between studies.")]
    tau2_low: Annotated[float, field("Lower end of its Q-profile interval.")]
    tau2_high: Annotated[float, field("Upper end of its Q-profile interval.")]
    i2: Annotated[float, field("Share of the total variance that lies between studies, per cent.")]
    h2: Annotated[float, field("Total variance over that of error.")]
    q: Annotated[float, field("Cochran's Q.")]
    df: Annotated[int, field("Its degrees of freedom.")]
    p: Annotated[float, field("Its p.")]


class PooledEffect(Answer, frozen=True, kw_only=True):
    """What the studies say together."""

    k: Annotated[int, field("Studies.")]
    level: Annotated[float, field("Coverage of the intervals.")]
    random: Annotated[Estimate, field("Random effects, Hartung-Knapp, never narrower than the studies' errors.")]
    untruncated: Annotated[Estimate | None, field("Without that floor; null where it changes nothing.")]
    fixed: Annotated[Estimate, field("The common effect.")]
    prediction: Annotated[Ends | None, field("Interval of what a new study would show; null with two studies.")]
    heterogeneity: Annotated[HeterogeneityAnswer, field("How much studies differ.")]


class CorrelatedEffect(PooledEffect, frozen=True, kw_only=True):
    """The same with another correlation within the patients of crossovers."""

    correlation: Annotated[float, field("The correlation.")]


class CoefficientAnswer(Answer, frozen=True, kw_only=True):
    """A coefficient of the regression, on the scale that is pooled."""

    name: Annotated[str, field("What it belongs to.")]
    estimate: Annotated[float, field("The coefficient.")]
    se: Annotated[float, field("Its standard error.")]
    low: Annotated[float, field("Lower end of its interval.")]
    high: Annotated[float, field("Upper end of its interval.")]
    t: Annotated[float, field("Estimate over standard error.")]
    p: Annotated[float, field("Its p.")]
    df: Annotated[int | None, field("Degrees of freedom of t; null of a normal.")]


class JointTest(Answer, frozen=True, kw_only=True):
    """All moderators together."""

    f: Annotated[float, field("F.")]
    df: Annotated[tuple[int, int], field("Its degrees of freedom.")]
    p: Annotated[float, field("Its p.")]


class MetaRegression(Answer, frozen=True, kw_only=True):
    """Effects regressed on a moderator; without one, the reason."""

    moderator: Annotated[str, field("Id of the moderator.")]
    name: Annotated[str, field("Its name.")]
    studies: Annotated[int, field("Studies in which it is known.")]
    reference: Annotated[
        str | msgspec.UnsetType | None, field("Of a category, the one that others are compared with.")
    ] = msgspec.UNSET
    level: Annotated[float | msgspec.UnsetType, field("Coverage of the intervals.")] = msgspec.UNSET
    coefficients: Annotated[
        tuple[CoefficientAnswer, ...] | msgspec.UnsetType, field("The intercept, then the moderator's.")
    ] = msgspec.UNSET
    test: Annotated[JointTest | msgspec.UnsetType, field("Test of the moderator.")] = msgspec.UNSET
    r2: Annotated[
        float | msgspec.UnsetType | None, field("Share of the variance between studies that it explains, per cent.")
    ] = msgspec.UNSET
    heterogeneity: Annotated[HeterogeneityAnswer | msgspec.UnsetType, field("How much studies still differ.")] = (
        msgspec.UNSET
    )
    why_none: Annotated[str | None, field("Why there is no regression; null where there is one.")]


class MetaAnalysisAnswer(Answer, frozen=True, kw_only=True):
    """Ketamine against placebo, one effect a study."""

    measure: Annotated[AskedMeasure, field("What is pooled.")]
    window: Annotated[AskedWindow, field("When.")]
    effects: Annotated[tuple[StudyEffect, ...], field("The effects that are pooled.")]
    shown_not_pooled: Annotated[tuple[ShownResult, ...], field("Results shown beside them.")]
    left_out: Annotated[tuple[LeftOut, ...], field("Controlled studies that give nothing here.")]
    uncontrolled_studies: Annotated[int, field("Studies in which nobody was given a placebo.")]
    pooled: Annotated[PooledEffect | None, field("What they say together; null of fewer than two.")]
    crossovers_at_correlation: Annotated[
        CorrelatedEffect | None, field("The same with another correlation; null where no crossover is in it.")
    ]
    meta_regression: Annotated[
        MetaRegression | msgspec.UnsetType, field("Effects against hours, dose or condition, where that was asked.")
    ] = msgspec.UNSET


def controlled_trials(
    evidence: Evidence,
    window: str = "day",
    measure: str | None = None,
    condition: str | None = None,
    *,
    verified_only: bool = False,
) -> Synthesis:
    """The placebo-controlled trials of a window, measure and condition, pooled.

    Parameters
    ----------
    window, measure : their ids; ``rd`` if no measure is named, ``md`` after the first day
    condition : a name or code; None for all
    verified_only : leave out what was not seen in a source

    Raises
    ------
    UnknownName
        There is no such window, measure or condition.
    """
    asked = windows.window(window)
    how = effect_sizes.measure(measure or ("rd" if asked.id == "day" else "md"))
    about = None if condition is None else evidence.condition(condition).id
    studies = [study for study in evidence.studies if about in (None, study.condition)]
    return synthesise(studies, how, asked, verified_only=verified_only)


def meta_analysis_answer(made: Synthesis, by: Moderator | None = None) -> MetaAnalysisAnswer:
    """A synthesis as an answer; ``by`` adds the regression on a moderator."""
    found, how = made.comparisons, made.comparisons.measure
    return MetaAnalysisAnswer(
        measure=AskedMeasure(id=how.id, name=how.name, pooled_on="logarithm" if how.is_log else "itself"),
        window=AskedWindow(id=found.window.id, label=found.window.label, asks_day=found.window.asks),
        effects=tuple(_effect(one, how, weight) for one, weight in zip(made.effects, made.weights, strict=True)),
        shown_not_pooled=tuple(_shown(one, how) for one in found.shown),
        left_out=tuple(LeftOut(study=left.study.id, why=left.why) for left in found.left_out),
        uncontrolled_studies=found.uncontrolled,
        pooled=None if made.pooled is None else _pooled(made.pooled, how),
        crossovers_at_correlation=None if made.sensitivity is None else _correlated(made.sensitivity, how),
        meta_regression=msgspec.UNSET if by is None else _regression(made, by),
    )


def _effect(effect: Effect, how: Measure, weight: float | None) -> StudyEffect:
    low, high = interval(effect)
    return StudyEffect(
        study=effect.study.id,
        reference=effect.study.reference,
        condition=effect.study.condition,
        arms=tuple(arm.id for arm in effect.treated),
        control_arms=tuple(arm.id for arm in effect.control),
        day=effect.day,
        estimate=how.shown(effect.estimate),
        low=how.shown(low),
        high=how.shown(high),
        pooled_scale=PooledScale(estimate=effect.estimate, se=effect.se),
        weight=weight,
        n=effect.n,
        responders=None if effect.counts is None else (effect.counts[0].events, effect.counts[1].events),
        design=effect.study.design_class,
        risk_of_bias=effect.study.risk_of_bias,
        status=effect.status,
        infusion_hours=effect.infusion_hours,
        mg_per_kg=effect.mg_per_kg,
        how=effect.how,
    )


def _shown(one: Shown, how: Measure) -> ShownResult:
    low, high = (_finite(end, how) for end in (one.low, one.high))
    return ShownResult(study=one.study.id, day=one.day, low=low, high=high, status=one.status, why=one.why)


def _finite(value: float | None, how: Measure) -> float | None:
    return None if value is None or math.isinf(value) else how.shown(value)


def _pooled(pooled: meta_analysis.Pooled, how: Measure) -> PooledEffect:
    return PooledEffect(
        k=pooled.k,
        level=pooled.level,
        random=_estimate(pooled.random, how),
        untruncated=None if pooled.untruncated is None else _estimate(pooled.untruncated, how),
        fixed=_estimate(pooled.fixed, how),
        prediction=None
        if pooled.prediction is None
        else (how.shown(pooled.prediction[0]), how.shown(pooled.prediction[1])),
        heterogeneity=HeterogeneityAnswer(**asdict(pooled.heterogeneity)),
    )


def _correlated(pooled: meta_analysis.Pooled, how: Measure) -> CorrelatedEffect:
    return CorrelatedEffect(correlation=SENSITIVITY_CORRELATION, **msgspec.structs.asdict(_pooled(pooled, how)))


def _estimate(one: meta_analysis.Coefficient, how: Measure) -> Estimate:
    return Estimate(estimate=how.shown(one.estimate), low=how.shown(one.low), high=how.shown(one.high), p=one.p)


def _regression(made: Synthesis, by: Moderator) -> MetaRegression:
    known = by.known(made.effects)
    reference = next(iter(by.levels(known)), None) if isinstance(by, Category) else msgspec.UNSET
    try:
        found = made.on(by)
    except OutsideEvidence as error:
        return MetaRegression(
            moderator=by.id, name=by.name, studies=len(known), reference=reference, why_none=str(error)
        )
    return MetaRegression(
        moderator=by.id,
        name=by.name,
        studies=len(known),
        reference=reference,
        level=found.level,
        coefficients=tuple(
            CoefficientAnswer(name=name, **asdict(one))
            for name, one in zip(found.names, found.coefficients, strict=True)
        ),
        test=JointTest(f=found.f, df=found.f_df, p=found.p),
        r2=found.r2,
        heterogeneity=HeterogeneityAnswer(**asdict(found.heterogeneity)),
        why_none=None,
    )
