"""The slow state against an adaptive solver, closed forms in its limits, and its own convergence."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from reprieve.pkpd import schedule
from reprieve.pkpd.compartments import CompartmentGraph, Edge
from reprieve.pkpd.dose import Dose
from reprieve.pkpd.simulate import simulate
from reprieve.pkpd.slow_state import SlowState

ONE = CompartmentGraph(("c",), (Edge(0),))
THREE = CompartmentGraph(("c", "p", "d"), (Edge(0), Edge(0, 1), Edge(1, 0), Edge(0, 2), Edge(2, 0)))
DEPOT = CompartmentGraph(("depot", "c"), (Edge(0, 1), Edge(1)))
K_THREE = THREE.rate_matrix([[4.0, 4.5, 1.8, 3.0, 0.4]])[0]
DRIVE_THREE = np.array([1000 / 20.0, 0.0, 0.0])
K_ORAL = DEPOT.rate_matrix([[1.5, 0.35]])[0]
DRIVE_ORAL = np.array([0.0, 0.2 * 1000 / 230.0])
HALF_LIFE = 10.9 * 24

STEPPED = [
    Dose(24 * i, 0, mg_h * h, h) for i, (mg_h, h) in enumerate([(10, 24), (15, 24), (20, 24), (25, 24), (30, 4)])
]
DAILY = [Dose(24 * day, 0, 100.0, 4.0) for day in range(10)]
COURSES = {
    "100-h stepped infusion": (K_THREE, DRIVE_THREE, STEPPED),
    "ten 4-h infusions": (K_THREE, DRIVE_THREE, DAILY),
    "40-min infusion": (K_THREE, DRIVE_THREE, [Dose(0, 0, 35.0, 2 / 3)]),
    "boluses": (K_THREE, DRIVE_THREE, [Dose(0, 0, 25.0), Dose(6, 0, 25.0), Dose(72, 0, 50.0)]),
    "oral, three times a day": (K_ORAL, DRIVE_ORAL, [Dose(8 * i, 0, 35.0) for i in range(30)]),
}
EARLY = [0.001, 0.01, 0.1, 0.5, 0.67, 1, 2, 4, 4.01, 4.3, 6, 9, 14, 24, 24.05, 26, 28, 33, 50, 72.2]
LOOKS = np.array([*EARLY, 100, 101, 110, 150, 217, 222, 240, 250, 300, 500, 1000, 2016])
RETURN = math.log(2) / HALF_LIFE


def slow_state(drive, *, c50=10.5, hill=1.0, per_day=0.4787, k_rec=RETURN):
    one = np.ones(1)
    return SlowState(np.atleast_2d(drive), c50 * one, hill * one, per_day / 24 * one, k_rec * one)


def by_adaptive_solver(k, drive, doses, slow, times):
    """U by DOP853, restarted at every event and observation (its dense output would be off by 1e-5)."""
    c50, hill, k_des, k_rec = (float(p[0]) for p in (slow.c50, slow.hill, slow.k_des, slow.k_rec))
    changes = {d.time_h for d in doses} | {d.time_h + d.duration_h for d in doses}
    events = sorted({0.0, *times} | {t for t in changes if t <= max(times)})
    state = np.zeros(len(k) + 1)
    seen = {}
    for now, following in pairwise([*events, None]):
        for dose in doses:
            if dose.duration_h == 0 and dose.time_h == now:
                state[dose.compartment] += dose.amount
        seen[now] = state[-1]
        if following is None:
            break
        rate = np.zeros(len(k))
        for dose in doses:
            if dose.time_h <= now < dose.time_h + dose.duration_h:
                rate[dose.compartment] += dose.amount / dose.duration_h

        def change(_, y, rate=rate):
            ratio = (max(float(drive @ y[:-1]), 0.0) / c50) ** hill
            g = ratio / (1 + ratio)
            return np.append(k @ y[:-1] + rate, k_des * g * (1 - y[-1]) - k_rec * y[-1])

        state = solve_ivp(change, (now, following), state, method="DOP853", rtol=1e-11, atol=1e-18).y[:, -1]
    return np.array([seen[t] for t in times])


def worst_error(found, expected):
    """Largest relative error wherever U is above a millionth of its maximum."""
    counts = expected > 1e-6 * expected.max()
    return np.max(np.abs(found - expected)[counts] / expected[counts])


@pytest.mark.parametrize("name", COURSES)
@pytest.mark.parametrize(
    ("hill", "c50", "per_day"),
    [(1.0, 10.5, 0.4787), (1.7, 10.5, 0.4787), (0.7, 10.5, 0.4787), (1.0, 1.0, 20.0), (1.7, 200.0, 0.05)],
)
def test_an_adaptive_solver_agrees(name, hill, c50, per_day):
    k, drive, doses = COURSES[name]
    times = LOOKS if len(doses) <= 10 else LOOKS[LOOKS < 40]
    slow = slow_state(drive, hill=hill, c50=c50, per_day=per_day)
    found = simulate(k[None], drive[None], doses, times, slow=slow).slow[0]
    assert worst_error(found, by_adaptive_solver(k, drive, doses, slow, times)) <= 1e-6


@pytest.mark.parametrize("name", COURSES)
@pytest.mark.parametrize("hill", [0.7, 1.0, 1.7, 3.0])
def test_finer_panels_change_nothing(name, hill, monkeypatch):
    k, drive, doses = COURSES[name]
    cases = [(c50, per_day) for c50 in (1.0, 10.5, 200.0) for per_day in (0.05, 20.0)]

    def outcomes():
        slow = [slow_state(drive, hill=hill, c50=c50, per_day=per_day) for c50, per_day in cases]
        return [simulate(k[None], drive[None], doses, LOOKS, slow=one).slow[0] for one in slow]

    usual = outcomes()
    monkeypatch.setattr(schedule, "_FIRST_PANEL_EVER", schedule._FIRST_PANEL_EVER / 20)
    monkeypatch.setattr(schedule, "_FIRST_PANEL", schedule._FIRST_PANEL / 20)
    monkeypatch.setattr(schedule, "_GROWTH", 1.4)
    monkeypatch.setattr(schedule, "_FALL_PER_PANEL", 0.5)
    assert max(worst_error(a, b) for a, b in zip(usual, outcomes(), strict=True)) <= 5e-7


@pytest.mark.parametrize("half_life_h", [0.2, 1.0, 5.0, 20.0])
def test_a_concentration_that_falls_through_c50_is_followed(half_life_h):
    # C = C0 e^{-λt} from far above C50 (1000-fold) down: ∫ g dt from 0 to t is ln((C50 + C0)/(C50 + C(t)))/λ.
    rate, c50, top = math.log(2) / half_life_h, 1.0, 1000.0
    times = np.array([0.5, 1, 2, 5, 10, 12, 20, 40]) * half_life_h
    per_h = 1e-3
    slow = slow_state([1.0], c50=c50, per_day=24 * per_h, k_rec=0.0)
    found = simulate(np.array([[[-rate]]]), np.ones((1, 1)), [Dose(0, 0, top)], times, slow=slow).slow[0]
    exposure = np.log((c50 + top) / (c50 + top * np.exp(-rate * times))) / rate
    np.testing.assert_allclose(found, -np.expm1(-per_h * exposure), rtol=1e-7)


def test_no_drug_leaves_exactly_nothing():
    found = simulate(K_THREE[None], DRIVE_THREE[None], [], LOOKS, slow=slow_state(DRIVE_THREE))
    assert not found.slow.any()


def test_constant_concentration_has_a_closed_form():
    # Bolus to steady state together with the infusion that keeps it: C = 30 ng/mL throughout.
    rate, level = 0.5, 30.0
    doses = [Dose(0, 0, level), Dose(0, 0, level * rate * 3000, 3000)]
    for c50, hill, per_day in [(10.5, 1.0, 0.48), (50.0, 1.7, 20.0), (3.0, 0.7, 0.05)]:
        slow = slow_state([1.0], c50=c50, hill=hill, per_day=per_day)
        found = simulate(np.array([[[-rate]]]), np.ones((1, 1)), doses, LOOKS, slow=slow)
        np.testing.assert_allclose(found.values[0, :, 0], level, rtol=1e-11)
        g = level**hill / (c50**hill + level**hill)
        up, down = per_day / 24 * g, RETURN
        expected = up / (up + down) * -np.expm1(-(up + down) * LOOKS)
        np.testing.assert_allclose(found.slow[0], expected, rtol=1e-9)


def test_without_return_only_the_exposure_counts():
    # Mono-exponential bolus, Hill 1: ∫ g dt = ln((C50 + C0) / (C50 + C)) / λ, and U = 1 - exp(-k_des ∫ g).
    rate, c50, top = 0.4, 20.0, 80.0
    slow = slow_state([1.0], c50=c50, per_day=2.4, k_rec=0.0)
    found = simulate(np.array([[[-rate]]]), np.ones((1, 1)), [Dose(0, 0, top)], LOOKS, slow=slow).slow[0]
    exposure = np.log((c50 + top) / (c50 + top * np.exp(-rate * LOOKS))) / rate
    np.testing.assert_allclose(found, -np.expm1(-0.1 * exposure), rtol=1e-7)


def test_what_was_reversed_returns_with_its_half_life():
    slow = slow_state(DRIVE_THREE)
    late = 600.0 + HALF_LIFE * np.array([0.0, 1.0, 2.0, 3.0])
    found = simulate(K_THREE[None], DRIVE_THREE[None], DAILY, late, slow=slow).slow[0]
    np.testing.assert_allclose(found / found[0], [1, 1 / 2, 1 / 4, 1 / 8], rtol=1e-9)


def test_a_trace_of_drug_is_integrated_as_carefully_as_a_dose():
    # Far below C50 the response is linear in dose, so a billionth of the dose does a billionth of it.
    slow = slow_state(DRIVE_THREE, c50=1e6)
    traces = [
        simulate(K_THREE[None], DRIVE_THREE[None], [Dose(0, 0, mg, 4.0)], [2, 10, 100, 2000], slow=slow).slow[0]
        for mg in (1e-6, 1e-15)
    ]
    np.testing.assert_allclose(traces[1] * 1e9, traces[0], rtol=1e-8)


@settings(deadline=None, max_examples=30)
@given(
    mg=st.floats(0.01, 2000),
    hours=st.sampled_from([0.0, 0.01, 0.67, 4.0, 100.0]),
    hill=st.floats(0.5, 4),
    c50=st.floats(0.5, 300),
    per_day=st.floats(0.01, 30),
)
def test_u_is_a_fraction_and_grows_with_the_dose(mg, hours, hill, c50, per_day):
    slow = slow_state(DRIVE_THREE, hill=hill, c50=c50, per_day=per_day)
    less, more = (
        simulate(K_THREE[None], DRIVE_THREE[None], [Dose(0, 0, amount, hours)], LOOKS, slow=slow).slow[0]
        for amount in (mg, 1.5 * mg)
    )
    for u in (less, more):
        assert np.all((u >= 0) & (u <= 1))
    assert np.all(more >= less * (1 - 1e-6))


def test_the_driving_analyte_may_be_a_metabolite():
    graph = CompartmentGraph(("c", "m"), (Edge(0, 1), Edge(1)))
    k, drive = graph.rate_matrix([[0.9, 0.25]])[0], np.array([0.0, 4.0])
    doses = [Dose(0, 0, 50.0, 4.0), Dose(24, 0, 50.0)]
    slow = slow_state(drive, hill=1.7)
    found = simulate(k[None], np.eye(2), doses, LOOKS[:24], slow=slow).slow[0]
    assert worst_error(found, by_adaptive_solver(k, drive, doses, slow, LOOKS[:24])) <= 1e-6
