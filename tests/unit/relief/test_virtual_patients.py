"""Virtual patients: reproducible, in house units, and only as many as were asked for."""

import math
from dataclasses import fields, replace
from statistics import NormalDist

import numpy as np
import pytest
from made_up_posterior import made_up_calibration, made_up_posterior

from reprieve.errors import InputError, OutsideEvidence
from reprieve.relief.potency import potency
from reprieve.relief.virtual_patients import (
    MOST_PATIENTS,
    PEOPLE_PER_DRAW,
    WIDENING,
    Populations,
    VirtualPatients,
    draw_patients,
)

POSTERIOR = made_up_posterior()


def people(posterior=POSTERIOR, n=200, seed=1, condition="crps", **how):
    return draw_patients(posterior, virtual_patients=n, seed=seed, condition=condition, **how)


def changed(**values):
    """The same posterior with other values of some parameters."""
    return replace(POSTERIOR, values=POSTERIOR.values | values)


def arrays(drawn):
    """Everything that was drawn, by name; what holds for a whole population as well."""
    found = {each.name: getattr(drawn, each.name) for each in fields(VirtualPatients) if each.name != "populations"}
    return found | {each.name: getattr(drawn.populations, each.name) for each in fields(Populations)}


def log_odds(chance):
    return np.log(chance / (1 - chance))


def assert_differ_only_in(one, other, names):
    before, after = arrays(one), arrays(other)
    for name, value in before.items():
        if name in names:
            assert not np.array_equal(value, after[name]), name
        else:
            np.testing.assert_array_equal(value, after[name], err_msg=name)


def test_the_same_seed_gives_the_same_people_and_another_gives_others():
    one, same, other = (arrays(people(seed=seed)) for seed in (3, 3, 4))
    for name, value in one.items():
        np.testing.assert_array_equal(value, same[name])
        if name not in {"draw", "ke0"}:
            assert not np.array_equal(value, other[name]), name


def test_a_change_of_one_parameter_leaves_the_others_as_drawn():
    doubled = changed(reversal_c50=2 * POSTERIOR.values["reversal_c50"])
    assert_differ_only_in(people(), people(doubled), {"c50"})
    np.testing.assert_allclose(people(doubled).c50, 2 * people().c50)


@pytest.mark.parametrize(("asked", "draws"), [(1, 1), (20, 1), (21, 2), (2000, 100)])
def test_patients_are_rounded_up_to_whole_draws(asked, draws):
    drawn = people(n=asked)
    assert drawn.n_draws == draws
    assert drawn.draw.size == draws * PEOPLE_PER_DRAW
    assert np.bincount(drawn.draw).tolist() == [PEOPLE_PER_DRAW] * draws
    assert drawn.populations.chance.size == draws


def test_everything_is_possible():
    drawn = people(n=4000)
    for name in ("k_rec", "k_des", "c50", "acute_c50", "plateau_exponent"):
        assert (getattr(drawn, name) > 0).all()
    for name in ("depth", "plateau_half", "acute_most", "r_potency", "r_clearance_rank", "exposure_rank"):
        assert ((getattr(drawn, name) >= 0) & (getattr(drawn, name) <= 1)).all()
    assert ((drawn.populations.chance > 0) & (drawn.populations.chance < 1)).all()
    assert drawn.responds.any()
    assert not drawn.responds.all()


def test_half_lives_and_rates_are_per_hour():
    same = made_up_calibration(reversal_spread=(1e-12, "fraction"), acute_half_life=(8.3, "min"))
    fixed = {"return_half_life": 10.9, "return_spread": 0.0, "reversal_rate": 0.4787, "reversal_c50": 10.5}
    drawn = people(made_up_posterior(calibration=same, acute_c50=121.2, acute_spread=0.0, **fixed))
    np.testing.assert_allclose(drawn.k_rec, math.log(2) / (10.9 * 24))
    np.testing.assert_allclose(drawn.k_des, 0.4787 / 24)
    np.testing.assert_allclose(drawn.c50, 10.5)
    np.testing.assert_allclose(drawn.acute_c50, 121.2)
    assert drawn.ke0 == pytest.approx(math.log(2) * 60 / 8.3)


def test_the_unit_of_a_constant_does_not_change_who_is_drawn():
    in_hours = made_up_calibration(acute_half_life=(8.3 / 60, "h"), reversal_spread=(50.0, "%"))
    before, after = people(), people(made_up_posterior(calibration=in_hours))
    assert after.ke0 == pytest.approx(before.ke0)
    np.testing.assert_allclose(after.k_des, before.k_des)


def test_nobody_responds_where_trials_find_no_benefit():
    told = people(n=4000, no_benefit=True)
    assert not told.responds.any()
    assert not told.populations.chance.any()
    assert_differ_only_in(people(n=4000), told, {"responds", "chance", "chance_logit_mean"})


def test_where_nothing_lasts_people_respond_and_reversal_relieves_nobody():
    told = people(n=4000, nothing_lasts=True)
    assert not told.depth.any()
    assert told.responds.any()
    assert_differ_only_in(people(n=4000), told, {"depth"})


def test_outside_what_was_studied_clinics_differ_more_around_the_same_middle():
    inside, outside = people(n=4000), people(n=4000, widen=True)
    assert WIDENING > 1
    assert_differ_only_in(inside, outside, {"responds", "chance", "chance_logit_sd"})
    whole, wide = inside.populations, outside.populations
    off, wider = (log_odds(p.chance) - p.chance_logit_mean for p in (whole, wide))
    np.testing.assert_allclose(wider, WIDENING * off, atol=1e-9)
    assert wide.chance.std() > whole.chance.std()


def test_a_condition_with_more_responders_holds_those_of_one_with_fewer():
    # The same people, of which as many respond as the condition lets; two standard deviations of it apart.
    apart = made_up_posterior(condition_effect=[1.0, -1.0, 0.0, 0.0])
    many, few = people(apart, n=4000), people(apart, n=4000, condition="neuropathic")
    assert few.responds.sum() < many.responds.sum()
    assert not (few.responds & ~many.responds).any()
    between = log_odds(many.populations.chance) - log_odds(few.populations.chance)
    rows = people(apart, n=4000).populations.chance_logit_mean
    np.testing.assert_allclose(between, rows - few.populations.chance_logit_mean)
    assert (between > 0).all()


def test_a_condition_that_was_not_calibrated_is_refused_with_those_that_were():
    with pytest.raises(OutsideEvidence, match="no condition 'toothache'; it has crps, neuropathic, fibromyalgia"):
        people(condition="toothache")


def test_a_cohort_is_selected_better_off_without_drug_and_slower_to_return():
    one = made_up_posterior(n_draws=1, cohort_persistence=math.log(1.5), context_cohort=0.07, cohort_selection=0.4)
    trial, cohort = people(one, n=4000), people(one, n=4000, cohort=True)
    np.testing.assert_allclose(trial.k_rec / cohort.k_rec, 1.5)
    np.testing.assert_allclose(cohort.populations.context_mean - trial.populations.context_mean, 0.07)
    np.testing.assert_allclose(log_odds(cohort.populations.chance) - log_odds(trial.populations.chance), 0.4)
    shifted = {"k_rec", "context_mean", "context_mean_typical", "chance", "chance_logit_mean", "responds"}
    assert_differ_only_in(trial, cohort, shifted)


def test_the_persistence_of_cohorts_is_used_in_cohorts_only():
    longer = made_up_posterior(cohort_persistence=2.0)
    assert_differ_only_in(people(), people(longer), set())


def test_what_pain_does_without_the_drug_is_normal_around_its_population():
    drawn = people(n=60)
    whole = drawn.populations
    expected = whole.context_mean[drawn.draw] + whole.context_spread[drawn.draw] * drawn.context_normal
    np.testing.assert_allclose(drawn.context_size, expected)


def test_what_passes_of_the_context_halves_in_its_half_life_and_the_rest_stays():
    whole = people(made_up_posterior(context_half_life=15.0, context_lasting=0.4)).populations
    left = whole.context_left(np.array([-3.0, 0.0, 15.0, 30.0, 1e6]))
    np.testing.assert_allclose(left, np.tile([1.0, 1.0, 0.4 + 0.3, 0.4 + 0.15, 0.4], (10, 1)))


def test_some_of_them_keep_their_draw():
    drawn = people()
    some = drawn.of(drawn.draw % 3 == 1)
    np.testing.assert_array_equal(np.unique(some.draw), [1, 4, 7])
    np.testing.assert_array_equal(some.k_rec, drawn.k_rec[drawn.draw % 3 == 1])
    np.testing.assert_array_equal(some.context_size, drawn.context_size[drawn.draw % 3 == 1])


def test_racemic_is_the_mean_of_its_halves():
    r = np.array([0.0, 0.5, 1.0])
    assert potency("esketamine", r).tolist() == [1, 1, 1]
    assert potency("arketamine", r).tolist() == [0, 0.5, 1]
    assert potency("racemic", r).tolist() == [0.5, 0.75, 1.0]
    with pytest.raises(InputError, match="The potency of 'ketamine' is not known"):
        potency("ketamine", r)


@pytest.mark.parametrize("n", [0, -5, MOST_PATIENTS + 1, 2.5, True, "2000"])
def test_a_number_of_patients_that_cannot_be_is_refused(n):
    with pytest.raises(InputError, match="ask for 1 to 40,000"):
        people(n=n)


@pytest.mark.parametrize("seed", [-1, 1.5, "1", True, None])
def test_a_seed_that_cannot_be_is_refused(seed):
    with pytest.raises(InputError, match="must be a whole number, 0 or greater"):
        people(seed=seed)


def test_the_most_patients_are_not_refused():
    assert people(n=MOST_PATIENTS).draw.size == MOST_PATIENTS


@pytest.mark.parametrize("seed", range(5))
def test_clinics_cover_their_distribution_evenly(seed):
    # A latin hypercube: of 100 clinics one lies in each hundredth of how clinics differ.
    whole = people(n=2000, seed=seed).populations
    normal = NormalDist()
    for off in (
        (log_odds(whole.chance) - whole.chance_logit_mean) / whole.chance_logit_sd,
        (whole.context_mean - whole.context_mean_typical) / whole.context_study_sd,
    ):
        hundredths = [int(100 * normal.cdf(value)) for value in off]
        assert sorted(hundredths) == list(range(100))
        assert hundredths != sorted(hundredths)


@pytest.mark.parametrize("seed", range(5))
def test_population_draws_cover_the_posterior_evenly(seed):
    # Of 400 rows 100 are drawn, one of every four that follow each other; of 10 rows each ten times.
    of_many = people(made_up_posterior(reversal_c50=np.arange(1.0, 401.0)), n=2000, seed=seed).c50[::PEOPLE_PER_DRAW]
    assert sorted(((of_many - 1) // 4).astype(int)) == list(range(100))
    of_few = people(made_up_posterior(10, reversal_c50=np.arange(1.0, 11.0)), n=2000, seed=seed).c50[::PEOPLE_PER_DRAW]
    assert np.bincount(of_few.astype(int)).tolist() == [0, *[10] * 10]


def test_what_was_fitted_together_is_drawn_together():
    rows = np.arange(1.0, 401.0)
    posterior = made_up_posterior(
        reversal_c50=rows, depth=rows / 1000, plateau_exponent=rows / 100, r_potency=rows / 500
    )
    drawn = people(posterior)
    np.testing.assert_allclose(drawn.depth, drawn.c50 / 1000)
    np.testing.assert_allclose(drawn.plateau_exponent, drawn.c50 / 100)
    np.testing.assert_allclose(drawn.r_potency, drawn.c50 / 500)
