"""The numbers of an answer about relief, read off a forecast and rounded."""

from __future__ import annotations

import msgspec
import numpy as np

from reprieve.answers.relief import (
    Acute,
    AcuteIntervals,
    BetweenPeople,
    Chance,
    Difference,
    Interval,
    Lasting,
    NotKnown,
    PainOnDay,
    Quantiles,
    ReliefOnDay,
    Settings,
    SustainedAnswer,
    UncertaintyAnswer,
    rounded,
)
from reprieve.relief.distribution import Duration, between_draws
from reprieve.relief.endpoints import acute_relief, censored, probability_of_relief
from reprieve.relief.forecast import Forecast
from reprieve.relief.trajectory import FOLLOW_UP_DAYS, WORST_PAIN
from reprieve.relief.uncertainty import Uncertainty
from reprieve.words import HORIZONS

#: Days of the curves in an answer: days after the last dose, daily to 12 weeks.
_DAYS = np.arange(0.0, 85.0)
_INTERVAL = (0.1, 0.9)


def acute(made: Forecast) -> Acute:
    """Relief while drug is on board."""
    felt = acute_relief(made.trajectory, made.threshold)
    onset, peak, offset = (Quantiles.of(felt[name]) for name in ("onset_min", "peak", "offset_h"))
    return Acute(
        probability=rounded(float(np.isfinite(felt["onset_min"]).mean())),
        onset_min=onset.q50,
        peak_relief=peak.q50,
        offset_h=offset.q50,
        intervals=AcuteIntervals(onset_min=onset, peak_relief=peak, offset_h=offset),
    )


def lasting(duration: Duration) -> Lasting:
    """Quantiles over everybody, over those with relief, and the chance beyond each horizon."""
    return Lasting(
        probability_any=rounded(duration.probability_any),
        duration_days=Quantiles.of(duration.days),
        duration_days_if_relief=Quantiles.of(duration.if_relief),
        exceeds={one.id: rounded(duration.exceeds(one.days)) for one in HORIZONS},
        still_relieved_at_end_of_follow_up=rounded(censored(duration.days)),
    )


def sustained(made: Forecast) -> SustainedAnswer:
    """Relief after the last dose, with drug and on placebo."""
    return SustainedAnswer(
        **msgspec.structs.asdict(lasting(made.sustained.duration)),
        threshold=made.threshold,
        follow_up_days=FOLLOW_UP_DAYS,
        exceeds_interval={one.id: _chance(made.sustained.duration.exceeds_between(one.days)) for one in HORIZONS},
        placebo=lasting(made.sustained.placebo),
        probability_of_relief=_relief_by_day(made),
    )


def _chance(found: tuple[float, float, float]) -> Chance:
    p, low, high = map(rounded, found)
    return Chance(p=p, low=low, high=high)


def _relief_by_day(made: Forecast) -> tuple[ReliefOnDay, ...]:
    days, theta = made.trajectory.days, made.threshold
    with_drug = probability_of_relief(days, made.trajectory.remaining, theta, _DAYS)
    without = probability_of_relief(days, made.trajectory.remaining_on_placebo, theta, _DAYS).mean(axis=0)
    rows = []
    for i, day in enumerate(_DAYS):
        p, low, high = map(rounded, between_draws(with_drug[:, i], made.people.draw))
        rows.append(ReliefOnDay(day=int(day), p=p, low=low, high=high, placebo=rounded(float(without[i]))))
    return tuple(rows)


def pain(made: Forecast) -> tuple[PainOnDay, ...]:
    """Pain day by day to twelve weeks, with drug and on placebo."""
    baseline = float(made.patient.need("pain", "relief is counted from it"))
    columns = np.searchsorted(made.trajectory.days, _DAYS - 1e-6)
    rows = []
    for day, column in zip(_DAYS, columns, strict=True):
        felt = np.minimum(baseline * made.trajectory.remaining[:, column], WORST_PAIN)
        without = np.minimum(baseline * made.trajectory.remaining_on_placebo[:, column], WORST_PAIN)
        low, high = (rounded(float(one)) for one in np.quantile(felt, _INTERVAL))
        means = (rounded(float(felt.mean())), rounded(float(without.mean())))
        rows.append(PainOnDay(day=int(day), mean=means[0], q10=low, q90=high, placebo=means[1]))
    return tuple(rows)


def uncertainty(found: Uncertainty, baseline: float) -> UncertaintyAnswer:
    """Where the uncertainty comes from, at each horizon; ``baseline`` is pain before treatment, points."""
    average, between, pain_sd = {}, {}, {}
    for one in HORIZONS:
        mean, sd = found.over_settings(one.days)
        low, high = (rounded(float(end)) for end in np.quantile(mean, _INTERVAL))
        average[one.id] = Interval(low=low, high=high)
        between[one.id] = rounded(float(sd.mean()))
        left = found.trajectory.remaining_at(one.days).reshape(found.people.n_draws, -1)
        pain_sd[one.id] = rounded(baseline * float(left.std(axis=1, ddof=1).mean()))
    return UncertaintyAnswer(
        posterior=NotKnown(
            what="not known of the average setting: 80 % interval of the chance of relief between draws",
            chance=average,
        ),
        setting=Settings(
            what="how clinics and studies differ: standard deviation of the chance of relief between them",
            chance_sd=between,
        ),
        population=BetweenPeople(
            what="how people of one setting differ: standard deviation of their pain, points", pain_sd=pain_sd
        ),
        difference_from_placebo={
            name: Difference(mean=rounded(mean), low=rounded(low), high=rounded(high))
            for name, (mean, low, high) in found.differences.items()
        },
    )
