"""Every way out of what was studied is marked, and the studied question is not."""

import math
import re
from dataclasses import replace

import pytest

from reprieve.chart.patient import Patient
from reprieve.evidence.evidence import Evidence
from reprieve.exposure.choice import choose_models
from reprieve.regimen import Regimen
from reprieve.relief.extrapolation import extrapolations
from reprieve.relief.studied import studied

EVIDENCE = Evidence.packaged()

STUDIED = studied(EVIDENCE)
PERSON = {"age": 30, "weight": 70, "sex": "female", "condition": "crps", "pain": 7.2}
TEXT = "esketamine iv 5 mg/h for 24 h then 14 mg/h for 24 h then 22 mg/h for 52 h"
UNSURE = "Outside what was studied, what the drug adds is taken to differ twice as much between settings"


def marks(text=TEXT, span=STUDIED, **changed):
    patient, regimen = Patient(**(PERSON | changed)), Regimen.parse(text)
    model = choose_models(EVIDENCE, regimen.form, regimen.route)[0].model
    return extrapolations(patient, regimen, span, [model])


def test_the_studied_question_has_no_mark():
    assert marks() == ()
    assert marks(age=None) == ()


ESKETAMINE_ONLY = replace(STUDIED, forms=frozenset({"esketamine"}))


@pytest.mark.parametrize(
    ("text", "changed", "said"),
    [
        (TEXT, {"condition": "low_back"}, ["Condition: the relief model was calibrated on no study of it", UNSURE]),
        (
            TEXT.replace("esketamine", "racemic"),
            {"span": ESKETAMINE_ONLY},
            ["Form: no study of lasting relief gave racemic; it is converted by its potency", UNSURE],
        ),
        ("esketamine sublingual 20 mg", {}, ["Route: no study of lasting relief gave sublingual doses", UNSURE]),
        # Longer than any infusion, slower than any, and hours and a rate that were studied, but not together.
        ("esketamine iv 20 mg/h for 500 h", {}, ["Hours and dose: 500 h at 0.286 mg/kg/h together lie out", UNSURE]),
        ("esketamine iv 1 mg/h for 100 h", {}, ["Hours and dose: 100 h at 0.0143 mg/kg/h together lie out", UNSURE]),
        ("esketamine iv 0.1 mg/kg/h for 2 h", {}, ["Hours and dose: 2 h at 0.1 mg/kg/h together lie outside", UNSURE]),
        # Volunteers of the exposure model were 19 to 32 years and 53 to 93 kg.
        (TEXT, {"age": 45}, ["Age: 45 years is outside 19 to 32 years, the people of the exposure model"]),
        (TEXT, {"age": 15}, ["Age: 15 years is outside 19 to 32 years, the people of the exposure model"]),
        (TEXT, {"weight": 100}, ["Weight: 100 kg is outside 53 to 93 kg, the people of the exposure model"]),
        (TEXT, {"weight": 50}, ["Weight: 50 kg is outside 53 to 93 kg, the people of the exposure model"]),
        (TEXT, {"weight": 53, "age": 32}, []),
    ],
)
def test_a_way_out_is_marked_and_nothing_else_is(text, changed, said):
    found = marks(text, **changed)
    assert len(found) == len(said)
    for sentence, pattern in zip(found, said, strict=True):
        assert sentence.endswith(".")
        assert re.search(pattern, sentence)


def test_every_limit_of_the_studied_range_belongs_to_it():
    in_studies = Patient(**PERSON)
    for log_hours, rate in STUDIED.hull:
        regimen = Regimen.parse(f"esketamine iv {rate:.6g} mg/kg/h for {math.exp(log_hours):.6g} h")
        assert extrapolations(in_studies, regimen, STUDIED, []) == ()


def test_what_was_assumed_of_another_condition_is_said_as_it_was_done():
    taken = marks(condition="low_back")[0]
    assert "what the drug adds in low back" in taken
    assert taken.endswith("was taken to be as in any other condition.")


def test_every_model_of_an_ensemble_has_people_of_its_own():
    """The leading model of racemic infusions prints no ranges; another was made from people of 19 to 32 years."""
    regimen = Regimen.parse("racemic iv 35 mg over 40 min")
    models = [chosen.model for chosen in choose_models(EVIDENCE, "racemic", "iv")]
    assert models[0].population.age_years is None
    said = extrapolations(Patient(**PERSON | {"age": 60, "weight": 120}), regimen, STUDIED, models)
    assert any(
        "60 years is outside 19 to 32 years, the people of the exposure model simons2022" in each for each in said
    )
    assert any("120 kg is outside 53 to 93 kg" in each for each in said)
