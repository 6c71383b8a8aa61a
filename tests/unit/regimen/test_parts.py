"""Courses with several forms or routes: one text, one clock, and nothing guessed about when a part starts."""

import numpy as np
import pytest

from reprieve.chart.patient import Patient
from reprieve.errors import OutsideEvidence, RegimenError
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.exposure.build import add_effect_site, build
from reprieve.exposure.concentration import concentration
from reprieve.exposure.inputs import absorbed
from reprieve.exposure.model import with_routes
from reprieve.regimen import Part, Regimen
from reprieve.regimen.quantity import Quantity
from reprieve.regimen.schedule import Once, OnDays
from reprieve.regimen.step import Step
from reprieve.relief.trajectory import times_to_look

EVIDENCE = Evidence.packaged()
MODEL = EVIDENCE.record(PopulationModel, "kamp2020_meta_3cpt")

ADULT = Patient(weight=70)
IV_THEN_ORAL = "racemic iv 10 mg/h for 48 h on days 0 14 and racemic oral 40 mg every 8 h for 30 d from day 16"


def test_two_infusions_and_then_doses_by_mouth():
    regimen = Regimen.parse(IV_THEN_ORAL)
    assert str(regimen) == IV_THEN_ORAL
    # 2 · 48 h · 10 mg/h = 960 mg; 90 doses of 40 mg = 3600 mg
    assert regimen.totals_mg() == {("racemic", "iv"): 960, ("racemic", "oral"): 3600}
    assert (regimen.total_mg(), regimen.infused_mg()) == (4560, 960)
    assert (regimen.sessions, regimen.infusion_hours) == (92, 96)
    # the first by mouth at 16 · 24 = 384 h, the last 89 · 8 = 712 h later
    assert (regimen.parts[1].start_h, regimen.last_dose_end_h) == (384, 384 + 712)
    assert (regimen.route, regimen.routes, regimen.last.route) == ("iv", ("iv", "oral"), "oral")


@pytest.mark.parametrize(
    ("text", "starts_h"),
    [
        ("racemic iv 10 mg and racemic im 10 mg from 36 h", (0, 36)),
        ("racemic iv 10 mg and racemic im 10 mg daily x 2 from day 3", (0, 72, 96)),
        ("racemic iv 10 mg and racemic im 10 mg on days 3 5", (0, 72, 120)),
        ("racemic iv 10 mg and racemic im 10 mg on days 0 5", (0, 120)),
    ],
)
def test_starts_are_counted_from_the_first_dose_of_the_course(text, starts_h):
    assert Regimen.parse(text).starts_h == starts_h
    assert str(Regimen.parse(text)) == text


def test_infusions_at_one_time_are_hours_once_and_inhaling_is_none():
    # 0 to 4 h and 2 to 6 h: six hours under infusion
    overlapping = Regimen.parse("racemic iv 10 mg/h for 4 h and esketamine sc 5 mg/h for 4 h from 2 h")
    assert overlapping.infusion_hours == 6
    assert Regimen.parse("esketamine inhaled 50 mg over 20 min").infusion_hours == 0


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "racemic iv 10 mg/h for 48 h and racemic oral 40 mg",
            "together with what stands before it, written 'from day 0', or after it, written 'from day 2'",
        ),
        ("racemic iv 10 mg/h for 5 h and racemic oral 40 mg", "or after it, written 'from 5 h'"),
        ("racemic iv 10 mg and racemic oral 40 mg daily x 3", "written for example 'from day 1'"),
        ("racemic iv 10 mg/h for 48 h then racemic oral 40 mg", "'then' is followed by 'racemic'.*join another form"),
        ("racemic iv 10 mg/h for 48 h then oral 40 mg", "'then' is followed by 'oral'"),
        ("racemic iv 10 mg and oral 40 mg from day 1", "The part after 'and' starts with 'oral'"),
        ("racemic iv 10 mg from day 2", "The first part starts 'from day 2', and day 0 is the first dose"),
        ("racemic iv 10 mg on days 2 3", "start at day 2, and day 0 is the first dose"),
        (
            "racemic iv 10 mg and racemic im 5 mg on days 0 3 from day 2",
            "written 'on days 0 3', or counted from day 2, written 'on days 2 5'",
        ),
        ("racemic iv 10 mg and racemic im 5 mg from day 3.5", "must be a whole number.*as 'from 36 h'"),
        ("racemic iv 10 mg and racemic im 5 mg on days 5 3", "not in order"),
        ("racemic iv 10 mg and racemic im 5 mg from day 1 daily x 3", "expected 'and' with another part, or the end"),
        ("racemic oral pr 40 mg", "prolonged release, written 'oral-pr', or by rectum, written 'rectal'"),
        ("racemic iv 10 mg and", "The text ends|The route|form"),
        ("racemic iv 10 mg every 1 h x 15000 and racemic im 5 mg every 1 h x 6000 from day 0", "21,000 doses in 2"),
        ("racemic iv 10 mg and racemic im 5 mg from day 999999", "years after the first dose"),
    ],
)
def test_what_can_be_read_in_two_ways_or_none_is_refused(text, sentence):
    with pytest.raises(Exception, match=sentence) as refused:
        Regimen.parse(text)
    assert isinstance(refused.value, ValueError)


def test_parts_built_by_hand_are_checked():
    dose = (Step(Quantity(50, "mg")),)
    with pytest.raises(RegimenError, match="has no part"):
        Regimen(())
    with pytest.raises(RegimenError, match="A start is given as 5 mg"):
        Part("racemic", False, "im", dose, Once(), Quantity(5, "mg"))
    with pytest.raises(RegimenError, match="starts on day -1"):
        Part("racemic", False, "im", dose, Once(), -1)
    with pytest.raises(RegimenError, match="counts days from a time"):
        Part("racemic", False, "im", dose, OnDays((0, 3)), Quantity(5, "h"))


def test_exposures_of_routes_add_up():
    """The disposition is linear: two routes together give the sum of each alone, shifted to its start."""
    times = np.array([1.0, 30, 48, 49, 50, 60, 100])
    together = concentration(
        ADULT, "racemic iv 10 mg/h for 48 h and racemic oral 40 mg every 8 h x 4 from day 2", times=times
    )
    alone = np.asarray(concentration(ADULT, "racemic iv 10 mg/h for 48 h", times=times))
    by_mouth = concentration(ADULT, "racemic oral 40 mg every 8 h x 4", times=times[times >= 48] - 48)
    alone[times >= 48] += np.asarray(by_mouth)
    np.testing.assert_allclose(np.asarray(together), alone, rtol=1e-9)
    assert "oral is approximated" in together.note


def test_a_route_that_cannot_be_computed_and_mixed_forms_are_refused():
    for text, sentence in (
        ("racemic iv 10 mg and racemic topical 50 mg from day 1", "reach the blood by the route topical"),
        ("racemic iv 10 mg and esketamine oral 50 mg from day 1", "Ask about each form on its own"),
    ):
        with pytest.raises(OutsideEvidence, match=sentence):
            concentration(ADULT, text, times=[1.0])


def test_every_route_keeps_its_depot_beside_the_effect_site():
    regimen = Regimen.parse("racemic iv 10 mg and racemic oral 5 mg from day 0 and racemic im 5 mg from day 0")
    built = with_routes(build(MODEL, weight_kg=70), absorbed(EVIDENCE, regimen, [MODEL]))
    names = add_effect_site(built, ke0=5.0).graph.names
    assert names[3:] == ("oral_depot", "im_depot", "effect")


def test_a_trajectory_is_looked_at_around_the_doses_of_every_part():
    hours = times_to_look(Regimen.parse(IV_THEN_ORAL))
    for start_h in (0.0, 14 * 24.0, 16 * 24.0):
        assert np.isclose(hours, start_h).any()
        assert np.isclose(hours, start_h + 5 / 60).any() or start_h == 14 * 24.0  # minutes around a part's first dose
