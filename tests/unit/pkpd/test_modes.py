"""Eigenmodes against numpy's general eigensolver, and where they are refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprieve.pkpd.compartments import CompartmentGraph, Edge
from reprieve.pkpd.modes import block_structure, subject_modes
from reprieve.pkpd.propagation import exponentials

THREE = CompartmentGraph(("central", "shallow", "deep"), (Edge(0), Edge(0, 1), Edge(1, 0), Edge(0, 2), Edge(2, 0)))
PARENT_METABOLITE = CompartmentGraph(
    ("p1", "p2", "m1", "m2"), (Edge(0, 2), Edge(0, 1), Edge(1, 0), Edge(2), Edge(2, 3), Edge(3, 2))
)
rate = st.floats(0.01, 50)


def modes_of(matrix):
    structure = block_structure(matrix != 0)
    n = len(matrix)
    rates, vectors, inverse = np.zeros(n), np.zeros((n, n)), np.zeros((n, n))
    ok = subject_modes(
        matrix, structure.order, structure.first, structure.tree_parent, rates, vectors, inverse,
        np.zeros((3, n, n)),
    )  # fmt: skip
    return ok and structure.has_modes, rates, vectors, inverse


@settings(deadline=None)  # the first call may compile
@given(st.lists(rate, min_size=5, max_size=5))
def test_three_compartments_have_numpys_eigenvalues(rates):
    matrix = THREE.rate_matrix([rates])[0]
    ok, found, vectors, inverse = modes_of(matrix)
    if not ok:
        return
    np.testing.assert_allclose(np.sort(-found), np.sort(np.linalg.eigvals(matrix).real), rtol=1e-7)
    scale = np.abs(matrix).max()
    np.testing.assert_allclose(vectors @ np.diag(-found) @ inverse, matrix, atol=1e-9 * scale)


def test_decay_rates_meet_the_coefficients_of_the_characteristic_polynomial():
    # For k10 = 4, k12 = 4.5, k21 = 1.8, k13 = 3, k31 = 0.4 per hour (80, 90, 60 L/h; 20, 50, 150 L) the
    # elementary symmetric functions of the three rates are known in closed form.
    k10, k12, k21, k13, k31 = 4.0, 4.5, 1.8, 3.0, 0.4
    _, found, _, _ = modes_of(THREE.rate_matrix([[k10, k12, k21, k13, k31]])[0])
    a, b, c = found
    np.testing.assert_allclose(a + b + c, k10 + k12 + k21 + k13 + k31, rtol=1e-14)
    np.testing.assert_allclose(
        a * b + b * c + c * a, k10 * k21 + k10 * k31 + k12 * k31 + k13 * k21 + k21 * k31, rtol=1e-14
    )
    np.testing.assert_allclose(a * b * c, k10 * k21 * k31, rtol=1e-13)


def test_the_slowest_rate_keeps_its_digits_in_a_stiff_system():
    # The product of the decay rates is k10 k21 k31; the diagonal k10 + k12 + k13 holds k10 to 1e-13 only.
    k10, k12, k21, k13, k31 = 0.05, 50.0, 0.05, 1.0, 0.001
    _, found, _, _ = modes_of(THREE.rate_matrix([[k10, k12, k21, k13, k31]])[0])
    np.testing.assert_allclose(np.prod(found), k10 * k21 * k31, rtol=1e-11)


def test_a_metabolite_is_a_later_block():
    structure = block_structure(PARENT_METABOLITE.rate_matrix([[1.0, 1, 1, 1, 1, 1]])[0] != 0)
    assert structure.has_modes
    assert [
        sorted(structure.order[a:b].tolist()) for a, b in zip(structure.first[:-1], structure.first[1:], strict=True)
    ] == [[0, 1], [2, 3]]


def test_a_cycle_has_no_detailed_balance():
    ring = CompartmentGraph(("a", "b", "c"), (Edge(0, 1), Edge(1, 2), Edge(2, 0), Edge(2)))
    assert not block_structure(ring.rate_matrix([[1.0, 1, 1, 1]])[0] != 0).has_modes


@pytest.mark.parametrize("spread", [0.0, 1e-9, 1e-6, 1e-4])
def test_nearly_equal_rates_in_a_chain_are_refused(spread):
    chain = CompartmentGraph(("a", "b", "c", "d", "e"), (*(Edge(i, i + 1) for i in range(4)), Edge(4)))
    ok, *_ = modes_of(chain.rate_matrix([1.0 + spread * np.arange(5)])[0])
    assert not ok


def test_distinct_rates_in_a_chain_are_accepted():
    chain = CompartmentGraph(("a", "b", "c"), (Edge(0, 1), Edge(1, 2), Edge(2)))
    ok, found, *_ = modes_of(chain.rate_matrix([[3.0, 1.0, 0.3]])[0])
    assert ok
    assert found.tolist() == [3.0, 1.0, 0.3]


@pytest.mark.parametrize("lost", ["there", "back"])
def test_an_exchange_that_one_subject_has_only_one_way_is_refused(lost):
    both = THREE.rate_matrix([[1.0, 2, 3, 4, 5]])[0]
    structure = block_structure(both != 0)
    one_way = THREE.rate_matrix([[1.0, 0, 3, 4, 5] if lost == "there" else [1.0, 2, 0, 4, 5]])[0]
    work = np.zeros((3, 3, 3))
    assert not subject_modes(
        one_way, structure.order, structure.first, structure.tree_parent,
        np.zeros(3), np.zeros((3, 3)), np.zeros((3, 3)), work,
    )  # fmt: skip


def test_tabulated_exponentials_are_the_librarys():
    x = np.concatenate([[0.0], 10.0 ** np.linspace(-12, 2.8, 150), np.linspace(0, 700, 105)])
    out, whole, rest = np.empty_like(x), np.empty_like(x), np.empty_like(x)
    exponentials(x, 1.0, out, whole, rest)
    np.testing.assert_allclose(out, np.exp(-x), rtol=4e-16)
    exponentials(np.array([1e6]), 1.0, out[:1], whole[:1], rest[:1])
    assert 0 <= out[0] < 1e-300
