"""The numbers of an answer about relief: acute, sustained, pain by day, and where their uncertainty comes from."""

from __future__ import annotations

from typing import Annotated, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from reprieve.answers.field import Answer, field
from reprieve.words import HorizonId

Floats: TypeAlias = NDArray[np.float64]
AtHorizons: TypeAlias = Annotated[
    dict[HorizonId, float], field("Chance of felt relief that lasts longer than each horizon.")
]

#: What arithmetic leaves of 0 differs between machines.
_NOTHING = 1e-6


def rounded(value: float) -> float:
    """Four significant digits, and nothing below a millionth: what an answer shows, the same on every machine."""
    return 0.0 if abs(value) < _NOTHING else float(f"{value:.4g}")


class Quantiles(Answer, frozen=True, kw_only=True):
    """The 10th, 50th and 90th percentile; null where there is nobody to count."""

    q10: Annotated[float | None, field("One in ten is below it.")]
    q50: Annotated[float | None, field("The median.")]
    q90: Annotated[float | None, field("One in ten is above it.")]

    @property
    def known(self) -> tuple[float, float, float] | None:
        """The three of them; None where there is nobody to count."""
        if self.q10 is None or self.q50 is None or self.q90 is None:
            return None
        return self.q10, self.q50, self.q90

    @classmethod
    def of(cls, values: Floats) -> Self:
        """Of finite values; what is NaN is not counted."""
        finite = values[np.isfinite(values)]
        if finite.size == 0:
            return cls(q10=None, q50=None, q90=None)
        low, middle, high = (rounded(one) for one in np.quantile(finite, (0.1, 0.5, 0.9)))
        return cls(q10=low, q50=middle, q90=high)


class Interval(Answer, frozen=True, kw_only=True):
    """An 80 % interval."""

    low: Annotated[float, field("Lower end of the 80 % interval.")]
    high: Annotated[float, field("Upper end of the 80 % interval.")]


class Chance(Answer, frozen=True, kw_only=True):
    """A chance with the 80 % interval of what is not known of it."""

    p: Annotated[float, field("The chance.")]
    low: Annotated[float, field("Lower end of the 80 % interval.")]
    high: Annotated[float, field("Upper end of the 80 % interval.")]


class AcuteIntervals(Answer, frozen=True, kw_only=True):
    """How people differ in their acute relief."""

    onset_min: Annotated[Quantiles, field("Minutes from the start of the first dose, of those who reach relief.")]
    peak_relief: Annotated[Quantiles, field("Largest share of pain that is gone, of everybody.")]
    offset_h: Annotated[Quantiles, field("Hours after the end of the last dose, of those who reach relief.")]


class Acute(Answer, frozen=True, kw_only=True):
    """Relief while drug is on board: pain below the line, whatever brought it there."""

    probability: Annotated[float, field("Share of people with relief when it is largest on average.")]
    placebo: Annotated[float, field("The same people without the drug.")]
    onset_min: Annotated[
        float | None, field("Median minutes from the start of the first dose until relief; null if in nobody.")
    ]
    peak_relief: Annotated[float | None, field("Median of the largest share of pain that is gone.")]
    offset_h: Annotated[
        float | None,
        field("Median hours after the end of the last dose until pain is back; 24 where relief outlasts the day."),
    ]
    intervals: Annotated[AcuteIntervals, field("10th, 50th and 90th percentile of people.")]


class Lasting(Answer, frozen=True, kw_only=True):
    """How long relief is felt after the last dose: weekly means of pain below the line until the first week above."""

    probability_any: Annotated[float, field("Share of people with relief in the first week.")]
    duration_days: Annotated[
        Quantiles, field("Days of felt relief over everybody, zero for those without; at most the days of follow-up.")
    ]
    duration_days_if_relief: Annotated[Quantiles, field("The same over those with relief.")]
    exceeds: AtHorizons
    still_relieved_at_end_of_follow_up: Annotated[float, field("Share of people whose felt relief outlasts follow-up.")]


class ReliefOnDay(Answer, frozen=True, kw_only=True):
    """The chance of relief on one day."""

    day: Annotated[int, field("Days after the end of the last dose.")]
    p: Annotated[float, field("Chance that pain is at or below the line that day.")]
    low: Annotated[float, field("Lower end of its 80 % interval.")]
    high: Annotated[float, field("Upper end of its 80 % interval.")]
    placebo: Annotated[float, field("The same people without the drug.")]


class HelpedOnDay(Answer, frozen=True, kw_only=True):
    """How many people the drug itself helps on one day."""

    day: Annotated[int, field("Days after the end of the last dose.")]
    share: Annotated[float, field("Share of people from whom it takes away at least a point of pain.")]
    low: Annotated[float, field("Lower end of the 80 % interval.")]
    high: Annotated[float, field("Upper end of the 80 % interval.")]
    by_a_third: Annotated[float, field("Share of people from whom it takes away at least 30 % of their pain.")]


class DaysGained(Answer, frozen=True, kw_only=True):
    """Days with relief that the drug adds in twelve weeks."""

    mean: Annotated[float, field("Mean over everybody, days.")]
    low: Annotated[float, field("Lower end of the 80 % interval.")]
    high: Annotated[float, field("Upper end of the 80 % interval.")]


class AddedAnswer(Answer, frozen=True, kw_only=True):
    """What the drug adds, beyond what pain would do without it."""

    helped: Annotated[tuple[HelpedOnDay, ...], field("How many it helps, at each horizon.")]
    duration_days: Annotated[
        Quantiles, field("Days until it takes away less than a point, of those it helps at 48 hours.")
    ]
    days_gained_12wk: Annotated[DaysGained, field("Days with relief that it adds in twelve weeks.")]
    followed_days: Annotated[
        float, field("The longest controlled follow-up, days after the last dose; nobody was followed longer.")
    ]

    def at(self, day: float) -> HelpedOnDay:
        """How many it helps on the day of a horizon."""
        return next(one for one in self.helped if one.day == day)


class SustainedAnswer(Lasting, frozen=True, kw_only=True):
    """Relief after the last dose: what the drug adds, and relief as it is felt, with drug and on placebo."""

    added: Annotated[AddedAnswer, field("What the drug adds.")]
    threshold: Annotated[float, field("Share of pain that must be gone to count as relief.")]
    follow_up_days: Annotated[float, field("Days after the last dose that are looked at; longer relief is cut there.")]
    exceeds_interval: Annotated[dict[HorizonId, Chance], field("The chances of exceeds with their 80 % intervals.")]
    placebo: Annotated[Lasting, field("The same people without the drug.")]
    probability_of_relief: Annotated[tuple[ReliefOnDay, ...], field("Day by day to twelve weeks.")]

    def on(self, day: float) -> ReliefOnDay:
        """The chance of relief on one of the days."""
        return next(one for one in self.probability_of_relief if one.day == day)


class PainOnDay(Answer, frozen=True, kw_only=True):
    """Pain on one day, NRS 0 to 10."""

    day: Annotated[int, field("Days after the end of the last dose.")]
    mean: Annotated[float, field("Mean over people, points.")]
    q10: Annotated[float, field("One in ten has less pain.")]
    q90: Annotated[float, field("One in ten has more pain.")]
    placebo: Annotated[float, field("Mean of the same people without the drug.")]


class NotKnown(Answer, frozen=True, kw_only=True):
    """What is not known of the average setting."""

    what: Annotated[str, field("What the numbers are.")]
    chance: Annotated[dict[HorizonId, Interval], field("80 % interval of the chance of relief between draws.")]


class Settings(Answer, frozen=True, kw_only=True):
    """How clinics and studies differ."""

    what: Annotated[str, field("What the numbers are.")]
    chance_sd: Annotated[dict[HorizonId, float], field("Standard deviation of the chance of relief between them.")]


class BetweenPeople(Answer, frozen=True, kw_only=True):
    """How people of one setting differ."""

    what: Annotated[str, field("What the numbers are.")]
    pain_sd: Annotated[dict[HorizonId, float], field("Standard deviation of their pain, points.")]


class Difference(Answer, frozen=True, kw_only=True):
    """A difference of chances."""

    mean: Annotated[float, field("Mean over draws.")]
    low: Annotated[float, field("Lower end of the 80 % interval.")]
    high: Annotated[float, field("Upper end of the 80 % interval.")]


class UncertaintyAnswer(Answer, frozen=True, kw_only=True):
    """Where the uncertainty comes from."""

    posterior: Annotated[NotKnown, field("What is not known; more studies would narrow it.")]
    setting: Annotated[Settings, field("How clinics and studies differ; knowing one's own clinic would narrow it.")]
    population: Annotated[BetweenPeople, field("How people differ; only the patient's own course tells.")]
    difference_from_placebo: Annotated[
        dict[HorizonId, Difference], field("Chance of relief with drug less that on placebo.")
    ]
