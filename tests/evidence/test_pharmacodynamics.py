"""Published relations between concentration and effect: they reproduce what was printed, or say what is missing."""

import copy
import math
import shutil

import msgspec
import pytest

from reprieve import strict_yaml
from reprieve.errors import EvidenceError, InputError, OutsideEvidence, UnitError, UnknownName
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.pharmacodynamics import Pharmacodynamics
from reprieve.exposure.effects import equilibration_half_life_h, in_ng_per_ml, published_effect

EVIDENCE = Evidence.packaged()

FOLDER = EVIDENCE.folder / "pharmacodynamics"
RECORDS = [EVIDENCE.record(Pharmacodynamics, record_id) for record_id in EVIDENCE.ids(Pharmacodynamics)]
RELATIONS = [(record, name) for record in RECORDS for name in record.relations]
CHECKS = [(record, check) for record in RECORDS for check in record.checks]
USABLE = {
    "herd2008_sedation": {"sedation"},
    "dahan2011_crps": {"pain"},
    "bowdle1998_vas": {"most_items"},
    "concentration_bands": {
        "anaesthesia", "analgesia", "oral_analgesia", "antidepressant", "dissociation", "psychotomimetic", "awakening",
    },
}  # fmt: skip


def test_the_eleven_sets_are_there():
    assert len(RECORDS) == 11


@pytest.mark.parametrize(("record", "name"), RELATIONS, ids=lambda value: getattr(value, "id", value))
def test_a_relation_can_be_computed_or_says_what_is_missing(record, name):
    if name in USABLE.get(record.id, ()):
        effect = published_effect(record.id, name)
        assert effect([0.0, 100.0], "ng/mL").shape == (2,)
    else:
        missing = record.relations[name].missing[0]
        with pytest.raises(OutsideEvidence, match=f"{record.id} has no usable relation for .*{missing}"):
            published_effect(record.id, name)


@pytest.mark.parametrize(("record", "check"), CHECKS, ids=lambda value: getattr(value, "says", None))
def test_stored_checks_hold(record, check):
    if check.not_run:
        return
    effect = published_effect(record.id, check.relation)
    assert effect(check.concentration, check.concentration_unit) == pytest.approx(check.expected, abs=check.within)


def test_sedation_of_children_at_the_published_numbers():
    effect = published_effect("herd2008_sedation")
    assert effect(0.56, "mg/L") == pytest.approx(5 * (1 - 0.939 / 2))
    # The adult awakening concentration, 0.74 mg/L: (0.74 / 0.56)^3.71 = 2.812; 5 (1 - 0.939 × 2.812 / 3.812)
    assert effect(740, "ng/mL") == pytest.approx(1.537, abs=0.002)
    assert effect.exposure_model == "herd2007_children"
    assert effect.equilibration_half_life_h == pytest.approx(11 / 3600)
    assert "equation of herd2008_sedation was not seen" in effect.cautions[0]


def test_units_of_concentration_agree_with_each_other():
    effect = published_effect("herd2008_sedation")
    # 1 nmol/mL is 237.73 ng/mL
    assert effect(2.0, "nmol/mL") == pytest.approx(effect(0.47546, "mg/L"))
    assert in_ng_per_ml(0.51, "nmol/mL", "ketamine") == pytest.approx(121.2, abs=0.05)
    assert in_ng_per_ml(0.3, "nmol/mL", "ketamine") == pytest.approx(71, abs=0.5)
    with pytest.raises(UnitError, match="The concentration is given in 'mg'; write it in ng/mL"):
        effect(1.0, "mg")


def test_psychedelic_effects_stay_in_the_published_range_at_200():
    effect = published_effect("bowdle1998_vas")
    assert 0.37 <= effect(200, "ng/mL") <= 0.89
    assert effect(400, "ng/mL") == effect(200, "ng/mL")
    assert effect.outside([49, 50, 200, 201], "ng/mL").tolist() == [True, False, False, True]
    assert effect.equilibration_half_life_h is None


def test_the_course_of_the_long_infusion_is_the_one_computed_elsewhere():
    # 5, 10, 15 and 20 mg/h by day to 100 h, clearance 88.8 L/h; effect at 100 h and on days 7, 21, 42, 50
    record = EVIDENCE.record(Pharmacodynamics, "dahan2011_crps")
    effect, rate = published_effect("dahan2011_crps"), math.log(2) / equilibration_half_life_h(record)
    site = 0.0
    for hours, mg_per_h in ((24, 5), (24, 10), (24, 15), (28, 20)):
        steady = 1000 * mg_per_h / 88.8
        site = steady + (site - steady) * math.exp(-rate * hours)
    later = [site * math.exp(-rate * (24 * day - 100)) for day in (7, 21, 42, 50)]
    assert effect([site, *later], "ng/mL") == pytest.approx([0.77, 0.73, 0.53, 0.23, 0.15], abs=0.005)


def test_half_lives_and_rates_are_the_same_thing():
    # 0.238 per min is a half-life of 2.9 min; 8.3 min a rate of 0.0835 per min
    assert 60 * equilibration_half_life_h(EVIDENCE.record(Pharmacodynamics, "navarrete2025_ani")) == pytest.approx(
        2.9, abs=0.02
    )
    half_life = equilibration_half_life_h(EVIDENCE.record(Pharmacodynamics, "olofsen2022"))
    assert math.log(2) / (60 * half_life) == pytest.approx(0.0835, abs=5e-5)


def test_landmarks_add_up():
    found = EVIDENCE.record(Pharmacodynamics, "olofsen2012").landmarks
    assert found["ketamine_at_100"].value + found["norketamine_at_50"].value == pytest.approx(found["net"].value)


def test_bands():
    assert published_effect("concentration_bands", "dissociation")([99, 100, 251], "ng/mL").tolist() == [0, 1, 2]
    with pytest.raises(InputError, match="concentration_bands has several relations; name one of anaesthesia"):
        published_effect("concentration_bands")
    with pytest.raises(UnknownName, match="Did you mean 'analgesia'"):
        published_effect("concentration_bands", "analgesic")


def test_unknown_record_names_the_nearest():
    with pytest.raises(
        UnknownName, match=r"Unknown pharmacodynamic record 'dahan2011'\. Did you mean 'dahan2011_crps'"
    ):
        published_effect("dahan2011")


@pytest.mark.parametrize(
    ("record_id", "where", "value", "sentence"),
    [
        ("herd2008_sedation", ("relations", "sedation", "parameters", "ec50", "unit"), "mg", "its unit must be a conc"),
        ("herd2008_sedation", ("relations", "sedation", "parameters", "hill", "unit"), "h", "it is a plain number"),
        ("herd2008_sedation", ("relations", "sedation", "parameters", "emax", "unit"), "h", "they must agree"),
        ("herd2008_sedation", ("relations", "sedation", "parameters", "ec50", "value"), -1.0, "greater than zero"),
        ("herd2008_sedation", ("relations", "sedation", "parameters", "hill", "value"), None, "hill .* has no number"),
        ("herd2008_sedation", ("relations", "sedation", "baseline"), None, "a baseline is given when it reads a share"),
        ("herd2008_sedation", ("relations", "sedation", "form"), "emax", "a parameter 'hill'; the form emax uses"),
        ("herd2008_sedation", ("relations", "sedation", "form_status"), "seen", "the two must agree"),
        ("herd2008_sedation", ("relations", "sedation", "missing"), ["x"], "has something missing"),
        ("herd2008_sedation", ("relations", "sedation", "completeness"), "incomplete", "missing is empty"),
        ("herd2008_sedation", ("relations", "sedation", "molar_as"), "water", "molar numbers as 'water'"),
        ("herd2008_sedation", ("equilibration", "unit"), "mg", "it must be a time or a rate constant"),
        ("herd2008_sedation", ("equilibration", "low"), 30.0, "range of equilibration runs from 30 to 20"),
        ("herd2008_sedation", ("delay",), "not seen", "an equilibration is given with an effect site"),
        ("herd2008_sedation", ("sources",), [], "it names no source"),
        ("herd2008_sedation", ("checks", 0, "expected"), None, "needs a relation, a concentration"),
        ("simons2022_part2", ("relations", "drug_high", "completeness"), "complete", "lacks emax, hill; add it"),
        ("dahan2024", ("relations", "racemic", "parameters", "increase", "note"), None, "is derived; the note"),
        ("bowdle1998_vas", ("relations", "most_items", "parameters", "effect_at_cap", "value"), 0.9, "outside its ran"),
        ("bowdle1998_vas", ("relations", "most_items", "seen_to"), 10, "write the lower value first"),
    ],
)
def test_a_planted_fault_is_refused_with_a_sentence(record_id, where, value, sentence):
    data = copy.deepcopy(strict_yaml.load(FOLDER / f"{record_id}.yaml"))
    place = data
    for step in where[:-1]:
        place = place[step]
    place[where[-1]] = value
    with pytest.raises(EvidenceError, match=f"^{record_id}: .*{sentence}"):
        msgspec.convert(data, Pharmacodynamics, strict=True).check()


def test_an_exposure_model_that_is_not_there_is_refused(tmp_path):
    text = (FOLDER / "herd2008_sedation.yaml").read_text(encoding="utf-8")
    (tmp_path / "pharmacodynamics").mkdir()
    (tmp_path / "population_models").mkdir()
    (tmp_path / "pharmacodynamics" / "planted.yaml").write_text(
        text.replace("id: herd2008_sedation", "id: planted"), encoding="utf-8"
    )
    shutil.copy(EVIDENCE.folder / "bibliography.yaml", tmp_path)
    with pytest.raises(EvidenceError, match="exposure model 'herd2007_children' is not one of the population models"):
        Evidence.at(tmp_path).record(Pharmacodynamics, "planted")
