"""Populations: every draw of the posterior, each in a setting of its own, the same every time."""

from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest
from made_up_posterior import made_up_calibration, made_up_posterior

from reprieve.errors import OutsideEvidence
from reprieve.relief.felt_exposure import FeltExposure
from reprieve.relief.populations import WIDENING, draw_populations

POSTERIOR = made_up_posterior()
FELT = FeltExposure(*(np.array([each]) for each in (100.0, 100.0, 0.0, 14.0)), 0.0)


def drawn(posterior=POSTERIOR, condition="crps", **how):
    return draw_populations(posterior, condition, **how)


def test_every_draw_is_there_once_and_the_same_again():
    one, again = drawn(), drawn()
    assert one.size == POSTERIOR.n_draws
    np.testing.assert_array_equal(one.added(FELT), again.added(FELT))
    for name, value in POSTERIOR.values.items():
        np.testing.assert_array_equal(one.values[name], value)


def test_settings_cover_their_distribution_evenly_and_say_nothing_of_each_other():
    # A latin hypercube: of 400 draws one lies in each 400th of how settings differ.
    whole, normal = drawn(), NormalDist()
    for score in (whole.level_score, whole.context_score):
        assert sorted(int(400 * normal.cdf(z)) for z in score) == list(range(400))
    assert abs(np.corrcoef(whole.level_score, whole.context_score)[0, 1]) < 4.89 / np.sqrt(400)


def test_a_condition_differs_by_its_effect_times_what_conditions_differ():
    one, other = drawn(), drawn(condition="neuropathic")
    apart = POSTERIOR.values["added_condition_sd"] * (POSTERIOR.effect_of("crps") - POSTERIOR.effect_of("neuropathic"))
    np.testing.assert_allclose(one.level - other.level, apart)
    np.testing.assert_array_equal(one.context, other.context)


def test_without_control_people_are_selected_better_off_and_slower_to_lose_it():
    trial, cohort = drawn(), drawn(uncontrolled=True)
    np.testing.assert_allclose(cohort.level - trial.level, POSTERIOR.values["added_uncontrolled"])
    np.testing.assert_allclose(cohort.context - trial.context, POSTERIOR.values["context_uncontrolled"])
    np.testing.assert_array_equal(cohort.persistence, POSTERIOR.values["added_uncontrolled_persistence"])
    assert not trial.persistence.any()


def test_outside_what_was_studied_settings_differ_more_around_the_same_middle():
    inside, outside = drawn(), drawn(widen=True)
    assert WIDENING > 1
    np.testing.assert_array_equal(inside.level, outside.level)
    np.testing.assert_allclose(outside.level_sd, WIDENING * inside.level_sd)
    np.testing.assert_array_equal(inside.context_sd, outside.context_sd)


def test_the_mean_of_what_pain_does_without_the_drug_is_that_of_its_setting():
    whole = drawn()
    without = whole.relieved(np.zeros((400, 1)))
    np.testing.assert_allclose(without.context_mean, whole.context + whole.context_sd * whole.context_score)
    np.testing.assert_array_equal(without.context_spread, POSTERIOR.values["context_spread"])


def test_of_a_setting_on_the_typical_one_nothing_is_left_of_how_they_differ():
    typical = drawn().in_setting(0.0, 0.0)
    alike = drawn(made_up_posterior(added_study_sd=0.0, context_study_sd=0.0))
    np.testing.assert_allclose(typical.added(FELT), alike.added(FELT))
    np.testing.assert_allclose(typical.relieved(FELT.hours[None]).context_mean, POSTERIOR.values["context_mean"])


def test_some_of_them_keep_what_holds_for_them():
    rows = np.array([5, 3, 3])
    np.testing.assert_array_equal(drawn().of(rows).added(FELT), drawn().added(FELT)[rows])


def test_the_unit_of_the_onset_does_not_matter():
    in_hours = replace(POSTERIOR, calibration=made_up_calibration(acute_half_life=(8.3 / 60, "h")))
    assert drawn(in_hours).onset_h == pytest.approx(drawn().onset_h) == pytest.approx(8.3 / 60)


def test_a_condition_that_was_not_calibrated_is_refused_with_those_that_were():
    with pytest.raises(OutsideEvidence, match="no condition 'toothache'; it has crps, neuropathic, fibromyalgia"):
        drawn(condition="toothache")
