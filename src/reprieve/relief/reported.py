"""What a study reports by the relief model, for each population draw: shares and means over its patients.

Patients are not simulated one by one. A person's pain on a day is normal around Y (1 - m c), with Y what the drug
leaves (1 in people who do not respond), m the population's mean context effect and c what is left of it; its variance
is (Y s c)² + e², with s the spread of the context effect between people and e the scatter of pain from day to day.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.relief.virtual_patients import Populations

Floats = NDArray[np.float64]

_ERFC = np.frompyfunc(math.erfc, 1, 1)
#: Chances kept off 0 and 1, where a beta distribution has no shape.
_LEAST = 1e-4
#: Smallest SD, where full relief leaves nothing that could differ between people.
_TINY = 1e-12


def normal_below(z: Floats) -> Floats:
    """Chance that a standard normal lies below z."""
    return np.asarray(0.5 * _ERFC(-z / math.sqrt(2.0)), dtype=np.float64)


@dataclass(frozen=True)
class ArmOnDay:
    """Everybody of an arm on one day.

    Parameters
    ----------
    drug_factor : (n_draws, n_people) Y of people who respond
    chance : (n_draws,) that a person responds; 0 on placebo
    context_mean, context_spread : (n_draws,) of what is left of the context effect on that day
    day_scatter : SD of a person's pain from day to day, share of baseline
    """

    drug_factor: Floats
    chance: Floats
    context_mean: Floats
    context_spread: Floats
    day_scatter: float

    def _over_people(self, of_pain: Floats, of_pain_without: Floats) -> Floats:
        return np.asarray(self.chance * of_pain.mean(axis=1) + (1.0 - self.chance) * of_pain_without[:, 0])

    def _pain(self, factor: Floats) -> tuple[Floats, Floats]:
        """Mean and SD of pain as a share of baseline where the drug leaves ``factor``."""
        mean = factor * (1.0 - self.context_mean[:, None])
        return mean, np.maximum(np.hypot(factor * self.context_spread[:, None], self.day_scatter), _TINY)

    def share_relieved(self, threshold: float) -> Floats:
        """(n_draws,) share of patients with at least ``threshold`` less pain."""
        line = 1.0 - threshold

        def below(factor: Floats) -> Floats:
            mean, sd = self._pain(factor)
            return normal_below((line - mean) / sd)

        return self._over_people(below(self.drug_factor), below(self._untouched))

    def mean_pain(self) -> tuple[Floats, Floats]:
        """(n_draws,) mean pain as a share of baseline, pain below 0 counting as 0, and its SD between patients."""
        with_drug, without = (self._moments(factor) for factor in (self.drug_factor, self._untouched))
        first, second = (self._over_people(a, b) for a, b in zip(with_drug, without, strict=True))
        return first, np.sqrt(np.maximum(second - first**2, _LEAST))

    @property
    def _untouched(self) -> Floats:
        return np.ones((self.chance.size, 1))

    def _moments(self, factor: Floats) -> tuple[Floats, Floats]:
        mean, sd = self._pain(factor)
        z = mean / sd
        density = np.exp(-0.5 * z**2) / math.sqrt(2.0 * math.pi)
        return mean * normal_below(z) + sd * density, mean**2 + sd**2


def arm_on_day(
    drug_factor: Floats,
    chance: Floats,
    populations: Populations,
    day: float,
    *,
    day_scatter: float = 0.0,
    context_mean: Floats | None = None,
) -> ArmOnDay:
    """An arm on a day after the last dose (negative: during the course).

    Parameters
    ----------
    drug_factor : (n_people,) or (n_draws, n_people), Y of people who respond
    chance : (n_draws,) that a person responds; 0 on placebo
    populations : context of each draw
    day : decides what is left of the context effect
    day_scatter : SD from day to day, share of baseline; 0 for the pain that a person usually has
    context_mean : (n_draws,) in other settings than the drawn ones; those of the draws when not given
    """
    left = populations.context_left(np.array([day]))[:, 0]
    by_draw = drug_factor.reshape(chance.size, -1)
    mean = populations.context_mean if context_mean is None else context_mean
    return ArmOnDay(by_draw, chance, mean * left, populations.context_spread * left, day_scatter)


def reported_shares(share: Floats, precision: Floats, n: int, rng: np.random.Generator) -> Floats:
    """Shares that studies of ``n`` patients report, one per entry of ``share`` and ``precision``."""
    chance = np.clip(share, _LEAST, 1.0 - _LEAST)
    return np.asarray(rng.binomial(n, rng.beta(chance * precision, (1.0 - chance) * precision)) / n)


def reported_means(mean: Floats, sd: Floats, scatter: Floats, n: int, rng: np.random.Generator) -> Floats:
    """Means that studies of ``n`` patients report, one per entry, as a share of baseline."""
    error = np.sqrt(sd**2 / n + scatter**2)
    return np.asarray(np.maximum(mean + error * rng.standard_normal(mean.size), 0.0))
