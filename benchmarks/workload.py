"""The workload every simulator gets: 1,000 virtual patients, 200 observation times over 84 days, two regimens.

Ketamine in three compartments forms norketamine in two; a slow state follows ketamine. Parameters are those of
the project's comparison of simulators (typical values of the right size, status: assumed); variability is
log-normal with standard deviation 0.3 on all ten clearances and volumes, from a fixed seed.
"""

import itertools
import math
from dataclasses import dataclass

import numpy as np

from reprieve.pkpd.compartments import CompartmentGraph, Edge
from reprieve.pkpd.dose import Dose
from reprieve.pkpd.slow_state import SlowState

#: CL, V1, Q2, V2, Q3, V3 of ketamine, CL, V, Q, V peripheral of norketamine; L/h and L
TYPICAL = np.array([80.0, 20.0, 90.0, 50.0, 60.0, 150.0, 60.0, 60.0, 40.0, 100.0])
FORMED = 0.8
C50, K_DES, K_REC = 10.5, 0.4787 / 24, math.log(2) / 10.9 / 24  # ng/mL, 1/h, 1/h
DAYS = 84
#: every 2 h while drug may be on board, then evenly to day 84
TIMES = np.concatenate([np.arange(0, 241, 2.0), np.linspace(240, 24 * DAYS, 80)[1:]])
REGIMENS = {
    "A": [
        (24.0 * i, rate * hours, hours)
        for i, (rate, hours) in enumerate([(10, 24), (15, 24), (20, 24), (25, 24), (30, 4)])
    ],
    "B": [(24.0 * day, 100.0, 4.0) for day in range(10)],
}  # (start h, mg, h)
REGIMEN_WORDS = {
    "A": "100-h infusion, 10/15/20/25/30 mg/h",
    "B": "ten daily 4-h infusions of 100 mg",
}


@dataclass(frozen=True)
class Workload:
    """One set of virtual patients, in the shapes the engine takes."""

    parameters: np.ndarray
    rate_matrix: np.ndarray
    readout: np.ndarray
    slow: SlowState


def virtual_patients(n_subjects: int, seed: int = 20260101) -> np.ndarray:
    """(n_subjects, 10) parameters."""
    return TYPICAL * np.exp(0.3 * np.random.default_rng(seed).standard_normal((n_subjects, 10)))


def workload(parameters: np.ndarray) -> Workload:
    cl, v1, q2, v2, q3, v3, cl_m, v_m, q_m, v_mp = parameters.T
    graph = CompartmentGraph(
        ("central", "shallow", "deep", "metabolite", "metabolite_deep"),
        (Edge(0, 3), Edge(0, 1), Edge(1, 0), Edge(0, 2), Edge(2, 0), Edge(3), Edge(3, 4), Edge(4, 3)),
    )
    rates = np.column_stack([cl / v1, q2 / v1, q2 / v2, q3 / v1, q3 / v3, cl_m / v_m, q_m / v_m, q_m / v_mp])
    n = len(parameters)
    readout = np.zeros((n, 2, 5))
    readout[:, 0, 0], readout[:, 1, 3] = 1000 / v1, 1000 / v_m
    slow = SlowState(readout[:, 0], np.full(n, C50), np.ones(n), np.full(n, K_DES), np.full(n, K_REC))
    return Workload(parameters, graph.rate_matrix(rates, [FORMED, 1, 1, 1, 1, 1, 1, 1]), readout, slow)


def doses(regimen: str) -> list[Dose]:
    return [Dose(start, 0, amount, hours) for start, amount, hours in REGIMENS[regimen]]


def segments(regimen: str) -> list[tuple[float, float, float]]:
    """(from h, to h, rate mg/h), the pieces between events that an adaptive solver must be restarted for."""
    marks = {0.0, TIMES[-1]}
    for start, _, hours in REGIMENS[regimen]:
        marks |= {start, start + hours}
    ordered = sorted(marks)
    pieces = []
    for begin, end in itertools.pairwise(ordered):
        rate = sum(mg / hours for start, mg, hours in REGIMENS[regimen] if start <= begin < start + hours)
        pieces.append((begin, end, rate))
    return pieces
