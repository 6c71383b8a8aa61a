"""The model-based meta-analysis: priors, hierarchy and likelihood of every printed number at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import jax.numpy as jnp
import numpy as np
import numpyro
import numpyro.distributions as dist
from jax.scipy.stats import norm
from scipy.stats import norm as scipy_norm

from reprieve.evidence.records.calibration import CalibrationPriors, PriorBelief
from reprieve.inference import twin
from reprieve.inference.fit_data import CONDITIONS, FitData, Printed

numpyro.enable_x64()

#: ``reversal``: relief is the reversed share. ``plateau``: it is held while much is reversed, then lost.
#: ``slow_site``: drug in a slow effect site, the structure of Dahan 2011. ``hours``: hours on drug, whatever the dose.
Structure = Literal["reversal", "plateau", "slow_site", "hours"]
STRUCTURES: tuple[Structure, ...] = ("plateau", "reversal", "slow_site", "hours")

Weights = tuple[Any, Any, Any]

_ONLY: dict[str, tuple[str, ...]] = {
    "plateau_exponent": ("plateau", "slow_site"),
    "plateau_half": ("plateau",),
    "reversal_rate": ("reversal", "plateau", "hours"),
    "reversal_c50": ("reversal", "plateau", "slow_site"),
}
#: A printed p whose direction is not printed favours ketamine five times as often as placebo.
_WRONG_WAY = 0.2
#: A printed standard deviation agrees with the model's to 15 % beyond its own sampling error.
_SD_SCATTER = 0.15
_FLOOR = 1e-6


def parameters_of(structure: str, priors: CalibrationPriors) -> tuple[str, ...]:
    """The population parameters a structure has."""
    return tuple(name for name in priors.parameters if structure in _ONLY.get(name, (structure,)))


def distribution(belief: PriorBelief) -> Any:
    """The NumPyro distribution of a prior."""
    if belief.form == "lognormal":
        return dist.LogNormal(np.log(belief.middle), belief.spread)
    if belief.form == "normal":
        return dist.Normal(belief.middle, belief.spread)
    if belief.form == "normal01":
        return dist.TruncatedNormal(belief.middle, belief.spread, low=0.0, high=1.0)
    if belief.form == "halfnormal":
        return dist.HalfNormal(belief.spread)
    return dist.Beta(belief.middle, belief.spread)


def model(
    data: FitData,
    priors: CalibrationPriors,
    structure: str,
    weights: Weights,
    seen: Printed,
) -> None:
    """The joint distribution, for NumPyro.

    Parameters
    ----------
    data, priors : the evidence and what is believed before it
    structure : one of ``STRUCTURES``
    weights : what each share, mean and contrast counts; 0 leaves it out
    seen : what was printed
    """
    values: dict[str, Any] = {name: fixed.value for name, fixed in priors.constants.items()}
    for name in parameters_of(structure, priors):
        values[name] = numpyro.sample(name, distribution(priors.parameters[name]))
    between = dist.Normal(0.0, 1.0)
    condition = numpyro.sample("condition_effect", between.expand([len(CONDITIONS)]).to_event(1))
    study = numpyro.sample("study_effect", between.expand([len(data.studies)]).to_event(1))
    context = numpyro.sample("study_context", between.expand([len(data.studies)]).to_event(1))
    values |= arm_values(values, data, condition, study, context)
    states = twin.reversed_share(values, data, structure)
    for name, each in log_likelihood(values, data, structure, states, weights, seen).items():
        numpyro.factor(name, each.sum())


def arm_values(values: Mapping[str, Any], data: FitData, condition: Any, study: Any, context: Any) -> dict[str, Any]:
    """``chance`` (log odds that a person responds) and ``context`` (mean relief without drug) of each arm."""
    return {
        "chance": values["responder_logit"]
        + values["responder_condition_sd"] * condition[data.condition]
        + values["responder_study_sd"] * study[data.study]
        + values["cohort_selection"] * data.cohort,
        "context": values["context_mean"]
        + values["context_cohort"] * data.cohort
        + values["context_study_sd"] * context[data.study],
    }


def reported_share(values: Mapping[str, Any], data: FitData, share: Any) -> tuple[Any, Any]:
    """The share as studies count it and how precisely: words and complete relief shift it and scatter more."""
    words = np.array([r.group == "responders, authors' word" for r in data.shares])
    complete = np.array([r.group == "complete relief" for r in data.shares])
    odds = jnp.log(share) - jnp.log1p(-share) + values["words_shift"] * words + values["complete_shift"] * complete
    precision = jnp.where(words | complete, values["words_precision"], values["reporting_precision"])
    return jnp.clip(1.0 / (1.0 + jnp.exp(-odds)), 1e-4, 1.0 - 1e-4), precision


def log_likelihood(
    values: Mapping[str, Any],
    data: FitData,
    structure: str,
    states: tuple[Any, Any],
    weights: Weights,
    seen: Printed,
) -> dict[str, Any]:
    """Log likelihood of every share, mean, standard deviation and contrast, each times its weight."""
    reversed_, back = states
    scatter = values["day_scatter"]

    def looked(at: Any) -> tuple[Any, ...]:
        return twin.look(values, data, at, reversed_, back, structure)

    threshold = np.array([r.threshold for r in data.shares])
    share, precision = reported_share(values, data, twin.share_with_relief(looked(data.at_shares), threshold, scatter))
    size = np.array([r.n for r in data.shares])
    counted = dist.BetaBinomial(share * precision, (1.0 - share) * precision, size).log_prob(seen.events)

    mean, sd = twin.mean_pain(looked(data.at_means), scatter)
    error = standard_errors(data, sd)
    averaged = dist.Normal(mean, jnp.sqrt(error**2 + values["mean_scatter"] ** 2)).log_prob(seen.means)

    printed = data.with_sd
    of = np.array([data.means[i].n for i in printed])
    scattered = dist.Normal(jnp.log(sd[printed]), sd_error(of)).log_prob(seen.log_sds)
    return {
        "shares": weights[0] * counted,
        "means": weights[1] * averaged,
        "spreads": weights[1][printed] * scattered,
        "contrasts": weights[2] * _contrasts(data, scatter, looked),
    }


def sd_error(n: Any) -> Any:
    """Of the log of a printed standard deviation of ``n`` patients."""
    return 1.0 / np.sqrt(2.0 * (n - 1)) + _SD_SCATTER


def standard_errors(data: FitData, sd: Any) -> Any:
    """Of each mean: as printed, else what a study of its size has by the model."""
    printed = np.array([r.se or np.nan for r in data.means], float)
    size = np.array([r.n for r in data.means], float)
    return jnp.where(np.isnan(printed), sd / jnp.sqrt(size), np.nan_to_num(printed, nan=1.0))


def _contrasts(data: FitData, scatter: float, looked: Any) -> Any:
    """Log likelihood of two-sided p values: of z where it is printed, of its bound where it is one."""
    if not data.contrasts:
        return jnp.zeros(0)
    (mean, sd), (other, sd_other) = (twin.mean_pain(looked(at), scatter) for at in (data.at_contrasts, data.at_others))
    size, size_other = (np.array([getattr(r, n) for r in data.contrasts], float) for n in ("n", "n_other"))
    expected = (other - mean) / jnp.sqrt(sd**2 / size + sd_other**2 / size_other)
    z = scipy_norm.isf(np.array([r.value for r in data.contrasts]) / 2.0)
    exact = jnp.logaddexp(norm.logpdf(z - expected), norm.logpdf(-z - expected) + np.log(_WRONG_WAY))
    below = jnp.log(norm.cdf(expected - z) + _FLOOR)
    above = jnp.log(jnp.maximum(norm.cdf(z - expected) - norm.cdf(-z - expected), _FLOOR))
    bound = np.array([{"<": -1, ">": 1, ">=": 1}.get(r.relation or "", 0) for r in data.contrasts])
    return jnp.where(bound == 0, exact, jnp.where(bound < 0, below, above))
