"""Deviations on their scales, covariates by their forms, and people outside the studied range."""

import copy
import math

import msgspec
import numpy as np
import pytest

from reprieve.errors import OutsideEvidence
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.exposure.individual import individuals

EVIDENCE = Evidence.packaged()

PEREZ = EVIDENCE.record(PopulationModel, "perezruixo2021_esketamine_nasal_po_iv")
HERD = EVIDENCE.record(PopulationModel, "herd2007_children")


def changed(model, **parts):
    """The record with parts replaced, checked again."""
    data = copy.deepcopy(msgspec.to_builtins(model))
    return msgspec.convert(data | parts, PopulationModel)


def test_a_fraction_deviates_on_the_logit_scale():
    # logit 0.54 = 0.16034; with eta 0.708 logit is 0.86834 and p = 1/(1 + exp(-0.86834)) = 0.70440
    eta = np.array([0.0, 0.708, -0.708, 40.0, -40.0])
    found = individuals(PEREZ, {"age": 45.0, "race": "not_asian"}, {"FRn": eta}).values["FRn"][1:]
    logit = math.log(0.54 / 0.46)
    assert found[:3] == pytest.approx([0.54, 1 / (1 + math.exp(-logit - 0.708)), 1 / (1 + math.exp(-logit + 0.708))])
    assert found[1] == pytest.approx(0.70440, abs=5e-6)
    assert (found >= 0).all()
    assert (found <= 1).all()


def test_the_logit_is_of_the_value_after_covariates():
    # Japanese: 0.54 · 1.34 = 0.7236; odds 2.6180 · e = 7.1165; p = 0.87679
    found = individuals(PEREZ, {"race": "japanese"}, {"FRn": np.array([1.0])}).values["FRn"][1]
    assert found == pytest.approx(0.87679, abs=1e-5)


def test_log_and_additive_deviations():
    found = individuals(PEREZ, {}, {"Vc": np.array([0.3])}).values["Vc"][1]
    assert found == pytest.approx(192 * math.exp(0.3))
    between = msgspec.to_builtins(PEREZ.between_subject) | {"additive_sd": {"Dsw": 0.05, "Q1": 10.0}}
    additive = changed(PEREZ, between_subject=between)
    values = individuals(additive, {}, {"Q1": np.array([-4.5]), "Dsw": np.array([0.1])}).values
    assert values["Q1"][1] == pytest.approx(84.3 - 4.5)
    assert values["Dsw"][1] == pytest.approx(0.63)
    with pytest.raises(OutsideEvidence, match=r"additive variability of Q1 .* leaves nothing of it"):
        individuals(additive, {}, {"Q1": np.array([-90.0])})


def with_effect(effect, covariate, declared):
    data = msgspec.to_builtins(HERD)
    return changed(HERD, covariates=data["covariates"] | {covariate: declared}, effects=[*data["effects"], effect])


def test_maturation_by_the_published_sigmoid():
    """Anderson & Holford 2008: TM50 47.7 weeks, Hill 3.4; half at TM50, and in a term newborn (40 weeks)
    40^3.4/(47.7^3.4 + 40^3.4) = 1/(1 + 1.1925^3.4) = 1/(1 + 1.8195) = 0.3547."""
    model = with_effect(
        {"form": "maturation", "covariate": "postmenstrual_age", "half": 47.7, "hill": 3.4, "parameters": ["CL"],
         "status": "recalled"},
        "postmenstrual_age", {"reference": 2000.0, "unit": "week"},
    )  # fmt: skip
    ages = np.array([40.0, 47.7, 1e6])
    mature = individuals(HERD, {"weight": 70.0}, {}).values["CL"][1]
    found = individuals(model, {"weight": 70.0, "postmenstrual_age": ages}, {}).values["CL"][1:]
    assert found / mature == pytest.approx([0.3547, 0.5, 1.0], abs=1e-4)


@pytest.mark.parametrize(("form", "factor"), [("linear_centred", 1 - 0.01 * 30), ("exponential", math.exp(-0.3))])
def test_linear_and_exponential_effects_are_centred_on_the_reference(form, factor):
    effect = {"form": form, "covariate": "age", "slope": -0.01, "parameters": ["Q"], "status": "assumed"}
    model = with_effect(effect, "age", {"reference": 5.0, "unit": "year"})
    plain = individuals(HERD, {"weight": 70.0}, {}).values["Q"][1]
    values = individuals(model, {"weight": 70.0, "age": np.array([5.0, 35.0])}, {}).values["Q"]
    assert values[1:] / plain == pytest.approx([1.0, factor])


def test_outside_the_studied_range_is_said_or_refused_as_the_record_declares():
    inside = {"weight": 70.0}
    simons = EVIDENCE.record(PopulationModel, "simons2022_sket_otf_iv")  # 53 to 93 kg
    assert individuals(simons, {"weight": [53.0, 93.0]}, {}).note == ""
    assert "the weight lies outside the 53 to 93 kg studied" in individuals(simons, {"weight": 93.1}, {}).note
    assert "2 of 3 weight lies outside" in individuals(simons, {"weight": [40.0, 70.0, 120.0]}, {}).note
    hard = changed(simons, covariates={"weight": {"unit": "kg", "reference": 70.0, "outside_studied": "hard"}})
    assert individuals(hard, inside, {}).note == ""
    with pytest.raises(
        OutsideEvidence, match="for a weight of 53 to 93 kg and must not be used outside it, where 1 of 1"
    ):
        individuals(hard, {"weight": 52.9}, {})
