"""The public face: these names, and nothing heavy before one of them is used."""

import subprocess
import sys

import pytest

import reprieve


def test_public_names_are_pinned():
    assert sorted(reprieve.__all__) == [
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
    assert dir(reprieve) == sorted(reprieve.__all__)


def test_every_public_name_is_there():
    for name in reprieve.__all__:
        assert getattr(reprieve, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'forcast'"):
        _ = reprieve.forcast


def test_importing_loads_no_numerical_stack():
    # A process of its own: this one has loaded everything.
    code = "import sys, reprieve; print(*(m for m in ('numpy', 'numba', 'yaml') if m in sys.modules))"
    said = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert said.stdout.strip() == ""


def test_records_and_regimens_load_no_compiler():
    code = (
        "import sys; from reprieve import Regimen, protocol; protocol('sigtermans2009'); print('numba' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.strip() == "False"


def test_a_forecast_loads_none_of_what_only_the_calibration_needs():
    code = (
        "import sys, reprieve\n"
        "reprieve.forecast(reprieve.Patient(condition='crps', weight=70, pain=7), 'racemic iv 40 mg over 1 h')\n"
        "print(*({'jax', 'numpyro', 'arviz_stats'} & {*sys.modules}))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert said.stdout.strip() == ""
