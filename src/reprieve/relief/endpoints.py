"""The two endpoints: acute relief while drug is on board, and sustained relief after the last dose.

*Acute*: the acute effect alone takes away at least θ of the pain, from onset to offset.
*Sustained*: pain is at or below (1 - θ) of baseline 24 h after the last dose and stays there until it first
returns above for good. Relief that ends within 24 h of the last dose is acute; its sustained duration is zero.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reprieve.relief.trajectory import FOLLOW_UP_DAYS, Trajectory

Floats = NDArray[np.float64]

#: Days after the last dose within which relief that ends still counts as acute.
ACUTE_DAYS = 1.0


def relief_durations(days: Floats, remaining: Floats, threshold: float) -> Floats:
    """Days of sustained relief of each person.

    Parameters
    ----------
    days : (n_times,) days after the end of the last dose, rising
    remaining : (n_people, n_times) pain as a share of baseline
    threshold : θ, share of pain that must be gone

    Returns
    -------
    (n_people,) days; 0 without sustained relief, the last day of follow-up when relief outlasts it (censored)
    """
    after = days >= ACUTE_DAYS - 1e-9
    t, excess = days[after], remaining[:, after] - (1.0 - threshold)
    relieved = excess <= 0.0
    # For good: the last time pain crosses the line upwards; linear between looks, 1 to 3 days apart.
    last = relieved.shape[1] - 1 - np.argmax(relieved[:, ::-1], axis=1)
    anywhere = relieved.any(axis=1)
    following = np.minimum(last + 1, t.size - 1)
    rows = np.arange(len(excess))
    below, above = excess[rows, last], excess[rows, following]
    fraction = np.where(above > below, -below / np.where(above > below, above - below, 1.0), 0.0)
    crossing = t[last] + np.clip(fraction, 0.0, 1.0) * (t[following] - t[last])
    durations = np.where(anywhere & relieved[:, 0], crossing, 0.0)
    return np.where(durations > ACUTE_DAYS + 1e-9, durations, 0.0)


def probability_of_relief(days: Floats, remaining: Floats, threshold: float, at: Floats) -> Floats:
    """(n_people, len(at)) whether pain is at or below the line at each day asked for."""
    column = np.searchsorted(days, np.asarray(at) - 1e-6)
    return np.asarray(remaining[:, column] <= 1.0 - threshold, dtype=float)


def acute_relief(trajectory: Trajectory, threshold: float) -> dict[str, Floats]:
    """Onset, peak and offset of the acute effect of each person.

    Returns
    -------
    ``onset_min`` : minutes after the start of the first dose until the effect first reaches θ; NaN if never
    ``peak`` : largest effect, share of pain
    ``offset_h`` : hours after the end of the last dose until the effect is below θ for good; 0 if it never is
        above it then, NaN in those who never reach θ
    """
    felt = trajectory.acute * trajectory.responds[:, None]
    reached = felt >= threshold
    ever = reached.any(axis=1)
    first = np.argmax(reached, axis=1)
    rows = np.arange(len(reached))
    before = np.maximum(first - 1, 0)
    onset = _crossing(trajectory.hours, felt, rows, before, first, threshold)
    last = reached.shape[1] - 1 - np.argmax(reached[:, ::-1], axis=1)
    following = np.minimum(last + 1, trajectory.hours.size - 1)
    offset = _crossing(trajectory.hours, felt, rows, last, following, threshold) - trajectory.end_h
    return {
        "onset_min": np.where(ever, 60.0 * onset, np.nan),
        "peak": felt.max(axis=1),
        "offset_h": np.where(ever, np.maximum(offset, 0.0), np.nan),
    }


def _crossing(
    t: Floats, y: Floats, rows: NDArray[np.int64], a: NDArray[np.int64], b: NDArray[np.int64], level: float
) -> Floats:
    """Time between looks ``a`` and ``b`` at which each person's curve meets a level, by linear interpolation."""
    ya, yb = y[rows, a], y[rows, b]
    apart = np.where(yb != ya, yb - ya, 1.0)
    return np.asarray(t[a] + np.clip((level - ya) / apart, 0.0, 1.0) * (t[b] - t[a]))


def censored(durations: Floats) -> float:
    """Share of people whose relief outlasts follow-up."""
    return float(np.mean(durations >= FOLLOW_UP_DAYS - 1e-6))
