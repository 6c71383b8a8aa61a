"""Several published models, both enantiomers, and what changes exposure: areas against dose over clearance."""

import numpy as np
import pytest
from made_up_posterior import made_up_posterior

from reprieve.chart.patient import Patient
from reprieve.errors import EvidenceError, InputError, OutsideEvidence, UnknownName
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.calibration import CalibrationPriors
from reprieve.evidence.records.clearance_ratio import ClearanceRatio, MeasuredRatio
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.exposure.build import build
from reprieve.exposure.changes import exposure_changes
from reprieve.exposure.choice import choose_models
from reprieve.exposure.concentration import concentration
from reprieve.exposure.elimination import with_absorbed_ratio, with_area_ratio
from reprieve.exposure.inputs import exposure_inputs
from reprieve.pkpd.dose import Dose
from reprieve.pkpd.measures import auc_to_infinity
from reprieve.regimen import Regimen
from reprieve.relief.exposure_spread import each_alone
from reprieve.relief.felt_exposure import felt_curve
from reprieve.relief.forecast import forecast
from reprieve.relief.population_course import PopulationCourse
from reprieve.relief.populations import draw_populations
from reprieve.relief.trajectory import follow
from reprieve.relief.virtual_patients import draw_patients

EVIDENCE = Evidence.packaged()

ADULT = Patient(weight=70)
POPULATIONS = draw_populations(made_up_posterior(), "crps")
MECHANISM = EVIDENCE.record(CalibrationPriors, "mechanism")
PEOPLE = draw_patients(POPULATIONS, MECHANISM, virtual_patients=240, seed=3)
PEREZ = "perezruixo2021_esketamine_nasal_po_iv"


def area_of(built, compartment="K1", mg=10.0):
    dose = [Dose(0.0, built.graph.index(compartment), mg)]
    return auc_to_infinity(built.rate_matrix, built.readout, dose)


def test_both_halves_of_the_racemate_clear_at_their_own_rate():
    # 20 mg/h of racemate is 10 mg/h of each; Simons clears S at 88.8 L/h; R at the mean of the four published
    # ratios (0.86 · 0.83 · 0.94 · 0.91)^(1/4) = 0.8842 of that
    found = concentration(ADULT, "racemic iv 20 mg/h for 20 d", times=[479.9], model="simons2022_sket_otf_iv")
    s, r = (found.values[0, found.analytes.index(name)] for name in ("s_ketamine", "r_ketamine"))
    assert s == pytest.approx(10_000 / 88.8, rel=1e-3)
    assert r == pytest.approx(10_000 / (88.8 * (0.86 * 0.83 * 0.94 * 0.91) ** 0.25), rel=1e-3)


def test_s_ketamine_of_the_racemate_is_that_of_half_the_dose():
    times = [0.2, 0.667, 1.0, 4.0]
    racemate = concentration(ADULT, "racemic iv 40 mg over 40 min", times=times, model="simons2022_sket_otf_iv")
    alone = concentration(ADULT, "esketamine iv 20 mg over 40 min", times=times, model="simons2022_sket_otf_iv")
    np.testing.assert_allclose(racemate.values[:, :-1], alone.values, rtol=1e-9)


@pytest.mark.parametrize("model", ["kamp2020_meta_3cpt", "simons2022_sket_otf_iv", "noppers2011_sket_parent"])
@pytest.mark.parametrize("ratio", [0.5, 1.0, 2.4])
def test_an_area_ratio_is_the_area_that_comes_out(model, ratio):
    record = EVIDENCE.record(PopulationModel, model)
    built = build(record, weight_kg=70, analytes=[record.parent])
    changed = with_area_ratio(built, np.array([ratio]))
    np.testing.assert_allclose(area_of(changed, built.central), ratio * area_of(built, built.central), rtol=1e-8)


def test_a_flow_limited_organ_is_solved_for_and_has_a_limit():
    # Perez-Ruixo: clearance is flow times extraction, Qh Vh k / (Qh + Vh k), and never more than Qh = 151 L/h
    record = EVIDENCE.record(PopulationModel, PEREZ)
    built = build(record, weight_kg=70, analytes=["esketamine"])
    area = area_of(built, built.central)[0, 0]
    for ratio in (0.8, 1.6):
        changed = with_area_ratio(built, np.array([ratio]))
        assert area_of(changed, built.central)[0, 0] == pytest.approx(ratio * area, rel=1e-8)
    assert 10_000 / area == pytest.approx(109, rel=0.01)  # L/h, as published
    with pytest.raises(OutsideEvidence, match="blood flow limits it"):
        with_area_ratio(built, np.array([0.5]))  # would need 218 L/h


def test_absorption_scales_area_and_peak_and_nothing_else():
    record = EVIDENCE.record(PopulationModel, PEREZ)
    built = build(record, weight_kg=70, analytes=["esketamine"])
    changed = with_absorbed_ratio(built, "oral", np.array([2.6]))
    depot = built.inputs["oral"][0].compartment
    np.testing.assert_allclose(area_of(changed, depot), 2.6 * area_of(built, depot), rtol=1e-9)
    np.testing.assert_allclose(area_of(changed, built.central), area_of(built, built.central), rtol=1e-12)
    with pytest.raises(OutsideEvidence, match="in the blood at once"):
        with_absorbed_ratio(built, "iv", np.array([2.0]))


def test_clarithromycin_changes_oral_exposure_and_not_intravenous():
    # Hagelberg 2010: area 2.6 times by mouth; nobody measured it by vein
    oral, alone = (
        concentration(Patient(weight=70, interactions=with_), "esketamine oral 14 mg", times=[0.5, 1, 3]).values[:, 0]
        for with_ in (("clarithromycin",), ())
    )
    np.testing.assert_allclose(oral, 2.6 * alone, rtol=1e-9)
    (vein,) = exposure_changes(EVIDENCE, ["clarithromycin"], Regimen.parse("esketamine iv 20 mg over 20 min"))
    assert vein.applied is None
    assert any("unknown" in sentence for sentence in vein.said)


def test_two_sources_are_a_range_and_a_model_that_has_the_drug_is_not_changed_twice():
    # rifampicin by vein: 0.86 (oral study's intravenous part) and 0.9 (Noppers 2011)
    regimen = Regimen.parse("esketamine iv 20 mg/h for 20 d")
    (change,) = exposure_changes(EVIDENCE, ["rifampicin"], regimen)
    assert (change.low, change.high) == (0.86, 0.9)
    np.testing.assert_allclose(change.ratio(np.array([0.0, 1.0])), [0.86, 0.9])
    with_it = Patient(weight=70, interactions=("rifampicin",))
    level = concentration(with_it, regimen, times=[479.9], model="noppers2011_sket_parent").values[0, 0]
    assert level == pytest.approx(20_000 / (93.5 * 1.13), rel=1e-3)  # its own factor, once


def test_several_changes_are_not_combined_and_a_direction_is_not_a_number():
    oral = Regimen.parse("esketamine oral 14 mg")
    (both,) = exposure_changes(EVIDENCE, ["clarithromycin", "grapefruit juice"], oral)
    assert both.applied is None
    assert "not multiplied" in both.said[-1]
    (liver,) = exposure_changes(EVIDENCE, ["hepatic impairment"], Regimen.parse("esketamine intranasal 56 mg"))
    assert liver.applied is None
    assert liver.said[-1] == "Exposure intranasal was left as it is."


def test_groups_must_be_named_and_unknown_things_are_refused():
    sc = Regimen.parse("racemic sc 10 mg")
    with pytest.raises(InputError, match=r"differs between groups; write one of them after a colon"):
        exposure_changes(EVIDENCE, ["CYP2B6*6"], sc)
    assert exposure_changes(EVIDENCE, ["CYP2B6*6: *6/*6"], sc)[0].low == pytest.approx(68.1 / 21.6, rel=1e-3)
    with pytest.raises(InputError, match=r"has no group 'x'.*write one of: CYP2B6"):
        exposure_changes(EVIDENCE, ["CYP2B6*6: x"], sc)
    assert exposure_changes(EVIDENCE, ["CYP2B6 *1/*6"], sc)[0].low == pytest.approx(
        68.1 / 40.6, rel=1e-3
    )  # named by its group
    # A group that one route has does not stand in the way of another route, of which nothing is known.
    unlike = exposure_changes(EVIDENCE, ["CYP2B6*6: *6/*6"], Regimen.parse("racemic iv 20 mg over 40 min"))
    assert [change.applied for change in unlike] == [None]
    with pytest.raises(UnknownName, match="clarithromycin"):
        exposure_changes(EVIDENCE, ["clarithromicin"], sc)


def test_population_draws_are_dealt_out_among_the_models():
    regimen = Regimen.parse("racemic iv 35 mg over 40 min")
    members = choose_models(EVIDENCE, "racemic", "iv")
    together = follow(exposure_inputs(EVIDENCE, regimen, ADULT, members), PEOPLE)
    for position, chosen in enumerate(members):
        rows = PEOPLE.draw % len(members) == position
        alone = follow(exposure_inputs(EVIDENCE, regimen, ADULT, (chosen,)), PEOPLE)
        np.testing.assert_allclose(together.concentration[rows], alone.concentration[rows], rtol=1e-6, atol=1e-9)


def test_a_note_that_differs_in_numbers_only_is_said_once():
    regimen = Regimen.parse("racemic oral 40 mg")
    note = follow(exposure_inputs(EVIDENCE, regimen, ADULT, choose_models(EVIDENCE, "racemic", "oral")), PEOPLE).note
    assert note.count("Absorption by the route oral is approximated") == 1


def test_the_spread_compares_models_on_the_same_people():
    # ends of 40-min infusions of 0.5 mg/kg in the data sheet: Kamp 253 ng/mL, Simons 289, Noppers 277
    regimen = Regimen.parse("esketamine iv 0.5 mg/kg over 40 min")
    inputs = exposure_inputs(EVIDENCE, regimen, ADULT, choose_models(EVIDENCE, "esketamine", "iv"))
    rows = each_alone(inputs, PEOPLE, PopulationCourse(POPULATIONS, felt_curve(inputs), 0.3, 7.0))
    peaks = {row.chosen.model.id.partition("_")[0]: row.peak for row in rows}
    assert peaks["simons2022"] == pytest.approx(289, rel=0.08)
    assert peaks["kamp2020"] == pytest.approx(253, rel=0.08)
    assert peaks["noppers2011"] == pytest.approx(277, rel=0.08)
    assert sum(row.share for row in rows) == pytest.approx(1, abs=0.001)


def test_a_change_of_exposure_is_in_the_answer_with_its_source_and_makes_a_forecast_stale():
    patient = Patient(condition="neuropathic", weight=70, pain=6, interactions=("ticlopidine",))
    made = forecast(patient, "esketamine oral 14 mg every 8 h for 5 d", virtual_patients=200)
    (row,) = made.to_dict()["interactions"]
    assert row["used"]
    assert row["auc_ratio"]["value"] == 2.4  # Peltoniemi 2011
    assert any("multiplied by 2.4 here" in sentence for sentence in made.to_dict()["warnings"])
    assert any("exposure with ticlopidine" in entry["text"] for entry in made.to_dict()["evidence"])
    with pytest.raises(InputError, match="stale: interactions changed"):
        made.check_current(Patient(condition="neuropathic", weight=70, pain=6), made.regimen)


def test_a_ratio_record_refuses_what_cannot_be():
    row = MeasuredRatio(ratio=0.0, source="Wang2019", status="seen", note="planted")
    with pytest.raises(EvidenceError, match="must be greater than zero"):
        ClearanceRatio(id="r", of="arketamine", over="esketamine", measured=(row,)).check()
    with pytest.raises(EvidenceError, match="no source has measured"):
        ClearanceRatio(id="r", of="arketamine", over="esketamine", measured=()).check()


def test_a_course_by_two_routes_has_a_change_for_each_and_none_twice():
    # rifampicin: 0.14 by mouth; by vein Noppers has its own clearance factor, Simons gets 0.86 to 0.9
    regimen = Regimen.parse("esketamine iv 20 mg over 20 min and esketamine oral 14 mg from day 3")
    by_vein, by_mouth = exposure_changes(EVIDENCE, ["rifampicin"], regimen)
    assert (by_vein.low, by_vein.high, by_mouth.low) == (0.86, 0.9, 0.14)
    times = np.linspace(72.0, 120.0, 2000)
    plain, changed = (
        concentration(Patient(weight=70, interactions=named), regimen, times=times, model="simons2022_sket_otf_iv")
        for named in ((), ("rifampicin",))
    )
    areas = [np.trapezoid(one.values[:, 0], times) for one in (plain, changed)]
    assert areas[1] / areas[0] == pytest.approx(0.14, rel=0.02)  # what is left of the vein by day 3 is below 1 %


def test_a_drug_that_nobody_spoke_of_is_said_to_be_taken_as_absent():
    ask = {"times": [1.0], "model": "noppers2011_sket_parent"}
    silent = concentration(ADULT, "esketamine iv 20 mg/h for 2 h", **ask)
    assert "rifampicin was not given and was taken as without" in silent.note
    stated = concentration(Patient(weight=70, interactions="none"), "esketamine iv 20 mg/h for 2 h", **ask)
    assert "rifampicin" not in stated.note
    np.testing.assert_array_equal(silent.values, stated.values)
