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
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from reprieve.pkpd.compiled import compiled

#: Modes that cancel each other to less than one part in this many are refused: as many digits are lost.
_CANCELLATION = 5e3
#: Rates that meet again downstream and differ by less than this share of the fastest are refused: rounding moves each
#: by a share of the fastest, and how much of a mode goes on downstream is inverse to the difference.
_COINCIDENCE = 5e-6
#: A decay rate below this share of the block's fastest is what rounding leaves of zero.
_ROUNDING = 4e-15
#: 1/h, stands for a rate of zero: nothing decays in any time, and (1 - e^{-λt}) / λ is still the time t.
_NEVER = 1e-280


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
    return _block_structure(pattern.tobytes(), len(pattern))


def reachable(pattern: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """``[i, j]``: what is in j can get to i, or is there (``pattern[i, j]``: j feeds i)."""
    reach = pattern | np.eye(len(pattern), dtype=bool)
    for middle in range(len(pattern)):  # Warshall's closure; n is a few, at most a few dozen
        reach |= np.outer(reach[:, middle], reach[middle, :])
    return reach


@lru_cache(maxsize=64)  # finding it takes as long as simulating fifty subjects, and graphs repeat
def _block_structure(non_zeros: bytes, n: int) -> BlockStructure:
    pattern = np.frombuffer(non_zeros, dtype=bool).reshape(n, n)
    reach = reachable(pattern)
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
def _rotate_to_diagonal(a, u, n):
    """Cyclic Jacobi: symmetric ``a[:n, :n]`` becomes diagonal in place, ``u`` collects the rotations.

    What is left beside the diagonal is compared with the two rates it couples, so that slow rates keep their
    digits beside fast ones; a closed block has a rate of zero, for which only its fastest rate is a measure.
    """
    fastest = 0.0
    for p in range(n):
        fastest = max(fastest, abs(a[p, p]))
    for _ in range(60):
        is_diagonal = True
        for p in range(n):
            for q in range(p + 1, n):
                if a[p, q] * a[p, q] <= 1e-30 * abs(a[p, p] * a[q, q]) + 1e-44 * fastest * fastest:
                    continue
                is_diagonal = False
                theta = (a[q, q] - a[p, p]) / (2.0 * a[p, q])
                t = 1.0 / (abs(theta) + np.sqrt(theta * theta + 1.0))
                if theta < 0.0:
                    t = -t
                c = 1.0 / np.sqrt(t * t + 1.0)
                s = t * c
                a[p, p], a[q, q] = a[p, p] - t * a[p, q], a[q, q] + t * a[p, q]
                a[p, q] = a[q, p] = 0.0
                for k in range(n):
                    if k != p and k != q:  # noqa: PLR1714 - a set would be made each time
                        akp, akq = a[k, p], a[k, q]
                        a[k, p] = a[p, k] = c * akp - s * akq
                        a[k, q] = a[q, k] = s * akp + c * akq
                for k in range(n):
                    ukp, ukq = u[k, p], u[k, q]
                    u[k, p], u[k, q] = c * ukp - s * ukq, s * ukp + c * ukq
        if is_diagonal:
            return


@compiled
def _solve_in_place(a, b, n):
    """Gaussian elimination with partial pivoting in ``a[:n, :n]``; ``b[:n]`` becomes the solution."""
    for column in range(n):
        pivot = column
        for row in range(column + 1, n):
            if abs(a[row, column]) > abs(a[pivot, column]):
                pivot = row
        if pivot != column:
            for k in range(n):
                a[column, k], a[pivot, k] = a[pivot, k], a[column, k]
            b[column], b[pivot] = b[pivot], b[column]
        for row in range(column + 1, n):
            factor = a[row, column] / a[column, column]
            if factor != 0.0:
                for k in range(column, n):
                    a[row, k] -= factor * a[column, k]
                b[row] -= factor * b[column]
    for column in range(n - 1, -1, -1):
        total = b[column]
        for inner in range(column + 1, n):
            total -= a[column, inner] * b[inner]
        b[column] = total / a[column, column]


@compiled
def _block_modes(k, order, begin, size, parent, rates, vectors, inverse, scale, symmetric, rotation):
    """Decay rates of one block, its eigenvectors and their inverse, from ``begin`` on.

    ``scale``, ``symmetric`` and ``rotation`` are work space. False when a two-way exchange runs only one way.
    """
    scale[0] = 1.0
    for i in range(1, size):  # the first is the root; parents come before children
        here, up = order[begin + i], 0
        while order[begin + up] != parent[here]:
            up += 1
        there, back = k[here, parent[here]], k[parent[here], here]
        if not (there > 0.0 and back > 0.0):
            return False
        # Detailed balance: (D⁻¹KD) is symmetric when d_i² / d_up² = K[i, up] / K[up, i].
        scale[i] = scale[up] * np.sqrt(there / back)
    for i in range(size):
        for j in range(i, size):  # the other half is the same but for rounding
            symmetric[i, j] = symmetric[j, i] = k[order[begin + i], order[begin + j]] * scale[j] / scale[i]
            rotation[i, j] = rotation[j, i] = 1.0 if i == j else 0.0
    _rotate_to_diagonal(symmetric, rotation, size)
    for j in range(size):
        rates[begin + j] = -symmetric[j, j]
        for i in range(size):
            vectors[order[begin + i], begin + j] = scale[i] * rotation[i, j]
            inverse[begin + j, order[begin + i]] = rotation[i, j] / scale[i]
    return True


@compiled
def _are_well_conditioned(rates, vectors, inverse, slowness):
    """Whether no element of exp(Kt) is a small difference of large modes.

    Element (i, j) is Σ_m a_m exp(-λ_m t) with a_m = V_im V⁻¹_mj. Its integral over time is Σ_m a_m / λ_m and
    at most its maximum over λ_min, so integral · λ_min is a safe (low) measure of how large it becomes. Sizes
    Σ|a_m| far above that mean that the modes cancel. The comparison does not depend on anybody's units.
    """
    n = len(rates)
    for m in range(n):
        slowness[m] = 1.0 / rates[m]
    for i in range(n):
        for j in range(n):
            size, integral, slowest = 0.0, 0.0, np.inf
            for m in range(n):
                a = vectors[i, m] * inverse[m, j]
                if a != 0.0:  # also when it is not a number
                    size += abs(a)
                    integral += a * slowness[m]
                    slowest = min(slowest, rates[m])
            if size != 0.0 and not size <= _CANCELLATION * abs(integral) * slowest:  # NaN is not conditioned
                return False
    return True


@compiled
def _continue_downstream(k, order, first, rates, fastest, vectors, shifted, fed):
    """What the modes of each block are in the blocks it feeds; False when a rate is (nearly) met again there."""
    n_blocks = len(first) - 1
    for block in range(n_blocks):
        for column in range(first[block], first[block + 1]):
            for later in range(block + 1, n_blocks):
                begin, size = first[later], first[later + 1] - first[later]
                any_fed = False
                for i in range(size):
                    fed[i] = 0.0
                    for j in range(begin):
                        fed[i] -= k[order[begin + i], order[j]] * vectors[order[j], column]
                    any_fed = any_fed or fed[i] != 0.0
                if not any_fed:
                    continue
                for j in range(begin, begin + size):
                    if not abs(rates[j] - rates[column]) > _COINCIDENCE * fastest:
                        return False
                # (K_block + λ) v = -(what flows in from upstream)
                for i in range(size):
                    for j in range(size):
                        shifted[i, j] = k[order[begin + i], order[begin + j]]
                    shifted[i, i] += rates[column]
                _solve_in_place(shifted, fed, size)
                for i in range(size):
                    vectors[order[begin + i], column] = fed[i]
    return True


@compiled
def _invert_downstream(order, first, vectors, inverse, carried):
    """The inverse of the eigenvectors below its diagonal blocks, by forward substitution from block to block."""
    for block in range(1, len(first) - 1):
        begin, end = first[block], first[block + 1]
        for i in range(begin):
            source = order[i]
            for j in range(begin, end):
                carried[j] = 0.0
                for mode in range(begin):
                    carried[j] += vectors[order[j], mode] * inverse[mode, source]
            for mode in range(begin, end):
                for j in range(begin, end):
                    inverse[mode, source] -= inverse[mode, order[j]] * carried[j]


@compiled
def subject_modes(k, order, first, parent, rates, vectors, inverse, work):
    """Modes of one subject's rate matrix; False when they are not well conditioned.

    Parameters
    ----------
    k : (n, n) 1/h
    order, first, parent : see :class:`BlockStructure`
    rates, vectors, inverse : (n,), (n, n), (n, n), written
    work : (3, n, n) work space
    """
    n = len(k)
    shifted, rotation, line = work[0], work[1], work[2, 0]
    for i in range(n):
        for j in range(n):
            vectors[i, j] = inverse[i, j] = 0.0
    for block in range(len(first) - 1):
        begin, size = first[block], first[block + 1] - first[block]
        if not _block_modes(k, order, begin, size, parent, rates, vectors, inverse, line, shifted, rotation):
            return False
    fastest = 0.0
    for i in range(n):
        fastest = max(fastest, rates[i])
    for i in range(n):
        if not rates[i] >= -_ROUNDING * fastest:
            return False
        rates[i] = max(rates[i], _NEVER)
    if not _continue_downstream(k, order, first, rates, fastest, vectors, shifted, line):
        return False
    _invert_downstream(order, first, vectors, inverse, line)
    return _are_well_conditioned(rates, vectors, inverse, line)
