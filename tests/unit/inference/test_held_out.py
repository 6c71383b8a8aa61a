"""Prediction of studies left out: against brute force, and where the answer is known exactly."""

import math

import numpy as np
import pytest
from prior_distributions import medians
from scipy import stats
from scipy.special import logsumexp

from reprieve.evidence.evidence import Evidence
from reprieve.inference.calibration import priors_of
from reprieve.inference.calibration_model import predict
from reprieve.inference.fit_data import CONDITIONS
from reprieve.inference.held_out import leave_out, printed, reported, study_log_likelihood
from reprieve.inference.likelihood import reported_share
from reprieve.relief.added_relief import added_relief
from reprieve.relief.felt_exposure import FeltExposure
from reprieve.relief.reported import Relieved

EVIDENCE = Evidence.packaged()

BELIEFS = priors_of(EVIDENCE)
MIDDLE = medians()
PLACE = np.linspace(-1.0, 1.0, len(CONDITIONS))


def draws(n, data, **changed):
    """The same draw n times: the medians of the priors, conditions that differ, and studies as the average one."""
    point = {name: np.full(n, (MIDDLE | changed)[name]) for name in BELIEFS.parameters}
    effects = {"condition_effect": np.tile(PLACE, (n, 1))}
    return point | effects | dict.fromkeys(("study_effect", "study_context"), np.zeros((n, len(data.studies))))


class OneStudy:
    """The likelihood of one study given its own two effects, with the core's shares and means and SciPy's densities."""

    def __init__(self, data, study, z):
        self.data, self.study, self.z = data, study, z

    def core(self, at, i):
        """The core's arm of one report, one population per pair of effects."""
        data, arm, n = self.data, at.arm[i], self.z.shape[1]
        values = {name: np.full(n, value) for name, value in MIDDLE.items()}
        cohort = data.cohort[arm]
        level = values["added_level"] + values["added_condition_sd"] * PLACE[data.condition[arm]]
        level = level + values["added_uncontrolled"] * cohort + values["added_study_sd"] * self.z[0]
        context = values["context_mean"] + values["context_uncontrolled"] * cohort
        context = context + values["context_study_sd"] * self.z[1]
        felt = FeltExposure(*(np.array([v[i]]) for v in (at.hours, at.felt_s, at.felt_r, at.since)), at.slow[i])
        persistence = values["added_uncontrolled_persistence"] * cohort
        added = added_relief(values, felt, level, MIDDLE["acute_half_life"] / 60, persistence)
        drug = added if data.drug[arm] else np.zeros_like(added)
        return Relieved(drug, values["added_spread"], context, values["context_spread"])

    def own(self, kind):
        wanted = self.data.reports_of(kind)
        return [(i, r, self.data.weights[kind][i]) for i, r in enumerate(wanted) if r.study.id == self.study]

    def pain(self, at, i):
        return (part[:, 0] for part in self.core(at, i).mean_pain())

    def log_likelihood(self):
        """Per pair of effects."""
        data, total = self.data, np.zeros(self.z.shape[1])
        for i, report, weight in self.own(0):
            assert report.group == "responders, share printed"
            share, precision = (
                self.core(data.at_shares, i).share_relieved(report.threshold)[:, 0],
                MIDDLE["reporting_precision"],
            )
            count = stats.betabinom(report.n, share * precision, (1 - share) * precision)
            total += weight * count.logpmf(round(report.value * report.n))
        for i, report, weight in self.own(1):
            mean, sd = self.pain(data.at_means, i)
            error = np.hypot(report.se or sd / math.sqrt(report.n), MIDDLE["mean_scatter"])
            total += weight * stats.norm.logpdf(report.value, mean, error)
            if report.sd:
                scatter = 1 / math.sqrt(2 * (report.n - 1)) + 0.15
                total += weight * stats.norm.logpdf(math.log(report.sd), np.log(sd), scatter)
        for i, report, weight in self.own(2):
            (mean, sd), (other, sd_other) = (self.pain(at, i) for at in (data.at_contrasts, data.at_others))
            away = (other - mean) / np.sqrt(sd**2 / report.n + sd_other**2 / report.n_other)
            z = stats.norm.isf(report.value / 2)
            chance = {
                None: stats.norm.pdf(z, away) + 0.2 * stats.norm.pdf(-z, away),
                "<": stats.norm.sf(z, away),
                ">": stats.norm.cdf(z, away) - stats.norm.cdf(-z, away),
            }[report.relation]
            total += weight * np.log(chance)
        return total


@pytest.fixture(scope="module")
def by_quadrature(few_studies):
    return study_log_likelihood(few_studies, BELIEFS, "reported", draws(1, few_studies))[0]


@pytest.mark.parametrize("study", ["lumanauw2019", "sigtermans2009"])
def test_a_study_without_its_effects_is_the_mean_over_studies_like_it(few_studies, by_quadrature, study):
    z = stats.norm.ppf(stats.qmc.Sobol(2, rng=9).random(2**13)).T
    of_effects = OneStudy(few_studies, study, z).log_likelihood()
    assert np.ptp(of_effects) > 3  # the effects matter
    expected = logsumexp(of_effects) - math.log(of_effects.size)
    found = by_quadrature[few_studies.studies.index(study)]
    # 8192 quasi-random studies are good to 0.01 in the log.
    assert found == pytest.approx(expected, abs=0.02)


def conjugate(rng, studies=25, n=8000):
    """Studies y ~ N(θ, 1) with θ ~ N(0, 4): draws of θ given all, and what is exact without each."""
    y = rng.normal(0.7, 1.0, studies)

    def posterior(total, count):
        precision = 1 / 4 + count
        return total / precision, 1 / precision

    mean, variance = posterior(y.sum(), studies)
    theta = rng.normal(mean, math.sqrt(variance), n)
    without, its_variance = posterior(y.sum() - y, studies - 1)
    exact = stats.norm.logpdf(y, without, math.sqrt(1 + its_variance))
    return theta, stats.norm.logpdf(y[None, :], theta[:, None], 1.0), without, its_variance, exact


def test_leaving_out_is_exact_where_the_answer_is_known():
    theta, log_likelihood, without, its_variance, exact = conjugate(np.random.default_rng(10))
    left = leave_out(log_likelihood)
    np.testing.assert_allclose(left.weights.sum(axis=0), 1.0)
    # Of 8000 draws a mean is known to 0.003 and a log density to 0.01; extreme studies cost twice that.
    np.testing.assert_allclose(left.elpd, exact, atol=0.03)
    means = left.weights.T @ theta
    np.testing.assert_allclose(means, without, atol=0.015)
    spread = np.sqrt(left.weights.T @ theta**2 - means**2)
    np.testing.assert_allclose(spread, math.sqrt(its_variance), rtol=0.05)
    assert left.k.max() < 0.7
    # Without a study, what it printed is always less expected than with it.
    assert np.all(left.elpd < logsumexp(log_likelihood, axis=0) - math.log(theta.size))


def test_an_outlier_among_few_is_not_trusted():
    rng = np.random.default_rng(11)
    theta = rng.normal(0, 1, 4000)
    # Weights exp(θ² / 2): their mean does not exist, so the shape is at least 1.
    assert leave_out((-(theta**2) / 2)[:, None]).k[0] > 0.7


ALIKE = {"added_study_sd": 0.0, "context_study_sd": 0.0}


@pytest.fixture(scope="module")
def fresh(few_studies):
    """Studies like each other, 6000 times: nothing differs between studies but chance."""
    return printed(few_studies, BELIEFS, "reported", draws(6000, few_studies, **ALIKE), seed=3, fresh=True)


@pytest.fixture(scope="module")
def by_model(few_studies):
    """Share, its precision, mean and SD that the model has for each report."""
    data, values = few_studies, MIDDLE | ALIKE
    found = predict(values, data, "reported", PLACE, *np.zeros((2, len(data.studies))))
    share, precision = reported_share(values, data, found.shares)
    return tuple(map(np.asarray, (share, precision, found.means, found.sds)))


Z = 4.89  # two-sided false-alarm rate 1e-6


@pytest.mark.statistical
def test_shares_of_other_studies_scatter_around_the_model(few_studies, fresh, by_model):
    share, precision, _, _ = by_model
    n = np.array([r.n for r in few_studies.shares])
    # Mean and variance of a beta-binomial count.
    variance = n * share * (1 - share) * (precision + n) / (precision + 1)
    away = (fresh.events.mean(axis=0) - n * share) / np.sqrt(variance / len(fresh.events))
    assert np.abs(away).max() < Z
    common = share > 0.02  # a variance of rare counts needs more draws
    np.testing.assert_allclose(fresh.events.var(axis=0)[common], variance[common], rtol=0.15)
    assert np.all((fresh.events >= 0) & (fresh.events <= n))
    assert np.all(fresh.events == np.round(fresh.events))


@pytest.mark.statistical
def test_means_and_their_sds_of_other_studies_scatter_around_the_model(few_studies, fresh, by_model):
    _, _, mean, sd = by_model
    printed_se = [r.se for r in few_studies.means]
    own = [s / math.sqrt(r.n) for s, r in zip(sd, few_studies.means, strict=True)]
    error = np.hypot([se or e for se, e in zip(printed_se, own, strict=True)], MIDDLE["mean_scatter"])
    size = len(fresh.means)
    assert np.abs((fresh.means.mean(axis=0) - mean) / error * math.sqrt(size)).max() < Z
    np.testing.assert_allclose(fresh.means.std(axis=0), error, rtol=Z / math.sqrt(2 * size))
    rows = few_studies.with_sd
    of_log = np.array([1 / math.sqrt(2 * (few_studies.means[i].n - 1)) + 0.15 for i in rows])
    away = (fresh.log_sds.mean(axis=0) - np.log(sd[rows])) / of_log * math.sqrt(size)
    assert np.abs(away).max() < Z


def test_the_same_studies_once_more_keep_their_effects(few_studies):
    data = few_studies
    # In half of the draws the drug takes away most pain in every study, in the others nothing.
    effect = np.repeat([2.0, -4.0], 300)[:, None] * np.ones(len(data.studies))
    found = draws(600, data, added_study_sd=0.3) | {"study_effect": effect}
    shares, means = reported(data, BELIEFS, "reported", found, seed=4, fresh=False)
    assert np.all((shares >= 0) & (shares <= 1))
    assert np.all(means >= 0)
    soon = data.at_shares.day < 0.1
    dosed = data.drug[data.at_shares.arm]
    much, nothing = shares[:300].mean(axis=0), shares[300:].mean(axis=0)
    assert np.all(much[dosed & soon] > nothing[dosed & soon] + 0.02)
    # Placebo does not know: the difference of two means of 300 studies.
    assert np.abs(much - nothing)[~dosed].max() < (Z * np.sqrt(2 / 300) * shares.std(axis=0)[~dosed]).max()
