"""The mechanism fitted to what studies report: the model of record is chosen against it.

Sensitisation reversed and its return, relief held near a plateau, an acute effect and a context that fades, on the
mean exposure of trial arms. docs/explanation/calibration.md derives the equations. People are 32 fixed
quasi-random points; who responds, the context and the scatter from day to day are integrated exactly.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.scipy.stats import norm
from scipy.stats import norm as scipy_norm
from scipy.stats import qmc

from reprieve.inference.fit_data import FitData, Looks
from reprieve.inference.likelihood import ModelReports, Values

_PEOPLE = 32
#: (32, 4): exposure, reversal rate, return, acute C50.
_NORMALS = scipy_norm.ppf(qmc.Sobol(4, scramble=True, rng=7).random(_PEOPLE))
_TINY = 1e-4


def reversed_share(values: Values, data: FitData) -> tuple[Any, Any]:
    """What the drug has reversed at the edges of the bins, and its return, 1/h, in the arms that were given it.

    (n_bins + 1, n_given, n_people) and (n_given, n_people), arms in the order of ``data.given``.
    """
    given = data.given
    concentration = jnp.moveaxis(data.s[given] + values["r_potency"] * data.r[given], 0, 1)[:, :, None]
    back = jnp.log(2.0) / (24.0 * values["return_half_life"]) * jnp.exp(-values["return_spread"] * _NORMALS[:, 2])
    back = jnp.exp(-values["cohort_persistence"] * data.cohort[given])[:, None] * back[None, :]
    looks = [concentration[..., i] for i in range(concentration.shape[-1])]  # one by one: faster than a long axis
    half = values["reversal_c50"] * jnp.exp(-values["exposure_spread"] * _NORMALS[:, 0])
    felt = sum(each / (each + half) for each in looks) / len(looks)
    forth = values["reversal_rate"] / 24.0 * jnp.exp(values["reversal_spread"] * _NORMALS[:, 1]) * felt
    total = back + forth
    kept = jnp.exp(-total * np.diff(data.edges[given], axis=1).T[:, :, None])
    gained = forth / total * (1.0 - kept)

    def over_a_bin(state: Any, bin_: tuple[Any, Any]) -> tuple[Any, Any]:
        state = state * bin_[0] + bin_[1]
        return state, state

    start = jnp.zeros(kept.shape[1:])
    _, states = lax.scan(over_a_bin, start, (kept, gained), unroll=8)
    return jnp.concatenate([start[None], states]), back


def relief_of(reversed_: Any, values: Values) -> Any:
    """Share of pain that a reversed share takes away in those who respond, before ``depth``."""
    held = jnp.clip(reversed_, 1e-9, 1.0) ** values["plateau_exponent"]
    half = values["plateau_half"] ** values["plateau_exponent"]
    return held * (1.0 + half) / (held + half)


def look(values: Values, data: FitData, at: Looks, states: Any, back: Any, arms: tuple[Any, Any]) -> tuple[Any, ...]:
    """Remaining pain of those who respond (n, n_people), their chance, and mean and spread of the context, (n,)."""
    odds, context = arms
    share, row = at.within[:, None], data.row_of_given[at.arm]
    reversed_ = states[at.bin, row] * (1.0 - share) + states[at.bin + 1, row] * share
    reversed_ = reversed_ * jnp.exp(-back[row] * at.late_h[:, None])
    relief = values["depth"] * relief_of(reversed_, values)
    site = (at.site_s + values["r_potency"] * at.site_r)[:, None]
    half = values["acute_c50"] * jnp.exp(values["acute_spread"] * _NORMALS[:, 3])[None, :]
    acute = values["acute_most"] * site / (site + half)
    remaining = jnp.where(data.drug[at.arm][:, None], (1.0 - relief) * (1.0 - acute), 1.0)
    lasting = values["context_lasting"]
    fading = lasting + (1.0 - lasting) * jnp.exp2(-jnp.maximum(at.day, 0.0) / values["context_half_life"])
    chance = jnp.where(data.drug[at.arm], jax.nn.sigmoid(odds[at.arm]), 0.0)
    return remaining, chance, context[at.arm] * fading, values["context_spread"] * fading


def _middle_and_spread(remaining: Any, context: Any, spread: Any, day_scatter: float) -> tuple[Any, Any]:
    middle = remaining * (1.0 - context)[:, None]
    return middle, jnp.sqrt((remaining * spread[:, None]) ** 2 + day_scatter**2)


def share_with_relief(looked: tuple[Any, ...], threshold: Any, day_scatter: float) -> Any:
    """Share of patients with at least ``threshold`` relief, (n,)."""
    remaining, chance, context, spread = looked

    def of(people: Any) -> Any:
        middle, scatter = _middle_and_spread(people, context, spread, day_scatter)
        return norm.cdf(((1.0 - threshold)[:, None] - middle) / scatter).mean(1)

    share = chance * of(remaining) + (1.0 - chance) * of(jnp.ones_like(remaining[:, :1]))
    return jnp.clip(share, _TINY, 1.0 - _TINY)


def mean_pain(looked: tuple[Any, ...], day_scatter: float) -> tuple[Any, Any]:
    """Mean pain as a share of baseline and its standard deviation between patients, (n,) each; pain is not negative."""
    remaining, chance, context, spread = looked

    def of(people: Any) -> tuple[Any, Any]:
        middle, scatter = _middle_and_spread(people, context, spread, day_scatter)
        ratio = middle / scatter
        mean = middle * norm.cdf(ratio) + scatter * norm.pdf(ratio)
        return mean.mean(1), (middle**2 + scatter**2).mean(1)

    (with_mean, with_square), (without_mean, without_square) = of(remaining), of(jnp.ones_like(remaining[:, :1]))
    mean = chance * with_mean + (1.0 - chance) * without_mean
    square = chance * with_square + (1.0 - chance) * without_square
    return mean, jnp.sqrt(jnp.maximum(square - mean**2, _TINY))


def arm_values(values: Values, data: FitData, condition: Any, study: Any, context: Any) -> tuple[Any, Any]:
    """Log odds that a person responds, and mean relief without the drug, (n_arms,) each."""
    odds = (
        values["responder_logit"]
        + values["responder_condition_sd"] * condition[data.condition]
        + values["responder_study_sd"] * study[data.study]
        + values["cohort_selection"] * data.cohort
    )
    mean = (
        values["context_mean"]
        + values["context_cohort"] * data.cohort
        + values["context_study_sd"] * context[data.study]
    )
    return odds, mean


def predicted(values: Values, data: FitData, condition: Any, study: Any, context: Any) -> ModelReports:
    """Every report by the mechanism."""
    arms = arm_values(values, data, condition, study, context)
    reversed_, back = reversed_share(values, data)
    scatter = values["day_scatter"]

    def looked(at: Looks) -> tuple[Any, ...]:
        return look(values, data, at, reversed_, back, arms)

    threshold = np.array([r.threshold for r in data.shares])
    shares = share_with_relief(looked(data.at_shares), threshold, scatter)
    means, sds = mean_pain(looked(data.at_means), scatter)
    contrasts, others = (mean_pain(looked(at), scatter) for at in (data.at_contrasts, data.at_others))
    return ModelReports(shares, means, sds, contrasts, others)
