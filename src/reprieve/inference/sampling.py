"""Sampling the posterior, and whether the sampler can be believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from arviz_stats.base import array_stats  # type: ignore[attr-defined]
from numpy.typing import NDArray
from numpyro.infer import MCMC, NUTS, init_to_median, init_to_value

from reprieve.evidence.records.calibration import CalibrationPriors
from reprieve.inference.calibration_model import model
from reprieve.inference.fit_data import FitData

Draws = dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Diagnostics:
    """Rank-normalised split R-hat and effective sample sizes (worst of all parameters), divergent transitions.

    References
    ----------
    Vehtari A et al. Bayesian Anal 2021;16:667-718.
    """

    rhat_max: float
    ess_bulk_min: float
    ess_tail_min: float
    divergences: int
    chains: int
    draws: int

    @property
    def passed(self) -> bool:
        """R-hat at most 1.01, both sizes at least 400, no divergence."""
        return self.rhat_max <= 1.01 and min(self.ess_bulk_min, self.ess_tail_min) >= 400 and self.divergences == 0


def sample(
    data: FitData,
    priors: CalibrationPriors,
    structure: str,
    *,
    weights: tuple[Any, Any, Any] | None = None,
    warmup: int = 800,
    draws: int = 1000,
    chains: int = 4,
    seed: int = 1,
    start: Mapping[str, Any] | None = None,
    progress: bool = False,
) -> tuple[Draws, Diagnostics]:
    """Posterior draws by NUTS.

    Parameters
    ----------
    weights : of the reports; the data's own if not given
    start : values to start from instead of the priors' medians
    progress : show a bar on stderr

    Returns
    -------
    parameter to (chains, draws, ...), and the diagnostics
    """
    begin = init_to_value(values=dict(start)) if start else init_to_median(num_samples=15)
    kernel = NUTS(
        partial(model, data, priors, structure), target_accept_prob=0.9, max_tree_depth=7, init_strategy=begin
    )
    method = "vectorized" if chains > 1 else "sequential"
    sampler = MCMC(
        kernel, num_warmup=warmup, num_samples=draws, num_chains=chains, chain_method=method, progress_bar=progress
    )
    of = tuple(jnp.asarray(w) for w in (weights or data.weights))
    sampler.run(jax.random.PRNGKey(seed), of, extra_fields=("diverging",))
    found = {name: np.asarray(v) for name, v in sampler.get_samples(group_by_chain=True).items()}
    return found, diagnose(found, int(np.sum(sampler.get_extra_fields()["diverging"])))


def diagnose(found: Draws, divergences: int) -> Diagnostics:
    """The diagnostics of draws (chains, draws, ...)."""
    columns = np.concatenate([v.reshape(*v.shape[:2], -1) for v in found.values()], axis=2)
    each = range(columns.shape[2])
    return Diagnostics(
        rhat_max=float(max(_rhat(columns[..., i]) for i in each)),
        ess_bulk_min=float(min(_ess(columns[..., i], "bulk") for i in each)),
        ess_tail_min=float(min(_ess(columns[..., i], "tail") for i in each)),
        divergences=divergences,
        chains=columns.shape[0],
        draws=columns.shape[1],
    )


def _rhat(chains: NDArray[np.float64]) -> float:
    return float(array_stats.rhat(chains, method="rank", chain_axis=0, draw_axis=1))  # type: ignore[no-untyped-call]


def _ess(chains: NDArray[np.float64], method: str) -> float:
    prob = {"prob": (0.05, 0.95)} if method == "tail" else {}
    return float(array_stats.ess(chains, method=method, chain_axis=0, draw_axis=1, **prob))  # type: ignore[no-untyped-call]


def flat(found: Draws) -> Draws:
    """Chains joined: (chains × draws, ...)."""
    return {name: v.reshape(-1, *v.shape[2:]) for name, v in found.items()}
