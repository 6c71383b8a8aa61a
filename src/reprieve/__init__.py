"""Reprieve forecasts how long ketamine pain relief will last, for this patient, on this protocol.

Names are loaded when first used, so that ``reprieve --help`` does not wait for the numerical stack.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from reprieve.version import __version__

if TYPE_CHECKING:
    from reprieve.chart.patient import Patient
    from reprieve.evidence.packaged import condition_ids, protocol, protocol_ids
    from reprieve.exposure.concentration import concentration
    from reprieve.exposure.population.simulation import simulate_population
    from reprieve.regimen import DoseEvent, Regimen
    from reprieve.relief.arm import predict_arm
    from reprieve.relief.forecast import Forecast, forecast

_HOME = {
    "DoseEvent": "reprieve.regimen",
    "Forecast": "reprieve.relief.forecast",
    "Patient": "reprieve.chart.patient",
    "Regimen": "reprieve.regimen",
    "concentration": "reprieve.exposure.concentration",
    "condition_ids": "reprieve.evidence.packaged",
    "forecast": "reprieve.relief.forecast",
    "predict_arm": "reprieve.relief.arm",
    "protocol": "reprieve.evidence.packaged",
    "protocol_ids": "reprieve.evidence.packaged",
    "simulate_population": "reprieve.exposure.population.simulation",
}

__all__ = [
    "DoseEvent",
    "Forecast",
    "Patient",
    "Regimen",
    "__version__",
    "concentration",
    "condition_ids",
    "forecast",
    "predict_arm",
    "protocol",
    "protocol_ids",
    "simulate_population",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'reprieve' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
