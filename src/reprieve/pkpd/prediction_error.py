"""How far predicted concentrations lie from measured ones: percentage errors and what is made of them.

Varvel JR, Donoho DL, Shafer SL (1992), J Pharmacokinet Biopharm 20:63-94: the performance error of a sample is
PE = 100 (measured - predicted) / predicted, its median the bias (MDPE), the median of |PE| the inaccuracy (MDAPE),
the slope of |PE| over time the divergence, and the median of |PE - MDPE| the wobble.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reprieve.errors import InputError


def percentage_errors(values: ArrayLike, references: ArrayLike) -> NDArray[np.float64]:
    """100 (value - reference) / reference of each pair.

    Parameters
    ----------
    values : (n,) measured concentrations for a performance error; predicted ones for an error of prediction
    references : (n,) the other of the two, above zero, in the same unit

    Returns
    -------
    (n,) %

    Raises
    ------
    InputError
        Arrays that do not fit each other, are empty or not finite, or a reference that is not above zero.
    """
    one, other = np.asarray(values, dtype=float), np.asarray(references, dtype=float)
    if one.ndim != 1 or one.shape != other.shape or one.size == 0:
        raise InputError(
            f"Percentage errors were asked of arrays of shape {one.shape} and {other.shape}; give two lists of one "
            f"length, with one or more values."
        )
    if not (np.all(np.isfinite(one)) and np.all(np.isfinite(other))):
        raise InputError("A concentration is not finite; leave such samples out of both lists.")
    if other.min() <= 0:
        raise InputError(
            f"A reference concentration is {other.min():g}; a percentage of it has no meaning. Leave such samples out."
        )
    return np.asarray(100 * (one - other) / other)


@dataclass(frozen=True)
class PredictionError:
    """The errors of one subject's or one curve's samples.

    Parameters
    ----------
    bias : MDPE, %; the median error
    inaccuracy : MDAPE, %; the median of the errors' size
    divergence : %/h; the slope of the errors' size over time by least squares, above zero when they grow; None for
        fewer than two different times
    wobble : %; the median distance of the errors from their median
    """

    bias: float
    inaccuracy: float
    divergence: float | None
    wobble: float


def prediction_error(errors: ArrayLike, times_h: ArrayLike) -> PredictionError:
    """Bias, inaccuracy, divergence and wobble of percentage errors.

    Parameters
    ----------
    errors : (n,) %, by :func:`percentage_errors`
    times_h : (n,) h

    Raises
    ------
    InputError
        The arrays are empty, not finite, or do not fit each other.
    """
    found, times = np.asarray(errors, dtype=float), np.asarray(times_h, dtype=float)
    if found.ndim != 1 or found.shape != times.shape or found.size == 0:
        raise InputError(
            f"There are errors of shape {found.shape} and times of shape {times.shape}; give one time for each error."
        )
    if not (np.all(np.isfinite(found)) and np.all(np.isfinite(times))):
        raise InputError("An error or a time is not finite; leave such samples out of both lists.")
    bias, size = float(np.median(found)), np.abs(found)
    apart = times - times.mean()
    spread = float(apart @ apart)
    return PredictionError(
        bias=bias,
        inaccuracy=float(np.median(size)),
        divergence=float(apart @ size) / spread if spread > 0 else None,
        wobble=float(np.median(np.abs(found - bias))),
    )
