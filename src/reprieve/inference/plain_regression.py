"""The plain alternative: log duration on log hours and condition, without any mechanism.

If the duration of relief of a person is lognormal with a median that is a power of the infusion hours, then the share
with relief at day t is Φ((a + b log hours - log t) / σ): linear in log hours and log t after a probit. Placebo arms and
cohorts have their own intercepts, the threshold its slope, conditions their own shrunken intercepts. Mean pain is
regressed on the same terms. A mechanism has to predict held-out studies better than this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from reprieve.inference.fit_data import CONDITIONS, FitData
from reprieve.inference.reports import Report

Floats = NDArray[np.float64]

#: Days and hours below these are the same to a trial.
_LEAST_DAYS, _LEAST_HOURS = 0.04, 0.1
#: Condition intercepts are shrunk as if they had this standard deviation, on the probit scale.
_CONDITION_SD = 0.5


@dataclass(frozen=True)
class PlainFit:
    """Coefficients of the terms, and the scatter of studies around them."""

    terms: Floats
    scatter: float


def terms(data: FitData, wanted: Sequence[Report], arm: NDArray[np.int64]) -> Floats:
    """(n, n_terms): constant, log hours, log days, placebo, cohort, threshold, and one per condition."""
    hours = np.log(np.maximum(_hours(data)[arm], _LEAST_HOURS))
    drug = data.drug[arm].astype(float)
    days = np.log(np.maximum([r.day for r in wanted], _LEAST_DAYS))
    fixed = [np.ones(len(arm)), drug, drug * hours, drug * days, data.cohort[arm], [r.threshold for r in wanted]]
    by_condition = np.eye(len(CONDITIONS))[data.condition[arm]] * drug[:, None]
    return np.column_stack([*map(np.asarray, fixed), by_condition])


def _hours(data: FitData) -> Floats:
    """(n_arms,) hours with any drug in blood, above 10 ng/mL: the infusion hours of every route."""
    width = np.diff(data.edges, axis=1)
    return np.asarray((np.mean(data.s + data.r > 10.0, axis=2) * width).sum(axis=1))


def fit(design: Floats, seen: Floats, weight: Floats) -> PlainFit:
    """Weighted least squares with shrunken conditions.

    Parameters
    ----------
    design : (n, n_terms)
    seen : (n,) on the scale of the regression
    weight : (n,) 0 leaves a number out
    """
    penalty = np.zeros(design.shape[1])
    penalty[-len(CONDITIONS) :] = 1.0 / _CONDITION_SD**2
    penalty[: -len(CONDITIONS)] = 1e-3
    scatter = 0.5
    found: NDArray[Any] = np.zeros(design.shape[1])
    for _ in range(20):
        precision = weight / scatter**2
        found = np.linalg.solve(
            (design * precision[:, None]).T @ design + np.diag(penalty), design.T @ (precision * seen)
        )
        rest = seen - design @ found
        scatter = float(np.sqrt(max(np.sum(weight * rest**2) / max(np.sum(weight) - 6.0, 1.0), 1e-4)))
    return PlainFit(found, scatter)


def _counting_variance(probit: Floats, size: Floats) -> Floats:
    """Sampling variance of a share on the probit scale, by the delta method."""
    share = norm.cdf(probit)
    return np.asarray(share * (1.0 - share) / size / norm.pdf(probit) ** 2)


def held_out(data: FitData, study: str, *, draws: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """What the study would report by a fit without it: (draws, n_shares) and (draws, n_means) of its own reports."""
    weights = data.weights_without(study)
    reported: list[Any] = []
    for kind, at in ((0, data.at_shares), (1, data.at_means)):
        wanted = data.reports_of(kind)
        design = terms(data, wanted, at.arm)
        size = np.array([r.n for r in wanted], float)
        value = np.array([r.value for r in wanted])
        seen = norm.ppf((value * size + 0.5) / (size + 1.0)) if kind == 0 else value
        weight = weights[kind] * np.minimum(size, 30.0) / 30.0
        made = fit(design, seen, weight)
        scatter = made.scatter
        if kind == 0:  # what counting adds is drawn below; the scatter between studies is the rest
            counting = _counting_variance(seen, size)
            scatter = float(np.sqrt(max(scatter**2 - np.average(counting, weights=weight), 1e-4)))
        mine = np.array([r.study.id == study for r in wanted])
        middle = design[mine] @ made.terms
        noisy = middle + scatter * rng.standard_normal((draws, int(mine.sum())))
        if kind == 0:
            count = size[mine].astype(int)
            noisy = rng.binomial(count, norm.cdf(noisy)) / count
        reported.append(noisy)
    return reported[0], reported[1]
