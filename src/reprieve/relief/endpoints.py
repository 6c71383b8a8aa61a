"""The endpoints: relief while drug is on board, relief as it is felt after the last dose, and what of it is the drug's.

*Acute*: pain is at least θ below baseline while drug is on board, from onset to offset.
*Felt*: the mean pain of a week is at least θ below baseline, week after week from the last dose, until the first week
above it. One bad day does not end it.
*The drug's part*: the drug takes away at least a point of pain 48 h after the last dose, until it first takes less.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reprieve.relief.follow_up import FOLLOW_UP_DAYS
from reprieve.relief.trajectory import Trajectory
from reprieve.relief.virtual_patients import VirtualPatients

Floats = NDArray[np.float64]

#: Days after the last dose within which relief that ends still counts as acute.
ACUTE_DAYS = 1.0
#: Smallest change of pain that people call one, points of 0 to 10; less than that helps nobody.
NOTICED = 1.0
#: d; from here on the drug's part is followed.
_FROM = 2.0
_WEEK = 7
_HOURS_A_DAY = 24.0


def felt_durations(trajectory: Trajectory, people: VirtualPatients, threshold: float, *, on_placebo: bool) -> Floats:
    """(n_people,) days of felt relief: whole weeks, 0 without, all of follow-up where it outlasts it.

    Parameters
    ----------
    trajectory : of the people
    people : whose scatter from day to day is drawn; the same with drug and without
    threshold : θ, share of pain that must be gone
    on_placebo : without the drug
    """
    weeks = int(FOLLOW_UP_DAYS // _WEEK)
    days = np.arange(1.0, weeks * _WEEK + 1.0)
    relief = trajectory.context if on_placebo else trajectory.context + trajectory.drug
    at = np.searchsorted(trajectory.days, days - 1e-6)
    before = np.maximum(at - 1, 0)
    apart = np.where(at > before, trajectory.days[at] - trajectory.days[before], 1.0)
    share = np.clip((days - trajectory.days[before]) / apart, 0.0, 1.0)
    by_day = relief[:, before] * (1.0 - share) + relief[:, at] * share
    by_day += trajectory.day_scatter[:, None] * people.normals("pain from day to day", days.size)
    pain = np.maximum(1.0 - by_day, 0.0).reshape(len(relief), weeks, _WEEK).mean(axis=2)
    above = pain > 1.0 - threshold
    kept = np.where(above.any(axis=1), np.argmax(above, axis=1), weeks)
    return np.where(kept == weeks, FOLLOW_UP_DAYS, kept * float(_WEEK))


def drug_durations(trajectory: Trajectory, baseline: float) -> Floats:
    """Days that the drug's part lasts, of those from whom it takes away a point 48 h after the last dose, (n,).

    Parameters
    ----------
    trajectory : of the people
    baseline : usual pain before treatment, points
    """
    after = trajectory.days >= _FROM - 1e-9
    days, taken = trajectory.days[after], baseline * trajectory.taken_away[:, after]
    taken = taken[taken[:, 0] >= NOTICED]
    less = taken < NOTICED
    first = np.where(less.any(axis=1), np.argmax(less, axis=1), days.size - 1)
    rows, before = np.arange(len(taken)), np.maximum(first - 1, 0)
    crossed = _crossing(days, taken, rows, before, first, NOTICED)
    return np.where(less.any(axis=1), crossed, FOLLOW_UP_DAYS)


def acute_relief(trajectory: Trajectory, threshold: float) -> dict[str, Floats]:
    """Onset, peak and offset of relief while drug is on board, of each person.

    Returns
    -------
    ``onset_min`` : minutes after the start of the first dose until pain is first low enough; NaN if never, and in those
        who would have relief without the drug: nothing sets in
    ``peak`` : largest relief, share of pain
    ``offset_h`` : hours after the end of the last dose until pain is above the line again; 0 if it is by then, a day
        where relief outlasts it, NaN where there is no onset
    """
    on_board = trajectory.days <= ACUTE_DAYS + 1e-9
    hours = trajectory.hours[on_board]
    # While drug is given its part grows with what was felt, but a fluctuation of weeks is no onset.
    given = hours > 0.0 if trajectory.end_h > 0.0 else hours >= 0.0
    relief = 1.0 - trajectory.remaining[:, on_board]
    by_drug = np.where(given & (trajectory.drug[:, on_board] > 0.0), relief, 0.0)
    reached = by_drug >= threshold
    until_end = reached & (hours <= trajectory.end_h + 1.0 + 1e-9)
    anyway = trajectory.remaining_on_placebo[:, on_board][:, -1] <= 1.0 - threshold
    ever = until_end.any(axis=1) & ~anyway
    first = np.argmax(until_end, axis=1)
    rows = np.arange(len(reached))
    before = np.maximum(first - 1, 0)
    onset = _crossing(hours, by_drug, rows, before, first, threshold)
    later = hours >= trajectory.end_h - 1e-9
    lost = later & ~reached & (hours > hours[first][:, None])
    ends = np.where(lost.any(axis=1), np.argmax(lost, axis=1), hours.size - 1)
    offset = _crossing(hours, by_drug, rows, np.maximum(ends - 1, 0), ends, threshold) - trajectory.end_h
    offset = np.where(lost.any(axis=1), offset, _HOURS_A_DAY * ACUTE_DAYS)
    return {
        "onset_min": np.where(ever, 60.0 * onset, np.nan),
        "peak": by_drug.max(axis=1),
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
