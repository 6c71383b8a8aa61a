"""Performance errors as Varvel, Donoho and Shafer (1992) define them, by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from reprieve.errors import InputError
from reprieve.pkpd.prediction_error import percentage_errors, prediction_error


def test_five_samples_by_hand():
    # (110 - 100)/100, (90 - 100)/100, (60 - 50)/50, (20 - 40)/40, (33 - 30)/30
    errors = percentage_errors([110, 90, 60, 20, 33], [100, 100, 50, 40, 30])
    assert errors == pytest.approx([10, -10, 20, -50, 10])
    found = prediction_error(errors, [0, 1, 2, 3, 4])
    assert found.bias == pytest.approx(10)  # of -50 -10 10 10 20
    assert found.inaccuracy == pytest.approx(10)  # of 10 10 10 20 50
    assert found.wobble == pytest.approx(10)  # distances from 10: 0 0 10 20 60
    # sizes 10 10 20 50 10 at times -2 .. 2 from the mean: (-20 - 10 + 0 + 50 + 20) / 10
    assert found.divergence == pytest.approx(4)


@given(st.lists(st.tuples(st.floats(0.1, 1000), st.floats(0.1, 1000)), min_size=3, max_size=30))
def test_divergence_is_the_slope_of_least_squares(pairs):
    measured, predicted = np.array(pairs).T
    errors = percentage_errors(measured, predicted)
    times = np.arange(errors.size)
    slope = stats.linregress(times, np.abs(errors)).slope
    assert prediction_error(errors, times).divergence == pytest.approx(slope, rel=1e-9, abs=1e-6)


@given(st.floats(0.1, 10), st.lists(st.floats(0.1, 1000), min_size=1, max_size=20))
def test_a_constant_factor_is_all_bias_and_no_wobble(factor, predicted):
    found = prediction_error(percentage_errors(factor * np.array(predicted), predicted), np.arange(len(predicted)))
    assert found.bias == pytest.approx(100 * (factor - 1), abs=1e-6)
    assert found.inaccuracy == pytest.approx(abs(100 * (factor - 1)), abs=1e-6)
    assert found.wobble == pytest.approx(0, abs=1e-6)


def test_one_sample_has_no_divergence():
    assert prediction_error([5.0], [1.0]).divergence is None


@pytest.mark.parametrize(
    ("values", "references", "sentence"),
    [
        ([1, 2], [1], r"shape \(2,\) and \(1,\)"),
        ([], [], "one or more values"),
        ([1, float("nan")], [1, 1], "not finite; leave such samples out"),
        ([1, 2], [1, 0], "reference concentration is 0"),
        ([1, 2], [1, -3], "reference concentration is -3"),
    ],
)
def test_what_has_no_error_is_refused(values, references, sentence):
    with pytest.raises(InputError, match=sentence):
        percentage_errors(values, references)


def test_times_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="one time for each error"):
        prediction_error([1.0, 2.0], [1.0])
    with pytest.raises(InputError, match="not finite"):
        prediction_error([1.0, float("inf")], [1.0, 2.0])
