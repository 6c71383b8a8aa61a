"""``reprieve evidence``: what it prints is what the records hold; unverified numbers are marked or left out."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest

from reprieve import cli
from reprieve.evidence.evidence import Evidence

EVIDENCE = Evidence.packaged()


@pytest.fixture(autouse=True)
def narrow(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")


def said(capsys, *arguments):
    assert cli.run(["evidence", *arguments]) == 0
    return capsys.readouterr().out


def answered(capsys, *arguments):
    return json.loads(said(capsys, *arguments, "--json"))


def refused(capsys, *arguments):
    assert cli.run(["evidence", *arguments]) == 2
    out = capsys.readouterr()
    assert out.out == ""
    return out.err


EVERY_SCREEN = [
    ("list",), ("list", "--role", "all"), ("list", "--role", "review"), ("table",), ("search", "pain"),
    *(("show", name) for name in ("sigtermans2009", "amr2010", "dahan2011", "kiefer2008coma", "michelet2018")),
]  # fmt: skip


@pytest.mark.parametrize("arguments", EVERY_SCREEN, ids=" ".join)
def test_a_screen_fits_80_columns(arguments, capsys):
    lines = said(capsys, *arguments).splitlines()
    assert max(map(len, lines)) <= 80


def test_list_has_the_evidence_and_counts_the_rest(capsys):
    text = " ".join(said(capsys, "list").split())
    for study in EVIDENCE.studies:
        assert study.id in text
    assert "dahan2011" not in text
    assert "36 background, 2 duplicate, 8 withheld" in text


def test_list_is_filtered_by_condition_route_design_and_role(capsys):
    rows = answered(capsys, "list", "--condition", "RSD", "--route", "intravenous", "--design", "rct")["studies"]
    assert {row["id"] for row in rows} == {"crps357", "schwartzman2009", "sigtermans2009"}
    withheld = answered(capsys, "list", "--role", "withheld")["studies"]
    assert len(withheld) == 8
    assert {row["numbers"] for row in withheld} == {0}
    # One arm of patil2012 had CRPS.
    assert "patil2012" in {row["id"] for row in answered(capsys, "list", "--condition", "crps")["studies"]}


def test_a_line_of_the_list_is_the_record(capsys):
    (row,) = (one for one in answered(capsys, "list")["studies"] if one["id"] == "sigtermans2009")
    assert (row["n"], row["infusion_hours"], row["risk_of_bias"]) == (60, [100.8, 100.8], "some")
    assert (row["numbers"], row["usable_numbers"]) == (7, 6)
    (verified,) = (one for one in answered(capsys, "list", "--verified-only")["studies"] if one["id"] == row["id"])
    assert (verified["numbers"], verified["usable_numbers"]) == (5, 4)


def test_show_marks_what_was_never_seen(capsys):
    text = said(capsys, "show", "sigtermans2009")
    baseline = next(line for line in text.splitlines() if "7.2 (SE 0.2)" in line)
    assert "unverified" in baseline
    week1 = next(line for line in text.splitlines() if "2.68 (SE 0.51)" in line)
    assert "seen" in week1
    assert "nausea about 63%, vomiting about 47% (recalled, unverified)" in text


def test_show_says_that_a_study_is_withheld_and_has_no_numbers(capsys):
    text = " ".join(said(capsys, "show", "amr2010").split())
    assert "Withheld: its results are kept for the exam of the forecast" in text
    assert "racemic iv 80 mg over 5 h every 24 h x 7" in text
    page = answered(capsys, "show", "amr2010")
    assert page["outcomes"] == []
    assert all(arm["reported"] == [] for arm in page["arms"])


def test_show_says_that_a_duplicate_is_not_counted(capsys):
    assert "its patients are those of sigtermans2009" in said(capsys, "show", "dahan2011")


def test_show_of_a_review_says_that_it_is_not_fitted_to(capsys):
    text = " ".join(said(capsys, "show", "michelet2018").split())
    assert "never to be fitted to" in text
    assert "-0.82 points (95 % CI -1.42 to" in text
    assert answered(capsys, "show", "michelet2018")["fit"] is False


def test_show_has_the_flags(capsys):
    assert "27.3 % are 15 of the 55" in " ".join(said(capsys, "show", "pomeroy2017").split())


@pytest.mark.parametrize("where", [("--verified-only", "show"), ("show", "--verified-only")], ids=" ".join)
def test_verified_only_is_an_option_of_the_group_and_of_the_command(where, capsys):
    page = answered(capsys, *where, "kiefer2008coma")
    assert {number["status"] for number in page["outcomes"]} == {"seen"}
    assert len(page["outcomes"]) == 1


@pytest.mark.parametrize("study_id", EVIDENCE.study_ids)
def test_verified_only_tells_nothing_recalled(study_id, capsys):
    text = said(capsys, "--verified-only", "show", study_id)
    assert "unverified" not in text
    assert "recalled" not in text.split("Source")[0]
    (_, after) = text.split("Source", 1)
    assert "recalled" not in after.replace("year recalled", "")


def test_verified_only_leaves_out_what_the_table_has(capsys):
    every = answered(capsys, "table")["numbers"]
    verified = answered(capsys, "table", "--verified-only")["numbers"]
    assert len(verified) == sum(row["status"] in ("seen", "derived") for row in every) < len(every)


def test_the_table_has_every_number_once(capsys):
    rows = answered(capsys, "table")["numbers"]
    assert len(rows) == sum(len(study.outcomes) for study in EVIDENCE.all_studies)
    assert not {row["study"] for row in rows} & {"amr2010", "dahan2011"}


def test_the_table_is_filtered(capsys):
    rows = answered(
        capsys, "table", "--condition", "crps", "--kind", "proportion", "--endpoint", "sustained", "--window", "60:120"
    )["numbers"]
    assert rows
    for row in rows:
        assert (row["condition"], row["kind"], row["endpoint"]) == ("crps", "proportion", "sustained")
        assert 60 <= row["days_after_end"] <= 120


def test_the_csv_is_the_json(capsys):
    rows = answered(capsys, "table", "--condition", "crps")["numbers"]
    printed = list(csv.DictReader(io.StringIO(said(capsys, "table", "--condition", "crps", "--csv"))))
    assert len(printed) == len(rows)
    assert list(printed[0]) == list(rows[0])
    for line, row in zip(printed, rows, strict=True):
        assert float(line["value"]) == row["value"]
        assert line["status"] == row["status"]
        assert line["flags"].split() == row["flags"]
        assert line["usable"] == str(row["usable"]).lower()


def test_search_shows_matches_with_their_role(capsys):
    text = said(capsys, "search", "phantom", "limb")
    assert re.search(r"nikolajsen1997 .* background", text)
    assert answered(capsys, "search", "phantom", "limb")["found"][0]["id"] == "eichenberger2008"
    assert "Nothing speaks of 'xyzzy'" in said(capsys, "search", "xyzzy")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("show", "sigtermans2008"), r"Unknown study or review .*Did you mean .*'sigtermans2009'.* --role all' lists"),
        (("list", "--condition", "gout"), "Unknown condition 'gout'"),
        (("list", "--route", "skin"), "Unknown route 'skin'"),
        (("list", "--role", "review", "--condition", "crps"), "Reviews have no single condition"),
        (("list", "--design", "trial"), "'trial' is not one of 'rct'"),
        (("table", "--window", "7"), "The window is given as '7'; write two days after the course, as 7:30"),
        (("table", "--window", "30:7"), "ends before it begins; write the earlier day first"),
        (("table", "--window", "a:7"), "The first day"),
        (("table", "--csv", "--json"), "Both --csv and --json are given; give one of them"),
        (("search",), "Missing argument"),
    ],
)
def test_a_mistake_is_one_sentence(arguments, sentence, capsys):
    text = refused(capsys, *arguments)
    assert re.search(sentence, text)
    assert len(text.splitlines()) == 1
