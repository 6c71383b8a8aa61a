"""A slow, one-way state driven by a concentration, and the quadrature that integrates it.

The state is a fraction ``S`` (1 untouched) that a drug lowers and time restores:

    dS/dt = k_rec (1 - S) - k_des g(C) S,     g(C) = C^h / (C50^h + C^h)

Integrated is ``U = 1 - S``, the reversed fraction, because it starts at zero and its small values matter:

    dU/dt = k_des g (1 - U) - k_rec U

With ``a(t) = k_rec + k_des g(C(t))`` and ``A(t)`` its integral from the start of a panel of width w, the
integrating factor gives exactly

    U(w) = U(0) e^{-A(w)} + ∫₀ʷ k_des g(t) e^{-(A(w) - A(t))} dt

Both integrals are evaluated at Gauss-Legendre nodes; A at the nodes comes from the integral of the polynomial
through them (the collocation matrix of Gauss's Runge-Kutta methods [1]_). No ODE is stepped, so there is no
tolerance to leak into an inference.

References
----------
.. [1] Hairer E, Nørsett SP, Wanner G. Solving Ordinary Differential Equations I, 2nd ed. Springer 1993,
   section II.7 (collocation methods).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.pkpd.compiled import compiled

N_NODES = 5
#: Subjects advanced side by side: enough to fill vector registers, few enough to stay in cache.
LANES = 64
#: Where the rows of a *desk* begin: one array in which everything the quadrature needs of the subjects side by side
#: lies at distances the compiler knows. Only then does it see that rows do not overlap, keeps what it computes in
#: vector registers and stores nothing but U.
REVERSED, C50, HILL, K_DES, K_REC, CONCENTRATION = (LANES * row for row in range(6))
DESK_ROWS = 5 + N_NODES


def _gauss_collocation(n: int) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Nodes on [0, 1], weights, and Q with ``Q[j, i] = ∫₀^{c_j} ℓ_i`` for Lagrange polynomials ℓ."""
    x, w = np.polynomial.legendre.leggauss(n)
    nodes, weights = (x + 1) / 2, w / 2
    powers = np.arange(n)
    vandermonde = nodes[:, None] ** powers
    integrals = nodes[:, None] ** (powers + 1) / (powers + 1)
    return nodes, weights, integrals @ np.linalg.inv(vandermonde)


NODES, WEIGHTS, INTEGRAL_TO_NODE = _gauss_collocation(N_NODES)


@dataclass(frozen=True)
class SlowState:
    """Parameters of the slow state, one value per subject.

    Parameters
    ----------
    drive : (n_subjects, n) the concentration that drives it, ng/mL per mg in each compartment
    c50 : (n_subjects,) ng/mL, concentration of half the fastest reversal, > 0
    hill : (n_subjects,) Hill exponent, > 0
    k_des : (n_subjects,) 1/h, rate of reversal at full effect
    k_rec : (n_subjects,) 1/h, rate of return
    """

    drive: NDArray[np.float64]
    c50: NDArray[np.float64]
    hill: NDArray[np.float64]
    k_des: NDArray[np.float64]
    k_rec: NDArray[np.float64]

    def __post_init__(self) -> None:
        for name in ("drive", "c50", "hill", "k_des", "k_rec"):
            if not np.all(np.isfinite(getattr(self, name))):
                raise ValueError(f"{name} holds a number that is not finite")
        for name in ("c50", "hill"):
            if not np.all(getattr(self, name) > 0):
                raise ValueError(f"{name} must be positive")
        for name in ("drive", "k_des", "k_rec"):
            if not np.all(getattr(self, name) >= 0):
                raise ValueError(f"{name} must not be negative")

    @property
    def fastest_rate(self) -> float:
        """1/h, the largest rate at which any subject's state can move."""
        return float(np.max(self.k_des + self.k_rec, initial=0.0))


@compiled
def _decay(x):
    """exp(-x) for 0 ≤ x ≤ 1.5, to 1e-9: a polynomial, because that vectorises and a library call does not."""
    y = x * 0.25
    p = 1.0 - y * (
        1.0 - y * (0.5 - y * (1 / 6 - y * (1 / 24 - y * (1 / 120 - y * (1 / 720 - y * (1 / 5040 - y / 40320))))))
    )
    p = p * p
    return p * p


@compiled
def _decay_little(x):
    """exp(-x) for 0 ≤ x ≤ 0.06, to 1e-10."""
    return 1.0 - x * (1.0 - x * (0.5 - x * (1 / 6 - x * (1 / 24 - x / 120))))


@compiled
def _steepen(desk, lanes):
    """Concentrations become C50 (C / C50)^h, so that C / (C50 + C) of them is g(C)."""
    for j in range(N_NODES):
        for s in range(lanes):
            at = CONCENTRATION + j * LANES + s
            c = desk[at] if desk[at] > 0.0 else 0.0
            desk[at] = (c / desk[C50 + s]) ** desk[HILL + s] * desk[C50 + s]


def _weighted(j: int) -> tuple[float, ...]:
    """What of the integral to the end is still to come at node j, per g at each node; last, the share of time."""
    return (*(WEIGHTS - INTEGRAL_TO_NODE[j]), 1.0 - NODES[j])


_W0, _W1, _W2, _W3, _W4 = (float(weight) for weight in WEIGHTS)
_FROM_0, _FROM_1, _FROM_2, _FROM_3, _FROM_4 = (_weighted(j) for j in range(N_NODES))


@compiled
def _still_to_come(a, k_des, k_rec, g0, g1, g2, g3, g4):
    return k_des * (a[0] * g0 + a[1] * g1 + a[2] * g2 + a[3] * g3 + a[4] * g4) + k_rec * a[5]


@compiled
def _advance_far(desk, lanes, width):
    for s in range(lanes):
        c50, k_des, k_rec = desk[C50 + s], width * desk[K_DES + s], width * desk[K_REC + s]
        c0, c1, c2 = desk[CONCENTRATION + s], desk[CONCENTRATION + LANES + s], desk[CONCENTRATION + 2 * LANES + s]
        c3, c4 = desk[CONCENTRATION + 3 * LANES + s], desk[CONCENTRATION + 4 * LANES + s]
        c0, c1, c2 = c0 if c0 > 0.0 else 0.0, c1 if c1 > 0.0 else 0.0, c2 if c2 > 0.0 else 0.0
        c3, c4 = c3 if c3 > 0.0 else 0.0, c4 if c4 > 0.0 else 0.0
        # Five divisions by two: each by a product of denominators, times those of the others.
        d0, d1, d2, d3, d4 = c50 + c0, c50 + c1, c50 + c2, c50 + c3, c50 + c4
        d23 = d2 * d3
        of_two, of_three = 1.0 / (d0 * d1), 1.0 / (d23 * d4)
        last = of_three * d4
        g0, g1, g2, g3, g4 = c0 * d1 * of_two, c1 * d0 * of_two, c2 * d3 * last, c3 * d2 * last, c4 * d23 * of_three
        gained = _W0 * g0 * _decay(_still_to_come(_FROM_0, k_des, k_rec, g0, g1, g2, g3, g4))
        gained += _W1 * g1 * _decay(_still_to_come(_FROM_1, k_des, k_rec, g0, g1, g2, g3, g4))
        gained += _W2 * g2 * _decay(_still_to_come(_FROM_2, k_des, k_rec, g0, g1, g2, g3, g4))
        gained += _W3 * g3 * _decay(_still_to_come(_FROM_3, k_des, k_rec, g0, g1, g2, g3, g4))
        gained += _W4 * g4 * _decay(_still_to_come(_FROM_4, k_des, k_rec, g0, g1, g2, g3, g4))
        whole = k_des * (_W0 * g0 + _W1 * g1 + _W2 * g2 + _W3 * g3 + _W4 * g4) + k_rec
        desk[REVERSED + s] = desk[REVERSED + s] * _decay(whole) + k_des * gained


@compiled
def _advance_near(desk, lanes, width):
    for s in range(lanes):
        c50, k_des, k_rec = desk[C50 + s], width * desk[K_DES + s], width * desk[K_REC + s]
        c0, c1, c2 = desk[CONCENTRATION + s], desk[CONCENTRATION + LANES + s], desk[CONCENTRATION + 2 * LANES + s]
        c3, c4 = desk[CONCENTRATION + 3 * LANES + s], desk[CONCENTRATION + 4 * LANES + s]
        c0, c1, c2 = c0 if c0 > 0.0 else 0.0, c1 if c1 > 0.0 else 0.0, c2 if c2 > 0.0 else 0.0
        c3, c4 = c3 if c3 > 0.0 else 0.0, c4 if c4 > 0.0 else 0.0
        # Five divisions by two: each by a product of denominators, times those of the others.
        d0, d1, d2, d3, d4 = c50 + c0, c50 + c1, c50 + c2, c50 + c3, c50 + c4
        d23 = d2 * d3
        of_two, of_three = 1.0 / (d0 * d1), 1.0 / (d23 * d4)
        last = of_three * d4
        g0, g1, g2, g3, g4 = c0 * d1 * of_two, c1 * d0 * of_two, c2 * d3 * last, c3 * d2 * last, c4 * d23 * of_three
        gained = _W0 * g0 * _decay_little(_still_to_come(_FROM_0, k_des, k_rec, g0, g1, g2, g3, g4))
        gained += _W1 * g1 * _decay_little(_still_to_come(_FROM_1, k_des, k_rec, g0, g1, g2, g3, g4))
        gained += _W2 * g2 * _decay_little(_still_to_come(_FROM_2, k_des, k_rec, g0, g1, g2, g3, g4))
        gained += _W3 * g3 * _decay_little(_still_to_come(_FROM_3, k_des, k_rec, g0, g1, g2, g3, g4))
        gained += _W4 * g4 * _decay_little(_still_to_come(_FROM_4, k_des, k_rec, g0, g1, g2, g3, g4))
        whole = k_des * (_W0 * g0 + _W1 * g1 + _W2 * g2 + _W3 * g3 + _W4 * g4) + k_rec
        desk[REVERSED + s] = desk[REVERSED + s] * _decay_little(whole) + k_des * gained


@compiled
def advance(desk, lanes, width, is_hyperbolic):
    """Advance U over one panel for a few subjects side by side.

    Parameters
    ----------
    desk : (DESK_ROWS * LANES,) the rows named above; U is overwritten, and what holds the concentrations
    lanes : how many subjects, at most LANES
    width : h
    is_hyperbolic : every Hill exponent is 1
    """
    if not is_hyperbolic:
        _steepen(desk, lanes)
    fastest = 0.0
    for s in range(lanes):
        fastest = max(fastest, desk[K_DES + s] + desk[K_REC + s])
    if width * fastest <= 0.06:
        _advance_near(desk, lanes, width)
    else:
        _advance_far(desk, lanes, width)
