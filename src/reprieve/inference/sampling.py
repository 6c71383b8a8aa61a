"""Sampling the posterior, and whether the sampler can be believed."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
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
from reprieve.evidence.records.posterior import Diagnostics
from reprieve.inference.calibration_model import Structure, model
from reprieve.inference.fit_data import FitData, Printed
from reprieve.inference.likelihood import Weights

Draws = dict[str, NDArray[np.float64]]
#: A chain on one core is faster than two chains that share two: the arrays are small.
_ONE_CORE = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
#: The compiler's memory is only given back with the process.
_CHAINS_PER_PROCESS = 8


@dataclass(frozen=True)
class Chain:
    """One chain of NUTS to be run.

    Parameters
    ----------
    data, priors, structure : the model
    warmup, draws, seed : of the chain
    weights, seen : of the reports; those of the data if not given
    start : values to start from instead of the priors' medians
    shown : show a bar on stderr
    accept : how many steps are to be accepted; fewer go faster and may miss narrow corners
    """

    data: FitData
    priors: CalibrationPriors
    structure: Structure
    warmup: int
    draws: int
    seed: int
    weights: Weights | None = None
    seen: Printed | None = None
    start: Mapping[str, Any] | None = None
    shown: bool = False
    accept: float = 0.95


def run(chain: Chain) -> tuple[Draws, int]:
    """Draws of a chain (draws, ...), and its divergent transitions."""
    begin = init_to_value(values=dict(chain.start)) if chain.start else init_to_median(num_samples=15)
    kernel = NUTS(
        partial(model, chain.data, chain.priors, chain.structure),
        target_accept_prob=chain.accept,
        max_tree_depth=7,
        init_strategy=begin,
        dense_mass=[tuple(chain.priors.parameters)],
    )
    sampler = MCMC(
        kernel,
        num_warmup=chain.warmup,
        num_samples=chain.draws,
        num_chains=1,
        progress_bar=chain.shown,
        jit_model_args=True,
    )
    weights = tuple(jnp.asarray(w) for w in (chain.weights or chain.data.weights))
    seen = Printed(*map(jnp.asarray, chain.seen or chain.data.seen))
    sampler.run(jax.random.PRNGKey(chain.seed), weights, seen, extra_fields=("diverging",))
    found = {name: np.asarray(v) for name, v in sampler.get_samples().items()}
    return found, int(np.sum(sampler.get_extra_fields()["diverging"]))


def run_all(
    chains: Sequence[Chain],
    *,
    done: Callable[[int], None] | None = None,
    ended: Callable[[int, tuple[Draws, int]], None] | None = None,
) -> list[tuple[Draws, int]]:
    """The results of chains in their order, each on a core of its own.

    Parameters
    ----------
    done : called with how many chains have ended
    ended : called with the position and the result of each as it ends, in any order
    """
    found: dict[int, tuple[Draws, int]] = {}
    workers = min(os.cpu_count() or 1, len(chains))
    with tempfile.TemporaryDirectory() as cache:
        # A pool that replaces its own processes may wait for ever in Python 3.11, so each batch has a pool of its own.
        for batch in _batches(range(len(chains)), workers * _CHAINS_PER_PROCESS):
            for i, result in _batch({i: chains[i] for i in batch}, workers, cache):
                found[i] = result
                if ended:
                    ended(i, result)
                if done:
                    done(len(found))
    return [found[i] for i in range(len(chains))]


def _batch(chains: Mapping[int, Chain], workers: int, cache: str) -> Iterator[tuple[int, tuple[Draws, int]]]:
    """The positions and results of chains as they end."""
    others = set(multiprocessing.active_children())
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=spawn, initializer=_prepare, initargs=(cache,)) as pool:
        waiting = {pool.submit(run, chain): i for i, chain in chains.items()}
        try:
            for future in as_completed(waiting):
                yield waiting[future], future.result()
        except BaseException:  # the pool would wait for the chains that run, and those it has handed out
            for future in waiting:
                future.cancel()
            for process in set(multiprocessing.active_children()) - others:
                process.terminate()
            raise


def _batches(positions: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """Positions in batches of a size; the last may be smaller."""
    for start in range(0, len(positions), size):
        yield positions[start : start + size]


def _prepare(cache: str) -> None:
    """One core for each process, and one compilation for all of them."""
    os.environ["XLA_FLAGS"] = _ONE_CORE
    jax.config.update("jax_compilation_cache_dir", cache)  # type: ignore[no-untyped-call]


def sample(
    data: FitData,
    priors: CalibrationPriors,
    structure: Structure,
    *,
    weights: Weights | None = None,
    warmup: int = 800,
    draws: int = 1000,
    chains: int = 4,
    seed: int = 1,
    progress: bool = False,
) -> tuple[Draws, Diagnostics]:
    """Posterior draws by NUTS.

    Parameters
    ----------
    weights : of the reports; the data's own if not given
    progress : show a bar on stderr for every other chain

    Returns
    -------
    parameter to (chains, draws, ...), and the diagnostics
    """
    wanted = [
        Chain(data, priors, structure, warmup, draws, 1000 * seed + i, weights, shown=progress and i % 2 == 0)
        for i in range(chains)
    ]
    return together(run_all(wanted))


def together(chains: Sequence[tuple[Draws, int]]) -> tuple[Draws, Diagnostics]:
    """Chains of one posterior, (chains, draws, ...), and their diagnostics."""
    found = {name: np.stack([draws[name] for draws, _ in chains]) for name in chains[0][0]}
    return found, diagnose(found, sum(divergences for _, divergences in chains))


def diagnose(found: Draws, divergences: int) -> Diagnostics:
    """The diagnostics of draws (chains, draws, ...)."""
    columns = np.concatenate([v.reshape(*v.shape[:2], -1) for v in found.values()], axis=2)
    each = range(columns.shape[2])
    return Diagnostics(
        rhat_max=float(max(rhat(columns[..., i]) for i in each)),
        ess_bulk_min=float(min(effective_size(columns[..., i], "bulk") for i in each)),
        ess_tail_min=float(min(effective_size(columns[..., i], "tail") for i in each)),
        divergences=divergences,
    )


def rhat(chains: NDArray[np.float64]) -> float:
    """Rank-normalised split R-hat of (chains, draws)."""
    return float(array_stats.rhat(chains, method="rank", chain_axis=0, draw_axis=1))  # type: ignore[no-untyped-call]


def effective_size(chains: NDArray[np.float64], method: str) -> float:
    """Effective sample size of (chains, draws), ``bulk`` or ``tail``."""
    prob = {"prob": (0.05, 0.95)} if method == "tail" else {}
    return float(array_stats.ess(chains, method=method, chain_axis=0, draw_axis=1, **prob))  # type: ignore[no-untyped-call]


def flat(found: Draws) -> Draws:
    """Chains joined: (chains × draws, ...)."""
    return {name: v.reshape(-1, *v.shape[2:]) for name, v in found.items()}
