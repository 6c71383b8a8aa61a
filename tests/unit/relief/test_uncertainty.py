"""Where uncertainty comes from: its parts against slow integration, and in their limits."""

from dataclasses import replace

import numpy as np
import pytest
from made_up_posterior import made_up_posterior
from scipy import integrate, stats

from reprieve.chart.patient import Patient
from reprieve.evidence.evidence import Evidence
from reprieve.exposure.choice import choose_models
from reprieve.exposure.inputs import exposure_inputs
from reprieve.regimen import Regimen
from reprieve.relief.felt_exposure import felt_curve
from reprieve.relief.population_course import PopulationCourse
from reprieve.relief.populations import draw_populations
from reprieve.relief.uncertainty import Uncertainty
from reprieve.words import HORIZONS

EVIDENCE = Evidence.packaged()
REGIMEN = Regimen.parse("esketamine iv 10 mg/h for 10 h")
INPUTS = exposure_inputs(
    EVIDENCE, REGIMEN, Patient(weight=70), choose_models(EVIDENCE, REGIMEN.form, REGIMEN.route)[:1]
)
DAY = 14.0


def uncertainty(posterior=None, **how):
    populations = draw_populations(posterior or made_up_posterior(), "crps", **how)
    return Uncertainty(PopulationCourse(populations, felt_curve(INPUTS), 0.3, 7.0))


@pytest.fixture(scope="module")
def made():
    return uncertainty()


def test_the_difference_is_that_of_the_chances(made):
    for one in HORIZONS:
        with_drug = made.course.everybody([one.days]).share_relieved(0.3)[:, 0]
        more = with_drug - made.course.chances_without
        expected = (more.mean(), *np.quantile(more, [0.1, 0.9]))
        assert made.differences[one.id] == pytest.approx(expected)
        assert more.min() >= 0


@pytest.mark.parametrize("draw", [0, 7, 13])
def test_settings_are_averaged_as_by_slow_integration(made, draw):
    rows = np.array([draw])
    alone = replace(made.course, populations=made.course.populations.of(rows))
    felt = felt_curve(INPUTS).on_days(np.array([DAY]))
    nodes = np.linspace(-6, 6, 61)

    def chance(level, context):
        there = alone.populations.in_setting(level, context)
        return there.relieved(there.added(felt)).share_relieved(0.3)[0, 0]

    found = np.array([[chance(a, b) for b in nodes] for a in nodes])
    density = stats.norm.pdf(nodes)

    def over_settings(values):
        return integrate.simpson(integrate.simpson(values * density, x=nodes) * density, x=nodes)

    mean = over_settings(found)
    average, between = made.over_settings([DAY])
    assert average[draw, 0] == pytest.approx(mean, abs=2e-3)
    assert between[draw, 0] == pytest.approx(np.sqrt(over_settings((found - mean) ** 2)), abs=5e-3)


def test_settings_that_do_not_differ_add_nothing():
    alike = uncertainty(made_up_posterior(added_study_sd=0.0, context_study_sd=0.0))
    average, between = alike.over_settings([DAY])
    assert between.max() < 1e-7
    np.testing.assert_allclose(average, alike.course.everybody([DAY]).share_relieved(0.3))


def test_outside_what_was_studied_settings_differ_more(made):
    _, inside = made.over_settings([DAY])
    _, outside = uncertainty(widen=True).over_settings([DAY])
    assert (outside > inside).all()


def test_a_posterior_of_one_row_is_not_unknown():
    for mean, low, high in uncertainty(made_up_posterior(1)).differences.values():
        assert low == pytest.approx(mean)
        assert high == pytest.approx(mean)


def test_people_differ_in_points_of_their_own_baseline(made):
    half = Uncertainty(replace(made.course, baseline=3.5))
    assert half.pain_sd(DAY) == pytest.approx(made.pain_sd(DAY) / 2)
    # Long after, only what pain does without the drug differs: a normal that is cut at no pain.
    flat = uncertainty(made_up_posterior(1, context_mean=0.2, context_study_sd=0.0, context_spread=0.3))
    z = np.random.default_rng(1).standard_normal(2_000_000)
    expected = 7.0 * np.maximum(0.8 - 0.3 * z, 0.0).std()
    assert flat.pain_sd(365.0) == pytest.approx(expected, abs=0.02)
