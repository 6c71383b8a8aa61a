"""The normal distribution against SciPy."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from reprieve.relief.normal import normal_below, normal_density, normal_scores


@given(st.floats(-50, 50))
def test_the_chance_below_is_that_of_scipy(z):
    # Stated: right to 2e-7.
    assert abs(normal_below(np.array(z)) - stats.norm.cdf(z)) < 2e-7


@given(st.floats(-30, 30))
def test_the_density_is_that_of_scipy(z):
    np.testing.assert_allclose(normal_density(np.array(z)), stats.norm.pdf(z), rtol=1e-12)


def test_scores_are_the_quantiles_of_ranks_column_by_column():
    values = np.random.default_rng(1).standard_cauchy((501, 3))
    found = normal_scores(values)
    expected = stats.norm.ppf((stats.rankdata(values, axis=0) - 0.5) / 501)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_ties_keep_their_order():
    found = normal_scores(np.zeros((4, 1)))[:, 0]
    np.testing.assert_allclose(found, stats.norm.ppf([0.125, 0.375, 0.625, 0.875]), atol=1e-6)
