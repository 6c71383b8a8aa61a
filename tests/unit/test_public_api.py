"""The public face: these names, and nothing heavy before one of them is used."""

import subprocess
import sys
from html import escape

import pytest

import reprieve


def test_public_names_are_pinned():
    assert sorted(reprieve.__all__) == [
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


PATIENT = reprieve.Patient(weight=70, condition="crps", pain=7)
TEXT = "racemic im 30 mg"


def test_the_patient_stands_first_everywhere_and_the_former_order_warns():
    now = reprieve.concentration(PATIENT, TEXT, times=[1.0])
    with pytest.warns(FutureWarning, match="Give the patient first"):
        then = reprieve.concentration(TEXT, PATIENT, times=[1.0])
    assert (now.values == then.values).all()
    with pytest.raises(reprieve.InputError, match="The patient is given as 7; give a Patient"):
        reprieve.concentration(7, TEXT, times=[1.0])


def test_the_former_name_of_the_virtual_patients_warns():
    now = reprieve.forecast(PATIENT, TEXT, virtual_patients=40)
    with pytest.warns(FutureWarning, match="n_patients is called virtual_patients"):
        then = reprieve.forecast(PATIENT, TEXT, n_patients=40)
    assert now.to_json() == then.to_json()


def test_what_is_printed_of_a_value_is_short_and_says_what_it_is():
    made = reprieve.forecast(PATIENT, TEXT, virtual_patients=40)
    assert repr(PATIENT) == "Patient(weight=70.0, condition='crps', pain=7.0)"
    assert repr(made.regimen) == "Regimen.parse('racemic im 30 mg')"
    assert eval(repr(made.regimen), {"Regimen": reprieve.Regimen}) == made.regimen
    assert repr(made) == f"<Forecast for {PATIENT!r} on {made.regimen!r}, seed 1>"
    assert repr(made.sustained.duration).startswith("<Duration of relief of 40 virtual patients, median ")
    level = reprieve.concentration(PATIENT, TEXT, times=[1.0, 2.0])
    assert repr(level).endswith(f" at 2 times, {level.model}>")
    assert repr(made.plot()[0]) == "<Picture: Concentration in blood>"
    assert repr(made.plot()).startswith("<Pictures: Concentration in blood, ")
    assert repr(made.evidence) == f"Evidence({made.evidence.fingerprint})"


def test_a_notebook_shows_the_verdict_the_table_and_the_pictures():
    made = reprieve.forecast(PATIENT, TEXT, virtual_patients=40)
    shown = made._repr_html_()
    assert shown.index(escape(made.answer.verdict)) < shown.index("<table") < shown.index("<svg")
    assert shown.count("<svg") == len(made.plot()) == 3
    assert "script" not in shown
    assert "On placebo" in shown
    assert "Helped by the drug itself" in shown
    assert made.plot()._repr_html_() in shown
