"""What the drug adds: limits of its formula, the twin that the fit uses, and what never lowers it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_posterior import made_up_posterior

from reprieve.relief.added_relief import BEND, added_relief, amount_felt
from reprieve.relief.felt_exposure import AT_THE_END, FeltExposure

VALUES = made_up_posterior(50).values
ONSET_H = 8.3 / 60


def felt(hours=100.0, s=100.0, r=0.0, since=AT_THE_END, slow=0.0):
    whole = np.broadcast_arrays(*(np.atleast_1d(np.asarray(each, float)) for each in (hours, s, r, since)))
    return FeltExposure(*whole, slow)


def added(what, level=0.3, persistence=None, onset_h=ONSET_H, **changed):
    n = len(VALUES["r_potency"])
    values = VALUES | {name: np.full(n, value) for name, value in changed.items()}
    return added_relief(values, what, np.full(n, level), onset_h, persistence)


def test_the_amount_is_hours_times_concentration_over_fifty():
    # 10 h at 100 ng/mL of S and 60 of R with half its potency: 10 (100 + 30) / 50
    assert amount_felt(felt(hours=10, s=100, r=60), np.array([0.5]))[0, 0] == pytest.approx(26.0)


def test_nothing_felt_adds_nothing():
    assert not added(felt(hours=0.0, s=0.0)).any()


def at_reference(level, onset_h=1e-9):
    """4 h at 50 ng/mL, by vein, at the end: δ is the level, nothing is lost and all has set in."""
    return added(felt(hours=4.0, s=50.0), level, onset_h=onset_h, added_half_life=1e6)


def test_far_above_zero_the_bend_is_not_felt():
    np.testing.assert_allclose(at_reference(0.9), 0.9, atol=1e-6)


def test_at_zero_and_below_it_the_bend_keeps_it_above():
    np.testing.assert_allclose(at_reference(0.0), BEND * np.log(2.0), rtol=1e-6)
    np.testing.assert_allclose(at_reference(-0.9), BEND * np.exp(-0.9 / BEND), rtol=1e-5)


def test_it_sets_in_with_its_half_life():
    np.testing.assert_allclose(at_reference(0.3, onset_h=4.0), at_reference(0.3) / 2)
    np.testing.assert_allclose(at_reference(0.3, onset_h=2.0), at_reference(0.3) * 3 / 4)


def test_what_is_kept_after_days_is_a_power_of_time_and_a_half_life():
    # 500 h at 50 ng/mL and more lose at the slow power only; a course smaller by e at both.
    days = np.array([0.04, 2.0, 28.0, 84.0])
    shape = {"added_fade_long": 0.1, "added_fade_short": 0.05, "added_half_life": 50.0}
    for hours, power in ((500.0, 0.1), (2000.0, 0.1), (500.0 / np.e, 0.15)):
        found = added(felt(hours=hours, s=50.0, since=days), **shape)
        kept = (days / 0.04) ** -power * 0.5 ** (days / 50.0)
        np.testing.assert_allclose(found / found[:, :1], np.tile(kept / kept[0], (50, 1)), rtol=1e-9)


def test_where_nothing_is_lost_early_half_is_left_after_the_half_life():
    shape = {"added_fade_long": 0.0, "added_fade_short": 0.0, "added_half_life": 50.0}
    found = added(felt(since=[10.0, 60.0]), **shape)
    np.testing.assert_allclose(found[:, 1], found[:, 0] / 2)


def test_before_it_can_be_measured_nothing_is_lost():
    found = added(felt(since=[0.0, 0.01, AT_THE_END]))
    np.testing.assert_array_equal(found, found[:, 2:] * np.ones(3))


def test_without_control_the_half_life_is_longer_by_its_factor():
    days = AT_THE_END * np.exp([0.0, 3.0, 6.0])
    shape = {"added_fade_long": 0.1, "added_fade_short": 0.0}
    longer = added(felt(since=days), persistence=np.full(50, np.log(1.6)), added_half_life=50.0, **shape)
    np.testing.assert_allclose(longer, added(felt(since=days), added_half_life=80.0, **shape))


def test_the_route_shifts_it_by_its_share():
    low, high = (added(replace(felt(), by_slow_route=share), level=2.0, added_by_route=-0.1) for share in (0.0, 0.5))
    whole = added(felt(), level=1.95, added_by_route=0.0)
    np.testing.assert_allclose(high, whole)
    assert (high < low).all()


@given(st.floats(0, 1000), st.floats(0, 2000), st.floats(0, 365), st.floats(1, 10), st.floats(-1, 1))
def test_more_felt_never_adds_less_and_time_never_adds(hours, s, since, factor, level):
    base = added(felt(hours, s, 0.5 * s, since), level)
    assert (base >= 0).all()
    assert (added(felt(factor * hours, s, 0.5 * s, since), level) >= base - 1e-12).all()
    assert (added(felt(hours, factor * s, 0.5 * s, since), level) >= base - 1e-12).all()
    assert (added(felt(hours, s, factor * 0.5 * s, since), level) >= base - 1e-12).all()
    assert (added(felt(hours, s, 0.5 * s, factor * since), level) <= base + 1e-12).all()
