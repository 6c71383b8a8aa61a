"""One test for each known way to be hurt by a number: the mistake is refused, or the answer shows it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

import reprieve as rp
from reprieve.errors import InputError, MissingDatum, RegimenError, UnitError

PATIENT = {"weight": 70, "condition": "crps", "pain": 7.0, "age": 30}
STUDIED = "esketamine iv 5 mg/h for 24 h then 14 mg/h for 24 h then 22 mg/h for 52 h"


def forecast(text, **changed):
    options = {
        name: changed.pop(name) for name in ("seed", "threshold", "model", "virtual_patients") if name in changed
    }
    return rp.forecast(rp.Patient(**(PATIENT | changed)), text, **options)


def test_hazard_mg_per_kg_per_h_taken_for_mcg_per_kg_per_min():
    # 0.3 mg/kg/h is 300 mcg / 60 min = 5 mcg/kg/min: one dose, two ways to write it.
    per_hour, per_minute = (
        rp.Regimen.parse(f"racemic iv {rate} for 4 h").events(70) for rate in ("0.3 mg/kg/h", "5 mcg/kg/min")
    )
    assert [event.amount_mg for event in per_hour] == pytest.approx([event.amount_mg for event in per_minute])
    assert per_hour[0].amount_mg == pytest.approx(0.3 * 70 * 4)
    # The number of the one with the unit of the other is a sixteenth of the dose: refused, both readings named.
    with pytest.raises(RegimenError, match=r"0.35 mcg/kg/min .* Did you mean 0.35 mg/kg/h \(= 5.83 mcg/kg/min\)\?"):
        forecast("racemic iv 0.35 mcg/kg/min for 4 h")
    with pytest.raises(RegimenError, match=r"20 mg/kg/h .* Did you mean 20 mcg/kg/min \(= 1.2 mg/kg/h\)\?"):
        forecast("racemic iv 20 mg/kg/h for 4 h")


def test_hazard_racemic_taken_for_s_ketamine():
    racemic, esketamine = (forecast(f"{form} iv 5 mg/h for 100 h") for form in ("racemic", "esketamine"))
    # Where dose matters the same milligrams of the stronger half alone relieve more, while given and for weeks after.
    for day in (2, 14, 28):
        assert esketamine.course.helped(day, 1.0)[0] > racemic.course.helped(day, 1.0)[0]
        assert esketamine.course.difference(day)[0] > racemic.course.difference(day)[0]
    assert esketamine.course.days_gained[0] > racemic.course.days_gained[0]
    weaker, stronger = (one.trajectory.acute.max(axis=1).mean() for one in (racemic, esketamine))
    assert stronger > 1.1 * weaker
    assert any("Potency of R-ketamine" in said for said in racemic.warnings)
    assert not any("Potency" in said for said in esketamine.warnings)
    with pytest.raises(RegimenError, match=r"'ketamine' alone is ambiguous: write 'racemic' .* or 'esketamine'"):
        forecast("ketamine iv 20 mg/h for 100 h")


def test_hazard_salt_taken_for_base():
    # Labels: 57.7 mg hydrochloride is 50 mg base.
    salt, base = rp.Regimen.parse("racemic salt im 57.7 mg"), rp.Regimen.parse("racemic im 50 mg")
    assert salt.total_mg(70) == pytest.approx(50.0, abs=0.05)
    assert base.total_mg(70) == 50.0
    answer = forecast("racemic salt im 57.7 mg").to_dict()["regimen"]
    assert answer["total_mg"] == pytest.approx(50.0, abs=0.05)
    assert "salt" in answer["text"]
    assert rp.Regimen.parse("racemic hcl im 57.7 mg") == salt
    with pytest.raises(RegimenError, match="both salt and base"):
        rp.Regimen.parse("racemic salt base im 50 mg")


def test_hazard_pounds_taken_for_kilograms():
    made = forecast("racemic iv 0.35 mg/kg/h for 4 h", weight="154 lb")
    assert made.to_dict()["patient"]["weight"] == pytest.approx(69.85, abs=0.01)
    assert made.to_dict()["regimen"]["total_mg"] == pytest.approx(0.35 * 69.853 * 4, rel=1e-3)
    # Pounds written without their unit are 154 kg: answered, but the weight is shown and marked.
    slip = forecast("racemic iv 0.35 mg/kg/h for 4 h", weight=154)
    assert any(said.startswith("Weight: 154 kg is outside") for said in slip.extrapolation)
    with pytest.raises(InputError, match=r"from 20 to 350 kg\. Check the unit"):
        forecast(STUDIED, weight=400)


@pytest.mark.parametrize(
    "text", ["racemic iv 0,35 mg/kg/h for 4 h", "racemic im 12,5 mg", "racemic iv 20 mg over 1,5 h"]
)
def test_hazard_decimal_comma_in_a_regimen(text):
    with pytest.raises(UnitError, match=r"a comma can mean (0\.35 or 35|12\.5 or 125|1\.5 or 15)"):
        forecast(text)


def test_hazard_decimal_comma_in_a_weight():
    with pytest.raises(UnitError, match=r"a comma can mean 70\.5 or 705"):
        forecast(STUDIED, weight="70,5")


def test_hazard_dose_per_day_taken_for_the_total():
    with pytest.raises(RegimenError, match=r"two ways: 100 mg in all, .*'100 mg over 5 d', or 100 mg/day"):
        forecast("racemic iv 100 mg for 5 d")
    with pytest.raises(RegimenError, match="does not say how often 50 mg is given"):
        forecast("racemic oral 50 mg for 30 d")
    total, daily = (
        rp.Regimen.parse(f"racemic iv {dose}").total_mg(70) for dose in ("100 mg over 5 d", "100 mg/day for 5 d")
    )
    assert (total, daily) == (pytest.approx(100), pytest.approx(500))
    assert forecast("racemic oral 50 mg every 8 h for 30 d").to_dict()["regimen"]["total_mg"] == 50 * 3 * 30


@pytest.mark.parametrize(
    "text", ["racemic iv 20 for 4 h", "racemic iv 20 mg/h", "racemic im 0.4", "racemic iv 20 mg over 40"]
)
def test_hazard_a_unit_or_a_duration_left_out(text):
    with pytest.raises(InputError, match=r"without a unit|without a duration"):
        forecast(text)


def test_hazard_dose_per_kg_without_a_weight():
    with pytest.raises(MissingDatum, match="weight is not given"):
        forecast("racemic iv 0.35 mg/kg/h for 4 h", weight=None)
    with pytest.raises(MissingDatum, match="a dose per kg and no weight was given"):
        rp.Regimen.parse("racemic iv 0.35 mg/kg/h for 4 h").events()


def test_hazard_clocks_change_during_a_four_day_infusion():
    # Berlin, 25 October 2026: 03:00 summer time becomes 02:00. 96 h from Friday 20:00 end at 19:00 on Tuesday.
    berlin = ZoneInfo("Europe/Berlin")
    start = datetime(2026, 10, 23, 20, tzinfo=berlin)
    (dose,) = rp.Regimen.parse("esketamine iv 20 mg/h for 4 d").clock(start)
    assert dose.begins == start
    assert dose.ends.replace(tzinfo=None) == datetime(2026, 10, 27, 19)
    assert dose.ends.timestamp() - dose.begins.timestamp() == 96 * 3600
    # In spring an hour is lost on the wall: 27 March 2026, 20:00, ends at 21:00.
    (spring,) = rp.Regimen.parse("esketamine iv 20 mg/h for 4 d").clock(datetime(2026, 3, 27, 20, tzinfo=berlin))
    assert spring.ends.replace(tzinfo=None) == datetime(2026, 3, 31, 21)


def test_hazard_a_start_without_a_time_zone_or_in_the_lost_hour():
    regimen = rp.Regimen.parse("esketamine iv 20 mg/h for 4 d")
    with pytest.raises(MissingDatum, match="has no time zone"):
        regimen.clock(datetime(2026, 10, 23, 20))
    with pytest.raises(RegimenError, match="does not exist in Europe/Berlin"):
        regimen.clock(datetime(2026, 3, 29, 2, 30, tzinfo=ZoneInfo("Europe/Berlin")))
    kathmandu = datetime(2026, 3, 29, 2, 30, tzinfo=ZoneInfo("Asia/Kathmandu"))
    assert regimen.clock(kathmandu)[0].ends - kathmandu == timedelta(days=4)


@pytest.mark.parametrize(
    "changed", [{"weight": 80}, {"condition": "phn"}, {"pain": 5.0}, {"age": 31}, {"sex": "male"}], ids=str
)
def test_hazard_a_forecast_used_after_the_patient_changed(changed):
    made = forecast(STUDIED, virtual_patients=20)
    now = rp.Patient(**(PATIENT | changed))
    with pytest.raises(
        InputError, match=f"stale: {next(iter(changed))} changed since it was made. Make a new forecast"
    ):
        made.check_current(now, STUDIED)
    again = rp.forecast(now, STUDIED, virtual_patients=20)
    before, after = (one.to_dict()["provenance"]["inputs_fingerprint"] for one in (made, again))
    assert before != after


def test_hazard_a_forecast_used_after_the_regimen_changed():
    with pytest.raises(InputError, match="stale: regimen changed"):
        forecast(STUDIED, virtual_patients=20).check_current(rp.Patient(**PATIENT), STUDIED.replace("52 h", "48 h"))


@pytest.mark.parametrize(
    ("text", "changed", "mark"),
    [
        (STUDIED, {"condition": "low_back"}, "Condition"),
        ("esketamine sublingual 25 mg", {}, "Route"),
        ("esketamine iv 20 mg/h for 500 h", {}, "Hours and dose"),
        ("esketamine iv 20 mg/h for 20 h every 24 h x 25", {}, "Hours and dose"),
        ("esketamine iv 600 mg/h for 100 h", {}, "Hours and dose"),
        ("esketamine iv 2 mg/h for 100 h", {}, "Hours and dose"),
        (STUDIED, {"age": 80}, "Age"),
        (STUDIED, {"age": 14}, "Age"),
        (STUDIED, {"weight": 130}, "Weight"),
        ("esketamine iv 0.2 mg/kg/h for 100 h", {"weight": 38}, "Weight"),
    ],
)
def test_hazard_extrapolation_left_unmarked(text, changed, mark):
    answer = forecast(text, virtual_patients=20, **changed).to_dict()
    assert any(said.startswith(f"{mark}: ") for said in answer["extrapolation"])


def test_hazard_the_studied_question_marked_for_nothing():
    # A mark on every answer is read by nobody.
    assert forecast(STUDIED, virtual_patients=20).to_dict()["extrapolation"] == []


def test_hazard_regression_to_the_mean_counted_as_relief():
    """A dose too small to do anything must not be credited with what placebo does."""
    for text, apart in (("esketamine iv 1 mg", 0.1), ("racemic topical 50 mg", 0.0)):
        made = forecast(text, virtual_patients=4000)
        assert made.verdict.code == "no_detectable_effect"
        assert "beyond placebo" in made.verdict.sentence
        sustained = made.to_dict()["sustained"]
        assert sustained["placebo"]["probability_any"] > 0.1, "the same people do get better on placebo"
        assert sustained["probability_any"] == pytest.approx(sustained["placebo"]["probability_any"], abs=apart)
        for row in sustained["probability_of_relief"][1:]:
            assert row["p"] == pytest.approx(row["placebo"], abs=apart)
        days, without = made.sustained.duration.days, made.sustained.placebo.days
        farthest = max(abs(np.mean(days <= day) - np.mean(without <= day)) for day in np.linspace(0, 365, 1000))
        assert farthest <= apart, "the two distributions of days are one where nothing reaches the blood"


@pytest.mark.parametrize("text", [STUDIED, "racemic iv 0.35 mg/kg/h for 4 h every 24 h x 10", "racemic oral 50 mg"])
def test_hazard_relief_shown_without_placebo(text):
    answer = forecast(text, virtual_patients=200).to_dict()
    assert set(answer["sustained"]["placebo"]["exceeds"]) == set(answer["sustained"]["exceeds"])
    assert all("placebo" in row for row in (*answer["sustained"]["probability_of_relief"], *answer["pain"]))


def test_hazard_a_trial_that_found_nothing_ignored():
    """Cancer pain by mouth: 214 patients, no better than placebo; the model must not argue."""
    made = forecast("racemic oral 0.5 mg/kg every 8 h for 16 d", condition="cancer", virtual_patients=4000)
    assert made.verdict.code == "no_detectable_effect"
    assert "moderate certainty" in made.verdict.sentence
    assert max(mean for mean, _, _ in made.uncertainty.differences.values()) < 0.02
    for horizon, chance in made.to_dict()["sustained"]["exceeds"].items():
        assert chance == pytest.approx(made.to_dict()["sustained"]["placebo"]["exceeds"][horizon], abs=0.02)


def test_hazard_a_single_short_infusion_promised_to_last():
    """Fibromyalgia, one 40-min infusion: relief for hours, none that outlasts placebo."""
    made = forecast("racemic iv 0.5 mg/kg over 40 min", condition="fibromyalgia")
    assert made.verdict.code == "no_detectable_effect"
    assert made.to_dict()["acute"]["intervals"]["peak_relief"]["q90"] > 0.3
    assert made.to_dict()["acute"]["offset_h"] < 24


def test_hazard_relief_under_the_drug_counted_as_lasting():
    """The acute effect is gone a day after the last dose and adds nothing to the days of relief."""
    made = forecast("esketamine iv 40 mg/h for 2 h", condition="neuropathic", virtual_patients=400)
    assert made.course.chance_on_board.mean() > made.course.chances_without.mean() + 0.25
    assert made.course.difference(14.0)[0] < 0.05


def test_hazard_a_dose_per_70_kg_given_to_another_weight_in_silence():
    made = rp.forecast(rp.Patient(**(PATIENT | {"weight": 100})), rp.protocol("sigtermans2009"), virtual_patients=20)
    assert any("per 70 kg; they were not scaled to this weight" in said for said in made.warnings)
