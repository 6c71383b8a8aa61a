"""A person's course: the population's distribution at every moment, ranks by the mechanism, a steady fluctuation."""

import numpy as np
import pytest
from scipy import stats

from reprieve.relief.person_course import drug_part, fluctuation
from reprieve.relief.reported import log_sd

N, TIMES = 4000, 5


@pytest.fixture(scope="module")
def mechanism():
    """Effects of many people at some times, of any shape, on any scale, related from time to time."""
    rng = np.random.default_rng(1)
    person = rng.standard_normal(N)
    return np.exp(np.column_stack([i * person + rng.standard_normal(N) for i in range(TIMES)])) * 10.0 ** np.arange(
        TIMES
    )


def test_at_every_time_people_have_the_distribution_of_the_population(mechanism):
    added, spread = np.array([0.5, 0.4, 0.3, 0.1, 0.01]), 0.9
    found = drug_part(mechanism, np.tile(added, (N, 1)), np.full(N, spread))
    sigma = np.sqrt(np.log1p(spread**2))
    law = stats.lognorm(sigma, scale=np.exp(-(sigma**2) / 2))
    distances = [stats.kstest(found[:, i] / added[i], law.cdf).statistic for i in range(TIMES)]
    # They stand at the quantiles themselves: nowhere farther off than half a rank.
    assert max(distances) < 1 / N
    # Of quantiles in the middle of equal ranges the mean falls short in the tail only.
    np.testing.assert_allclose(found.mean(axis=0), added, rtol=2e-3)


def test_who_feels_more_of_the_mechanism_has_more_of_the_effect(mechanism):
    found = drug_part(mechanism, np.full((N, TIMES), 0.3), np.full(N, 0.9))
    np.testing.assert_array_equal(np.argsort(found, axis=0), np.argsort(mechanism, axis=0))


def test_the_unit_of_the_mechanism_does_not_matter(mechanism):
    whole = np.full((N, TIMES), 0.3), np.full(N, 0.9)
    np.testing.assert_array_equal(drug_part(mechanism, *whole), drug_part(np.log(mechanism), *whole))


def test_populations_keep_their_own_mean_and_spread(mechanism):
    spread = np.where(np.arange(N) % 2, 0.5, 1.2)
    added = np.where(np.arange(N) % 2, 0.1, 0.4)[:, None] * np.ones(TIMES)
    found = drug_part(mechanism, added, spread)
    z = (np.log(found / added) + log_sd(spread)[:, None] ** 2 / 2) / log_sd(spread)[:, None]
    assert max(stats.kstest(z[:, i], "norm").statistic for i in range(TIMES)) < 1 / N


@pytest.mark.statistical
def test_a_fluctuation_has_unit_variance_and_forgets_by_its_time_constant():
    n, tau = 200_000, 21.0
    days = np.array([0.0, 0.5, 1.0, 8.0, 29.0, 113.0])
    found = fluctuation(days, tau, np.random.default_rng(2).standard_normal((n, days.size)))
    # False alarm rate 1e-6 each.
    assert np.abs(found.mean(axis=0)).max() < 4.89 / np.sqrt(n)
    assert np.abs(found.var(axis=0) - 1).max() < 4.89 * np.sqrt(2 / n)
    expected = np.exp(-np.abs(days[:, None] - days) / tau)
    assert (np.abs(np.corrcoef(found.T) - expected) <= 4.89 * (1 - expected**2) / np.sqrt(n) + 1e-9).all()


def test_a_fluctuation_starts_where_it_is_drawn_and_leaves_its_normals_alone():
    normals = np.random.default_rng(3).standard_normal((10, 4))
    before = normals.copy()
    found = fluctuation(np.array([0.0, 1.0, 2.0, 1e9]), 21.0, normals)
    np.testing.assert_array_equal(normals, before)
    np.testing.assert_array_equal(found[:, 0], normals[:, 0])
    np.testing.assert_allclose(found[:, 3], normals[:, 3])  # nothing is left of before
