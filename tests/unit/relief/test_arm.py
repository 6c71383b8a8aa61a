"""Trial arms: what a study of that size would report, and clear words where it cannot be said."""

import numpy as np
import pytest

from reprieve.errors import InputError, OutsideEvidence
from reprieve.relief.arm import predict_arm, predict_arms

LONG = "esketamine iv 5 mg/h for 24 h then 14 mg/h for 24 h then 22 mg/h for 52 h"
RESPONDERS = {"measure": "responder_fraction", "threshold": 0.3, "day": 28}
PAIN = {"measure": "mean_pain_fraction", "day": 3}
ARM = {
    "id": "ket", "condition": "crps", "role": "ketamine", "design": "rct", "n": 30, "regimen": LONG, "weight": 70,
    "predict": [RESPONDERS, PAIN],
}  # fmt: skip


def arm(**changed):
    return {name: value for name, value in (ARM | changed).items() if value is not ...}


def predicted(**changed):
    return predict_arm(arm(**changed)).to_dict()["predictions"]


def test_each_request_is_repeated_with_what_would_be_reported():
    answer = predict_arm(ARM).to_dict()
    assert answer["id"] == "ket"
    assert answer["assumed"] == []
    first, second = answer["predictions"]
    assert RESPONDERS.items() <= first.items()
    assert PAIN.items() <= second.items()
    for row in (first, second):
        assert 0 <= row["q10"] <= row["q50"] <= row["q90"] <= 1
        assert row["q10"] <= row["mean"] <= row["q90"]


def test_the_same_seed_gives_the_same_draws():
    np.testing.assert_array_equal(predict_arm(ARM, seed=3).draws, predict_arm(ARM, seed=3).draws)
    assert not np.array_equal(predict_arm(ARM, seed=3).draws, predict_arm(ARM, seed=4).draws)


def test_a_reported_fraction_is_a_whole_number_of_patients():
    counts = predict_arm(ARM).draws[0] * 30
    np.testing.assert_allclose(counts, np.round(counts), atol=1e-9)


def test_a_mean_of_more_patients_scatters_less_but_not_below_what_is_unknown():
    few, many, most = (predict_arm(arm(n=n, predict=[PAIN])).draws.std() for n in (5, 50, 10**6))
    assert few > 1.1 * many > most > 0.03


def test_placebo_arms_need_the_timing_only():
    # Where absorption is unknown nothing can be said of the drug; placebo needs no drug.
    unknown = "racemic epidural 0.1 mg/kg/h for 100 h"
    with pytest.raises(OutsideEvidence, match="route epidural no "):
        predict_arm(arm(regimen=unknown))
    for role in ("placebo", "active_placebo"):
        assert predicted(role=role, regimen=unknown) == predicted(role="placebo")
    assert predicted(role="placebo")[0]["mean"] < predicted()[0]["mean"]


def test_a_course_where_trials_find_nothing_reports_what_placebo_does():
    oral = {"condition": "cancer", "regimen": "racemic oral 0.5 mg/kg every 8 h for 16 d", "n": 10**6}
    drug, placebo = predicted(**oral), predicted(**oral, role="placebo")
    for ours, theirs in zip(drug, placebo, strict=True):
        assert ours["mean"] == pytest.approx(theirs["mean"], abs=0.01)


def test_a_day_during_treatment_is_negative():
    during, after = predicted(predict=[PAIN | {"day": -1}, PAIN | {"day": 60}])
    assert during["mean"] < after["mean"]


def test_an_unprinted_weight_is_assumed_and_said():
    answer = predict_arm(arm(weight=...)).to_dict()
    assert answer["assumed"] == ["weight 70 kg"]
    assert answer["predictions"] == predicted()


def test_nothing_asked_is_nothing_answered():
    assert predict_arm(arm(predict=[])).to_dict()["predictions"] == []


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"n": 0}, "Arm 'ket': n is 0; it must be at least 1"),
        ({"n": ...}, "Arm 'ket': .*missing required field `n`"),
        ({"n": 3.5}, "Arm 'ket': Expected `int`"),
        ({"rol": "x"}, "Arm 'ket': .*unknown field `rol`"),
        ({"role": "sham"}, "Arm 'ket': Invalid enum value 'sham'"),
        ({"weight": 0}, "Arm 'ket': Weight is given as 0 kg"),
        ({"pain": 72}, "Arm 'ket': Pain is given as 72"),
        ({"condition": "toe"}, "Arm 'ket': Unknown condition 'toe'"),
        ({"regimen": "ketamine iv 5 mg"}, "Arm 'ket': 'ketamine' alone is ambiguous"),
        ({"predict": [PAIN | {"day": 400}]}, "Arm 'ket': Day 400 was asked for"),
        ({"predict": [PAIN | {"day": -5}]}, "Arm 'ket': Day -5 was asked for"),
        ({"role": "placebo", "predict": [PAIN | {"day": -5}]}, "Arm 'ket': Day -5 was asked for"),
        ({"predict": [{"measure": "responder_fraction", "day": 7}]}, "a responder_fraction needs a threshold"),
        ({"predict": [RESPONDERS | {"threshold": 30}]}, "a responder_fraction needs a threshold between 0 and 1"),
    ],
)
def test_an_arm_that_cannot_be_read_is_named_with_its_mistake(changed, sentence):
    with pytest.raises(InputError, match=sentence):
        predict_arm(arm(**changed))


@pytest.mark.parametrize("given", [None, {}, {"arms": []}, {"arms": "x"}, [ARM]])
def test_a_file_without_arms_is_refused(given):
    with pytest.raises(InputError, match="The file has no list 'arms'"):
        predict_arms(given)


def test_an_arm_outside_the_evidence_does_not_stop_the_others():
    answers = predict_arms({"arms": [arm(id="a", regimen="arketamine iv 0.5 mg/kg over 40 min"), ARM]})
    assert answers[0].arm.id == "a"
    assert "No complete published population model covers arketamine iv" in answers[0].reason
    np.testing.assert_array_equal(answers[1].draws, predict_arm(ARM).draws)


def test_an_arm_that_is_no_arm_is_refused():
    with pytest.raises(InputError, match=r"Arm '\?': Expected `object`"):
        predict_arms({"arms": [5]})


def test_a_subcutaneous_arm_is_answered_and_its_absorption_said_to_be_unverified():
    answer = predict_arm(arm(regimen="racemic sc 0.1 mg/kg/h for 100 h")).to_dict()
    assert len(answer["predictions"]) == 2
    assert any("Unverified absorption by the route sc" in said for said in answer["assumed"])


def test_after_one_short_infusion_the_difference_of_small_studies_includes_none():
    short = {"condition": "neuropathic", "regimen": "racemic iv 0.4 mg/kg over 40 min", "predict": [PAIN | {"day": 14}]}
    drug, placebo = (predict_arm(arm(**short, id=role, role=role)).draws[0] for role in ("ketamine", "placebo"))
    low, high = np.quantile(drug - placebo, (0.1, 0.9))
    assert low <= 0 <= high
