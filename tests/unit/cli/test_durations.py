"""``reprieve durations``: the table in the terminal and as JSON."""

import json
import re

import pytest

from reprieve import cli
from reprieve.evidence.evidence import Evidence
from reprieve.words import percent

EVIDENCE = Evidence.packaged()


def test_json_has_a_row_for_every_infusion_with_what_is_told_and_found(answer):
    found = json.loads(answer("durations", "--condition", "crps", "--json"))
    assert list(found["conditions"]) == ["crps"]
    rows = found["conditions"]["crps"]
    assert [row["id"] for row in rows] == [row.id for row in EVIDENCE.duration_table.rows]
    for row in rows:
        assert set(row["exceeds"]) == set(row["relief"]) == {"48h", "2wk", "4wk", "12wk"}
        assert [one["day"] for one in row["added"]["helped"]] == [2, 14, 28, 84]
        assert row["placebo"]["exceeds"]
        assert row["nearest"]
        assert row["certainty"]["level"]
    ten = next(row for row in rows if row["id"] == "10h")
    told = next(claim for claim in ten["claims"] if claim["id"] == "S0-19")
    assert (told["status"], told["verified"]) == ("recalled", False)
    assert {one["id"] for one in found["tested_claims"]} == {"S0-19", "S0-20", "S1-16"}
    assert found["provenance"]["seed"] == 1


@pytest.mark.parametrize("columns", [80, 100])
def test_the_screen_fits_and_tests_the_claims(columns, answer, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(columns))
    text = answer("durations", "--condition", "crps")
    assert max(map(len, text.splitlines())) <= columns
    flat = " ".join(text.split())
    assert "Tested After 10 h, about 95 % have relief beyond 48 h (S0-19, unverifiable, unverified)." in flat
    assert "report no share with relief so late" in flat
    assert re.search(r"60 % at day 90 after 120 h \(Goldberg et al\. 2010\)", flat)
    assert "Found 101 h: After about 100 h of infusion" in flat
    assert not re.search(r"\bNone\b|nan", text)


def test_the_screen_shows_the_numbers_of_the_json(answer):
    rows = json.loads(answer("durations", "--condition", "crps", "--json"))["conditions"]["crps"]
    lines = [line for line in answer("durations", "--condition", "crps").splitlines() if line.count(" / ") == 2]
    assert len(lines) == len(rows)
    for row, line in zip(rows, lines, strict=True):
        drug, placebo = percent(row["probability_any"]), percent(row["placebo"]["probability_any"])
        assert line.startswith(row["infusion"])
        assert f" {percent(row['added']['helped'][0]['share'])} " in line
        assert f"{drug.removesuffix(' %')} / {placebo}" in line


def test_a_forecast_says_the_same_as_the_table(answer):
    """40 h as 4 h x 10, for the person of the table, by what both print."""
    rows = json.loads(answer("durations", "--condition", "crps", "--json"))["conditions"]["crps"]
    row = next(one for one in rows if one["id"] == "40h")
    asked = ["--condition", "crps", "--weight", "70", "--pain", "7", "--protocol", "schwartzman2009"]
    made = json.loads(answer("forecast", *asked, "--json"))
    assert made["sustained"]["added"] == row["added"]
    assert made["sustained"]["duration_days"] == row["duration_days"]
    assert made["sustained"]["placebo"] == row["placebo"]


def test_a_condition_with_too_few_studies_ends_with_code_3(capsys):
    assert cli.run(["durations", "--condition", "sci"]) == 3
    said = capsys.readouterr()
    assert "a table needs 2" in said.err
    assert said.out == ""


def test_a_condition_nobody_knows_is_refused(capsys):
    assert cli.run(["durations", "--condition", "fibromialgia"]) == 2
    assert "'fibromyalgia'" in capsys.readouterr().err
