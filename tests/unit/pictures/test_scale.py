"""Scales, ticks, labels and number formats."""

import numpy as np
import pytest

from reprieve.pictures.fan import session_spans
from reprieve.pictures.scale import Scale, day_ticks, hour_ticks, linear_ticks, round_step, round_top
from reprieve.pictures.shares import axis_end, count_durations
from reprieve.pictures.sheet import spread, wrap


def test_a_scale_maps_ends_and_middle():
    scale = Scale(0.0, 10.0, 300.0, 100.0)
    assert scale(0.0) == 300.0
    assert scale(10.0) == 100.0
    assert scale(2.5) == 250.0  # 300 - 2.5 / 10 * 200
    np.testing.assert_allclose(scale.many([0.0, 5.0]), [300.0, 200.0])


def test_an_empty_scale_is_refused():
    with pytest.raises(ValueError, match="needs low < high"):
        Scale(1.0, 1.0, 0.0, 1.0)


@pytest.mark.parametrize(("span", "count", "step"), [(10, 5, 2), (1, 5, 0.2), (100, 5, 20), (0.03, 3, 0.01)])
def test_steps_are_one_two_or_five(span, count, step):
    assert round_step(span, count) == pytest.approx(step)


@pytest.mark.parametrize(("high", "top"), [(236.0, 250.0), (250.0, 250.0), (0.83, 1.0), (0.0, 1.0), (78.0, 80.0)])
def test_the_top_of_an_axis_is_the_next_round_tick(high, top):
    assert round_top(high) == pytest.approx(top)


def test_linear_ticks_write_only_the_decimals_they_need():
    assert [t.label for t in linear_ticks(0.0, 1.0)] == ["0", "0.2", "0.4", "0.6", "0.8", "1"]
    assert [t.label for t in linear_ticks(-2.0, 2.0, 4)] == ["−2", "−1", "0", "1", "2"]


def test_days_are_counted_in_weeks_and_pass_through_zero():
    assert [t.value for t in day_ticks(-12.0, 100.0, 8)] == [0.0, 14.0, 28.0, 42.0, 56.0, 70.0, 84.0, 98.0]


def test_hours_become_days_beyond_96():
    at_96, unit_96 = hour_ticks(0.0, 96.0, 8)
    past, unit_past = hour_ticks(0.0, 96.5, 8)
    assert (unit_96, unit_past) == ("h", "d")
    assert [t.label for t in at_96] == ["0", "12", "24", "36", "48", "60", "72", "84", "96"]
    assert [(t.value, t.label) for t in past] == [(0, "0"), (24, "1"), (48, "2"), (72, "3"), (96, "4")]


def test_labels_that_meet_are_moved_apart_in_order():
    placed = spread([100.0, 101.0, 40.0], gap=16.0, low=0.0, high=120.0)
    assert placed[2] == 40.0
    assert placed[1] - placed[0] >= 16.0
    assert max(placed) <= 120.0


def test_wrapping_keeps_every_word():
    words = "no lasting relief after the last dose"
    lines = wrap(words, 80.0)
    assert " ".join(lines) == words
    assert len(lines) > 1


def test_sessions_far_apart_stay_single_and_hundreds_join():
    assert session_spans([0.0, 50.0], [2.0, 52.0]) == [(0.0, 2.0), (50.0, 52.0)]
    starts = np.linspace(0.0, 300.0, 600)  # half a pixel apart
    assert session_spans(starts, starts) == [(0.0, 302.0)]


def test_counted_shares_sum_to_one_and_keep_the_boundaries():
    # 2 of 8 none; 7 is the start of the second bar; 28 and 100 are at or past the end
    counted = count_durations([0, 0, 1, 4, 7, 8, 28, 100], 28.0)
    np.testing.assert_allclose(counted.edges, [0, 4, 8, 12, 16, 20, 24, 28])
    assert counted.none == 2 / 8
    np.testing.assert_allclose(counted.shares * 8, [1, 2, 1, 0, 0, 0, 0])
    assert counted.beyond == 2 / 8
    assert sum(counted.all()) == pytest.approx(1.0)


def test_the_axis_ends_where_five_percent_lie_beyond():
    durations = np.r_[np.full(95, 10.0), np.full(5, 50.0)]
    assert axis_end(durations, 365.0) == 14.0
    assert axis_end(np.r_[durations, 50.0], 365.0) == 56.0  # 6 of 101 lie beyond 28 d
    assert axis_end(np.full(10, 365.0), 365.0) == 365.0
