"""Published models: what the papers print, and that a planted fault is refused with a sentence."""

import copy

import msgspec
import numpy as np
import pytest

from reprieve import strict_yaml
from reprieve.errors import EvidenceError, UnknownName
from reprieve.evidence import read
from reprieve.evidence.read import population_model, population_model_ids, read_record, reference
from reprieve.evidence.records.population_model import PopulationModel

MODELS = [population_model(model_id) for model_id in population_model_ids()]
FOLDER = read._ROOT / "population_models"


def raw(model_id):
    return strict_yaml.load(FOLDER / f"{model_id}.yaml")


def checked(data):
    model = msgspec.convert(data, PopulationModel, strict=True)
    model.check()
    return model


def test_the_three_models_are_there():
    assert population_model_ids() == (
        "kamp2020_meta_3cpt",
        "otto2021_fanta2015_sket_iv_venous",
        "simons2022_sket_otf_iv",
    )
    with pytest.raises(UnknownName, match="Did you mean 'kamp2020_meta_3cpt'"):
        population_model("kamp2020_meta")


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_every_source_is_in_the_bibliography(model):
    for key in model.citations():
        assert reference(key).authors


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_what_nobody_has_checked_says_so(model):
    assert model.transcribed.by
    assert model.checked.by is None


def test_volumes_and_clearance_as_printed():
    kamp = population_model("kamp2020_meta_3cpt").parameters
    assert sum(kamp[name].value for name in ("V1", "V2", "V3")) == 238  # Vss; the abstract pools 252 (200-304) L
    simons = population_model("simons2022_sket_otf_iv").parameters
    assert simons["CLK1"].value * 60 == pytest.approx(88.8)  # L/h per 70 kg
    otto = population_model("otto2021_fanta2015_sket_iv_venous")
    # Fanta's abstract gives CL 95 L/h per 70 kg with 13 % between people; the set has 95.2
    assert otto.parameters["CL"].value == pytest.approx(95, abs=0.5)


def test_printed_percentages_and_variances_are_one_fact():
    variance = population_model("simons2022_sket_otf_iv").between_subject.variance
    printed_cv = {"VK1": 24.2, "CLK1": 17.2, "CLK3": 16.2, "MTT_K_NK": 14.6, "CLN1": 22.6, "VH1": 154.5}
    for name, percent in printed_cv.items():
        assert 100 * np.sqrt(np.expm1(variance[name])) == pytest.approx(percent, abs=0.15), name


def set_in(*path):
    *where, last, value = path

    def plant(data):
        for step in where:
            data = data[step]
        data[last] = value

    return plant


def remove(*path):
    *where, last = path

    def plant(data):
        for step in where:
            data = data[step]
        del data[last]

    return plant


FAULTS = [
    (
        "kamp",
        set_in("parameters", "CL", "unit", "L"),
        r"CL is used as a clearance and given in 'L'; its unit must be",
    ),
    ("kamp", set_in("parameters", "CL", "unit", "litre"), r"CL: Unknown unit 'litre'"),
    ("kamp", set_in("parameters", "V2", "value", -56), r"V2 is -56 L; it must be greater than zero"),
    ("kamp", set_in("parameters", "V2", "se", 0.0), r"standard error of V2 must be greater than zero"),
    ("kamp", remove("parameters", "Q3"), r"names the parameter 'Q3'; known are V1, V2, V3, CL, Q2"),
    (
        "kamp",
        set_in("parameters", "ke0", {"value": 1.39, "unit": "1/min", "status": "seen"}),
        r"parameter ke0 is defined and nothing uses it",
    ),
    (
        "kamp",
        set_in("flows", 1, "between", ["K1", "K4"]),
        r"names the compartment 'K4'; known are K1, K2, K3",
    ),
    ("kamp", remove("compartments", "K2", "volume"), r"leaves K2, which has no volume"),
    ("kamp", set_in("compartments", "K9", {}), r"compartment K9 has no flow"),
    (
        "kamp",
        set_in("inputs", "intravenous", {"entries": [{"into": "K1"}]}),
        r"names the route 'intravenous'",
    ),
    ("kamp", set_in("forms", ["ketamin"]), r"names the form 'ketamin'; known are racemic"),
    ("kamp", set_in("covariates", "weight", "unit", "L"), r"unit of weight"),
    ("kamp", set_in("effects", 1, "parameters", ["CL", "V1"]), r"V1 has two effects of weight"),
    ("kamp", set_in("analytes", "ketamine", "substance", "S-ketamine"), r"names the substance 'S-ketamine'"),
    (
        "kamp",
        set_in("checks", 1, "doses", 0, "route", "im"),
        r"check 'steps_against_measured_curve' names the route",
    ),
    ("kamp", set_in("checks", 0, "expected", 0, "low", 95), r"interval 95 to 90; write the lower value first"),
    ("kamp", set_in("checks", 2, "times", [5, 10]), r"has 2 times and .* expected values; they must agree"),
    ("kamp", set_in("checks", 1, "id", "pooled_intervals"), r"two checks have the same id"),
    (
        "otto",
        set_in("between_subject", "variance", "CL", 0.0),
        r"variance of CL is 0; it must be greater than zero",
    ),
    (
        "otto",
        set_in("between_subject", "covariance", "V1 CL", 0.05),
        r"V1 CL = 0.05 implies a correlation of 1.07",
    ),
    (
        "otto",
        set_in("between_subject", "covariance", "V1 Q1", 0.01),
        r"names the parameter with a variance 'Q1'",
    ),
    ("otto", set_in("between_subject", "variance", "CLx", 0.1), r"between_subject names the parameter 'CLx'"),
    ("otto", set_in("residual_error", "ketamine", {}), r"residual_error names the analyte 'ketamine'"),
    (
        "simons",
        remove("parameters", "F2", "above_one"),
        r"the fraction F2 is 1.16, above 1; correct it, or say why",
    ),
    ("simons", set_in("parameters", "F1", "value", 1.2), r"the fraction F1 is 1.2, above 1"),
    (
        "simons",
        set_in("inputs", "sublingual", "entries", 1, "into", "FILM"),
        r"F2 exceeds 1 and the sublingual input into FILM reaches K1",
    ),
    (
        "simons",
        set_in("parameters", "fm_NK", {"value": 1.1, "unit": "fraction", "status": "seen", "above_one": "x"}),
        r"the fraction fm_NK is 1.1: a flow cannot bring more than it takes",
    ),
    ("simons", set_in("parameters", "VN1", "same_as", "VK9"), r"VN1 \(same_as\) names the parameter 'VK9'"),
    ("simons", set_in("parameters", "VN1", "value", 12), r"VN1 is same_as VK1 and has a value of its own"),
    ("simons", set_in("parameters", "VK1", {"status": "seen"}), r"VK1 needs a value and a unit"),
    (
        "simons",
        set_in("effects", 0, "parameters", 0, "VN1"),
        r"VN1 is shared with VK1; give the effect to that one",
    ),
    (
        "simons",
        set_in("between_subject", "variance", "VN1", 0.1),
        r"VN1 is shared with VK1; give the variance",
    ),
    (
        "simons",
        set_in("between_subject", "variance", "F1", 0.1),
        r"F1 describes an input and inputs are typical",
    ),
    ("simons", set_in("population", "age_years", {"low": 32, "high": 19}), r"age range runs from 32 to 19"),
    ("simons", set_in("population", "weight_kg", "mean", 103), r"weight 103 lies outside 53 to 93"),
    ("simons", set_in("population", "female", 11), r"11 women and 10 men are not 20 people"),
    (
        "simons",
        set_in("covariates", "weight", "reference", 100),
        r"reference weight 100 lies outside the studied",
    ),
    ("simons", set_in("parent", "ketamine"), r"parent names the analyte 'ketamine'; known are s_ketamine"),
]
IDS = {
    "kamp": "kamp2020_meta_3cpt",
    "otto": "otto2021_fanta2015_sket_iv_venous",
    "simons": "simons2022_sket_otf_iv",
}


@pytest.mark.parametrize(("model", "plant", "sentence"), FAULTS, ids=[sentence[:40] for _, _, sentence in FAULTS])
def test_a_planted_fault_is_refused_with_a_sentence(model, plant, sentence):
    data = copy.deepcopy(raw(IDS[model]))
    checked(copy.deepcopy(data))
    plant(data)
    with pytest.raises(EvidenceError, match=f"^{IDS[model]}: .*{sentence}"):
        checked(data)


def test_covariances_that_are_each_possible_and_not_together():
    data = raw(IDS["otto"])
    data["between_subject"] = {
        "scale": "log",
        "variance": {"V1": 1.0, "CL": 1.0, "V_NK": 1.0},
        "covariance": {"V1 CL": 0.9, "CL V_NK": 0.9, "V1 V_NK": -0.9},
    }
    matrix = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    assert np.linalg.eigvalsh(matrix).min() < 0
    with pytest.raises(EvidenceError, match="covariance matrix is not positive definite"):
        checked(data)
    data["between_subject"]["covariance"]["V1 V_NK"] = 0.9
    checked(data)


def test_a_form_of_flow_that_is_not_ours_is_refused(tmp_path):
    text = (FOLDER / "kamp2020_meta_3cpt.yaml").read_text()
    path = tmp_path / "kamp2020_meta_3cpt.yaml"
    path.write_text(text.replace("form: clearance, source: K1", "form: michaelis_menten, source: K1"))
    with pytest.raises(EvidenceError, match="Invalid value 'michaelis_menten'"):
        read_record(PopulationModel, path)
    path.write_text(text.replace("sampling: mixed", "sampling: capillary"))
    with pytest.raises(EvidenceError, match="Invalid enum value 'capillary'"):
        read_record(PopulationModel, path)
    path.write_text(text.replace("  V1: {value: 25,", "  V1: {value: 25, value: 26,"))
    with pytest.raises(EvidenceError, match="key 'value' is given twice"):
        read_record(PopulationModel, path)
