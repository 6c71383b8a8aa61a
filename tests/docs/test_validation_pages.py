"""The validation pages: what they say of tables whose answers are known, and of tables that are absent."""

import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace

import generate
import pytest
import validation_tables as made
from documents import ROOT
from generator import validation_pages
from generator.validation import bars, ranks_page, structures_page
from generator.validation.tables import Interval, Tables, load


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    made.write(folder, *made.TABLES)
    return load(folder)


@pytest.fixture(scope="module")
def pages(tables):
    return {name: page() for name, page in validation_pages.pages(tables).items()}


def test_bars_are_judged_by_the_numbers(tables):
    coverage, width, shares, means, in_words, bias, density, sigtermans, placebo, short = bars.bars(tables)
    assert (coverage.found, coverage.verdict) == ("3 of 4, 75 %", "met")
    # (0.3 + 0.4 + 0.3 + 0.2) / 4
    assert (width.found, width.verdict) == ("0.30", "met")
    assert in_words.verdict == "not run"
    # share 0.45 - 0.5, pain -(0.4 - 0.37) and -(0.8 - 0.79), in randomised arms
    assert (bias.found, bias.verdict) == ("−0.030 over 3 numbers; −0.020 without goebel2015", "met")
    # 1 + 0 + 2, and √3 of the SD of 1
    assert (density.found, density.verdict) == ("3.0 (1.7)", "met")
    # (0.05 + 0.35) / 2 = 0.2, beyond 0.165
    assert (shares.found, shares.verdict) == ("0.200; plain 0.100 (2 numbers)", "**missed**")
    # (0.03 + 0.01) / 2 = 0.02
    assert (means.found, means.verdict) == ("0.020; plain 0.100 (2 numbers)", "met")
    assert sigtermans.verdict == "met"
    assert "placebo 0.79 in 0.70 to 0.90" in sigtermans.found
    assert placebo.found.startswith("1 of 1; 1 when the study is in the fit")
    # 6 (2 to 12): neither under 10 points nor holding 0
    assert (short.found, short.verdict) == ("day 2: 6 (2 to 12) points", "**missed**")


def test_the_index_counts_the_bars_and_splits_the_numbers(pages):
    assert "7 of 10 bars are met, 2 are missed, 1 not run." in pages["README.md"]
    assert "| number | seen in a source | 3 | 3 (100 %)" in pages["README.md"]
    assert "| recalled | 1 | 0 (0 %) | 0.40 | 0.35 / 0.10 | – |" in pages["README.md"]
    assert "`python validation/calibration.py held_out` | 2026-01-01" in pages["README.md"]


def test_plain_averages_are_shown_where_the_run_has_them(tables, pages):
    assert not any("- *averages*" in page or "Against plain averages" in page for page in pages.values())
    with_averages = replace(tables, held_out=tuple(replace(o, averages=o.plain) for o in tables.held_out))
    made_now = validation_pages.pages(with_averages)
    held_out, index = made_now["held-out.md"](), made_now["README.md"]()
    assert "| all | plain averages of the same role and measure without it | 4 | 0.100 |" in held_out
    # by the model (0.05 + 0.35 + 0.03 + 0.01) / 4; nearer in all but the one that is off by 0.35
    assert (
        "- Against plain averages the mean absolute error over all numbers is not smaller: 0.110 and 0.100" in held_out
    )
    assert "the model is nearer in 3 of 4" in held_out
    assert "0.200; plain 0.100, averages 0.100 (2 numbers)" in held_out
    assert "- *averages*:" in held_out
    assert "plain regression 0.10, of plain averages 0.10." in held_out
    assert "| recalled | 1 | 0 (0 %) | 0.40 | 0.35 / 0.10 / 0.10 | – |" in index


def test_results_of_an_interrupted_run_are_counted(tables):
    stage = tables.run["ranks"]
    assert "from before" not in validation_pages.pages(tables)["README.md"]()
    with_reused = replace(tables, run={"ranks": stage | {"reused": 3}})
    assert "2 h on 2 cores, with 3 results from before |" in validation_pages.pages(with_reused)["README.md"]()


def test_a_run_with_other_evidence_is_called_out(tmp_path):
    made.write(tmp_path, fingerprint="000000000000")
    assert (
        "The evidence has changed since held_out and ranks ran" in validation_pages.pages(load(tmp_path))["README.md"]()
    )


def test_the_worst_miss_is_told_by_the_study_s_record(pages):
    (line,) = (line for line in pages["held-out.md"].splitlines() if "More relief than foretold" in line)
    assert line.startswith("| Correll 2004 |")
    assert "Case series of 33, open label" in line
    assert "The number is recalled, not seen" in line


@pytest.mark.parametrize(
    ("elpd", "shipped", "said"),
    [
        (made.ELPD, "reported", "It predicts best, but `mechanism` lies within 2 standard errors"),
        (made.ELPD, "mechanism", "`reported` has the higher score, by 3.0 with a standard error of 1.7: within 2"),
        # 3, 2, 4: sum 9, SD 1, SE 1.7
        (
            {"reported": (-1, -2, -3), "mechanism": (-4, -4, -7)},
            "reported",
            "It predicts best of all. `mechanism` predicts worse",
        ),
        ({"reported": (-1, -2, -3), "mechanism": (-4, -4, -7)}, "mechanism", "prediction speaks against this choice"),
    ],
)
def test_why_a_structure_ships_follows_from_the_scores(elpd, shipped, said):
    scores = [
        structures_page.Score(name, f"study {i}", value, 0.1)
        for name, values in elpd.items()
        for i, value in enumerate(values)
    ]
    assert said in structures_page.verdict(structures_page.compare(scores), shipped)


def test_parameters_that_the_trials_do_not_inform_are_listed(pages):
    section = pages["parameters.md"].split("## What the trials do not tell")[1]
    assert "2 of 3 intervals" in section
    assert "`added_by_hours` (more of it for each e-fold of hours with drug" in section
    assert "What is believed is assumed: each e-fold of hours with drug" in section
    assert "`low back`: no arm of the fit gave ketamine in" in section
    assert "added_half_life" not in section


def test_medians_that_move_are_listed(pages):
    assert pages["sensitivity.md"].count("goes up to") == 1
    assert "without recalled numbers: `added_half_life` goes up to 34 (24 to 44)" in pages["sensitivity.md"]


def test_ranks_are_tested_for_uniformity(tables, pages):
    found = ranks_page.by_parameter(tables.ranks)
    assert ranks_page.uniformity(found["added_spread"], 50) == pytest.approx(1.0)
    # all at 0.5 / 51: the largest distance is 1 - 0.0098, to the power of 51
    assert ranks_page.uniformity(found["r_potency"], 50) < 1e-50
    assert "1 of 2 parameters have a p under 0.05; 0.1 are expected" in pages["ranks.md"]
    assert "The ranks are not uniform" in pages["ranks.md"]


def test_pictures_hold_every_number(tables):
    drawn = {name: draw() for name, draw in validation_pages.pictures(tables).items()}
    assert set(drawn) == {
        "held-out/held_out_crps.svg", "parameters/parameters.svg", "sensitivity/sensitivity.svg", "ranks/ranks.svg",
    }  # fmt: skip
    for picture in drawn.values():
        ET.fromstring(picture.svg)
        ET.fromstring(picture.narrow_svg)
    assert drawn["held-out/held_out_crps.svg"].svg.count("<circle") == len(made.HELD_OUT) + 1  # and one in the legend
    assert len(drawn["parameters/parameters.svg"].table.rows) == 3


def test_pages_show_their_pictures_and_no_other(tables, pages):
    for name in validation_pages.pictures(tables):
        assert f"]({name})" in "".join(pages.values())


@pytest.mark.parametrize("name", validation_pages.pages(Tables()))
def test_a_page_without_tables_says_that_nothing_was_run(name):
    assert "has not been run: `python validation/calibration.py " in validation_pages.pages(Tables())[name]()


def test_each_stage_alone_makes_its_page(tmp_path):
    made.write(tmp_path, "sensitivity")
    pages = {name: page() for name, page in validation_pages.pages(load(tmp_path)).items()}
    assert "has not been run" not in pages["sensitivity.md"]
    assert "has not been run" in pages["held-out.md"]
    assert "0 of 10 bars are met, 1 is missed, 9 not run." in pages["README.md"]


def test_no_picture_is_left_behind():
    kept = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.svg")}
    assert kept <= set(generate.PICTURES), "delete pictures that no page shows any more"


def test_an_interval_holds_its_ends():
    # written with four digits, 1/3 may lie beside the end that it is
    assert Interval(0.1, 0.2, 0.3333).holds(1 / 3)
    assert not Interval(0.1, 0.2, 0.3333).holds(0.335)


def test_pages_are_made_without_the_tools_of_the_calibration():
    code = "import sys, generate; sys.exit(bool({'jax', 'numpyro', 'arviz_stats'} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT / "docs", check=True)
