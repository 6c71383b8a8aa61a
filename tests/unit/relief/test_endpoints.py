"""The two endpoints, read off curves whose crossings are known by arithmetic."""

import math

import numpy as np
import pytest

from reprieve.relief.endpoints import acute_relief, censored, probability_of_relief, relief_durations
from reprieve.relief.trajectory import FOLLOW_UP_DAYS, Trajectory

DAYS = np.concatenate([[-1.0, 0.0, 0.5], np.arange(1.0, 85.0), np.arange(86.0, 366.0, 3.0), [FOLLOW_UP_DAYS]])


def durations(*curves):
    return relief_durations(DAYS, np.array([[curve(d) for d in DAYS] for curve in curves]), 0.3)


def test_relief_that_wears_off_lasts_until_it_crosses_the_line():
    # 60 % relief halving every 10 d is 30 % after 10 d, and 80 % relief after 10 log2(8/3) d.
    found = durations(
        lambda d: 1 - 0.6 * 2 ** (-max(d, 0) / 10),
        lambda d: 1 - 0.8 * 2 ** (-max(d, 0) / 10),
    )
    assert found == pytest.approx([10.0, 10 * math.log2(8 / 3)], abs=0.01)


def test_no_relief_is_zero_and_so_is_relief_that_ends_within_a_day():
    found = durations(
        lambda _: 1.0, lambda _: 0.71, lambda d: 0.0 if d < 0.9 else 1.0, lambda d: 0.2 if d <= 0 else 0.9
    )
    assert list(found) == [0, 0, 0, 0]


def test_relief_that_ends_after_a_day_is_sustained():
    # 0.5 on day 1, 0.9 on day 2: the line 0.7 is crossed at 1.5 d.
    assert durations(lambda d: 0.5 if d < 1.5 else 0.9) == pytest.approx([1.5])


def test_relief_that_outlasts_follow_up_is_censored_there():
    found = durations(lambda _: 0.5, lambda _: 0.7)
    assert list(found) == [FOLLOW_UP_DAYS, FOLLOW_UP_DAYS]
    assert censored(np.append(found, 0.0)) == pytest.approx(2 / 3)


def test_relief_only_later_is_not_sustained_relief():
    assert list(durations(lambda d: 0.5 if d > 3 else 0.9)) == [0]


def test_a_return_of_pain_that_does_not_stay_does_not_end_relief():
    # Above the line on day 5 only; for good from day 20 on (0.5 at 19, 0.9 at 20: the line 0.7 is midway).
    assert durations(lambda d: 0.9 if d == 5 or d >= 20 else 0.5) == pytest.approx([19.5])


def test_the_line_itself_is_relief():
    assert probability_of_relief(DAYS, np.full((1, DAYS.size), 0.7), 0.3, np.array([0.0, 84.0])).tolist() == [[1, 1]]


def test_a_day_is_looked_up_on_that_day():
    remaining = np.where(DAYS <= 7, 0.5, 0.9)[None]
    assert probability_of_relief(DAYS, remaining, 0.3, np.array([0.0, 6.0, 7.0, 8.0])).tolist() == [[1, 1, 1, 0]]
    rounding = DAYS + 1e-11  # the end of the last dose is not exact in binary
    assert probability_of_relief(rounding, remaining, 0.3, np.array([7.0, 8.0])).tolist() == [[1, 0]]


def trajectory_of(hours, end_h, acute, responds=None):
    hours, acute = np.asarray(hours, float), np.asarray(acute, float)
    still = np.ones_like(acute)
    responds = np.ones(len(acute), dtype=bool) if responds is None else np.asarray(responds)
    return Trajectory(hours, end_h, still, responds, acute, still, 1 - acute, still, still, "")


def test_onset_peak_and_offset_by_interpolation():
    # Rises 0 to 0.6 over 2 h: 0.3 at 1 h. Falls 0.6 to 0 from 4 to 6 h: 0.3 at 5 h, 1 h after the end at 4 h.
    found = acute_relief(trajectory_of([0, 2, 4, 6, 8], 4.0, [[0, 0.6, 0.6, 0, 0]]), 0.3)
    assert found["onset_min"] == pytest.approx([60.0])
    assert found["peak"] == pytest.approx([0.6])
    assert found["offset_h"] == pytest.approx([1.0])


def test_who_never_feels_it_has_no_onset_but_a_peak():
    found = acute_relief(trajectory_of([0, 1, 2], 1.0, [[0, 0.2, 0], [0, 0.9, 0]]), 0.3)
    assert np.isnan(found["onset_min"]).tolist() == [True, False]
    assert np.isnan(found["offset_h"]).tolist() == [True, False]
    assert found["peak"].tolist() == [0.2, 0.9]


def test_who_does_not_respond_feels_nothing_however_much_there_is():
    found = acute_relief(trajectory_of([0, 1, 2], 1.0, [[0, 0.9, 0], [0, 0.9, 0]], responds=[True, False]), 0.3)
    assert np.isnan(found["onset_min"]).tolist() == [False, True]
    assert np.isnan(found["offset_h"]).tolist() == [False, True]
    assert found["peak"].tolist() == [0.9, 0.0]


def test_an_effect_gone_before_the_last_dose_has_offset_zero():
    assert acute_relief(trajectory_of([0, 1, 2, 30], 30.0, [[0, 0.9, 0.0, 0.1]]), 0.3)["offset_h"].tolist() == [0.0]
