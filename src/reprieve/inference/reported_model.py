"""The model of record for what studies report, differentiable: the equations of :mod:`reprieve.relief` in JAX.

Written a second time, because gradients are needed here, and because two programs that must agree check each other.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from jax.scipy.stats import norm

from reprieve.evidence.records.calibration import CalibrationPriors, Knowledge
from reprieve.inference.fit_data import CONDITIONS, FitData, Looks
from reprieve.inference.likelihood import ModelReports, Values
from reprieve.relief.added_relief import BEND, LONG_COURSE, USUAL_CONCENTRATION, USUAL_HOURS
from reprieve.relief.felt_exposure import AT_THE_END

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(9)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()
_TINY, _LEAST = 1e-4, 1e-6


def added(values: Values, level: Any, persistence: Any, hours: Any, amount: Any, slow: Any, since: Any) -> Any:
    """E, the share of baseline pain that the drug takes away on average; see :mod:`reprieve.relief.added_relief`."""
    amount = jnp.maximum(amount, _LEAST)
    delta = (
        level
        + values["added_by_hours"] * jnp.log(jnp.maximum(hours, _LEAST) / USUAL_HOURS)
        + values["added_by_amount"] * jnp.log(amount / USUAL_HOURS)
        + values["added_by_route"] * slow
    )
    days = jnp.maximum(since, AT_THE_END)
    power = values["added_fade_long"] + values["added_fade_short"] * jnp.maximum(jnp.log(LONG_COURSE / amount), 0.0)
    half_life = values["added_half_life"] * jnp.exp(persistence)
    kept = jnp.exp(-power * jnp.log(days / AT_THE_END)) * jnp.exp2(-days / half_life)
    onset = values["acute_half_life"] / 60.0
    return BEND * jnp.logaddexp(0.0, delta / BEND) * kept * (1.0 - jnp.exp2(-hours / onset))


def arm_values(values: Values, data: FitData, condition: Any, study: Any, context: Any) -> tuple[Any, Any]:
    """Level of what the drug adds, and mean relief without it, (n_arms,) each."""
    level = (
        values["added_level"]
        + values["added_condition_sd"] * condition[data.condition]
        + values["added_study_sd"] * study[data.study]
        + values["added_uncontrolled"] * data.cohort
    )
    mean = (
        values["context_mean"]
        + values["context_uncontrolled"] * data.cohort
        + values["context_study_sd"] * context[data.study]
    )
    return level, mean


def _at(values: Values, data: FitData, at: Looks, level: Any) -> Any:
    amount = at.hours * (at.felt_s + values["r_potency"] * at.felt_r) / USUAL_CONCENTRATION
    persistence = values["added_uncontrolled_persistence"] * data.cohort[at.arm]
    found = added(values, level[at.arm], persistence, at.hours, amount, at.slow, at.since)
    return jnp.where(data.drug[at.arm], found, 0.0)


def _parts(values: Values) -> Any:
    """G at the nodes."""
    sd = jnp.sqrt(jnp.log1p(values["added_spread"] ** 2))
    return jnp.exp(sd * _NODES - 0.5 * sd**2)


def share_relieved(values: Values, context: Any, drug: Any, threshold: Any) -> Any:
    """Share of patients with at least ``threshold`` less pain, (n,)."""
    relief = context[:, None] + drug[:, None] * _parts(values)
    share = norm.cdf((relief - threshold[:, None]) / values["context_spread"]) @ _WEIGHTS
    return jnp.clip(share, _TINY, 1.0 - _TINY)


def share_of_non_responders(values: Values, context: Any, drug: Any, threshold: Any) -> Any:
    """The share among those who had no such relief on placebo in the same study, (n,).

    What pain does without the drug is alike in the two sessions: its part that stays with a person for weeks is one.
    """
    alike = values["context_repeated"]
    apart = values["context_spread"] * jnp.sqrt(1.0 - alike)
    common = context[:, None] + values["context_spread"] * jnp.sqrt(alike) * _NODES
    on_drug = common[:, :, None] + drug[:, None, None] * _parts(values)
    relieved = norm.cdf((on_drug - threshold[:, None, None]) / apart) @ _WEIGHTS
    not_on_placebo = norm.cdf((threshold[:, None] - common) / apart)
    share = ((relieved * not_on_placebo) @ _WEIGHTS) / (not_on_placebo @ _WEIGHTS)
    return jnp.clip(share, _TINY, 1.0 - _TINY)


def mean_pain(values: Values, context: Any, drug: Any) -> tuple[Any, Any]:
    """Mean pain as a share of baseline, never below 0, and its SD between patients, (n,) each."""
    sd = values["context_spread"]
    mean = 1.0 - context[:, None] - drug[:, None] * _parts(values)
    z = mean / sd
    below, density = norm.cdf(z), norm.pdf(z)
    first = (mean * below + sd * density) @ _WEIGHTS
    second = ((mean**2 + sd**2) * below + mean * sd * density) @ _WEIGHTS
    return first, jnp.sqrt(jnp.maximum(second - first**2, _TINY))


def predicted(values: Values, data: FitData, condition: Any, study: Any, context: Any) -> ModelReports:
    """Every report by the model of record."""
    level, mean = arm_values(values, data, condition, study, context)

    def pain(at: Looks) -> tuple[Any, Any]:
        return mean_pain(values, mean[at.arm], _at(values, data, at, level))

    threshold = np.array([r.threshold for r in data.shares])
    at = data.at_shares
    asked = (values, mean[at.arm], _at(values, data, at, level), threshold)
    shares = share_relieved(*asked)
    chosen = np.array([r.among == "placebo non-responders" for r in data.shares], bool)
    if chosen.any():
        shares = jnp.where(chosen, share_of_non_responders(*asked), shares)
    means, sds = pain(data.at_means)
    return ModelReports(shares, means, sds, pain(data.at_contrasts), pain(data.at_others))


def log_knowledge(values: Values, priors: CalibrationPriors, condition: Any) -> Any:
    """Log density of what is known from elsewhere: of the typical study, in a condition where one is named."""
    total: Any = 0.0
    for one in priors.knowledge:
        effect = condition[CONDITIONS.index(one.condition)] if one.condition else 0.0
        total = total + norm.logpdf(_known(values, one, effect), one.middle, one.spread)
    return total


def _known(values: Values, one: Knowledge, effect: Any) -> Any:
    context = jnp.reshape(values["context_mean"], (1,))
    nothing = jnp.zeros(1)
    if one.what == "placebo_share":
        return share_relieved(values, context, nothing, np.array([one.threshold]))[0]
    if one.what == "placebo_fall":
        return 1.0 - mean_pain(values, context, nothing)[0][0]
    level = values["added_level"] + values["added_condition_sd"] * effect
    return added(values, level, 0.0, one.hours, one.amount, float(one.slow_route), one.day)
