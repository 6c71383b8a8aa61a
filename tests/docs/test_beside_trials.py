"""The page beside the trials: what it takes from the records, and what follows from it."""

import re

import pytest
from documents import ROOT
from generator.validation import beside_trials_page as page

from reprieve.evidence.evidence import Evidence

EVIDENCE = Evidence.packaged()

TEXT = (ROOT / "docs" / "validation" / "beside-trials.md").read_text(encoding="utf-8")


def test_the_long_course_is_printed_as_the_record_has_it():
    weeks = page._sigtermans()
    assert [one.week for one in weeks] == list(range(1, 13))
    # 5.45 on placebo, 2.68 with the drug
    assert weeks[0].printed == pytest.approx(2.77)
    assert [one.week for one in weeks if one.printed is not None] == [1]
    assert {one.week: one.p.value for one in weeks if one.p} == {11: 0.05, 12: 0.07}
    # week 1 ends 7 d after the start of a course of 100.8 h
    assert weeks[0].day == pytest.approx(7 - 4.2)


def test_the_forecast_falls_from_week_to_week_and_an_average_is_surer_than_a_trial():
    weeks = page._sigtermans()
    middles = [one.on_average[0] for one in weeks]
    assert middles == sorted(middles, reverse=True)
    for one in weeks:
        assert one.on_average[2] - one.on_average[1] < one.in_trial[2] - one.in_trial[1]


def test_a_p_is_turned_into_a_difference_by_hand():
    # z of two-sided 0.07 is 1.812; standard errors 0.51 and 0.48 make 0.700
    assert "p 0.07 at week 12 is a difference of 1.3 points" in TEXT
    # z of 0.05 is 1.960
    assert "one of 1.4 points or more" in TEXT


def test_the_only_comparison_of_lengths_is_there():
    assert [study.id for study in page._compare_lengths()] == ["crps357"]
    assert TEXT.count("against 3d") == 6 + sum("against 3d" in line for line in _section("Where it is still wrong"))


def test_nothing_of_withheld_studies_is_there():
    for study in EVIDENCE.all_studies:
        if study.withheld:
            assert study.id not in TEXT
            assert f"[{page.words.study_name(study.id)}]" not in TEXT


def test_all_randomised_numbers_outside_are_told():
    told = int(re.search(r"^(\d+) of \d+ numbers of randomised arms", TEXT, re.MULTILINE)[1])
    rows = [line for line in _section("Where it is still wrong") if re.search(r"\b(more|less) than forecast\b", line)]
    assert len(rows) == told


def test_every_slow_route_trial_has_a_row():
    rows = "\n".join(_section("By mouth, cheek or nose"))
    for study in EVIDENCE.studies:
        routes = {arm.route for arm in study.arms if arm.role == "ketamine"}
        if study.role == "evidence" and study.design_class.startswith("rct") and routes & page.ABSORBED_SLOWLY:
            assert page.words.study_name(study.id) in rows


def _section(title):
    return TEXT.split(f"## {title}\n")[1].split("\n## ")[0].splitlines()
