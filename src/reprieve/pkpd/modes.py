"""Eigenmodes of compartment systems: ``K = V diag(-λ) V⁻¹`` with real decay rates λ.

A compartment graph falls apart into strongly connected blocks (a drug's own compartments, a metabolite's, a
depot) that feed each other one way. Inside a block whose exchanges form a tree, detailed balance makes K
similar to a symmetric matrix [1]_, so its decay rates are real and Jacobi rotations find them to full relative
accuracy. Eigenvectors then continue downstream by forward substitution.

Blocks with cycles, or rates that coincide between blocks, have no well-conditioned modes. They are reported as
such and :mod:`reprieve.pkpd.propagation` uses the matrix exponential for them instead.

References
----------
.. [1] Hearon JZ. Theorems on linear systems. Ann N Y Acad Sci 1963;108:36-68.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.pkpd.compiled import compiled

#: Decay rates closer than this, relative, count as coincident: eigenvectors lose as many digits.
_COINCIDENT = 1e-5


@dataclass(frozen=True)
class BlockStructure:
    """Which compartments exchange with each other, and in what order blocks feed each other.

    Attributes
    ----------
    order : (n,) compartments, block by block, upstream first
    first : (n_blocks + 1,) where each block starts in ``order``
    tree_parent : (n,) the compartment through which detailed balance is carried; itself at a block's root
    has_modes : whether every block is a tree of two-way exchanges
    """

    order: NDArray[np.int64]
    first: NDArray[np.int64]
    tree_parent: NDArray[np.int64]
    has_modes: bool


def block_structure(pattern: NDArray[np.bool_]) -> BlockStructure:
    """Blocks of a rate matrix from its pattern of non-zeros (``pattern[i, j]``: j feeds i)."""
    n = len(pattern)
    reach = pattern | np.eye(n, dtype=bool)
    for middle in range(n):  # Warshall's closure; n is a few, at most a few dozen
        reach |= np.outer(reach[:, middle], reach[middle, :])
    together = reach & reach.T
    upstream_count = reach.sum(axis=1)  # strictly more for a block than for any block that feeds it
    roots = sorted({int(np.flatnonzero(row)[0]) for row in together}, key=lambda i: (upstream_count[i], i))

    order: list[int] = []
    first = [0]
    parent = np.arange(n)
    has_modes = True
    for root in roots:
        members = np.flatnonzero(together[root])
        inside = pattern[np.ix_(members, members)] & ~np.eye(len(members), dtype=bool)
        if not np.array_equal(inside, inside.T) or inside.sum() != 2 * (len(members) - 1):
            has_modes = False
        seen = [root]
        for node in seen:
            for neighbour in members:
                if neighbour not in seen and (pattern[neighbour, node] or pattern[node, neighbour]):
                    parent[neighbour] = node
                    seen.append(int(neighbour))
        order.extend(seen)
        first.append(len(order))
    return BlockStructure(np.array(order), np.array(first), parent, has_modes)


@compiled
def _rotate_to_diagonal(a, u):  # type: ignore[no-untyped-def]
    """Cyclic Jacobi: symmetric ``a`` becomes diagonal in place, ``u`` collects the rotations."""
    n = len(a)
    for _ in range(60):
        off = 0.0
        for p in range(n):
            for q in range(p + 1, n):
                off = max(off, abs(a[p, q]) / np.sqrt(abs(a[p, p] * a[q, q])))
        if off < 1e-15:
            return
        for p in range(n):
            for q in range(p + 1, n):
                if a[p, q] == 0.0:
                    continue
                theta = (a[q, q] - a[p, p]) / (2.0 * a[p, q])
                t = 1.0 / (abs(theta) + np.sqrt(theta * theta + 1.0))
                if theta < 0.0:
                    t = -t
                c = 1.0 / np.sqrt(t * t + 1.0)
                s = t * c
                for k in range(n):
                    akp, akq = a[k, p], a[k, q]
                    a[k, p], a[k, q] = c * akp - s * akq, s * akp + c * akq
                for k in range(n):
                    apk, aqk = a[p, k], a[q, k]
                    a[p, k], a[q, k] = c * apk - s * aqk, s * apk + c * aqk
                a[p, q] = a[q, p] = 0.0  # what rounding left of what the rotation removed
                for k in range(n):
                    ukp, ukq = u[k, p], u[k, q]
                    u[k, p], u[k, q] = c * ukp - s * ukq, s * ukp + c * ukq


@compiled
def _solve_in_place(a, b):  # type: ignore[no-untyped-def]
    """Gaussian elimination with partial pivoting; ``b`` (n, m) becomes the solution."""
    n, m = b.shape
    for column in range(n):
        pivot = column
        for row in range(column + 1, n):
            if abs(a[row, column]) > abs(a[pivot, column]):
                pivot = row
        if pivot != column:
            for k in range(n):
                a[column, k], a[pivot, k] = a[pivot, k], a[column, k]
            for k in range(m):
                b[column, k], b[pivot, k] = b[pivot, k], b[column, k]
        for row in range(column + 1, n):
            factor = a[row, column] / a[column, column]
            if factor != 0.0:
                for k in range(column, n):
                    a[row, k] -= factor * a[column, k]
                for k in range(m):
                    b[row, k] -= factor * b[column, k]
    for column in range(n - 1, -1, -1):
        for k in range(m):
            total = b[column, k]
            for inner in range(column + 1, n):
                total -= a[column, inner] * b[inner, k]
            b[column, k] = total / a[column, column]


@compiled
def _block_modes(k, members, parent, rates, vectors, column):  # type: ignore[no-untyped-def]
    """Decay rates of one block and its eigenvectors, into ``rates[column:]`` and ``vectors[:, column:]``."""
    size = len(members)
    scale = np.ones(size)
    for i in range(1, size):  # members[0] is the root; parents come before children
        up = 0
        while members[up] != parent[members[i]]:
            up += 1
        # Detailed balance: (D⁻¹KD) is symmetric when d_i² / d_up² = K[i, up] / K[up, i].
        scale[i] = scale[up] * np.sqrt(k[members[i], members[up]] / k[members[up], members[i]])
    symmetric = np.empty((size, size))
    for i in range(size):
        for j in range(size):
            symmetric[i, j] = k[members[i], members[j]] * scale[j] / scale[i]
    for i in range(size):  # rounding must not leave it unsymmetric
        for j in range(i):
            symmetric[i, j] = symmetric[j, i]
    rotation = np.eye(size)
    _rotate_to_diagonal(symmetric, rotation)
    for j in range(size):
        rates[column + j] = -symmetric[j, j]
        for i in range(size):
            vectors[members[i], column + j] = scale[i] * rotation[i, j]


@compiled
def subject_modes(k, order, first, parent, rates, vectors, inverse):  # type: ignore[no-untyped-def]
    """Modes of one subject's rate matrix; False when they are not well conditioned.

    Parameters
    ----------
    k : (n, n) 1/h
    order, first, parent : see :class:`BlockStructure`
    rates, vectors, inverse : (n,), (n, n), (n, n), written
    """
    n = len(k)
    vectors[:] = 0.0
    n_blocks = len(first) - 1
    for block in range(n_blocks):
        _block_modes(k, order[first[block] : first[block + 1]], parent, rates, vectors, first[block])
    for i in range(n):
        if not rates[i] > 0.0:
            return False
    for block in range(n_blocks):
        for column in range(first[block], first[block + 1]):
            for later in range(block + 1, n_blocks):
                members = order[first[later] : first[later + 1]]
                size = len(members)
                fed = np.zeros((size, 1))
                for i in range(size):
                    for j in range(first[later]):
                        fed[i, 0] -= k[members[i], order[j]] * vectors[order[j], column]
                any_fed = False
                for i in range(size):
                    any_fed = any_fed or fed[i, 0] != 0.0
                if not any_fed:
                    continue
                for j in range(first[later], first[later + 1]):
                    if abs(rates[j] - rates[column]) < _COINCIDENT * rates[column]:
                        return False
                # (K_block + λ) v = -(what flows in from upstream)
                shifted = np.empty((size, size))
                for i in range(size):
                    for j in range(size):
                        shifted[i, j] = k[members[i], members[j]]
                    shifted[i, i] += rates[column]
                _solve_in_place(shifted, fed)
                for i in range(size):
                    vectors[members[i], column] = fed[i, 0]
    inverse[:] = 0.0
    for i in range(n):
        inverse[i, i] = 1.0
    _solve_in_place(vectors.copy(), inverse)
    return True
