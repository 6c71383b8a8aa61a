"""Relief after the last dose: what the drug adds to it, and relief as it is felt, with drug and on placebo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.relief.distribution import Duration
from reprieve.relief.endpoints import NOTICED, drug_durations, felt_durations
from reprieve.relief.follow_up import FOLLOW_UP_DAYS
from reprieve.relief.population_course import PopulationCourse, Spread
from reprieve.relief.trajectory import Trajectory
from reprieve.relief.virtual_patients import VirtualPatients
from reprieve.words import HORIZONS, HorizonId, percent

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Added:
    """What the drug adds, beyond what pain would do without it.

    Parameters
    ----------
    helped : horizon to the share of people from whom the drug takes away a point of pain then, with its 80 % interval
    helped_by_a_third : the same of at least 30 % of baseline
    duration : (n_helped,) days that the drug's part lasts, of those who are helped at 48 hours
    days_gained : days with relief that it adds in twelve weeks, with the 80 % interval
    """

    helped: dict[HorizonId, Spread]
    helped_by_a_third: dict[HorizonId, Spread]
    duration: Floats
    days_gained: Spread


@dataclass(frozen=True)
class Sustained:
    """Relief after the last dose.

    Parameters
    ----------
    threshold : θ, share of pain that must be gone
    added : what of it is the drug's
    duration : days of felt relief with drug, by weekly means
    placebo : days of felt relief of the same virtual patients without the drug
    course : the populations it was read from
    """

    threshold: float
    added: Added
    duration: Duration
    placebo: Duration
    course: PopulationCourse

    def __repr__(self) -> str:
        return f"<Sustained relief of {percent(self.threshold)} or more, of {self.duration.days.size} virtual patients>"

    def probability(self, day: float, *, on_placebo: bool = False) -> float:
        """Probability that pain is at or below the line on a day after the last dose (negative: during it)."""
        everybody = self.course.everybody([day])
        chance = self.course.chances_without if on_placebo else everybody.share_relieved(self.threshold)
        return float(np.mean(chance))


def sustained_relief(
    course: PopulationCourse, trajectory: Trajectory, people: VirtualPatients, threshold: float
) -> Sustained:
    """Read relief after the last dose off a course; see :mod:`reprieve.relief.endpoints` for the rules."""
    third = 0.3 * course.baseline
    added = Added(
        helped={one.id: course.helped(one.days, NOTICED) for one in HORIZONS},
        helped_by_a_third={one.id: course.helped(one.days, third) for one in HORIZONS},
        duration=drug_durations(trajectory, course.baseline),
        days_gained=course.days_gained,
    )
    with_drug, without = (
        Duration(felt_durations(trajectory, people, threshold, on_placebo=placebo), people.draw, FOLLOW_UP_DAYS)
        for placebo in (False, True)
    )
    return Sustained(threshold, added, with_drug, without, course)
