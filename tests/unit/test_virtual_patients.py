"""Virtual patients: reproducible, in house units, and only as many as were asked for."""

import math

import msgspec
import numpy as np
import pytest

from reprieve.errors import InputError
from reprieve.evidence import read
from reprieve.relief.virtual_patients import MOST_PATIENTS, PEOPLE_PER_DRAW, draw_patients, potency

PRIOR = read.relief_prior("crps_dahan2011")


def people(prior=PRIOR, n=200, seed=1, studied=True, no_benefit=False):
    return draw_patients(prior, n_patients=n, seed=seed, in_studied_condition=studied, no_benefit=no_benefit)


def changed(**beliefs):
    """The prior with some fields of some beliefs changed."""
    parameters = {
        name: msgspec.structs.replace(belief, **beliefs.get(name, {})) for name, belief in PRIOR.parameters.items()
    }
    return msgspec.structs.replace(PRIOR, parameters=parameters)


ARRAYS = ("k_rec", "k_des", "c50", "hill", "depends", "acute_c50", "r_potency", "placebo_size", "k_placebo")


def test_the_same_seed_gives_the_same_people_and_another_gives_others():
    one, same, other = people(seed=3), people(seed=3), people(seed=4)
    for name in (*ARRAYS, "pk_normals", "draw"):
        np.testing.assert_array_equal(getattr(one, name), getattr(same, name))
    for name in ("k_rec", "k_des", "c50", "pk_normals", "acute_c50", "r_potency", "k_placebo"):
        assert not np.array_equal(getattr(one, name), getattr(other, name)), name


def test_a_change_of_one_belief_leaves_the_others_as_drawn():
    before, after = people(), people(changed(reversal_c50={"form": "uniform", "low": 1.0, "high": 2.0}))
    assert not np.array_equal(before.c50, after.c50)
    for name in set(ARRAYS) - {"c50"}:
        np.testing.assert_array_equal(getattr(before, name), getattr(after, name))


@pytest.mark.parametrize(("asked", "draws"), [(1, 1), (20, 1), (21, 2), (2000, 100)])
def test_patients_are_rounded_up_to_whole_draws(asked, draws):
    drawn = people(n=asked)
    assert drawn.n_draws == draws
    assert drawn.draw.size == draws * PEOPLE_PER_DRAW
    assert np.bincount(drawn.draw).tolist() == [PEOPLE_PER_DRAW] * draws


def test_everything_is_possible():
    drawn = people(n=4000)
    for name in ("k_rec", "k_des", "c50", "hill", "acute_c50", "k_placebo"):
        assert (getattr(drawn, name) > 0).all()
    assert (drawn.r_potency > 0).all()
    assert (drawn.r_potency < 1).all()
    responders = drawn.placebo_size[drawn.placebo_size > 0]
    assert 0.3 <= responders.min() < 0.32
    assert 0.98 < responders.max() <= 1.0


def test_half_lives_and_rates_are_per_hour():
    fixed = {"form": "fixed", "between_subject": None}
    drawn = people(changed(return_half_life=fixed, reversal_rate=fixed, placebo_half_life=fixed, reversal_c50=fixed))
    np.testing.assert_allclose(drawn.k_rec, math.log(2) / (10.9 * 24))
    np.testing.assert_allclose(drawn.k_placebo, math.log(2) / (10.9 * 24))
    np.testing.assert_allclose(drawn.k_des, 0.4787 / 24)
    np.testing.assert_allclose(drawn.c50, 10.5)
    assert drawn.ke0 == pytest.approx(math.log(2) * 60 / 8.3)


def test_the_unit_of_a_belief_does_not_change_who_is_drawn():
    before = people()
    week = {"value": 10.9 / 7, "low": 5.3 / 7, "high": 20.5 / 7, "unit": "wk"}
    hour = {"value": 8.3 / 60, "low": 5.1 / 60, "high": 13 / 60, "unit": "h"}
    mg = {"value": 0.0105, "low": 0.00437, "high": 0.0212, "unit": "mg/L"}
    after = people(changed(return_half_life=week, acute_half_life=hour, reversal_c50=mg))
    np.testing.assert_allclose(after.k_rec, before.k_rec)
    np.testing.assert_allclose(after.c50, before.c50)
    assert after.ke0 == pytest.approx(before.ke0)


def test_nobody_depends_where_trials_find_no_benefit():
    assert people(n=4000).depends.any()
    assert not people(n=4000, no_benefit=True).depends.any()
    np.testing.assert_array_equal(people(no_benefit=True).placebo_size, people().placebo_size)


def test_outside_the_studied_condition_fewer_depend_and_the_same_people_do():
    inside, outside = people(n=4000), people(n=4000, studied=False)
    assert outside.depends.sum() < inside.depends.sum()
    assert not (outside.depends & ~inside.depends).any()


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


def test_population_draws_cover_the_distribution_evenly():
    # Of 100 independent draws 50 lie below the median, give or take 5; evenly spread ones scatter far less.
    same = changed(reversal_c50={"between_subject": None})
    below = [int((people(same, n=2000, seed=seed).c50[::PEOPLE_PER_DRAW] < 10.5).sum()) for seed in range(40)]
    assert np.std(below) < 2.5
    assert abs(np.mean(below) - 50) < 1.5
