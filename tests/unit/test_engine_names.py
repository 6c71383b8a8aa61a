"""The engine's public names: these, each the thing itself, and nothing heavy before one of them is used."""

import subprocess
import sys

import pytest

from reprieve import engine


def test_names_are_pinned():
    assert sorted(engine.__all__) == [
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
    assert dir(engine) == sorted(engine.__all__)


def test_every_name_is_what_it_says():
    for name in engine.__all__:
        assert getattr(engine, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'steady'"):
        _ = engine.steady


def test_importing_loads_no_numerical_stack():
    code = "import sys, reprieve.engine; print(*(m for m in ('numpy', 'numba', 'yaml') if m in sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.strip() == ""
