"""A person's course: how much of relief is the drug's in this person, and what pain does without it.

The model of record says what the drug adds on average and how people differ at each moment; the mechanism (exposure,
sensitisation reversed and its return, acute effect) says who has how much of it when. They are tied by rank:

    M(t) = s [1 - (1 - D(t)) (1 - A(t))]            the mechanism's effect in this person, s its sensitivity
    z(t) = Φ⁻¹(rank of M(t) among the people)
    drug(t) = E(t) exp(σ z(t) - σ² / 2)             σ² = ln(1 + added_spread²)

At every moment the people so have the distribution of the model of record, whatever the mechanism's own level, and who
loses the effect first is who returns first. What pain does without the drug is a trait, a slow fluctuation (an
Ornstein-Uhlenbeck process) and scatter from day to day, whose variances add up to that of the model of record.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reprieve.relief.normal import normal_scores
from reprieve.relief.reported import log_sd

Floats = NDArray[np.float64]


def drug_part(mechanism: Floats, added: Floats, spread: Floats) -> Floats:
    """Share of baseline that the drug takes away in each person, (n_people, n_times).

    Parameters
    ----------
    mechanism : (n_people, n_times) M, in any unit that ranks people
    added : (n_people, n_times) E of each person's population
    spread : (n_people,) coefficient of variation between people there
    """
    sd = log_sd(spread)[:, None]
    return np.asarray(added * np.exp(sd * normal_scores(mechanism) - 0.5 * sd**2))


def fluctuation(days: Floats, time_constant_d: float, normals: Floats) -> Floats:
    """A stationary Ornstein-Uhlenbeck process of unit variance at some days, (n_people, n_days).

    Parameters
    ----------
    days : (n_days,) rising
    time_constant_d : d, in which the correlation falls to 1/e
    normals : (n_people, n_days) independent standard normals
    """
    found = np.array(normals)
    kept = np.exp(-np.diff(days) / time_constant_d)
    for i, keep in enumerate(kept, 1):
        found[:, i] = keep * found[:, i - 1] + np.sqrt(1.0 - keep**2) * normals[:, i]
    return found
