"""Trajectories: where they are looked at, what a day means, and what holds of any."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest
from made_up_posterior import made_up_posterior

from reprieve.chart.patient import Patient
from reprieve.errors import InputError
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.calibration import CalibrationPriors
from reprieve.evidence.records.covariate import TimeEffect
from reprieve.exposure.choice import choose_models
from reprieve.exposure.inputs import exposure_inputs
from reprieve.regimen import Regimen
from reprieve.relief.felt_exposure import felt_curve
from reprieve.relief.follow_up import FOLLOW_UP_DAYS, check_days
from reprieve.relief.populations import draw_populations
from reprieve.relief.trajectory import Trajectory, context, follow, relief_by_reversal, times_to_look
from reprieve.relief.virtual_patients import draw_patients

EVIDENCE = Evidence.packaged()

POPULATIONS = draw_populations(made_up_posterior(), "crps")
MECHANISM = EVIDENCE.record(CalibrationPriors, "mechanism")
PEOPLE = draw_patients(POPULATIONS, MECHANISM, virtual_patients=100, seed=2)


def inputs_of(regimen):
    members = choose_models(EVIDENCE, regimen.form, regimen.route)[:1]
    return exposure_inputs(EVIDENCE, regimen, Patient(weight=70), members)


def followed(text, **options):
    return follow(inputs_of(Regimen.parse(text)), PEOPLE, **options)


def people_spread():
    return PEOPLE.populations.values["context_spread"][PEOPLE.draw]


@pytest.fixture(scope="module")
def outpatient():
    return followed("racemic iv 0.35 mg/kg/h for 4 h every 24 h x 10")


def test_a_model_whose_rates_vary_goes_the_same_road():
    # Clearance that rises by a trillionth per hour is clearance that stays: integrated, it is the exact one.
    regimen = Regimen.parse("esketamine iv 20 mg/h for 5 h every 24 h x 2")
    exact = choose_models(EVIDENCE, regimen.form, regimen.route)[0]
    parameter = next(name for name, role in exact.model.uses() if role == "clearance")
    rises = TimeEffect(slope=1e-12, parameters=(parameter,), status="assumed")
    varying = replace(exact, model=msgspec.structs.replace(exact.model, effects=(*exact.model.effects, rises)))
    few = draw_patients(POPULATIONS, MECHANISM, virtual_patients=4, seed=2)
    one, other = (
        follow(exposure_inputs(EVIDENCE, regimen, Patient(weight=70), (chosen,)), few) for chosen in (exact, varying)
    )
    assert other.concentration == pytest.approx(one.concentration, rel=1e-6, abs=1e-6)
    assert other.reversed_ == pytest.approx(one.reversed_, rel=1e-6, abs=1e-9)
    assert other.acute == pytest.approx(one.acute, rel=1e-6, abs=1e-8)
    faster = TimeEffect(slope=0.05, parameters=(parameter,), status="assumed")
    risen = replace(exact, model=msgspec.structs.replace(exact.model, effects=(*exact.model.effects, faster)))
    assert (
        follow(exposure_inputs(EVIDENCE, regimen, Patient(weight=70), (risen,)), few).reversed_[:, -1]
        < one.reversed_[:, -1]
    ).all()


TEXTS = [
    "esketamine iv 20 mg",
    "racemic oral 0.5 mg/kg every 8 h for 30 d",
    "racemic iv 0.35 mg/kg/h for 4 h every 24 h x 10",
    "esketamine iv 20 mg/h for 1 h then 5 mg/h for 99 h",
    "racemic im 0.4 mg/kg on days 0 3 7 300",
]


@pytest.mark.parametrize("text", TEXTS)
def test_looks_rise_from_the_first_dose_and_hold_every_day_of_the_answer(text):
    regimen = Regimen.parse(text)
    hours = times_to_look(regimen)
    assert hours[0] == 0.0
    assert (np.diff(hours) > 0).all()
    days = (hours - regimen.last_dose_end_h) / 24
    for day in range(85):
        assert np.abs(days - day).min() < 1e-9
    assert days[-1] == pytest.approx(FOLLOW_UP_DAYS)
    assert hours.size < 700


def test_the_end_of_every_step_is_looked_at():
    # The acute effect peaks at the end of the first, fast step.
    hours = times_to_look(Regimen.parse("esketamine iv 60 mg/h for 1 h then 5 mg/h for 99 h"))
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


def test_between_looks_is_between_their_values(outpatient):
    before, middle, after = (outpatient.remaining_at(d) for d in (10.0, 10.5, 11.0))
    np.testing.assert_allclose(middle, (before + after) / 2)


def test_only_the_hours_asked_for_are_looked_at_and_what_the_drug_does_there_does_not_change():
    days = np.array([-6.95, 0.0, 28.0])
    plain, exact = followed(TEXTS[2]), followed(TEXTS[2], hours=220.0 + 24 * days)
    assert exact.days == pytest.approx(days)
    at = [int(np.argmin(np.abs(plain.days - day))) for day in days[1:]]
    for name in ("drug", "acute", "reversed_", "concentration"):
        np.testing.assert_allclose(getattr(plain, name)[:, at], getattr(exact, name)[:, 1:], rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("day", [-9.2, 365.1, float("nan")])
def test_a_day_outside_the_course_and_its_follow_up_is_refused(outpatient, day):
    for ask in (lambda: outpatient.remaining_at(day), lambda: check_days(Regimen.parse(TEXTS[2]), [0.0, day])):
        with pytest.raises(InputError, match=r"days count from the end of the last dose, from -9.17 .* to 365"):
            ask()


@pytest.mark.parametrize("text", TEXTS)
def test_shares_stay_shares_and_drug_never_adds_pain(text):
    trajectory = followed(text)
    for values in (trajectory.acute, trajectory.reversed_):
        assert (values >= 0).all()
        assert (values <= 1).all()
    for values in (trajectory.concentration, trajectory.drug, trajectory.remaining, trajectory.remaining_on_placebo):
        assert (values >= 0).all()
    assert (trajectory.remaining <= trajectory.remaining_on_placebo + 1e-12).all()
    # After the last dose sensitisation only returns, from two days after it on when little is left in the blood.
    late = trajectory.days > 2
    assert (np.diff(trajectory.reversed_[:, late], axis=1) < 1e-9).all()


def test_nothing_in_the_blood_relieves_as_placebo_does():
    regimen = Regimen.parse("racemic topical 50 mg every 8 h for 5 d")
    trajectory = follow(exposure_inputs(EVIDENCE, regimen, Patient(weight=70), ()), PEOPLE)
    assert not trajectory.concentration.any()
    np.testing.assert_array_equal(trajectory.remaining, trajectory.remaining_on_placebo)


def test_relief_by_reversal_is_none_all_and_half_where_its_parameters_say():
    # D(0) = 0, D(1) = depth, D(ρ) = depth (1 + ρ^γ) / 2 by the formula, and it only rises
    ones = np.ones((PEOPLE.draw.size, 1))
    assert not relief_by_reversal(0 * ones, PEOPLE).any()
    np.testing.assert_allclose(relief_by_reversal(ones, PEOPLE)[:, 0], PEOPLE.depth)
    at_half = relief_by_reversal(PEOPLE.plateau_half[:, None], PEOPLE)[:, 0]
    np.testing.assert_allclose(at_half, PEOPLE.depth * (1 + PEOPLE.plateau_half**PEOPLE.plateau_exponent) / 2)
    along = relief_by_reversal(np.linspace(0, 1, 101) * ones, PEOPLE)
    assert (np.diff(along, axis=1) >= 0).all()


def test_placebo_is_the_same_on_every_dose_of_the_same_length():
    little, much = followed("esketamine iv 1 mg/h for 10 h"), followed("esketamine iv 40 mg/h for 10 h")
    np.testing.assert_array_equal(little.hours, much.hours)
    np.testing.assert_array_equal(little.remaining_on_placebo, much.remaining_on_placebo)


def test_without_the_drug_pain_is_at_its_baseline_before_a_course_and_where_it_tends_after():
    gone = context(PEOPLE, np.array([0.0, 0.1, 50.0]), 100.0)
    np.testing.assert_array_equal(gone[:, 0], 0.0)
    assert (gone[:, 1:] != 0.0).all()


@pytest.mark.statistical
def test_what_pain_does_without_the_drug_varies_as_the_population_says_but_for_the_day():
    many = draw_patients(POPULATIONS, MECHANISM, virtual_patients=20_000, seed=3)
    hours = np.array([10.0, 10.0 + 24 * many.context_slow_time_d, 24 * 3000.0])
    relieved = many.populations.relieved(np.zeros((many.populations.size, 1)))
    mean, spread = relieved.context_mean[many.draw], relieved.context_spread[many.draw]
    z = (context(many, hours, 5.0) - mean[:, None]) / spread[:, None]
    trait, slow, day = many.context_shares
    n = many.draw.size
    # False alarm rate 1e-6: means, variances, and the correlation that the slow part keeps after its time constant.
    assert np.abs(z.mean(axis=0)).max() < 4.89 / np.sqrt(n)
    assert np.abs(z.var(axis=0) - (trait + slow)).max() < 4.89 * (trait + slow) * np.sqrt(2 / n)
    covariance = np.cov(z.T)
    assert covariance[0, 1] == pytest.approx(trait + slow * np.exp(-1.0), abs=4.89 / np.sqrt(n))
    assert covariance[0, 2] == pytest.approx(trait, abs=4.89 / np.sqrt(n))
    np.testing.assert_allclose(followed(TEXTS[0]).day_scatter, np.sqrt(day) * people_spread(), rtol=1e-9)


def test_pain_without_the_drug_may_rise_and_never_falls_below_none():
    extreme = replace(PEOPLE, context_trait=np.where(np.arange(PEOPLE.draw.size) % 2, 20.0, -20.0))
    regimen = Regimen.parse(TEXTS[2])
    left = follow(inputs_of(regimen), extreme, hours=np.array([30.0, 300.0])).remaining_on_placebo
    assert (left[0::2] > 1).all()
    assert not left[1::2].any()


def test_a_dose_given_at_once_has_been_given_at_day_zero():
    assert (context(PEOPLE, np.array([0.0]), 0.0) != 0.0).all()
    trajectory = followed("esketamine iv 20 mg")
    assert isinstance(trajectory, Trajectory)
    assert trajectory.days[0] == 0.0
    np.testing.assert_allclose(trajectory.remaining[:, 0], trajectory.remaining_on_placebo[:, 0])


def test_at_every_time_the_people_have_what_the_drug_adds_in_their_population():
    # One population, so that its people are all of it: the mean of their parts is E, but for the tail of 2000 ranks.
    one = draw_populations(made_up_posterior(1), "crps")
    many = draw_patients(one, MECHANISM, virtual_patients=2000, seed=5)
    regimen = Regimen.parse(TEXTS[3])
    hours = 100.0 + 24.0 * np.array([-2.0, 0.0, 2.0, 28.0, 84.0])
    found = follow(inputs_of(regimen), many, hours=hours)
    expected = one.added(felt_curve(inputs_of(regimen)).at(hours))[0]
    np.testing.assert_allclose(found.drug.mean(axis=0), expected, rtol=0.01)


def test_the_drug_takes_away_no_more_pain_than_there_is():
    trajectory = followed(TEXTS[3])
    assert (trajectory.taken_away >= 0).all()
    assert (trajectory.taken_away <= trajectory.remaining_on_placebo + 1e-12).all()
    enough = trajectory.drug <= trajectory.remaining_on_placebo
    np.testing.assert_allclose(trajectory.taken_away[enough], trajectory.drug[enough], atol=1e-12)
