"""Shares and means of everybody against brute force, quadrature by SciPy, and published trials."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import integrate, stats

from reprieve.relief.arm import predict_arm
from reprieve.relief.reported import Relieved, log_sd, reported_means, reported_shares, without_drug

LONG = "esketamine iv 5 mg/h for 24 h then 14 mg/h for 24 h then 22 mg/h for 52 h"
N = 1_000_000
#: E, coefficient of variation of g, mean and SD of what pain does without the drug.
CASES = [
    (0.0, 0.9, 0.17, 0.3),
    (0.02, 0.9, 0.17, 0.3),
    (0.2, 0.9, 0.1, 0.3),
    (0.4, 0.5, 0.3, 0.35),
    (0.35, 1.2, 0.2, 0.25),
]


def of(case):
    added, spread, mean, sd = (np.array([each]) for each in case)
    return Relieved(added[:, None], spread, mean, sd)


def drawn(case):
    """What the drug would take away and what pain does without it, in people drawn one by one."""
    added, spread, mean, sd = case
    rng = np.random.default_rng(5)
    sigma = np.sqrt(np.log1p(spread**2))
    return added * rng.lognormal(-(sigma**2) / 2, sigma, N), mean + sd * rng.standard_normal(N)


def over_parts(case, of_part):
    """Mean over people's parts of a function, by quadrature."""
    sigma = np.sqrt(np.log1p(case[1] ** 2))
    part = stats.lognorm(sigma, scale=np.exp(-(sigma**2) / 2))
    return integrate.quad(lambda z: of_part(part.ppf(stats.norm.cdf(z))) * stats.norm.pdf(z), -8, 8, limit=400)[0]


def test_a_persons_part_has_mean_one_and_the_stated_coefficient_of_variation():
    for spread in (0.3, 0.9, 1.5):
        sigma = float(log_sd(np.array(spread)))
        part = stats.lognorm(sigma, scale=np.exp(-(sigma**2) / 2))
        assert part.mean() == pytest.approx(1.0)
        assert part.std() == pytest.approx(spread)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("threshold", [0.3, 0.5])
def test_the_share_relieved_is_that_of_people_drawn_one_by_one(case, threshold):
    taken, without = drawn(case)
    # Standard errors are below 0.0005; nine nodes are right to a thousandth.
    assert of(case).share_relieved(threshold)[0, 0] == pytest.approx((without + taken >= threshold).mean(), abs=0.003)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("threshold", [0.3, 0.5])
def test_the_share_relieved_is_that_of_quadrature(case, threshold):
    added, _, mean, sd = case
    expected = over_parts(case, lambda part: stats.norm.sf(threshold, mean + added * part, sd))
    assert of(case).share_relieved(threshold)[0, 0] == pytest.approx(expected, abs=4e-3)


@pytest.mark.parametrize("added", [0.05, 0.2, 0.5])
@pytest.mark.parametrize("threshold", [0.3, 0.5])
def test_over_the_prior_the_share_relieved_is_right_to_a_thousandth(added, threshold):
    rng, n = np.random.default_rng(8), 400
    spread, sd = (rng.lognormal(np.log(middle), of_log, n) for middle, of_log in ((0.9, 0.3), (0.35, 0.1)))
    mean = rng.normal(0.17, 0.03, n)
    found = Relieved(np.full((n, 1), added), spread, mean, sd).share_relieved(threshold)[:, 0]
    # The same integral with 101 nodes.
    z, weight = np.polynomial.hermite_e.hermegauss(101)
    sigma = np.sqrt(np.log1p(spread**2))[:, None]
    parts = np.exp(sigma * z - sigma**2 / 2)
    exact = stats.norm.sf((threshold - mean[:, None] - added * parts) / sd[:, None]) @ (weight / weight.sum())
    assert found.mean() == pytest.approx(exact.mean(), abs=1e-3)
    np.testing.assert_allclose(found, exact, atol=0.01)


@pytest.mark.parametrize("case", CASES)
def test_mean_pain_and_its_sd_are_those_of_people_drawn_one_by_one(case):
    taken, without = drawn(case)
    pain = np.maximum(1.0 - without - taken, 0.0)
    mean, sd = of(case).mean_pain()
    assert mean[0, 0] == pytest.approx(pain.mean(), abs=0.002)
    assert sd[0, 0] == pytest.approx(pain.std(), abs=0.002)


@pytest.mark.parametrize("case", CASES)
def test_mean_pain_is_that_of_quadrature(case):
    added, _, mean, sd = case

    def left(part):
        middle = 1.0 - mean - added * part
        return middle * stats.norm.cdf(middle / sd) + sd * stats.norm.pdf(middle / sd)

    assert of(case).mean_pain()[0][0, 0] == pytest.approx(over_parts(case, left), abs=1e-3)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("least", [1 / 7, 0.3])
def test_the_share_helped_is_that_of_people_drawn_one_by_one(case, least):
    taken, without = drawn(case)
    less = np.maximum(1.0 - without, 0.0) - np.maximum(1.0 - without - taken, 0.0)
    assert of(case).share_helped(least)[0, 0] == pytest.approx((less >= least - 1e-12).mean(), abs=0.002)


@pytest.mark.parametrize("case", CASES[1:])
def test_the_share_helped_is_that_of_scipy(case):
    added, spread, mean, sd = case
    sigma = np.sqrt(np.log1p(spread**2))
    enough = stats.lognorm.sf(1 / 7, sigma, scale=added * np.exp(-(sigma**2) / 2))
    assert of(case).share_helped(1 / 7)[0, 0] == pytest.approx(enough * stats.norm.cdf(6 / 7, mean, sd), abs=1e-6)


def test_without_the_drug_relief_is_normal_and_nobody_is_helped():
    _, _, mean, sd = CASES[3]
    without = without_drug(of(CASES[3]))
    assert without.share_relieved(0.3)[0, 0] == pytest.approx(stats.norm.sf(0.3, mean, sd), abs=1e-6)
    assert without.share_helped(1 / 7)[0, 0] < 1e-12


def test_where_people_do_not_differ_in_their_part_relief_is_normal_around_both():
    one = replace(of(CASES[3]), added_spread=np.array([1e-9]))
    added, _, mean, sd = CASES[3]
    assert one.share_relieved(0.5)[0, 0] == pytest.approx(stats.norm.sf(0.5, mean + added, sd), abs=1e-6)


def test_reported_shares_are_beta_binomial():
    share, precision, n = 0.35, 12.0, 20
    found = n * reported_shares(np.full(N, share), np.full(N, precision), n, np.random.default_rng(6))
    counts = np.bincount(np.rint(found).astype(int), minlength=n + 1)
    expected = N * stats.betabinom.pmf(np.arange(n + 1), n, share * precision, (1 - share) * precision)
    # chi-square of 20 degrees of freedom, one in a million
    assert ((counts - expected) ** 2 / expected).sum() < stats.chi2.isf(1e-6, n)


def test_reported_means_scatter_by_sampling_and_by_study():
    found = reported_means(np.full(N, 0.6), np.full(N, 0.3), np.full(N, 0.08), 25, np.random.default_rng(7))
    error = np.hypot(0.3 / 5, 0.08)
    assert abs(found.mean() - 0.6) < 4.89 * error / np.sqrt(N)
    assert found.std() == pytest.approx(error, rel=4.89 / np.sqrt(2 * N))
    none = reported_means(np.full(N, 0.01), np.full(N, 0.3), np.full(N, 0.08), 25, np.random.default_rng(7))
    assert none.min() == 0.0


PUBLISHED = [
    ("crps", "ketamine", 30, LONG, {"measure": "mean_pain_fraction", "day": 3}, 2.68 / 7.2),
    ("crps", "placebo", 30, LONG, {"measure": "mean_pain_fraction", "day": 3}, 5.45 / 6.9),
    ("neuropathic", "placebo", 12, "racemic iv 0.4 mg/kg over 40 min", (0.5, 0), 2 / 12),
    ("whiplash", "placebo", 30, "racemic iv 0.3 mg/kg over 30 min", (0.5, 0), 2 / 30),
    ("whiplash", "placebo", 94, "racemic iv 0.3 mg/kg over 30 min", (0.5, 0.08), 24 / 94),
    ("mixed", "placebo", 32, "racemic iv 0.3 mg/kg over 20 min", (2 / 9.19, 0.028), 13 / 32),
]


@pytest.mark.parametrize(("condition", "role", "n", "regimen", "asked", "reported"), PUBLISHED)
def test_what_was_published_lies_in_the_interval(condition, role, n, regimen, asked, reported):
    if isinstance(asked, tuple):
        asked = {"measure": "responder_fraction", "threshold": asked[0], "day": asked[1]}
    arm = {"id": "a", "condition": condition, "role": role, "design": "rct", "n": n, "regimen": regimen}
    row = predict_arm(arm | {"predict": [asked]}).to_dict()["predictions"][0]
    assert row["q10"] - 1e-3 <= reported <= row["q90"] + 1e-3
