"""The table of doses, against arithmetic done by hand."""

import time

import pytest

from reprieve.errors import InputError, MissingDatum, RegimenError, UnitError
from reprieve.regimen import DoseEvent, Regimen


def test_infusions_follow_each_other_without_a_gap():
    events = Regimen.parse("esketamine iv 5 mg/h for 24 h then 14 mg/h for 24 h then 20 mg/h for 52 h").events()
    assert events == (
        DoseEvent(0.0, 120.0, 5.0, 24.0, "iv", "esketamine"),
        DoseEvent(24.0, 336.0, 14.0, 24.0, "iv", "esketamine"),
        DoseEvent(48.0, 1040.0, 20.0, 52.0, "iv", "esketamine"),
    )


def test_a_dose_given_at_once_has_no_rate_and_no_duration():
    assert Regimen.parse("racemic im 0.4 mg/kg").events(70) == (
        DoseEvent(0.0, pytest.approx(28.0), 0.0, 0.0, "im", "racemic"),
    )


def test_bolus_then_infusion_every_week():
    # 0.2 mg/kg at 50 kg = 10 mg over 10 min = 60 mg/h; then 0.3 · 50 = 15 mg/h for 1 h from 10 min on
    first, second, third, fourth = Regimen.parse(
        "racemic iv 0.2 mg/kg over 10 min then 0.3 mg/kg/h for 1 h weekly x 2"
    ).events(50)
    assert (first.time_h, first.amount_mg, first.rate_mg_h) == pytest.approx((0, 10, 60))
    assert (second.time_h, second.amount_mg, second.rate_mg_h) == pytest.approx((1 / 6, 15, 15))
    assert (third.time_h, third.amount_mg) == pytest.approx((168, 10))
    assert (fourth.time_h, fourth.duration_h) == pytest.approx((168 + 1 / 6, 1))


@pytest.mark.parametrize(
    ("salt", "base"),
    [
        ("racemic salt iv 57.7 mg over 40 min", 50.0),  # racemic label: 57.7 mg HCl is 50 mg
        ("esketamine salt intranasal 32.3 mg", 28.0),  # esketamine spray label: 32.3 mg HCl is 28 mg
    ],
)
def test_salt_becomes_base_as_on_the_label(salt, base):
    regimen = Regimen.parse(salt)
    (event,) = regimen.events()
    assert event.amount_mg == pytest.approx(base, rel=1e-3)
    assert regimen.total_mg() == event.amount_mg
    said_as_base = Regimen.parse(salt.replace("salt ", ""))
    assert said_as_base.total_mg() / regimen.total_mg() == pytest.approx(274.19 / 237.73)


def test_one_rate_in_five_units_is_one_rate():
    # 6 mcg/kg/min = 360 mcg/kg/h = 0.36 mg/kg/h = 0.006 mg/kg/min = 8.64 mg/kg/day; at 70 kg 25.2 mg/h
    for rate in (
        "6 mcg/kg/min",
        "360 mcg/kg/h",
        "0.36 mg/kg/h",
        "0.006 mg/kg/min",
        "8.64 mg/kg/day",
        "25.2 mg/h",
    ):
        (event,) = Regimen.parse(f"racemic iv {rate} for 2 h").events(70)
        assert event.rate_mg_h == pytest.approx(25.2)
        assert event.amount_mg == pytest.approx(50.4)


def test_weight_is_needed_only_by_doses_per_kg():
    assert Regimen.parse("racemic iv 50 mg").needs_weight is False
    assert Regimen.parse("racemic iv 50 mg").total_mg() == 50
    per_kg = Regimen.parse("racemic iv 10 mg over 5 min then 0.35 mg/kg/h for 4 h")
    assert per_kg.needs_weight is True
    for ask in (per_kg.events, per_kg.total_mg):
        with pytest.raises(MissingDatum, match=r"0\.35 mg/kg/h is a dose per kg and no weight was given") as refused:
            ask()
        assert isinstance(refused.value, InputError)


@pytest.mark.parametrize("weight", [2, 70, 350])
def test_weights_in_range(weight):
    assert Regimen.parse("racemic im 0.4 mg/kg").total_mg(weight) == pytest.approx(0.4 * weight)


@pytest.mark.parametrize(
    ("weight", "sentence"),
    [
        (1.9, "Weight is given as 1.9 kg; it must be between 2 and 350 kg"),
        (351, r"Weight is given as 351 kg \(as pounds it would be 159 kg\); it must be between 2 and 350 kg"),
        (700, r"700 kg \(as pounds it would be 318 kg\)"),
        (0, "Weight is given as 0 kg"),
        (-70, "Weight is given as -70 kg"),
        (float("nan"), "Weight is given as nan kg"),
        (float("inf"), "Weight is given as inf kg"),
        ("70", "Weight is given as '70'; it must be a number of kilograms"),
        (True, "Weight is given as True"),
    ],
)
def test_weights_that_cannot_be_meant_are_refused(weight, sentence):
    for text in ("racemic im 0.4 mg/kg", "racemic im 40 mg"):
        with pytest.raises(UnitError, match=sentence):
            Regimen.parse(text).events(weight)


@pytest.mark.parametrize(
    ("text", "fits", "too_light", "sentence"),
    [
        # 700 / 70 = 10 mg/kg/h is the limit, 700 / 69 = 10.1 is over it
        ("racemic iv 700 mg/h for 4 h", 70, 69, "700 mg/h at 69 kg is 10.1 mg/kg/h, above 10 mg/kg/h"),
        # 150 / 10 = 15 mg/kg is the limit, 150 / 9 = 16.7 is over it
        ("racemic im 150 mg", 10, 9, "150 mg at 9 kg is 16.7 mg/kg, above 15 mg/kg"),
        # 400 mg over 4 h: 10 mg/kg/h for 4 h is 40 mg/kg; 400 / 10 = 40, 400 / 9 = 44.4
        ("racemic iv 400 mg over 4 h", 10, 9, "400 mg at 9 kg is 44.4 mg/kg, above 40 mg/kg"),
    ],
)
def test_doses_too_large_for_the_weight_are_refused(text, fits, too_light, sentence):
    regimen = Regimen.parse(text)
    assert regimen.events(fits)
    with pytest.raises(RegimenError, match=sentence):
        regimen.events(too_light)
    with pytest.raises(RegimenError, match=sentence):
        regimen.total_mg(too_light)


@pytest.mark.parametrize("times", ["every 8 h x 10000", "every 8 h x 20000", "twice weekly x 20000", "daily x 20000"])
def test_many_doses_are_listed_within_a_second(times):
    began = time.perf_counter()
    regimen = Regimen.parse(f"racemic oral 50 mg {times}")
    events = regimen.events(70)
    took = time.perf_counter() - began
    assert len(events) == regimen.sessions == int(times.split()[-1])
    assert regimen.total_mg() == 50 * regimen.sessions
    assert took < 1.0


@pytest.mark.parametrize(
    ("text", "over_days"),
    [
        ("racemic im 30 mg every 24 h x 2", True),  # the second dose is on the next day
        ("racemic im 30 mg every 23 h x 2", False),
        ("racemic iv 5 mg/h for 24 h", False),
        ("racemic iv 5 mg/h for 25 h", True),
        ("racemic iv 0.5 mg/kg over 40 min on days 0 1", True),
    ],
)
def test_a_course_is_over_days_when_doses_fall_on_more_than_one(text, over_days):
    assert Regimen.parse(text).is_over_days is over_days
