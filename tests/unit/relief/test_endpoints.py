"""The endpoints, read off curves whose weeks and crossings are known by arithmetic."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from reprieve.relief.endpoints import acute_relief, censored, drug_durations, felt_durations
from reprieve.relief.follow_up import FOLLOW_UP_DAYS
from reprieve.relief.trajectory import Trajectory

DAYS = np.concatenate([[-1.0, 0.0, 0.5], np.arange(1.0, 85.0), np.arange(86.0, 366.0, 3.0), [FOLLOW_UP_DAYS]])
END_H = 24.0


def trajectory(drug, *, context=0.0, scatter=0.0, hours=24.0 * DAYS + END_H, end_h=END_H):
    drug = np.asarray(drug, float)
    gone = np.broadcast_to(np.asarray(context, float), drug.shape)
    nothing = np.zeros_like(drug)
    return Trajectory(
        np.asarray(hours, float), end_h, nothing, nothing, nothing, drug, gone, np.full(len(drug), scatter), ""
    )


def curves(*of_day):
    return np.array([[of(day) for day in DAYS] for of in of_day])


def people(n, rng=None):
    draws = rng.standard_normal if rng else np.zeros
    return SimpleNamespace(normals=lambda _, n_times: draws((n, n_times)))


def felt(*of_day, threshold=0.3, context=0.0, on_placebo=False):
    drug = curves(*of_day)
    return felt_durations(trajectory(drug, context=context), people(len(drug)), threshold, on_placebo=on_placebo)


def test_felt_relief_ends_with_the_first_week_above_the_line():
    # 60 % relief to day 10: the second week's mean is (3 · 0.4 + 4 · 1) / 7 = 0.74; to day 11 it is 0.66.
    assert felt(lambda d: 0.6 * (d <= 10), lambda d: 0.6 * (d <= 11)).tolist() == [7.0, 14.0]


def test_one_bad_day_does_not_end_it():
    assert felt(lambda d: 0.6 * (d != 3) * (d <= 21)).tolist() == [21.0]


def test_relief_that_comes_later_is_not_felt_from_the_last_dose():
    assert felt(lambda d: 0.6 * (d > 7), lambda _: 0.0).tolist() == [0.0, 0.0]


def test_relief_to_the_end_is_all_of_follow_up():
    found = felt(lambda _: 0.5, lambda _: 0.2)
    assert found.tolist() == [FOLLOW_UP_DAYS, 0.0]
    assert censored(found) == 0.5


def test_the_line_itself_is_relief():
    assert felt(lambda _: 0.25, threshold=0.25).tolist() == [FOLLOW_UP_DAYS]


def test_on_placebo_the_drug_is_not_there():
    assert felt(lambda _: 0.6, context=0.1, on_placebo=True).tolist() == [0.0]
    assert felt(lambda _: 0.0, context=0.4, on_placebo=True).tolist() == [FOLLOW_UP_DAYS]


def test_between_looks_relief_is_between_their_values():
    # From day 86 on looks are three days apart; relief that halves at day 200 ends there to a week.
    (found,) = felt(lambda d: 0.6 if d < 200 else 0.0)
    assert found == pytest.approx(200, abs=7)


@pytest.mark.statistical
def test_scatter_from_day_to_day_ends_weeks_as_often_as_its_mean_crosses():
    n, relief, sd = 20_000, 0.35, 0.2
    flat = trajectory(np.full((n, DAYS.size), relief), scatter=sd)
    found = felt_durations(flat, people(n, np.random.default_rng(1)), 0.3, on_placebo=False)
    # The mean of seven days is normal with SD 0.2 / √7; weeks are independent of each other.
    kept = stats.norm.cdf((relief - 0.3) / (sd / math.sqrt(7)))
    for weeks in (1, 2, 4):
        share, expected = np.mean(found >= 7 * weeks), kept**weeks
        assert abs(share - expected) < 4.89 * math.sqrt(expected * (1 - expected) / n)


def test_the_drugs_part_lasts_until_it_takes_less_than_a_point():
    # 0.6 of 7 points halving every 10 d: 4.2 · 2^(-t/10) = 1 at 10 log2(4.2); 0.3 of 7 at 20 log2(2.1).
    fading = curves(lambda d: 0.6 * 2 ** (-max(d, 0) / 10), lambda d: 0.3 * 2 ** (-max(d, 0) / 20))
    found = drug_durations(trajectory(fading), 7.0)
    assert found == pytest.approx([10 * math.log2(4.2), 20 * math.log2(2.1)], abs=0.01)


def test_who_is_not_helped_by_a_point_after_two_days_is_not_counted():
    found = drug_durations(trajectory(curves(lambda _: 0.1, lambda d: 0.5 * (d < 2), lambda _: 0.5)), 7.0)
    assert found.tolist() == [FOLLOW_UP_DAYS]


def test_the_drug_takes_away_no_more_than_there_is_without_it():
    # 0.05 of baseline is left without it: a third of a point of seven.
    assert drug_durations(trajectory(curves(lambda _: 0.5), context=0.95), 7.0).size == 0


def acute(drug, *, hours=(0, 2, 4, 6, 8), end_h=4.0, threshold=0.3, **how):
    return acute_relief(trajectory(drug, hours=hours, end_h=end_h, **how), threshold)


def test_onset_peak_and_offset_by_interpolation():
    # Rises 0 to 0.6 over 2 h: 0.3 at 1 h. Falls 0.6 to 0 from 4 to 6 h: 0.3 at 5 h, 1 h after the end at 4 h.
    found = acute([[0, 0.6, 0.6, 0, 0]])
    assert found["onset_min"] == pytest.approx([60.0])
    assert found["peak"] == pytest.approx([0.6])
    assert found["offset_h"] == pytest.approx([1.0])


def test_who_never_feels_it_has_no_onset_but_a_peak():
    found = acute([[0, 0.2, 0.2, 0, 0], [0, 0.9, 0.9, 0, 0]])
    assert np.isnan(found["onset_min"]).tolist() == [True, False]
    assert np.isnan(found["offset_h"]).tolist() == [True, False]
    assert found["peak"] == pytest.approx([0.2, 0.9])


def test_relief_without_the_drug_is_no_onset_of_it():
    found = acute([[0, 0, 0, 0, 0]], context=0.9)
    assert np.isnan(found["onset_min"]).all()
    assert found["peak"].tolist() == [0.0]


def test_in_who_has_relief_without_the_drug_nothing_sets_in():
    found = acute([[0, 0.5, 0.5, 0.5, 0.5], [0, 0.5, 0.5, 0.5, 0.5]], context=[[0.4] * 5, [0.1] * 5])
    assert np.isnan(found["onset_min"]).tolist() == [True, False]
    assert np.isnan(found["offset_h"]).tolist() == [True, False]


def test_drug_and_what_pain_does_without_it_add_up():
    assert not np.isnan(acute([[0, 0.2, 0.2, 0, 0]], context=0.2)["onset_min"]).any()


def test_relief_that_is_gone_by_the_last_dose_has_offset_zero():
    assert acute([[0, 0.9, 0.0, 0.0, 0.0]])["offset_h"].tolist() == [0.0]


def test_relief_that_outlasts_a_day_has_an_offset_of_a_day():
    assert acute([[0, 0.9, 0.9, 0.9, 0.9]], hours=(0, 2, 4, 20, 60))["offset_h"].tolist() == [24.0]
