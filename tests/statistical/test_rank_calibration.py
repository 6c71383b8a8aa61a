"""Truths of the rank calibration come from the priors, and its test tells ranks that are not uniform.

Every check is random and fails by chance once in a million runs of fresh seeds; the seeds are fixed.
"""

import numpy as np
import pytest
from prior_distributions import prior
from scipy import stats

from reprieve.evidence.evidence import Evidence
from reprieve.inference.calibration import priors_of
from reprieve.inference.fit_data import CONDITIONS
from reprieve.inference.rank_calibration import RANKS, simulated_truth, uniformity

EVIDENCE = Evidence.packaged()

pytestmark = pytest.mark.statistical

BELIEFS = priors_of(EVIDENCE)
FALSE_ALARM = 1e-6


@pytest.fixture(scope="module")
def truth(few_studies):
    return simulated_truth(few_studies, BELIEFS, "reported", 4000, 5)


@pytest.mark.parametrize("name", BELIEFS.parameters)
def test_truths_have_the_quantiles_of_the_priors(truth, name):
    assert stats.kstest(truth[name], prior(BELIEFS.parameters[name]).cdf).pvalue > FALSE_ALARM


def test_effects_are_standard_normal_and_independent(truth, few_studies):
    sizes = {"condition_effect": len(CONDITIONS), "study_effect": len(few_studies.studies)}
    for name, size in (sizes | {"study_context": len(few_studies.studies)}).items():
        assert truth[name].shape == (4000, size)
        assert stats.kstest(truth[name].ravel(), "norm").pvalue > FALSE_ALARM
    of_a_draw = np.column_stack([
        *(truth[name] for name in BELIEFS.parameters),
        truth["condition_effect"], truth["study_effect"], truth["study_context"],
    ])  # fmt: skip
    # Rank correlations of columns of 4000 have a standard error of 0.016; there are about a thousand.
    correlation = stats.spearmanr(of_a_draw).statistic
    assert np.abs(correlation - np.eye(len(correlation))).max() < 6.5 / np.sqrt(4000)


def test_uniform_ranks_pass_about_as_often_as_they_should():
    rng = np.random.default_rng(6)
    p = np.array([uniformity(rng.integers(0, RANKS + 1, 40)) for _ in range(400)])
    # The test of continuous values is careful on ranks, so it rejects at most 5 %.
    assert stats.binomtest(int((p < 0.05).sum()), 400, 0.05, "greater").pvalue > FALSE_ALARM
    assert np.median(p) > 0.3


@pytest.mark.parametrize(
    ("fault", "shape"),
    [("biased", (3, 1)), ("too narrow", (0.3, 0.3)), ("too wide", (6, 6))],
)
def test_ranks_of_a_wrong_posterior_are_told(fault, shape):
    ranks = np.round(np.random.default_rng(7).beta(*shape, 200) * RANKS).astype(int)
    assert uniformity(ranks) < 1e-3, fault


def test_ranks_of_an_exact_posterior_are_uniform_and_of_a_shrunken_one_are_not():
    rng, repeats = np.random.default_rng(8), 400
    truth = rng.standard_normal(repeats)
    seen = truth + rng.standard_normal(repeats)
    # θ ~ N(0, 1), y ~ N(θ, 1): the posterior is N(y / 2, 1 / 2).
    for width, right in ((np.sqrt(0.5), True), (np.sqrt(0.5) / 3, False)):
        posterior = seen / 2 + width * rng.standard_normal((RANKS, repeats))
        assert (uniformity((posterior < truth).sum(axis=0)) > FALSE_ALARM) is right
