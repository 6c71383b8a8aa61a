"""A patient: what is given is checked, what is not is said, nothing is assumed."""

import numpy as np
import pytest

from reprieve.chart.patient import Patient
from reprieve.errors import InputError, MissingDatum, OutsideEvidence, UnitError, UnknownName
from reprieve.evidence.evidence import Evidence
from reprieve.relief.forecast import forecast

EVIDENCE = Evidence.packaged()


def test_everything_given_is_known():
    patient = Patient(age=45, weight=70, sex="Female", condition=" crps ", pain=7.2, interactions="none")
    named = {"age": 45.0, "weight": 70.0, "sex": "female", "condition": "crps", "pain": 7.2, "interactions": ()}
    assert patient.known == named
    assert patient.unknown == ()


def test_nothing_is_made_up():
    patient = Patient()
    assert patient.known == {}
    assert patient.unknown == ("age", "weight", "sex", "condition", "pain", "interactions")
    with pytest.raises(MissingDatum, match="weight is not given; exposure depends on it"):
        _ = patient.weight_kg


def test_pounds_are_converted_when_said():
    # 154 * 0.45359237
    assert Patient(weight="154 lb").weight_kg == pytest.approx(69.853225, abs=1e-6)
    assert Patient(weight="70 kg") == Patient(weight=70.0)


@pytest.mark.parametrize("code", ["crps", "128200000", "G90.5", "G90.521", "reflex sympathetic dystrophy", " CRPS "])
def test_a_condition_is_understood_by_any_of_its_names(code):
    assert EVIDENCE.condition(Patient(condition=code).condition).id == "crps"


@pytest.mark.parametrize("number", [np.int64(45), np.float32(45), 45, 45.0])
def test_any_real_number_is_a_number(number):
    patient = Patient(age=number, weight=number)
    assert (patient.age, patient.weight) == (45.0, 45.0)
    assert type(patient.age) is float


@pytest.mark.parametrize(
    ("given", "error", "sentence"),
    [
        ({"weight": 0}, InputError, "from 20 to 350 kg"),
        ({"weight": 19.9}, InputError, "from 20 to 350 kg"),
        ({"weight": 351}, InputError, "from 20 to 350 kg"),
        ({"weight": float("nan")}, InputError, "must be a number of kg"),
        ({"weight": "70,5"}, UnitError, "a comma can mean 70.5 or 705"),
        ({"weight": "70 stone"}, UnitError, "Unknown unit 'stone'"),
        ({"weight": True}, UnitError, "Weight is given as True"),
        ({"weight": [70]}, UnitError, "Weight is given as"),
        ({"age": -1}, InputError, "from 0 to 120 years"),
        ({"age": 121}, InputError, "from 0 to 120 years"),
        ({"age": "45"}, InputError, "must be a number of years"),
        ({"age": True}, InputError, "must be a number of years"),
        ({"pain": 72}, InputError, "from 0 to 10 points"),
        ({"pain": -1}, InputError, "from 0 to 10 points"),
        ({"pain": float("inf")}, InputError, "must be a number of points"),
        ({"sex": "f"}, UnknownName, "Unknown sex 'f'"),
        ({"sex": 1}, UnknownName, "Unknown sex '1'"),
        ({"age": 11.9}, OutsideEvidence, "under 12 the maturation of clearance is not modelled"),
    ],
)
def test_what_cannot_be_meant_is_refused(given, error, sentence):
    with pytest.raises(error, match=sentence):
        Patient(**given)


@pytest.mark.parametrize(
    "given", [{"weight": 20}, {"weight": 350}, {"age": 12}, {"age": 120}, {"pain": 0}, {"pain": 10}]
)
def test_the_ends_of_every_range_belong_to_it(given):
    assert Patient(**given).known == {name: float(value) for name, value in given.items()}


@pytest.mark.parametrize("name", ["toe", 7])
def test_a_condition_that_is_not_known_is_refused_where_it_is_asked_about(name):
    patient = Patient(condition=name, weight=70, pain=7)
    with pytest.raises(UnknownName, match=f"Unknown condition '{name}'"):
        forecast(patient, "racemic im 30 mg", virtual_patients=20)
