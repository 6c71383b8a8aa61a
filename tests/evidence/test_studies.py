"""Studies: the numbers are those printed, each self-check refuses a planted fault, the exam stays shut."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from withheld import WITHHELD

import reprieve
from reprieve.errors import EvidenceError, UnknownName
from reprieve.evidence import study_folder
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.study import Outcome, Study
from reprieve.regimen import Regimen

EVIDENCE = Evidence.packaged()

SRC = Path(reprieve.__file__).parent

KET: dict[str, Any] = {
    "id": "ket",
    "role": "ketamine",
    "n": 10,
    "route": "iv",
    "form": "racemic",
    "regimen": "racemic iv 0.5 mg/kg over 30 min",
    "regimen_status": "published",
    "infusion_hours": 0.5,
}
PLA: dict[str, Any] = {"id": "pla", "role": "placebo", "n": 10}
SHARE: dict[str, Any] = {
    "arm": "ket",
    "measure": "share",
    "kind": "proportion",
    "endpoint": "sustained",
    "days_after_end": 7,
    "value": 0.4,
    "n": 10,
    "events": 4,
    "denominator": 10,
    "threshold": 0.3,
    "status": "seen",
    "usable": True,
}
MEAN: dict[str, Any] = {
    "arm": "pla",
    "measure": "nrs",
    "kind": "mean",
    "endpoint": "baseline",
    "days_after_end": -1,
    "value": 7,
    "status": "seen",
    "usable": True,
}
P: dict[str, Any] = MEAN | {"arm": "ket", "measure": "p", "kind": "p_between", "value": 0.05, "versus": "pla"}
GOOD: dict[str, Any] = {
    "id": "planted",
    "reference": "Sigtermans2009",
    "design_class": "rct",
    "blinding": "none",
    "risk_of_bias": "high",
    "risk_of_bias_reason": "planted",
    "condition": "crps",
    "n_total": 20,
    "headline": "Planted.",
    "arms": [KET, PLA],
    "outcomes": [SHARE, MEAN, P],
}


def planted(**changed: Any) -> Study:
    return msgspec.convert(GOOD | changed, Study, strict=True)


def with_arm(**changed: Any) -> dict[str, Any]:
    return {"arms": [KET | changed, PLA]}


def with_outcome(base: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {"outcomes": [base | changed]}


def test_there_is_enough_to_compare_with() -> None:
    conditions = {study.condition for study in EVIDENCE.studies}
    assert len(EVIDENCE.studies) >= 45
    assert len(conditions) >= 14
    assert {arm.route for study in EVIDENCE.studies for arm in study.arms} >= {
        "iv", "im", "sc", "intranasal", "oral", "epidural", "topical",
    }  # fmt: skip


@pytest.mark.parametrize("study", EVIDENCE.studies, ids=lambda study: study.id)
def test_evidence_says_how_long_relief_lasted(study: Study) -> None:
    assert study.headline
    assert study.headline.endswith(".")
    assert "seen" in study.headline or "recalled" in study.headline


@pytest.mark.parametrize("study_id", EVIDENCE.study_ids)
def test_study_loads_with_its_reference(study_id: str) -> None:
    study = EVIDENCE.study(study_id)
    assert study.year == EVIDENCE.reference(study.reference).year
    for arm in study.arms:
        if arm.regimen:
            assert str(Regimen.parse(arm.regimen)) == arm.regimen


def test_sigtermans_2009_is_as_printed() -> None:
    # Pain 2009;145:304, abstract: week 1 pain 2.68 (SE 0.51) v 5.45 (0.48); week 12 p = 0.07;
    # 30 and 30 patients.
    study = EVIDENCE.study("sigtermans2009")
    week1 = {o.arm: o for o in study.outcomes if o.kind == "mean" and o.endpoint == "sustained"}
    assert (week1["ket"].value, week1["ket"].spread) == (2.68, 0.51)
    assert (week1["pla"].value, week1["pla"].spread) == (5.45, 0.48)
    assert [o.value for o in study.outcomes if o.kind == "p_between" and o.days_after_end == 80] == [0.07]
    assert {arm.id: arm.n for arm in study.arms} == {"ket": 30, "pla": 30}


def test_patients_are_counted_once() -> None:
    # Dahan 2011 models the patients of Sigtermans 2009, Schilder 2013 is a part of them.
    duplicates = {study.id: study.duplicate_of for study in EVIDENCE.all_studies if study.role == "duplicate"}
    assert duplicates == {"dahan2011": "sigtermans2009", "schilder2013": "sigtermans2009"}
    assert not set(duplicates) & {study.id for study in EVIDENCE.studies}
    assert not any(outcome.usable for name in duplicates for outcome in EVIDENCE.study(name).outcomes)
    assert EVIDENCE.reference("Dahan2011").pmid == "20638877"


def test_recalled_baselines_are_marked() -> None:
    study = EVIDENCE.study("sigtermans2009")
    assert {o.status for o in study.outcomes if o.endpoint == "baseline"} == {"recalled"}


def test_withheld_studies_are_the_eight_and_have_no_results() -> None:
    withheld = [study for study in EVIDENCE.all_studies if study.withheld]
    assert {study.id for study in withheld} == set(WITHHELD)
    for study in withheld:
        assert study.role == "withheld"
        assert not study.outcomes
        assert study.headline is None
        assert study.note is None
        assert not any(arm.reported for arm in study.arms)
        assert {path.name for path in EVIDENCE.study_path(study.id).iterdir()} == {"study.yaml"}
    assert not {study.id for study in EVIDENCE.studies} & set(WITHHELD)


def test_withheld_studies_are_named_only_where_their_design_is() -> None:
    """In their folders, the bibliography, the signal one of them shares and the judgement that rests on one."""
    names = re.compile("|".join(WITHHELD), re.IGNORECASE)
    allowed = {"evidence/bibliography.yaml", "evidence/conditions/sci.yaml"}
    allowed |= {f"evidence/studies/{name}/study.yaml" for name in WITHHELD}
    allowed |= {"evidence/integrity/same_p_values_in_two_spinal_trials.yaml"}
    for path in SRC.rglob("*"):
        name = path.relative_to(SRC).as_posix()
        if path.is_file() and path.suffix in {".py", ".yaml", ".csv", ".json", ".html", ".md", ".toml"}:
            found = names.search(path.read_text(encoding="utf-8"))
            assert not found or name in allowed, f"{name}: {found}"


def test_roles_are_as_the_evidence_base_counts_them() -> None:
    # 107 studies: eight withheld, two duplicates; the rest is evidence or background.
    roles = [study.role for study in EVIDENCE.all_studies]
    assert len(roles) == 107
    assert (roles.count("withheld"), roles.count("duplicate")) == (8, 2)
    assert len(EVIDENCE.studies) == roles.count("evidence")
    assert all(study.role == "evidence" for study in EVIDENCE.studies)


@pytest.mark.parametrize("study_id", EVIDENCE.study_ids)
def test_role_found_without_reading_is_the_role(study_id: str) -> None:
    assert study_folder.role_of(EVIDENCE.study_path(study_id)) == EVIDENCE.study(study_id).role


def test_column_dictionary_is_that_of_an_outcome() -> None:
    """Every column is a field and the reverse; words allowed in a column are those the record allows."""
    columns = {column.name: column for column in EVIDENCE.outcome_columns}
    fields = {field.name: field for field in msgspec.structs.fields(Outcome)}
    assert set(columns) == set(fields)
    for name, column in columns.items():
        field = fields[name]
        required = field.required or name in {"unit", "of"}
        assert column.required == required, name
        allowed = {word for part in (field.type, *get_args(field.type)) for word in get_args(part) if word is not None}
        words = {word for word in allowed if isinstance(word, str)}
        assert set(column.allowed) == words, name


def test_enarson_1999_is_as_printed() -> None:
    # J Pain Symptom Manage 1999;17:384: of 21, four continued, three of them improved.
    (number,) = EVIDENCE.study("enarson1999").outcomes
    assert (number.events, number.denominator, number.status, number.usable) == (3, 21, "seen", True)


def test_a_printed_interval_is_kept() -> None:
    # J Pain Res 2017;10:787: 6.64 (95 % CI 6.38 to 6.90) before, 4.38 (4.06 to 4.69) the day after.
    before, after = EVIDENCE.study("sheehy2017").outcomes
    assert (before.value, before.low, before.high) == (6.64, 6.38, 6.9)
    assert (after.value, after.low, after.high) == (4.38, 4.06, 4.69)
    assert not before.usable


def test_what_is_no_pain_score_is_kept_with_its_status() -> None:
    (arm, _) = EVIDENCE.study("sigtermans2009").arms
    told = {(said.what, said.status) for said in arm.reported}
    assert {("adverse_events", "seen"), ("adverse_events", "recalled"), ("dropouts", "recalled")} <= told


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ({"arms": [KET, KET | {"role": "placebo"}]}, "two arms have the same id"),
        ({"arms": [PLA], "outcomes": []}, "no arm was given ketamine"),
        ({"n_total": 19}, "its parallel arms hold 20 patients, more than the 19 of the study"),
        (with_arm(n=21), "arm 'ket' has 21 patients of 20 in the study"),
        (with_arm(route=None), "arm 'ket' was given ketamine by no route"),
        (with_arm(infusion_hours=-1), "arm 'ket' has -1 infusion hours"),
        (with_arm(infusion_hours=2), "arm 'ket' has 2 infusion hours, its regimen 0.5"),
        (with_arm(regimen=None), "arm 'ket' has no regimen and no reason why"),
        (with_arm(regimen_status="approximated"), "no status, or no reason for an approximation"),
        (with_arm(route="oral"), "arm 'ket' is racemic oral, but its regimen reads 'racemic iv"),
        (
            with_arm(regimen="racemic iv a little"),
            "arm 'ket': its regimen 'racemic iv a little' cannot be read",
        ),
        (with_outcome(SHARE, arm="gone"), "share: there is no arm 'gone'; the arms are ket, pla"),
        (with_outcome(SHARE, value=1.4), r"share is 1.4; a proportion lies in 0 to 1"),
        (with_outcome(MEAN, value=70), r"nrs is 70; a mean lies in 0 to 10"),
        (with_outcome(P, value=1.2), r"p is 1.2; a p_between lies in 0 to 1"),
        (with_outcome(MEAN, spread=1.0), "nrs has a spread of no type; say what it is, as SD or SE"),
        (with_outcome(MEAN, spread=0.0, spread_type="SE"), "nrs has a spread of 0; a spread lies above zero"),
        (with_outcome(MEAN, spread=-1.0, spread_type="SD"), "nrs has a spread of -1; a spread lies above zero"),
        (with_outcome(MEAN, unit="%"), "nrs is in %; a mean is in points, convert it"),
        (with_outcome(MEAN, low=6.0), "nrs gives some of low, high and interval; give all three or none"),
        (
            with_outcome(MEAN, low=7.5, high=8.0, interval="95 % CI"),
            "nrs is 7, outside its own interval 7.5 to 8",
        ),
        (
            with_outcome(SHARE, endpoint="acute", days_after_end=-3),
            "share is acute at day -3 after the end, before the course of 0.0208 days began; call it baseline",
        ),
        (with_outcome(SHARE, n=None, denominator=11, events=4), "share was measured in 11 of the 10 patients"),
        ({"withheld": True, "risk_of_bias": "not judged"}, "it is withheld and has results"),
        ({"withheld": True, "outcomes": []}, "risk_of_bias is 'not judged' in withheld studies and in no others"),
        ({"background": "x", "duplicate_of": "y"}, "it is more than one of withheld, duplicate_of and background"),
        ({"duplicate_of": "planted", "outcomes": []}, "it is a duplicate of itself"),
        ({"duplicate_of": "sigtermans2009"}, "it is duplicate and has a usable outcome"),
        ({"background": "no score"}, "it is background and has a usable outcome"),
        ({"headline": None}, "it is evidence and lacks a headline or n_total"),
        (with_outcome(SHARE, threshold=0.0), r"share has the threshold 0; it is a share in \(0, 1\]"),
        (with_outcome(SHARE, threshold=30), r"share has the threshold 30; it is a share in \(0, 1\]"),
        (with_outcome(SHARE, threshold=None), "share does not say what counts as response"),
        (with_outcome(SHARE, usable=False), "share is not usable and does not say why"),
        (with_outcome(SHARE, denominator=None), "gives one of events and denominator; give both or neither"),
        (with_outcome(SHARE, events=11), "share counts 11 events of 10"),
        (with_outcome(SHARE, events=6), "share is 0.4, but 6 of 10 are counted"),
        (with_outcome(SHARE, n=11), "share was measured in 11 of the 10 patients of 'ket'"),
        (with_outcome(SHARE, days_after_end=0), "share is sustained at day 0 after the end"),
        (with_outcome(SHARE, days_after_end=40000), "share is sustained at day 40000 after the end"),
        (with_outcome(MEAN, days_after_end=3), "nrs is baseline at day 3 after the end"),
        (with_outcome(P, versus=None), "p is a p against no other arm"),
        (with_outcome(P, versus="ket"), "p is compared with 'ket', which is no other arm"),
    ],
)
def test_planted_fault_is_refused(fault: dict[str, Any], sentence: str) -> None:
    planted().check()
    with pytest.raises(EvidenceError, match=f"planted: .*{sentence}"):
        planted(**fault).check()


@pytest.mark.parametrize(
    ("fault", "field"),
    [({"condition": "gout"}, "condition"), ({"n_totl": 3}, "n_totl"), ({"n_total": "3"}, "n_total")],
)
def test_wrong_field_is_refused(fault: dict[str, Any], field: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=field):
        planted(**fault)


def test_reference_outside_the_bibliography_is_refused() -> None:
    study = planted(reference="Nobody2099")
    with pytest.raises(EvidenceError, match="planted: it cites 'Nobody2099'"):
        EVIDENCE.check_citations(study, (study.reference,))


def test_unknown_study_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match=r"Unknown study 'sigtermans2008'\. Did you mean .*'sigtermans2009'"):
        EVIDENCE.study("sigtermans2008")
