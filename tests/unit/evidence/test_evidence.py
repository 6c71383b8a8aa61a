"""A folder of evidence as a value: the packaged one, and any other."""

import shutil

import pytest

import reprieve as rp
from reprieve.answers import duration_table
from reprieve.answers.routes import routes_answer
from reprieve.answers.study_list import study_list
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
    now = rp.forecast(patient, rp.protocol("sigtermans2009"), virtual_patients=40)
    then = Evidence.at(copy)
    assert rp.forecast(
        patient, then.record(Protocol, "sigtermans2009"), virtual_patients=40, evidence=then
    ).to_json() == (now.to_json())
    path = copy / "conditions" / "crps.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("level: low", "level: moderate", 1), encoding="utf-8")
    changed = rp.forecast(
        patient, rp.protocol("sigtermans2009"), virtual_patients=40, evidence=Evidence.at(copy)
    ).answer
    assert changed.certainty.level == "moderate"
    assert now.answer.certainty.level == "low"
    assert changed.provenance.evidence_fingerprint != now.answer.provenance.evidence_fingerprint


def change(path, printed, instead):
    text = path.read_text(encoding="utf-8")
    assert printed in text
    path.write_text(text.replace(printed, instead, 1), encoding="utf-8")


def of_the_muscle(evidence):
    return routes_answer(evidence, "im").routes[0].people


def of_goldberg(evidence):
    lines = study_list(evidence, condition="crps").studies
    return next(line.headline for line in lines if line.id == "goldberg2005")


def of_half_an_hour(evidence):
    return duration_table.row(evidence, "crps", "30min").answer.certainty.level


def of_the_fingerprint(evidence):
    return rp.simulate_population(
        "racemic im 30 mg", times=[0.5], subjects=2, weight=70, evidence=evidence
    ).provenance()["evidence_fingerprint"]


@pytest.mark.parametrize(
    ("asked", "record", "printed", "instead"),
    [
        (of_the_muscle, "routes/im.yaml", "people: adults", "people: astronauts"),
        (of_goldberg, "studies/goldberg2005/study.yaml", "headline: Ten outpatient days", "headline: Changed days"),
        (
            of_half_an_hour,
            "conditions/crps.yaml",
            "exposure: single\n    level: very low",
            "exposure: single\n    level: high",
        ),
        (of_the_fingerprint, "routes/im.yaml", "people: adults", "people: astronauts"),
    ],
)
def test_two_evidences_in_one_process_do_not_mix(asked, record, printed, instead, copy):
    """What came with Reprieve answers the same before and after a changed copy was asked."""
    before = asked(PACKAGED)
    change(copy / record, printed, instead)
    assert asked(Evidence.at(copy)) != before
    assert asked(PACKAGED) == before


def test_a_relief_model_of_other_studies_is_refused(copy):
    path = copy / "studies" / "sigtermans2009" / "study.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(EvidenceError, match="the evidence has changed since the relief model was calibrated"):
        rp.forecast(rp.Patient(condition="crps", weight=70, pain=7), "racemic im 30 mg", evidence=Evidence.at(copy))


def test_a_folder_without_evidence_is_refused(tmp_path):
    with pytest.raises(FileError, match=r"is no folder of evidence: it has no bibliography\.yaml"):
        Evidence.at(tmp_path)
