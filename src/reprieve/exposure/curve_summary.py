"""Noncompartmental summaries of one concentration curve, as papers print them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reprieve.evidence.records.model_check import CurveQuantity
from reprieve.units import convert

Floats = NDArray[np.float64]


def summary(quantity: CurveQuantity, unit: str, times: Floats, curve: Floats, *, to_infinity: bool = False) -> float:
    """Peak, its time, area or half-life of one curve.

    Parameters
    ----------
    quantity : which summary
    unit : of the answer; an area's is a product, as ``ng/mL*h``
    times : (n_times,) h, evenly spaced from the start of the window
    curve : (n_times,) ng/mL
    to_infinity : add the log-linear tail after the window to an area
    """
    match quantity:
        case "cmax":
            return convert(float(curve.max()), "ng/mL", unit)
        case "tmax":
            return convert(float(times[curve.argmax()]), "h", unit)
        case "half_life":
            return convert(float(np.log(2)) / _terminal_rate(times, curve), "h", unit)
        case "auc":
            concentration, time = unit.split("*")
            tail = float(curve[-1]) / _terminal_rate(times, curve) if to_infinity else 0.0
            area = float(np.trapezoid(curve, times)) + tail
            return area * convert(1.0, "ng/mL", concentration) * convert(1.0, "h", time)


def _terminal_rate(times: Floats, curve: Floats) -> float:
    """1/h, the log-linear decline over the last quarter of the window."""
    early = 3 * len(times) // 4
    return float(np.log(curve[early] / curve[-1]) / (times[-1] - times[early]))
