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
def decay(x):
    """exp(-x) for 0 ≤ x ≤ 1.5, to 1e-9: a polynomial, because that vectorises and a library call does not."""
    y = x * 0.25
    p = 1.0 - y * (
        1.0 - y * (0.5 - y * (1 / 6 - y * (1 / 24 - y * (1 / 120 - y * (1 / 720 - y * (1 / 5040 - y / 40320))))))
    )
    p = p * p
    return p * p


@compiled
def advance(reversed_, drive, work, width, c50, hill, is_hyperbolic, k_des, k_rec):
    """Advance U over one panel for a few subjects side by side.

    Every inner loop runs over subjects, does one thing and touches few arrays: only then does the compiler
    prove that they do not overlap and use vector registers (three times faster than one fused loop).

    Parameters
    ----------
    reversed_ : (n_lanes,) U, overwritten
    drive : (5, n_lanes) ng/mL at the panel's nodes; overwritten with g
    work : (3, n_lanes) work space
    width : h
    c50, hill, k_des, k_rec : (n_lanes,)
    is_hyperbolic : every Hill exponent is 1
    """
    n_lanes = len(reversed_)
    whole, left, gained = work[0], work[1], work[2]
    g0, g1, g2, g3, g4 = drive[0], drive[1], drive[2], drive[3], drive[4]
    for s in range(n_lanes):
        whole[s] = 0.0
        gained[s] = 0.0
    for j in range(N_NODES):
        row, weight = drive[j], WEIGHTS[j]
        for s in range(n_lanes):
            c = row[s]
            row[s] = c if c > 0.0 else 0.0
        if not is_hyperbolic:
            for s in range(n_lanes):
                row[s] = (row[s] / c50[s]) ** hill[s] * c50[s]
        for s in range(n_lanes):
            row[s] = row[s] / (c50[s] + row[s])
        for s in range(n_lanes):
            whole[s] += weight * row[s]
    for j in range(N_NODES):
        row, weight, remaining = drive[j], WEIGHTS[j], 1.0 - NODES[j]
        q0, q1, q2 = INTEGRAL_TO_NODE[j, 0], INTEGRAL_TO_NODE[j, 1], INTEGRAL_TO_NODE[j, 2]
        q3, q4 = INTEGRAL_TO_NODE[j, 3], INTEGRAL_TO_NODE[j, 4]
        for s in range(n_lanes):
            left[s] = whole[s] - q0 * g0[s] - q1 * g1[s] - q2 * g2[s] - q3 * g3[s] - q4 * g4[s]
        for s in range(n_lanes):
            left[s] = width * (k_des[s] * left[s] + k_rec[s] * remaining)
        for s in range(n_lanes):
            left[s] = decay(left[s])
        for s in range(n_lanes):
            gained[s] += weight * row[s] * left[s]
    for s in range(n_lanes):
        left[s] = width * (k_des[s] * whole[s] + k_rec[s])
    for s in range(n_lanes):
        left[s] = decay(left[s])
    for s in range(n_lanes):
        reversed_[s] = reversed_[s] * left[s] + width * k_des[s] * gained[s]
