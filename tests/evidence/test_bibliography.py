"""The bibliography: every key that any evidence file uses is in it, and nothing in it is made up of air."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import reprieve.evidence
from reprieve.errors import EvidenceError, UnknownName
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.reference import Reference

EVIDENCE = Evidence.packaged()

ROOT = Path(reprieve.evidence.__file__).parent
#: An author or a body, and a year: what a key looks like wherever it stands.
KEY = re.compile(r"[A-Z][A-Za-z]+(19|20)\d\d[A-Za-z0-9]*")


def _words(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for value in node.values():
            yield from _words(value)
    elif isinstance(node, list):
        for value in node:
            yield from _words(value)
    elif isinstance(node, str):
        yield node


FILES = sorted(path for path in ROOT.rglob("*.yaml") if path.name != "bibliography.yaml")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_key_in_the_file_resolves(path: Path) -> None:
    for word in _words(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)):
        if KEY.fullmatch(word):
            assert word in EVIDENCE.references, f"{path.name} cites {word}"


@pytest.mark.parametrize(
    "key",
    [
        "Simons2022", "Otto2021", "Fanta2015", "Kamp2020", "Kamp2020BJA", "Dahan2011", "Olofsen2022",
        "Dahan2024", "Olofsen2012", "Navarrete2025", "PerezRuixo2021", "Chong2009", "Rolan2014",
        "Yanagihara2003", "Malinovsky1996", "Cohen2018", "CochraneCNCP2025", "Sigtermans2009", "Noppers2011",
    ],
)  # fmt: skip
def test_promised_key_is_there(key: str) -> None:
    assert EVIDENCE.reference(key).authors


def test_keys_found_without_reading_are_the_keys() -> None:
    assert EVIDENCE.reference_keys == set(EVIDENCE.references)


def test_a_doi_and_a_pmid_name_one_text() -> None:
    for field in ("doi", "pmid"):
        given = [getattr(entry, field) for entry in EVIDENCE.references.values() if getattr(entry, field)]
        assert len(given) == len(set(given)), sorted(x for x in given if given.count(x) > 1)


def test_key_and_entry_agree_on_the_year() -> None:
    for key, entry in EVIDENCE.references.items():
        found = re.search(r"(19|20)\d\d", key)
        if found and entry.year and key != "MangnusSurvey2021":
            assert int(found[0]) == entry.year, key


def test_short_and_link() -> None:
    entry = EVIDENCE.reference("Sigtermans2009")
    assert entry.short == "Sigtermans et al. 2009"
    assert entry.link == "https://doi.org/10.1016/j.pain.2009.06.023"
    assert EVIDENCE.reference("Clements1981").link == "https://pubmed.ncbi.nlm.nih.gov/7459184/"
    assert EVIDENCE.reference("Amr2011Epidural").short == "Amr 2011"


GOOD: dict[str, Any] = {"authors": "Author A", "status": "seen"}


@pytest.mark.parametrize(
    ("key", "fault", "sentence"),
    [
        ("lower2009", {}, "lower2009: a key is an author and a year"),
        ("Author2009", {"year": 209}, "Author2009: the year 209 lies outside"),
        ("Author2009", {"doi": "https://doi.org/10.1016/x"}, "is not a DOI; write it bare"),
        ("Author2009", {"doi": "10.1016/x (recalled)"}, "is not a DOI"),
        ("Author2009", {"pmid": "PMC123"}, "'PMC123' is not a PubMed number"),
        ("Author2009", {"url": "www.example.org"}, "must begin with http"),
    ],
)
def test_planted_fault_is_refused(key: str, fault: dict[str, Any], sentence: str) -> None:
    Reference(**GOOD).check("Author2009")
    with pytest.raises(EvidenceError, match=sentence):
        Reference(**GOOD | fault).check(key)


def test_unknown_key_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match="Unknown reference 'Sigterman2009'"):
        EVIDENCE.reference("Sigterman2009")
