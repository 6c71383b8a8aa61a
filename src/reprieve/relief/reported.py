"""What a study reports by the model of record, for each population draw: shares and means over its patients.

A patient's relief on a day, as a share of baseline, is x + E g: x what pain does without the drug, normal between
patients and days; E what the drug adds on average (:mod:`reprieve.relief.added_relief`); g a patient's part of it,
lognormal with mean 1. x and g are independent: trials say nothing of it, so it is assumed. On placebo E is 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.relief.normal import normal_below, normal_density

Floats = NDArray[np.float64]

#: Gauss-Hermite nodes over g; with 9 the mean of a share over draws is right to 0.0002, that of one draw to 0.007.
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(9)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()
#: Chances kept off 0 and 1, where a beta distribution has no shape.
_LEAST = 1e-4


def log_sd(spread: Floats) -> Floats:
    """SD of the log of g from its coefficient of variation."""
    return np.sqrt(np.log1p(spread**2))


@dataclass(frozen=True)
class Relieved:
    """Everybody of an arm at some times; arrays (n_draws,) but for ``added``.

    Parameters
    ----------
    added : (n_draws, n_times) E, mean share of baseline that the drug takes away
    added_spread : coefficient of variation of a patient's part of it
    context_mean, context_spread : mean of relief without the drug, and its SD over patients and days
    """

    added: Floats
    added_spread: Floats
    context_mean: Floats
    context_spread: Floats

    @property
    def _parts(self) -> Floats:
        """(n_draws, n_nodes) g at the nodes."""
        sd = log_sd(self.added_spread)[:, None]
        return np.asarray(np.exp(sd * _NODES - 0.5 * sd**2))

    def _relief(self) -> Floats:
        """(n_draws, n_times, n_nodes) mean relief of the patients at a node."""
        return np.asarray(self.context_mean[:, None, None] + self.added[:, :, None] * self._parts[:, None, :])

    def share_relieved(self, threshold: float) -> Floats:
        """(n_draws, n_times) share of patients with at least ``threshold`` less pain."""
        z = (self._relief() - threshold) / self.context_spread[:, None, None]
        return np.asarray(normal_below(z) @ _WEIGHTS)

    def mean_pain(self) -> tuple[Floats, Floats]:
        """(n_draws, n_times) mean pain as a share of baseline, never below 0, and its SD between patients."""
        sd = self.context_spread[:, None, None]
        mean = 1.0 - self._relief()
        z = mean / sd
        below, density = normal_below(z), normal_density(z)
        first = (mean * below + sd * density) @ _WEIGHTS
        second = ((mean**2 + sd**2) * below + mean * sd * density) @ _WEIGHTS
        return np.asarray(first), np.sqrt(np.maximum(second - first**2, _LEAST))

    def share_helped(self, least: float) -> Floats:
        """(n_draws, n_times) share of patients from whom the drug takes away at least ``least`` of baseline.

        It can take away no more pain than there is without it.
        """
        sd = log_sd(self.added_spread)[:, None]
        with np.errstate(divide="ignore"):
            enough = normal_below((np.log(self.added / least) - 0.5 * sd**2) / sd)
        left = normal_below((1.0 - least - self.context_mean) / self.context_spread)
        return np.asarray(enough * left[:, None])


def without_drug(relieved: Relieved) -> Relieved:
    """The same patients at one time without the drug: nothing of it depends on time."""
    return Relieved(
        np.zeros((relieved.context_mean.size, 1)),
        relieved.added_spread,
        relieved.context_mean,
        relieved.context_spread,
    )


def reported_shares(share: Floats, precision: Floats, n: int, rng: np.random.Generator) -> Floats:
    """Shares that studies of ``n`` patients report, one per entry of ``share`` and ``precision``."""
    chance = np.clip(share, _LEAST, 1.0 - _LEAST)
    return np.asarray(rng.binomial(n, rng.beta(chance * precision, (1.0 - chance) * precision)) / n)


def reported_means(mean: Floats, sd: Floats, scatter: Floats, n: int, rng: np.random.Generator) -> Floats:
    """Means that studies of ``n`` patients report, one per entry, as a share of baseline."""
    error = np.sqrt(sd**2 / n + scatter**2)
    return np.asarray(np.maximum(mean + error * rng.standard_normal(mean.size), 0.0))
