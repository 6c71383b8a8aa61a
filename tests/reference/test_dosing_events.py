"""Event tables against textbook formulas, explicit doses and an ordinary differential equation solver."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprieve.pkpd.compartments import CompartmentGraph, Edge
from reprieve.pkpd.dose import Dose
from reprieve.pkpd.event_run import simulate_each, simulate_events
from reprieve.pkpd.events import DoseRecord, EventTable, Observation, ResetRecord
from reprieve.pkpd.linear_system import LinearSystem
from reprieve.pkpd.simulate import simulate
from reprieve.pkpd.slow_state import SlowState

ONE = CompartmentGraph(("c",), (Edge(0),))
TWO = CompartmentGraph(("c", "p"), (Edge(0), Edge(0, 1), Edge(1, 0)))
THREE = CompartmentGraph(("c", "p", "d"), (Edge(0), Edge(0, 1), Edge(1, 0), Edge(0, 2), Edge(2, 0)))
DEPOT = CompartmentGraph(("depot", "c"), (Edge(0, 1), Edge(1)))
CHAIN = CompartmentGraph(("a", "b", "c"), (Edge(0, 1), Edge(1, 2), Edge(2)))
MATRICES = {
    "one": ONE.rate_matrix([[0.35], [0.1]]),
    "two": TWO.rate_matrix([[2.0, 1.5, 0.7], [0.5, 0.4, 0.3]]),
    "three": THREE.rate_matrix([[4.0, 4.5, 1.8, 3.0, 0.4], [2.0, 1.0, 0.5, 0.2, 0.1]]),
    "depot": DEPOT.rate_matrix([[1.1, 0.3], [0.2, 0.4]]),
    "equal rates": CHAIN.rate_matrix([[0.5, 0.5, 0.5], [0.3, 0.3, 0.3]]),
}
LOOKS = np.array([0.0, 0.2, 1.0, 3.0, 5.9, 6.0, 6.1, 12.0, 30.0, 60.0])


def system(name):
    k = MATRICES[name]
    return LinearSystem(k, np.eye(k.shape[1]))


def with_slow(name):
    k = MATRICES[name]
    drive = np.zeros(k.shape[:2])
    drive[:, -1] = 1.0
    ones = np.ones(len(k))
    return LinearSystem(k, np.eye(k.shape[1]), SlowState(drive, 10.5 * ones, ones, 0.05 * ones, 0.01 * ones))


def table(*records):
    return EventTable(records)


def one(rate):
    return LinearSystem(ONE.rate_matrix([[rate]]), np.eye(1))


# Steady state against 400 doses written out -------------------------------------------------------------------------

GIVEN = {
    "bolus": {"amount": 10.0},
    "infusion": {"amount": 10.0, "rate": 5.0},
    "infusion as long as the interval": {"amount": 10.0, "duration_h": 6.0},
    "infusion longer than the interval": {"amount": 10.0, "duration_h": 15.5},
    "lag": {"amount": 10.0, "lag_h": 2.5},
    "lag longer than the interval": {"amount": 10.0, "lag_h": 14.0, "duration_h": 1.0},
    "long lag and longer infusion": {"amount": 10.0, "lag_h": 8.0, "duration_h": 20.0},
    "lag of the interval": {"amount": 10.0, "lag_h": 6.0},
    "bioavailability, rate known": {"amount": 10.0, "rate": 1.0, "bioavailability": 0.7},
    "bioavailability, duration known": {"amount": 10.0, "duration_h": 10.0, "bioavailability": 0.7},
}


def written_out(interval, count, *, amount, rate=None, duration_h=None, lag_h=0.0, bioavailability=1.0):
    """The history and the dose itself: at -count·interval ... -interval, 0."""
    arrives = amount * bioavailability
    lasts = arrives / rate if rate else duration_h or 0.0
    return [Dose(lag_h - i * interval, 0, arrives, lasts) for i in range(count + 1)]


@pytest.mark.parametrize("name", MATRICES)
@pytest.mark.parametrize("given_as", GIVEN)
def test_steady_state_is_400_doses(name, given_as):
    dose = DoseRecord(0.0, steady_state=1, interval_h=6.0, **GIVEN[given_as])
    found = simulate_events(system(name), table(dose), LOOKS).values
    explicit = simulate(MATRICES[name], system(name).readout, written_out(6.0, 400, **GIVEN[given_as]), LOOKS).values
    # The slowest phase here has a half-life under 40 h: 400 intervals of 6 h leave less than 1e-16 out.
    np.testing.assert_allclose(found, explicit, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("given_as", ["bolus", "infusion longer than the interval", "lag longer than the interval"])
@pytest.mark.parametrize("name", ["two", "equal rates"])
def test_the_slow_state_too_is_in_its_steady_state(name, given_as):
    dose = DoseRecord(0.0, steady_state=1, interval_h=6.0, **GIVEN[given_as])
    found = simulate_events(with_slow(name), table(dose), LOOKS)
    slow = with_slow(name).slow
    explicit = simulate(
        MATRICES[name], np.eye(MATRICES[name].shape[1]), written_out(6.0, 400, **GIVEN[given_as]), LOOKS, slow=slow
    )
    # It returns at 0.01 per h: 2400 h leave e^-24 = 4e-11.
    np.testing.assert_allclose(found.slow, explicit.slow, rtol=1e-6)


# Textbook formulas --------------------------------------------------------------------------------------------------


def test_steady_state_bolus_of_one_compartment():
    # 100 mg every 8 h, k = 0.2 per h: 100 / (1 - e^-1.6) at once, times e^-1.6 before the next
    found = simulate_events(one(0.2), table(DoseRecord(0.0, 100.0, steady_state=1, interval_h=8.0)), [0.0, 4.0])
    peak = 100 / (1 - np.exp(-1.6))
    np.testing.assert_allclose(found.values[0, :, 0], [peak, peak * np.exp(-0.8)], rtol=1e-13)


def test_steady_state_infusion_of_one_compartment():
    # 40 mg/h over 2 h every 8 h, k = 0.2: at the end (40/0.2)(1 - e^-0.4)/(1 - e^-1.6); before the next e^-1.2 of it
    dose = DoseRecord(0.0, 80.0, rate=40.0, steady_state=1, interval_h=8.0)
    end = 200 * (1 - np.exp(-0.4)) / (1 - np.exp(-1.6))
    found = simulate_events(one(0.2), table(dose), [0.0, 2.0]).values[0, :, 0]
    np.testing.assert_allclose(found, [end * np.exp(-1.2), end], rtol=1e-13)


def test_steady_state_oral_of_one_compartment():
    # D ka/(ka-k) [e^-kt/(1-e^-k tau) - e^-ka t/(1-e^-ka tau)], ka 1.1, k 0.3, 10 mg every 12 h, at 2 h
    found = simulate_events(
        LinearSystem(DEPOT.rate_matrix([[1.1, 0.3]]), np.eye(2)),
        table(DoseRecord(0.0, 10.0, steady_state=1, interval_h=12.0)), [2.0],
    ).values[0, 0, 1]  # fmt: skip
    expected = 10 * 1.1 / 0.8 * (np.exp(-0.6) / (1 - np.exp(-3.6)) - np.exp(-2.2) / (1 - np.exp(-13.2)))
    assert found == pytest.approx(expected, rel=1e-12)


def test_a_constant_infusion_at_steady_state_holds_rate_over_k_and_ends_at_its_record():
    dose = DoseRecord(3.0, rate=5.0, steady_state=1)
    found = simulate_events(one(0.2), table(dose), [3.0, 8.0]).values[0, :, 0]
    np.testing.assert_allclose(found, [25.0, 25.0 * np.exp(-1.0)], rtol=1e-13)  # 5 / 0.2, then 5 h at 0.2


def test_a_constant_infusion_goes_on_for_its_lag():
    dose = DoseRecord(3.0, rate=5.0, steady_state=1, lag_h=2.0)
    found = simulate_events(one(0.2), table(dose), [3.0, 5.0, 10.0]).values[0, :, 0]
    np.testing.assert_allclose(found, [25.0, 25.0, 25.0 * np.exp(-1.0)], rtol=1e-13)


def test_a_constant_infusion_balances_the_slow_state():
    # 5 mg/h at k 0.35 holds 100/7; g = C/(C + 10.5); U = 0.05 g / (0.05 g + 0.01)
    held = 5 / 0.35
    gain = 0.05 * held / (held + 10.5)
    found = simulate_events(with_slow("one"), table(DoseRecord(0.0, rate=5.0, steady_state=1)), [0.0])
    assert found.slow[0, 0] == pytest.approx(gain / (gain + 0.01), rel=1e-12)


def test_infusions_without_a_gap_are_a_constant_infusion():
    gapless = DoseRecord(0.0, 30.0, duration_h=18.0, interval_h=6.0, steady_state=1)  # three at once: 5 mg/h
    found = simulate_events(system("three"), table(gapless), [0.0]).values
    constant = simulate_events(system("three"), table(DoseRecord(0.0, rate=5.0, steady_state=1)), [0.0]).values
    np.testing.assert_allclose(found, constant, rtol=1e-11)


# Repeats, resets, lag, bioavailability ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MATRICES)
def test_additional_doses_are_doses(name):
    repeated = DoseRecord(1.0, 10.0, duration_h=2.0, additional=3, interval_h=5.0, lag_h=0.5)
    explicit = [Dose(1.5 + 5 * i, 0, 10.0, 2.0) for i in range(4)]
    found = simulate_events(with_slow(name), table(repeated), LOOKS)
    expected = simulate(MATRICES[name], np.eye(MATRICES[name].shape[1]), explicit, LOOKS, slow=with_slow(name).slow)
    np.testing.assert_allclose(found.values, expected.values, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(found.slow, expected.slow, rtol=1e-9, atol=1e-14)


def test_a_reset_forgets_repeats_lagged_doses_and_running_infusions():
    before = (
        DoseRecord(0.0, 10.0, additional=9, interval_h=1.0),
        DoseRecord(0.0, 10.0, duration_h=100.0),
        DoseRecord(1.0, 10.0, lag_h=5.0),
    )
    reset = simulate_events(with_slow("two"), table(*before, ResetRecord(3.5)), [3.4, 3.5, 9.0])
    assert np.all(reset.values[:, 0] > 0)
    assert np.all(reset.slow[:, 0] > 0)
    assert not reset.values[:, 1:].any()
    assert not reset.slow[:, 1:].any()


def test_reset_and_dose_is_a_first_dose():
    events = table(DoseRecord(0.0, 50.0, additional=9, interval_h=2.0), DoseRecord(7.0, 10.0, reset=True))
    found = simulate_events(with_slow("three"), events, [7.0, 8.0, 20.0])
    first = simulate_events(with_slow("three"), table(DoseRecord(0.0, 10.0)), [0.0, 1.0, 13.0])
    np.testing.assert_allclose(found.values, first.values, rtol=1e-12)
    np.testing.assert_allclose(found.slow, first.slow, rtol=1e-7, atol=1e-15)


def test_steady_state_forgets_what_was_and_added_steady_state_does_not():
    before = DoseRecord(0.0, 50.0, additional=9, interval_h=2.0)
    at = {"time_h": 7.0, "amount": 10.0, "interval_h": 6.0, "duration_h": 9.0}
    times = [7.0, 8.0, 20.0]
    alone = simulate_events(system("two"), table(DoseRecord(steady_state=1, **at)), times).values
    begun = simulate_events(system("two"), table(before, DoseRecord(steady_state=1, **at)), times).values
    added = simulate_events(system("two"), table(before, DoseRecord(steady_state=2, **at)), times).values
    other = simulate_events(system("two"), table(before), times).values
    np.testing.assert_allclose(begun, alone, rtol=1e-12)
    np.testing.assert_allclose(added, alone + other, rtol=1e-12)


def test_lag_moves_the_curve():
    now = simulate_events(system("depot"), table(DoseRecord(0.0, 10.0, duration_h=2.0)), [0.5, 1.0, 4.0]).values
    late = simulate_events(system("depot"), table(DoseRecord(0.0, 10.0, duration_h=2.0, lag_h=1.5)), [2.0, 2.5, 5.5])
    np.testing.assert_allclose(late.values, now, rtol=1e-13)


def test_bioavailability_shortens_at_known_rate_and_slows_at_known_duration():
    # 10 mg at 5 mg/h with F 0.4: 4 mg over 0.8 h; over 2 h with F 0.4: 2 mg/h for 2 h. (R/k)(1 - e^-kT), k 0.2
    by_rate = DoseRecord(0.0, 10.0, rate=5.0, bioavailability=0.4)
    by_duration = DoseRecord(0.0, 10.0, duration_h=2.0, bioavailability=0.4)
    assert simulate_events(one(0.2), table(by_rate), [0.8]).values.item() == pytest.approx(25 * (1 - np.exp(-0.16)))
    assert simulate_events(one(0.2), table(by_duration), [2.0]).values.item() == pytest.approx(10 * (1 - np.exp(-0.4)))


# Order at one time --------------------------------------------------------------------------------------------------


def test_a_look_before_a_bolus_sees_the_trough_and_after_it_the_peak():
    dose = DoseRecord(5.0, 10.0)
    events = table(DoseRecord(0.0, 10.0), Observation(5.0), dose, Observation(5.0), dose, Observation(5.0))
    trough = 10 * np.exp(-1.0)
    found = simulate_events(one(0.2), events).values[0, :, 0]
    np.testing.assert_allclose(found, [trough, trough + 10, trough + 20], rtol=1e-13)


def test_a_look_before_a_reset_or_steady_state_sees_what_was():
    events = table(
        DoseRecord(0.0, 10.0), Observation(5.0), ResetRecord(5.0), Observation(5.0),
        DoseRecord(5.0, 10.0, steady_state=1, interval_h=5.0), Observation(5.0),
    )  # fmt: skip
    found = simulate_events(one(0.2), events).values[0, :, 0]
    np.testing.assert_allclose(found, [10 * np.exp(-1.0), 0.0, 10 / (1 - np.exp(-1.0))], rtol=1e-13)


def test_repeats_and_lagged_doses_have_arrived_when_somebody_looks():
    repeated = table(DoseRecord(0.0, 10.0, additional=1, interval_h=5.0), Observation(5.0))
    lagged = table(DoseRecord(0.0, 10.0), DoseRecord(3.0, 10.0, lag_h=2.0), Observation(5.0))
    for events in (repeated, lagged):
        assert simulate_events(one(0.2), events).values.item() == pytest.approx(10 + 10 * np.exp(-1.0), rel=1e-13)


def test_times_closer_than_a_nanohour_are_one():
    events = table(DoseRecord(5.0, 10.0), Observation(5.0 + 5e-10), ResetRecord(5.0 + 6e-10), Observation(5.0 + 7e-10))
    np.testing.assert_allclose(simulate_events(one(0.2), events).values[0, :, 0], [10.0, 0.0], rtol=1e-9)


def test_times_in_any_order_see_all_that_happens_then():
    events = table(DoseRecord(0.0, 10.0), DoseRecord(5.0, 10.0, reset=True), ResetRecord(8.0))
    found = simulate_events(one(0.2), events, [8.0, 5.0, 0.0, 7.0]).values[0, :, 0]
    np.testing.assert_allclose(found, [0.0, 10.0, 10.0, 10 * np.exp(-0.4)], rtol=1e-13)


# Another simulator ---------------------------------------------------------------------------------------------------


def test_a_mixed_table_against_an_ode_simulator():
    with Path(__file__).with_name("mixed_events_by_roadrunner.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    expected = np.array(rows, dtype=float)
    graph = CompartmentGraph(tuple(header[1:]), (Edge(0, 1), Edge(1), Edge(1, 2), Edge(2, 1), Edge(1, 3), Edge(3, 1)))
    events = table(
        DoseRecord(0.0, 20.0, 1),
        DoseRecord(1.0, 30.0, 0, additional=3, interval_h=4.0),
        DoseRecord(2.0, 24.0, 1, rate=4.0, bioavailability=0.5),
        DoseRecord(8.0, 40.0, 1, duration_h=10.0),
        ResetRecord(11.0),
        DoseRecord(12.0, 15.0, 0, lag_h=0.75),
        DoseRecord(16.0, 10.0, 1, duration_h=1.0, reset=True),
    )
    found = simulate_events(
        LinearSystem(graph.rate_matrix([[0.9, 0.8, 1.1, 0.6, 0.3, 0.05]]), np.eye(4)), events, expected[:, 0]
    )
    np.testing.assert_allclose(found.values[0], expected[:, 1:], rtol=1e-8, atol=1e-12)


# Properties ---------------------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(
    interval=st.floats(0.5, 48.0), lasts=st.floats(0.0, 60.0), lag=st.floats(0.0, 30.0),
    name=st.sampled_from(sorted(MATRICES)),
)  # fmt: skip
def test_steady_state_is_the_same_an_interval_later(interval, lasts, lag, name):
    dose = DoseRecord(
        10.0, 7.0, duration_h=lasts if lasts > 0.01 else None, lag_h=lag, interval_h=interval, steady_state=1,
        additional=1,
    )  # fmt: skip
    start = 10.0 + 0.37 * interval
    found = simulate_events(with_slow(name), table(dose), [start, start + interval])
    top = found.values.max()
    np.testing.assert_allclose(found.values[:, 1], found.values[:, 0], rtol=1e-8, atol=1e-10 * top)
    np.testing.assert_allclose(found.slow[:, 1], found.slow[:, 0], rtol=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 20), st.floats(0.1, 50), st.floats(0, 10)), min_size=1, max_size=5))
def test_looking_more_often_changes_nothing(rows):
    # Times closer than 1e-9 h are one time by rule, which a dose a part of that later would show: whole microhours.
    rows = sorted((round(t, 6), a, d) for t, a, d in rows)
    doses = [DoseRecord(t, a, duration_h=d if d > 0.01 else None) for t, a, d in rows]
    looked = [record for dose in doses for record in (Observation(dose.time_h), dose)]
    events = EventTable((*looked, Observation(40.0)))
    found = simulate_events(with_slow("two"), events)
    plain = simulate_events(with_slow("two"), EventTable(doses), [40.0])
    np.testing.assert_allclose(found.values[:, -1], plain.values[:, 0], rtol=1e-10)
    np.testing.assert_allclose(found.slow[:, -1], plain.slow[:, 0], rtol=1e-6)


def test_each_subject_on_its_own_table():
    early, late = table(DoseRecord(0.0, 10.0), Observation(2.0)), table(DoseRecord(1.0, 5.0), Observation(3.0))
    k = np.tile(MATRICES["two"], (2, 1, 1))
    found = simulate_each(LinearSystem(k, np.eye(2), None), [early, late, late, early])
    np.testing.assert_allclose([each.values.shape for each in found], [(1, 1, 2)] * 4)
    # Linear: half the dose, looked at equally late, is half of it.
    np.testing.assert_allclose(found[2].values * 2, found[0].values, rtol=1e-12)
    np.testing.assert_allclose(found[1].values * 2, found[3].values, rtol=1e-12)
