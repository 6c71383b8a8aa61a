"""Every way out of what was studied is marked, and the studied question is not."""

import re

import msgspec
import pytest

from reprieve.evidence import read
from reprieve.regimen import Regimen
from reprieve.relief.exposure_choice import choose_models
from reprieve.relief.extrapolation import extrapolations
from reprieve.relief.patient import Patient

STUDIED = read.relief_prior("crps_dahan2011").studied
PERSON = {"age": 30, "weight": 70, "sex": "female", "condition": "crps", "pain": 7.2}
TEXT = "esketamine iv 5 mg/h for 24 h then 14 mg/h for 24 h then 22 mg/h for 52 h"


def marks(text=TEXT, no_benefit=False, **changed):
    patient, plan = Patient(**(PERSON | changed)), Regimen.parse(text)
    model = choose_models(plan.form, plan.route)[0].model
    return extrapolations(patient, plan, STUDIED, [model], no_benefit=no_benefit)


def test_the_studied_question_has_no_mark():
    assert marks() == ()
    assert marks(age=None) == ()


@pytest.mark.parametrize(
    ("text", "changed", "said"),
    [
        (TEXT, {"condition": "fibromyalgia"}, ["Condition: the relief parameters come from CRPS"]),
        (TEXT.replace("esketamine", "racemic"), {}, ["Form: lasting relief was estimated with esketamine; racemic"]),
        ("esketamine intranasal 56 mg", {}, ["Route: lasting relief was estimated with iv", "Hours: .* has 0 h"]),
        ("esketamine iv 20 mg/h for 95 h", {}, ["Hours: .* this one has 95 h"]),
        ("esketamine iv 20 mg/h for 106 h", {}, ["Hours: .* this one has 106 h"]),
        ("esketamine iv 20 mg/h for 10 h every 24 h x 10", {}, ["Sessions: .* this one has 10 sessions"]),
        ("esketamine iv 4 mg/h for 100 h", {}, ["Dose: .* 0.072 to 0.432 mg/kg/h; this course averages 0.0571"]),
        ("esketamine iv 40 mg/h for 100 h", {}, ["Dose: .* this course averages 0.571"]),
        # Volunteers of the exposure model were 19 to 32 years and 53 to 93 kg.
        (TEXT, {"age": 45}, ["Age: 45 years is outside 19 to 32 years, the people of the exposure model"]),
        (
            TEXT,
            {"age": 71},
            ["Age: 71 years is outside 22 to 70 years, the relief", "Age: 71 years is outside 19 to 32"],
        ),
        (
            TEXT,
            {"age": 15},
            ["Age: 15 years is outside 22 to 70 years, the relief", "Age: 15 years is outside 19 to 32"],
        ),
        (TEXT, {"weight": 100}, ["Weight: 100 kg is outside 53 to 93 kg, the people of the exposure model"]),
        (
            "esketamine iv 0.2 mg/kg/h for 100 h",
            {"weight": 40},
            ["Weight: 40 kg is outside 41 to 117 kg, the relief", "Weight: 40 kg is outside 53 to 93 kg"],
        ),
        (
            "racemic iv 0.2 mg/kg/h for 100 h",
            {"weight": 120},
            ["Form", "Weight: 120 kg is outside 41 to 117 kg, the relief"],
        ),
    ],
)
def test_a_way_out_is_marked_and_nothing_else_is(text, changed, said):
    found = marks(text, **changed)
    assert len(found) == len(said)
    for sentence, pattern in zip(found, said, strict=True):
        assert sentence.endswith(".")
        assert re.search(pattern, sentence)


def test_every_limit_of_the_studied_range_belongs_to_it():
    for hours in STUDIED.infusion_hours:
        assert marks(f"esketamine iv 20 mg/h for {hours:g} h") == ()
    for rate in STUDIED.mg_per_kg_per_hour:
        assert marks(f"esketamine iv {rate} mg/kg/h for 100 h") == ()
    everybody = msgspec.structs.replace(STUDIED, age=(22.0, 30.0))
    plan = Regimen.parse(TEXT)
    assert extrapolations(Patient(**PERSON), plan, everybody, [choose_models("esketamine", "iv")[0].model]) == ()


def test_what_was_assumed_of_another_condition_is_said_as_it_was_done():
    assert "was taken as anywhere from none to as many" in marks(condition="phantom_limb")[0]
    assert "how many people's phantom limb pain" in marks(condition="phantom_limb")[0]
    refuted = marks(condition="cancer", no_benefit=True)[0]
    assert "none was forecast beyond placebo" in refuted
    assert "anywhere" not in refuted


def test_every_model_of_an_ensemble_has_people_of_its_own():
    """The leading model of racemic infusions prints no ranges; another was made from people of 19 to 32 years."""
    plan = Regimen.parse("racemic iv 35 mg over 40 min")
    models = [chosen.model for chosen in choose_models("racemic", "iv")]
    assert models[0].population.age_years is None
    said = extrapolations(Patient(**PERSON | {"age": 60, "weight": 120}), plan, STUDIED, models)
    assert any(
        "60 years is outside 19 to 32 years, the people of the exposure model simons2022" in each for each in said
    )
    assert any("120 kg is outside 53 to 93 kg" in each for each in said)
