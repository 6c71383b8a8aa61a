"""A concentration curve as polynomials on graded pieces, so that its maxima and crossings can be found exactly.

Between two breaks (a dose starts or ends) an output of a linear system is a sum of exponentials. Pieces that
double in length from each break on, sampled at 16 Chebyshev nodes, carry such a sum to about 1e-12 of what it
was at the break: a mode with decay rate λ is dead before pieces grow long enough to miss it. On polynomials,
extremes are roots of the derivative and crossings are bracketed roots, for all subjects at once and each at
its own time.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
#: times (n_times,) h to outputs (n_subjects, n_times, n_outputs)
Sample: TypeAlias = Callable[[Floats], Floats]

_N_NODES = 16
_ANGLES = (np.arange(_N_NODES)[::-1] + 0.5) * np.pi / _N_NODES
_NODES = np.cos(_ANGLES)
_TO_COEFFICIENTS = np.cos(np.outer(np.arange(_N_NODES), _ANGLES)) * 2 / _N_NODES
_TO_COEFFICIENTS[0] /= 2
#: Each piece is looked at in this many parts; between two looks a derivative changes its sign at most once.
_PARTS = np.linspace(-1.0, 1.0, 9)
#: First piece after a break, in units of the fastest possible time constant.
_FIRST_PIECE = 4.0
#: Longest piece, in units of the slowest time constant: over it a curve falls by e^-4.
_LONGEST_PIECE = 4.0
_BISECTIONS = 54
#: Breaks closer than this are one (h): 4 milliseconds.
_SAME_BREAK = 1e-6
#: Numbers held at once while the subjects of one block are fitted (16 MiB).
_BLOCK_SIZE = 2 * 2**20
#: Values that differ by less than this share are one value, and the earlier time counts.
_SAME_VALUE = 1e-12


@dataclass(frozen=True)
class Curve:
    """Outputs of many subjects over one interval, piece by piece.

    Attributes
    ----------
    edges : (n_pieces + 1,) h
    coefficients : (16, n_subjects, n_outputs, n_pieces) of Chebyshev polynomials on [-1, 1]
    knots : (n_subjects, n_outputs, n_pieces, 17) positions in [-1, 1]; between neighbours a curve is monotonic
    values : like ``knots``, the outputs there
    """

    edges: Floats
    coefficients: Floats
    knots: Floats
    values: Floats

    def time(self, piece: NDArray[np.int64], position: Floats) -> Floats:
        """Hours at a position in [-1, 1] of a piece."""
        begin, end = self.edges[piece], self.edges[piece + 1]
        return np.asarray(np.where(position >= 1.0, end, begin + (end - begin) * (position + 1.0) / 2))


def graded_edges(breaks: Floats, start_h: float, end_h: float, *, fastest_rate: float, slowest_rate: float) -> Floats:
    """Piece edges from ``start_h`` to ``end_h``.

    Parameters
    ----------
    breaks : (n_breaks,) h, when inputs start or end
    start_h, end_h : h
    fastest_rate : 1/h, nothing decays faster
    slowest_rate : 1/h, the slowest decay (of the subject in whom that is fastest)
    """
    inside = breaks[(breaks > start_h + _SAME_BREAK) & (breaks < end_h - _SAME_BREAK)]
    stops = np.unique(np.concatenate([[start_h], inside, [end_h]]))
    stops = np.append(stops[:-1][np.diff(stops) > _SAME_BREAK], end_h) if len(stops) > 2 else stops
    first, longest = min(_FIRST_PIECE / fastest_rate, _LONGEST_PIECE / slowest_rate), _LONGEST_PIECE / slowest_rate
    offsets = [first]
    reach = float(np.max(np.diff(stops)))
    while offsets[-1] < reach:
        offsets.append(offsets[-1] + min(offsets[-1], longest))
    steps = np.array(offsets)
    needed = steps + 0.25 * np.diff(steps, prepend=0.0)  # a crumb is taken along by the piece before it
    edges = [np.append(stop, stop + steps[needed < after - stop]) for stop, after in itertools.pairwise(stops)]
    return np.append(np.concatenate(edges), end_h)


def blocks(n_subjects: int, n_outputs: int, n_pieces: int) -> Iterator[slice]:
    """Subjects in blocks small enough to be fitted at once."""
    size = max(1, _BLOCK_SIZE // (n_outputs * n_pieces * 2 * len(_PARTS)))
    for begin in range(0, n_subjects, size):
        yield slice(begin, min(n_subjects, begin + size))


def _bisected(coefficients: Floats, low: Floats, high: Floats, rising: NDArray[np.bool_]) -> Floats:
    """Roots of polynomials (16 or 15, n_roots) that change sign once between ``low`` and ``high``."""
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        beyond = (chebyshev.chebval(middle, coefficients, tensor=False) > 0) == rising
        low, high = np.where(beyond, low, middle), np.where(beyond, middle, high)
    return np.asarray((low + high) / 2)


def fit_curve(sample: Sample, edges: Floats) -> Curve:
    """Fit the pieces between ``edges`` (h) and find where each curve turns."""
    half = np.diff(edges) / 2
    times = (edges[:-1] + half)[:, None] + half[:, None] * _NODES
    sampled = sample(times.ravel())
    shaped = sampled.reshape(len(sampled), *times.shape, -1)
    coefficients = np.einsum("kn,spno->ksop", _TO_COEFFICIENTS, shaped)
    slope = chebyshev.chebder(coefficients, axis=0)
    along = np.einsum("ksop,xk->sopx", slope, chebyshev.chebvander(_PARTS, _N_NODES - 2))
    turns = np.nonzero((along[..., :-1] > 0) != (along[..., 1:] > 0))
    part = turns[-1]
    between = np.broadcast_to((_PARTS[:-1] + _PARTS[1:]) / 2, (*along.shape[:-1], len(_PARTS) - 1)).copy()
    between[turns] = _bisected(
        slope[:, turns[0], turns[1], turns[2]], _PARTS[part], _PARTS[part + 1], along[turns] <= 0
    )
    knots = np.empty((*along.shape[:-1], 2 * len(_PARTS) - 1))
    knots[..., ::2], knots[..., 1::2] = _PARTS, between
    values = chebyshev.chebval(knots, coefficients[..., None], tensor=False)
    return Curve(edges, coefficients, knots, values)


def highest(curve: Curve) -> tuple[Floats, Floats]:
    """Highest value and the first time (h) it is reached, both (n_subjects, n_outputs)."""
    flat = curve.values.reshape(*curve.values.shape[:2], -1)
    top = flat.max(axis=-1)
    at = np.argmax(flat >= (top - _SAME_VALUE * np.abs(top))[..., None], axis=-1)
    position = np.take_along_axis(curve.knots.reshape(flat.shape), at[..., None], axis=-1)[..., 0]
    return top, curve.time(at // curve.knots.shape[-1], position)


def _crossings(curve: Curve, level: Floats) -> tuple[tuple[NDArray[np.int64], ...], Floats, NDArray[np.bool_]]:
    """Where curves pass ``level`` (n_subjects, n_outputs): index of the knot before, position, whether upwards."""
    above = curve.values >= level[..., None, None]
    where = np.nonzero(above[..., :-1] != above[..., 1:])
    subject, output, piece, knot = where
    coefficients = curve.coefficients[:, subject, output, piece].copy()
    coefficients[0] -= level[subject, output]
    upwards = above[subject, output, piece, knot + 1]
    low, high = curve.knots[where], curve.knots[subject, output, piece, knot + 1]
    return where, _bisected(coefficients, low, high, upwards), upwards


def duration_above(curve: Curve, level: Floats) -> Floats:
    """Hours at or above ``level`` (n_subjects, n_outputs), same shape."""
    half = np.diff(curve.edges) / 2
    above = curve.values >= level[..., None, None]
    lasting = np.diff(curve.knots, axis=-1) * (above[..., :-1] & above[..., 1:])
    total: Floats = np.einsum("sopk,p->so", lasting, half)
    (subject, output, piece, knot), position, upwards = _crossings(curve, level)
    before = curve.knots[subject, output, piece, knot]
    after = curve.knots[subject, output, piece, knot + 1]
    np.add.at(total, (subject, output), np.where(upwards, after - position, position - before) * half[piece])
    return total


def first_fall_to(curve: Curve, level: Floats) -> Floats:
    """First time (h) each curve falls to ``level`` (n_subjects, n_outputs); NaN where it does not."""
    found = np.full(level.shape, np.inf)
    (subject, output, piece, _), position, upwards = _crossings(curve, level)
    times = curve.time(piece, position)
    falls = ~upwards
    np.minimum.at(found, (subject[falls], output[falls]), times[falls])
    return np.asarray(np.where(np.isfinite(found), found, np.nan))
