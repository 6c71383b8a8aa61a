"""Starting from what is already in the compartments."""

import numpy as np
import pytest

from reprieve.pkpd.compartments import CompartmentGraph, Edge
from reprieve.pkpd.dose import Dose
from reprieve.pkpd.simulate import InitialState, simulate
from reprieve.pkpd.slow_state import SlowState

TWO = CompartmentGraph(("c", "p"), (Edge(0), Edge(0, 1), Edge(1, 0)))
CHAIN = CompartmentGraph(("a", "b", "c"), (Edge(0, 1), Edge(1, 2), Edge(2)))
SYSTEMS = {
    "modes": TWO.rate_matrix([[2.0, 1.5, 0.7], [0.5, 0.2, 0.3]]),
    "exponential": CHAIN.rate_matrix([[2.0, 2.0, 2.0], [0.4, 0.4, 0.4]]),  # equal rates have no modes
}
DOSES = [Dose(0.0, 0, 10.0), Dose(1.0, 0, 8.0, 4.0), Dose(3.0, 0, 30.0, 10.0), Dose(20.0, 0, 5.0)]


def slow_for(k, k_rec=0.003):
    drive = np.zeros(k.shape[:2])
    drive[:, -1] = 100.0
    ones = np.ones(len(k))
    return SlowState(drive, 10.5 * ones, ones, 0.02 * ones, k_rec * ones)


@pytest.mark.parametrize("name", SYSTEMS)
@pytest.mark.parametrize("shift", [0.0, 1000.0, -50.0])
def test_a_run_in_two_parts_is_the_run(name, shift):
    k = SYSTEMS[name]
    slow, eye = slow_for(k), np.eye(k.shape[1])
    times = np.array([5.0, 6.0, 13.0, 20.0, 30.0, 60.0])
    whole = simulate(k, eye, DOSES, times, slow=slow)
    first = simulate(k, eye, DOSES, [5.0], slow=slow)
    state = InitialState(5.0 + shift, first.values[:, 0], first.slow[:, 0])
    # from 5 h on: the infusion of 30 over 10 h has 8 h left
    later = [Dose(5.0 + shift, 0, 24.0, 8.0), Dose(20.0 + shift, 0, 5.0)]
    second = simulate(k, eye, later, times + shift, slow=slow, initial=state)
    np.testing.assert_allclose(second.values, whole.values, rtol=1e-9)
    np.testing.assert_allclose(second.slow, whole.slow, rtol=1e-6)


@pytest.mark.parametrize("name", SYSTEMS)
def test_amounts_in_place_are_a_bolus(name):
    k = SYSTEMS[name]
    slow, eye = slow_for(k), np.eye(k.shape[1])
    times = np.array([0.0, 0.1, 1.0, 7.0, 100.0])
    in_place = InitialState(0.0, np.tile(10.0 * eye[0], (len(k), 1)))
    found = simulate(k, eye, [], times, slow=slow, initial=in_place)
    expected = simulate(k, eye, [Dose(0.0, 0, 10.0)], times, slow=slow)
    np.testing.assert_allclose(found.values, expected.values, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(found.slow, expected.slow, rtol=1e-9)


@pytest.mark.parametrize("name", SYSTEMS)
def test_without_drug_the_reversed_fraction_only_returns(name):
    k = SYSTEMS[name]
    times = np.array([2.0, 26.0, 170.0])
    nothing = InitialState(2.0, np.zeros(k.shape[:2]), np.array([0.8, 0.1]))
    found = simulate(k, np.eye(k.shape[1]), [], times, slow=slow_for(k), initial=nothing).slow
    # U(t) = U(2) exp(-0.003 (t - 2)): after 24 h 0.8 e^-0.072, after a week 0.8 e^-0.504
    np.testing.assert_allclose(found, np.outer([0.8, 0.1], np.exp([0.0, -0.072, -0.504])), rtol=1e-8)


def test_a_state_for_one_subject_of_many_changes_no_other():
    k = np.repeat(SYSTEMS["modes"], 50, axis=0)
    amounts = np.zeros(k.shape[:2])
    amounts[70] = [3.0, 4.0]
    found = simulate(k, np.eye(2), DOSES, [1.0, 9.0], initial=InitialState(0.0, amounts)).values
    empty = simulate(k, np.eye(2), DOSES, [1.0, 9.0]).values
    np.testing.assert_array_equal(np.flatnonzero(np.any(found != empty, axis=(1, 2))), [70])


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (InitialState(0.0, np.zeros((2, 3))), r"expected \(2, 2\)"),
        (InitialState(0.0, np.zeros((2, 2)), np.zeros(3)), r"expected \(2, 2\) and \(2,\)"),
        (InitialState(0.0, np.full((2, 2), np.nan)), "not finite"),
        (InitialState(np.inf, np.zeros((2, 2))), "not finite"),
        (InitialState(0.0, np.zeros((2, 2)), np.array([0.0, 1.1])), "between 0 and 1"),
        (InitialState(0.5, np.zeros((2, 2))), "before the initial state at 0.5 h"),
    ],
)
def test_a_state_that_cannot_be_is_refused(state, says):
    with pytest.raises(ValueError, match=says):
        simulate(SYSTEMS["modes"], np.eye(2), DOSES, [9.0], initial=state)
