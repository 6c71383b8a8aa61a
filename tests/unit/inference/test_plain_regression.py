"""The plain regression: known coefficients come back, and a study that is left out has no say."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from reprieve.inference import plain_regression
from reprieve.inference.fit_data import CONDITIONS
from reprieve.inference.plain_regression import fit, terms

FIXED = 6


def simulated(rng, n=600, scatter=0.2):
    conditions = np.eye(len(CONDITIONS))[rng.integers(len(CONDITIONS), size=n)]
    design = np.column_stack([np.ones(n), rng.standard_normal((n, FIXED - 1)), conditions])
    known = np.concatenate([[0.4, 0.8, 0.3, -0.5, 0.2, -1.5], rng.normal(0, 0.3, len(CONDITIONS))])
    return design, known, design @ known + scatter * rng.standard_normal(n)


@pytest.mark.statistical
def test_known_coefficients_and_scatter_come_back():
    design, known, seen = simulated(np.random.default_rng(1))
    found = fit(design, seen, np.ones(len(seen)))
    # Standard errors of slopes are 0.2 / √600 = 0.008; five are allowed. The constant and conditions share theirs.
    np.testing.assert_allclose(found.terms[1:FIXED], known[1:FIXED], atol=0.04)
    whole = found.terms[0] + found.terms[FIXED:]
    np.testing.assert_allclose(whole, known[0] + known[FIXED:], atol=0.2)
    assert found.scatter == pytest.approx(0.2, rel=0.2)


def test_it_is_the_ridge_estimate_of_its_own_scatter():
    design, _, seen = simulated(np.random.default_rng(2), n=80, scatter=0.5)
    weight = np.random.default_rng(3).uniform(0.2, 1.0, 80)
    found = fit(design, seen, weight)
    # The same by least squares with the prior as further observations.
    prior_sd = np.r_[np.full(FIXED, 1e3**0.5), np.full(len(CONDITIONS), 0.5)]
    root = np.sqrt(weight) / found.scatter
    rows, values = (
        np.vstack([design * root[:, None], np.diag(1 / prior_sd)]),
        np.r_[seen * root, np.zeros(prior_sd.size)],
    )
    np.testing.assert_allclose(found.terms, np.linalg.lstsq(rows, values)[0], atol=1e-3)
    rest = seen - design @ found.terms
    assert found.scatter == pytest.approx(np.sqrt((weight * rest**2).sum() / (weight.sum() - 6)), rel=1e-3)


def test_a_condition_without_numbers_is_the_average_one():
    design, _, seen = simulated(np.random.default_rng(4))
    absent = design[:, -1] == 0
    found = fit(design[absent], seen[absent], np.ones(absent.sum()))
    assert found.terms[-1] == pytest.approx(0.0, abs=1e-12)


def test_weight_zero_leaves_out_exactly_and_two_is_twice():
    design, _, seen = simulated(np.random.default_rng(5), n=60)
    weight = np.r_[np.ones(40), np.zeros(20)]
    without = fit(design[:40], seen[:40], weight[:40])
    found = fit(design, np.r_[seen[:40], np.full(20, 1e3)], weight)
    np.testing.assert_allclose(found.terms, without.terms, atol=1e-10)
    assert found.scatter == pytest.approx(without.scatter)
    twice = fit(np.vstack([design[:40], design[:10]]), np.r_[seen[:40], seen[:10]], np.ones(50))
    doubled = fit(design[:40], seen[:40], np.r_[np.full(10, 2.0), np.ones(30)])
    np.testing.assert_allclose(doubled.terms, twice.terms, atol=1e-10)


def test_terms_are_infusion_hours_days_and_no_drug_on_placebo(few_studies):
    data = few_studies
    found = terms(data, data.means, data.at_means.arm)
    row = {(r.study.id, r.arm.id): found[i] for i, r in enumerate(data.means)}
    drug, placebo = row["sigtermans2009", "ket"], row["sigtermans2009", "pla"]
    # 100.8 h of infusion, and less than a day until 10 ng/mL are left; day 3.
    assert np.log(100.8) < drug[2] < np.log(124.8)
    assert drug[3] == pytest.approx(np.log(3.0))
    assert placebo[:4].tolist() == [1, 0, 0, 0]
    assert drug[FIXED:].sum() == 1
    assert placebo[FIXED:].sum() == 0
    assert drug[FIXED + CONDITIONS.index("crps")] == 1


def test_what_a_study_printed_does_not_change_its_own_prediction(few_studies):
    data, study = few_studies, "lumanauw2019"
    changed = tuple(replace(r, value=1.0 - r.value) if r.study.id == study else r for r in data.shares)
    one, other = (
        plain_regression.held_out(made, study, draws=200, rng=np.random.default_rng(6))
        for made in (data, replace(data, shares=changed))
    )
    for before, after in zip(one, other, strict=True):
        np.testing.assert_array_equal(before, after)
    shares, means = one
    assert shares.shape == (200, sum(r.study.id == study for r in data.shares))
    assert means.shape == (200, 0)
    n = np.array([r.n for r in data.shares if r.study.id == study])
    np.testing.assert_allclose(shares * n, np.round(shares * n), atol=1e-9)
    elsewhere, _ = plain_regression.held_out(
        replace(data, shares=changed), "jackson2010", draws=200, rng=np.random.default_rng(6)
    )
    same, _ = plain_regression.held_out(data, "jackson2010", draws=200, rng=np.random.default_rng(6))
    assert not np.array_equal(elsewhere, same)


def test_the_probit_of_a_lognormal_duration_is_what_is_regressed():
    # Of people with lognormal durations, median 2 d per hour of infusion and spread 1.2, who still has relief at t.
    rng = np.random.default_rng(7)
    hours, days = rng.uniform(1, 100, 400), rng.uniform(0.5, 60, 400)
    share = norm.cdf((np.log(2.0 * hours) - np.log(days)) / 1.2)
    drug = np.ones(400)
    conditions = np.zeros((400, len(CONDITIONS)))
    design = np.column_stack([drug, 0 * drug, np.log(hours), np.log(days), 0 * drug, 0 * drug, conditions])
    found = fit(design, norm.ppf(share), np.ones(400))
    np.testing.assert_allclose(found.terms[[0, 2, 3]], [np.log(2.0) / 1.2, 1 / 1.2, -1 / 1.2], atol=1e-3)
