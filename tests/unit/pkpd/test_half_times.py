"""Half-lives, decrement times and steady state against closed forms and brute-force repetition."""

import math

import numpy as np
import pytest

from reprieve.errors import InputError
from reprieve.pkpd.compartments import CompartmentGraph, Edge
from reprieve.pkpd.dose import Dose
from reprieve.pkpd.half_times import context_sensitive_half_time, half_lives, time_to_fraction_of_steady_state
from reprieve.pkpd.measures import auc_between, peak
from reprieve.pkpd.simulate import simulate
from reprieve.pkpd.steady_state import accumulation_ratio, steady_state

K, V = 0.3, 40.0
ONE = CompartmentGraph(("body",), (Edge(0),)).rate_matrix([[K]])
READ = np.array([[1 / V]])
TWO = CompartmentGraph(("a", "b"), (Edge(0), Edge(0, 1), Edge(1, 0)))
ORAL = CompartmentGraph(("gut", "body"), (Edge(0, 1), Edge(1))).rate_matrix([[1.5, K]])
READ_ORAL = np.array([[0.0, 1 / V]])
LN2 = math.log(2)


@pytest.mark.parametrize("infusion_h", [0.1, 5.0, 500.0, math.inf])
def test_one_compartment_has_one_half_time_whatever_the_context(infusion_h):
    half_time = context_sensitive_half_time(ONE, READ, 0, infusion_h)[0, 0]
    assert half_time == pytest.approx(LN2 / K, rel=1e-9)
    eighty = context_sensitive_half_time(ONE, READ, 0, infusion_h, fraction=0.8)[0, 0]
    assert eighty == pytest.approx(math.log(5) / K, rel=1e-9)


def test_two_compartments_lie_between_their_half_lives_and_meet_the_equation():
    matrix = TWO.rate_matrix([[0.8, 1.2, 0.25]])
    a, b = half_lives(matrix, np.eye(2)[:1], 0).all_h[0]
    # α + β = k10 + k12 + k21 = 2.25, α β = k10 k21 = 0.2
    assert LN2 / a + LN2 / b == pytest.approx(2.25, rel=1e-12)
    assert LN2 / a * LN2 / b == pytest.approx(0.2, rel=1e-12)
    beta, alpha = LN2 / a, LN2 / b
    # after infusion to steady state C(t) = Σ w_i/λ_i e^{-λ_i t}, w_α = (α - k21)/(α - β), w_β = (k21 - β)/(α - β)
    w = np.array([(alpha - 0.25), (0.25 - beta)]) / (alpha - beta)
    area = w / [alpha, beta]
    half_time = context_sensitive_half_time(matrix, np.eye(2)[:1], 0, math.inf)[0, 0]
    left = area @ np.exp(-np.array([alpha, beta]) * half_time) / area.sum()
    assert left == pytest.approx(0.5, rel=1e-10)
    shares = half_lives(matrix, np.eye(2)[:1], 0).terminal_share[0, 0]
    assert shares == pytest.approx(area[1] / area.sum(), rel=1e-9)
    longer = [context_sensitive_half_time(matrix, np.eye(2)[:1], 0, h)[0, 0] for h in (0.2, 2.0, 20.0)]
    assert b < longer[0] < longer[1] < longer[2] < a


def test_time_to_steady_state_is_the_fall_after_it():
    # one compartment: 1 - e^{-kt} = 0.9 at ln 10 / k
    assert time_to_fraction_of_steady_state(ONE, READ, 0, 0.9)[0, 0] == pytest.approx(math.log(10) / K, rel=1e-9)
    matrix = TWO.rate_matrix([[0.8, 1.2, 0.25]])
    readout = np.eye(2)
    for fraction in (0.3, 0.9):
        when = time_to_fraction_of_steady_state(matrix, readout, 0, fraction)[0]
        running = [Dose(0, 0, 1000.0, 1000.0)]  # 1 mg/h: steady state is -K⁻¹ u
        settled = np.linalg.solve(-matrix[0], [1.0, 0.0])
        for output, t in enumerate(when):
            now = simulate(matrix, readout, running, np.array([t])).values[0, 0, output]
            assert now / settled[output] == pytest.approx(fraction, rel=1e-9)


def test_a_slow_metabolite_does_not_lengthen_its_parents_half_life():
    graph = CompartmentGraph(("parent", "metabolite"), (Edge(0, 1), Edge(1)))
    found = half_lives(graph.rate_matrix([[1.0, 0.1], [0.1, 1.0]]), np.eye(2), 0)
    np.testing.assert_allclose(found.all_h, [[LN2 / 0.1, LN2], [LN2 / 0.1, LN2]], rtol=1e-12)
    # formation-rate limited in the second subject: the metabolite takes over its parent's half-life
    np.testing.assert_allclose(found.terminal_h, [[LN2, LN2 / 0.1], [LN2 / 0.1, LN2 / 0.1]], rtol=1e-12)
    given_as_metabolite = half_lives(graph.rate_matrix([[1.0, 0.1]]), np.eye(2), 1)
    assert np.isnan(given_as_metabolite.terminal_h[0, 0])
    assert given_as_metabolite.terminal_h[0, 1] == pytest.approx(LN2 / 0.1)


def test_a_share_of_coinciding_modes_is_not_made_up():
    chain = CompartmentGraph(("gut", "body"), (Edge(0, 1), Edge(1))).rate_matrix([[K, K]])
    found = half_lives(chain, READ_ORAL, 0)
    assert found.terminal_h[0, 0] == pytest.approx(LN2 / K)
    assert np.isnan(found.terminal_share[0, 0])


def test_an_effect_site_is_timed_from_the_end_of_the_infusion():
    # after steady state a site with ke0 is C·(ke0 e^{-kt} - k e^{-ke0 t})/(ke0 - k)
    graph = CompartmentGraph(("body",), (Edge(0),)).with_effect_site("body")
    matrix = graph.rate_matrix([[K, 2.0, 2.0]])
    body, site = context_sensitive_half_time(matrix, np.eye(2) / V, 0, math.inf)[0]
    assert body == pytest.approx(LN2 / K, rel=1e-9)
    assert (2.0 * math.exp(-K * site) - K * math.exp(-2.0 * site)) / (2.0 - K) == pytest.approx(0.5, rel=1e-9)


def test_accumulation_of_a_bolus_in_one_compartment():
    expected = 1 / -math.expm1(-K * 6)
    doses = [Dose(0, 0, 100)]
    assert accumulation_ratio(ONE, READ, doses, 6)[0, 0] == pytest.approx(expected, rel=1e-12)
    settled = steady_state(ONE, READ, doses, 6)
    assert settled.peak.value[0, 0] == pytest.approx(100 / V * expected, rel=1e-12)
    assert settled.trough.value[0, 0] == pytest.approx(100 / V * expected * math.exp(-K * 6), rel=1e-12)
    assert settled.before_dose[0, 0] == pytest.approx(settled.trough.value[0, 0], rel=1e-12)
    assert settled.average[0, 0] == pytest.approx(100 / (K * V) / 6, rel=1e-13)
    assert (settled.peak.time_h[0, 0], settled.trough.time_h[0, 0]) == (0.0, 6.0)
    # peak - trough is D/V and the average D/(V k τ), so their quotient is k τ
    assert settled.fluctuation[0, 0] == pytest.approx(K * 6, rel=1e-12)


def test_oral_steady_state_by_its_formulas():
    # Gibaldi & Perrier: tmax,ss = ln[ka(1 - e^{-kτ}) / (k(1 - e^{-ka τ}))] / (ka - k)
    ka, tau = 1.5, 8.0
    settled = steady_state(ORAL, READ_ORAL, [Dose(0, 0, 100)], tau)
    when = math.log(ka * -math.expm1(-K * tau) / (K * -math.expm1(-ka * tau))) / (ka - K)
    assert settled.peak.time_h[0, 0] == pytest.approx(when, rel=1e-7)
    top = 100 / V / -math.expm1(-K * tau) * math.exp(-K * when)
    assert settled.peak.value[0, 0] == pytest.approx(top, rel=1e-11)
    first = auc_between(ORAL, READ_ORAL, [Dose(0, 0, 100)], 0, tau)
    ratio = accumulation_ratio(ORAL, READ_ORAL, [Dose(0, 0, 100)], tau)
    np.testing.assert_allclose(ratio * first, 100 / (K * V), rtol=1e-12)


def test_steady_state_is_where_many_repetitions_go():
    graph = CompartmentGraph(("a", "b", "m"), (Edge(0, 2), Edge(0, 1), Edge(1, 0), Edge(2)))
    matrix = graph.rate_matrix([[0.5, 0.4, 0.1, 0.2], [1.0, 2.0, 0.3, 0.05]])
    readout = np.array([[1.0, 0, 0], [0, 0, 1.0]])
    cycle = [Dose(0, 0, 10, 4), Dose(8, 0, 5), Dose(9, 2, 3)]
    settled = steady_state(matrix, readout, cycle, 24)
    many = [Dose(24 * i + d.time_h, d.compartment, d.amount, d.duration_h) for i in range(40) for d in cycle]
    last = peak(matrix, readout, many, 39 * 24, 40 * 24)
    np.testing.assert_allclose(settled.peak.value, last.value, rtol=1e-9)
    np.testing.assert_allclose(settled.peak.time_h, last.time_h - 39 * 24, rtol=1e-5, atol=1e-6)
    looked = simulate(matrix, readout, many, 39 * 24 + np.linspace(0, 24, 48001)).values
    np.testing.assert_allclose(settled.trough.value, looked.min(axis=1), rtol=1e-6)
    np.testing.assert_allclose(
        settled.before_dose, simulate(matrix, readout, many[:-3], np.array([936.0 + 0])).values[:, 0], rtol=1e-9
    )
    average = auc_between(matrix, readout, many, 39 * 24, 40 * 24) / 24
    np.testing.assert_allclose(settled.average, average, rtol=1e-9)


def test_what_cannot_be_meant_is_refused():
    with pytest.raises(InputError, match="lasts 0 h; it must be above zero"):
        context_sensitive_half_time(ONE, READ, 0, 0.0)
    with pytest.raises(InputError, match="fall is by 1; it must be a fraction between 0 and 1"):
        context_sensitive_half_time(ONE, READ, 0, 1.0, fraction=1.0)
    with pytest.raises(InputError, match="compartment 3; there are 1, counted from 0"):
        half_lives(ONE, READ, 3)
    with pytest.raises(InputError, match="runs from 0 to 7 h; the doses of one interval must lie between 0 and 6 h"):
        steady_state(ONE, READ, [Dose(0, 0, 10, 7)], 6)
    with pytest.raises(InputError, match="dosing interval is -1 h"):
        accumulation_ratio(ONE, READ, [Dose(0, 0, 10)], -1)
    with pytest.raises(InputError, match="at least one dose"):
        accumulation_ratio(ONE, READ, [], 6)
    ring = CompartmentGraph(("a", "b", "c"), (Edge(0, 1), Edge(1, 2), Edge(2, 0), Edge(2)))
    with pytest.raises(InputError, match="modes oscillate"):
        half_lives(ring.rate_matrix([[1.0, 1, 1, 0.1]]), np.eye(3), 0)
