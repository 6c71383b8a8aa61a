"""A folder of evidence as a value: the packaged one, and any other."""

import shutil

import pytest

import reprieve as rp
from reprieve.errors import EvidenceError, FileError
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.kinds import KINDS
from reprieve.evidence.records.protocol import Protocol

PACKAGED = Evidence.packaged()


@pytest.fixture
def copy(tmp_path):
    return shutil.copytree(PACKAGED.folder, tmp_path / "then", ignore=shutil.ignore_patterns("__pycache__", "*.py"))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_record_of_every_kind_is_read_and_checked(kind):
    found = PACKAGED.records(kind)
    assert [record.id for record in found] == sorted(PACKAGED.ids(kind))
    assert found
    assert PACKAGED.record(kind, found[0].id) is found[0]


def test_every_folder_of_records_is_of_a_kind():
    folders = {path.parent.name for path in PACKAGED.folder.glob("*/*.yaml")}
    assert folders - {kind.folder for kind in KINDS.values()} == {"posterior", "studies"}


def test_an_earlier_answer_is_made_again_on_its_own_evidence(copy):
    """The same folder gives the same bytes; one that was changed since gives its own."""
    patient = rp.Patient(condition="crps", weight=70, pain=7)
    now = rp.forecast(patient, rp.protocol("sigtermans2009"), n_patients=40)
    then = Evidence.at(copy)
    assert rp.forecast(patient, then.record(Protocol, "sigtermans2009"), n_patients=40, evidence=then).to_json() == (
        now.to_json()
    )
    path = copy / "conditions" / "crps.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("level: low", "level: moderate", 1), encoding="utf-8")
    changed = rp.forecast(patient, rp.protocol("sigtermans2009"), n_patients=40, evidence=Evidence.at(copy)).answer
    assert changed.certainty.level == "moderate"
    assert now.answer.certainty.level == "low"
    assert changed.provenance.evidence_fingerprint != now.answer.provenance.evidence_fingerprint


def test_a_relief_model_of_other_studies_is_refused(copy):
    path = copy / "studies" / "sigtermans2009" / "study.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(EvidenceError, match="the evidence has changed since the relief model was calibrated"):
        rp.forecast(rp.Patient(condition="crps", weight=70, pain=7), "racemic im 30 mg", evidence=Evidence.at(copy))


def test_a_folder_without_evidence_is_refused(tmp_path):
    with pytest.raises(FileError, match=r"is no folder of evidence: it has no bibliography\.yaml"):
        Evidence.at(tmp_path)
