"""Doses that differ between subjects, against textbook formulas and against each subject alone."""

import numpy as np
import pytest

from reprieve.pkpd.individual_dose import IndividualDose
from reprieve.pkpd.individual_run import simulate_individually
from reprieve.pkpd.linear_system import LinearSystem
from reprieve.pkpd.simulate import InitialState, simulate
from reprieve.pkpd.slow_state import SlowState

TIMES = np.array([0.0, 0.3, 1.0, 2.5, 6.0, 7.0, 12.0, 30.0])
KA, KE = np.array([1.3, 0.9, 2.0]), np.array([0.2, 0.31, 0.11])


def depot_and_central():
    matrix = np.zeros((3, 2, 2))
    matrix[:, 0, 0], matrix[:, 1, 0], matrix[:, 1, 1] = -KA, KA, -KE
    return LinearSystem(matrix, np.array([[0.0, 1.0]]))


def bateman(mg, t):
    """Amount in the centre after a bolus into the depot: mg ka/(ka - ke) (exp(-ke t) - exp(-ka t))."""
    mg = np.asarray(mg)
    t = np.maximum(t, 0.0)
    grown = np.exp(-KE[:, None] * t) - np.exp(-KA[:, None] * t)
    return (mg * KA / (KA - KE))[:, None] * grown


def step(t):
    """Amount in the centre under 1 mg/h into the depot from time 0: the integral of the Bateman function."""
    t = np.maximum(t, 0.0)
    ke, ka = KE[:, None], KA[:, None]
    return ka / (ka - ke) * ((1 - np.exp(-ke * t)) / ke - (1 - np.exp(-ka * t)) / ka)


def test_amounts_in_proportion_by_the_bateman_function():
    share = np.array([0.2, 0.5, 1.16])
    doses = [IndividualDose(0.0, 0, 100 * share), IndividualDose(6.0, 0, 30 * share)]
    found = simulate_individually(depot_and_central(), doses, TIMES).values[:, :, 0]
    np.testing.assert_allclose(found, bateman(100 * share, TIMES) + bateman(30 * share, TIMES - 6), rtol=1e-11)


def test_amounts_out_of_proportion_and_none_by_the_bateman_function():
    for second in (np.array([40.0, 3.0, 7.0]), np.array([40.0, 0.0, 7.0])):
        first = np.array([10.0, 80.0, 50.0])
        doses = [IndividualDose(0.0, 0, first), IndividualDose(6.0, 0, second), IndividualDose(7.0, 0, 2 * first)]
        found = simulate_individually(depot_and_central(), doses, TIMES).values[:, :, 0]
        expected = bateman(first, TIMES) + bateman(second, TIMES - 6) + bateman(2 * first, TIMES - 7)
        np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-13)  # at the dose itself, rounding of zero


def test_durations_that_differ_by_the_integral_of_the_bateman_function():
    hours, mg = np.array([0.5, 2.0, 9.0]), np.array([10.0, 20.0, 30.0])
    doses = [IndividualDose(0.0, 0, mg, hours), IndividualDose(6.0, 0, 5.0)]
    found = simulate_individually(depot_and_central(), doses, TIMES).values[:, :, 0]
    expected = (mg / hours)[:, None] * (step(TIMES) - step(TIMES - hours[:, None]))
    np.testing.assert_allclose(found, expected + bateman(5.0, TIMES - 6), rtol=1e-10, atol=1e-12)


def random_system(rng, n_subjects):
    """Two that exchange and are fed by two depots, an effect site, and a slow state."""
    k = np.zeros((n_subjects, 5, 5))
    for source, target in ((0, 2), (1, 2), (2, 3), (3, 2)):
        rate = rng.uniform(0.1, 2.0, n_subjects)
        k[:, target, source] += rate
        k[:, source, source] -= rate
    k[:, 2, 2] -= rng.uniform(0.1, 1.0, n_subjects)
    k[:, 4, 2], k[:, 4, 4] = 0.7, -0.7
    readout = rng.uniform(0, 3, (n_subjects, 2, 5))
    drive = np.zeros((n_subjects, 5))
    drive[:, 2] = rng.uniform(1, 10, n_subjects)
    slow = SlowState(drive, np.full(n_subjects, 9.0), np.full(n_subjects, 1.0), np.full(n_subjects, 0.05),
                     np.full(n_subjects, 0.004))  # fmt: skip
    return LinearSystem(k, readout, slow)


@pytest.mark.parametrize("n_subjects", [1, 7])
@pytest.mark.parametrize("same_hours", [True, False])
def test_every_subject_gets_what_it_would_get_alone(n_subjects, same_hours):
    rng = np.random.default_rng(3)
    system = random_system(rng, n_subjects)
    amounts = rng.uniform(1, 50, (5, n_subjects))
    hours = 0.5 if same_hours else rng.uniform(0.2, 8, n_subjects)
    doses = [
        IndividualDose(0.0, 0, amounts[0]),
        IndividualDose(1.0, 0, amounts[1], hours),
        IndividualDose(1.0, 1, amounts[2]),
        IndividualDose(5.0, 1, 2 * amounts[2]),
        IndividualDose(5.0, 2, amounts[4], 2.0),
    ]
    start = InitialState(0.0, rng.uniform(0, 9, (n_subjects, 5)), rng.uniform(0, 0.3, n_subjects))
    found = simulate_individually(system, doses, TIMES, initial=start)
    for i in range(n_subjects):
        alone = system.of_subjects([i])
        own = InitialState(0.0, start.amounts[[i]], start.slow[[i]])
        plain = simulate(
            alone.rate_matrix, alone.readout, [d.of_subject(i) for d in doses], TIMES, slow=alone.slow, initial=own
        )
        np.testing.assert_allclose(found.values[i], plain.values[0], rtol=1e-9)
        np.testing.assert_allclose(found.slow[i], plain.slow[0], rtol=1e-6)
