"""The likelihood of what studies print, whatever model predicts it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
import numpyro.distributions as dist
from jax.scipy.stats import norm
from scipy.stats import norm as scipy_norm

from reprieve.inference.fit_data import FitData, Printed

Values = Mapping[str, Any]
Weights = tuple[Any, Any, Any]

#: A printed p whose direction is not printed favours ketamine five times as often as placebo.
_WRONG_WAY = 0.2
#: A printed standard deviation agrees with the model's to 15 % beyond its own sampling error.
_SD_SCATTER = 0.15
_FLOOR = 1e-6


class ModelReports(NamedTuple):
    """What a model says of every report, before studies print it; arrays of their kind.

    Parameters
    ----------
    shares : (n_shares,) of patients with relief
    means, sds : (n_means,) mean pain as a share of baseline, and its SD between patients
    contrasts, others : (mean, SD) of pain in the two arms of each p, (n_contrasts,) each
    """

    shares: Any
    means: Any
    sds: Any
    contrasts: tuple[Any, Any]
    others: tuple[Any, Any]


def reported_share(values: Values, data: FitData, share: Any) -> tuple[Any, Any]:
    """The share as studies count it and how precisely: words and complete relief shift it and scatter more."""
    words = np.array([r.group == "responders, authors' word" for r in data.shares])
    complete = np.array([r.group == "complete relief" for r in data.shares])
    odds = jnp.log(share) - jnp.log1p(-share) + values["words_shift"] * words + values["complete_shift"] * complete
    precision = jnp.where(words | complete, values["words_precision"], values["reporting_precision"])
    return jnp.clip(1.0 / (1.0 + jnp.exp(-odds)), 1e-4, 1.0 - 1e-4), precision


def log_likelihood(
    values: Values, data: FitData, predicted: ModelReports, weights: Weights, seen: Printed
) -> dict[str, Any]:
    """Log likelihood of every share, mean, standard deviation and contrast, each times its weight."""
    share, precision = reported_share(values, data, predicted.shares)
    size = np.array([r.n for r in data.shares])
    counted = dist.BetaBinomial(share * precision, (1.0 - share) * precision, size).log_prob(seen.events)

    error = standard_errors(data, predicted.sds)
    scatter = jnp.sqrt(error**2 + values["mean_scatter"] ** 2)
    averaged = dist.Normal(predicted.means, scatter).log_prob(seen.means)

    printed = data.with_sd
    of = np.array([data.means[i].n for i in printed])
    scattered = dist.Normal(jnp.log(predicted.sds[printed]), sd_error(of)).log_prob(seen.log_sds)
    return {
        "shares": weights[0] * counted,
        "means": weights[1] * averaged,
        "spreads": weights[1][printed] * scattered,
        "contrasts": weights[2] * _contrasts(data, predicted),
    }


def sd_error(n: Any) -> Any:
    """Of the log of a printed standard deviation of ``n`` patients."""
    return 1.0 / np.sqrt(2.0 * (n - 1)) + _SD_SCATTER


def standard_errors(data: FitData, sd: Any) -> Any:
    """Of each mean: as printed, else what a study of its size has by the model."""
    printed = np.array([r.se or np.nan for r in data.means], float)
    size = np.array([r.n for r in data.means], float)
    return jnp.where(np.isnan(printed), sd / jnp.sqrt(size), np.nan_to_num(printed, nan=1.0))


def _contrasts(data: FitData, predicted: ModelReports) -> Any:
    """Log likelihood of two-sided p values: of z where it is printed, of its bound where it is one."""
    if not data.contrasts:
        return jnp.zeros(0)
    (mean, sd), (other, sd_other) = predicted.contrasts, predicted.others
    size, size_other = (np.array([getattr(r, n) for r in data.contrasts], float) for n in ("n", "n_other"))
    expected = (other - mean) / jnp.sqrt(sd**2 / size + sd_other**2 / size_other)
    z = scipy_norm.isf(np.array([r.value for r in data.contrasts]) / 2.0)
    exact = jnp.logaddexp(norm.logpdf(z - expected), norm.logpdf(-z - expected) + np.log(_WRONG_WAY))
    below = jnp.log(norm.cdf(expected - z) + _FLOOR)
    above = jnp.log(jnp.maximum(norm.cdf(z - expected) - norm.cdf(-z - expected), _FLOOR))
    bound = np.array([{"<": -1, ">": 1, ">=": 1}.get(r.relation or "", 0) for r in data.contrasts])
    return jnp.where(bound == 0, exact, jnp.where(bound < 0, below, above))
