"""Random numbers that belong to a subject: the same whatever is drawn before, beside or after.

Subjects are drawn in blocks. A block has a generator of its own, counted from the seed, the name of what is drawn and
its number [1]_, so subject 5,000 is the same person among 10,000 and among a million, in any chunks.

References
----------
.. [1] Salmon JK, Moraes MA, Dror RO, Shaw DE. Parallel random numbers: as easy as 1, 2, 3. SC11, 2011.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Subjects of one generator; another number makes other people.
BLOCK = 1024


def normals(seed: int, name: str, first: int, n: int, k: int) -> Floats:
    """Standard normals (n, k) of the subjects from number ``first`` (from 0) on."""
    return _drawn(seed, name, first, n, lambda generator: generator.standard_normal((BLOCK, k)))


def uniforms(seed: int, name: str, first: int, n: int) -> Floats:
    """Uniforms from 0 to 1, (n,), of the subjects from number ``first`` (from 0) on."""
    return _drawn(seed, name, first, n, lambda generator: generator.random((BLOCK, 1)))[:, 0]


def _drawn(seed: int, name: str, first: int, n: int, draw: Callable[[np.random.Generator], Floats]) -> Floats:
    blocks = range(first // BLOCK, -(-(first + n) // BLOCK))
    key = zlib.crc32(name.encode())
    rows = [
        draw(np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=(key, block)))))
        for block in blocks
    ]
    start = first - blocks[0] * BLOCK
    return np.concatenate(rows)[start : start + n]
