"""Covariates that change while a subject is followed: when they do, and what holds then."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from reprieve.errors import InputError
from reprieve.evidence.records.covariate import KNOWN_COVARIATES
from reprieve.exposure.individual import CovariateGiven
from reprieve.pkpd.steps import Steps


def changing_covariates(given: Mapping[str, CovariateGiven | Steps | None]) -> list[float]:
    """A time before all changes, and the times of them, h; steps to the same value are none.

    Raises
    ------
    InputError
        A covariate that has levels is given in steps.
    """
    times: set[float] = set()
    for name, value in given.items():
        if not isinstance(value, Steps):
            continue
        if name in KNOWN_COVARIATES and KNOWN_COVARIATES[name] is None:
            raise InputError(f"{name.capitalize()} is given in steps over time; it has levels, so give one of them.")
        changed = np.any(np.diff(np.atleast_2d(value.values), axis=1) != 0, axis=0)
        times.update(value.times_h[1:][changed].tolist())
    return [-np.inf, *sorted(times)]


def covariates_at(
    given: Mapping[str, CovariateGiven | Steps | None], time_h: float
) -> dict[str, CovariateGiven | None]:
    """What each covariate is at a time."""
    return {name: value.at(time_h) if isinstance(value, Steps) else value for name, value in given.items()}
