"""Where the uncertainty of an answer comes from: what is not known, between settings, between people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.relief.population_course import PopulationCourse, Spread
from reprieve.words import HORIZONS, HorizonId

Floats = NDArray[np.float64]

#: Nodes of the quadrature over how settings differ; with 5 a chance is right to two thousandths.
_NODES = 5


@dataclass(frozen=True)
class Uncertainty:
    """The chances of relief in each population draw.

    Parameters
    ----------
    course : the populations and what is given
    """

    course: PopulationCourse

    def __repr__(self) -> str:
        return f"<Uncertainty over {self.course.populations.size} draws>"

    @property
    def differences(self) -> dict[HorizonId, Spread]:
        """Horizon to the chance with drug less that on placebo: mean over draws and the 80 % interval between them."""
        return {one.id: self.course.difference(one.days) for one in HORIZONS}

    def over_settings(self, days: Sequence[float]) -> tuple[Floats, Floats]:
        """Mean and SD of the chance over settings, (n_draws, n_days) each; they differ by two independent normals."""
        nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
        weights = weights / weights.sum()
        felt = self.course.felt.on_days(np.asarray(days, float))

        def chances(level_score: float, context_score: float) -> Floats:
            there = self.course.populations.in_setting(level_score, context_score)
            return there.relieved(there.added(felt)).share_relieved(self.course.threshold)

        found = np.array([[chances(a, b) for b in nodes] for a in nodes])
        weight = weights[:, None, None, None] * weights[None, :, None, None]
        average = (weight * found).sum(axis=(0, 1))
        return average, np.sqrt((weight * (found - average) ** 2).sum(axis=(0, 1)))

    def pain_sd(self, day: float) -> float:
        """SD of pain between people of one setting, points."""
        _, sd = self.course.everybody([day]).mean_pain()
        return float(self.course.baseline * sd.mean())
