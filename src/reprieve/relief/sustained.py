"""Sustained relief after the last dose, with drug and on placebo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reprieve.relief.distribution import Duration
from reprieve.relief.endpoints import relief_durations
from reprieve.relief.trajectory import FOLLOW_UP_DAYS, Trajectory
from reprieve.relief.virtual_patients import VirtualPatients
from reprieve.words import percent


@dataclass(frozen=True)
class Sustained:
    """Sustained relief, with drug and on placebo.

    Parameters
    ----------
    threshold : θ, share of pain that must be gone
    duration : days of relief with drug
    placebo : days of relief of the same virtual patients without the drug
    trajectory : what it was read from
    """

    threshold: float
    duration: Duration
    placebo: Duration
    trajectory: Trajectory

    def __repr__(self) -> str:
        return f"<Sustained relief of {percent(self.threshold)} or more, of {self.duration.days.size} virtual patients>"

    def probability(self, day: float, *, on_placebo: bool = False) -> float:
        """Probability that pain is at or below the line on a day after the last dose (negative: during it)."""
        return float(np.mean(self.trajectory.remaining_at(day, on_placebo=on_placebo) <= 1.0 - self.threshold))


def sustained_relief(trajectory: Trajectory, people: VirtualPatients, threshold: float) -> Sustained:
    """Read sustained relief off a trajectory; see :mod:`reprieve.relief.endpoints` for the rule."""
    with_drug, without = (
        Duration(relief_durations(trajectory.days, remaining, threshold), people.draw, FOLLOW_UP_DAYS)
        for remaining in (trajectory.remaining, trajectory.remaining_on_placebo)
    )
    return Sustained(threshold, with_drug, without, trajectory)
