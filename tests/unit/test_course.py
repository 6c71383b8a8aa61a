"""A course in time: where it is looked at, what a day means, and what holds of any course."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from reprieve.errors import InputError
from reprieve.evidence import read
from reprieve.evidence.records.covariate import TimeEffect
from reprieve.regimen import Regimen
from reprieve.relief.course import FOLLOW_UP_DAYS, Course, course_times, follow_course, remaining_on_placebo
from reprieve.relief.exposure_choice import choose_models
from reprieve.relief.patient import Patient
from reprieve.relief.virtual_patients import draw_patients

PEOPLE = draw_patients(
    read.relief_prior("crps_dahan2011"), n_patients=100, seed=2, in_studied_condition=True, no_benefit=False
)


def followed(text, **options):
    plan = Regimen.parse(text)
    return follow_course(plan, choose_models(plan.form, plan.route)[:1], PEOPLE, Patient(weight=70), **options)


@pytest.fixture(scope="module")
def outpatient():
    return followed("racemic iv 0.35 mg/kg/h for 4 h every 24 h x 10")


def test_a_model_whose_rates_vary_goes_the_same_road():
    # Clearance that rises by a trillionth per hour is clearance that stays: integrated, the course is the exact one.
    plan = Regimen.parse("esketamine iv 20 mg/h for 5 h every 24 h x 2")
    exact = choose_models(plan.form, plan.route)[0]
    parameter = next(name for name, role in exact.model.uses() if role == "clearance")
    rises = TimeEffect(slope=1e-12, parameters=(parameter,), status="assumed")
    varying = replace(exact, model=msgspec.structs.replace(exact.model, effects=(*exact.model.effects, rises)))
    few = draw_patients(
        read.relief_prior("crps_dahan2011"), n_patients=4, seed=2, in_studied_condition=True, no_benefit=False
    )
    one, other = (follow_course(plan, (chosen,), few, Patient(weight=70)) for chosen in (exact, varying))
    assert other.concentration == pytest.approx(one.concentration, rel=1e-6, abs=1e-6)
    assert other.reversed_ == pytest.approx(one.reversed_, rel=1e-6, abs=1e-9)
    assert other.acute == pytest.approx(one.acute, rel=1e-6, abs=1e-8)
    faster = TimeEffect(slope=0.05, parameters=(parameter,), status="assumed")
    risen = replace(exact, model=msgspec.structs.replace(exact.model, effects=(*exact.model.effects, faster)))
    assert (follow_course(plan, (risen,), few, Patient(weight=70)).reversed_[:, -1] < one.reversed_[:, -1]).all()


TEXTS = [
    "esketamine iv 20 mg",
    "racemic oral 0.5 mg/kg every 8 h for 30 d",
    "racemic iv 0.35 mg/kg/h for 4 h every 24 h x 10",
    "esketamine iv 20 mg/h for 1 h then 5 mg/h for 99 h",
    "racemic im 0.4 mg/kg on days 0 3 7 300",
]


@pytest.mark.parametrize("text", TEXTS)
def test_looks_rise_from_the_first_dose_and_hold_every_day_of_the_answer(text):
    plan = Regimen.parse(text)
    hours = course_times(plan)
    assert hours[0] == 0.0
    assert (np.diff(hours) > 0).all()
    days = (hours - plan.last_dose_end_h) / 24
    for day in range(85):
        assert np.abs(days - day).min() < 1e-9
    assert days[-1] == pytest.approx(FOLLOW_UP_DAYS)
    assert hours.size < 700


def test_the_end_of_every_step_is_looked_at():
    # The acute effect peaks at the end of the first, fast step.
    hours = course_times(Regimen.parse("esketamine iv 60 mg/h for 1 h then 5 mg/h for 99 h"))
    assert {1.0, 100.0} <= set(hours)


def test_day_zero_is_the_end_of_the_last_dose(outpatient):
    # Ten days of 4 h: the last dose ends at 9 * 24 + 4 h.
    assert outpatient.end_h == 220.0
    assert outpatient.days[0] == pytest.approx(-220 / 24)
    at_end = int(np.flatnonzero(outpatient.hours == 220.0)[0])
    np.testing.assert_array_equal(outpatient.remaining_at(0.0), outpatient.remaining[:, at_end])


def test_negative_days_are_before_the_end_of_the_last_dose(outpatient):
    # The third session runs from 48 to 52 h, day -7 is 52 h: its end, when concentration is highest.
    at = int(np.flatnonzero(outpatient.hours == 52.0)[0])
    np.testing.assert_allclose(outpatient.remaining_at(-7.0), outpatient.remaining[:, at])
    assert outpatient.remaining_at(-7.0).mean() < outpatient.remaining_at(-7.0 - 5 / 24).mean()


def test_between_looks_is_between_their_values(outpatient):
    before, middle, after = (outpatient.remaining_at(d) for d in (10.0, 10.5, 11.0))
    np.testing.assert_allclose(middle, (before + after) / 2)


def test_a_day_asked_for_is_looked_at_and_not_interpolated():
    # Day -6.95 lies in the dip after the session that ended at day -7; a straight line would cut through it.
    day = -6.95
    plain, exact = followed(TEXTS[2]), followed(TEXTS[2], also_at_days=[day])
    assert np.abs(exact.days - day).min() < 1e-9
    assert np.abs(plain.days - day).min() > 1e-6
    assert not np.allclose(plain.remaining_at(day), exact.remaining_at(day), rtol=1e-4)
    np.testing.assert_allclose(plain.remaining_at(28.0), exact.remaining_at(28.0), rtol=1e-6)


@pytest.mark.parametrize("day", [-9.2, 365.1, float("nan")])
def test_a_day_outside_the_course_and_its_follow_up_is_refused(outpatient, day):
    for ask in (lambda: outpatient.remaining_at(day), lambda: followed(TEXTS[2], also_at_days=[day])):
        with pytest.raises(InputError, match=r"days count from the end of the last dose, from -9.17 .* to 365"):
            ask()


@pytest.mark.parametrize("text", TEXTS)
def test_shares_stay_shares_and_drug_never_adds_pain(text):
    course = followed(text)
    for values in (course.acute, course.reversed_, course.remaining, course.remaining_on_placebo):
        assert (values >= 0).all()
        assert (values <= 1).all()
    assert (course.concentration >= 0).all()
    assert (course.remaining <= course.remaining_on_placebo + 1e-12).all()
    # After the last dose sensitisation only returns, from an hour after it on when little is left in the blood.
    late = course.days > 2
    assert (np.diff(course.remaining[:, late], axis=1) > -1e-9).all()


def test_who_does_not_depend_has_placebo_and_the_acute_effect_only(outpatient):
    apart = ~PEOPLE.depends
    assert apart.any()
    expected = outpatient.remaining_on_placebo * (1 - outpatient.acute)
    np.testing.assert_allclose(outpatient.remaining[apart], expected[apart])


def test_placebo_is_the_same_on_every_dose_of_the_same_length():
    little, much = followed("esketamine iv 1 mg/h for 10 h"), followed("esketamine iv 40 mg/h for 10 h")
    np.testing.assert_array_equal(little.hours, much.hours)
    np.testing.assert_array_equal(little.remaining_on_placebo, much.remaining_on_placebo)


def test_placebo_starts_with_the_course_holds_and_halves_after_it():
    half_life_h = np.log(2) / PEOPLE.k_placebo
    hours = np.array([0.0, 0.1, 50.0, 100.0])
    lost = 1 - remaining_on_placebo(PEOPLE, hours, 100.0)
    np.testing.assert_array_equal(lost[:, 0], 0.0)
    for column in (1, 2, 3):
        np.testing.assert_allclose(lost[:, column], PEOPLE.placebo_size)
    later = np.array([100.0 + half_life_h[0]])
    assert (1 - remaining_on_placebo(PEOPLE, later, 100.0))[0, 0] == pytest.approx(PEOPLE.placebo_size[0] / 2)


def test_a_dose_given_at_once_has_been_given_at_day_zero():
    lost = 1 - remaining_on_placebo(PEOPLE, np.array([0.0]), 0.0)
    np.testing.assert_allclose(lost[:, 0], PEOPLE.placebo_size)
    course = followed("esketamine iv 20 mg")
    assert isinstance(course, Course)
    assert course.days[0] == 0.0
    np.testing.assert_allclose(course.remaining[:, 0], course.remaining_on_placebo[:, 0])
