"""Event records that cannot be meant are refused with a sentence; corners where records meet."""

import numpy as np
import pytest

from reprieve.errors import InputError
from reprieve.pkpd.compartments import CompartmentGraph, Edge
from reprieve.pkpd.event_run import simulate_each, simulate_events
from reprieve.pkpd.events import DoseRecord, EventTable, Observation, ResetRecord
from reprieve.pkpd.linear_system import LinearSystem
from reprieve.pkpd.slow_state import SlowState

ONE = CompartmentGraph(("c",), (Edge(0),))
K = ONE.rate_matrix([[0.2]])
SYSTEM = LinearSystem(K, np.eye(1))
_ONES = np.ones(1)
WITH_SLOW = LinearSystem(K, np.eye(1), SlowState(np.ones((1, 1)), 10 * _ONES, _ONES, 0.1 * _ONES, 0.01 * _ONES))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"amount": -1.0}, "at 3 h has amount -1; it must not be negative"),
        ({"amount": np.inf}, "has amount inf; it must be a finite number"),
        ({"amount": 5.0, "lag_h": np.nan}, "has lag_h nan; it must be a finite number"),
        ({"amount": 5.0, "bioavailability": -0.1}, "has bioavailability -0.1; it must not be negative"),
        ({"amount": 5.0, "rate": 0.0}, "has rate 0; leave it out instead"),
        ({"amount": 5.0, "rate": 1.0, "duration_h": 2.0}, "has a rate and a duration; give one"),
        ({"amount": 5.0, "compartment": -1}, "has a negative compartment"),
        ({"amount": 5.0, "steady_state": 3, "interval_h": 1.0}, "has steady_state 3; it must be 0, 1"),
        ({"amount": 5.0, "additional": 2}, "has repeats or steady state and no interval; give interval_h"),
        ({"amount": 5.0, "steady_state": 1}, "has repeats or steady state and no interval; give interval_h"),
        ({}, "has amount 0; give an amount, or a rate with steady_state=1"),
        ({"rate": 5.0}, "has amount 0; give an amount, or a rate with steady_state=1"),
        ({"rate": 5.0, "steady_state": 1, "interval_h": 8.0}, "is a constant infusion .* it has no interval"),
    ],
)
def test_a_dose_that_cannot_be_meant_is_refused(given, says):
    with pytest.raises(InputError, match=says):
        DoseRecord(3.0, **given)


def test_records_out_of_order_or_without_a_time_are_refused():
    with pytest.raises(InputError, match="Record 2 is at 1 h, after one at 2 h; put records in time order"):
        EventTable((Observation(2.0), ResetRecord(1.0)))
    with pytest.raises(InputError, match="Record 1 is at nan h"):
        EventTable((Observation(np.nan),))


def test_what_cannot_be_simulated_is_refused():
    with pytest.raises(InputError, match="goes into compartment 1; the system has 0 to 0"):
        simulate_events(SYSTEM, EventTable((DoseRecord(0.0, 5.0, 1),)), [1.0])
    with pytest.raises(InputError, match="no time to look at"):
        simulate_events(SYSTEM, EventTable((DoseRecord(0.0, 5.0),)))
    with pytest.raises(InputError, match="one is not finite"):
        simulate_events(SYSTEM, EventTable(()), [np.inf])
    with pytest.raises(InputError, match="2 event tables were given for 1 subjects"):
        simulate_each(SYSTEM, [EventTable((Observation(0.0),))] * 2)
    added = EventTable((DoseRecord(0.0, 5.0, steady_state=2, interval_h=8.0),))
    with pytest.raises(InputError, match=r"a slow state does not\. Use steady_state=1"):
        simulate_events(WITH_SLOW, added, [1.0])
    misread = EventTable((DoseRecord(0.0, 5.0, rate=1e-6, steady_state=1, interval_h=8.0),))
    with pytest.raises(InputError, match="over 10000 run at once; check its rate"):
        simulate_events(SYSTEM, misread, [1.0])


def test_a_constant_infusion_into_what_never_empties_is_refused_in_words():
    closed = LinearSystem(np.zeros((1, 1, 1)), np.eye(1))
    with pytest.raises(ValueError, match="never emptied"):
        simulate_events(closed, EventTable((DoseRecord(0.0, rate=5.0, steady_state=1),)), [1.0])


def test_an_empty_table_gives_zeros():
    assert not simulate_events(SYSTEM, EventTable(()), [0.0, 5.0]).values.any()


def test_reset_and_lagged_dose_resets_now_and_arrives_later():
    events = EventTable((DoseRecord(0.0, 10.0), DoseRecord(2.0, 20.0, reset=True, lag_h=1.0)))
    found = simulate_events(SYSTEM, events, [1.9, 2.0, 2.9, 3.0, 4.0]).values[0, :, 0]
    np.testing.assert_allclose(found, [10 * np.exp(-0.38), 0, 0, 20, 20 * np.exp(-0.2)], rtol=1e-13)


def test_nothing_of_a_dose_arrives_at_bioavailability_zero():
    nothing = EventTable((DoseRecord(0.0, 10.0, rate=2.0, bioavailability=0.0, steady_state=1, interval_h=3.0),))
    assert not simulate_events(SYSTEM, nothing, [0.0, 1.0]).values.any()


def test_infusions_of_the_history_run_on_after_the_record_and_a_later_reset_stops_them():
    # 10 mg over 12 h every 6 h: at 0 one of the history still has 6 h to run beside the new one, and then they end
    dose = DoseRecord(0.0, 10.0, duration_h=12.0, interval_h=6.0, steady_state=1)
    rate, k = 10 / 12, 0.2
    held = 2 * rate / k  # two at once for ever
    at_6 = held  # both still ran
    at_12 = rate / k + (at_6 - rate / k) * np.exp(-1.2)  # one ran
    found = simulate_events(SYSTEM, EventTable((dose,)), [0.0, 6.0, 12.0, 17.0]).values[0, :, 0]
    np.testing.assert_allclose(found, [held, at_6, at_12, at_12 * np.exp(-1.0)], rtol=1e-12)
    stopped = simulate_events(SYSTEM, EventTable((dose, ResetRecord(3.0))), [3.0, 5.0]).values
    assert not stopped.any()


def test_events_before_time_zero():
    events = EventTable((DoseRecord(-24.0, 10.0), ResetRecord(-12.0), DoseRecord(-5.0, 10.0)))
    found = simulate_events(SYSTEM, events, [-20.0, -5.0, 0.0]).values[0, :, 0]
    np.testing.assert_allclose(found, [10 * np.exp(-0.8), 10.0, 10 * np.exp(-1.0)], rtol=1e-13)
