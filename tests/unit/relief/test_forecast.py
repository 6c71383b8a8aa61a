"""The forecast as programs read it: what is in the answer, what stays the same, and what must hold in any."""

import json
from itertools import pairwise

import msgspec
import numpy as np
import pytest

import reprieve as rp
from reprieve.answers.forecast import ForecastAnswer
from reprieve.errors import InputError, MissingDatum, OutsideEvidence, UnknownName
from reprieve.relief.trajectory import FOLLOW_UP_DAYS

LONG = "esketamine iv 5 mg/h for 24 h then 14 mg/h for 24 h then 22 mg/h for 52 h"
SHORT = "racemic iv 0.5 mg/kg over 40 min"
TEN_DAYS = "racemic iv 0.35 mg/kg/h for 4 h every 24 h x 10"
ORAL = "racemic oral 0.5 mg/kg every 8 h for 14 d"
PATIENT = rp.Patient(age=45, weight=70, sex="female", condition="crps", pain=7.2)
QUESTIONS = [("crps", LONG), ("crps", TEN_DAYS), ("fibromyalgia", SHORT), ("cancer", ORAL), ("phn", "racemic im 30 mg")]


@pytest.fixture(scope="module")
def made():
    return rp.forecast(PATIENT, LONG, seed=1)


@pytest.fixture(scope="module", params=QUESTIONS, ids=" ".join)
def answer(request):
    condition, text = request.param
    return rp.forecast(rp.Patient(weight=70, condition=condition, pain=7.0), text, seed=5).to_dict()


#: Share of people in whom pain that rose without the drug may decide the day on which they are relieved.
RARE = 0.01


def test_the_answer_has_everything_of_the_contract(made):
    answer = json.loads(made.to_json())
    assert msgspec.convert(answer, ForecastAnswer) == made.answer
    assert answer["calibration"].startswith("calibrated on ")
    assert len(answer["evidence"]) >= 2
    assert [row["day"] for row in answer["sustained"]["probability_of_relief"]] == list(range(85))
    assert [row["day"] for row in answer["pain"]] == list(range(85))
    assert answer == made.to_dict()


def test_what_was_asked_is_repeated(made):
    answer = made.to_dict()
    assert answer["patient"] == {"age": 45.0, "weight": 70.0, "sex": "female", "condition": "crps", "pain": 7.2}
    # 5 * 24 + 14 * 24 + 22 * 52 mg
    assert answer["regimen"] == {
        "text": LONG, "total_mg": 1600.0, "infusion_hours": 100.0, "sessions": 1, "last_dose_end_h": 100.0,
        "parts": [{
            "form": "esketamine", "route": "iv", "start_h": 0.0, "end_h": 100.0, "sessions": 1,
            "infusion_hours": 100.0, "total_mg": 1600.0,
        }],
    }  # fmt: skip
    assert answer["inputs"]["given_not_used"] == ["age", "sex"]
    assert answer["inputs"]["missing"] == ["interactions"]
    assert answer["provenance"]["seed"] == 1
    assert answer["provenance"]["version"] == rp.__version__
    assert answer["provenance"]["virtual_patients"] == 2000


def test_only_what_is_given_is_known():
    answer = rp.forecast(rp.Patient(weight="154 lb", condition="G90.5", pain=7), LONG, virtual_patients=20).to_dict()
    assert answer["patient"] == {"weight": pytest.approx(69.853, abs=0.001), "condition": "crps", "pain": 7.0}
    assert answer["inputs"]["missing"] == ["age", "sex", "interactions"]


def test_the_same_seed_gives_the_same_bytes_and_another_gives_others(made):
    assert rp.forecast(PATIENT, LONG, seed=1).to_json() == made.to_json()
    other = rp.forecast(PATIENT, LONG, seed=2).to_dict()
    assert other["sustained"]["exceeds"] != made.to_dict()["sustained"]["exceeds"]
    assert other["provenance"]["inputs_fingerprint"] == made.to_dict()["provenance"]["inputs_fingerprint"]


def test_json_holds_no_number_that_json_does_not_know(answer):
    json.loads(json.dumps(answer, allow_nan=False))


def test_chances_fall_from_day_to_day_and_lie_in_their_interval(answer):
    rows = answer["sustained"]["probability_of_relief"]
    for row in rows:
        assert 0 <= row["low"] <= row["p"] <= row["high"] <= 1
    after = rows[2:]  # two days after the last dose the acute effect has gone
    without = [row["placebo"] for row in after]
    assert without == sorted(without, reverse=True)
    # With drug a few may get better later: those whose pain rose without it, as that passes.
    assert all(later["p"] <= row["p"] + RARE for row, later in pairwise(after))
    assert all(row["p"] >= row["placebo"] for row in rows)


def test_longer_horizons_are_less_likely(answer):
    sustained = answer["sustained"]
    for part in (sustained, sustained["placebo"]):
        values = [part["probability_any"], *part["exceeds"].values()]
        assert values == sorted(values, reverse=True)
    for name, row in sustained["exceeds_interval"].items():
        assert row["p"] == sustained["exceeds"][name]
        assert row["low"] <= row["p"] <= row["high"]


def test_the_curve_is_that_of_the_course(made):
    curve, course = made.to_dict()["sustained"]["probability_of_relief"], made.course
    np.testing.assert_allclose([row["p"] for row in curve], course.chances.mean(axis=0), rtol=1e-3)
    np.testing.assert_allclose([row["placebo"] for row in curve], course.chances_without.mean(), rtol=1e-3)


def test_quantiles_are_ordered(answer):
    sustained = answer["sustained"]
    for part in (sustained["duration_days"], sustained["duration_days_if_relief"]):
        values = [part[name] for name in ("q10", "q50", "q90") if part[name] is not None]
        assert values == sorted(values)
    for row in answer["pain"]:
        assert row["q10"] <= row["q90"]
        assert 0 <= row["mean"] <= row["placebo"] + 0.001 <= 7.0 + 0.001


def test_days_are_over_everybody_with_zeros(made):
    days = made.sustained.duration.days
    assert days.size == 2000
    share = made.to_dict()["sustained"]["probability_any"]
    assert np.mean(days == 0) == pytest.approx(1 - share)
    assert share < 0.9, "then a tenth of everybody has no relief"
    assert made.to_dict()["sustained"]["duration_days"]["q10"] == 0.0
    assert made.to_dict()["sustained"]["duration_days_if_relief"]["q10"] > 1.0
    assert days[days > 0].min() > 1.0
    assert days.max() <= FOLLOW_UP_DAYS


def test_placebo_does_not_depend_on_the_dose():
    one, ten = (rp.forecast(PATIENT, f"esketamine iv {rate} mg/h for 100 h") for rate in (3, 30))
    assert one.to_dict()["sustained"]["placebo"] == ten.to_dict()["sustained"]["placebo"]
    assert [r["placebo"] for r in one.to_dict()["pain"]] == [r["placebo"] for r in ten.to_dict()["pain"]]
    assert one.sustained.duration.days.mean() < ten.sustained.duration.days.mean()


def test_days_of_infusion_for_crps_relieve_more_than_placebo_for_a_week(made):
    # Sigtermans 2009, randomised: 2.68 against 5.45 in the first week.
    row = made.to_dict()["sustained"]["probability_of_relief"][7]
    assert row["p"] > row["placebo"] + 0.1
    assert made.to_dict()["pain"][7]["mean"] < made.to_dict()["pain"][7]["placebo"]
    assert made.verdict.code == "lasting"


def test_a_higher_threshold_is_met_by_fewer(made):
    half = rp.forecast(PATIENT, LONG, seed=1, threshold=0.5)
    for day in (2.0, 14.0, 28.0):
        assert half.sustained.duration.exceeds(day) < made.sustained.duration.exceeds(day)
    assert half.to_dict()["sustained"]["threshold"] == 0.5
    assert half.to_dict()["acute"]["probability"] < made.to_dict()["acute"]["probability"]


@pytest.mark.parametrize(("asked", "drawn"), [(1, 10), (10, 10), (11, 20), (500, 500)])
def test_patients_are_rounded_up_to_whole_groups(asked, drawn):
    assert rp.forecast(PATIENT, LONG, virtual_patients=asked).to_dict()["provenance"]["virtual_patients"] == drawn


def test_baseline_pain_scales_pain_and_not_the_chances(made):
    one, half = (
        rp.forecast(rp.Patient(weight=70, condition="crps", pain=pain), LONG, seed=1).to_dict() for pain in (3.6, 1.8)
    )
    for other in (half["sustained"], made.to_dict()["sustained"]):
        assert {**one["sustained"], "added": None} == {**other, "added": None}
    assert half["pain"][28]["mean"] == pytest.approx(one["pain"][28]["mean"] / 2, rel=1e-3)


def test_no_pain_lies_beyond_the_end_of_the_scale():
    worst = rp.forecast(rp.Patient(weight=70, condition="crps", pain=10), LONG, virtual_patients=400).to_dict()
    assert max(row["q90"] for row in worst["pain"]) == 10.0  # those whose pain rose without the drug
    assert all(row["mean"] <= row["placebo"] < 10.0 for row in worst["pain"][1:])


@pytest.mark.parametrize(
    ("changed", "text", "named"),
    [
        ({"weight": 71}, LONG, "weight"),
        ({"age": None}, LONG, "age"),
        ({"condition": "phn", "pain": 5}, LONG, "condition, pain"),
        ({}, LONG.replace("22", "23"), "regimen"),
    ],
)
def test_a_stale_forecast_is_refused(made, changed, text, named):
    asked = {"age": 45, "weight": 70, "sex": "female", "condition": "crps", "pain": 7.2} | changed
    with pytest.raises(InputError, match=f"This forecast is stale: {named} changed since it was made"):
        made.check_current(rp.Patient(**asked), text)


def test_a_current_forecast_is_not(made):
    made.check_current(rp.Patient(age=45.0, weight="70 kg", sex="FEMALE", condition="G90.5", pain=7.2), LONG.upper())
    protocol = rp.protocol("sigtermans2009")
    rp.forecast(PATIENT, protocol, virtual_patients=20).check_current(PATIENT, protocol)


def test_a_protocol_says_what_of_it_is_not_published():
    answer = rp.forecast(PATIENT, rp.protocol("sigtermans2009"), virtual_patients=20).to_dict()
    assert any("sigtermans2009 is approximated" in said for said in answer["warnings"])
    heavier = rp.forecast(
        rp.Patient(weight=90, condition="crps", pain=7), rp.protocol("sigtermans2009"), virtual_patients=20
    )
    assert any("per 70 kg; they were not scaled" in said for said in heavier.warnings)


@pytest.mark.parametrize(
    ("patient", "options", "error", "sentence"),
    [
        ({"condition": None}, {}, MissingDatum, "condition is not given; relief differs between conditions"),
        ({"weight": None}, {}, MissingDatum, "weight is not given"),
        ({"pain": None}, {}, MissingDatum, "pain is not given; relief is counted from it"),
        ({"pain": 0.5}, {}, InputError, "Pain is 0.5; under 1 there is no relief to forecast"),
        ({}, {"threshold": 30}, InputError, "The threshold is 30; it must be from 0.1 to 0.9"),
        ({}, {"threshold": float("nan")}, InputError, "The threshold is nan"),
        ({}, {"threshold": "0.3"}, InputError, "The threshold is '0.3'"),
        ({}, {"seed": -1}, InputError, "The seed is -1"),
        ({}, {"virtual_patients": 0}, InputError, "0 virtual patients were asked for"),
        ({}, {"model": "kamp"}, InputError, "Unknown population model 'kamp'"),
        ({}, {"model": 5}, InputError, "Unknown population model '5'"),
        ({}, {"regimen": None}, InputError, "The regimen is given as None"),
        ({}, {"regimen": "arketamine iv 0.5 mg/kg over 40 min"}, OutsideEvidence, "covers arketamine iv"),
        ({}, {"regimen": "racemic epidural 30 mg"}, OutsideEvidence, "no time of the peak concentration"),
        ({}, {"regimen": "esketamine inhaled 25 mg"}, OutsideEvidence, "no time of the peak concentration"),
    ],
)
def test_what_cannot_be_forecast_is_said_in_a_sentence(patient, options, error, sentence):
    asked = {"weight": 70, "condition": "crps", "pain": 7.0} | patient
    with pytest.raises(error, match=sentence):
        rp.forecast(rp.Patient(**asked), **({"regimen": LONG} | options))


def test_the_report_is_one_file_and_the_pictures_are_three(made, tmp_path):
    written = made.report(tmp_path / "forecast.html")
    page = written.read_text(encoding="utf-8")
    assert made.verdict.sentence.split(":")[0].removesuffix(".") in page.replace("\N{NO-BREAK SPACE}", " ")
    assert "<script" not in page
    assert " src=" not in page
    pictures = made.plot()
    assert len(pictures) == 3
    with pytest.raises(InputError, match=r"The report cannot be written to .*Choose another place"):
        made.report(tmp_path / "nowhere" / "forecast.html")


def test_a_picture_is_asked_for_by_name(made):
    assert [made.plot(name) for name in ("concentration", "pain", "duration")] == list(made.plot())
    with pytest.raises(UnknownName, match=r"Unknown picture 'paine'\. Did you mean 'pain'"):
        made.plot("paine")


def test_a_picture_shows_itself_and_its_data_in_a_notebook(made):
    shown = made.plot("pain")._repr_html_()
    assert made.plot("pain").svg in shown
    assert made.plot("pain").data_html() in shown
    assert "<script" not in shown
    assert shown in made.plot()._repr_html_()
    assert shown in made._repr_html_()


def test_pictures_of_doses_given_at_once():
    assert len(rp.forecast(PATIENT, "racemic im 30 mg on days 0 3", virtual_patients=40).plot()) == 3


def test_a_probability_is_asked_for_by_day(made):
    assert made.sustained.probability(day=28) == pytest.approx(
        made.to_dict()["sustained"]["probability_of_relief"][28]["p"], abs=1e-3
    )
    assert made.sustained.probability(day=-0.5) > made.sustained.probability(day=28)
    q10, q50, q90 = made.sustained.duration.quantile([0.1, 0.5, 0.9])
    assert q10 <= q50 <= q90


def test_a_protocol_over_its_own_cap_is_said_first():
    regimen = rp.protocol("schwartzman2009")  # 0.35 mg/kg/h, at most 25 mg/h
    said = rp.forecast(rp.Patient(weight=90, condition="crps", pain=7), regimen, virtual_patients=100).warnings
    assert said[0].startswith("Over the protocol's cap: schwartzman2009 gives at most 25 mg/h; at 90 kg")
    assert "31.5 mg/h" in said[0]  # 0.35 * 90
    light = rp.forecast(rp.Patient(weight=70, condition="crps", pain=7), regimen, virtual_patients=100).warnings
    assert not [line for line in light if line.startswith("Over")]  # 0.35 * 70 = 24.5


def test_a_subcutaneous_infusion_is_answered_and_its_absorption_said_to_be_unverified():
    patient = rp.Patient(weight=70, condition="crps", pain=7)
    under_skin, by_vein = (
        rp.forecast(patient, f"racemic {route} 0.1 mg/kg/h for 5 d", virtual_patients=100) for route in ("sc", "iv")
    )
    assert any("Unverified absorption by the route sc" in said for said in under_skin.warnings)
    assert not any("Unverified absorption" in said for said in by_vein.warnings)
    # Of five days at a constant rate 0.85 arrives: peaks are in that ratio, model by model.
    peaks = [
        {row["id"]: row["peak_ng_ml"] for row in one.to_dict()["exposure_models"]} for one in (under_skin, by_vein)
    ]
    shared = peaks[0].keys() & peaks[1].keys()
    assert shared
    for name in shared:
        assert peaks[0][name] / peaks[1][name] == pytest.approx(0.85, rel=0.01)


def test_what_does_not_reach_the_blood_is_answered_as_placebo():
    made = rp.forecast(PATIENT, "racemic topical 50 mg every 8 h for 14 d", virtual_patients=100)
    answer = made.to_dict()
    assert made.verdict.code == "no_detectable_effect"
    assert answer["sustained"]["exceeds"] == answer["sustained"]["placebo"]["exceeds"]
    assert all(row["mean"] == row["placebo"] for row in answer["pain"])
    assert answer["exposure_models"] == []
    assert answer["model"]["id"] is None
    assert "No measurable amount is known to reach the blood" in answer["model"]["reason"]
    assert len(made.plot()) == 2  # there is no concentration to draw
    with pytest.raises(OutsideEvidence, match="no concentration to draw"):
        made.plot("concentration")


def test_outside_what_was_studied_settings_differ_more(made):
    wider = rp.forecast(rp.Patient(weight=70, condition="low_back", pain=7.2), LONG, seed=1)
    for one, marked in ((made, False), (wider, True)):
        assert any("twice as much between settings" in mark for mark in one.extrapolation) is marked
    inside, outside = (one.course.populations.level_sd for one in (made, wider))
    np.testing.assert_allclose(outside, 2 * inside)


def test_where_trials_of_single_sessions_find_nothing_so_does_the_forecast():
    # Neuropathic pain, one infusion: pooled trials find no benefit after 48 h; under the drug there is relief.
    made = rp.forecast(rp.Patient(weight=70, condition="neuropathic", pain=7), SHORT, virtual_patients=1000)
    assert made.to_dict()["acute"]["probability"] > 0.1
    assert made.verdict.code == "no_detectable_effect"
    assert "Trials in this condition by this route find no benefit either" in made.verdict.sentence
    assert made.course.difference(14.0)[0] < 0.05
