"""The plainest alternative: what other studies printed of the same role and measure, averaged.

A share of patients with relief on ketamine is foretold as the average share on ketamine, on a control as that of
controls, each within its group of readings (share printed, the authors' word, complete relief); mean pain as the
average mean pain of the role. Dose, day, condition, design and the threshold of a share are ignored, 30 % and 50 %
relief thrown together: that is the point of this baseline. A model that knows them has to predict better.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.inference.fit_data import FitData
from reprieve.inference.reports import Report

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: Patients above which a number counts no more, as in the plain regression.
_MOST_PATIENTS = 30.0
#: Scatter of shares, as a part of the largest that their average allows: a beta distribution needs less than all.
_MOST_SCATTER = 0.99


@dataclass(frozen=True)
class Average:
    """Of some printed numbers: their weighted average, and the variance of studies around it."""

    middle: float
    variance: float


def of_shares(value: Floats, size: Floats, weight: Floats) -> Average:
    """Weighted average of shares, and the variance between studies beyond counting, by moments.

    A share of n patients has the variance ``v (1 - 1/n) + m (1 - m)/n``, with v between studies and m the average. An
    average of 0 or 1 is moved by half a patient, since the next study may differ.

    Parameters
    ----------
    value, size, weight : (n,) shares, patients, and what each counts
    """
    edge = 0.5 / (size.sum() + 1.0)
    middle = float(np.clip(np.average(value, weights=weight), edge, 1.0 - edge))
    most = middle * (1.0 - middle)
    expected = weight * (1.0 - weight / weight.sum())  # of the squared distance from the average, per variance
    rest = np.sum(weight * (value - middle) ** 2) - np.sum(expected * most / size)
    among = np.sum(expected * (1.0 - 1.0 / size))
    return Average(middle, float(np.clip(rest / among, 0.0, _MOST_SCATTER * most)) if among > 0.0 else 0.0)


def of_means(value: Floats, weight: Floats) -> Average:
    """Weighted average of mean pain (n,), and the variance around it, which holds the sampling error.

    Parameters
    ----------
    value, weight : (n,) fraction of baseline, and what each counts
    """
    middle = float(np.average(value, weights=weight))
    expected = np.sum(weight * (1.0 - weight / weight.sum()))
    return Average(middle, float(np.sum(weight * (value - middle) ** 2) / expected) if expected > 0.0 else 0.0)


def held_out(data: FitData, study: str, *, draws: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """What the study would report if it were like the others: (draws, n_shares) and (draws, n_means) of its reports.

    Thresholds of shares are ignored. The average is that of the same role (ketamine, or any control) and group; where
    no other study has these, of the role over all groups; where none has the role, of everything of the kind. Where the
    average is of a single study, the scatter is that of the next wider of these; NaN where no other study printed any.
    """
    weights = data.weights_without(study)
    reported: list[Floats] = []
    for kind in (0, 1):
        wanted = data.reports_of(kind)
        size = np.array([r.n for r in wanted], float)
        value = np.array([r.value for r in wanted], float)
        weight = weights[kind] * np.minimum(size, _MOST_PATIENTS) / _MOST_PATIENTS
        columns = []
        for report in wanted:
            if report.study.id != study:
                continue
            found: list[Average] = []
            for pool in _pools(wanted, report, weight > 0.0):
                v, n, w = value[pool], size[pool], weight[pool]
                found.append(of_shares(v, n, w) if kind == 0 else of_means(v, w))
                if len({r.study.id for r, used in zip(wanted, pool, strict=True) if used}) > 1:
                    break
            columns.append(_draws(found, report, draws, rng))
        reported.append(np.column_stack(columns) if columns else np.empty((draws, 0)))
    return reported[0], reported[1]


def _pools(wanted: Sequence[Report], like: Report, used: Bools) -> Iterator[Bools]:
    """(n,) which used reports are of the same role and group, of the role, and all of them; none that is empty."""
    role = used & np.array([_is_control(r) == _is_control(like) for r in wanted])
    for pool in (role & np.array([r.group == like.group for r in wanted]), role, used):
        if pool.any():
            yield pool


def _is_control(report: Report) -> bool:
    return report.arm.role != "ketamine"


def _draws(found: Sequence[Average], report: Report, draws: int, rng: np.random.Generator) -> Floats:
    """(draws,) of a report, around the narrowest average with the scatter of the widest."""
    if not found:
        return np.full(draws, np.nan)
    middle, variance = found[0].middle, found[-1].variance
    if report.kind == "mean":
        return np.asarray(middle + np.sqrt(variance) * rng.standard_normal(draws))
    most = middle * (1.0 - middle)
    variance = min(variance, _MOST_SCATTER * most)
    share: float | Floats = middle
    if variance > 0.0:
        concentration = most / variance - 1.0
        share = rng.beta(middle * concentration, (1.0 - middle) * concentration, draws)
    return np.asarray(rng.binomial(report.n, share, draws) / report.n)
