"""Virtual patients come from the distributions that the posterior, the mechanism and the published exposure state.

Every check is random and fails by chance once in a million runs of fresh seeds (|z| < 4.89, two-sided); the seeds are
fixed, so a failure means that the code changed.
"""

import msgspec
import numpy as np
import pytest
from made_up_posterior import made_up_posterior
from prior_distributions import prior
from scipy import stats

from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.calibration import CalibrationPriors
from reprieve.exposure.choice import choose_models
from reprieve.exposure.model import deviations
from reprieve.relief.distribution import between_draws
from reprieve.relief.populations import draw_populations
from reprieve.relief.virtual_patients import MOST_PATIENTS, PEOPLE_PER_DRAW, draw_patients

EVIDENCE = Evidence.packaged()

pytestmark = pytest.mark.statistical

Z = 4.89  # two-sided false-alarm rate 1e-6
FALSE_ALARM = 1e-6
SEED = 20
MECHANISM = EVIDENCE.record(CalibrationPriors, "mechanism")


def drawn(posterior, mechanism=MECHANISM):
    populations = draw_populations(posterior, "crps")
    return draw_patients(populations, mechanism, virtual_patients=MOST_PATIENTS, seed=SEED)


PEOPLE = drawn(made_up_posterior())


@pytest.mark.parametrize(
    ("name", "parameter"),
    [
        ("c50", "reversal_c50"),
        ("plateau_exponent", "plateau_exponent"),
        ("plateau_half", "plateau_half"),
        ("depth", "depth"),
        ("acute_most", "acute_most"),
    ],
)
def test_what_is_not_known_of_the_mechanism_differs_between_people_as_it_is_believed(name, parameter):
    belief = prior(MECHANISM.parameters[parameter])
    assert stats.kstest(getattr(PEOPLE, name), belief.cdf).pvalue > FALSE_ALARM


def sure_of(**spreads):
    """The mechanism with parameters that are known, and people who differ by these spreads."""
    tiny = 1e-9
    known = MECHANISM.parameters
    sure = {name: msgspec.structs.replace(belief, spread=tiny) for name, belief in known.items()}
    sure |= {name: msgspec.structs.replace(sure[name], middle=value) for name, value in spreads.items()}
    return msgspec.structs.replace(MECHANISM, parameters=sure)


@pytest.mark.parametrize(
    ("name", "middle", "sd"),
    [
        ("k_rec", np.log(2) / 24 / MECHANISM.parameters["return_half_life"].middle, 0.4),
        ("k_des", MECHANISM.parameters["reversal_rate"].middle / 24, MECHANISM.constants["reversal_spread"].value),
        ("acute_c50", MECHANISM.parameters["acute_c50"].middle, 0.6),
    ],
)
def test_people_are_lognormal_around_what_is_known_by_the_stated_spread(name, middle, sd):
    people = drawn(made_up_posterior(), sure_of(return_spread=0.4, acute_spread=0.6))
    logs = np.log(getattr(people, name) / middle) / sd
    assert stats.kstest(logs, stats.norm.cdf).pvalue > FALSE_ALARM
    statistic = (logs**2).sum()
    assert stats.chi2.ppf(FALSE_ALARM / 2, logs.size) < statistic < stats.chi2.ppf(1 - FALSE_ALARM / 2, logs.size)


def test_sensitivity_is_lognormal_by_the_spread_between_people_of_the_population():
    sd = np.sqrt(np.log1p(PEOPLE.populations.values["added_spread"] ** 2))[PEOPLE.draw]
    assert stats.kstest(np.log(PEOPLE.sensitivity) / sd, stats.norm.cdf).pvalue > FALSE_ALARM


@pytest.mark.parametrize("name", ["context_trait", "context_slow"])
def test_how_people_differ_without_the_drug_is_normal(name):
    assert stats.kstest(getattr(PEOPLE, name), stats.norm.cdf).pvalue > FALSE_ALARM


def test_each_row_of_the_posterior_is_drawn_as_often_as_any():
    # 4,000 population draws of 400 rows: ten of each, so quantiles are those of the posterior to the last digit.
    posterior = made_up_posterior()
    values = drawn(posterior).r_potency[::PEOPLE_PER_DRAW]
    np.testing.assert_array_equal(np.sort(values), np.repeat(np.sort(posterior.values["r_potency"]), 10))


def test_what_people_differ_in_is_independent():
    of_mechanism = ("k_rec", "k_des", "c50", "depth", "plateau_half", "acute_c50", "acute_most")
    names = (*of_mechanism, "sensitivity", "context_trait", "context_slow")
    values = np.vstack([*(getattr(PEOPLE, name) for name in names), PEOPLE.pk_normals.T])
    among = len(values)
    ranks = stats.spearmanr(values.T).statistic[np.triu_indices(among, 1)]
    limit = stats.norm.ppf(1 - FALSE_ALARM / (among * (among - 1)))
    assert np.abs(ranks).max() * np.sqrt(values.shape[1] - 1) < limit


def test_how_exposure_differs_between_populations_says_nothing_of_how_settings_differ():
    whole = PEOPLE.populations
    of_exposure = (PEOPLE.r_clearance_rank[::PEOPLE_PER_DRAW], PEOPLE.exposure_rank[::PEOPLE_PER_DRAW])
    values = np.array([whole.level_score, whole.context_score, *of_exposure])
    ranks = stats.spearmanr(values.T).statistic[np.triu_indices(4, 1)]
    assert np.abs(ranks).max() * np.sqrt(values.shape[1] - 1) < stats.norm.ppf(1 - FALSE_ALARM / 12)


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
