"""Exposure: the right model, the right amount in it, and concentrations that balance."""

import math

import numpy as np
import pytest

from reprieve.chart.patient import Patient
from reprieve.errors import InputError, MissingDatum, OutsideEvidence, UnknownName
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.protocol import Protocol
from reprieve.exposure.choice import choose_models, named_model
from reprieve.exposure.concentration import concentration
from reprieve.exposure.model import deviations
from reprieve.regimen import Regimen

EVIDENCE = Evidence.packaged()

ADULT = Patient(weight=70)


def test_racemic_and_esketamine_have_models_of_their_own():
    assert choose_models(EVIDENCE, "racemic", "iv")[0].model.id == "kamp2020_meta_3cpt"
    assert choose_models(EVIDENCE, "esketamine", "iv")[0].model.id == "simons2022_sket_otf_iv"
    with pytest.raises(OutsideEvidence, match="No complete published population model covers arketamine iv"):
        choose_models(EVIDENCE, "arketamine", "iv")


def test_a_long_infusion_reaches_rate_over_clearance():
    # Simons: 1.48 L/min = 88.8 L/h at 70 kg; 20 mg/h gives 20 000 / 88.8 = 225.2 ng/mL
    found = concentration(ADULT, "esketamine iv 20 mg/h for 20 d", times=[479.9])
    assert found.analytes[0] == "s_ketamine"
    assert found.values[0, 0] == pytest.approx(20_000 / 88.8, rel=1e-4)
    # Kamp: 84 L/h at 70 kg
    found = concentration(ADULT, "racemic iv 20 mg/h for 20 d", times=[479.9])
    assert found.values[0, 0] == pytest.approx(20_000 / 84, rel=1e-4)


def test_clearance_grows_with_weight_to_three_quarters():
    heavy = concentration(Patient(weight=140), "esketamine iv 20 mg/h for 20 d", times=[479.9])
    assert heavy.values[0, 0] == pytest.approx(20_000 / (88.8 * 2**0.75), rel=1e-3)


def test_a_bolus_starts_at_dose_over_central_volume_and_its_area_is_dose_over_clearance():
    times = np.concatenate([[0.0], np.geomspace(1e-4, 400, 4000)])
    values = concentration(ADULT, "racemic iv 30 mg", times=times).values[:, 0]
    assert values[0] == pytest.approx(30_000 / 25)
    assert np.trapezoid(values, times) == pytest.approx(30_000 / 84, rel=1e-3)


def test_salt_counts_by_its_base():
    # 57.7 mg hydrochloride is 50 mg base (237.73 / 274.19)
    salt = concentration(ADULT, "esketamine salt iv 57.67 mg", times=[1.0]).values
    base = concentration(ADULT, "esketamine iv 50 mg", times=[1.0]).values
    np.testing.assert_allclose(salt, base, rtol=1e-4)


def test_an_answer_says_where_its_blood_was_drawn_and_what_is_approximate():
    iv = concentration(ADULT, "esketamine iv 20 mg", times=[1.0]).to_dict()
    assert (iv["sampling"], iv["note"]) == ("arterial", "")
    oral = concentration(ADULT, "racemic oral 50 mg", times=[1.0, 2.0])
    assert "approximated" in oral.note
    assert oral.shape == (2, 1)
    assert np.asarray(oral).shape == (2, 1)


def test_a_named_protocol_is_a_regimen_too():
    record = EVIDENCE.record(Protocol, "sigtermans2009")
    assert (
        concentration(ADULT, record, times=[50.0]).to_dict()
        == concentration(ADULT, record.regimen, times=[50.0]).to_dict()
    )


@pytest.mark.parametrize(
    ("times", "sentence"),
    [
        ([], "list of finite hours"),
        ([float("nan")], "list of finite hours"),
        ([[1.0, 2.0]], "list of finite hours"),
        (["one"], r"Times are given as \['one'\]; they must be hours"),
        ([-0.1], "they must be from 0"),
        ([17_521.0], "to 17520 h"),
    ],
)
def test_times_that_cannot_be_meant_are_refused(times, sentence):
    with pytest.raises(InputError, match=sentence):
        concentration(ADULT, "racemic iv 30 mg", times=times)


def test_what_is_missing_or_unknown_is_said():
    with pytest.raises(MissingDatum, match="weight is not given"):
        concentration(Patient(), "racemic iv 30 mg", times=[1.0])
    with pytest.raises(InputError, match="The regimen is given as 5"):
        concentration(ADULT, 5, times=[1.0])
    with pytest.raises(UnknownName, match="Unknown population model"):
        concentration(ADULT, "racemic iv 30 mg", times=[1.0], model="kamp")
    with pytest.raises(InputError, match="was made for racemic; the regimen gives esketamine"):
        concentration(ADULT, "esketamine iv 30 mg", times=[1.0], model="domino1982_racemic_3cpt")


def test_a_model_without_variability_borrows_it_also_when_asked_for_by_name():
    normals = np.random.default_rng(5).standard_normal((4, 12))
    chosen = choose_models(EVIDENCE, "racemic", "iv")[0]
    named = named_model(EVIDENCE, "kamp2020_meta_3cpt", Regimen.parse("esketamine iv 30 mg"))
    assert "borrowed from simons2022_sket_otf_iv" in named.reason
    for one in (chosen, named):
        found = deviations(one, normals)
        assert set(found) == {"V1", "CL", "Q3"}
        np.testing.assert_allclose(found["CL"], math.sqrt(0.029) * normals[:, 1])


def test_the_published_correlation_of_volume_and_clearance_is_kept():
    # Otto 2021: variances 0.084177 and 0.026048, covariance 0.02261
    named = named_model(EVIDENCE, "otto2021_fanta2015_sket_iv_venous", Regimen.parse("esketamine iv 30 mg"))
    found = deviations(named, np.random.default_rng(5).standard_normal((50_000, 12)))
    found = np.cov(found["V1"], found["CL"])
    np.testing.assert_allclose(found, [[0.084177, 0.02261], [0.02261, 0.026048]], rtol=0.05)


def test_age_reaches_a_model_that_uses_it():
    """Perez-Ruixo: hepatic flow falls by 2.19 L/h a year above 60, so an older patient clears less."""
    regimen, model = "esketamine iv 28 mg over 40 min", "perezruixo2021_esketamine_nasal_po_iv"
    at_60, at_80, unknown = (
        concentration(Patient(weight=70, age=age), regimen, times=[6.0], model=model) for age in (60, 80, None)
    )
    assert np.asarray(at_80)[0, 0] > np.asarray(at_60)[0, 0]
    assert "age was not given" in unknown.note
    assert "age was not given" not in at_80.note
