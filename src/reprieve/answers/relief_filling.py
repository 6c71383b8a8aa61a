"""The numbers of an answer about relief, read off a forecast and rounded."""

from __future__ import annotations

import msgspec
import numpy as np

from reprieve.answers.relief import (
    Acute,
    AcuteIntervals,
    AddedAnswer,
    BetweenPeople,
    Chance,
    DaysGained,
    Difference,
    HelpedOnDay,
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
from reprieve.relief.distribution import Duration
from reprieve.relief.endpoints import acute_relief, censored
from reprieve.relief.felt_exposure import AT_THE_END
from reprieve.relief.follow_up import FOLLOW_UP_DAYS, controlled_follow_up_days
from reprieve.relief.forecast import Forecast
from reprieve.relief.population_course import DAYS, spread_of
from reprieve.relief.trajectory import WORST_PAIN
from reprieve.relief.uncertainty import Uncertainty
from reprieve.words import HORIZONS

_INTERVAL = (0.1, 0.9)


def acute(made: Forecast) -> Acute:
    """Relief while drug is on board."""
    felt = acute_relief(made.trajectory, made.threshold)
    onset, peak, offset = (Quantiles.of(felt[name]) for name in ("onset_min", "peak", "offset_h"))
    return Acute(
        probability=rounded(float(made.course.chance_on_board.mean())),
        placebo=rounded(float(made.course.chances_without.mean())),
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
        added=added(made),
        threshold=made.threshold,
        follow_up_days=FOLLOW_UP_DAYS,
        exceeds_interval={one.id: _chance(made.sustained.duration.exceeds_between(one.days)) for one in HORIZONS},
        placebo=lasting(made.sustained.placebo),
        probability_of_relief=_relief_by_day(made),
    )


def added(made: Forecast) -> AddedAnswer:
    """What the drug adds."""
    found = made.sustained.added
    mean, low, high = map(rounded, found.days_gained)
    return AddedAnswer(
        helped=tuple(
            HelpedOnDay(
                day=int(one.days),
                share=rounded(found.helped[one.id][0]),
                low=rounded(found.helped[one.id][1]),
                high=rounded(found.helped[one.id][2]),
                by_a_third=rounded(found.helped_by_a_third[one.id][0]),
            )
            for one in HORIZONS
        ),
        duration_days=Quantiles.of(found.duration),
        days_gained_12wk=DaysGained(mean=mean, low=low, high=high),
        followed_days=controlled_follow_up_days(made.evidence),
    )


def _chance(found: tuple[float, float, float]) -> Chance:
    p, low, high = map(rounded, found)
    return Chance(p=p, low=low, high=high)


def _relief_by_day(made: Forecast) -> tuple[ReliefOnDay, ...]:
    without = rounded(float(made.course.chances_without.mean()))
    rows = []
    for i, day in enumerate(DAYS):
        p, low, high = map(rounded, spread_of(made.course.chances[:, i]))
        rows.append(ReliefOnDay(day=int(day), p=p, low=low, high=high, placebo=without))
    return tuple(rows)


def pain(made: Forecast) -> tuple[PainOnDay, ...]:
    """Pain day by day to twelve weeks, with drug and on placebo."""
    baseline = made.course.baseline
    columns = np.searchsorted(made.trajectory.days, np.maximum(DAYS, AT_THE_END) - 1e-6)
    mean, without = made.course.mean_pain()
    rows = []
    for i, (day, column) in enumerate(zip(DAYS, columns, strict=True)):
        felt = np.minimum(baseline * made.trajectory.remaining[:, column], WORST_PAIN)
        low, high = (rounded(float(one)) for one in np.quantile(felt, _INTERVAL))
        row = PainOnDay(day=int(day), mean=rounded(mean[i]), q10=low, q90=high, placebo=rounded(without[i]))
        rows.append(row)
    return tuple(rows)


def uncertainty(found: Uncertainty) -> UncertaintyAnswer:
    """Where the uncertainty comes from, at each horizon."""
    average, between, pain_sd = {}, {}, {}
    means, sds = found.over_settings([one.days for one in HORIZONS])
    for i, one in enumerate(HORIZONS):
        low, high = (rounded(float(end)) for end in np.quantile(means[:, i], _INTERVAL))
        average[one.id] = Interval(low=low, high=high)
        between[one.id] = rounded(float(sds[:, i].mean()))
        pain_sd[one.id] = rounded(found.pain_sd(one.days))
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
