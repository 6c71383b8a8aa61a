"""Weighted least squares of estimates with known variances and a variance between studies.

Notation: estimates y (k,), variances v (k,), moderators X (k, p), variance between studies tau². Every
meta-analysis here is this regression, with a column of ones for X where there are no moderators.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, stats

from reprieve.errors import InputError

Floats = NDArray[np.float64]

#: tau² is looked for at 0 and from a hundred-thousandth of the smallest variance to a thousand times the largest
#: spread; the restricted likelihood can have more than one top, so the highest of these starts the search.
_GRID = 200


@dataclass(frozen=True)
class Data:
    """What is analysed, checked.

    Parameters
    ----------
    y : (k,) estimates
    v : (k,) their variances
    X : (k, p) moderators, a column of ones first

    Raises
    ------
    InputError
        Lengths that differ, values that are not finite, a standard error that is not above zero, or moderators that
        do not differ between the studies.
    """

    y: Floats
    v: Floats
    X: Floats

    @staticmethod
    def of(estimates: ArrayLike, standard_errors: ArrayLike, moderators: Mapping[str, ArrayLike] | None = None) -> Data:
        """Check and lay out; ``moderators`` by name, each (k,)."""
        y, se = np.asarray(estimates, dtype=float), np.asarray(standard_errors, dtype=float)
        if y.ndim != 1 or y.shape != se.shape:
            raise InputError(
                f"{y.size} estimates and {se.size} standard errors were given; give one of each per study."
            )
        columns = {name: np.asarray(column, dtype=float) for name, column in (moderators or {}).items()}
        for name, column in columns.items():
            if column.shape != y.shape:
                raise InputError(
                    f"Moderator {name!r} has {column.size} values for {y.size} studies; give one per study."
                )
        for name, column in {"estimate": y, "standard error": se, **columns}.items():
            if not np.all(np.isfinite(column)):
                where = int(np.flatnonzero(~np.isfinite(column))[0]) + 1
                raise InputError(
                    f"The {name} of study {where} is not a finite number; give it, or leave the study out."
                )
        if np.any(se <= 0):
            where = int(np.flatnonzero(se <= 0)[0])
            raise InputError(
                f"The standard error of study {where + 1} is {se[where]:g}; it must be above 0, since a study without "
                f"error would outweigh all others. Leave the study out or give its error."
            )
        X = np.column_stack([np.ones_like(y), *columns.values()])
        if y.size > X.shape[1] and np.linalg.matrix_rank(X) < X.shape[1]:
            raise InputError(
                f"The moderators {', '.join(columns)} cannot be told apart in these {y.size} studies: one has the same "
                f"value everywhere or follows from the others. Leave it out."
            )
        return Data(y, se**2, X)

    @property
    def k(self) -> int:
        """Studies."""
        return int(self.y.size)

    @property
    def p(self) -> int:
        """Coefficients."""
        return int(self.X.shape[1])


@dataclass(frozen=True)
class Fit:
    """The regression at one tau².

    Parameters
    ----------
    coefficients : (p,)
    covariance : (p, p), if the variances and tau² were known
    P : (k, k) W - W X (X' W X)^-1 X' W with W = diag(1 / (v + tau²)); y' P y is the weighted sum of squares
    q : y' P y
    """

    coefficients: Floats
    covariance: Floats
    P: Floats
    q: float


def fit(data: Data, tau2: float) -> Fit:
    """Weighted least squares at a given tau²."""
    w = 1.0 / (data.v + tau2)
    covariance: Floats = np.asarray(np.linalg.inv((data.X.T * w) @ data.X), dtype=np.float64)
    P = np.diag(w) - (w[:, None] * data.X) @ covariance @ (data.X.T * w)
    return Fit(covariance @ (data.X.T @ (w * data.y)), covariance, P, float(data.y @ P @ data.y))


def restricted_log_likelihood(data: Data, tau2: float) -> float:
    """Up to a constant: -½ [Σ log(v + tau²) + log det(X' W X) + y' P y]; Viechtbauer 2005, equation 5."""
    at = fit(data, tau2)
    return -0.5 * float(np.log(data.v + tau2).sum() - np.linalg.slogdet(at.covariance)[1] + at.q)


def _score(data: Data, tau2: float) -> float:
    """Twice the slope of the restricted log likelihood: y' P P y - trace(P)."""
    P = fit(data, tau2).P
    Py = P @ data.y
    return float(Py @ Py - np.trace(P))


def between_variance(data: Data) -> float:
    """tau² by restricted maximum likelihood, never below zero.

    The root of the score in the bracket around the highest of many likelihoods, so that neither a second top nor
    the boundary at zero can mislead it. Needs k > p.
    """
    spread = max(float(np.var(data.y)), float(data.v.max()))
    grid = np.concatenate([[0.0], np.geomspace(1e-5 * data.v.min(), 1e3 * spread, _GRID)])
    top = int(np.argmax([restricted_log_likelihood(data, tau2) for tau2 in grid]))
    low, high = grid[max(top - 1, 0)], grid[min(top + 1, grid.size - 1)]
    if _score(data, low) <= 0.0:
        return float(low) if top else 0.0
    return float(optimize.brentq(lambda t: _score(data, t), low, high, xtol=1e-14 * spread, rtol=1e-14))


def q_profile(data: Data, level: float) -> tuple[float, float]:
    """Interval of tau² from where the generalised Q statistic has the quantiles of its chi-square.

    Both ends are 0 where even tau² = 0 leaves less scatter than chance usually does. Source: Viechtbauer 2007, Stat
    Med 26:37-52.
    """
    df, tail = data.k - data.p, (1.0 - level) / 2.0

    def solved(quantile: float) -> float:
        if fit(data, 0.0).q <= quantile:
            return 0.0
        high = float(data.v.max())
        while fit(data, high).q > quantile:
            high *= 4.0
        return float(optimize.brentq(lambda t: fit(data, t).q - quantile, 0.0, high, xtol=1e-14 * high, rtol=1e-14))

    return solved(float(stats.chi2.isf(tail, df))), solved(float(stats.chi2.ppf(tail, df)))
