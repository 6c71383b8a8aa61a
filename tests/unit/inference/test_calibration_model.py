"""The likelihood of printed numbers against SciPy, in its limits, and what may not change it."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest
from numpyro.infer.util import log_density
from prior_distributions import drawn, medians, prior
from scipy import stats

from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.calibration import CalibrationPriors
from reprieve.inference import twin
from reprieve.inference.calibration import evidence_data
from reprieve.inference.calibration_model import (
    STRUCTURES,
    arm_values,
    distribution,
    log_likelihood,
    model,
    parameters_of,
    reported_share,
)
from reprieve.inference.fit_data import CONDITIONS

EVIDENCE = Evidence.packaged()

PRIORS = EVIDENCE.record(CalibrationPriors, "priors")
MIDDLE = medians()
NOTHING = {"depth": 0.0, "acute_most": 0.0}
#: Most people respond, so that the two arms differ.
MUCH = {"responder_logit": 3.0}


def full(data):
    """Every number counts once."""
    return tuple(np.ones_like(weights) for weights in data.weights)


def with_arms(values, data):
    average = np.zeros(max(len(CONDITIONS), len(data.studies)))
    return values | arm_values(values, data, average, average, average)


def each(data, weights, *, seen=None, **changed):
    """Log likelihood of every number, at the medians of the priors unless changed."""
    values = with_arms(MIDDLE | changed, data)
    states = twin.reversed_share(values, data, "plateau")
    found = log_likelihood(values, data, "plateau", states, weights, seen or data.seen)
    return {name: np.asarray(part) for name, part in found.items()}


def shares_of(data, **changed):
    """The shares as studies count them, by the model."""
    values = with_arms(MIDDLE | changed, data)
    states, back = twin.reversed_share(values, data, "plateau")
    looked = twin.look(values, data, data.at_shares, states, back, "plateau")
    threshold = np.array([r.threshold for r in data.shares])
    plain = twin.share_with_relief(looked, threshold, values["day_scatter"])
    return np.asarray(plain), *map(np.asarray, reported_share(values, data, plain))


def means_of(data, at, **changed):
    values = with_arms(MIDDLE | changed, data)
    states, back = twin.reversed_share(values, data, "plateau")
    found = twin.mean_pain(twin.look(values, data, at, states, back, "plateau"), values["day_scatter"])
    return tuple(map(np.asarray, found))


@pytest.fixture(scope="module")
def at_medians(few_studies):
    return each(few_studies, full(few_studies))


def test_counts_are_beta_binomial(few_studies, at_medians):
    _, share, precision = shares_of(few_studies)
    size = np.array([r.n for r in few_studies.shares])
    expected = stats.betabinom.logpmf(few_studies.seen.events, size, share * precision, (1 - share) * precision)
    # JAX's log beta function is good to seven digits.
    np.testing.assert_allclose(at_medians["shares"], expected, rtol=1e-6)


def test_without_scatter_between_studies_counts_are_binomial(few_studies):
    precise = {"reporting_precision": 1e9, "words_precision": 1e9}
    _, share, _ = shares_of(few_studies, **precise)
    size = np.array([r.n for r in few_studies.shares])
    found = each(few_studies, full(few_studies), **precise)["shares"]
    np.testing.assert_allclose(found, stats.binom.logpmf(few_studies.seen.events, size, share), rtol=1e-5)


def test_words_and_complete_relief_are_shifted_in_log_odds(few_studies):
    plain, share, precision = shares_of(few_studies, words_shift=0.4, complete_shift=-0.6, words_precision=7.0)
    for report, before, after, scatter in zip(few_studies.shares, plain, share, precision, strict=True):
        kind = report.group
        shift = {"responders, authors' word": 0.4, "complete relief": -0.6}.get(kind, 0.0)
        odds = before / (1 - before) * np.exp(shift)
        assert after == pytest.approx(max(odds / (1 + odds), 1e-4))
        assert scatter == (MIDDLE["reporting_precision"] if shift == 0.0 else 7.0)
    assert len({report.group for report in few_studies.shares}) == 3


def test_means_are_normal_with_the_printed_error_or_that_of_their_size(few_studies, at_medians):
    mean, sd = means_of(few_studies, few_studies.at_means)
    for i, report in enumerate(few_studies.means):
        error = report.se or sd[i] / report.n**0.5
        expected = stats.norm.logpdf(report.value, mean[i], np.hypot(error, MIDDLE["mean_scatter"]))
        assert at_medians["means"][i] == pytest.approx(expected)
    assert {report.se is None for report in few_studies.means} == {True, False}


def test_printed_spreads_are_lognormal_around_the_model(few_studies, at_medians):
    _, sd = means_of(few_studies, few_studies.at_means)
    for found, i in zip(at_medians["spreads"], few_studies.with_sd, strict=True):
        n = few_studies.means[i].n
        # The log of a sample SD has the standard error 1 / √(2 (n - 1)); 15 % are added.
        expected = stats.norm.logpdf(np.log(few_studies.means[i].sd / sd[i]), 0, 1 / (2 * (n - 1)) ** 0.5 + 0.15)
        assert found == pytest.approx(expected)


def as_bounds(data, relation, p=None):
    changed = [replace(r, relation=relation, value=p or r.value) for r in data.contrasts]
    return replace(data, contrasts=tuple(changed))


def expected_z(data):
    (mean, sd), (other, sd_other) = (means_of(data, at, **MUCH) for at in (data.at_contrasts, data.at_others))
    n, n_other = (np.array([getattr(r, name) for r in data.contrasts], float) for name in ("n", "n_other"))
    return (other - mean) / np.sqrt(sd**2 / n + sd_other**2 / n_other)


@pytest.mark.parametrize("p", [0.01, 0.05, 0.4])
def test_a_printed_p_has_the_chance_of_its_z(few_studies, p):
    expected, z = expected_z(few_studies), stats.norm.isf(p / 2)
    assert expected.max() > 2 * expected.min() > 0  # small and larger effects
    exact, below, above = (
        each(as_bounds(few_studies, relation, p), full(few_studies), **MUCH)["contrasts"]
        for relation in (None, "<", ">")
    )
    # Of two-sided p: the density of |z|, the side of placebo at a fifth.
    density = stats.norm.pdf(z, expected) + 0.2 * stats.norm.pdf(-z, expected)
    np.testing.assert_allclose(np.exp(exact), density, rtol=1e-6)
    np.testing.assert_allclose(np.exp(above), stats.norm.cdf(z, expected) - stats.norm.cdf(-z, expected), atol=2e-6)
    # Above the bound, below it in favour of the arm, below it in favour of the other: one of the three.
    np.testing.assert_allclose(np.exp(below) + np.exp(above) + stats.norm.cdf(-z, expected), 1.0, atol=5e-6)


def test_a_bound_is_the_integral_of_the_density_beyond_it(few_studies):
    expected = expected_z(few_studies)
    grid = np.linspace(stats.norm.isf(0.025), 12, 2000)
    density = np.array([stats.norm.pdf(z, expected) for z in grid])
    found = each(as_bounds(few_studies, "<", 0.05), full(few_studies), **MUCH)["contrasts"]
    np.testing.assert_allclose(np.exp(found), np.trapezoid(density, grid, axis=0), atol=5e-6)


def test_without_any_effect_p_is_uniform(few_studies):
    for p in (0.01, 0.05, 0.5):
        below, above = (
            each(as_bounds(few_studies, relation, p), full(few_studies), **NOTHING)["contrasts"]
            for relation in ("<", ">")
        )
        np.testing.assert_allclose(np.exp(above), 1 - p, atol=2e-6)
        np.testing.assert_allclose(np.exp(below), p / 2, atol=2e-6)  # the half in favour of the arm


def test_a_weight_multiplies_and_zero_removes_all_influence(few_studies, at_medians):
    data = few_studies
    halves = tuple(0.5 * weights for weights in full(data))
    for name, part in each(data, halves).items():
        np.testing.assert_allclose(part, 0.5 * at_medians[name])
    without = tuple(
        np.array([r.study.id != "sigtermans2009" for r in data.reports_of(k)], float) for k in range(3)
    )  # fmt: skip
    mine = [np.flatnonzero(weights == 0) for weights in without]
    assert all(len(rows) for rows in (mine[1], mine[2]))
    seen = data.seen
    sds = np.isin(data.with_sd, mine[1])
    other = seen._replace(
        means=np.where(without[1] == 0, 0.01, seen.means), log_sds=np.where(sds, -3.0, seen.log_sds)
    )  # fmt: skip
    p = tuple(replace(r, value=0.9) if weight == 0 else r for r, weight in zip(data.contrasts, without[2], strict=True))
    before, after = each(data, without), each(replace(data, contrasts=p), without, seen=other)
    for name in before:
        np.testing.assert_array_equal(before[name], after[name])
    # With their weights they do matter.
    changed = each(replace(data, contrasts=p), full(data), seen=other)
    assert all(changed[name].sum() != at_medians[name].sum() for name in ("means", "spreads", "contrasts"))


def test_the_order_of_studies_does_not_matter(few_studies, at_medians):
    again = evidence_data(EVIDENCE, [EVIDENCE.study(name) for name in reversed(few_studies.studies)])
    assert [r.study.id for r in again.shares] != [r.study.id for r in few_studies.shares]
    found = each(again, full(again))
    for name, part in at_medians.items():
        np.testing.assert_allclose(np.sort(found[name]), np.sort(part), rtol=1e-9)


def test_the_joint_density_is_priors_times_weighted_likelihood(few_studies):
    data = few_studies
    rng = np.random.default_rng(8)
    names = parameters_of("plateau", PRIORS)
    point = {name: values[0] for name, values in drawn(1, rng).items() if name in names}
    sizes = {"condition_effect": len(CONDITIONS)} | dict.fromkeys(("study_effect", "study_context"), len(data.studies))
    effects = {name: rng.standard_normal(size) for name, size in sizes.items()}
    given = {name: jnp.asarray(v) for name, v in (point | effects).items()}
    found, _ = log_density(model, (data, PRIORS, "plateau", data.weights, data.seen), {}, given)
    expected = sum(prior(PRIORS.parameters[name]).logpdf(value) for name, value in point.items())
    expected += sum(stats.norm.logpdf(effect).sum() for effect in effects.values())
    values = {name: fixed.value for name, fixed in PRIORS.constants.items()} | point
    values |= arm_values(values, data, *(effects[name] for name in sizes))
    states = twin.reversed_share(values, data, "plateau")
    parts = log_likelihood(values, data, "plateau", states, data.weights, data.seen)
    assert float(found) == pytest.approx(expected + float(sum(part.sum() for part in parts.values())))


@pytest.mark.parametrize("name", PRIORS.parameters)
def test_a_prior_is_the_distribution_it_says(name):
    known = prior(PRIORS.parameters[name])
    at = known.ppf([0.02, 0.3, 0.5, 0.9, 0.99])
    np.testing.assert_allclose(distribution(PRIORS.parameters[name]).log_prob(at), known.logpdf(at), rtol=1e-6)


def test_structures_have_the_parameters_of_their_equations():
    has = {structure: set(parameters_of(structure, PRIORS)) for structure in STRUCTURES}
    of_shape = {"plateau_exponent", "plateau_half", "reversal_rate", "reversal_c50"}
    assert has["plateau"] >= of_shape
    assert has["reversal"] & of_shape == {"reversal_rate", "reversal_c50"}
    assert has["slow_site"] & of_shape == {"plateau_exponent", "reversal_c50"}
    assert has["hours"] & of_shape == {"reversal_rate"}
    assert len({frozenset(names - of_shape) for names in has.values()}) == 1
    assert has["plateau"] == set(PRIORS.parameters)


def test_study_effects_move_their_own_study_only(few_studies):
    data = few_studies
    nobody, one = np.zeros(len(data.studies)), np.eye(len(data.studies))[0]
    conditions = np.zeros(len(CONDITIONS))
    base = arm_values(MIDDLE, data, conditions, nobody, nobody)
    moved = arm_values(MIDDLE, data, conditions, one, one)
    mine = data.study == 0
    np.testing.assert_allclose(moved["chance"] - base["chance"], MIDDLE["responder_study_sd"] * mine)
    np.testing.assert_allclose(moved["context"] - base["context"], MIDDLE["context_study_sd"] * mine)
    # Uncontrolled studies: likelier responders, more context effect, never less.
    gain = np.unique(base["chance"] - MIDDLE["responder_logit"])
    np.testing.assert_allclose(gain, [0.0, MIDDLE["cohort_selection"]])
