"""``reprieve claims``: what is told beside what was found, in the terminal and as JSON."""

import json
import re

import pytest

from reprieve import cli
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.disagreement import Disagreement

EVIDENCE = Evidence.packaged()


def test_json_holds_every_claim_with_what_it_rests_on(answer):
    found = json.loads(answer("claims", "--json"))
    assert {row["id"] for row in found["claims"]} == set(EVIDENCE.claims)
    for row in found["claims"]:
        assert row["claim"]
        assert row["verdict"] in {"supported", "partly", "contradicted", "unverifiable"}
        assert row["status"] in {"seen", "derived", "recalled", "none"}
        assert row["verified"] == (row["status"] in {"seen", "derived"} and row["verdict"] != "unverifiable")
        assert len(row["cited"]) == len(row["sources"])
    assert {one["id"] for one in found["disagreements"]} == {one.id for one in EVIDENCE.records(Disagreement)}


def test_what_is_recalled_is_said_to_be_unverified(answer):
    flat = " ".join(answer("claims", "--topic", "neuropathic", "--verdict", "unverifiable").split())
    assert "After 10 h, about 95 % have relief beyond 48 h." in flat
    assert re.search(r"S0-19 Found: repeated by later texts.*?\(Maher et al\. 2017.*?; recalled, unverified\)", flat)


def test_only_verified_claims_are_shown_where_asked(answer):
    ids = {row["id"] for row in json.loads(answer("claims", "--verified-only", "--json"))["claims"]}
    assert "S0-01" in ids
    assert not ids & {"S0-19", "S0-20", "S0-04", "S0-34"}


@pytest.mark.parametrize("columns", [80, 100])
def test_the_screen_fits_and_names_disagreements_and_what_is_withheld(columns, answer, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(columns))
    text = answer("claims", "--topic", "intranasal")
    assert max(map(len, text.splitlines())) <= columns
    flat = " ".join(text.split())
    assert "contradicted Through the nose it lasts four to six hours. S4-12 Found: 45–90 min" in flat
    assert "Withheld, kept for the exam of the forecast: a trial in breakthrough pain." in flat
    assert "How long a dose through the nose lasts (S0-11, S4-12)." in flat
    assert re.search(r"\d+ claims: \d+ supported", flat)
    assert not re.search(r"\bNone\b|nan", text)


def test_topics_are_listed_with_how_many_claims_each_has(answer):
    """Counts of the topics add up to all claims, because a claim has one topic."""
    counts = json.loads(answer("claims", "--topics", "--json"))["topics"]
    topics = {claim.topic for claim in EVIDENCE.claims.values()}
    assert sum(counts[topic] for topic in topics) == len(EVIDENCE.claims)
    assert re.search(r"^fibromyalgia +9$", answer("claims", "--topics"), re.MULTILINE)


def test_a_search_that_finds_nothing_says_so(answer):
    assert "No claim fits" in answer("claims", "--topic", "prevalence", "--article", "variability")


def test_an_unknown_topic_is_refused_with_the_nearest_and_all_of_them(capsys):
    assert cli.run(["claims", "--topic", "fibro"]) == 2
    said = capsys.readouterr()
    assert re.search(r"Unknown topic 'fibro'. Did you mean .*'fibromyalgia'.*Known: .*duration", said.err)
    assert said.out == ""
