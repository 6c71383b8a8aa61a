"""Rates that vary, against closed forms, conservation, the exact engine, and SciPy's Radau with plain equations."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.special import lambertw

from reprieve.errors import InputError
from reprieve.pkpd.compartments import OUTSIDE
from reprieve.pkpd.dose import Dose
from reprieve.pkpd.event_run import simulate_events
from reprieve.pkpd.events import DoseRecord, EventTable, Observation, ResetRecord
from reprieve.pkpd.linear_system import LinearSystem
from reprieve.pkpd.nonlinear_rates import (
    Binding,
    Driver,
    EnzymePool,
    Inactivation,
    Induction,
    NonlinearRates,
    Saturation,
    TimeTrend,
    VaryingFlow,
)
from reprieve.pkpd.nonlinear_system import NonlinearSystem
from reprieve.pkpd.simulate import InitialState
from reprieve.pkpd.slow_state import SlowState
from reprieve.pkpd.steps import Steps

# Phenytoin as in textbooks: Vmax 7 mg/kg/day of 70 kg, Km 4 mg/L, V 45 L.
VMAX, KM, VOLUME = 7 * 70 / 24, 4.0, 45.0


def one_compartment(rates, k=None, subjects=1, volume=VOLUME, slow=None):
    """Elimination at 1/h ``k`` from one compartment, read in mg/L."""
    matrix = np.full((subjects, 1, 1), -(VMAX / KM / volume if k is None else k))
    return NonlinearSystem(matrix, np.full((1, 1), 1 / volume), rates, slow)


def flow(k, subjects=1):
    return VaryingFlow(0, OUTSIDE, np.full(subjects, k), np.ones(subjects))


def own(subjects=1, volume=VOLUME):
    return Driver(np.full((subjects, 1), 1 / volume))


def michaelis_menten(km=KM, subjects=1):
    site = Saturation((0,), (Binding(own(subjects), np.broadcast_to(np.asarray(km, dtype=float), subjects).copy()),))
    return NonlinearRates((flow(VMAX / KM / VOLUME, subjects),), saturations=(site,))


def test_a_bolus_with_saturable_elimination_is_lambert_w():
    # dC/dt = -(Vmax/V) C/(Km + C):  C/Km exp(C/Km) = C0/Km exp(C0/Km - Vmax t/(V Km)), solved by W
    times = np.array([0.0, 1.0, 6.0, 24.0, 72.0, 120.0])
    start = 1000 / VOLUME
    argument = start / KM * np.exp(start / KM - VMAX * times / (VOLUME * KM))
    expected = KM * lambertw(argument).real
    found = one_compartment(michaelis_menten()).simulate([Dose(0, 0, 1000)], times).values[0, :, 0]
    assert found == pytest.approx(expected, rel=1e-7)
    assert expected[0] > 5 * KM > 0.01 * KM > expected[-1]  # from saturation into the linear range


def test_an_infusion_settles_where_input_is_elimination():
    # R = Vmax C/(Km + C):  C = Km R/(Vmax - R); at 0.8 Vmax that is 4 Km
    system = one_compartment(michaelis_menten())
    table = EventTable((DoseRecord(0, rate=0.8 * VMAX, steady_state=1, lag_h=1), Observation(0)))
    assert simulate_events(system, table).values.item() == pytest.approx(4 * KM, rel=1e-7)
    too_much = EventTable((DoseRecord(0, rate=1.01 * VMAX, steady_state=1), Observation(0)))
    with pytest.raises(
        InputError, match=r"constant infusion recorded at 0 h.*may be more than the system can eliminate"
    ):
        simulate_events(system, too_much)


def test_repeated_doses_settle_where_an_interval_eliminates_one(monkeypatch):
    # At steady state Vmax ∫ C/(Km + C) dt over an interval is the dose, and the peak falls to the trough by Lambert W.
    system = one_compartment(michaelis_menten())
    dose, interval = 0.7 * VMAX * 12, 12.0
    table = EventTable(
        (DoseRecord(0, dose, interval_h=interval, steady_state=1), Observation(0), Observation(interval))
    )
    peak, trough = simulate_events(system, table).values[0, :, 0]
    assert peak - trough == pytest.approx(dose / VOLUME, rel=1e-6)
    argument = peak / KM * np.exp(peak / KM - VMAX * interval / (VOLUME * KM))
    assert trough == pytest.approx(KM * lambertw(argument).real, rel=1e-6)
    monkeypatch.setattr("reprieve.pkpd.settled_dose.MOST_INTERVALS", 60)
    with pytest.raises(InputError, match="does not come to a steady state within 60 intervals of 12 h"):
        simulate_events(
            system, EventTable((DoseRecord(0, 1.5 * VMAX * 12, interval_h=12, steady_state=1), Observation(0)))
        )


def test_steady_state_with_lag_and_long_infusions_is_that_of_doses_written_out():
    slow = SlowState(np.full((1, 1), 1 / VOLUME), np.array([5.0]), np.array([1.0]), np.array([0.02]), np.array([0.01]))
    system = one_compartment(michaelis_menten(), slow=slow)
    settled = DoseRecord(0, 80, duration_h=11, interval_h=8, steady_state=1, lag_h=3)
    looks = tuple(Observation(time) for time in (1.0, 2.5, 4.0, 7.9))
    written_out = DoseRecord(-8 * 150, 80, duration_h=11, interval_h=8, additional=150, lag_h=3)
    found = simulate_events(system, EventTable((settled, *looks)))
    expected = simulate_events(system, EventTable((written_out, *looks)))
    assert found.values == pytest.approx(expected.values, rel=1e-6)
    assert found.slow == pytest.approx(expected.slow, rel=1e-6)


def test_with_a_km_out_of_reach_it_is_the_exact_engine():
    rng = np.random.default_rng(7)
    n, subjects = 4, 70  # more than one group
    exchange = rng.uniform(0.05, 3, (subjects, n, n)) * ~np.eye(n, dtype=bool)
    matrix = exchange - np.eye(n) * (exchange.sum(axis=1) + rng.uniform(0.1, 1, (subjects, n)))[:, None, :]
    readout = rng.uniform(1, 40, (subjects, 2, n))
    slow = SlowState(readout[:, 0], rng.uniform(5, 200, subjects), rng.uniform(0.7, 2, subjects), *(
        rng.uniform(0.001, 0.1, (2, subjects))
    ))  # fmt: skip
    flows = (VaryingFlow(0, OUTSIDE, np.full(subjects, 0.1), np.ones(subjects)),)
    site = Saturation((0,), (Binding(Driver(readout[:, 0]), np.full(subjects, 1e15)),))
    doses = [Dose(0, 1, 100), Dose(2, 0, 50, 4), Dose(3, 2, 30, 10), Dose(24, 0, 80)]
    times = np.array([48.0, 0.0, 0.5, 2, 5, 6, 13, 24, 30])
    exact = LinearSystem(matrix, readout, slow).simulate(doses, times)
    integrated = NonlinearSystem(matrix, readout, NonlinearRates(flows, (site,)), slow).simulate(doses, times)
    assert integrated.values == pytest.approx(exact.values, rel=1e-7, abs=1e-7 * exact.values.max() * 1e-4)
    assert integrated.slow == pytest.approx(exact.slow, rel=1e-6)


def test_autoinduction_settles_where_algebra_says():
    # Carbamazepine-like: V 90 L, CL0 1 L/h, kout 0.02/h, Emax 2, EC50 4 mg/L. Under R mg/h: E = 1 + 2 C/(4 + C) and
    # R = CL0 E C; at C = 8: E = 7/3, R = 56/3, against 56/3 mg/L without induction, a ratio of 3/7.
    pool = EnzymePool((0,), np.array([0.02]), Induction(own(volume=90), np.array([2.0]), np.array([4.0])))
    system = one_compartment(NonlinearRates((flow(1 / 90),), pools=(pool,)), k=1 / 90, volume=90)
    late = system.states([Dose(0, 0, 56 / 3 * 4000, 4000)], [5.0, 4000.0])
    assert late.values[0, 1] == pytest.approx([8 * 90, 7 / 3 - 1], rel=1e-7)
    assert late.values[0, 0, 1] < 0.05  # induction takes days
    table = EventTable((DoseRecord(0, rate=56 / 3, steady_state=1), Observation(0), ResetRecord(0), Observation(1)))
    settled, reset = simulate_events(system, table).values[0, :, 0]
    assert settled == pytest.approx(8, rel=1e-7)
    assert reset == 0


def test_mechanism_based_inhibition_settles_where_algebra_says_and_returns_at_kdeg():
    # E = kdeg/(kdeg + kinact I/(KI + I)): 0.03/(0.03 + 1.2 · 2/(10 + 2)) = 0.03/0.23 at I = 2
    kdeg, kinact, ki = 0.03, 1.2, 10.0
    given = Driver(np.zeros((1, 1)), Steps(np.array([0.0, 400.0]), np.array([2.0, 0.0])))
    pool = EnzymePool((0,), np.array([kdeg]), None, Inactivation(given, np.array([kinact]), np.array([ki])))
    system = one_compartment(NonlinearRates((flow(0.2),), pools=(pool,)), k=0.2)
    enzyme = 1 + system.states([], [0.0, 399.999, 420.0]).values[0, :, 1]
    low = 0.03 / 0.23
    assert enzyme[0] == 1
    assert enzyme[1] == pytest.approx(low, rel=1e-7)
    assert enzyme[2] == pytest.approx(1 - (1 - low) * np.exp(-kdeg * 20), rel=1e-7)
    # The drug's own clearance falls with it: dose / area from a bolus under constant inhibition
    constant = replace(given, given=Steps(np.array([0.0]), np.array([2.0])))
    pool = replace(pool, inactivation=Inactivation(constant, np.array([kinact]), np.array([ki])))
    inhibited = one_compartment(NonlinearRates((flow(0.2),), pools=(pool,)), k=0.2)
    table = EventTable((DoseRecord(0, rate=6.0, steady_state=1), Observation(0)))
    assert simulate_events(inhibited, table).values.item() == pytest.approx(6 / (0.2 * VOLUME * low), rel=1e-6)


def test_competition_multiplies_km():
    # A given inhibitor at I = 3 Ki: Km (1 + 3), the same as Michaelis-Menten with Vmax and 4 Km
    inhibitor = Driver(np.zeros((1, 1)), Steps(np.array([0.0]), np.array([6.0])))
    both = Saturation((0,), (Binding(own(), np.array([KM])), Binding(inhibitor, np.array([2.0]))))
    competed = one_compartment(NonlinearRates((flow(VMAX / KM / VOLUME),), (both,)))
    times = np.array([1.0, 10, 40, 100])
    argument = (900 / VOLUME / (4 * KM)) * np.exp((900 / VOLUME - VMAX * times / VOLUME) / (4 * KM))
    expected = 4 * KM * lambertw(argument).real
    assert competed.simulate([Dose(0, 0, 900)], times).values[0, :, 0] == pytest.approx(expected, rel=1e-7)


def test_a_rising_clearance_in_closed_form_from_the_first_dose_on():
    # dx/dt = -k (1 + s h) x with h hours since the first dose at 5 h: x = D exp(-k (h + s h²/2))
    system = one_compartment(NonlinearRates((flow(0.1),), trends=(TimeTrend((0,), np.array([0.02])),)), k=0.1)
    hours = np.array([0.0, 1, 10, 50])
    expected = 70 * np.exp(-0.1 * (hours + 0.01 * hours**2))
    doses = [Dose(5, 0, 70)]
    found = system.states(doses, [1.0, *(5 + hours)])
    assert found.values[0, 0].tolist() == [0, 0]
    assert found.values[0, 1:, 0] == pytest.approx(expected, rel=1e-7)
    begun = InitialState(6.0, found.values[:, 2])
    assert system.states([], 5 + hours[2:], begun).values[0, :, 0] == pytest.approx(expected[2:], rel=1e-7)
    with pytest.raises(InputError, match=r"there is none where rates change with time. Write the doses out"):
        simulate_events(system, EventTable((DoseRecord(0, 5, interval_h=8, steady_state=1), Observation(0))))


def parent_and_metabolite(subjects):
    """A depot, a parent with two places, a metabolite: saturable first pass, an enzyme induced and inhibited."""
    rng = np.random.default_rng(3)
    k = {name: rng.uniform(0.2, 2, subjects) for name in ("ka", "out", "back", "clear", "leave")}
    matrix = np.zeros((subjects, 4, 4))
    for source, target, name in ((0, 1, "ka"), (1, 2, "out"), (2, 1, "back"), (1, 3, "clear"), (3, OUTSIDE, "leave")):
        matrix[:, source, source] -= k[name]
        if target != OUTSIDE:
            matrix[:, target, source] += k[name] * (0.8 if name == "clear" else 1)
    depot, parent, metabolite = (Driver(np.eye(4)[i] * np.full((subjects, 1), 0.5)) for i in (0, 1, 3))
    full = np.ones(subjects)
    flows = (
        VaryingFlow(0, 1, k["ka"], full), VaryingFlow(1, 3, k["clear"], 0.8 * full),
        VaryingFlow(3, OUTSIDE, k["leave"], full),
    )  # fmt: skip
    rates = NonlinearRates(
        flows,
        saturations=(Saturation((0,), (Binding(depot, 5 * full),)), Saturation((1,), (Binding(parent, 8 * full),))),
        pools=(EnzymePool((1,), 0.05 * full, Induction(parent, 3 * full, 4 * full),
                          Inactivation(metabolite, 0.3 * full, 6 * full)),),
        trends=(TimeTrend((2,), 0.01 * full),),
    )  # fmt: skip
    return k, matrix, rates


def slopes_by_hand(t, x, given, ka, out, back, clear, leave):
    depot, parent, periphery, metabolite, enzyme = x
    absorbed = ka * depot / (1 + 0.5 * depot / 5)
    cleared = clear * enzyme * parent / (1 + 0.5 * parent / 8)
    c, i = 0.5 * parent, 0.5 * metabolite
    return [
        -absorbed,
        absorbed + given - out * parent + back * periphery - cleared,
        out * parent - back * periphery,
        0.8 * cleared - leave * (1 + 0.01 * t) * metabolite,
        0.05 * (1 + 3 * c / (4 + c)) - 0.05 * enzyme - 0.3 * i / (6 + i) * enzyme,
    ]


def test_all_forms_together_are_the_equations_written_by_hand():
    k, matrix, rates = parent_and_metabolite(3)
    times = np.array([0.5, 1, 3, 7, 20, 48])
    found = NonlinearSystem(matrix, np.eye(4), rates).simulate([Dose(0, 0, 40), Dose(1, 1, 60, 6)], times).values
    for subject in range(3):
        constants = [k[name][subject] for name in ("ka", "out", "back", "clear", "leave")]
        state, expected = [40.0, 0, 0, 0, 1.0], []
        for start, end, given in ((0, 1, 0.0), (1, 7, 10.0), (7, 48, 0.0)):
            looks = [t for t in times if start < t <= end]
            path = solve_ivp(
                slopes_by_hand, (start, end), state, args=(given, *constants), method="Radau", t_eval=looks,
                rtol=1e-11, atol=1e-13,
            )  # fmt: skip
            expected.append(path.y[:4])
            state = path.y[:, -1]
        assert found[subject] == pytest.approx(np.concatenate(expected, axis=1).T, rel=1e-7, abs=1e-9)


def test_nothing_is_lost_or_made():
    # What leaves (20 % of what is cleared, and all the metabolite) is collected in a fifth and sixth place.
    _, matrix, rates = parent_and_metabolite(2)
    larger = np.zeros((2, 5, 5))
    larger[:, :4, :4] = matrix
    larger[:, 4, :4] = -matrix.sum(axis=1)
    flows = [replace(one) for one in rates.flows]
    waste = VaryingFlow(1, 4, 0.2 * flows[1].rate, np.ones(2))  # the share of clearance that becomes no metabolite
    kept = VaryingFlow(1, 3, 0.8 * flows[1].rate, np.ones(2))
    closed = NonlinearRates(
        (flows[0], kept, replace(flows[2], target=4), waste),
        (rates.saturations[0], replace(rates.saturations[1], flows=(1, 3))),
        (replace(rates.pools[0], flows=(1, 3)),), rates.trends,
    )  # fmt: skip
    found = NonlinearSystem(larger, np.eye(5), closed).states([Dose(0, 0, 40), Dose(1, 1, 60, 6)], [0.5, 4, 7, 30, 400])
    assert found.values[:, :, :5].sum(axis=2) == pytest.approx(
        np.broadcast_to([40, 40 + 30, 100, 100, 100], (2, 5)), rel=1e-8
    )


def test_a_stiff_subject_is_followed_beside_a_slow_one():
    # Rates from 1e-3 to 1e5 per hour: the fast place follows the slow one, x1 = x0 k01/k10 at quasi-equilibrium.
    matrix = np.array([[[-1e5, 1e5], [1e5, -1e5 - 1e-3]], [[-1.0, 0.5], [1.0, -0.6]]])
    flows = (VaryingFlow(1, OUTSIDE, np.array([1e-3, 0.1]), np.ones(2)),)
    site = Saturation((0,), (Binding(Driver(np.ones((2, 2))), np.full(2, 1e12)),))
    found = NonlinearSystem(matrix, np.eye(2), NonlinearRates(flows, (site,))).simulate([Dose(0, 0, 10)], [100.0])
    assert found.values[0, 0] == pytest.approx(np.full(2, 5 * np.exp(-0.5e-3 * 100)), rel=1e-6)


def test_a_subject_that_cannot_be_followed_is_named():
    # E grows without bound: made a million times faster than it is lost, so x falls at ever larger rates
    driver = Driver(np.zeros((3, 1)), Steps(np.array([0.0]), np.array([1.0])))
    emax = np.array([1.0, 1e307, 1.0])
    pool = EnzymePool((0,), np.full(3, 1e3), Induction(driver, emax, np.full(3, 1.0)))
    system = one_compartment(NonlinearRates((flow(0.1, 3),), pools=(pool,)), k=0.1, subjects=3)
    with pytest.raises(InputError, match="differential equations of subject 2 of 3 could not be followed beyond"):
        system.simulate([Dose(0, 0, 1)], [1.0])


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="constant of a nonlinear rate must be greater than zero"):
        michaelis_menten(km=0.0)
    with pytest.raises(ValueError, match="must be finite and not negative"):
        michaelis_menten(km=-1.0)
    with pytest.raises(ValueError, match=r"a Saturation acts on flows \(1,\) of 1"):
        NonlinearRates((flow(1.0),), (Saturation((1,), (Binding(own(), np.ones(1)),)),))
    system = one_compartment(michaelis_menten())
    with pytest.raises(ValueError, match=r"a dose goes into a compartment outside 0\.\.0"):
        system.states([Dose(0, 1, 5)], [1.0])
    with pytest.raises(ValueError, match=r"the initial state is \(1, 2\)"):
        system.states([], [1.0], InitialState(0.0, np.zeros((1, 2))))
    with pytest.raises(ValueError, match="before the initial state at 5 h"):
        system.states([], [1.0], InitialState(5.0, np.zeros((1, 1))))
    with pytest.raises(InputError, match="where rates vary, concentrations do not add"):
        simulate_events(system, EventTable((DoseRecord(0, 5, interval_h=8, steady_state=2), Observation(0))))


def test_a_dose_at_the_time_of_a_look_and_looks_out_of_order():
    system = one_compartment(michaelis_menten())
    doses = [Dose(0, 0, 100), Dose(8, 0, 50)]
    found = system.simulate(doses, [9.0, 8.0, 0.0, 7.999999]).values[0, :, 0]
    ordered = system.simulate(doses, [0.0, 7.999999, 8.0, 9.0]).values[0, :, 0]
    assert found[[2, 3, 1, 0]] == pytest.approx(ordered, rel=1e-12)
    assert ordered[0] == pytest.approx(100 / VOLUME)
    assert ordered[2] - ordered[1] == pytest.approx(50 / VOLUME, rel=1e-5)
