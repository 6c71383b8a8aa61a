"""Where the uncertainty of an answer comes from: what is not known, between settings, between people."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from reprieve.relief.reported import ArmOnDay, arm_on_day
from reprieve.relief.trajectory import Trajectory
from reprieve.relief.virtual_patients import VirtualPatients, logistic
from reprieve.words import HORIZONS, HorizonId, percent

Floats = NDArray[np.float64]

#: Nodes of the quadrature over how settings differ; with 7 a chance is right to a thousandth.
_NODES = 7
_INTERVAL = (0.1, 0.9)


@dataclass(frozen=True)
class Uncertainty:
    """The chances of relief in each population draw, without the noise of having few people in it.

    Parameters
    ----------
    trajectory : what happens to the virtual patients
    people : the virtual patients
    threshold : θ, share of pain that must be gone
    """

    trajectory: Trajectory
    people: VirtualPatients
    threshold: float

    def __repr__(self) -> str:
        draws = self.people.populations.chance.size
        return f"<Uncertainty of relief of {percent(self.threshold)} or more, over {draws} draws>"

    def chances(self, day: float, *, on_placebo: bool = False) -> Floats:
        """(n_draws,) chance of relief on a day after the last dose."""
        chance = self.people.populations.chance
        return self._seen(day, np.zeros_like(chance) if on_placebo else chance).share_relieved(self.threshold)

    @cached_property
    def differences(self) -> dict[HorizonId, tuple[float, float, float]]:
        """Horizon to the chance with drug less that on placebo: mean over draws and the 80 % interval between them."""
        found = {}
        for one in HORIZONS:
            name, day = one.id, one.days
            by_draw = self.chances(day) - self.chances(day, on_placebo=True)
            low, high = np.quantile(by_draw, _INTERVAL)
            found[name] = (float(by_draw.mean()), float(low), float(high))
        return found

    def over_settings(self, day: float) -> tuple[Floats, Floats]:
        """Mean and SD of the chance over settings, (n_draws,) each; how they differ is two independent normals."""
        whole = self.people.populations
        nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
        weights = weights / weights.sum()
        by_context = np.empty((2, _NODES, whole.chance.size))
        for i, node in enumerate(nodes):
            mean = whole.context_mean_typical + node * whole.context_study_sd
            for j, everybody in enumerate((np.zeros_like(mean), np.ones_like(mean))):
                by_context[j, i] = self._seen(day, everybody, mean).share_relieved(self.threshold)
        without, responding = by_context[:, None]
        chance = logistic(whole.chance_logit_mean + nodes[:, None] * whole.chance_logit_sd)[:, None]
        shares = chance * responding + (1.0 - chance) * without
        weight = weights[:, None, None] * weights[None, :, None]
        average = (weight * shares).sum(axis=(0, 1))
        return average, np.sqrt((weight * (shares - average) ** 2).sum(axis=(0, 1)))

    def _seen(self, day: float, chance: Floats, context_mean: Floats | None = None) -> ArmOnDay:
        column = int(np.argmin(np.abs(self.trajectory.days - day)))
        return arm_on_day(
            self.trajectory.drug_factor[:, column], chance, self.people.populations, day, context_mean=context_mean
        )
