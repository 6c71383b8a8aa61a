"""How numbers, times and names are said, and that everything that speaks says them so."""

import numpy as np
import pytest

from reprieve.relief.sustained import Added
from reprieve.relief.verdict import judge
from reprieve.words import (
    HORIZONS,
    NBSP,
    NOBODY_FOLLOWED,
    beyond_follow_up,
    clock,
    days,
    days_span,
    followed_days,
    followed_span,
    glued,
    horizon,
    of_100,
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


def test_a_verdict_says_a_share_as_the_table_does():
    surely = {one.id: (0.996, 0.99, 1.0) for one in HORIZONS}
    said = judge(Added(surely, surely, np.array([9.0]), (9.0, 8.0, 10.0)), surely, None, "a point of pain or more")
    assert f"helps {percent(0.996)} of people" in said.sentence
    assert "100 % of people" not in said.sentence


def test_what_arithmetic_leaves_of_nothing_is_nothing():
    assert percent(-1e-17) == percent(1e-19) == percent(0.0) == "0 %"
    assert percent(0.001) == "<1 %"


@pytest.mark.parametrize(("share", "said"), [(0.772, "77"), (0.001, "fewer than 1"), (1.0, "100")])
def test_of_100_people(share, said):
    assert of_100(share) == said


def test_days_beyond_follow_up_are_not_said():
    assert (followed_days(90.0, 90.0), followed_days(90.1, 90.0)) == ("90 days", "over 90 days")
    assert followed_span(3.0, 31.0, 90.0) == "3 to 31 days"
    assert followed_span(3.0, 365.0, 90.0) == "3 to over 90 days"
    assert followed_span(91.0, 365.0, 90.0) == "over 90 days"
    assert beyond_follow_up(90.0, 3.0, 90.0) == ""
    assert beyond_follow_up(90.0, 3.0, 91.0) == f"; {NOBODY_FOLLOWED}"
