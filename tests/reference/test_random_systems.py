"""Random graphs under random events, against SciPy's matrix exponential and a tight ODE solution, and conservation.

Agreement is 1e-8 of every value above a ten-thousandth of its maximum; below, as absolute.
"""

from itertools import pairwise

import matrix_exponential
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from test_engine import assert_close, given_as

from reprieve.pkpd.compartments import OUTSIDE, CompartmentGraph, Edge
from reprieve.pkpd.simulate import simulate

LOOKS = np.array([0.0, 0.05, 0.4, 1.0, 2.0, 3.5, 5.0, 8.0, 12.0, 13.0, 24.0, 36.0])
quarter_hours = st.integers(0, 60).map(lambda quarter: quarter / 4)


@st.composite
def graphs(draw, *, sensors=True):
    """A graph of one to six compartments, rates of two people and yields.

    Exchanges in a tree, one-way chains, edges that close cycles, exits from some or none, effect sites; rates of all
    sizes, several of them equal, nearly equal or zero, and zero for one of the two people only.
    """
    n = draw(st.integers(1, 6))
    edges = []
    for child in range(1, n):
        above = draw(st.integers(0, child - 1))
        edges.append(Edge(above, child))
        if draw(st.booleans()):
            edges.append(Edge(child, above))
    further = st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(lambda pair: pair[0] != pair[1])
    edges += [Edge(a, b) for a, b in draw(st.lists(further, max_size=2 if n > 1 else 0))]
    edges += [Edge(i, OUTSIDE) for i in range(n) if draw(st.booleans())]
    graph = CompartmentGraph(tuple("abcdef"[:n]), tuple(edges))
    if sensors and draw(st.booleans()):
        graph = graph.with_effect_site("a")
    shared = draw(st.floats(0.05, 5))
    size = st.floats(-2, 1.3).map(lambda power: 10**power)
    near = st.sampled_from([0.0, 1e-12, 1e-9, 1e-7, 1e-5, 1e-3, 0.03]).map(lambda share: shared * (1 + share))
    rates = np.array(draw(st.lists(st.one_of(size, near, st.just(0.0)), min_size=len(graph.edges), max_size=40)))
    rates = np.tile(rates[: len(graph.edges)], (2, 1))
    rates[1] *= draw(st.lists(st.sampled_from([1.0, 1.0, 0.0]), min_size=len(graph.edges), max_size=len(graph.edges)))
    yields = [draw(st.sampled_from([1.0, 1.0, 0.4])) for _ in graph.edges]
    return graph, rates, yields


@st.composite
def events(draw, n):
    """Boluses and overlapping infusions: (time h, compartment, mg, hours)."""
    one = st.tuples(quarter_hours, st.integers(0, n - 1), st.floats(1, 100), st.sampled_from([0, 0.25, 2 / 3, 4, 30]))
    return draw(st.lists(one, min_size=1, max_size=5))


@st.composite
def cases(draw):
    graph, rates, yields = draw(graphs())
    return graph.rate_matrix(rates, yields), draw(events(len(graph.names)))


@settings(deadline=None, max_examples=150, derandomize=True)
@given(cases())
def test_random_systems_follow_the_matrix_exponential(case):
    k, rows = case
    found = simulate(k, np.eye(k.shape[1]), given_as(rows), LOOKS).values
    for person in range(2):
        expected = matrix_exponential.simulate(k[person], np.eye(k.shape[1]), rows, LOOKS)
        assert_close(found[person], expected, 1e-8)


def by_tight_solver(k, rows, times):
    """Amounts by DOP853 at rtol 1e-12, restarted at every event and look: steps of its own, no exponential."""
    ends = [start + hours for start, _, _, hours in rows]
    state, seen = np.zeros(len(k)), {}
    marks = sorted({*times, *(row[0] for row in rows), *(end for end in ends if end < max(times))})
    for now, following in pairwise([*marks, None]):
        for start, compartment, amount, hours in rows:
            if hours == 0 and start == now:
                state[compartment] += amount
        seen[now] = state
        if following is None:
            break
        rate = np.zeros(len(k))
        for start, compartment, amount, hours in rows:
            if hours > 0 and start <= now < start + hours:
                rate[compartment] += amount / hours
        state = solve_ivp(
            lambda _, y, rate=rate: k @ y + rate, (now, following), state, method="DOP853", rtol=1e-12, atol=1e-16
        ).y[:, -1]
    return np.array([seen[t] for t in times])


@settings(deadline=None, max_examples=25, derandomize=True)
@given(cases())
def test_random_systems_follow_a_tight_ode_solution(case):
    k, rows = case
    rows = [row for row in rows if row[0] <= LOOKS[-1]]
    found = simulate(k, np.eye(k.shape[1]), given_as(rows), LOOKS).values
    assert_close(found[0], by_tight_solver(k[0], rows, LOOKS), 1e-8)


@settings(deadline=None, max_examples=100, derandomize=True)
@given(st.data())
def test_what_was_given_is_held_or_lost(data):
    graph, rates, _ = data.draw(graphs(sensors=False))
    lost = len(graph.names)
    collected = tuple(Edge(e.source, lost) if e.target == OUTSIDE else e for e in graph.edges)
    k = CompartmentGraph((*graph.names, "lost"), collected).rate_matrix(rates)
    rows = data.draw(events(lost))
    found = simulate(k, np.ones((1, lost + 1)), given_as(rows), LOOKS).values[:, :, 0]
    so_far = [
        sum(mg * (np.clip((t - start) / hours, 0, 1) if hours else t >= start) for start, _, mg, hours in rows)
        for t in LOOKS
    ]
    np.testing.assert_allclose(found, np.tile(so_far, (2, 1)), rtol=1e-12, atol=1e-12)
