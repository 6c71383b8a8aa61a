"""What was felt of the drug: hours at a constant concentration, against quadrature, and over several sessions."""

import numpy as np
import pytest

from reprieve.chart.patient import Patient
from reprieve.evidence.evidence import Evidence
from reprieve.exposure.choice import choose_models
from reprieve.exposure.concentration import concentration
from reprieve.exposure.inputs import exposure_inputs
from reprieve.regimen import Regimen
from reprieve.relief import felt_exposure as module
from reprieve.relief.felt_exposure import AT_THE_END, felt_curve

EVIDENCE = Evidence.packaged()
SIMONS = "simons2022_sket_otf_iv"


def inputs(text, model=None):
    regimen = Regimen.parse(text)
    members = choose_models(EVIDENCE, regimen.form, regimen.route)
    chosen = [one for one in members if model in {None, one.model.id}]
    return exposure_inputs(EVIDENCE, regimen, Patient(weight=70, interactions=()), chosen)


def with_concentration(monkeypatch, s, r=None):
    """Make concentrations what a function of hours says."""
    monkeypatch.setattr(module, "_enantiomers", lambda _c, _i, times: (s(times), r(times) if r else 0.0 * times))


@pytest.mark.parametrize("h", [1, 4, 40])
def test_an_hour_at_100_ng_per_ml_is_an_hour(monkeypatch, h):
    with_concentration(monkeypatch, lambda t: np.where(t < h, 100.0, 0.0))
    found = felt_curve(inputs(f"esketamine iv 20 mg/h for {h} h")).at(np.array([0.0, h / 2, h, h + 24.0]))
    # 100⁴ / (100⁴ + 10⁴) = 0.9999
    np.testing.assert_allclose(found.hours, np.array([0.0, 0.5, 1.0, 1.0]) * h * 0.9999, atol=1e-3)
    np.testing.assert_allclose(found.s[1:], 100.0, rtol=1e-3)


def test_an_hour_at_10_ng_per_ml_is_half_an_hour_and_at_1_none(monkeypatch):
    with_concentration(monkeypatch, lambda t: np.where(t < 10, 10.0, 1.0))
    found = felt_curve(inputs("esketamine iv 20 mg/h for 20 h")).at(np.array([10.0, 20.0]))
    assert found.hours[0] == pytest.approx(5.0, abs=1e-6)
    assert found.hours[1] - found.hours[0] == pytest.approx(10 / (1 + 10**4), abs=1e-6)


def test_hours_of_two_sessions_add_up(monkeypatch):
    with_concentration(monkeypatch, lambda t: np.where(t % 48.0 < 4.0, 100.0, 0.0))
    found = felt_curve(inputs("esketamine iv 20 mg/h for 4 h every 48 h x 2")).at(np.array([47.0, 95.0]))
    assert found.hours[1] == pytest.approx(2 * found.hours[0])
    np.testing.assert_allclose(found.s, 100.0, rtol=1e-6)


def test_the_two_halves_are_kept_apart(monkeypatch):
    with_concentration(monkeypatch, lambda t: 60.0 + 0 * t, lambda t: 40.0 + 0 * t)
    found = felt_curve(inputs("racemic iv 20 mg/h for 5 h")).at(np.array([5.0]))
    assert found.hours[0] == pytest.approx(5 * 0.9999, abs=1e-6)
    assert (found.s[0], found.r[0]) == (pytest.approx(60.0), pytest.approx(40.0))


def test_real_concentrations_are_counted_as_by_quadrature():
    text = "esketamine iv 10 mg/h for 5 h"
    times = np.linspace(1e-6, 53.0, 50_001)
    found = concentration(Patient(weight=70, interactions=()), text, times=times, model=SIMONS)
    c = found.values[:, found.analytes.index("s_ketamine")]
    w = c**4 / (c**4 + 10.0**4)
    hours, mean = np.trapezoid(w, times), np.trapezoid(w * c, times) / np.trapezoid(w, times)
    ours = felt_curve(inputs(text, SIMONS)).at(np.array([53.0]))
    assert ours.hours[0] == pytest.approx(hours, rel=0.005)
    assert ours.s[0] == pytest.approx(mean, rel=0.005)
    assert ours.r[0] == pytest.approx(0.0, abs=1e-9)


def test_more_drug_is_felt_for_longer():
    found = [felt_curve(inputs(f"racemic iv {mg} mg/h for 4 h")).at(np.array([52.0])).hours[0] for mg in (5, 20, 40)]
    assert found == sorted(found)
    assert found[0] < found[-1]


def test_days_since_a_dose_count_from_the_latest_that_had_started():
    times = np.array([0.0, 2.0, 4.0, 10.0, 24.0, 27.0, 50.0, 52.0, 76.0])
    found = felt_curve(inputs("esketamine iv 20 mg/h for 4 h every 24 h x 3")).at(times)
    np.testing.assert_allclose(24 * found.since_days, [0, 0, 0, 6, 0, 0, 0, 0, 24], atol=1e-9)


def test_day_zero_is_an_hour_after_the_last_dose():
    found = felt_curve(inputs("esketamine iv 20 mg/h for 4 h")).on_days(np.array([-1.0, 0.0, 7.0]))
    np.testing.assert_allclose(found.since_days, [0.0, AT_THE_END, 7.0], atol=1e-9)


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("esketamine iv 20 mg over 20 min", 0.0),
        ("esketamine oral 20 mg", 1.0),
        ("esketamine intranasal 56 mg", 1.0),
        ("racemic im 30 mg", 0.0),
        ("esketamine iv 20 mg over 20 min and esketamine oral 60 mg from day 3", 0.75),
    ],
)
def test_the_share_by_mouth_or_nose_is_that_of_the_dose(text, share):
    assert felt_curve(inputs(text)).at(np.array([1.0])).by_slow_route == pytest.approx(share)


def test_what_does_not_reach_the_blood_is_not_felt():
    regimen = Regimen.parse("racemic topical 50 mg every 8 h for 2 d")
    nothing = exposure_inputs(EVIDENCE, regimen, Patient(weight=70, interactions=()), ())
    found = felt_curve(nothing).at(np.array([1.0, 100.0]))
    assert not found.hours.any()
    assert not found.s.any()
