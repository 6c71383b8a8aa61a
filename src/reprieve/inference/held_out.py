"""What the calibrated model says of a study that it has not seen.

A study's own effects are integrated out of its likelihood, so that the draws of everything else can be reweighted to
the posterior without the study: by Pareto-smoothed importance sampling on the inverse of that likelihood. Where the
smoothing warns (k above 0.7) the model is to be fitted anew without the study.

References
----------
Vehtari A, Gelman A, Gabry J. Stat Comput 2017;27:1413-1432. Merkle EC, Furr D, Rabe-Hesketh S. Psychometrika
2019;84:802-829 (why a study, not a number, is left out, and its effects integrated).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpyro.distributions as dist
from arviz_stats.base import array_stats  # type: ignore[attr-defined]
from jax.scipy.special import logsumexp
from numpy.polynomial.hermite_e import hermegauss
from numpy.typing import NDArray

from reprieve.evidence.records.calibration import CalibrationPriors
from reprieve.inference.calibration_model import Structure, predict
from reprieve.inference.fit_data import FitData, Printed
from reprieve.inference.likelihood import log_likelihood, reported_share, sd_error, standard_errors
from reprieve.inference.sampling import Draws

Floats = NDArray[np.float64]

#: Gauss-Hermite nodes for what the drug adds in a study and for its context.
_NODES = (21, 11)
#: Above this the importance weights are not to be trusted (Vehtari 2017).
WORST_K = 0.7
_CHUNK = 50


@dataclass(frozen=True)
class WithoutStudies:
    """The posterior without each study.

    Parameters
    ----------
    weights : (n_draws, n_studies) of the draws, each column adds up to 1
    elpd : (n_studies,) log predictive density of what the study printed
    k : (n_studies,) Pareto shape of the weights
    """

    weights: Floats
    elpd: Floats
    k: Floats


def _values(draw: Mapping[str, Any], priors: CalibrationPriors) -> dict[str, Any]:
    return {name: fixed.value for name, fixed in priors.constants.items()} | dict(draw)


def study_log_likelihood(data: FitData, priors: CalibrationPriors, structure: Structure, found: Draws) -> Floats:
    """(n_draws, n_studies) log likelihood of what each study printed, its own effects integrated out.

    Parameters
    ----------
    found : draws joined, parameter to (n_draws, ...)
    """
    (x, of_x), (y, of_y) = (hermegauss(n) for n in _NODES)
    nodes = np.array([(a, b) for a in x for b in y])
    log_mass = np.log(np.outer(of_x, of_y).ravel() / (2.0 * np.pi))
    studies = len(data.studies)
    everyone = jnp.ones(studies)
    of = data.study_of

    def one(draw: Any) -> Any:
        values = _values(draw, priors)

        def at(node: Any) -> Any:
            own = (node[0] * everyone, node[1] * everyone)
            predicted = predict(values, data, structure, draw["condition_effect"], *own)
            each = log_likelihood(values, data, predicted, data.weights, data.seen)
            rows = ((each["shares"], of[0]), (each["means"], of[1]), (each["spreads"], of[1][data.with_sd]))
            of_studies = (*rows, (each["contrasts"], of[2]))
            return sum(jnp.zeros(studies).at[who].add(number) for number, who in of_studies)

        return logsumexp(jax.lax.map(at, jnp.asarray(nodes)) + log_mass[:, None], axis=0)

    return np.asarray(_over_draws(one, _population(found)))


def _population(found: Draws) -> Draws:
    return {name: v for name, v in found.items() if name not in {"study_effect", "study_context"}}


def _over_draws(one: Any, found: Draws) -> Any:
    """A function of one draw over all of them, in chunks."""
    every = jax.jit(lambda some: jax.lax.map(one, some))
    n = len(next(iter(found.values())))
    parts = [every({name: jnp.asarray(v[i : i + _CHUNK]) for name, v in found.items()}) for i in range(0, n, _CHUNK)]
    return jax.tree.map(lambda *p: np.concatenate([np.asarray(each) for each in p]), *parts)


def leave_out(log_likelihood_of: Floats) -> WithoutStudies:
    """The posterior without each study, from (n_draws, n_studies) of :func:`study_log_likelihood`."""
    logs, ks = [], []
    for column in log_likelihood_of.T:
        log_weight, k = array_stats.psislw(column)  # type: ignore[no-untyped-call]
        logs.append(np.asarray(log_weight) - logsumexp(jnp.asarray(log_weight)))
        ks.append(float(k))
    weight = np.array(logs).T
    return WithoutStudies(np.exp(weight), np.asarray(logsumexp(weight + log_likelihood_of, axis=0)), np.array(ks))


def printed(
    data: FitData, priors: CalibrationPriors, structure: Structure, found: Draws, *, seed: int, fresh: bool
) -> Printed:
    """What studies of the same sizes would print, each array (n_draws, n_reports of its kind); means may lie below 0.

    Parameters
    ----------
    found : draws joined, parameter to (n_draws, ...)
    fresh : by other studies like these; otherwise by the same studies once more
    """
    studies = len(data.studies)
    size, size_sd = (np.array([r.n for r in some]) for some in (data.shares, data.means))
    with_sd = data.with_sd

    def one(draw: Any) -> Any:
        own, of_share, of_events, of_mean, of_sd = jax.random.split(draw["key"], 5)
        effects = jax.random.normal(own, (2, studies))
        if not fresh:
            effects = jnp.stack([draw["study_effect"], draw["study_context"]])
        values = _values(draw, priors)
        predicted = predict(values, data, structure, draw["condition_effect"], effects[0], effects[1])
        share, precision = reported_share(values, data, predicted.shares)
        chance = jax.random.beta(of_share, share * precision, (1.0 - share) * precision)
        mean, sd = predicted.means, predicted.sds
        error = jnp.sqrt(standard_errors(data, sd) ** 2 + values["mean_scatter"] ** 2)
        log_sd = jnp.log(sd[with_sd]) + sd_error(size_sd[with_sd]) * jax.random.normal(of_sd, with_sd.shape)
        return Printed(
            dist.Binomial(size, chance).sample(of_events),
            mean + error * jax.random.normal(of_mean, mean.shape),
            log_sd,
        )

    keys = jax.random.split(jax.random.PRNGKey(seed), len(found["condition_effect"]))
    return Printed(*_over_draws(one, (_population(found) if fresh else found) | {"key": np.asarray(keys)}))


def reported(
    data: FitData, priors: CalibrationPriors, structure: Structure, found: Draws, *, seed: int, fresh: bool
) -> tuple[Floats, Floats]:
    """Shares and mean pain that studies would report, (n_draws, n_shares) and (n_draws, n_means); see ``printed``."""
    made = printed(data, priors, structure, found, seed=seed, fresh=fresh)
    return made.events / np.array([r.n for r in data.shares]), np.maximum(made.means, 0.0)
