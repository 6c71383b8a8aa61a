"""Controlled comparisons: one effect per study, limits of the formulas, and sentences for what cannot be answered."""

import json
import math
from dataclasses import replace
from functools import partial
from itertools import pairwise
from xml.etree import ElementTree

import msgspec
import numpy as np
import pytest
from scipy import stats

from reprieve import cli
from reprieve.answers.meta_analysis import meta_analysis_answer
from reprieve.errors import InputError, OutsideEvidence, UnknownName
from reprieve.evidence.evidence import Evidence
from reprieve.inference.controlled_comparisons import Comparisons, controlled_comparisons
from reprieve.inference.effect_sizes import (
    MEASURES,
    Counts,
    Mean,
    from_counts,
    from_p,
    largest_correlation,
    measure,
    together,
)
from reprieve.inference.meta_analysis import pool, regress
from reprieve.inference.moderators import CONDITION, DOSE, HOURS, MODERATORS
from reprieve.inference.synthesis import Synthesis, synthesise
from reprieve.inference.window import WINDOWS, window
from reprieve.report.study_pictures import bubble_of, forest_of, funnel_of, slope_line

EVIDENCE = Evidence.packaged()

EVERY = [(how, when) for how in MEASURES for when in WINDOWS]


def test_windows_tile_the_twelve_weeks():
    for before, after in pairwise(WINDOWS):
        assert before.until == after.after
    for day, name in (
        (0, "day"),
        (1, "day"),
        (1.01, "week"),
        (7, "week"),
        (7.5, "month"),
        (31, "month"),
        (84, "quarter"),
    ):
        assert [one.id for one in WINDOWS if one.holds(day)] == [name]
    assert not any(one.holds(84.5) for one in WINDOWS)
    assert sorted((3.0, 7.0, 5.0), key=window("week").nearness)[0] == 7.0


@pytest.mark.parametrize(("how", "when"), EVERY)
def test_every_controlled_study_is_accounted_for_once(how, when):
    made = controlled_comparisons(EVIDENCE.studies, how, when)
    named = [one.study.id for one in (*made.effects, *made.shown, *made.left_out)]
    controlled = [s.id for s in EVIDENCE.studies if any(arm.role != "ketamine" for arm in s.arms)]
    assert sorted(named) == sorted(controlled)
    assert made.uncontrolled == len(EVIDENCE.studies) - len(controlled)
    assert all(when.holds(effect.day) and effect.se > 0 for effect in made.effects)


def test_the_first_week_of_sigtermans_is_as_printed():
    (effect,) = controlled_comparisons(EVIDENCE.studies, measure("md"), window("week")).effects
    assert effect.study.id == "sigtermans2009"
    assert effect.estimate == pytest.approx(2.68 - 5.45)
    assert effect.se == pytest.approx(math.hypot(0.51, 0.48))  # standard errors are printed
    assert "standard errors" in effect.how


def test_two_doses_beside_one_placebo_count_as_one_study():
    found = {e.study.id: e for e in controlled_comparisons(EVIDENCE.studies, measure("rd"), window("day")).effects}
    assert found["lumanauw2019"].counts == (Counts(25 + 28, 30 + 35), Counts(13, 32))


def test_a_crossover_with_other_patients_in_each_arm_is_left_out():
    left = {
        one.study.id: one.why for one in controlled_comparisons(EVIDENCE.studies, measure("rd"), window("day")).left_out
    }
    assert "70 after ketamine, 94 after placebo" in left["persson2012"]
    assert "28 after ketamine, 30 after placebo" in left["lemming2005"]
    assert "not with placebo" in left["kim2015phn"]


def test_a_bound_is_shown_and_a_nerve_block_is_not_pooled():
    made = controlled_comparisons(EVIDENCE.studies, measure("smd"), window("week"))
    shown = {one.study.id: one for one in made.shown}
    assert shown["lumanauw2019"].low == -shown["lumanauw2019"].high
    assert "epidural" in shown["amr2011epi"].why
    assert shown["amr2011epi"].high < 0  # less pain with ketamine


def test_a_printed_p_comes_back_from_its_effect():
    found = from_p(0.0314, 24, 31)
    d = found.estimate / math.exp(math.lgamma(53 / 2) - math.lgamma(52 / 2)) * math.sqrt(53 / 2)
    t = d / math.sqrt(1 / 24 + 1 / 31)
    assert 2 * stats.t.sf(t, 53) == pytest.approx(0.0314)


def test_pairing_narrows_and_an_impossible_correlation_is_lowered():
    # 7 and 2 of 12: at best the two who respond to placebo are among the seven, phi = 0.38
    one, other = Counts(7, 12), Counts(2, 12)
    table = np.repeat([[1, 1], [1, 0], [0, 0]], [2, 5, 5], axis=0)
    assert largest_correlation(one, other) == pytest.approx(np.corrcoef(table.T)[0, 1])
    at = [from_counts(measure("rd"), one, other, correlation=r).variance for r in (0.0, 0.2, 0.5, 0.9)]
    assert at[0] > at[1] > at[2] == at[3]
    # at that limit the variance is that of the paired differences themselves
    assert at[3] == pytest.approx(np.var(table[:, 0] - table[:, 1]) / 12)


def test_groups_taken_together_are_the_patients_taken_together():
    rng = np.random.default_rng(5)
    samples = [rng.normal(m, 2.0, n) for m, n in ((3.0, 7), (5.0, 11), (4.0, 4))]
    found = together([Mean(x.mean(), x.std(ddof=1), x.size) for x in samples])
    everybody = np.concatenate(samples)
    assert found == pytest.approx((everybody.mean(), everybody.std(ddof=1), everybody.size))


def test_pooling_does_not_depend_on_the_order_and_shifts_with_the_data():
    y, se = np.array([0.1, 0.9, 0.4, -0.6]), np.array([0.2, 0.3, 0.1, 0.5])
    one, other, shifted = pool(y, se), pool(y[::-1], se[::-1]), pool(3 * y + 1, 3 * se)
    assert one.random.estimate == pytest.approx(other.random.estimate)
    assert shifted.random.estimate == pytest.approx(3 * one.random.estimate + 1)
    assert shifted.heterogeneity.tau2 == pytest.approx(9 * one.heterogeneity.tau2)
    assert shifted.heterogeneity.i2 == pytest.approx(one.heterogeneity.i2)


def test_equal_errors_give_the_variance_of_the_estimates():
    # with equal v the restricted likelihood has its top at s² - v
    y = np.array([0.0, 1.0, 4.0, 5.0])
    assert pool(y, np.full(4, 0.5)).heterogeneity.tau2 == pytest.approx(y.var(ddof=1) - 0.25)


@pytest.mark.parametrize(
    ("error", "sentence", "call"),
    [
        (InputError, "standard error of study 2 is 0; it must be above 0", lambda: pool([1, 2], [1, 0])),
        (InputError, "estimate of study 1 is not a finite", lambda: pool([math.nan, 2], [1, 1])),
        (InputError, "2 estimates and 1 standard errors", lambda: pool([1, 2], [1])),
        (OutsideEvidence, "One study was given; there is nothing to pool", lambda: pool([1], [1])),
        (InputError, "lies between 0 and 1", lambda: pool([1, 2], [1, 1], level=95)),
        (OutsideEvidence, "2 studies cannot tell 2", lambda: regress([1, 2], [1, 1], {"a": [1, 2]})),
        (InputError, "cannot be told apart", lambda: regress([1, 2, 3], [1, 1, 1], {"a": [4, 4, 4]})),
        (InputError, "'a' has 2 values for 3 studies", lambda: regress([1, 2, 3], [1, 1, 1], {"a": [4, 4]})),
        (UnknownName, "Unknown window 'year'", lambda: window("year")),
        (UnknownName, "Unknown measure 'nnt'", lambda: measure("nnt")),
    ],
)
def test_what_cannot_be_answered_says_why(error, sentence, call):
    with pytest.raises(error, match=sentence):
        call()


@pytest.mark.parametrize("draw", [forest_of, funnel_of, *(partial(bubble_of, by=by) for by in MODERATORS)])
@pytest.mark.parametrize("how", ["rd", "or"])
def test_pictures_hold_every_study_in_words_and_numbers(draw, how):
    made = synthesise(EVIDENCE.studies, measure(how), window("day"))
    picture = draw(made, EVIDENCE.references)
    for svg in (picture.svg, picture.narrow_svg):
        root = ElementTree.fromstring(svg)
        assert "Lumanauw" in "".join(root.itertext())
        width = float(root.get("viewBox").split()[2])
        for node in root.iter("{http://www.w3.org/2000/svg}text"):
            assert 0 <= float(node.get("x")) <= width
    assert {row[0] for row in picture.table.rows} >= {"Lumanauw et al. 2019", "Kvarnstrom et al. 2003"}
    assert "Kvarnstrom et al. 2003" in picture.description


def test_squares_grow_with_weight_and_the_diamond_spans_the_interval():
    made = synthesise(EVIDENCE.studies, measure("rd"), window("day"))
    root = ElementTree.fromstring(forest_of(made, EVIDENCE.references).svg)
    squares = [float(n.get("width")) for n in root.iter() if n.get("class") == "rp-square"]
    assert [squares.index(s) for s in sorted(squares)] == list(np.argsort(made.pooled.weights))
    assert sum(n.get("class") == "rp-diamond" for n in root.iter()) == 1


def test_one_study_is_not_pooled():
    made = synthesise(EVIDENCE.studies, measure("md"), window("week"))
    assert made.pooled is None
    assert len(made.effects) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        ("forest", 0, "Pooled"),
        ("forest --window week", 0, "One study: nothing to pool."),
        ("forest --measure or --json", 0, '"untruncated"'),
        ("funnel", 0, "Egger's test"),
        ("bubble --measure rr", 0, "each doubling of the hours"),
        ("bubble --by dose", 0, "each doubling of the dose, here 0.373 to 0.4 mg/kg"),
        ("bubble --by dose --measure rr", 0, "(<0.001 to "),
        ("bubble --by weather", 2, "Unknown moderator 'weather'"),
        ("bubble --window month", 3, "Ask for another window"),
        ("forest --window year", 2, "Unknown window 'year'"),
        ("forest --measure nnt", 2, "Unknown measure 'nnt'"),
        ("forest --condition toothache", 2, "Unknown condition"),
        ("forest --out x.png", 2, "ends in .svg or .html"),
        ("forest --window month", 3, "Ask for another window"),
        ("funnel --condition crps", 3, "No placebo-controlled study"),
    ],
)
def test_at_the_command_line(arguments, code, sentence, capsys):
    assert cli.run(["evidence", *arguments.split()]) == code
    said = capsys.readouterr()
    assert sentence in " ".join((said.out if code == 0 else said.err).split())


@pytest.mark.parametrize(
    ("arguments", "studies", "sentence"),
    [
        (
            "bubble --by condition",
            3,
            "takes 3 coefficients and needs 4 or more studies in these 3 conditions; here are 3",
        ),
        (
            "bubble --window week",
            1,
            "takes 2 coefficients and needs 3 or more studies with known infusion hours; here is 1",
        ),
        ("bubble --window week --by condition", 1, "takes 2 coefficients and needs 3 or more studies; here is 1"),
    ],
)
def test_without_a_regression_the_studies_are_shown_and_the_exit_code_is_3(
    arguments, studies, sentence, tmp_path, capsys
):
    out = tmp_path / "bubble.svg"
    assert cli.run(["evidence", *arguments.split(), "--out", str(out)]) == 3
    text = capsys.readouterr().out
    assert sentence in " ".join(text.split())
    assert " et al. " in text
    assert sentence in ElementTree.parse(out).findtext("{http://www.w3.org/2000/svg}desc")
    assert cli.run(["evidence", *arguments.split(), "--json"]) == 3
    answer = json.loads(capsys.readouterr().out)
    assert sentence in answer["meta_regression"]["why_none"]
    assert answer["meta_regression"]["studies"] == len(answer["effects"]) == studies


def test_json_holds_the_regression(capsys):
    assert cli.run(["evidence", "bubble", "--by", "dose", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    found, effects = answer["meta_regression"], answer["effects"]
    again = regress(
        [e["pooled_scale"]["estimate"] for e in effects],
        [e["pooled_scale"]["se"] for e in effects],
        {"dose": [math.log(e["mg_per_kg"]) for e in effects]},
        truncated=True,
    )
    assert [c["name"] for c in found["coefficients"]] == ["intercept", "log dose in mg/kg"]
    assert [c["estimate"] for c in found["coefficients"]] == [c.estimate for c in again.coefficients]
    assert (found["test"]["f"], found["test"]["df"], found["why_none"]) == (again.f, [1, 1], None)


def studies_in(conditions, estimates):
    """A synthesis of studies alike in all but condition and estimate."""
    one = synthesise(EVIDENCE.studies, measure("rd"), window("day")).effects[0]
    effects = tuple(
        replace(one, study=msgspec.structs.replace(one.study, condition=condition), estimate=estimate)
        for condition, estimate in zip(conditions, estimates, strict=True)
    )
    return Synthesis(Comparisons(measure("rd"), window("day"), effects, (), (), 0), None, None)


def test_coefficients_of_conditions_are_differences_of_means_from_the_most_frequent():
    made = studies_in(["sci", "crps", "crps", "sci", "crps", "low_back"], [0.5, 0.1, 0.2, 0.3, 0.3, 0.0])
    found = made.on(CONDITION)  # equal errors: plain means 0.2, 0.4 and 0.0
    assert found.names == ("intercept", "sci", "low back")
    assert [c.estimate for c in found.coefficients] == pytest.approx([0.2, 0.2, -0.2])
    assert found.f_df == (2, 3)
    assert meta_analysis_answer(made, CONDITION).meta_regression.reference == "crps"
    assert "difference from crps: sci 0.2 (" in slope_line(made, CONDITION)
    assert "; F\u00a0" in slope_line(made, CONDITION)
    assert "Under 20 studies this means little" in slope_line(made, CONDITION)


def test_a_category_is_drawn_with_a_line_for_each_level_above_its_name():
    made = studies_in(["sci", "crps", "crps", "sci", "low_back"], [0.5, 0.1, 0.2, 0.3, 0.0])
    picture = bubble_of(made, EVIDENCE.references, CONDITION)
    for svg in (picture.svg, picture.narrow_svg):
        nodes = list(ElementTree.fromstring(svg).iter())
        lines = [n.get("d") for n in nodes if n.get("class") == "rp-line" and n.get("d")]
        assert len(lines) == 3
        names = {n.text: float(n.get("x")) for n in nodes if n.get("text-anchor") == "middle"}
        assert list(names) == ["crps", "sci", "low back"]
        places = {float(n.get("cx")) for n in nodes if n.get("class") == "rp-bubble"} & set(names.values())
        assert places == set(names.values())
    assert picture.table.rows[0][1] == "sci"


def test_what_is_the_same_everywhere_is_no_moderator():
    one = studies_in(["sci"] * 4, [0.5, 0.1, 0.2, 0.3])
    for by, said in ((CONDITION, "condition"), (HOURS, "infusion hours"), (DOSE, "dose in mg/kg")):
        with pytest.raises(
            OutsideEvidence, match=f"All 4 studies have the same {said}; there is nothing to regress on"
        ):
            one.on(by)


def test_doses_that_differ_by_rounding_are_the_same():
    effects = synthesise(EVIDENCE.studies, measure("rd"), window("day")).effects
    near = tuple(e for e in effects if e.study.id in {"kvarnstrom2003", "kvarnstrom2004"})
    assert len({DOSE.of(e) for e in near}) == 2  # 0.4 and 0.4000000000000001
    assert DOSE.columns(near) == {}


def test_a_terminal_of_eighty_columns_holds_the_table(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    for draw in ("forest", "funnel", "bubble"):
        assert cli.run(["evidence", draw]) == 0
        assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


@pytest.mark.parametrize("name", ["forest.svg", "forest.html"])
def test_a_picture_is_written(name, tmp_path, capsys):
    assert cli.run(["evidence", "forest", "--out", str(tmp_path / name)]) == 0
    assert "<svg" in (tmp_path / name).read_text(encoding="utf-8")
    assert "Picture written" in capsys.readouterr().err
