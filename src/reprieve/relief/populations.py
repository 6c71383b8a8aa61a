"""Populations: draws from what is believed of a condition in a clinic or study, and what happens in each on average."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from reprieve.relief.added_relief import added_relief
from reprieve.relief.felt_exposure import FeltExposure
from reprieve.relief.posterior import Posterior
from reprieve.relief.reported import Relieved

Floats = NDArray[np.float64]

#: Outside what was studied, clinics are taken to differ twice as much as the studies did: the fit saw only how studied
#: settings differ, nothing measures by how much others differ more, and twice makes the interval plainly wider.
WIDENING = 2.0


@dataclass(frozen=True)
class Populations:
    """What holds for everybody of a population draw, each in a setting of its own; arrays (n_draws,).

    Parameters
    ----------
    values : parameter of the posterior to its draws
    level : of what the drug adds in the typical setting; ``level_sd`` between settings, ``level_score`` of this one
    context : mean relief without the drug in the typical setting; likewise ``context_sd`` and ``context_score``
    persistence : log factor of the half-life of what the drug adds, where there was no control
    onset_h : h, half-life with which the effect sets in
    """

    values: Mapping[str, Floats]
    level: Floats
    level_sd: Floats
    level_score: Floats
    context: Floats
    context_sd: Floats
    context_score: Floats
    persistence: Floats
    onset_h: float

    @property
    def size(self) -> int:
        """Number of draws."""
        return int(self.level.size)

    def added(self, felt: FeltExposure) -> Floats:
        """(n_draws, n_times) share of baseline that the drug takes away on average."""
        level = self.level + self.level_sd * self.level_score
        return added_relief(self.values, felt, level, self.onset_h, self.persistence)

    def relieved(self, added: Floats) -> Relieved:
        """Everybody of each draw where the drug takes away ``added``, (n_draws, n_times), on average."""
        context = self.context + self.context_sd * self.context_score
        return Relieved(added, self.values["added_spread"], context, self.values["context_spread"])

    def in_setting(self, level_score: float, context_score: float) -> Populations:
        """The same draws, all in settings that lie as many SD from the typical one."""
        n = self.size
        return Populations(
            self.values, self.level, self.level_sd, np.full(n, level_score),
            self.context, self.context_sd, np.full(n, context_score), self.persistence, self.onset_h,
        )  # fmt: skip

    def of(self, rows: NDArray[np.int64]) -> Populations:
        """Some of the draws."""
        return Populations(
            {name: value[rows] for name, value in self.values.items()},
            self.level[rows], self.level_sd[rows], self.level_score[rows],
            self.context[rows], self.context_sd[rows], self.context_score[rows], self.persistence[rows], self.onset_h,
        )  # fmt: skip


def draw_populations(
    posterior: Posterior, condition: str, *, uncontrolled: bool = False, widen: bool = False
) -> Populations:
    """Every draw of the posterior in a setting of its own; the same every time.

    Parameters
    ----------
    posterior : the calibrated model of record
    condition : id; conditions differ in what the drug adds
    uncontrolled : of studies without control, where people are selected and more of their relief is not the drug's
    widen : the question lies outside what was studied: what the drug adds there is less certain
    """
    values = posterior.values
    level = values["added_level"] + values["added_condition_sd"] * posterior.effect_of(condition)
    context = values["context_mean"]
    persistence = np.zeros(level.size)
    if uncontrolled:
        level = level + values["added_uncontrolled"]
        context = context + values["context_uncontrolled"]
        persistence = values["added_uncontrolled_persistence"]
    return Populations(
        values=values,
        level=level,
        level_sd=values["added_study_sd"] * (WIDENING if widen else 1.0),
        level_score=evenly_normal(stream(0, "setting: drug"), level.size),
        context=context,
        context_sd=values["context_study_sd"],
        context_score=evenly_normal(stream(0, "setting: context"), level.size),
        persistence=persistence,
        onset_h=posterior.calibration.constant("acute_half_life", "h"),
    )


def evenly_normal(rng: np.random.Generator, n: int) -> Floats:
    """Standard normals, (n,), one from each of n equally likely ranges, in random order [1]_.

    References
    ----------
    .. [1] McKay MD, Beckman RJ, Conover WJ. Technometrics 1979;21:239-245.
    """
    inverse = NormalDist().inv_cdf
    shares = (np.arange(n) + rng.uniform(1e-9, 1.0 - 1e-9, n)) / n
    return np.asarray(rng.permutation([inverse(share) for share in shares]))


def stream(seed: int, name: str) -> np.random.Generator:
    """A stream of its own for everything that is drawn: a change of one leaves all others as they were."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])
