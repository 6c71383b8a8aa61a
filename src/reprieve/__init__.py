"""Reprieve forecasts how long ketamine pain relief will last, for this patient, on this protocol.

Names are loaded when first used, so that ``reprieve --help`` does not wait for the numerical stack.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from reprieve.version import __version__

if TYPE_CHECKING:
    from reprieve.answers.forecast import ForecastAnswer
    from reprieve.chart.patient import Patient
    from reprieve.errors import (
        EvidenceError,
        FileError,
        InputError,
        MissingDatum,
        OutsideEvidence,
        RegimenError,
        ReprieveError,
        UnitError,
        UnknownName,
    )
    from reprieve.evidence.evidence import Evidence
    from reprieve.evidence.packaged import condition_ids, protocol, protocol_ids
    from reprieve.evidence.records.protocol import Protocol
    from reprieve.exposure.concentration import Concentration, concentration
    from reprieve.exposure.population.simulation import simulate_population
    from reprieve.pictures import Picture, Pictures
    from reprieve.regimen import DoseEvent, Regimen
    from reprieve.relief.arm import predict_arm
    from reprieve.relief.forecast import Forecast, forecast

_HOME = {
    "Concentration": "reprieve.exposure.concentration",
    "DoseEvent": "reprieve.regimen",
    "Evidence": "reprieve.evidence.evidence",
    "EvidenceError": "reprieve.errors",
    "FileError": "reprieve.errors",
    "Forecast": "reprieve.relief.forecast",
    "ForecastAnswer": "reprieve.answers.forecast",
    "InputError": "reprieve.errors",
    "MissingDatum": "reprieve.errors",
    "OutsideEvidence": "reprieve.errors",
    "Patient": "reprieve.chart.patient",
    "Picture": "reprieve.pictures",
    "Pictures": "reprieve.pictures",
    "Protocol": "reprieve.evidence.records.protocol",
    "Regimen": "reprieve.regimen",
    "RegimenError": "reprieve.errors",
    "ReprieveError": "reprieve.errors",
    "UnitError": "reprieve.errors",
    "UnknownName": "reprieve.errors",
    "concentration": "reprieve.exposure.concentration",
    "condition_ids": "reprieve.evidence.packaged",
    "forecast": "reprieve.relief.forecast",
    "predict_arm": "reprieve.relief.arm",
    "protocol": "reprieve.evidence.packaged",
    "protocol_ids": "reprieve.evidence.packaged",
    "simulate_population": "reprieve.exposure.population.simulation",
}

__all__ = [
    "Concentration",
    "DoseEvent",
    "Evidence",
    "EvidenceError",
    "FileError",
    "Forecast",
    "ForecastAnswer",
    "InputError",
    "MissingDatum",
    "OutsideEvidence",
    "Patient",
    "Picture",
    "Pictures",
    "Protocol",
    "Regimen",
    "RegimenError",
    "ReprieveError",
    "UnitError",
    "UnknownName",
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
