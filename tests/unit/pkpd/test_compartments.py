"""Compartment graphs and their rate matrices, against mass balance written by hand."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import reprieve.pkpd
from reprieve.pkpd.compartments import OUTSIDE, CompartmentGraph, Edge


def test_two_compartments_give_the_textbook_matrix():
    graph = CompartmentGraph(("central", "deep"), (Edge(0), Edge(0, 1), Edge(1, 0)))
    # k10 = 0.5, k12 = 0.3, k21 = 0.2 per hour: dx1 = -(0.5 + 0.3) x1 + 0.2 x2, dx2 = 0.3 x1 - 0.2 x2.
    np.testing.assert_array_equal(graph.rate_matrix([[0.5, 0.3, 0.2]]), [[[-0.8, 0.2], [0.3, -0.2]]])


def test_yield_takes_all_and_brings_a_share():
    graph = CompartmentGraph(("parent", "metabolite"), (Edge(0, 1), Edge(1)))
    np.testing.assert_array_equal(graph.rate_matrix([[2.0, 1.0]], [0.25, 1.0]), [[[-2.0, 0.0], [0.5, -1.0]]])


def test_effect_site_takes_nothing_from_its_source():
    graph = CompartmentGraph(("central",), (Edge(0),)).with_effect_site("central")
    assert graph.names == ("central", "effect")
    assert graph.edges[1:] == (Edge(0, 1, sensor=True), Edge(1, OUTSIDE))
    np.testing.assert_array_equal(graph.rate_matrix([[0.5, 3.0, 3.0]]), [[[-0.5, 0.0], [3.0, -3.0]]])


@given(st.lists(st.floats(0, 100), min_size=6, max_size=6))
def test_a_closed_system_neither_gains_nor_loses(rates):
    graph = CompartmentGraph(("a", "b", "c"), (Edge(0, 1), Edge(1, 0), Edge(1, 2), Edge(2, 1), Edge(2, 0), Edge(0, 2)))
    columns = graph.rate_matrix([rates])[0].sum(axis=0)
    np.testing.assert_allclose(columns, 0, atol=1e-12 * (1 + max(rates)))


def test_one_matrix_per_subject_in_order():
    graph = CompartmentGraph(("only",), (Edge(0),))
    assert graph.rate_matrix([[0.1], [0.2], [0.3]])[:, 0, 0].tolist() == [-0.1, -0.2, -0.3]


def test_compartments_are_found_by_name():
    assert CompartmentGraph(("depot", "central"), (Edge(0, 1), Edge(1))).index("central") == 1


@pytest.mark.parametrize(
    ("names", "edges", "message"),
    [
        (("a", "a"), (), "repeat"),
        (("a",), (Edge(1),), "starts outside the 1 compartments"),
        (("a",), (Edge(-1),), "starts outside"),
        (("a",), (Edge(0, 1),), "ends outside"),
        (("a",), (Edge(0, 0),), "returns to its own"),
    ],
)
def test_impossible_graphs_are_refused(names, edges, message):
    with pytest.raises(ValueError, match=message):
        CompartmentGraph(names, edges)


@pytest.mark.parametrize(
    ("rates", "message"),
    [([[1.0, 2.0]], "2 rates were given for 1 edges"), ([[-1.0]], "not negative"), ([[np.nan]], "finite")],
)
def test_impossible_rates_are_refused(rates, message):
    with pytest.raises(ValueError, match=message):
        CompartmentGraph(("only",), (Edge(0),)).rate_matrix(rates)


def test_the_engine_knows_no_drug():
    sources = sorted(Path(reprieve.pkpd.__file__).parent.glob("**/*.py"))
    assert len(sources) > 5
    assert [path.name for path in sources if "ketamine" in path.read_text(encoding="utf-8").lower()] == []
