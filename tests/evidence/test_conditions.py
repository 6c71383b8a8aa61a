"""Conditions: every name leads to one of them, and every judgement has a source."""

from __future__ import annotations

import typing
from typing import Any

import msgspec
import pytest

from reprieve.errors import EvidenceError, UnknownName
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.condition import Condition, ConditionId, Route
from reprieve.regimen.routes import ROUTES

EVIDENCE = Evidence.packaged()

JUDGEMENT: dict[str, Any] = {
    "routes": ["iv"],
    "exposure": "single",
    "level": "low",
    "finding": "unclear",
    "statement": "Planted.",
    "by": "nobody",
    "sources": ["Cohen2018"],
}
GOOD: dict[str, Any] = {
    "id": "crps",
    "name": "planted",
    "synonyms": [],
    "codes": [{"system": "icd10", "code": "M79.7", "display": "x", "status": "recalled"}],
    "certainty": [JUDGEMENT],
}


def planted(**changed: Any) -> Condition:
    return msgspec.convert(GOOD | changed, Condition, strict=True)


def code(system: str, text: str) -> dict[str, str]:
    return {"system": system, "code": text, "display": "x", "status": "recalled"}


def test_the_conditions_are_the_fifteen_of_the_public_face() -> None:
    assert set(EVIDENCE.ids(Condition)) == set(typing.get_args(ConditionId))
    assert len(EVIDENCE.ids(Condition)) == 15


def test_routes_are_those_of_the_regimen_grammar() -> None:
    assert set(typing.get_args(Route)) == set(ROUTES)


@pytest.mark.parametrize("condition_id", EVIDENCE.ids(Condition))
def test_condition_answers_to_all_its_names(condition_id: str) -> None:
    record = EVIDENCE.condition(condition_id)
    for name in (record.name, *record.synonyms, *(code.code for code in record.codes)):
        assert EVIDENCE.condition(name).id == condition_id
    for judgement in record.certainty:
        assert judgement.statement.endswith(".")
        for key in judgement.sources:
            assert EVIDENCE.reference(key).short


@pytest.mark.parametrize(
    ("name", "condition_id"),
    [
        ("RSD", "crps"),
        ("complex regional pain syndrome", "crps"),
        ("G90.521", "crps"),  # ICD-10-CM: CRPS I of right lower limb
        ("neuropathic_peripheral", "neuropathic"),
        ("mixed_chronic", "mixed"),
        ("chronic-pain", "mixed"),
        ("TMD", "orofacial"),
        ("critical limb ischemia", "ischaemic"),
        ("279039007", "low_back"),
        ("M54.50", "low_back"),
        ("g43.709", "migraine"),
        ("S13.4XXA", "whiplash"),
        ("B02.29", "phn"),
    ],
)
def test_name_or_code_finds_the_condition(name: str, condition_id: str) -> None:
    assert EVIDENCE.condition(name).id == condition_id


@pytest.mark.parametrize("name", ["gout", "M79.1", "G90.4", "", "M7", "128200001"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(UnknownName, match=r"Unknown condition .* Known: cancer, central"):
        EVIDENCE.condition(name)


def test_a_slip_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'fibromyalgia'"):
        EVIDENCE.condition("fibromyalga")


# The dihedral group D5 and the permutation of Verhoeff's check digit, which ends every SNOMED CT identifier.
_PERMUTE = "1576283094"


def _times(a: int, b: int) -> int:
    if a < 5:
        return (a + b) % 5 if b < 5 else (a + b - 5) % 5 + 5
    return (a - 5 - b) % 5 + 5 if b < 5 else (a - b) % 5


def _verhoeff(digits: str) -> int:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit)
        for _ in range(place % 8):
            value = int(_PERMUTE[value])
        total = _times(total, value)
    return total


def test_verhoeff_knows_the_textbook_number() -> None:
    assert _verhoeff("2363") == 0
    assert _verhoeff("2364") != 0


def test_snomed_codes_end_in_their_check_digit() -> None:
    for condition_id in EVIDENCE.ids(Condition):
        for entry in EVIDENCE.condition(condition_id).codes:
            if entry.system == "snomed":
                assert _verhoeff(entry.code) == 0, entry


def test_certainty_goes_from_route_and_course_to_the_general() -> None:
    crps, neuropathic = EVIDENCE.condition("crps"), EVIDENCE.condition("neuropathic")
    multi = crps.certainty_for("iv", several_days=True)
    assert multi is not None
    assert (multi.level, multi.finding) == ("low", "benefit")
    single = neuropathic.certainty_for("iv", several_days=False)
    assert single is not None
    assert (single.level, single.finding) == ("moderate", "no_benefit")
    oral = crps.certainty_for("oral", several_days=True)
    assert oral is not None
    assert oral.routes == ()
    assert planted().certainty_for("oral", several_days=False) is None


OWN, GUIDELINE = "this review's judgement", "guideline (ASRA, AAPM, ASA 2018)"


@pytest.mark.parametrize(
    ("condition_id", "route", "exposure", "level", "by"),
    [
        ("crps", "iv", "multi_day", "low", OWN),
        ("crps", "iv", "multi_day", "moderate", GUIDELINE),  # grade B
        ("crps", "iv", "multi_day", "very low", OWN),  # beyond 12 weeks; anaesthetic doses
        ("sci", "iv", "multi_day", "low", OWN),
        ("sci", "iv", "multi_day", "low", GUIDELINE),  # grade C, low
        ("sci", "epidural", "any", "very low", OWN),
        ("neuropathic", "iv", "single", "moderate", OWN),
        ("neuropathic", "iv", "multi_day", "very low", OWN),
        ("neuropathic", "topical", "any", "moderate", OWN),
        ("phantom_limb", "iv", "any", "low", OWN),
        ("phn", "iv", "any", "very low", OWN),
        ("phn", "sc", "any", "very low", OWN),
        ("fibromyalgia", "iv", "single", "low", OWN),
        ("fibromyalgia", None, "any", "low", GUIDELINE),  # grade D, low
        ("migraine", "iv", "multi_day", "very low", OWN),
        ("cluster", "iv", "any", "very low", OWN),
        ("cancer", "sc", "any", "moderate", OWN),
        ("cancer", "oral", "any", "moderate", OWN),
        ("cancer", "intranasal", "any", "low", OWN),  # breakthrough pain
        ("ischaemic", "iv", "any", "low", OWN),
        ("whiplash", "iv", "single", "low", OWN),
        ("mixed", "oral", "any", "very low", OWN),
        ("mixed", None, "any", "moderate", "network meta-analysis 2024"),
    ],
)
def test_each_question_that_was_graded_has_its_judgement(
    condition_id: str, route: str | None, exposure: str, level: str, by: str
) -> None:
    found = [
        judgement
        for judgement in EVIDENCE.condition(condition_id).certainty
        if (route in judgement.routes if route else not judgement.routes)
        and (judgement.exposure, judgement.level, judgement.by) == (exposure, level, by)
    ]
    assert found


@pytest.mark.parametrize("condition_id", EVIDENCE.ids(Condition))
@pytest.mark.parametrize("several_days", [False, True])
def test_every_question_has_a_judgement(condition_id: str, several_days: bool) -> None:
    for route in ROUTES:
        assert EVIDENCE.condition(condition_id).certainty_for(route, several_days=several_days) is not None


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ({"synonyms": ["Planted"]}, "the name 'planted' is given twice"),
        ({"codes": [code("icd10", "M79.7"), code("icd10", "M79.7")]}, "a code is given twice"),
        ({"codes": [code("snomed", "M79.7")]}, "'M79.7' is not a SNOMED CT code; those are digits only"),
        ({"codes": [code("icd10", "79.7")]}, "'79.7' is not an ICD-10 code"),
        ({"certainty": []}, "it has no judgement of certainty"),
        ({"certainty": [JUDGEMENT | {"sources": []}]}, "the judgement 'Planted.' names no source"),
    ],
)
def test_planted_fault_is_refused(fault: dict[str, Any], sentence: str) -> None:
    planted().check()
    with pytest.raises(EvidenceError, match=f"crps: {sentence}"):
        planted(**fault).check()


def test_level_is_a_grade_word() -> None:
    with pytest.raises(msgspec.ValidationError, match="level"):
        planted(certainty=[JUDGEMENT | {"level": "strong"}])
