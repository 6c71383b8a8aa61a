"""The named forms: closed-form points, limits, and refusals."""

import numpy as np
import pytest

from reprieve.errors import InputError
from reprieve.pkpd.effects import band, emax, linear_capped, power_ratio, sigmoid_emax


def test_hyperbola_by_hand():
    # 10 × 30 / (10 + 30) = 7.5; a quarter at a third of the EC50
    assert emax([0, 10 / 3, 10, 30], emax=10, ec50=10) == pytest.approx([0, 2.5, 5, 7.5])
    assert emax(1e12, emax=10, ec50=10) == pytest.approx(10)


def test_slope_of_the_hyperbola_at_zero_is_emax_over_ec50():
    assert emax(1e-9, emax=8, ec50=4) / 1e-9 == pytest.approx(2)


@pytest.mark.parametrize("hill", [0.3, 1, 3.71, 50])
def test_half_of_the_effect_at_the_ec50_whatever_the_steepness(hill):
    assert sigmoid_emax(0.56, emax=0.939, ec50=0.56, hill=hill) == pytest.approx(0.939 / 2)


def test_sigmoid_by_hand():
    # (2² / (1 + 2²)) × 5 = 4; a falling effect only changes sign
    assert sigmoid_emax(2, emax=5, ec50=1, hill=2) == pytest.approx(4)
    assert sigmoid_emax(2, emax=-5, ec50=1, hill=2) == pytest.approx(-4)


def test_slope_against_the_logarithm_at_the_ec50():
    below, above = sigmoid_emax(3 * np.exp([-1e-4, 1e-4]), emax=2, ec50=3, hill=4)
    assert (above - below) / 2e-4 == pytest.approx(2 * 4 / 4, rel=1e-6)


def test_reciprocal_symmetry():
    # f(ec50 x) + f(ec50 / x) = emax for every x
    x = np.geomspace(0.01, 100, 9)
    both = sigmoid_emax(7 * x, emax=3, ec50=7, hill=1.7) + sigmoid_emax(7 / x, emax=3, ec50=7, hill=1.7)
    assert both == pytest.approx(np.full(9, 3.0))


def test_no_power_overflows():
    assert sigmoid_emax([0, 1e-300, 1e300], emax=1, ec50=1, hill=50) == pytest.approx([0, 0, 1])


def test_line_is_level_from_its_cap_on():
    assert linear_capped([0, 50, 200, 400], effect_at_cap=0.8, cap=200) == pytest.approx([0, 0.2, 0.8, 0.8])


@pytest.mark.parametrize("exponent", [0.5, 1, 2])
def test_reference_doubles_whatever_the_exponent(exponent):
    assert power_ratio([0, 127], reference=127, exponent=exponent) == pytest.approx([1, 2])


def test_power_by_hand():
    # 1 + 0.5 × (20 / 10)² = 3
    assert power_ratio(20, reference=10, exponent=2, increase=0.5) == pytest.approx(3)


def test_both_ends_of_a_band_are_in_it():
    assert band([99, 100, 250, 251], lowest=100, highest=250).tolist() == [0, 1, 1, 2]
    assert band([99, 100, 1e6], lowest=100).tolist() == [0, 1, 1]


def test_shape_is_kept():
    assert emax(np.ones((2, 3)), emax=1, ec50=1).shape == (2, 3)
    assert band(3.0, lowest=1).shape == ()


@pytest.mark.parametrize("concentration", [-1, [1, np.nan], np.inf])
@pytest.mark.parametrize(
    "form",
    [
        lambda c: emax(c, emax=1, ec50=1),
        lambda c: linear_capped(c, effect_at_cap=1, cap=1),
        lambda c: power_ratio(c, reference=1, exponent=1),
        lambda c: band(c, lowest=1),
    ],
)
def test_impossible_concentrations_are_refused(form, concentration):
    with pytest.raises(InputError, match="A concentration is negative or not finite"):
        form(concentration)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: emax(1, emax=1, ec50=0), "ec50 is 0; it must be greater than zero"),
        (lambda: emax(1, emax=np.inf, ec50=1), "emax is inf; it must be finite"),
        (lambda: sigmoid_emax(1, emax=1, ec50=1, hill=-1), "hill is -1; it must be greater than zero"),
        (lambda: linear_capped(1, effect_at_cap=1, cap=0), "cap is 0; it must be greater than zero"),
        (lambda: power_ratio(1, reference=1, exponent=0), "exponent is 0; it must be greater than zero"),
        (lambda: band(1, lowest=2, highest=1), "highest is 1; it must be finite and at least lowest, 2"),
    ],
)
def test_impossible_parameters_are_refused(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call()
