"""Printed numbers as data of a fit: nothing is lost or counted twice, and exposure keeps its conservation laws."""

from collections import Counter
from dataclasses import replace

import msgspec
import numpy as np
import pytest

from reprieve.evidence.evidence import Evidence
from reprieve.exposure.choice import choose_models
from reprieve.inference import arm_exposure as exposure_of_arms
from reprieve.inference.arm_exposure import arm_exposure
from reprieve.inference.fit_data import CONDITIONS, fit_data
from reprieve.inference.reports import reports
from reprieve.regimen import Regimen

EVIDENCE = Evidence.packaged()

DAYS = np.array([0.0, 0.5, 3.0])


def of_study(found, study, arm, kind):
    (report,) = (r for r in found if (r.study.id, r.arm.id, r.kind) == (study, arm, kind))
    return report


def test_the_first_week_of_sigtermans_is_as_printed():
    found, _ = reports(EVIDENCE.studies)
    # The SD of 30 people holds that of their baselines (SE 0.2), of which the share that remains is taken out.
    for arm, pain, before, se, sd in (("ket", 2.68, 7.2, 0.51, 0.384), ("pla", 5.45, 6.9, 0.48, 0.360)):
        week = of_study(found, "sigtermans2009", arm, "mean")
        assert (week.day, week.n) == (3.0, 30)
        assert week.value == pytest.approx(pain / before)
        assert week.sd == pytest.approx(sd, abs=5e-4)
        assert week.se == pytest.approx(week.sd / 30**0.5)
        assert 0.9 * se / before < week.se < se / before
    late = {r.day: r for r in found if r.study.id == "sigtermans2009" and r.kind == "p"}
    assert (late[80].value, late[80].relation) == (0.07, None)
    assert (late[73].value, late[73].relation) == (0.05, "<")
    assert {(r.arm.id, r.other.id, r.n, r.n_other) for r in late.values()} == {("ket", "pla", 30, 30)}


def test_other_numbers_are_as_printed():
    found, _ = reports(EVIDENCE.studies)
    # 9.19 of 10 before the dose; a fall of 2 points is a response (Lumanauw 2019).
    half = of_study(found, "lumanauw2019", "050", "share")
    assert (half.n, round(half.value * half.n)) == (30, 25)
    assert half.threshold == pytest.approx(2 / 9.19)
    # Recalled numbers are marked, so that a fit can leave them out.
    assert {r.verified for r in found} <= {True, False}
    assert all(r.verified for r in found if r.study.id == "lumanauw2019")


def test_every_usable_number_is_in_the_fit_or_left_out_with_a_reason(evidence_of_the_fit):
    data = evidence_of_the_fit
    usable = [o for s in EVIDENCE.all_studies for o in s.outcomes if o.usable and o.endpoint != "baseline"]
    assert data.n_reports + len(data.left_out) == len(usable)
    assert all(left.reason for left in data.left_out)
    in_the_fit = Counter(r.study.id for k in range(3) for r in data.reports_of(k))
    out = Counter(left.study for left in data.left_out)
    for study in EVIDENCE.all_studies:
        here = sum(o.usable and o.endpoint != "baseline" for o in study.outcomes)
        assert in_the_fit[study.id] + out[study.id] == here
    assert set(data.studies) == set(in_the_fit)


def test_withheld_studies_and_duplicates_have_no_report():
    others = [study for study in EVIDENCE.all_studies if study.role != "evidence"]
    assert {study.role for study in others} >= {"withheld", "duplicate"}
    assert reports(others) == ((), ())


def test_values_are_what_they_can_be(evidence_of_the_fit):
    data = evidence_of_the_fit
    assert all(0 <= r.value <= 1 and 0 < r.threshold < 1 for r in data.shares)
    assert all(0 <= r.value <= 2 for r in data.means)
    assert all(0 < r.value < 1 and r.other is not None for r in data.contrasts)
    assert all(r.n >= 1 for k in range(3) for r in data.reports_of(k))
    assert all(r.n >= 2 for r in data.means if r.sd)  # of one patient there is no standard deviation
    assert np.all(data.seen.events == [round(r.value * r.n) for r in data.shares])
    assert np.all(data.seen.events <= [r.n for r in data.shares])
    for mean in data.means:
        if mean.se and mean.sd:
            assert mean.sd == pytest.approx(mean.se * mean.n**0.5, rel=0.05)


def test_every_arm_has_the_condition_study_and_design_of_its_report(evidence_of_the_fit):
    data = evidence_of_the_fit
    sides = [(data.at_shares, data.shares, 0), (data.at_means, data.means, 0)]
    sides += [(data.at_contrasts, data.contrasts, 0), (data.at_others, data.contrasts, 1)]
    for at, wanted, side in sides:
        for i, report in enumerate(wanted):
            row, arm = at.arm[i], report.arms[side]
            assert data.studies[data.study[row]] == report.study.id
            assert CONDITIONS[data.condition[row]] == (arm.condition or report.study.condition)
            assert data.drug[row] == (arm.role == "ketamine")
            assert data.cohort[row] == (report.study.design_class in {"cohort", "case_series"})
            assert at.day[i] == report.day
            # Where the look lies in the bins is the hour asked for.
            low, high = data.edges[row, at.bin[i]], data.edges[row, at.bin[i] + 1]
            plan_end = data.edges[row, -9]
            hour = low + at.within[i] * (high - low) + at.late_h[i]
            assert hour == pytest.approx(max(plan_end + 24 * report.day, 0.0), abs=1e-6)


def test_numbers_of_the_same_people_share_their_weight(evidence_of_the_fit):
    data, rho = evidence_of_the_fit, 0.5
    everything = [(r, w) for k in range(3) for r, w in zip(data.reports_of(k), data.weights[k], strict=True)]
    count = Counter((r.study.id, r.arm.id) for r, _ in everything)
    total = Counter()
    for report, weight in everything:
        assert weight == pytest.approx(1 / (1 + (count[report.study.id, report.arm.id] - 1) * rho))
        total[report.study.id, report.arm.id] += weight
    for arm, k in count.items():
        assert total[arm] == pytest.approx(k / (1 + (k - 1) * rho))
        assert total[arm] < 1 / rho


@pytest.mark.parametrize(("rho", "whole"), [(0.0, 3.0), (1.0, 1.0)])
def test_weights_in_their_limits(rho, whole):
    # Three numbers of the ketamine arm of Sigtermans: independent they count three, the same they count one.
    data = fit_data(EVIDENCE, [EVIDENCE.study("sigtermans2009")], acute_half_life_min=8.3, correlation=rho)
    of_arm = [
        w for k in range(3) for r, w in zip(data.reports_of(k), data.weights[k], strict=True) if r.arm.id == "ket"
    ]
    assert sum(of_arm) == pytest.approx(whole)


def test_leaving_a_study_out_zeroes_its_weights_and_no_others(few_studies):
    without = few_studies.weights_without("sigtermans2009")
    for k in range(3):
        mine = np.array([r.study.id == "sigtermans2009" for r in few_studies.reports_of(k)], bool)
        assert np.all(without[k][mine] == 0)
        assert np.all(without[k][~mine] == few_studies.weights[k][~mine])


def test_an_outcome_that_is_not_usable_never_enters():
    study = EVIDENCE.study("sigtermans2009")
    assert any(not o.usable for o in study.outcomes)
    none = msgspec.structs.replace(
        study, outcomes=tuple(msgspec.structs.replace(o, usable=False, reason="a test") for o in study.outcomes)
    )
    assert reports([none]) == ((), ())


@pytest.fixture
def one_model(monkeypatch):
    """The leading population model alone, so that its published clearance can be compared."""

    def only_first(evidence, form, route):
        return choose_models(evidence, form, route)[:1]

    monkeypatch.setattr(exposure_of_arms, "choose_models", only_first)


@pytest.mark.parametrize(
    ("regimen", "hours", "mg"),
    [("esketamine iv 20 mg/h for 10 h", 10, 200), ("esketamine iv 5 mg/h for 48 h", 48, 240)],
)
def test_the_area_under_the_bins_is_dose_over_clearance(regimen, hours, mg, one_model):
    found = arm_exposure(EVIDENCE, regimen, DAYS, acute_half_life_min=8.3)
    assert found.end_h == hours
    area = (found.s.mean(axis=1) * np.diff(found.edges)).sum()
    # Simons 2022: clearance 1.48 L/min; after 36 h less than 1 % is left.
    assert area == pytest.approx(1000 * mg / (60 * 1.48), rel=0.01)
    assert np.all(found.r == 0)


def test_exposure_is_in_proportion_to_the_dose():
    one, three = (
        arm_exposure(EVIDENCE, f"racemic iv {mg} mg/h for 5 h", DAYS, acute_half_life_min=8.3) for mg in (10, 30)
    )  # fmt: skip
    for name in ("s", "r", "site_s", "site_r"):
        np.testing.assert_allclose(getattr(three, name), 3 * getattr(one, name), rtol=1e-9)
        assert getattr(one, name).min() > 0
    # Base is 237.73 / 274.19 of the salt.
    salt = arm_exposure(EVIDENCE, "racemic salt iv 10 mg/h for 5 h", DAYS, acute_half_life_min=8.3)
    np.testing.assert_allclose(salt.s, one.s * 237.73 / 274.19, rtol=1e-9)


def test_a_placebo_arm_has_the_timing_and_nothing_else():
    drug, placebo = (
        arm_exposure(EVIDENCE, "racemic iv 10 mg/h for 5 h", DAYS, acute_half_life_min=8.3, with_drug=given)
        for given in (True, False)
    )
    np.testing.assert_array_equal(drug.edges, placebo.edges)
    assert drug.end_h == placebo.end_h == 5.0
    assert not any(getattr(placebo, name).any() for name in ("s", "r", "site_s", "site_r"))


def test_day_0_is_the_largest_effect_of_the_hour_after_the_last_dose():
    regimen = "racemic iv 0.25 mg/kg"
    minutes = np.arange(0.01, 60.0, 0.5) / 60 / 24
    found = arm_exposure(EVIDENCE, regimen, np.concatenate([[0.0], minutes]), acute_half_life_min=8.3)
    site = found.site_s + found.site_r
    assert site[0] == pytest.approx(site[1:].max(), rel=0.01)
    assert site[0] > 2 * site[1]


def test_the_bins_tile_the_course_and_36_hours_after_it():
    found = arm_exposure(EVIDENCE, "racemic iv 10 mg/h for 4 h every 24 h x 3", DAYS, acute_half_life_min=8.3)
    assert found.edges[0] == 0.0
    assert np.all(np.diff(found.edges) > 0)
    assert found.edges[-1] == found.end_h + 36 == Regimen.parse("racemic iv 1 mg/h for 52 h").last_dose_end_h + 36
    assert found.s.shape == found.r.shape == (found.edges.size - 1, 3)


def test_the_order_of_studies_does_not_matter():
    names = ("lumanauw2019", "sigtermans2009")
    one, other = (
        fit_data(EVIDENCE, [EVIDENCE.study(n) for n in order], acute_half_life_min=8.3, correlation=0.5)
        for order in (names, names[::-1])
    )
    assert one.studies == other.studies
    total = [sorted(map(sum, zip(d.s.sum((1, 2)), d.edges.sum(1), strict=True))) for d in (one, other)]
    np.testing.assert_allclose(*total)
    assert replace(one.at_shares, arm=0).day.tolist() == replace(other.at_shares, arm=0).day.tolist()
