"""Virtual patients: reproducible, in house units, and only as many as were asked for."""

import math
from dataclasses import fields

import msgspec
import numpy as np
import pytest
from made_up_posterior import made_up_posterior
from scipy import stats

from reprieve.errors import InputError
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.calibration import CalibrationPriors
from reprieve.relief.populations import draw_populations
from reprieve.relief.potency import potency
from reprieve.relief.virtual_patients import MOST_PATIENTS, PEOPLE_PER_DRAW, VirtualPatients, draw_patients

MECHANISM = Evidence.packaged().record(CalibrationPriors, "mechanism")
POPULATIONS = draw_populations(made_up_posterior(), "crps")


def people(populations=POPULATIONS, n=200, seed=1, mechanism=MECHANISM):
    return draw_patients(populations, mechanism, virtual_patients=n, seed=seed)


def believed(**beliefs):
    """The mechanism with other beliefs about some parameters, as middle and spread."""
    known = MECHANISM.parameters
    changed = {
        name: msgspec.structs.replace(known[name], middle=middle, spread=spread)
        for name, (middle, spread) in beliefs.items()
    }
    return msgspec.structs.replace(MECHANISM, parameters=known | changed)


def fixed(**constants):
    """The mechanism with other constants, as value and unit."""
    known = MECHANISM.constants
    changed = {
        name: msgspec.structs.replace(known[name], value=value, unit=unit) for name, (value, unit) in constants.items()
    }
    return msgspec.structs.replace(MECHANISM, constants=known | changed)


def arrays(drawn):
    found = {each.name: getattr(drawn, each.name) for each in fields(VirtualPatients) if each.name != "populations"}
    return found | {"level": drawn.populations.level, "context": drawn.populations.context}


def assert_differ_only_in(one, other, names):
    before, after = arrays(one), arrays(other)
    differing = {name for name, value in before.items() if not np.array_equal(value, after[name])}
    assert differing == names


def test_the_same_seed_gives_the_same_people():
    assert_differ_only_in(people(seed=3), people(seed=3), set())


def test_another_seed_gives_others():
    same = {"draw", "ke0", "context_shares", "context_slow_time_d"}
    assert_differ_only_in(people(seed=3), people(seed=4), set(arrays(people())) - same)


def test_a_change_of_one_belief_leaves_the_others_as_drawn():
    before = MECHANISM.parameters["reversal_c50"]
    doubled = people(mechanism=believed(reversal_c50=(2 * before.middle, before.spread)))
    assert_differ_only_in(people(), doubled, {"c50"})
    np.testing.assert_allclose(doubled.c50, 2 * people().c50)


@pytest.mark.parametrize(("asked", "draws"), [(1, 1), (10, 1), (11, 2), (2000, 200)])
def test_patients_are_rounded_up_to_whole_draws(asked, draws):
    drawn = people(n=asked)
    assert drawn.n_draws == draws
    assert drawn.draw.size == draws * PEOPLE_PER_DRAW
    assert np.bincount(drawn.draw).tolist() == [PEOPLE_PER_DRAW] * draws
    assert drawn.populations.size == draws


@pytest.mark.parametrize("name", ["k_rec", "k_des", "c50", "acute_c50", "plateau_exponent", "sensitivity"])
def test_rates_and_concentrations_lie_above_zero(name):
    assert (getattr(people(n=4000), name) > 0).all()


@pytest.mark.parametrize(
    "name", ["depth", "plateau_half", "acute_most", "r_potency", "r_clearance_rank", "exposure_rank"]
)
def test_shares_lie_between_0_and_1(name):
    found = getattr(people(n=4000), name)
    assert found.min() >= 0
    assert found.max() <= 1


def test_half_lives_and_rates_are_per_hour():
    none = 1e-12
    beliefs = believed(
        return_half_life=(10.9, none), return_spread=(none, none), reversal_rate=(0.4787, none),
        reversal_c50=(10.5, none), acute_c50=(121.2, none), acute_spread=(none, none),
    )  # fmt: skip
    constants = fixed(reversal_spread=(none, "fraction"), acute_half_life=(8.3, "min")).constants
    drawn = people(mechanism=msgspec.structs.replace(beliefs, constants=constants))
    np.testing.assert_allclose(drawn.k_rec, math.log(2) / (10.9 * 24))
    np.testing.assert_allclose(drawn.k_des, 0.4787 / 24)
    np.testing.assert_allclose(drawn.c50, 10.5)
    np.testing.assert_allclose(drawn.acute_c50, 121.2)
    assert drawn.ke0 == pytest.approx(math.log(2) * 60 / 8.3)


def test_the_unit_of_a_constant_does_not_change_who_is_drawn():
    other = people(mechanism=fixed(acute_half_life=(8.3 / 60, "h"), context_slow_time=(21 * 24, "h")))
    assert other.ke0 == pytest.approx(people().ke0)
    assert other.context_slow_time_d == pytest.approx(people().context_slow_time_d)


def test_what_varies_without_the_drug_adds_up_to_all_of_it():
    drawn = people(mechanism=fixed(context_trait=(0.4, "fraction"), context_slow=(0.25, "fraction")))
    assert drawn.context_shares == pytest.approx((0.4, 0.25, 0.35))


def test_what_pain_does_without_the_drug_when_the_course_begins_is_spread_evenly_over_people():
    drawn = people(n=2000)
    trait, slow, _ = drawn.context_shares
    at_first = (trait**0.5 * drawn.context_trait + slow**0.5 * drawn.context_slow) / (trait + slow) ** 0.5
    # A latin hypercube: of 2000 people one in each 2000th.
    assert sorted((2000 * stats.norm.cdf(at_first)).astype(int)) == list(range(2000))


def test_populations_are_taken_evenly_over_what_the_drug_adds_in_them():
    whole = POPULATIONS
    added = whole.level + whole.level_sd * whole.level_score
    taken = people(n=2000).populations
    found = taken.level + taken.level_sd * taken.level_score
    # Of 400 two hundred: one of every two that follow each other.
    rank = np.searchsorted(np.sort(added), found)
    assert sorted(rank // 2) == list(range(200))
    assert list(rank) != sorted(rank)


def test_what_was_fitted_together_is_drawn_together():
    rows = np.arange(1.0, 401.0) / 1000
    whole = draw_populations(made_up_posterior(r_potency=rows, context_mean=rows / 2, added_spread=rows * 3), "crps")
    drawn = people(whole)
    np.testing.assert_allclose(drawn.populations.context, drawn.populations.values["r_potency"] / 2)
    np.testing.assert_allclose(drawn.populations.values["added_spread"], 3 * drawn.populations.values["r_potency"])
    np.testing.assert_allclose(drawn.r_potency, drawn.populations.values["r_potency"][drawn.draw])


def test_what_varies_in_time_has_a_stream_of_its_own():
    drawn = people(n=2000)
    one, other = drawn.normals("one", 50), drawn.normals("other", 50)
    np.testing.assert_array_equal(one, drawn.normals("one", 50))
    assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 4.89 / np.sqrt(one.size)


def test_some_of_them_keep_their_draw():
    drawn = people()
    some = drawn.of(drawn.draw % 3 == 1)
    np.testing.assert_array_equal(np.unique(some.draw), np.arange(1, drawn.n_draws, 3))
    np.testing.assert_array_equal(some.k_rec, drawn.k_rec[drawn.draw % 3 == 1])


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
