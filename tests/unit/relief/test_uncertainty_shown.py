"""The page and the terminal say where the uncertainty comes from, with the numbers that ``--json`` holds."""

import json
import re

import pytest

from reprieve import cli
from reprieve.relief.report import render_report
from reprieve.relief.report_uncertainty import uncertainty_section

UNCERTAINTY = {
    "posterior": {"chance": {"48h": {"low": 0.6, "high": 0.79}, "4wk": {"low": 0.55, "high": 0.76}}},
    "setting": {"chance_sd": {"48h": 0.166, "4wk": 0.176}},
    "population": {"pain_sd": {"48h": 2.66, "4wk": 2.44}},
    "difference_from_placebo": {"48h": {"mean": 0.27, "low": -0.02, "high": 0.5}},
}
QUESTION = ["forecast", "--condition", "crps", "--weight", "70", "--pain", "7.2", "--protocol", "sigtermans2009"]


def text_of(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("\u00a0", " ").split())


def test_each_source_stands_in_its_own_column():
    text = text_of(uncertainty_section(UNCERTAINTY))
    assert "48 hours 60 % to 79 % 27 % (−2 % to 50 %) 17 % 2.7 points" in text
    assert "4 weeks 55 % to 76 % – 18 % 2.4 points" in text
    assert "12 weeks" not in text


@pytest.mark.parametrize("missing", ["setting", "population", "difference_from_placebo"])
def test_a_source_that_the_answer_lacks_is_a_dash(missing):
    fewer = {name: part for name, part in UNCERTAINTY.items() if name != missing}
    assert "–" in text_of(uncertainty_section(fewer)).split("48 hours")[1].split("4 weeks")[0]


def test_an_answer_without_uncertainty_has_no_such_block():
    assert uncertainty_section({}) == ""
    assert "Where the uncertainty" not in render_report({}, [])


def test_the_page_gives_the_weight_of_each_nearest_study_and_of_no_other():
    near = {"study": "Study A", "why": "same condition", "weight": 0.44}
    page = text_of(render_report({"evidence": [near, {"study": "Model B", "role": "computed from"}]}, []))
    assert "Study A weight 44 %" in page
    assert page.count("weight ") == 1


def test_relief_that_outlasts_follow_up_is_said_to_last_longer():
    days = {"q10": 0.0, "q50": 111.0, "q90": 365.0}
    page = text_of(render_report({"sustained": {"duration_days": days, "follow_up_days": 365.0}}, []))
    assert "median 111 d (80 % interval 0 d to more than 365 d)" in page


def test_the_peak_of_a_minority_is_not_shown():
    acute = {"probability": 0.3, "peak_relief": 0.0, "onset_min": 12.0}
    assert "less pain" not in text_of(render_report({"acute": acute}, []))
    assert "61 % less pain" in text_of(render_report({"acute": acute | {"probability": 0.7, "peak_relief": 0.61}}, []))


def test_the_terminal_says_the_same_as_json(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    assert cli.run([*QUESTION, "--patients", "200"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert cli.run([*QUESTION, "--patients", "200", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    chance = made["uncertainty"]["posterior"]["chance"]["4wk"]
    assert f"average clinic is {100 * chance['low']:.0f}–{100 * chance['high']:.0f} %" in said
    assert f"clinics by {100 * made['uncertainty']['setting']['chance_sd']['4wk']:.0f} % in that chance" in said
    assert f"{made['uncertainty']['population']['pain_sd']['4wk']:.1f} points of pain" in said
    nearest = next(row for row in made["evidence"] if row["role"] == "nearest study")
    assert f"Nearest {nearest['study']} ({100 * nearest['weight']:.0f} %)" in said


def test_no_effect_reads_as_on_placebo(capsys):
    asked = ["forecast", "--condition", "neuropathic", "--weight", "70", "--pain", "7", "--patients", "100"]
    assert cli.run([*asked, "--regimen", "racemic topical 30 mg"]) == 0
    assert "as on placebo" in " ".join(capsys.readouterr().out.split())
