"""Eigenmodes of compartment systems: ``K = V diag(-λ) V⁻¹`` with real decay rates λ.

A compartment graph falls apart into strongly connected blocks (a drug's own compartments, a metabolite's, a
depot) that feed each other one way. Inside a block whose exchanges form a tree, detailed balance makes K
similar to a symmetric matrix [1]_, so its decay rates are real and Jacobi rotations find them to full
relative accuracy. Eigenvectors then continue downstream by forward substitution.

Blocks with cycles, or rates that nearly coincide between blocks, have no well-conditioned modes. They are
reported as such and :mod:`reprieve.pkpd.propagation` uses the matrix exponential for them instead.

References
----------
.. [1] Hearon JZ. Theorems on linear systems. Ann N Y Acad Sci 1963;108:36-68.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.pkpd.compiled import compiled

#: Modes that cancel each other to less than one part in this many are refused: as many digits are lost.
_CANCELLATION = 1e6


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
def _rotate_to_diagonal(a, u):
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
def _solve_in_place(a, b):
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
def _block_modes(k, members, parent, rates, vectors, column, scale, symmetric, rotation):
    """Decay rates of one block and its eigenvectors, into ``rates[column:]`` and ``vectors[:, column:]``.

    ``scale``, ``symmetric`` and ``rotation`` are work space. False when a two-way exchange runs only one way.
    """
    size = len(members)
    scale[0] = 1.0
    for i in range(1, size):  # members[0] is the root; parents come before children
        up = 0
        while members[up] != parent[members[i]]:
            up += 1
        there, back = k[members[i], members[up]], k[members[up], members[i]]
        if not (there > 0.0 and back > 0.0):
            return False
        # Detailed balance: (D⁻¹KD) is symmetric when d_i² / d_up² = K[i, up] / K[up, i].
        scale[i] = scale[up] * np.sqrt(there / back)
    for i in range(size):
        for j in range(i, size):  # the other half is the same but for rounding
            symmetric[i, j] = symmetric[j, i] = k[members[i], members[j]] * scale[j] / scale[i]
            rotation[i, j] = rotation[j, i] = 1.0 if i == j else 0.0
    _rotate_to_diagonal(symmetric[:size, :size], rotation[:size, :size])
    for j in range(size):
        rates[column + j] = -symmetric[j, j]
        for i in range(size):
            vectors[members[i], column + j] = scale[i] * rotation[i, j]
    return True


@compiled
def _are_well_conditioned(rates, vectors, inverse):
    """Whether no element of exp(Kt) is a small difference of large modes.

    Element (i, j) is Σ_m a_m exp(-λ_m t) with a_m = V_im V⁻¹_mj. Its integral over time is Σ_m a_m / λ_m and
    at most its maximum over λ_min, so integral · λ_min is a safe (low) measure of how large it becomes. Sizes
    Σ|a_m| far above that mean that the modes cancel. The comparison does not depend on anybody's units.
    """
    n = len(rates)
    for i in range(n):
        for j in range(n):
            size, integral, slowest = 0.0, 0.0, np.inf
            for m in range(n):
                a = vectors[i, m] * inverse[m, j]
                if a != 0.0:  # also when it is not a number
                    size += abs(a)
                    integral += a / rates[m]
                    slowest = min(slowest, rates[m])
            if size != 0.0 and not size <= _CANCELLATION * abs(integral) * slowest:  # NaN is not conditioned
                return False
    return True


@compiled
def subject_modes(k, order, first, parent, rates, vectors, inverse, work):
    """Modes of one subject's rate matrix; False when they are not well conditioned.

    Parameters
    ----------
    k : (n, n) 1/h
    order, first, parent : see :class:`BlockStructure`
    rates, vectors, inverse : (n,), (n, n), (n, n), written
    work : (4, n, n) work space
    """
    n = len(k)
    vectors[:] = 0.0
    n_blocks = len(first) - 1
    for block in range(n_blocks):
        members = order[first[block] : first[block + 1]]
        if not _block_modes(k, members, parent, rates, vectors, first[block], work[0, 0], work[1], work[2]):
            return False
    for i in range(n):
        if not rates[i] > 0.0:
            return False
    shifted, fed = work[0], work[3]
    for block in range(n_blocks):
        for column in range(first[block], first[block + 1]):
            for later in range(block + 1, n_blocks):
                begin, size = first[later], first[later + 1] - first[later]
                any_fed = False
                for i in range(size):
                    fed[i, 0] = 0.0
                    for j in range(begin):
                        fed[i, 0] -= k[order[begin + i], order[j]] * vectors[order[j], column]
                    any_fed = any_fed or fed[i, 0] != 0.0
                if not any_fed:
                    continue
                for j in range(begin, begin + size):
                    if rates[j] == rates[column]:
                        return False
                # (K_block + λ) v = -(what flows in from upstream)
                for i in range(size):
                    for j in range(size):
                        shifted[i, j] = k[order[begin + i], order[begin + j]]
                    shifted[i, i] += rates[column]
                _solve_in_place(shifted[:size, :size], fed[:size, :1])
                for i in range(size):
                    vectors[order[begin + i], column] = fed[i, 0]
    inverse[:] = 0.0
    for i in range(n):
        inverse[i, i] = 1.0
        for j in range(n):
            shifted[i, j] = vectors[i, j]
    _solve_in_place(shifted, inverse)
    return _are_well_conditioned(rates, vectors, inverse)
