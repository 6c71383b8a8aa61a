"""Virtual patients come from the distributions that were published.

Every check is random and fails by chance once in a million runs of fresh seeds (|z| < 4.89, two-sided); the seeds are
fixed, so a failure means that the code changed.
"""

import math

import msgspec
import numpy as np
import pytest
from scipy import stats

from reprieve.evidence import read
from reprieve.relief.distribution import between_draws
from reprieve.relief.exposure import deviations
from reprieve.relief.exposure_choice import choose_models
from reprieve.relief.virtual_patients import MOST_PATIENTS, PEOPLE_PER_DRAW, draw_patients

pytestmark = pytest.mark.statistical

Z = 4.89  # two-sided false-alarm rate 1e-6
FALSE_ALARM = 1e-6
PRIOR = read.relief_prior("crps_dahan2011")
SEED = 20


def drawn(prior=PRIOR):
    return draw_patients(prior, n_patients=MOST_PATIENTS, seed=SEED, in_studied_condition=True, no_benefit=False)


PEOPLE = drawn()


@pytest.fixture(scope="module")
def population():
    """One value per population draw: the same prior in which people do not differ."""
    same = {n: msgspec.structs.replace(b, between_subject=None) for n, b in PRIOR.parameters.items()}
    return drawn(msgspec.structs.replace(PRIOR, parameters=same))


def check_share(below, share):
    """The number of draws on one side of a published quantile is binomial."""
    n = below.size
    assert abs(below.sum() - n * share) < Z * math.sqrt(n * share * (1 - share))


LN2 = math.log(2)
PUBLISHED = [  # median and 95 % interval
    ("c50", lambda v: v, (10.5, 4.37, 21.2)),
    ("k_rec", lambda v: LN2 / v / 24, (10.9, 5.3, 20.5)),
    ("acute_c50", lambda v: v, (121.2, 90.3, 156.9)),
    ("k_des", lambda v: 24 * v, (0.4787, 0.180, 1.275)),
]


@pytest.mark.parametrize(("name", "back", "published"), PUBLISHED, ids=[row[0] for row in PUBLISHED])
def test_population_values_have_the_published_median_and_interval(population, name, back, published):
    values = back(getattr(population, name)[::PEOPLE_PER_DRAW])
    assert np.unique(values).size == values.size == MOST_PATIENTS // PEOPLE_PER_DRAW
    middle, low, high = published
    check_share(values < middle, 0.5)
    check_share(values < low, 0.025)
    check_share(values > high, 0.025)


@pytest.mark.parametrize(
    ("name", "sd"), [("c50", 0.5), ("k_rec", 0.4), ("k_des", 0.5), ("acute_c50", 0.5), ("k_placebo", 0.4)]
)
def test_people_differ_around_their_population_by_the_stated_spread(name, sd):
    logs = np.log(getattr(PEOPLE, name)).reshape(-1, PEOPLE_PER_DRAW)
    freedom = logs.shape[0] * (PEOPLE_PER_DRAW - 1)
    statistic = freedom * logs.var(axis=1, ddof=1).mean() / sd**2
    assert stats.chi2.ppf(FALSE_ALARM / 2, freedom) < statistic < stats.chi2.ppf(1 - FALSE_ALARM / 2, freedom)


def check_mean(by_draw, expected):
    standard_error = by_draw.std(ddof=1) / math.sqrt(by_draw.size)
    assert abs(by_draw.mean() - expected) < Z * standard_error


def test_an_effect_of_placebo_is_as_frequent_as_published():
    responds = (PEOPLE.placebo_size > 0).reshape(-1, PEOPLE_PER_DRAW)
    check_mean(responds.mean(axis=1), 0.23)


def test_an_effect_with_drug_is_as_frequent_as_published():
    # Of drug, of placebo, or of both: 0.67 in Dahan 2011.
    any_effect = (PEOPLE.depends | (PEOPLE.placebo_size > 0)).reshape(-1, PEOPLE_PER_DRAW)
    check_mean(any_effect.mean(axis=1), 0.67)


def test_draws_scatter_as_much_as_the_published_standard_errors():
    # Variance of the mean of 20: se² + (p (1 - p) - se²) / 20, and its own error from the fourth moment.
    for happens, p, se in (
        (PEOPLE.placebo_size > 0, 0.23, 0.09),
        (PEOPLE.depends | (PEOPLE.placebo_size > 0), 0.67, 0.10),
    ):
        means = happens.reshape(-1, PEOPLE_PER_DRAW).mean(axis=1)
        squares = (means - means.mean()) ** 2
        check_mean(squares, se**2 + (p * (1 - p) - se**2) / PEOPLE_PER_DRAW)


def test_the_sizes_of_placebo_effects_are_uniform():
    sizes = PEOPLE.placebo_size[PEOPLE.placebo_size > 0]
    assert stats.kstest(sizes, stats.uniform(0.3, 0.7).cdf).pvalue > FALSE_ALARM


def test_the_potency_of_r_ketamine_is_a_truncated_normal_without_point_masses(population):
    values = population.r_potency[::PEOPLE_PER_DRAW]
    law = stats.truncnorm(-0.48 / 0.27, (1 - 0.48) / 0.27, loc=0.48, scale=0.27)
    assert stats.kstest(values, law.cdf).pvalue > FALSE_ALARM
    assert not np.isin(values, (0.0, 1.0)).any()


def test_parameters_are_independent_of_each_other(population):
    names = ("c50", "k_rec", "k_des", "acute_c50", "r_potency", "k_placebo")
    values = np.array([getattr(population, name)[::PEOPLE_PER_DRAW] for name in names])
    n = values.shape[1]
    pairs = len(names) * (len(names) - 1) / 2
    ranks = stats.spearmanr(values.T).statistic[np.triu_indices(len(names), 1)]
    assert np.abs(ranks).max() * math.sqrt(n - 1) < stats.norm.ppf(1 - FALSE_ALARM / 2 / pairs)


@pytest.mark.parametrize(
    ("form", "names"),
    [("esketamine", {"V": "VK1", "CL": "CLK1", "Q": "CLK3"}), ("racemic", {"V": "V1", "CL": "CL", "Q": "Q3"})],
)
def test_exposure_varies_as_published(form, names):
    # Simons 2022: variances of the logs, no covariance; racemic borrows them.
    found = deviations(choose_models(form, "iv")[0], PEOPLE.pk_normals)
    values = np.array([found[names[kind]] for kind in ("V", "CL", "Q")])
    expected = np.diag([0.057, 0.029, 0.026])
    n = values.shape[1]
    variances = np.diag(expected)
    # Variance of an entry of a sample covariance: (s_ii s_jj + s_ij²) / n.
    error = np.sqrt((np.outer(variances, variances) + expected**2) / n)
    assert (np.abs(np.cov(values) - expected) < Z * error).all()


def test_the_interval_of_a_chance_is_free_of_sampling_noise():
    """Binomial data from a known spread between draws: the interval is that spread's, not the data's."""
    a, b, draws, people, repeats = 8.0, 12.0, 100, 20, 400
    rng = np.random.default_rng(SEED)
    draw = np.repeat(np.arange(draws), people)
    found, naive = np.empty((repeats, 2)), np.empty((repeats, 2))
    for i in range(repeats):
        chance = rng.beta(a, b, draws)
        happens = (rng.random(draws * people) < chance[draw]).astype(float)
        found[i] = between_draws(happens, draw)[1:]
        naive[i] = np.quantile(happens.reshape(draws, people).mean(axis=1), [0.1, 0.9])
    law = stats.beta(a, b)  # mean 0.4, standard deviation 0.107
    width = law.ppf(0.9) - law.ppf(0.1)
    np.testing.assert_allclose(found.mean(axis=0), law.ppf([0.1, 0.9]), atol=0.015)
    assert (naive[:, 1] - naive[:, 0]).mean() > 1.3 * width
    assert (found[:, 1] - found[:, 0]).mean() == pytest.approx(width, rel=0.06)
