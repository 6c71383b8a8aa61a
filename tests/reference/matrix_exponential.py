"""A slow, obvious reference for linear compartments: from event to event with ``scipy.linalg.expm``.

Between two events the input rate ``u`` is constant, so ``d/dt [x, 1] = [[K, u], [0, 0]] [x, 1]`` and the step
is one matrix exponential. Nothing is shared with the engine that it checks.
"""

import numpy as np
from scipy.linalg import expm


def simulate(K, readout, doses, times):
    """Concentrations of one subject.

    Parameters
    ----------
    K : (n, n) 1/h, ``dx/dt = K x``
    readout : (n_outputs, n) output per unit of amount
    doses : (time h, compartment, amount, duration h) each; duration zero is a bolus
    times : (n_times,) h, not negative, in any order; a bolus at the same instant is already in

    Returns
    -------
    (n_times, n_outputs)
    """
    K, readout = np.asarray(K, dtype=float), np.asarray(readout, dtype=float)
    n = K.shape[0]
    ends = [start + duration for start, _, _, duration in doses]
    events = sorted({0.0, *map(float, times), *(float(d[0]) for d in doses), *map(float, ends)})
    x = np.zeros(n)
    seen = {}
    steps = {}
    for now, following in zip(events, [*events[1:], None], strict=True):
        for start, compartment, amount, duration in doses:
            if duration == 0 and start == now:
                x[compartment] += amount
        seen[now] = readout @ x
        if following is None:
            break
        u = np.zeros(n)
        for start, compartment, amount, duration in doses:
            if duration > 0 and start <= now < start + duration:
                u[compartment] += amount / duration
        # Equal steps differ in their last bits; rounding lets them share one exponential.
        key = (float(f"{following - now:.12e}"), *u)
        if key not in steps:
            augmented = np.zeros((n + 1, n + 1))
            augmented[:n, :n], augmented[:n, n] = K, u
            steps[key] = expm(augmented * key[0])
        x = (steps[key] @ np.append(x, 1.0))[:n]
    return np.array([seen[float(t)] for t in times])
