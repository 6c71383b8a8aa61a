"""The likelihood of printed numbers against SciPy, in its limits, and what may not change it."""

from dataclasses import replace

import jax.numpy as jnp
import msgspec
import numpy as np
import pytest
from numpyro.infer.util import log_density
from prior_distributions import beliefs, drawn, medians, prior
from scipy import stats

from reprieve.evidence.evidence import Evidence
from reprieve.inference import mechanism_model, reported_model
from reprieve.inference.calibration import evidence_data, priors_of
from reprieve.inference.calibration_model import PRIORS, STRUCTURES, distribution, model, predict
from reprieve.inference.fit_data import CONDITIONS
from reprieve.inference.likelihood import log_likelihood, reported_share
from reprieve.relief.added_relief import added_relief
from reprieve.relief.felt_exposure import FeltExposure
from reprieve.relief.posterior import PARAMETERS
from reprieve.relief.reported import Relieved, without_drug

EVIDENCE = Evidence.packaged()

BELIEFS = priors_of(EVIDENCE)
MIDDLE = medians()
#: The drug does nothing.
NOTHING = {"added_level": -5.0}
#: It takes away half of the pain, so that the two arms differ.
MUCH = {"added_level": 0.5}


def full(data):
    """Every number counts once."""
    return tuple(np.ones_like(weights) for weights in data.weights)


def predicted(data, **changed):
    """Every report at the medians of the priors unless changed, every condition and study as the average one."""
    average = np.zeros(max(len(CONDITIONS), len(data.studies)))
    return predict(MIDDLE | changed, data, "reported", average, average, average)


def each(data, weights, *, seen=None, **changed):
    """Log likelihood of every number."""
    found = log_likelihood(MIDDLE | changed, data, predicted(data, **changed), weights, seen or data.seen)
    return {name: np.asarray(part) for name, part in found.items()}


def shares_of(data, **changed):
    """The shares by the model, and as studies count them."""
    plain = predicted(data, **changed).shares
    return np.asarray(plain), *map(np.asarray, reported_share(MIDDLE | changed, data, plain))


def means_of(data, **changed):
    found = predicted(data, **changed)
    return np.asarray(found.means), np.asarray(found.sds)


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
    mean, sd = means_of(few_studies)
    for i, report in enumerate(few_studies.means):
        error = report.se or sd[i] / report.n**0.5
        expected = stats.norm.logpdf(report.value, mean[i], np.hypot(error, MIDDLE["mean_scatter"]))
        assert at_medians["means"][i] == pytest.approx(expected)
    assert {report.se is None for report in few_studies.means} == {True, False}


def test_printed_spreads_are_lognormal_around_the_model(few_studies, at_medians):
    _, sd = means_of(few_studies)
    for found, i in zip(at_medians["spreads"], few_studies.with_sd, strict=True):
        n = few_studies.means[i].n
        # The log of a sample SD has the standard error 1 / √(2 (n - 1)); 15 % are added.
        expected = stats.norm.logpdf(np.log(few_studies.means[i].sd / sd[i]), 0, 1 / (2 * (n - 1)) ** 0.5 + 0.15)
        assert found == pytest.approx(expected)


def as_bounds(data, relation, p=None):
    changed = [replace(r, relation=relation, value=p or r.value) for r in data.contrasts]
    return replace(data, contrasts=tuple(changed))


def expected_z(data):
    found = predicted(data, **MUCH)
    (mean, sd), (other, sd_other) = (map(np.asarray, of) for of in (found.contrasts, found.others))
    n, n_other = (np.array([getattr(r, name) for r in data.contrasts], float) for name in ("n", "n_other"))
    return (other - mean) / np.sqrt(sd**2 / n + sd_other**2 / n_other)


@pytest.mark.parametrize("p", [0.01, 0.05, 0.4])
def test_a_printed_p_has_the_chance_of_its_z(few_studies, p):
    expected, z = expected_z(few_studies), stats.norm.isf(p / 2)
    assert expected.max() > 1.2 * expected.min() > 0  # small and larger effects
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


@pytest.mark.parametrize("structure", STRUCTURES)
def test_the_joint_density_is_priors_times_weighted_likelihood(few_studies, structure):
    data, priors = few_studies, beliefs(structure)
    rng = np.random.default_rng(8)
    point = {name: values[0] for name, values in drawn(1, rng, structure).items()}
    sizes = {"condition_effect": len(CONDITIONS)} | dict.fromkeys(("study_effect", "study_context"), len(data.studies))
    effects = {name: rng.standard_normal(size) for name, size in sizes.items()}
    given = {name: jnp.asarray(v) for name, v in (point | effects).items()}
    found, _ = log_density(model, (data, priors, structure, data.weights, data.seen), {}, given)
    expected = sum(prior(priors.parameters[name]).logpdf(value) for name, value in point.items())
    expected += sum(stats.norm.logpdf(effect).sum() for effect in effects.values())
    values = {name: fixed.value for name, fixed in priors.constants.items()} | point
    of = {"reported": reported_model, "mechanism": mechanism_model}[structure]
    made = of.predicted(values, data, *(effects[name] for name in sizes))
    parts = log_likelihood(values, data, made, data.weights, data.seen)
    expected += float(sum(part.sum() for part in parts.values()))
    if priors.knowledge:
        expected += sum(believed(one, values, effects["condition_effect"]) for one in priors.knowledge)
    assert float(found) == pytest.approx(expected)


def believed(one, values, condition):
    """Log density of something known from elsewhere, of what the core's equations give."""
    row = {name: np.array([value]) for name, value in values.items()}
    effect = condition[CONDITIONS.index(one.condition)] if one.condition else 0.0
    level = row["added_level"] + row["added_condition_sd"] * effect
    hours, s = np.array([max(one.hours, 1e-9)]), np.array([50.0 * one.amount / max(one.hours, 1e-9)])
    felt = FeltExposure(hours, s, np.zeros(1), np.array([one.day]), float(one.slow_route))
    added = added_relief(row, felt, level, values["acute_half_life"] / 60)
    everybody = Relieved(added, row["added_spread"], row["context_mean"], row["context_spread"])
    placebo = without_drug(everybody)
    gives = {
        "added": lambda: added,
        "placebo_share": lambda: placebo.share_relieved(one.threshold),
        "placebo_fall": lambda: 1 - placebo.mean_pain()[0],
    }
    return stats.norm.logpdf(float(gives[one.what]()[0, 0]), one.middle, one.spread)


@pytest.mark.parametrize("one", BELIEFS.knowledge, ids=lambda one: f"{one.what} {one.condition} {one.day:g}")
def test_what_is_known_from_elsewhere_is_believed_of_the_typical_study(one):
    place = np.linspace(-1.0, 1.0, len(CONDITIONS))
    alone = msgspec.structs.replace(BELIEFS, knowledge=(one,))
    found = float(reported_model.log_knowledge(MIDDLE, alone, place))
    assert found == pytest.approx(believed(one, MIDDLE, place), abs=1e-4)


PRIOR_OF_EACH = [
    (structure, name, belief) for structure in STRUCTURES for name, belief in beliefs(structure).parameters.items()
]


@pytest.mark.parametrize(("structure", "name", "belief"), PRIOR_OF_EACH, ids=lambda each: str(each)[:30])
def test_a_prior_is_the_distribution_it_says(structure, name, belief):
    known = prior(belief)
    at = known.ppf([0.02, 0.3, 0.5, 0.9, 0.99])
    np.testing.assert_allclose(distribution(belief).log_prob(at), known.logpdf(at), rtol=1e-6)


def test_every_structure_has_priors():
    assert set(PRIORS) == set(STRUCTURES)


def test_the_model_of_record_is_fitted_with_what_forecasts_read():
    assert set(BELIEFS.parameters) == set(PARAMETERS)


@pytest.mark.parametrize("which", [0, 1])
def test_study_effects_move_their_own_study_only(few_studies, which):
    data = few_studies
    nobody, one = np.zeros(len(data.studies)), np.eye(len(data.studies))[0]
    conditions = np.zeros(len(CONDITIONS))
    base = reported_model.arm_values(MIDDLE, data, conditions, nobody, nobody)
    moved = reported_model.arm_values(MIDDLE, data, conditions, one, one)
    sd = MIDDLE[("added_study_sd", "context_study_sd")[which]]
    np.testing.assert_allclose(moved[which] - base[which], sd * (data.study == 0))


def test_uncontrolled_studies_differ_by_their_own_parameters(few_studies):
    data, nobody = few_studies, np.zeros(len(few_studies.studies))
    level, context = reported_model.arm_values(MIDDLE, data, np.zeros(len(CONDITIONS)), nobody, nobody)
    np.testing.assert_allclose(level - MIDDLE["added_level"], MIDDLE["added_uncontrolled"] * data.cohort)
    np.testing.assert_allclose(context - MIDDLE["context_mean"], MIDDLE["context_uncontrolled"] * data.cohort)
    assert set(data.cohort) == {0.0, 1.0}
