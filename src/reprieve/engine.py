"""Public names of the engine and of data files: dosing events, NONMEM tables, non-compartmental analysis, half-times.

For any drug: arrays and tables in, arrays out; hours, mg, litres, ng/mL unless a name says otherwise. Names may be
added, not renamed; what else the packages hold may change. They are loaded when first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reprieve.datasets.noncompartmental import analyse_samples
    from reprieve.datasets.nonmem import NonmemData, parse_nonmem, read_nonmem, write_nonmem
    from reprieve.datasets.nonmem_record import DoseParameters
    from reprieve.datasets.samples import parse_samples
    from reprieve.exposure.population.predictions import predict_data
    from reprieve.pkpd.compartments import CompartmentGraph, Edge
    from reprieve.pkpd.dose import Dose
    from reprieve.pkpd.event_run import simulate_each, simulate_events
    from reprieve.pkpd.events import DoseRecord, EventTable, Observation, ResetRecord
    from reprieve.pkpd.half_times import context_sensitive_half_time, half_lives, time_to_fraction_of_steady_state
    from reprieve.pkpd.linear_system import LinearSystem
    from reprieve.pkpd.measures import auc_between, auc_to_infinity, peak, time_above
    from reprieve.pkpd.noncompartmental import analyse, partial_auc
    from reprieve.pkpd.observed_profile import observed_profile
    from reprieve.pkpd.steady_state import accumulation_ratio, steady_state
    from reprieve.pkpd.terminal_phase import terminal_phase

_HOME = {
    "CompartmentGraph": "reprieve.pkpd.compartments",
    "Dose": "reprieve.pkpd.dose",
    "DoseParameters": "reprieve.datasets.nonmem_record",
    "DoseRecord": "reprieve.pkpd.events",
    "Edge": "reprieve.pkpd.compartments",
    "EventTable": "reprieve.pkpd.events",
    "LinearSystem": "reprieve.pkpd.linear_system",
    "NonmemData": "reprieve.datasets.nonmem",
    "Observation": "reprieve.pkpd.events",
    "ResetRecord": "reprieve.pkpd.events",
    "accumulation_ratio": "reprieve.pkpd.steady_state",
    "analyse": "reprieve.pkpd.noncompartmental",
    "analyse_samples": "reprieve.datasets.noncompartmental",
    "auc_between": "reprieve.pkpd.measures",
    "auc_to_infinity": "reprieve.pkpd.measures",
    "context_sensitive_half_time": "reprieve.pkpd.half_times",
    "half_lives": "reprieve.pkpd.half_times",
    "observed_profile": "reprieve.pkpd.observed_profile",
    "parse_nonmem": "reprieve.datasets.nonmem",
    "parse_samples": "reprieve.datasets.samples",
    "partial_auc": "reprieve.pkpd.noncompartmental",
    "peak": "reprieve.pkpd.measures",
    "predict_data": "reprieve.exposure.population.predictions",
    "read_nonmem": "reprieve.datasets.nonmem",
    "simulate_each": "reprieve.pkpd.event_run",
    "simulate_events": "reprieve.pkpd.event_run",
    "steady_state": "reprieve.pkpd.steady_state",
    "terminal_phase": "reprieve.pkpd.terminal_phase",
    "time_above": "reprieve.pkpd.measures",
    "time_to_fraction_of_steady_state": "reprieve.pkpd.half_times",
    "write_nonmem": "reprieve.datasets.nonmem",
}

__all__ = [
    "CompartmentGraph",
    "Dose",
    "DoseParameters",
    "DoseRecord",
    "Edge",
    "EventTable",
    "LinearSystem",
    "NonmemData",
    "Observation",
    "ResetRecord",
    "accumulation_ratio",
    "analyse",
    "analyse_samples",
    "auc_between",
    "auc_to_infinity",
    "context_sensitive_half_time",
    "half_lives",
    "observed_profile",
    "parse_nonmem",
    "parse_samples",
    "partial_auc",
    "peak",
    "predict_data",
    "read_nonmem",
    "simulate_each",
    "simulate_events",
    "steady_state",
    "terminal_phase",
    "time_above",
    "time_to_fraction_of_steady_state",
    "write_nonmem",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'reprieve.engine' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
