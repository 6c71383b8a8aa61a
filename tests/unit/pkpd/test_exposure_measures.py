"""Exposure measures against closed forms, SciPy quadrature and root finding, and additivity."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import brentq, minimize_scalar

from reprieve.errors import InputError
from reprieve.pkpd.compartments import CompartmentGraph, Edge
from reprieve.pkpd.dose import Dose
from reprieve.pkpd.measures import auc_between, auc_to_infinity, peak, time_above
from reprieve.pkpd.simulate import simulate

CL, V, KA = 12.0, 40.0, 1.5  # L/h, L, 1/h
K = CL / V
ONE = CompartmentGraph(("body",), (Edge(0),)).rate_matrix([[K]])
ORAL = CompartmentGraph(("gut", "body"), (Edge(0, 1), Edge(1))).rate_matrix([[KA, K]])
READ_ONE, READ_ORAL = np.array([[1 / V]]), np.array([[0.0, 1 / V]])
TWO = CompartmentGraph(("a", "b"), (Edge(0), Edge(0, 1), Edge(1, 0)))
# k10 = 4, k12 = 4.5, k21 = 1.8, k13 = 3, k31 = 0.4 1/h and an oral depot in front of it
FOUR = CompartmentGraph(
    ("gut", "a", "b", "c"), (Edge(0, 1), Edge(1), Edge(1, 2), Edge(2, 1), Edge(1, 3), Edge(3, 1))
).rate_matrix([[0.9, 4.0, 4.5, 1.8, 3.0, 0.4]])
READ_FOUR = np.array([[0, 1 / 20, 0, 0], [0, 0, 1 / 50, 0.0]])


def exponentials(matrix, readout, start):
    """Weights (outputs, modes) and rates of readout exp(Kt) start, by numpy's general eigensolver."""
    rates, vectors = np.linalg.eig(matrix)
    return (readout @ vectors) * np.linalg.solve(vectors, start), -rates


def test_area_of_any_input_is_dose_over_clearance():
    for doses in (
        [Dose(0, 0, 100)],
        [Dose(3, 0, 100, 5)],
        [Dose(0, 0, 30), Dose(2, 0, 40, 1), Dose(50, 0, 30, 0.5)],
    ):
        assert auc_to_infinity(ONE, READ_ONE, doses)[0, 0] == pytest.approx(100 / CL, rel=1e-14)
    assert auc_to_infinity(ORAL, READ_ORAL, [Dose(0, 0, 100)])[0, 0] == pytest.approx(100 / CL, rel=1e-14)


def test_a_late_window_after_a_bolus_keeps_its_digits():
    expected = 100 / CL * (math.exp(-K * 60) - math.exp(-K * 61))
    assert auc_between(ONE, READ_ONE, [Dose(0, 0, 100)], 60, 61)[0, 0] == pytest.approx(expected, rel=1e-10)


def test_a_window_of_a_millisecond_keeps_its_digits():
    width = 1 / 3.6e6
    expected = 100 / V * math.exp(-K * 2) * -math.expm1(-K * width) / K
    area = auc_between(ONE, READ_ONE, [Dose(0, 0, 100)], 2.0, 2.0 + width)[0, 0]
    assert area == pytest.approx(expected, rel=1e-9)  # the width itself has ten digits


@pytest.mark.parametrize(("start", "end", "given_until"), [(0.0, 2.0, 2.0), (0.5, 5.0, 2.0), (1.0, 1.5, 2.0)])
def test_area_during_an_infusion_by_its_formula(start, end, given_until):
    # C = (R/CL)(1 - e^{-kt}) until 2 h, then it decays
    rate = 50.0

    def curve(t):
        during = rate / CL * -math.expm1(-K * min(t, given_until))
        return during * math.exp(-K * max(t - given_until, 0.0))

    expected = quad(curve, start, end, points=[given_until] if start < given_until < end else None, epsabs=1e-13)[0]
    area = auc_between(ONE, READ_ONE, [Dose(0, 0, 100, 2)], start, end)[0, 0]
    assert area == pytest.approx(expected, rel=1e-10)


def test_a_bolus_at_the_edge_of_a_window_counts_after_it():
    doses = [Dose(0, 0, 100), Dose(4, 0, 100)]
    first = 100 / CL * -math.expm1(-K * 4)
    assert auc_between(ONE, READ_ONE, doses, 0, 4)[0, 0] == pytest.approx(first, rel=1e-12)
    assert auc_between(ONE, READ_ONE, doses, 4, 8)[0, 0] == pytest.approx(first * (1 + math.exp(-K * 4)), rel=1e-12)


def test_four_compartments_against_quadrature_of_their_exponentials():
    weights, rates = exponentials(FOUR[0], READ_FOUR, np.array([200.0, 0, 0, 0]))
    areas = auc_between(FOUR, READ_FOUR, [Dose(0, 0, 200)], 0.3, 40.0)[0]
    for output, area in enumerate(areas):
        expected = quad(lambda t, o=output: weights[o] @ np.exp(-rates * t), 0.3, 40, epsrel=1e-12, limit=200)[0]
        assert area == pytest.approx(expected, rel=1e-9)


@given(
    doses=st.lists(
        st.tuples(st.floats(0, 20), st.integers(0, 3), st.floats(1, 500), st.sampled_from([0.0, 0.5, 3.0])),
        min_size=1,
        max_size=4,
    ),
    inside=st.floats(0.05, 0.95),
    factor=st.floats(0.1, 30),
)
@settings(max_examples=40, deadline=None)
def test_areas_add_over_doses_and_windows_and_scale_with_dose(doses, inside, factor):
    given_doses = [Dose(*dose) for dose in doses]
    whole = auc_between(FOUR, READ_FOUR, given_doses, 0.0, 30.0)
    singly = sum(auc_between(FOUR, READ_FOUR, [dose], 0.0, 30.0) for dose in given_doses)
    np.testing.assert_allclose(singly, whole, rtol=1e-9)
    middle = 30 * inside
    parts = auc_between(FOUR, READ_FOUR, given_doses, 0, middle) + auc_between(FOUR, READ_FOUR, given_doses, middle, 30)
    np.testing.assert_allclose(parts, whole, rtol=1e-9)
    scaled = [Dose(d.time_h, d.compartment, factor * d.amount, d.duration_h) for d in given_doses]
    np.testing.assert_allclose(auc_between(FOUR, READ_FOUR, scaled, 0, 30), factor * whole, rtol=1e-9)
    rest = auc_between(FOUR, READ_FOUR, given_doses, 30.0, 300.0)
    np.testing.assert_allclose(whole + rest, auc_to_infinity(FOUR, READ_FOUR, given_doses), rtol=1e-8)


def test_oral_peak_by_its_formula():
    found = peak(ORAL, READ_ORAL, [Dose(0, 0, 100)])
    when = math.log(KA / K) / (KA - K)
    assert found.time_h[0, 0] == pytest.approx(when, rel=1e-7)
    # at the peak absorption equals elimination, so Cmax = (D/V) e^{-k tmax}
    assert found.value[0, 0] == pytest.approx(100 / V * math.exp(-K * when), rel=1e-12)


def test_bolus_and_infusion_peak_when_given():
    bolus = peak(ONE, READ_ONE, [Dose(2, 0, 100)])
    assert (bolus.value[0, 0], bolus.time_h[0, 0]) == pytest.approx((100 / V, 2), rel=1e-12)
    infusion = peak(ONE, READ_ONE, [Dose(1, 0, 100, 2)])
    assert infusion.value[0, 0] == pytest.approx(50 / CL * -math.expm1(-K * 2), rel=1e-12)
    assert infusion.time_h[0, 0] == 3.0


def test_the_highest_of_many_peaks_is_found():
    # every 6 h, five times, then a smaller sixth: the fifth peak is the highest
    doses = [Dose(6 * i, 0, 100) for i in range(5)] + [Dose(30, 0, 20)]
    found = peak(ORAL, READ_ORAL, doses)

    def curve(t):
        gone = [t - d.time_h for d in doses if d.time_h <= t]
        each = [d.amount for d in doses if d.time_h <= t]
        return sum(
            a / V * KA / (KA - K) * (math.exp(-K * s) - math.exp(-KA * s)) for a, s in zip(each, gone, strict=True)
        )

    best = minimize_scalar(lambda t: -curve(t), bounds=(24, 30), method="bounded", options={"xatol": 1e-10})
    assert found.value[0, 0] == pytest.approx(-best.fun, rel=1e-12)
    assert found.time_h[0, 0] == pytest.approx(best.x, abs=1e-6)


def test_equal_rates_are_no_obstacle_to_a_peak():
    # ka = k: C = (D/V) k t e^{-kt}, highest at 1/k, where it is D / (V e)
    equal = CompartmentGraph(("gut", "body"), (Edge(0, 1), Edge(1))).rate_matrix([[K, K]])
    found = peak(equal, READ_ORAL, [Dose(0, 0, 100)])
    assert found.time_h[0, 0] == pytest.approx(1 / K, rel=1e-6)
    assert found.value[0, 0] == pytest.approx(100 / V / math.e, rel=1e-10)


def test_peaks_of_a_long_chain_of_equal_stages():
    # n equal stages: amount in the last is k^(n-1) t^(n-1) e^{-kt} / (n-1)!, highest at (n-1)/k
    n, k = 8, 0.7
    chain = CompartmentGraph(tuple("abcdefgh"), (*(Edge(i, i + 1) for i in range(n - 1)), Edge(n - 1)))
    readout = np.eye(n)[[-1]]
    found = peak(chain.rate_matrix([[k] * n]), readout, [Dose(0, 0, 1.0)])
    assert found.time_h[0, 0] == pytest.approx((n - 1) / k, rel=1e-6)
    expected = (n - 1) ** (n - 1) * math.exp(-(n - 1)) / math.factorial(n - 1)
    assert found.value[0, 0] == pytest.approx(expected, rel=1e-10)


def test_stiff_subjects_side_by_side_keep_their_own_peaks():
    fast = [[60.0, 5.0], [0.05, 0.01], [1.5, 0.3]]
    matrices = CompartmentGraph(("gut", "body"), (Edge(0, 1), Edge(1))).rate_matrix(fast)
    found = peak(matrices, READ_ORAL, [Dose(0, 0, 100)])
    for row, (ka, k) in enumerate(fast):
        when = math.log(ka / k) / (ka - k)
        assert found.time_h[row, 0] == pytest.approx(when, rel=1e-6)
        assert found.value[row, 0] == pytest.approx(100 / V * math.exp(-k * when), rel=1e-10)


def test_time_above_a_level_after_a_bolus_and_over_doses():
    # above D/V e^{-k·3} for 3 h
    level = 100 / V * math.exp(-K * 3)
    above = time_above(ONE, READ_ONE, [Dose(0, 0, 100)], level, 0, 24)
    assert above[0, 0] == pytest.approx(3.0, rel=1e-9)
    assert time_above(ONE, READ_ONE, [Dose(0, 0, 100)], level, 1, 2)[0, 0] == pytest.approx(1.0, rel=1e-12)
    assert time_above(ONE, READ_ONE, [Dose(0, 0, 100)], 3.0, 0, 24)[0, 0] == 0.0
    # far apart, each dose adds its own time: the remnant e^{-k·100} is 1e-13
    thrice = [Dose(100 * i, 0, 100) for i in range(3)]
    assert time_above(ONE, READ_ONE, thrice, level, 0, 300)[0, 0] == pytest.approx(9.0, rel=1e-9)


def test_time_above_of_an_oral_dose_against_root_finding():
    def curve(t):
        return 100 / V * KA / (KA - K) * (math.exp(-K * t) - math.exp(-KA * t))

    when = math.log(KA / K) / (KA - K)
    top = curve(when)
    for share in (0.01, 0.5, 0.9, 0.9999):
        level = share * top
        up = brentq(lambda t, x=level: curve(t) - x, 0, when, xtol=1e-14)
        down = brentq(lambda t, x=level: curve(t) - x, when, 60, xtol=1e-14)
        above = time_above(ORAL, READ_ORAL, [Dose(0, 0, 100)], level, 0, 60)[0, 0]
        assert above == pytest.approx(down - up, rel=1e-6)


def test_levels_may_differ_by_output():
    doses = [Dose(0, 0, 200)]
    tops = peak(FOUR, READ_FOUR, doses).value
    above = time_above(FOUR, READ_FOUR, doses, tops * [[0.5, 1.01]], 0, 48)
    assert above[0, 0] > 0
    assert above[0, 1] == 0


def test_what_cannot_be_meant_is_refused():
    doses = [Dose(0, 0, 100)]
    with pytest.raises(InputError, match=r"runs from 5 to 5 h; give two finite times, the earlier first"):
        auc_between(ONE, READ_ONE, doses, 5, 5)
    with pytest.raises(InputError, match="the earlier first"):
        time_above(ONE, READ_ONE, doses, 1.0, 0, math.inf)
    with pytest.raises(InputError, match=r"level is 0\.0; it must be a finite number above zero"):
        time_above(ONE, READ_ONE, doses, 0.0, 0, 5)
    with pytest.raises(InputError, match="at least one dose"):
        peak(ONE, READ_ONE, [])
    with pytest.raises(InputError, match=r"readout is \(1, 3\); it must be \(n_outputs, 1\)"):
        auc_to_infinity(ONE, np.ones((1, 3)), doses)
    with pytest.raises(InputError, match=r"rate_matrix is \(2, 2\)"):
        peak(ORAL[0], READ_ORAL, doses)
    with pytest.raises(InputError, match="dose goes into compartment -1; there are 1, counted from 0"):
        auc_to_infinity(ONE, READ_ONE, [Dose(0, -1, 100)])
    trap = CompartmentGraph(("body", "bone"), (Edge(0), Edge(0, 1))).rate_matrix([[1.0, 0.5]])
    with pytest.raises(
        InputError, match=r"Compartment 1 of subject 0 \(both .* is never emptied, so areas are infinite"
    ):
        auc_to_infinity(trap, np.eye(2), doses)


def test_an_effect_site_takes_nothing_and_has_the_area_of_what_it_follows():
    # a sensor edge brings without taking, so the column of the body sums to more than its loss
    matrix = CompartmentGraph(("body",), (Edge(0),)).with_effect_site("body").rate_matrix([[K, 5.0, 5.0]])
    areas = auc_to_infinity(matrix, np.eye(2) / V, [Dose(0, 0, 100)])
    assert areas[0] == pytest.approx([100 / CL, 100 / CL], rel=1e-13)
    # the site of a bolus peaks at ln(ke0/k)/(ke0 - k), where it equals the concentration
    when = math.log(5.0 / K) / (5.0 - K)
    top = peak(matrix, np.eye(2) / V, [Dose(0, 0, 100)])
    assert top.time_h[0, 1] == pytest.approx(when, rel=1e-7)
    assert top.value[0, 1] == pytest.approx(100 / V * math.exp(-K * when), rel=1e-11)


def test_many_subjects_are_measured_in_blocks_and_each_by_its_own_rates():
    rates = np.geomspace(0.1, 2.0, 6000)[:, None]
    bodies = CompartmentGraph(("body",), (Edge(0),)).rate_matrix(rates)
    above = time_above(bodies, READ_ONE, [Dose(0, 0, 100)], 100 / V / 8, 0, 48)
    np.testing.assert_allclose(above[:, 0], math.log(8) / rates[:, 0], rtol=1e-9)


@given(
    rates=st.lists(st.floats(0.02, 20), min_size=6, max_size=6),
    doses=st.lists(
        st.tuples(st.integers(0, 12_000), st.integers(0, 3), st.floats(1, 500), st.sampled_from([0.0, 0.25, 3.0])),
        min_size=1,
        max_size=5,
    ),
    share=st.floats(0.05, 0.98),
)
@settings(max_examples=20, deadline=None)
def test_peak_and_time_above_against_looking_very_often(rates, doses, share):
    rates = np.array(rates) * [1.0, 1.01, 1.03, 1.07, 1.13, 1.19]  # ties have their own tests
    matrix = CompartmentGraph(
        ("gut", "a", "b", "c"), (Edge(0, 1), Edge(1), Edge(1, 2), Edge(2, 1), Edge(1, 3), Edge(3, 1))
    ).rate_matrix([rates])
    given_doses = [Dose(milli / 1000, *rest) for milli, *rest in doses]
    times = np.arange(24_001) / 1000
    looked = simulate(matrix, READ_FOUR, given_doses, times).values[0]
    found = peak(matrix, READ_FOUR, given_doses, 0, 24)
    highest = looked.max(axis=0)
    assert np.all(found.value[0] >= highest * (1 - 1e-9))
    np.testing.assert_allclose(found.value[0], highest, rtol=2e-3)  # between looks a millihour apart
    at_peak = simulate(matrix, READ_FOUR, given_doses, np.sort(found.time_h[0])).values[0]
    np.testing.assert_allclose(at_peak.max(axis=0), found.value[0], rtol=1e-6)
    above = time_above(matrix, READ_FOUR, given_doses, share * found.value, 0, 24)
    counted = np.diff(times) @ (looked[:-1] >= share * found.value[0])
    np.testing.assert_allclose(above[0], counted, atol=0.001 * (2 + 2 * len(doses)))
