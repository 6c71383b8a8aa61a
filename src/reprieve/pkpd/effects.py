"""Concentration to effect: the named forms that publications use, as plain functions of an array.

Each takes concentrations of any shape and gives an array of that shape. All parameters that are concentrations are
in the unit of the concentrations; the effect has the unit of ``emax`` or ``effect_at_cap``. None of them knows
time: a delay belongs to the effect site that the concentrations are taken from.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reprieve.errors import InputError

Floats = NDArray[np.float64]


def emax(concentration: ArrayLike, *, emax: float, ec50: float) -> Floats:
    """The hyperbola ``emax C / (ec50 + C)``.

    It is what binding of one molecule to one site gives at equilibrium, with the effect in proportion to the sites
    taken. Nothing at zero, half of ``emax`` at ``ec50``, slope ``emax / ec50`` at zero, ``emax`` in the limit.

    Parameters
    ----------
    concentration : any shape, not negative
    emax : largest effect; negative for one that falls
    ec50 : concentration of half of it, greater than zero

    Raises
    ------
    InputError
        A concentration is negative or not finite, or a parameter cannot be one.
    """
    return sigmoid_emax(concentration, emax=emax, ec50=ec50, hill=1.0)


def sigmoid_emax(concentration: ArrayLike, *, emax: float, ec50: float, hill: float) -> Floats:
    """The Hill equation ``emax C^hill / (ec50^hill + C^hill)``.

    Computed as ``emax / (1 + (C / ec50)^-hill)``, the same after division by ``C^hill``: no power of a large
    concentration can overflow. Half of ``emax`` at ``ec50`` whatever ``hill`` is; there the slope against ln C is
    ``emax hill / 4``. ``hill`` of 1 is the hyperbola, a large one a step at ``ec50``.

    Parameters
    ----------
    concentration : any shape, not negative
    emax : largest effect; negative for one that falls
    ec50 : concentration of half of it, greater than zero
    hill : steepness, greater than zero

    Raises
    ------
    InputError
        A concentration is negative or not finite, or a parameter cannot be one.
    """
    given = _checked(concentration)
    _finite("emax", emax)
    _positive("ec50", ec50)
    _positive("hill", hill)
    with np.errstate(divide="ignore", over="ignore", under="ignore"):
        return _floats(emax / (1.0 + (given / ec50) ** -hill))


def linear_capped(concentration: ArrayLike, *, effect_at_cap: float, cap: float) -> Floats:
    """A straight line through zero, level from ``cap`` on: ``effect_at_cap min(C, cap) / cap``.

    For an effect seen to rise in proportion over a range: what lies beyond the range was not seen, so the line is
    not drawn on.

    Parameters
    ----------
    concentration : any shape, not negative
    effect_at_cap : effect at ``cap``
    cap : highest concentration at which the line was seen, greater than zero

    Raises
    ------
    InputError
        A concentration is negative or not finite, or a parameter cannot be one.
    """
    given = _checked(concentration)
    _finite("effect_at_cap", effect_at_cap)
    _positive("cap", cap)
    return _floats(effect_at_cap * np.minimum(given, cap) / cap)


def power_ratio(concentration: ArrayLike, *, reference: float, exponent: float, increase: float = 1.0) -> Floats:
    """A measure over its own baseline, ``1 + increase (C / reference)^exponent``.

    It has no ceiling: use it only inside the range it was fitted in. 1 without drug, ``1 + increase`` at
    ``reference`` whatever the exponent is: with the default a ``reference`` is the concentration of doubling.

    Parameters
    ----------
    concentration : any shape, not negative
    reference : concentration of the stated increase, greater than zero
    exponent : greater than zero
    increase : share of the baseline gained at ``reference``; 1 is +100 %

    Raises
    ------
    InputError
        A concentration is negative or not finite, or a parameter cannot be one.
    """
    given = _checked(concentration)
    _positive("reference", reference)
    _positive("exponent", exponent)
    _finite("increase", increase)
    return _floats(1.0 + increase * (given / reference) ** exponent)


def band(concentration: ArrayLike, *, lowest: float, highest: float | None = None) -> Floats:
    """Where a concentration lies to a band: 0 below, 1 in it (both ends are), 2 above.

    For published thresholds, which say nothing of how large an effect is. Without ``highest`` there is no above.

    Parameters
    ----------
    concentration : any shape, not negative
    lowest, highest : ends of the band, greater than zero, in order

    Raises
    ------
    InputError
        A concentration is negative or not finite, or the ends are not in order.
    """
    given = _checked(concentration)
    _positive("lowest", lowest)
    if highest is None:
        return _floats(given >= lowest)
    if not lowest <= highest < math.inf:
        raise InputError(f"highest is {highest:g}; it must be finite and at least lowest, {lowest:g}.")
    return _floats((given >= lowest).astype(float) + (given > highest))


def _checked(concentration: ArrayLike) -> Floats:
    given = np.asarray(concentration, dtype=float)
    if not np.isfinite(given).all() or (given < 0).any():
        raise InputError("A concentration is negative or not finite; effects need concentrations of zero or more.")
    return given


def _floats(values: Any) -> Floats:
    return np.asarray(values, dtype=float)


def _finite(name: str, value: float) -> None:
    if not math.isfinite(value):
        raise InputError(f"{name} is {value:g}; it must be finite.")


def _positive(name: str, value: float) -> None:
    if not (math.isfinite(value) and value > 0):
        raise InputError(f"{name} is {value:g}; it must be greater than zero and finite.")
