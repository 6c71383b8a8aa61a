"""How numbers, times and names are said, and that everything that speaks says them so."""

import pytest

from reprieve.regimen import Regimen
from reprieve.relief.verdict import judge
from reprieve.words import (
    HORIZONS,
    NBSP,
    clock,
    days,
    days_span,
    glued,
    horizon,
    percent,
    percent_span,
    plain,
    sampled,
    short_days,
    spoken,
    three_figures,
    wrapped,
)


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "0 %"),
        (0.004, "<1 %"),
        (0.0051, "1 %"),
        (0.24, "24 %"),
        (0.994, "99 %"),
        (0.999, ">99 %"),
        (1.0, "100 %"),
        (None, "–"),
    ],
)
def test_percent_never_claims_a_false_zero_or_certainty(share, words):
    assert percent(share) == words


def test_a_span_that_reads_the_same_at_both_ends_is_said_once():
    assert percent_span(0.03, 0.27) == "3–27 %"
    assert percent_span(0.031, 0.029) == "3 %"


def test_numbers_read_as_numbers():
    assert plain(-14.0) == "−14"
    assert plain(7.20) == "7.2"
    assert plain(-0.01) == "0"
    assert [three_figures(v) for v in (157.4, 15.74, 1.574, 0.01574)] == ["157", "15.7", "1.57", "0.0157"]


@pytest.mark.parametrize(
    ("value", "said", "short"),
    [(0.0, "0 days", "0 d"), (1.0, "1 day", "1 d"), (2.54, "2.5 days", "2.5 d"), (19.4, "19 days", "19 d"),
     (9.97, "10 days", "10 d")],
)  # fmt: skip
def test_days_have_a_decimal_below_ten(value, said, short):
    assert (days(value), short_days(value)) == (said, short)


def test_a_time_is_said_in_the_unit_that_reads_best():
    assert [clock(h) for h in (0.5, 2.0, 47.9, 48.0, None)] == ["30 min", "2 h", "48 h", "2 days", "–"]
    assert days_span(0.0, 31.4) == "0 to 31 days"


def test_a_number_is_not_parted_from_its_unit():
    assert glued("10 mg over 40 min") == f"10{NBSP}mg over 40{NBSP}min"
    assert wrapped("given 10 mg", 8).splitlines() == ["given", "10 mg"]


def test_names_are_said_once():
    assert [spoken(name) for name in ("crps", "low_back", "sci")] == ["CRPS", "low back", "spinal cord injury"]
    assert sampled("arterial") == "arterial sampling"


def test_horizons_rise_and_are_found_by_name():
    assert [one.days for one in HORIZONS] == [2.0, 14.0, 28.0, 84.0]  # 48 h; 2, 4 and 12 weeks of 7 days
    assert horizon("12wk").words == "12 weeks"


def test_a_verdict_says_a_chance_as_the_table_does():
    nearly = {one.id: 0.998 for one in HORIZONS}
    without = {one.id: 0.002 for one in HORIZONS}
    surely = {one.id: (0.996, 0.99, 1.0) for one in HORIZONS}
    said = judge(nearly, without, surely, None, Regimen.parse("racemic iv 0.35 mg/kg/h for 4 h every 24 h x 10"))
    assert f"({percent(0.998)} against {percent(0.002)})" in said.sentence
    assert "100 %" not in said.sentence
