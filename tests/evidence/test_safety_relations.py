"""Published numbers on harms: they load, their arithmetic holds, and faults are refused."""

import copy

import msgspec
import pytest

from reprieve import strict_yaml
from reprieve.errors import EvidenceError, UnknownName
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.pharmacodynamics import Pharmacodynamics
from reprieve.evidence.records.safety_relation import SafetyRelation
from reprieve.exposure.effects import in_ng_per_ml

EVIDENCE = Evidence.packaged()

FOLDER = EVIDENCE.folder / "safety_relations"
RECORDS = [EVIDENCE.record(SafetyRelation, relation_id) for relation_id in EVIDENCE.ids(SafetyRelation)]


def finding(relation_id, what, at=""):
    found = [one for one in EVIDENCE.record(SafetyRelation, relation_id).findings if what in one.what and at in one.at]
    assert len(found) == 1
    return found[0]


def test_the_thirteen_rows_are_there_and_say_what_they_cannot_do():
    assert len(RECORDS) == 13
    assert all(record.missing for record in RECORDS)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.id)
def test_sources_resolve(record):
    assert record.sources or record.source_note
    for key in record.citations():
        assert EVIDENCE.reference(key)


def test_arithmetic_of_published_numbers():
    assert finding("liver", "three times").value == pytest.approx(3 / finding("liver", "three times").n)
    high = finding("psychotomimetic_concentration", "drug high")
    assert in_ng_per_ml(high.value, high.unit, "ketamine") == pytest.approx(71, abs=0.5)


def test_harm_and_relation_hold_the_same_number():
    relation = EVIDENCE.record(Pharmacodynamics, "herd2008_sedation").relations["sedation"].parameters
    assert finding("sedation", "half the effect").value == relation["ec50"].value
    assert finding("sedation", "Hill").value == relation["hill"].value
    breathing = (
        EVIDENCE.record(Pharmacodynamics, "jonkman2018_respiratory")
        .relations["remifentanil_c50"]
        .parameters["reference"]
    )
    seen = finding("respiratory", "doubles")
    assert (seen.value, seen.low, seen.high) == (breathing.value, breathing.low, breathing.high)


def test_more_drug_is_more_harm():
    for what in ("nausea", "vomiting"):
        low, high = finding("nausea_and_dizziness", what, "56 mg"), finding("nausea_and_dizziness", what, "84 mg")
        assert low.value < high.value


def test_unknown_id_names_the_nearest():
    with pytest.raises(UnknownName, match=r"Unknown safety relation 'livr'\. Did you mean 'liver'"):
        EVIDENCE.record(SafetyRelation, "livr")


@pytest.mark.parametrize(
    ("relation_id", "where", "value", "sentence"),
    [
        ("liver", ("findings", 0, "value"), 1.5, "is a fraction; it must lie from 0 to 1"),
        ("liver", ("findings", 0, "note"), None, "is derived; the note"),
        ("liver", ("findings", 0, "value"), None, "needs a finite value or range"),
        ("liver", ("missing",), [], "missing is empty"),
        ("liver", ("findings",), [], "it has no finding"),
        ("respiratory", ("findings", 0, "low"), 130, "is 127, outside its range 130 to 191"),
        ("respiratory", ("findings", 0, "low"), 200, "runs from 200 to 191"),
        ("respiratory", ("findings", 0, "high"), None, "one end of a range"),
        ("respiratory", ("sources",), [], "it names no source; say in source_note why"),
    ],
)
def test_a_planted_fault_is_refused_with_a_sentence(relation_id, where, value, sentence):
    data = copy.deepcopy(strict_yaml.load(FOLDER / f"{relation_id}.yaml"))
    place = data
    for step in where[:-1]:
        place = place[step]
    place[where[-1]] = value
    with pytest.raises(EvidenceError, match=f"^{relation_id}: .*{sentence}"):
        msgspec.convert(data, SafetyRelation, strict=True).check()
