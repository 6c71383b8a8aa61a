"""What happens on average after a course, in every population that may be this one, day by day.

The same numbers as those of a trial arm at the same question (:mod:`reprieve.relief.arm`): nothing is drawn here, so
the chances of a forecast do not depend on its seed, and a forecast cannot contradict the prediction of a trial.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from reprieve.relief.felt_exposure import FeltCurve
from reprieve.relief.follow_up import check_days
from reprieve.relief.populations import Populations
from reprieve.relief.reported import Relieved, without_drug

Floats = NDArray[np.float64]
Spread = tuple[float, float, float]

#: Days after the last dose of the curves, daily to twelve weeks.
DAYS = np.arange(0.0, 85.0)
_INTERVAL = (0.1, 0.9)
#: Looks during a course for the largest relief while drug is on board.
_ON_BOARD = 60


def spread_of(each: Floats) -> Spread:
    """Mean over draws and the ends of the 80 % interval between them."""
    low, high = np.quantile(each, _INTERVAL)
    mean = float(each.mean())
    return mean, min(float(low), mean), max(float(high), mean)


@dataclass(frozen=True)
class PopulationCourse:
    """Populations and a course.

    Parameters
    ----------
    populations : every draw, each in a setting of its own
    felt : what they feel of the drug
    threshold : θ, share of pain that must be gone
    baseline : usual pain before treatment, points
    """

    populations: Populations
    felt: FeltCurve
    threshold: float
    baseline: float

    def __repr__(self) -> str:
        return f"<PopulationCourse of {self.populations.size} draws>"

    def everybody(self, days: Sequence[float] | Floats) -> Relieved:
        """The people of each population on some days after the last dose; negative is during the course.

        Raises
        ------
        InputError
            A day lies before the first dose or after the end of follow-up.
        """
        check_days(self.felt.regimen, days)
        return self.populations.relieved(self.populations.added(self.felt.on_days(np.asarray(days, float))))

    @cached_property
    def by_day(self) -> Relieved:
        """The people of each population on :data:`DAYS`."""
        return self.everybody(DAYS)

    @cached_property
    def chances(self) -> Floats:
        """(n_draws, n_days) chance of relief on each of :data:`DAYS`."""
        return self.by_day.share_relieved(self.threshold)

    @cached_property
    def chances_without(self) -> Floats:
        """(n_draws,) the same without the drug, the same every day."""
        return without_drug(self.by_day).share_relieved(self.threshold)[:, 0]

    @cached_property
    def chance_on_board(self) -> Floats:
        """(n_draws,) chance of relief while drug is on board, at the time when it is largest on average."""
        end = self.felt.regimen.last_dose_end_h
        hours = np.concatenate([np.linspace(0.0, end, _ON_BOARD), end + np.linspace(0.0, 1.0, 13)])
        added = self.populations.added(self.felt.at(np.unique(hours)))
        largest = added[:, [int(np.argmax(added.mean(axis=0)))]]
        at_the_end = self.by_day.added[:, :1]
        best = largest if largest.mean() > at_the_end.mean() else at_the_end
        return self.populations.relieved(best).share_relieved(self.threshold)[:, 0]

    def helped(self, day: float, points: float) -> Spread:
        """Share of people from whom the drug takes away at least so many points of pain on one of :data:`DAYS`."""
        share = self.by_day.share_helped(min(points / self.baseline, 1.0))
        return spread_of(share[:, _column(day)])

    def difference(self, day: float) -> Spread:
        """Chance of relief with the drug less that without it on one of :data:`DAYS`."""
        return spread_of(self.chances[:, _column(day)] - self.chances_without)

    @cached_property
    def days_gained(self) -> Spread:
        """Days with relief that the drug adds in the twelve weeks after the last dose."""
        more = self.chances - self.chances_without[:, None]
        return spread_of(np.trapezoid(more, DAYS, axis=1))

    def mean_pain(self) -> tuple[Floats, Floats]:
        """(n_days,) mean pain of everybody on :data:`DAYS`, and without the drug, points."""
        with_drug, _ = self.by_day.mean_pain()
        without, _ = without_drug(self.by_day).mean_pain()
        return self.baseline * with_drug.mean(axis=0), np.full(DAYS.size, self.baseline * float(without.mean()))


def _column(day: float) -> int:
    return int(np.searchsorted(DAYS, day - 1e-6))
