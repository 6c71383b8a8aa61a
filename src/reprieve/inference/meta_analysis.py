"""Random-effects meta-analysis and meta-regression of published effects.

y_i = x_i' beta + u_i + e_i, u_i ~ N(0, tau²), e_i ~ N(0, v_i): tau² by restricted maximum likelihood [1]_, intervals
by Hartung and Knapp [2]_ [3]_, what a new study would show by the prediction interval [4]_.

.. [1] Viechtbauer W. Bias and efficiency of meta-analytic variance estimators in the random-effects model. J Educ
   Behav Stat 2005;30:261-293.
.. [2] Hartung J, Knapp G. A refined method for the meta-analysis of controlled clinical trials with binary outcome.
   Stat Med 2001;20:3875-3889.
.. [3] Knapp G, Hartung J. Improved tests for a random effects meta-regression with a single covariate. Stat Med
   2003;22:2693-2710.
.. [4] Higgins JPT, Thompson SG, Spiegelhalter DJ. A re-evaluation of random-effects meta-analysis. J R Stat Soc A
   2009;172:137-159.
.. [5] Higgins JPT, Thompson SG. Quantifying heterogeneity in a meta-analysis. Stat Med 2002;21:1539-1558.
.. [6] Egger M and others. Bias in meta-analysis detected by a simple, graphical test. BMJ 1997;315:629-634.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from reprieve.errors import InputError, OutsideEvidence
from reprieve.inference.weighted_regression import Data, Fit, Floats, between_variance, fit, q_profile

#: Under this many studies a test for asymmetry or of a moderator has next to no power; Cochrane Handbook, 10.11.5.1
#: and 13.3.5.4.
ENOUGH_STUDIES = 10


@dataclass(frozen=True)
class Coefficient:
    """An estimate with its standard error, interval and p; ``t`` has ``df`` degrees, ``None`` for a normal."""

    estimate: float
    se: float
    low: float
    high: float
    t: float
    p: float
    df: int | None


@dataclass(frozen=True)
class Heterogeneity:
    """How much studies differ beyond chance.

    Parameters
    ----------
    tau2, tau2_low, tau2_high : variance between studies and its Q-profile interval
    i2 : %, share of the total variance that lies between studies, from tau² and the typical error [5]_
    h2 : total variance over that of error
    q, df, p : Cochran's Q (of the residuals, where there are moderators) against its chi-square
    """

    tau2: float
    tau2_low: float
    tau2_high: float
    i2: float
    h2: float
    q: float
    df: int
    p: float


@dataclass(frozen=True)
class Pooled:
    """What studies say together.

    Parameters
    ----------
    k : studies
    level : of all intervals
    fixed : as if all studies shared one effect
    random : with the variance between them, Hartung-Knapp
    untruncated : ``random`` as Hartung and Knapp wrote it, where ``truncated`` made it wider
    prediction : where the effect of a new study lies, from t with k - 2 degrees; None for two studies
    weights : (k,) shares in the random-effects mean
    heterogeneity : tau², I², Q
    """

    k: int
    level: float
    fixed: Coefficient
    random: Coefficient
    untruncated: Coefficient | None
    prediction: tuple[float, float] | None
    weights: Floats
    heterogeneity: Heterogeneity


@dataclass(frozen=True)
class Regression:
    """How effects change with moderators.

    Parameters
    ----------
    names : ``intercept`` and the moderators
    coefficients : in this order, Hartung-Knapp
    covariance : (p, p) of the coefficients, as the intervals use it
    heterogeneity : what the moderators leave
    r2 : %, share of tau² that the moderators take away; None where there was none
    f, f_df, p : test of all moderators at once
    """

    k: int
    level: float
    names: tuple[str, ...]
    coefficients: tuple[Coefficient, ...]
    covariance: Floats
    heterogeneity: Heterogeneity
    r2: float | None
    f: float
    f_df: tuple[int, int]
    p: float

    def line(self, *moderators: ArrayLike) -> tuple[Floats, Floats, Floats]:
        """Mean effect with its interval at values of the moderators.

        Parameters
        ----------
        moderators : (m,) each, in the order of ``names`` after the intercept

        Returns
        -------
        mean, low, high : (m,) each
        """
        columns = [np.asarray(values, dtype=float) for values in moderators]
        X = np.column_stack([np.ones_like(columns[0]), *columns])
        mean = X @ np.array([c.estimate for c in self.coefficients])
        reach = stats.t.isf((1 - self.level) / 2, self.f_df[1]) * np.sqrt(np.sum(X @ self.covariance * X, axis=1))
        return mean, mean - reach, mean + reach


def _coefficient(estimate: float, variance: float, df: int | None, level: float) -> Coefficient:
    of = stats.norm if df is None else stats.t(df)
    se = float(np.sqrt(variance))
    reach = float(of.isf((1.0 - level) / 2.0)) * se
    # Studies that agree to the last digit leave no scatter at all: the interval is a point and says so.
    t = estimate / se if se > 0.0 else float(np.copysign(np.inf, estimate)) if estimate else 0.0
    return Coefficient(estimate, se, estimate - reach, estimate + reach, t, 2.0 * float(of.sf(abs(t))), df)


def _heterogeneity(data: Data, tau2: float, level: float) -> Heterogeneity:
    common = fit(data, 0.0)
    df = data.k - data.p
    typical = df / float(np.trace(common.P))
    low, high = q_profile(data, level)
    return Heterogeneity(
        tau2, low, high, 100.0 * tau2 / (tau2 + typical), 1.0 + tau2 / typical,
        common.q, df, float(stats.chi2.sf(common.q, df)),
    )  # fmt: skip


def _level(level: float) -> float:
    if not 0.0 < level < 1.0:
        raise InputError(f"The level of an interval is {level:g}; it lies between 0 and 1, as 0.95.")
    return level


def pool(estimates: ArrayLike, standard_errors: ArrayLike, *, level: float = 0.95, truncated: bool = False) -> Pooled:
    """Pool independent estimates.

    Parameters
    ----------
    estimates : (k,) on the scale they are pooled on, logarithms for ratios
    standard_errors : (k,) above zero
    level : of the intervals
    truncated : never let the interval be narrower than the studies' own errors allow. Few studies that agree by luck
        otherwise get a Hartung-Knapp interval narrower than that of a common effect; ``test="adhoc"`` in metafor

    Raises
    ------
    OutsideEvidence
        Fewer than two studies: there is nothing to pool.
    InputError
        Arrays that do not fit, or a standard error that is not above zero.
    """
    data, level = Data.of(estimates, standard_errors), _level(level)
    if data.k < 2:
        raise OutsideEvidence(
            f"{'One study' if data.k else 'No study'} was given; there is nothing to pool. Pooling needs two or more "
            f"independent studies."
        )
    tau2, common = between_variance(data), fit(data, 0.0)
    at, df = fit(data, tau2), data.k - 1
    mean, variance = float(at.coefficients[0]), float(at.covariance[0, 0])
    adjustment = at.q / df
    plain = _coefficient(mean, adjustment * variance, df, level)
    widened = truncated and adjustment < 1.0
    random = _coefficient(mean, variance, df, level) if widened else plain
    prediction = None
    if data.k > 2:
        reach = float(stats.t.isf((1.0 - level) / 2.0, data.k - 2)) * float(np.sqrt(tau2 + random.se**2))
        prediction = (mean - reach, mean + reach)
    w = 1.0 / (data.v + tau2)
    return Pooled(
        data.k, level,
        _coefficient(float(common.coefficients[0]), float(common.covariance[0, 0]), None, level),
        random,
        plain if widened else None,
        prediction, w / w.sum(), _heterogeneity(data, tau2, level),
    )  # fmt: skip


def _test_of_moderators(at: Fit, adjustment: float, df: int) -> tuple[float, tuple[int, int], float]:
    slopes, covariance = at.coefficients[1:], adjustment * at.covariance[1:, 1:]
    f = float(slopes @ np.linalg.solve(covariance, slopes)) / slopes.size
    return f, (slopes.size, df), float(stats.f.sf(f, slopes.size, df))


def regress(
    estimates: ArrayLike,
    standard_errors: ArrayLike,
    moderators: Mapping[str, ArrayLike],
    *,
    level: float = 0.95,
    common_effect: bool = False,
    truncated: bool = False,
) -> Regression:
    """Regress effects on moderators, with a variance between studies and Hartung-Knapp tests.

    Parameters
    ----------
    estimates, standard_errors : (k,) as for :func:`pool`
    moderators : name to (k,) values; categories as 0 and 1
    common_effect : leave the variance between studies out; scatter then widens all errors alike
    truncated : as for :func:`pool`

    Raises
    ------
    OutsideEvidence
        Not more studies than coefficients.
    InputError
        Arrays that do not fit, or moderators that cannot be told apart.
    """
    data, level = Data.of(estimates, standard_errors, moderators), _level(level)
    if not moderators:
        raise InputError("No moderator is given; name one, or pool without.")
    if data.k <= data.p:
        raise OutsideEvidence(
            f"{data.k} studies cannot tell {data.p} coefficients apart; a regression on {', '.join(moderators)} needs "
            f"{data.p + 1} or more, and {ENOUGH_STUDIES} for each moderator to mean something."
        )
    tau2 = 0.0 if common_effect else between_variance(data)
    at, df = fit(data, tau2), data.k - data.p
    adjustment = max(at.q / df, 1.0) if truncated else at.q / df
    covariance = adjustment * at.covariance
    before = between_variance(Data(data.y, data.v, data.X[:, :1]))
    found = tuple(
        _coefficient(float(b), float(variance), df, level)
        for b, variance in zip(at.coefficients, np.diag(covariance), strict=True)
    )
    r2 = None if before == 0.0 or common_effect else max(0.0, 100.0 * (before - tau2) / before)
    f, f_df, p = _test_of_moderators(at, adjustment, df)
    names = ("intercept", *moderators)
    return Regression(data.k, level, names, found, covariance, _heterogeneity(data, tau2, level), r2, f, f_df, p)


def asymmetry(estimates: ArrayLike, standard_errors: ArrayLike, *, level: float = 0.95) -> Regression:
    """Egger's regression: do small studies, with large standard errors, show other effects? [6]_.

    The slope on the standard error is tested; the intercept is what a study without error would show.

    Raises
    ------
    OutsideEvidence
        Fewer than three studies; under ten the test is allowed and means little.
    """
    return regress(estimates, standard_errors, {"standard error": standard_errors}, level=level, common_effect=True)
