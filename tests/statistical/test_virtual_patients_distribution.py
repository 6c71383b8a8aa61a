"""Virtual patients come from the distributions that the posterior and the published exposure state.

Every check is random and fails by chance once in a million runs of fresh seeds (|z| < 4.89, two-sided); the seeds are
fixed, so a failure means that the code changed.
"""

import math

import numpy as np
import pytest
from made_up_posterior import made_up_posterior
from scipy import integrate, stats

from reprieve.evidence.evidence import Evidence
from reprieve.exposure.choice import choose_models
from reprieve.exposure.model import deviations
from reprieve.relief.distribution import between_draws
from reprieve.relief.virtual_patients import MOST_PATIENTS, PEOPLE_PER_DRAW, draw_patients

EVIDENCE = Evidence.packaged()

pytestmark = pytest.mark.statistical

Z = 4.89  # two-sided false-alarm rate 1e-6
FALSE_ALARM = 1e-6
SEED = 20
#: One row, so that people differ by what is between them only.
RETURN_SPREAD, ACUTE_SPREAD, REVERSAL_SPREAD = 0.4, 0.6, 0.5
LOGIT, LOGIT_SD = 0.3, 1.2
ONE = made_up_posterior(
    1,
    return_spread=RETURN_SPREAD,
    acute_spread=ACUTE_SPREAD,
    responder_logit=LOGIT,
    responder_study_sd=LOGIT_SD,
    condition_effect=0.0,
)
MANY = made_up_posterior()


def drawn(posterior, **how):
    return draw_patients(posterior, virtual_patients=MOST_PATIENTS, seed=SEED, condition="crps", **how)


PEOPLE = drawn(ONE)


@pytest.mark.parametrize(
    ("name", "middle", "sd"),
    [
        ("k_rec", math.log(2) / 24 / ONE.values["return_half_life"][0], RETURN_SPREAD),
        ("k_des", ONE.values["reversal_rate"][0] / 24, REVERSAL_SPREAD),
        ("acute_c50", ONE.values["acute_c50"][0], ACUTE_SPREAD),
    ],
)
def test_people_are_lognormal_around_their_population_by_the_stated_spread(name, middle, sd):
    logs = np.log(getattr(PEOPLE, name) / middle) / sd
    assert stats.kstest(logs, stats.norm.cdf).pvalue > FALSE_ALARM
    statistic = (logs**2).sum()
    assert stats.chi2.ppf(FALSE_ALARM / 2, logs.size) < statistic < stats.chi2.ppf(1 - FALSE_ALARM / 2, logs.size)


def test_how_people_differ_without_the_drug_is_normal():
    assert stats.kstest(PEOPLE.context_normal, stats.norm.cdf).pvalue > FALSE_ALARM


def test_each_row_of_the_posterior_is_drawn_as_often_as_any():
    # 2,000 population draws of 400 rows: five of each, so quantiles are those of the posterior to the last digit.
    values = drawn(MANY).c50[::PEOPLE_PER_DRAW]
    np.testing.assert_array_equal(np.sort(values), np.repeat(np.sort(MANY.values["reversal_c50"]), 5))


def check_mean(by_draw, expected):
    standard_error = by_draw.std(ddof=1) / math.sqrt(by_draw.size)
    assert abs(by_draw.mean() - expected) < Z * standard_error


def over_clinics(of_chance, sd=LOGIT_SD):
    """Mean of a function of the chance over clinics, whose log odds are normal."""

    def weighted(z):
        return of_chance(1 / (1 + math.exp(-(LOGIT + sd * z)))) * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)

    return integrate.quad(weighted, -9, 9)[0]


def test_people_respond_with_the_chance_of_their_clinic():
    responders = PEOPLE.responds.reshape(-1, PEOPLE_PER_DRAW).sum(axis=1)
    chance = PEOPLE.populations.chance
    z = (responders - PEOPLE_PER_DRAW * chance).sum() / math.sqrt((PEOPLE_PER_DRAW * chance * (1 - chance)).sum())
    assert abs(z) < Z
    # and people of one clinic respond apart from each other: the binomial variance, no more and no less
    squares = (responders - PEOPLE_PER_DRAW * chance) ** 2
    check_mean(squares - PEOPLE_PER_DRAW * chance * (1 - chance), 0.0)


@pytest.mark.parametrize("widen", [False, True])
def test_as_many_respond_and_clinics_scatter_as_much_as_a_logit_normal_says(widen):
    sd = LOGIT_SD * (2 if widen else 1)
    means = drawn(ONE, widen=widen).responds.reshape(-1, PEOPLE_PER_DRAW).mean(axis=1)
    p = over_clinics(lambda chance: chance, sd)
    check_mean(means, p)
    # Variance of the mean of 20: that of the chance and a twentieth of the mean binomial variance.
    between = over_clinics(lambda chance: (chance - p) ** 2, sd)
    within = over_clinics(lambda chance: chance * (1 - chance), sd)
    check_mean((means - p) ** 2, between + within / PEOPLE_PER_DRAW)


def test_what_people_differ_in_is_independent():
    names = ("k_rec", "k_des", "acute_c50", "context_normal")
    values = np.vstack([*(getattr(PEOPLE, name) for name in names), PEOPLE.responds, PEOPLE.pk_normals.T])
    among = len(values)
    ranks = stats.spearmanr(values.T).statistic[np.triu_indices(among, 1)]
    limit = stats.norm.ppf(1 - FALSE_ALARM / (among * (among - 1)))
    assert np.abs(ranks).max() * math.sqrt(values.shape[1] - 1) < limit


def test_how_clinics_differ_in_responders_says_nothing_of_how_they_differ_without_drug():
    whole = PEOPLE.populations
    values = np.array([whole.chance, whole.context_mean, PEOPLE.r_clearance_rank[::20], PEOPLE.exposure_rank[::20]])
    ranks = stats.spearmanr(values.T).statistic[np.triu_indices(4, 1)]
    assert np.abs(ranks).max() * math.sqrt(values.shape[1] - 1) < stats.norm.ppf(1 - FALSE_ALARM / 12)


@pytest.mark.parametrize(
    ("form", "names"),
    [("esketamine", {"V": "VK1", "CL": "CLK1", "Q": "CLK3"}), ("racemic", {"V": "V1", "CL": "CL", "Q": "Q3"})],
)
def test_exposure_varies_as_published(form, names):
    # Simons 2022: variances of the logs, no covariance; racemic borrows them.
    found = deviations(choose_models(EVIDENCE, form, "iv")[0], PEOPLE.pk_normals)
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
