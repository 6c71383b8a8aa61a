"""Simulation-based calibration: whether the sampler finds what made the data.

Parameters are drawn from their priors, studies of the real design and size report by them, and the model is fitted to
those reports. Over many repeats the rank of each true value among its posterior draws is uniform if the inference is
right. Contrasts are left out (a bound on p can be scored, but not simulated without choosing it), what is known from
elsewhere is, too (it is no distribution to draw from), and every number counts fully (a weight below one has no
simulation).

References
----------
Talts S et al. arXiv:1804.06788 (2018).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import jax
import numpy as np
from msgspec import structs
from numpy.typing import NDArray
from scipy import stats

from reprieve.evidence.records.calibration import CalibrationPriors
from reprieve.inference.calibration_model import Structure, distribution
from reprieve.inference.fit_data import CONDITIONS, FitData, Printed
from reprieve.inference.held_out import printed
from reprieve.inference.sampling import Chain, Draws, run_all

#: Draws kept of each chain, far enough apart to be nearly independent.
RANKS = 50


def simulated_truth(data: FitData, priors: CalibrationPriors, structure: Structure, n: int, seed: int) -> Draws:
    """(n, ...) of every parameter, from the priors."""
    names = priors.parameters
    keys = jax.random.split(jax.random.PRNGKey(seed), len(names) + 3)
    found = {
        name: np.asarray(distribution(priors.parameters[name]).sample(key, (n,)))
        for name, key in zip(names, keys[3:], strict=True)
    }
    sizes = {
        "condition_effect": len(CONDITIONS),
        "study_effect": len(data.studies),
        "study_context": len(data.studies),
    }
    return found | {
        name: np.asarray(jax.random.normal(key, (n, size)))
        for (name, size), key in zip(sizes.items(), keys[:3], strict=True)
    }


def ranks(
    data: FitData,
    priors: CalibrationPriors,
    structure: Structure,
    *,
    repeats: int,
    seed: int,
    warmup: int,
    draws: int,
    run: Callable[[Sequence[Chain]], Sequence[tuple[Draws, int]]] = run_all,
) -> dict[str, NDArray[np.int64]]:
    """Rank of each true value among ``RANKS`` posterior draws, parameter to (repeats,) of 0 to ``RANKS``.

    ``run`` gives the results of chains in their order.
    """
    shares, means, contrasts = data.weights
    priors = structs.replace(priors, knowledge=())
    plain = replace(data, weights=(np.ones_like(shares), np.ones_like(means), np.zeros_like(contrasts)))
    truth = simulated_truth(plain, priors, structure, repeats, seed)
    made = printed(plain, priors, structure, truth, seed=seed + 1, fresh=False)
    chains = [
        Chain(
            plain,
            priors,
            structure,
            warmup,
            draws,
            seed + 10 + i,
            seen=Printed(*(part[i] for part in made)),
            accept=0.8,
        )
        for i in range(repeats)
    ]
    rows = np.linspace(0, draws - 1, RANKS).round().astype(int)
    found = [values for values, _ in run(chains)]
    return {
        name: np.array([int(np.sum(found[i][name][rows] < truth[name][i])) for i in range(repeats)])
        for name in priors.parameters
    }


def uniformity(of_ranks: NDArray[np.int64]) -> float:
    """The p of the Kolmogorov-Smirnov test that ranks 0 to ``RANKS`` are uniform; ties are spread by half a rank."""
    return float(stats.kstest((of_ranks + 0.5) / (RANKS + 1), "uniform").pvalue)
