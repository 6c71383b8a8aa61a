"""Schedules: what goes in, when somebody looks, and how a gap is divided."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprieve.pkpd.dose import Dose
from reprieve.pkpd.schedule import PanelNeeds, compile_schedule

NEEDS = PanelNeeds(slow_rate=0.02, drive_rate=0.5, steepness=1.0)


def amount_given(schedule):
    """mg per compartment over the whole schedule: rate times width, and boluses."""
    infused = schedule.rates[schedule.rate_of] * schedule.widths[schedule.width_of][:, None]
    bolus = schedule.boluses[schedule.bolus_of].sum(axis=0) + schedule.boluses[schedule.closing_bolus]
    return infused.sum(axis=0) + bolus


def edges_of(schedule):
    return np.concatenate([[0.0], np.cumsum(schedule.widths[schedule.width_of])])


doses = st.builds(
    Dose,
    time_h=st.integers(0, 100).map(lambda quarter: quarter / 4),
    compartment=st.integers(0, 2),
    amount=st.floats(0.1, 500),
    duration_h=st.sampled_from([0.0, 1e-10, 0.25, 2 / 3, 4.0, 30.0]),
)


@given(st.lists(doses, max_size=12), st.booleans())
def test_everything_prescribed_is_given(prescribed, graded):
    schedule = compile_schedule(prescribed, np.array([60.0]), 3, needs=NEEDS if graded else None)
    expected = np.zeros(3)
    for dose in prescribed:
        expected[dose.compartment] += dose.amount
    np.testing.assert_allclose(amount_given(schedule), expected, rtol=1e-9, atol=1e-9)


@given(st.lists(doses, max_size=6), st.lists(st.floats(0, 200), min_size=1, max_size=20), st.booleans())
def test_every_look_falls_on_a_panel_edge(prescribed, times, graded):
    schedule = compile_schedule(prescribed, np.array(times), 3, needs=NEEDS if graded else None)
    edges = edges_of(schedule)
    assert schedule.observed_by[-1] == len(times)
    assert np.all(np.diff(schedule.observed_by) >= 0)
    reached = np.searchsorted(schedule.observed_by, np.arange(1, len(times) + 1))
    np.testing.assert_allclose(edges[reached], np.sort(times), atol=5e-9)


def test_overlapping_infusions_add_up():
    schedule = compile_schedule([Dose(0, 0, 40, 4), Dose(2, 0, 20, 4)], np.array([8.0]), 1)
    rates = schedule.rates[schedule.rate_of][:, 0]
    assert rates.tolist() == [10.0, 15.0, 5.0, 0.0]
    np.testing.assert_allclose(edges_of(schedule), [0, 2, 4, 6, 8])


def test_rate_returns_to_exactly_zero():
    thirds = [Dose(i, 0, 1 / 3, 0.7) for i in range(50)]
    schedule = compile_schedule(thirds, np.array([100.0]), 1)
    assert schedule.rates[schedule.rate_of[-1], 0] == 0.0


def test_nothing_is_computed_beyond_the_last_look():
    course = [Dose(24.0 * day, 0, 10, 4) for day in range(1000)]
    schedule = compile_schedule(course, np.array([25.0]), 1)
    np.testing.assert_allclose(edges_of(schedule)[-1], 25.0)
    assert len(schedule.width_of) == 3


def test_equal_gaps_share_a_width():
    schedule = compile_schedule([], np.arange(0, 2000, 0.1), 1)
    assert len(schedule.widths) == 1
    np.testing.assert_allclose(edges_of(schedule)[-1], 1999.9, rtol=1e-12)


def test_panels_start_short_after_a_change_and_grow():
    schedule = compile_schedule([Dose(10, 0, 1), Dose(50, 0, 1)], np.array([100.0]), 1, needs=NEEDS)
    edges = edges_of(schedule)
    widths = np.diff(edges)
    after = widths[(edges[:-1] > 50 - 1e-9) & (edges[:-1] < 60)]
    assert after[0] <= 0.003 + 1e-12
    assert np.all(np.diff(after[:-1]) >= -1e-9)
    assert widths[np.searchsorted(edges, 10 - 1e-9)] <= 1e-6, "U starts from nothing at the first input"


def test_no_panel_is_longer_than_the_slow_state_allows():
    fast = PanelNeeds(slow_rate=1.0, drive_rate=0.01, steepness=1.0)
    assert compile_schedule([Dose(0, 0, 1)], np.array([500.0]), 1, needs=fast).widths.max() <= 1.25


@pytest.mark.parametrize("times", [[], [[1.0]], [np.nan], [np.inf]])
def test_impossible_times_are_refused(times):
    with pytest.raises(ValueError, match="times must be a list of finite hours"):
        compile_schedule([], np.array(times), 1)


@pytest.mark.parametrize("numbers", [(np.nan, 1.0, 0.0), (0.0, np.inf, 0.0), (0.0, 1.0, -1.0), (0.0, -1.0, 0.0)])
def test_impossible_doses_are_refused(numbers):
    time, amount, duration = numbers
    with pytest.raises(ValueError, match="cannot be"):
        Dose(time, 0, amount, duration)
