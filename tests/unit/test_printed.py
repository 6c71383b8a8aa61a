"""What is printed of a value that a user gets back is one line that says what it is, never its arrays."""

import pytest

import reprieve as rp
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.kinds import KINDS
from reprieve.exposure.population.predictions import predict_data

ARM = {
    "id": "ketamine", "condition": "crps", "role": "ketamine", "design": "rct", "n": 30, "weight": 75, "pain": 7,
    "regimen": "racemic iv 40 mg over 1 h", "predict": [{"measure": "mean_pain_fraction", "day": 7}],
}  # fmt: skip
TABLE = b"ID,TIME,AMT,EVID,DV,WT\n1,0,20,1,.,70\n1,1,.,0,80,70\n1,2,.,0,50,70\n"


@pytest.fixture(scope="module")
def made():
    return rp.forecast(rp.Patient(condition="crps", weight=70, pain=7), "racemic im 30 mg")


@pytest.fixture(scope="module")
def people():
    return rp.simulate_population("racemic iv 0.5 mg/kg over 40 min", times=[1, 2], subjects=50, weight=70)


def test_a_protocol_says_its_name_and_regimen():
    protocol = rp.protocol("sigtermans2009")
    assert repr(protocol) == f"<Protocol sigtermans2009: {protocol.regimen}>"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_record_says_its_kind_and_name(kind):
    evidence = Evidence.packaged()
    for name in evidence.ids(kind):
        assert repr(evidence.record(kind, name)).startswith(f"<{kind.__name__} {name}")


def test_a_population_says_how_many_at_how_many_times(people):
    assert repr(people) == "<Population of 50 subjects at 2 times, kamp2020_meta_3cpt, seed 1>"
    assert [repr(one) for one in people.chunks()] == ["<Chunk of subjects 0 to 49>"]


def test_predictions_for_data_say_how_many_and_by_which_model():
    model = "otto2021_fanta2015_sket_iv_venous"
    found = predict_data(TABLE, model, "looks.csv", compartments=["1=iv"], analytes=["s_ketamine"])
    assert repr(found) == f"<Predictions of 2 rows by {model}>"


def test_an_arm_says_its_outcomes():
    assert repr(rp.predict_arm(ARM)) == "<ArmPrediction for ketamine: draws (1, 2000)>"


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("sustained", "<Sustained relief of 30 % or more, of 2000 virtual patients>"),
        ("uncertainty", "<Uncertainty over 1000 draws>"),
        ("trajectory", "<Trajectory of 2000 virtual patients at "),
        ("people", "<VirtualPatients: 2000 of 200 draws>"),
        ("answer", "<ForecastAnswer: "),
    ],
)
def test_a_part_of_a_forecast_says_what_it_is(made, part, said):
    printed = repr(getattr(made, part))
    assert printed.startswith(said)
    assert "\n" not in printed
    assert len(printed) < 400
