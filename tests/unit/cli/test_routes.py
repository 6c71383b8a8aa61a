"""``reprieve routes``: the records as they are, beside what the public is told."""

import json
import re

import pytest

from reprieve import cli
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.route import Route
from reprieve.regimen.routes import ROUTES

EVIDENCE = Evidence.packaged()


def test_every_route_and_form_of_the_records_has_its_row_and_the_vein_one_of_its_own(answer):
    found = json.loads(answer("routes", "--json"))
    assert {row["id"] for row in found["routes"]} == {"iv", *EVIDENCE.ids(Route)}
    assert {row["route"] for row in found["routes"]} == set(ROUTES)
    vein = next(row for row in found["routes"] if row["id"] == "iv")
    assert vein["bioavailability"]["value"] == 1
    assert all(set(vein) - {"note"} == set(row) for row in found["routes"] if row["id"] != "iv")


def test_numbers_sources_and_statuses_are_those_of_the_record(answer):
    """Oral: 17 to 24 % arrives, from three papers on adults; Chong 2009 found 0.24."""
    rows = {row["id"]: row for row in json.loads(answer("routes", "oral", "--json"))["routes"]}
    assert set(rows) == {"oral_racemic", "oral_esketamine"}
    share = rows["oral_racemic"]["bioavailability"]
    assert (share["low"], share["high"], share["status"]) == (0.17, 0.24, "derived")
    assert rows["oral_racemic"]["evidence"][0]["cited"] == "Chong et al. 2009, abstract"
    assert rows["oral_racemic"]["evidence"][0]["status"] == "seen"


def test_claims_are_named_with_their_route_and_given_once(answer):
    found = json.loads(answer("routes", "--json"))
    ids = [claim["id"] for claim in found["claims"]]
    assert sorted(ids) == sorted(claim.id for claim in EVIDENCE.claims.values() if claim.by_route)
    assert len(ids) >= 15
    for row in found["routes"]:
        assert set(row["claims"]) == {c["id"] for c in found["claims"] if row["route"] in c["routes"]}


@pytest.mark.parametrize("columns", [80, 100])
def test_the_table_fits_and_says_what_was_found_beside_what_is_told(columns, answer, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(columns))
    text = answer("routes")
    assert max(map(len, text.splitlines())) <= columns
    assert re.search(r"^im +racemic +93 % +10 min .*3–5 min +0\.5–2 h", text, re.MULTILINE)
    flat = " ".join(text.split())
    assert "topical racemic not into the" in flat
    assert "contradicted Through the nose it lasts four to six hours. Found: 45–90 min" in flat
    assert "unverifiable Into a vein it may last longer than into a muscle. Found: never compared" in flat
    assert "Simons et al. 2022" in flat
    assert not re.search(r"\bNone\b|nan", text)


def test_what_is_recalled_or_derived_is_marked_in_the_table(answer):
    text = answer("routes", "intranasal")
    assert re.search(r"55 % \(48–62\)° +30 min \(20–40\)° +about 15 min\?", text)
    assert "? recalled, unverified" in text


def test_one_route_shows_what_stands_behind_it_and_who_tells_what(answer):
    flat = " ".join(answer("routes", "intramuscular").split())
    for said in (
        "Behind im, racemic and esketamine (adults)",
        "recalled F 0.93, tmax 22 min; adults. Clements et al. 1982",
        "used time of the peak 10 min (midpoint, derived)",
        "assumption Numbers of racemic ketamine are used for esketamine.",
        "Told by: Doctorhub360",
    ):
        assert said in flat
    assert "Through the nose it starts" not in flat


def test_a_route_nobody_knows_is_refused_with_the_nearest(capsys):
    assert cli.run(["routes", "orall"]) == 2
    said = capsys.readouterr()
    assert re.search(r"Unknown route 'orall'. Did you mean .*'oral'", said.err)
    assert said.out == ""
