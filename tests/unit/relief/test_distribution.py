"""Quantiles, point masses, censoring and the interval of a probability."""

import numpy as np
import pytest

from reprieve.answers.relief import Quantiles, rounded
from reprieve.answers.relief_filling import lasting
from reprieve.errors import InputError
from reprieve.relief.distribution import Duration, between_draws, population_values

DRAW = np.repeat(np.arange(5), 2)


def test_four_digits_and_none():
    assert rounded(0.123456) == 0.1235
    assert rounded(123456.0) == 123500.0
    assert rounded(0.0) == 0.0


def test_quantiles_are_over_finite_values():
    assert Quantiles.of(np.array([np.nan, 0.0, 10.0])).known == (1.0, 5.0, 9.0)
    assert Quantiles.of(np.array([np.nan])).known is None


@pytest.fixture
def duration():
    # Six of ten have no relief, one is censored.
    return Duration(np.array([0, 0, 0, 0, 0, 0, 3, 14, 100, 365.0]), DRAW, 365.0)


def test_zeros_count_over_everybody(duration):
    assert duration.probability_any == pytest.approx(0.4)
    assert duration.quantile(0.5) == 0.0
    assert list(duration.if_relief) == [3, 14, 100, 365]
    answer = lasting(duration)
    assert answer.duration_days.q50 == 0.0
    assert answer.duration_days_if_relief.q50 == 57.0  # midway between 14 and 100
    assert answer.still_relieved_at_end_of_follow_up == 0.1


def test_longer_than_is_strict(duration):
    assert duration.exceeds(2.0) == pytest.approx(0.4)
    assert duration.exceeds(13.9) == pytest.approx(0.3)
    assert duration.exceeds(14.0) == pytest.approx(0.2)
    assert duration.exceeds(0.0) == duration.probability_any


@pytest.mark.parametrize("days", [365.0, 400.0, -1.0, float("nan")])
def test_nothing_is_said_beyond_follow_up(duration, days):
    with pytest.raises(InputError, match="Relief is followed for 365 days"):
        duration.exceeds(days)
    with pytest.raises(InputError, match="Relief is followed for 365 days"):
        duration.exceeds_between(days)


@pytest.mark.parametrize("asked", [-0.1, 1.1, [0.5, 2.0], float("nan")])
def test_probabilities_lie_between_0_and_1(duration, asked):
    with pytest.raises(InputError, match="Probabilities must be from 0 to 1"):
        duration.quantile(asked)


def test_sampling_noise_alone_has_no_interval():
    # Every draw has one of two: nothing lies between the draws.
    assert between_draws(np.tile([0.0, 1.0], 5), DRAW) == (0.5, 0.5, 0.5)


def test_draws_that_agree_within_keep_their_whole_spread():
    # All or none in each draw: there is no sampling noise to take out. Quantiles of 0 0 1 1 1.
    p, low, high = between_draws(np.repeat([0.0, 0.0, 1.0, 1.0, 1.0], 2), DRAW)
    assert (p, low, high) == (pytest.approx(0.6), 0.0, 1.0)


def test_what_is_left_has_the_between_draw_variance():
    # Means 0.25, 0.5, 0.75 of four people each: variance of means 0.0625, less p (1 - p) / 3 on average,
    # (0.1875 + 0.25 + 0.1875) / 3 / 3 = 0.0694: more noise than spread, so nothing is left.
    people = np.array([1, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0.0])
    np.testing.assert_allclose(population_values(people, np.repeat([0, 1, 2], 4)), 0.5)
    # The same means of eight people each: 0.0625 - 0.0694 * 3 / 7 = 0.03274.
    many = np.repeat(people, 2)
    assert population_values(many, np.repeat([0, 1, 2], 8)).var(ddof=1) == pytest.approx(0.0625 - 0.625 / 3 / 7)


def test_one_draw_alone_says_nothing_about_what_is_unknown():
    assert between_draws(np.array([0.0, 1.0, 1.0, 1.0]), np.zeros(4, dtype=int)) == (0.75, 0.75, 0.75)
