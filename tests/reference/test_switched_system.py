"""Rates that change in steps: against SciPy with the same switches, the plain run, and conservation."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from reprieve.errors import InputError
from reprieve.pkpd.dose import Dose
from reprieve.pkpd.event_run import simulate_events
from reprieve.pkpd.events import DoseRecord, EventTable, Observation
from reprieve.pkpd.linear_system import LinearSystem
from reprieve.pkpd.simulate import InitialState
from reprieve.pkpd.slow_state import SlowState
from reprieve.pkpd.steps import Steps
from reprieve.pkpd.switched_system import SwitchedSystem

DOSES = [Dose(0, 0, 100), Dose(1, 1, 60, 9), Dose(6, 0, 40), Dose(20, 1, 30, 15)]  # infusions run across the changes
CHANGES = (6.0, 12.5, 24.0)  # the first at the time of a bolus
TIMES = np.array([30.0, 0.0, 0.5, 5.999, 6.0, 10, 12.5, 13, 24, 40, 60])


def system(scale, with_slow):
    """Two exchanging compartments of two subjects; clearance and volume change with ``scale``, (2,)."""
    scale = np.asarray(scale, dtype=float)
    clearance, volume, exchange = 5 * scale**0.75, 20 * scale, 4 * scale**0.75
    matrix = np.zeros((2, 2, 2))
    matrix[:, 0, 0], matrix[:, 0, 1] = -(clearance + exchange) / volume, exchange / 50
    matrix[:, 1, 0], matrix[:, 1, 1] = exchange / volume, -exchange / 50
    readout = np.zeros((2, 1, 2))
    readout[:, 0, 0] = 1000 / volume
    parameters = [np.full(2, value) for value in (300.0, 1.4, 0.04, 0.01)]
    return LinearSystem(matrix, readout, SlowState(readout[:, 0], *parameters) if with_slow else None)


def switched(with_slow=True):
    scales = ([1.0, 0.4], [1.3, 0.5], [0.8, 0.6], [1.0, 2.0])
    return SwitchedSystem(tuple(system(scale, with_slow) for scale in scales), CHANGES)


def by_scipy(subject):
    """Amounts and U at TIMES, each piece between changes and dose events by DOP853."""
    pieces = switched().pieces

    def slopes(t, x, piece, given):
        slow = piece.slow
        raised = (slow.drive[subject] @ x[:2] / slow.c50[subject]) ** slow.hill[subject]
        gain = slow.k_des[subject] * raised / (1 + raised)
        amounts = piece.rate_matrix[subject] @ x[:2] + given
        return [*amounts, gain * (1 - x[2]) - slow.k_rec[subject] * x[2]]

    edges = sorted({0.0, 60.0, *CHANGES, *(d.time_h for d in DOSES), *(d.time_h + d.duration_h for d in DOSES), *TIMES})
    state, found = np.zeros(3), {}
    for here, until in zip(edges, [*edges[1:], None], strict=True):
        for dose in DOSES:
            if dose.duration_h == 0 and dose.time_h == here:
                state[dose.compartment] += dose.amount
        found[here] = state.copy()
        if until is None:
            break
        given = np.zeros(2)
        for dose in DOSES:
            if dose.duration_h and dose.time_h <= here < dose.time_h + dose.duration_h:
                given[dose.compartment] += dose.amount / dose.duration_h
        piece = pieces[np.searchsorted(CHANGES, here, side="right")]
        path = solve_ivp(slopes, (here, until), state, args=(piece, given), method="DOP853", rtol=1e-12, atol=1e-13)
        state = path.y[:, -1]
    return np.array([found[time] for time in TIMES])


def test_amounts_follow_the_same_switches_by_scipy():
    found = switched().states(DOSES, TIMES)
    for subject in range(2):
        expected = by_scipy(subject)
        assert found.values[subject] == pytest.approx(expected[:, :2], rel=1e-8, abs=1e-9)
        assert found.slow[subject] == pytest.approx(expected[:, 2], rel=1e-6, abs=1e-12)


def test_a_look_at_a_change_sees_the_new_volume():
    # Subject 0 at 12.5 h: volume from 26 to 16 L, so mg/L of the same amount are 26/16 of what they were
    both = switched().simulate(DOSES, [12.5 - 1e-7, 12.5]).values[0, :, 0]
    assert both[1] / both[0] == pytest.approx(26 / 16, rel=1e-5)


def test_changes_to_the_same_are_no_change():
    plain = system([1.0, 0.4], with_slow=True)
    same = SwitchedSystem((plain, plain, plain), (6.0, 12.5))
    once, often = plain.simulate(DOSES, TIMES), same.simulate(DOSES, TIMES)
    assert often.values == pytest.approx(once.values, rel=1e-12)
    assert often.slow == pytest.approx(once.slow, rel=1e-6)


def test_a_run_taken_up_again_goes_on_the_same():
    whole = switched().simulate(DOSES, TIMES[TIMES > 10.0])
    half = switched().states(DOSES[:3], [10.0])
    rest = [Dose(20, 1, 30, 15)]
    begun = InitialState(10.0, half.values[:, 0], half.slow[:, 0])
    again = switched().simulate(rest, TIMES[TIMES > 10.0], initial=begun)
    assert again.values == pytest.approx(whole.values, rel=1e-11)
    assert again.slow == pytest.approx(whole.slow, rel=1e-6)


def test_event_tables_run_on_it_and_steady_state_is_that_of_the_system_that_holds():
    table = EventTable(
        (DoseRecord(0.0, 50.0, interval_h=8.0, steady_state=1, additional=3), Observation(0.0), Observation(30.0))
    )
    pieces = switched(with_slow=False).pieces
    found = simulate_events(switched(with_slow=False), table).values
    assert found[:, 0] == pytest.approx(simulate_events(pieces[0], table).values[:, 0], rel=1e-12)
    written = [Dose(8.0 * number, 0, 50.0) for number in range(-200, 4)]
    expected = switched(with_slow=False).simulate(written, [30.0]).values
    assert found[:, 1:] == pytest.approx(expected, rel=1e-9)


def test_what_cannot_follow_one_another_is_refused():
    one = system([1.0, 1.0], with_slow=False)
    with pytest.raises(InputError, match="2 systems one after another need a rising time of change"):
        SwitchedSystem((one, one), ())
    with pytest.raises(InputError, match="must have the same subjects and states"):
        SwitchedSystem((one, one.of_subjects([0])), (3.0,))


def test_steps_carry_the_last_value_forward():
    steps = Steps(np.array([0.0, 10.0]), np.array([[70.0, 65.0], [80.0, 90.0]]))
    assert steps.at(-5.0).tolist() == [70, 80]
    assert steps.at(9.999).tolist() == [70, 80]
    assert steps.at(10.0).tolist() == [65, 90]
    for times, values, says in (
        ([0.0, 0.0], [1.0, 2.0], "must rise"),
        ([0.0], [1.0, 2.0], "give one value, or one per subject"),
        ([0.0], [float("nan")], "not finite"),
        ([0.0], ["heavy"], "needs numbers"),
    ):
        with pytest.raises(InputError, match=says):
            Steps(times, values)
