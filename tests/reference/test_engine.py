"""Concentrations against matrix exponentials, textbook formulas and conservation laws."""

import subprocess
import sys
from pathlib import Path

import matrix_exponential
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from reprieve.pkpd import exponential, modes, propagation, slow_state
from reprieve.pkpd import simulate as engine
from reprieve.pkpd.compartments import CompartmentGraph, Edge
from reprieve.pkpd.dose import Dose
from reprieve.pkpd.modes import block_structure
from reprieve.pkpd.schedule import compile_schedule
from reprieve.pkpd.simulate import simulate
from reprieve.pkpd.slow_state import SlowState

ONE = CompartmentGraph(("c",), (Edge(0),))
TWO = CompartmentGraph(("c", "p"), (Edge(0), Edge(0, 1), Edge(1, 0)))
THREE = CompartmentGraph(("c", "p", "d"), (Edge(0), Edge(0, 1), Edge(1, 0), Edge(0, 2), Edge(2, 0)))
PARENT_METABOLITE = CompartmentGraph(
    ("c", "p", "d", "m", "mp"),
    (Edge(0, 3), Edge(0, 1), Edge(1, 0), Edge(0, 2), Edge(2, 0), Edge(3), Edge(3, 4), Edge(4, 3)),
)
DEPOT = CompartmentGraph(("depot", "c"), (Edge(0, 1), Edge(1)))
CHAIN = CompartmentGraph(("a", "b", "c", "d", "e"), (*(Edge(i, i + 1) for i in range(4)), Edge(4)))
RING = CompartmentGraph(("a", "b", "c"), (Edge(0, 1), Edge(1, 2), Edge(2, 0), Edge(0)))
LIVER = CompartmentGraph(("gut", "liver", "body"), (Edge(0, 1), Edge(1, 2), Edge(2, 1), Edge(1)))
SITE = TWO.with_effect_site("c")
PARENT_RATES = [4.0, 4.5, 1.8, 3.0, 0.4, 1.0, 0.67, 0.4]

SYSTEMS = {
    "one compartment": ONE.rate_matrix([[0.35]]),
    "two compartments": TWO.rate_matrix([[2.0, 1.5, 0.7]]),
    "three compartments": THREE.rate_matrix([[4.0, 4.5, 1.8, 3.0, 0.4]]),
    "three compartments, stiff": THREE.rate_matrix([[8.0, 35.0, 6.0, 3.0, 0.02]]),
    "parent and metabolite": PARENT_METABOLITE.rate_matrix([PARENT_RATES], [0.8, 1, 1, 1, 1, 1, 1, 1]),
    "first-order depot": DEPOT.rate_matrix([[1.1, 0.3]]),
    "depot as fast as elimination": DEPOT.rate_matrix([[0.3, 0.3]]),
    "metabolite nearly as fast": DEPOT.rate_matrix([[0.3, 0.3 * (1 + 1e-7)]]),
    "transit chain, equal rates": CHAIN.rate_matrix([[2.0, 2.0, 2.0, 2.0, 0.3]]),
    "transit chain, nearly equal rates": CHAIN.rate_matrix([[2.0, 2.002, 1.998, 2.001, 0.3]]),
    "ring": RING.rate_matrix([[1.0, 2.0, 3.0, 0.5]]),
    "gut, liver and body": LIVER.rate_matrix([[1.2, 10.0, 3.0, 4.0]]),
    "effect site": SITE.rate_matrix([[2.0, 1.5, 0.7, 4.0, 4.0]]),
    "effect site as fast as the body": CompartmentGraph(("c",), (Edge(0),))
    .with_effect_site("c")
    .rate_matrix([[0.7, 0.7, 0.7]]),
}
MIXED = [(0.0, 0, 10.0, 0.0), (1.0, 0, 8.0, 4.0), (2.5, 0, 30.0, 10.0), (6.0, 0, 5.0, 0.0), (30.0, 0, 7.0, 2 / 3)]
LOOKS = np.array([0.0, 0.01, 0.3, 1.0, 2.0, 2.5, 4.0, 5.0, 6.0, 6.2, 9.0, 12.5, 13.0, 20.0, 30.0, 30.5, 33.0])


def given_as(rows):
    return [Dose(time, compartment, amount, duration) for time, compartment, amount, duration in rows]


def assert_close(found, expected, relative=1e-9):
    """Relative, where a series is above a ten-thousandth of its maximum; as absolute below, down to rounding."""
    top = np.abs(expected).max(axis=0, keepdims=True)
    floor = np.maximum(np.abs(expected), 1e-4 * top)
    rounding = 1e-15 * np.abs(expected).max()  # of the dose: a compartment may hold a ten-millionth of it
    assert np.all(np.abs(found - expected) <= relative * floor + rounding)


@pytest.mark.parametrize("name", SYSTEMS)
@pytest.mark.parametrize("rows", [MIXED, MIXED[:1], MIXED[1:2]], ids=["mixed", "bolus", "infusion"])
def test_every_system_follows_the_matrix_exponential(name, rows):
    k = SYSTEMS[name]
    readout = np.vstack([np.eye(k.shape[1]), np.ones(k.shape[1])])
    found = simulate(k, readout, given_as(rows), LOOKS).values[0]
    assert_close(found, matrix_exponential.simulate(k[0], readout, rows, LOOKS))


def test_two_coincidences_of_metabolite_and_parent_rates():
    first = np.linalg.eigvals(SYSTEMS["three compartments"][0]).real
    graph = CompartmentGraph((*THREE.names, "m"), (Edge(0, 3), *THREE.edges[1:], Edge(3)))
    k = graph.rate_matrix([[4.0, 4.5, 1.8, 3.0, 0.4, -rate] for rate in first])
    found = simulate(k, np.eye(4), given_as(MIXED), LOOKS).values
    for subject in range(3):
        assert_close(found[subject], matrix_exponential.simulate(k[subject], np.eye(4), MIXED, LOOKS))


def test_order_and_repetition_of_looks_do_not_matter():
    k = SYSTEMS["three compartments"]
    shuffled = np.random.default_rng(3).permutation(np.concatenate([LOOKS, LOOKS[3:9]]))
    found = simulate(k, np.eye(3), given_as(MIXED), shuffled).values[0]
    assert_close(found, matrix_exponential.simulate(k[0], np.eye(3), MIXED, shuffled))


def test_a_bolus_is_seen_at_its_own_time_even_the_last():
    found = simulate(ONE.rate_matrix([[0.5]]), np.eye(1), [Dose(0, 0, 3.0), Dose(2, 0, 5.0)], [0.0, 2.0])
    np.testing.assert_allclose(found.values[0, :, 0], [3.0, 3.0 * np.exp(-1.0) + 5.0], rtol=1e-12)


def test_before_the_first_dose_there_is_nothing():
    found = simulate(ONE.rate_matrix([[0.5]]), np.eye(1), [Dose(4, 0, 3.0)], [-2.0, 0.0, 3.9, 4.0, 6.0])
    np.testing.assert_allclose(found.values[0, :, 0], [0, 0, 0, 3.0, 3.0 * np.exp(-1.0)], rtol=1e-12)


def test_no_doses_give_zeros():
    o = np.ones(1)
    slow = SlowState(np.ones((1, 3)), o, o, o, o)
    found = simulate(SYSTEMS["three compartments"], np.eye(3), [], [0.0, 5.0, 1e4], slow=slow)
    assert not found.values.any()
    assert not found.slow.any()


@pytest.mark.parametrize("time", [0.0, 1.0, -1.0])
def test_one_look(time):
    found = simulate(ONE.rate_matrix([[0.5]]), np.eye(1), [Dose(0, 0, 2.0)], [time]).values
    np.testing.assert_allclose(found, [[[2.0 * np.exp(-0.5 * time) if time >= 0 else 0.0]]], rtol=1e-12)


def subjects(n, seed=0):
    spread = np.exp(0.3 * np.random.default_rng(seed).standard_normal((n, 8)))
    return PARENT_METABOLITE.rate_matrix(np.array(PARENT_RATES) * spread, [0.8, 1, 1, 1, 1, 1, 1, 1])


def slow_of(k):
    n = len(k)
    drive = np.zeros(k.shape[:2])
    drive[:, 0] = 50.0
    return SlowState(drive, np.full(n, 10.0), np.ones(n), np.full(n, 0.02), np.full(n, 0.003))


@pytest.mark.parametrize("n", [1, 7, 64, 67, 200])
def test_every_subject_in_a_crowd_is_as_if_alone(n):
    k = subjects(n)
    crowd = simulate(k, np.eye(5), given_as(MIXED), LOOKS).values
    for subject in {0, n // 2, n - 1}:
        assert_close(crowd[subject], matrix_exponential.simulate(k[subject], np.eye(5), MIXED, LOOKS))


def test_threads_change_no_bit(monkeypatch):
    k = subjects(333)
    k[70] = 0.0  # an exchange that runs one way only: this one goes by matrix exponential
    k[70, [0, 1, 2, 3, 4], [0, 1, 2, 3, 4]] = -1.0
    runs = []
    for cores in (1, 2, 5):
        monkeypatch.setattr(engine, "_available_cores", lambda cores=cores: cores)
        runs.append(simulate(k, np.eye(5), given_as(MIXED), LOOKS, slow=slow_of(k)))
    for other in runs[1:]:
        assert other.values.tobytes() == runs[0].values.tobytes()
        assert other.slow.tobytes() == runs[0].slow.tobytes()


def test_textbook_one_compartment_bolus_and_infusion():
    dose, volume, clearance, hours = 50.0, 70.0, 84.0, 2.0
    rate = clearance / volume
    t = np.array([0.1, 1.0, 2.0, 3.0, 8.0])
    k, per_mg = ONE.rate_matrix([[rate]]), np.array([[1000 / volume]])
    bolus = simulate(k, per_mg, [Dose(0, 0, dose)], t).values[0, :, 0]
    np.testing.assert_allclose(bolus, 1000 * dose / volume * np.exp(-rate * t), rtol=1e-12)
    infusion = simulate(k, per_mg, [Dose(0, 0, dose, hours)], t).values[0, :, 0]
    during = np.minimum(t, hours)
    expected = 1000 * dose / hours / clearance * (1 - np.exp(-rate * during)) * np.exp(-rate * (t - during))
    np.testing.assert_allclose(infusion, expected, rtol=1e-12)


def test_bateman_function():
    ka, ke, dose, volume = 1.3, 0.4, 25.0, 200.0
    t = np.array([0.05, 0.5, 1.0, 3.0, 10.0, 24.0])
    found = simulate(DEPOT.rate_matrix([[ka, ke]]), np.array([[0.0, 1000 / volume]]), [Dose(0, 0, dose)], t)
    expected = 1000 * dose / volume * ka / (ka - ke) * (np.exp(-ke * t) - np.exp(-ka * t))
    np.testing.assert_allclose(found.values[0, :, 0], expected, rtol=1e-11)


def test_equal_rates_give_the_limit_of_the_bateman_function():
    t = np.array([0.05, 1.0, 10.0])
    found = simulate(DEPOT.rate_matrix([[0.7, 0.7]]), np.array([[0.0, 1.0]]), [Dose(0, 0, 3.0)], t)
    np.testing.assert_allclose(found.values[0, :, 0], 3.0 * 0.7 * t * np.exp(-0.7 * t), rtol=1e-12)


def test_area_under_the_curve_is_dose_over_clearance():
    # Urine gives nothing back, so it collects the integral of what flows in: AUC = dose / CL.
    graph = CompartmentGraph((*THREE.names, "urine"), (Edge(0, 3), *THREE.edges[1:]))
    k = graph.rate_matrix([[4.0, 4.5, 1.8, 3.0, 0.4]])
    doses, times = [Dose(0, 0, 30.0), Dose(2, 0, 70.0, 5.0)], np.array([1.0, 4.0, 20.0, 400.0])
    held = simulate(k, np.eye(4), doses, times).values[0]
    given_so_far = 30.0 + 70.0 * np.clip((times - 2) / 5, 0, 1)
    np.testing.assert_allclose(held.sum(axis=1), given_so_far, rtol=1e-13)
    volume, clearance = 20.0, 80.0
    auc = held[-1, 3] / 4.0 / volume  # urine = k10 ∫ amount = CL ∫ concentration
    np.testing.assert_allclose(auc, 100.0 / clearance, rtol=1e-12)


def test_without_elimination_two_compartments_share_what_was_given():
    # Exchange 1.5 and 0.5 per hour and nothing leaves: in the end a quarter of 20 + 60 mg is in the first.
    k = TWO.rate_matrix([[0.0, 1.5, 0.5]])
    found = simulate(k, np.eye(2), [Dose(0, 0, 20.0), Dose(1, 0, 60.0, 6.0)], [0.5, 4.0, 100.0]).values[0]
    np.testing.assert_allclose(found.sum(axis=1), [20.0, 50.0, 80.0], rtol=1e-13)
    np.testing.assert_allclose(found[-1], [20.0, 60.0], rtol=1e-12)


@pytest.mark.parametrize("slow", [True, False])
def test_a_compartment_that_only_collects_grows_with_the_infusion(slow):
    # Nothing flows anywhere: 5 mg/h for 3 h and a bolus of 2 mg are 17 mg for good; at 2 h, 10 + 2.
    k, one = np.zeros((1, 1, 1)), np.ones(1)
    state = SlowState(np.ones((1, 1)), 6.0 * one, one, 0.01 * one, 0.0 * one) if slow else None
    found = simulate(k, np.eye(1), [Dose(0, 0, 15.0, 3.0), Dose(1, 0, 2.0)], [2.0, 3.0, 1000.0], slow=state)
    np.testing.assert_allclose(found.values[0, :, 0], [12.0, 17.0, 17.0], rtol=1e-12)
    if slow:  # at rest at 17 against C50 6: U = 1 - (1 - U) exp(-0.01 · 17/23 · 997)
        left = (1 - found.slow[0, 2]) / (1 - found.slow[0, 1])
        np.testing.assert_allclose(left, np.exp(-0.01 * 17 / 23 * 997), rtol=1e-7)


def test_compartments_without_a_say_change_nothing():
    k = SYSTEMS["parent and metabolite"]
    everything = simulate(k, np.eye(5), given_as(MIXED), LOOKS).values
    np.testing.assert_allclose(
        simulate(k, np.eye(5)[:2], given_as(MIXED), LOOKS).values, everything[..., :2], rtol=1e-10
    )
    downstream = [Dose(0, 3, 5.0), Dose(1, 4, 5.0, 2.0)]
    found = simulate(k, np.eye(5), downstream, LOOKS).values[0]
    assert not found[:, :3].any()
    alone = [(0.0, 0, 5.0, 0.0), (1.0, 1, 5.0, 2.0)]
    assert_close(found[:, 3:], matrix_exponential.simulate(k[0, 3:, 3:], np.eye(2), alone, LOOKS))


@settings(deadline=None, max_examples=25)
@given(st.floats(0.1, 1000), st.floats(0.1, 1000), st.sampled_from(["parent and metabolite", "ring", "effect site"]))
def test_doses_add_up_and_scale(first, second, name):
    k = SYSTEMS[name]
    readout = np.eye(k.shape[1])
    one, two = Dose(0, 0, 1.0, 3.0), Dose(1, 0, 1.0)
    separately = [simulate(k, readout, [dose], LOOKS).values for dose in (one, two)]
    together = simulate(k, readout, [Dose(0, 0, first, 3.0), Dose(1, 0, second)], LOOKS).values
    assert_close(together[0], (first * separately[0] + second * separately[1])[0])


def test_a_later_start_shifts_the_curve():
    k = SYSTEMS["parent and metabolite"]
    early = simulate(k, np.eye(5), given_as(MIXED), LOOKS).values[0]
    shifted = [(time + 111.25, *rest) for time, *rest in MIXED]
    assert_close(simulate(k, np.eye(5), given_as(shifted), LOOKS + 111.25).values[0], early)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.lists(st.floats(-3, 2).map(lambda power: 10**power), min_size=8, max_size=8))
def test_modes_and_matrix_exponential_agree(rates):
    k = PARENT_METABOLITE.rate_matrix([rates], [0.8, 1, 1, 1, 1, 1, 1, 1])
    by_choice = simulate(k, np.eye(5), given_as(MIXED), LOOKS, slow=slow_of(k))
    structure = engine.block_structure
    try:
        engine.block_structure = lambda pattern: _without_modes(structure(pattern))
        by_exponential = simulate(k, np.eye(5), given_as(MIXED), LOOKS, slow=slow_of(k))
    finally:
        engine.block_structure = structure
    assert_close(by_choice.values[0], by_exponential.values[0], 1e-8)
    np.testing.assert_allclose(by_choice.slow, by_exponential.slow, rtol=1e-8)


def _without_modes(structure):
    return type(structure)(structure.order, structure.first, structure.tree_parent, False)


def test_usual_systems_take_the_fast_way():
    for name in ("one compartment", "three compartments", "parent and metabolite", "first-order depot"):
        assert block_structure(np.any(SYSTEMS[name] != 0, axis=0)).has_modes


def test_ten_thousand_doses():
    doses = [Dose(8.0 * i, 0, 10.0, 0.5 if i % 2 else 0.0) for i in range(10_000)]
    k = SYSTEMS["two compartments"]
    found = simulate(k, np.eye(2), doses, [79_999.0, 80_000.0]).values[0]
    # Two dose intervals repeat every 16 h, and all is periodic after so long: sum the geometric series.
    last = simulate(k, np.eye(2), doses[-40:], [79_999.0, 80_000.0]).values[0]
    np.testing.assert_allclose(found, last, rtol=1e-9)


@pytest.mark.parametrize("cycle", [False, True], ids=["modes", "matrix exponential"])
def test_a_year_of_irregular_looks_needs_no_larger_tables(cycle):
    times = np.cumsum(np.random.default_rng(1).uniform(0.2, 0.6, 20_000))
    k = subjects(9)
    k[:, 2, 1] = 0.1 * cycle  # the deep compartment is fed by the shallow one, too
    k[:, 1, 1] -= 0.1 * cycle
    schedule = compile_schedule(
        [Dose(0, 0, 1)], times, 5, needs=engine._panel_needs(k, np.any(k != 0, axis=0), np.arange(5) == 0, slow_of(k))
    )
    a_subject_and_width = 8 * 5 * (2 + slow_state.N_NODES)  # 8 side by side, 5 modes, two factors and five nodes
    assert len(schedule.widths) * a_subject_and_width > propagation.TABLE_SIZE, "otherwise nothing is left out"
    found = simulate(k, np.eye(5), [Dose(0, 0, 100.0, 2000.0)], times, slow=slow_of(k))
    few = simulate(k, np.eye(5), [Dose(0, 0, 100.0, 2000.0)], times[::1000], slow=slow_of(k))
    assert_close(found.values[3, ::1000], few.values[3])
    np.testing.assert_allclose(found.slow[:, ::1000], few.slow, rtol=1e-6)


def test_the_engine_runs_without_scipy():
    # The compiler's matrix product would ask for SciPy, which is no dependency of the product.
    program = (
        "import sys; sys.modules['scipy'] = None; import numpy as np\n"
        "from reprieve.pkpd.simulate import simulate; from reprieve.pkpd.schedule import Dose\n"
        "k = np.array([[[-1.5, 0, 0.5], [1, -1, 0], [0, 0.6, -0.5]]])\n"
        "print(simulate(k, np.eye(3), [Dose(0, 0, 1.0)], [1.0]).values.sum())\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    expected = matrix_exponential.simulate(
        [[-1.5, 0, 0.5], [1, -1, 0], [0, 0.6, -0.5]], np.eye(3), [(0, 0, 1.0, 0)], [1.0]
    ).sum()
    assert float(done.stdout) == pytest.approx(expected, rel=1e-9)
    for module in (modes, propagation, exponential, slow_state):
        assert " @ " not in Path(module.__file__).read_text(encoding="utf-8").split("@compiled", 1)[1]


EYE = np.eye(2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((EYE, EYE, [], [1.0]), r"must be \(n_subjects, n, n\)"),
        ((np.zeros((1, 2, 3)), EYE, [], [1.0]), r"must be \(n_subjects, n, n\)"),
        ((np.full((1, 2, 2), np.nan), EYE, [], [1.0]), "not finite"),
        ((EYE[None], EYE, [], [1.0]), "losses"),
        ((-EYE[None], np.eye(3), [], [1.0]), "readout is"),
        ((-EYE[None], np.zeros((4, 1, 2)), [], [1.0]), "readout is"),
        ((-EYE[None], EYE, [Dose(0, 2, 1.0)], [1.0]), "outside 0..1"),
        ((-EYE[None], EYE, [Dose(0, -1, 1.0)], [1.0]), "outside 0..1"),
        ((-EYE[None], EYE, [], [np.nan]), "finite hours"),
        ((-EYE[None], EYE, [], []), "at least one"),
    ],
)
def test_what_cannot_be_simulated_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        simulate(*arguments)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"c50": 0.0}, "c50 must be positive"),
        ({"hill": -1.0}, "hill must be positive"),
        ({"k_des": -1.0}, "k_des must not be negative"),
        ({"k_rec": np.inf}, "k_rec holds a number that is not finite"),
        ({"drive": np.nan}, "drive holds"),
    ],
)
def test_impossible_slow_states_are_refused(changed, message):
    values = {"drive": 1.0, "c50": 1.0, "hill": 1.0, "k_des": 1.0, "k_rec": 1.0} | changed
    with pytest.raises(ValueError, match=message):
        SlowState(**{name: np.atleast_1d(value) for name, value in values.items()})


def test_a_depot_as_fast_as_the_body_is_not_answered_with_nan():
    """All rates 1: the depot's rate equals a rate of the body up to rounding, so there are no modes to use."""
    graph = CompartmentGraph(
        ("gut", "a", "b", "c"), (Edge(0, 1), Edge(1), Edge(1, 2), Edge(2, 1), Edge(1, 3), Edge(3, 1))
    )
    matrix = graph.rate_matrix(np.ones((1, 6)))
    times = np.array([0.0, 0.5, 1.0, 2.0, 8.0])
    found = simulate(matrix, np.eye(4), [Dose(0.0, 0, 1.0)], times).values[0]
    expected = np.array([expm(matrix[0] * t)[:, 0] for t in times])
    assert_close(found, expected)
