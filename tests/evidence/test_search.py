"""Search: every word is there, names count above mentions, and what was never seen can be passed over."""

from __future__ import annotations

import json

import msgspec
import pytest

from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.integrity import Integrity
from reprieve.evidence.records.review import Review
from reprieve.evidence.search import search

EVIDENCE = Evidence.packaged()

EVERYTHING = (*EVIDENCE.all_studies, *EVIDENCE.records(Review))


def ids(words: str, *, verified_only: bool = False) -> list[str]:
    return [found.record.id for found in search(EVIDENCE, words, EVERYTHING, verified_only=verified_only)]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("sigtermans2009", "sigtermans2009"),
        ("Sigtermans 2009", "sigtermans2009"),
        ("SIGTERMANS", "sigtermans2009"),
        ("epidural", "amr2011epi"),
        ("Cochrane cancer", "cochrane_cancer2017"),
        ("network", "mcmaster_nma2024"),
    ],
)
def test_the_best_match_comes_first(words: str, first: str) -> None:
    assert ids(words)[0] == first


def test_the_beginning_of_a_word_finds_it() -> None:
    assert "cantu_kirkpatrick" in ids("hallucin")
    assert "cantu_kirkpatrick" not in ids("allucinations")


def test_all_words_must_be_there() -> None:
    both = set(ids("fibromyalgia cohort"))
    assert both
    assert both == set(ids("fibromyalgia")) & set(ids("cohort"))


def test_a_synonym_of_a_condition_finds_its_studies() -> None:
    found = set(ids("reflex sympathetic dystrophy"))
    assert {study.id for study in EVIDENCE.all_studies if "crps" in study.conditions} <= found


def test_a_word_in_the_result_is_in_the_record() -> None:
    """A second way to the same answer: the word stands in the bytes of the record, its reference or its flags."""
    flags = {one.id: one for one in EVIDENCE.records(Integrity)}
    for record in EVERYTHING:
        parts = [msgspec.to_builtins(record), msgspec.to_builtins(EVIDENCE.reference(record.reference))]
        parts += [msgspec.to_builtins(flags[name]) for name in getattr(record, "flags", ())]
        there = "midazolam" in json.dumps(parts).lower()
        assert there == (record.id in ids("midazolam")), record.id


def test_withheld_studies_are_found_by_design_only() -> None:
    assert "hardy2012" in ids("cancer subcutaneous") or "hardy2012" in ids("hardy")
    for found in search(EVIDENCE, "withheld", EVERYTHING):
        assert getattr(found.record, "withheld", True) or "withheld" in found.passage.lower()


def test_recalled_passages_are_passed_over() -> None:
    # Nausea and vomiting of Sigtermans 2009 are recalled.
    assert "sigtermans2009" in ids("nausea vomiting 63")
    assert "sigtermans2009" not in ids("nausea vomiting 63", verified_only=True)


@pytest.mark.parametrize("words", ["", "   ", "!?", "xyzzy"])
def test_nothing_is_found_by_nothing(words: str) -> None:
    assert ids(words) == []
