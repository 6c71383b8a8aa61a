"""The page and the terminal say where the uncertainty comes from, with the numbers that ``--json`` holds."""

import json
import re

from made_up_forecast import made_up_forecast

from reprieve import cli
from reprieve.report.forecast_page import render_report
from reprieve.report.uncertainty_table import uncertainty_section

QUESTION = ["forecast", "--condition", "crps", "--weight", "70", "--pain", "7.2", "--protocol", "sigtermans2009"]


def text_of(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("\u00a0", " ").split())


def test_each_source_stands_in_its_own_column():
    text = text_of(uncertainty_section(made_up_forecast().uncertainty))
    assert "48 hours 60 % to 79 % 27 % (−2 % to 50 %) 17 % 2.7 points" in text
    assert "4 weeks 55 % to 76 % 27 % (−2 % to 50 %) 18 % 2.4 points" in text


def test_the_page_gives_the_weight_of_each_nearest_study_and_of_no_other():
    page = text_of(render_report(made_up_forecast(), []))
    assert "Study A weight 44 %" in page
    assert page.count("weight ") == 1


def test_relief_that_outlasts_follow_up_is_said_to_last_longer():
    days = {"q10": 0.0, "q50": 111.0, "q90": 365.0}
    page = text_of(render_report(made_up_forecast(sustained={"duration_days": days}), []))
    assert "median over 90 days (80 % of people: 0 to over 90 days; nobody was followed so long)" in page


def test_the_peak_of_a_minority_is_not_shown():
    few = made_up_forecast(acute={"probability": 0.3, "peak_relief": 0.0})
    assert "less pain" not in text_of(render_report(few, []))
    assert "61 % less pain" in text_of(render_report(made_up_forecast(), []))


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
