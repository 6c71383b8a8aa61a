"""Rows of intervals and small histograms: what is drawn stands where its number is."""

import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest

from reprieve.pictures import Histogram, IntervalRow, Lane, interval_picture, rank_picture
from reprieve.pictures.intervals import share_ticks

LANES = (Lane("band", "without the study"), Lane("placebo", "plain", offset=9.0))
ROWS = (
    IntervalRow("Study 2001", "day 1", ((0.2, 0.3, 0.4), None), seen=0.5, head="Shares"),
    IntervalRow("", "day 7", ((0.6, 0.7, 1.5), (-0.5, 0.1, 0.2)), seen=0.8),
)


def intervals(rows=ROWS, **more):
    given = {"ends": (0.0, 1.0), "ticks": share_ticks(1.0), "title": "T", "axis_label": "% of patients"}
    return interval_picture(rows, LANES, **(given | {"seen_label": "printed"} | more))


def histograms(counts=(5, 0, 12)):
    return rank_picture([Histogram("depth", counts, (1, 1, 1), (9, 9, 9), "p 0.40")], title="R")


def of_class(root, name):
    return [e for e in root.iter() if e.get("class") == name]


def value_at(root, x):
    """Data value at a place, read off the axis' own ticks."""
    ticks = sorted((float(e.get("x1")), float(e.get("data-x"))) for e in root.iter() if e.get("data-x"))
    (x0, low), (x1, high) = ticks[0], ticks[-1]
    return low + (x - x0) / (x1 - x0) * (high - low)


@pytest.mark.parametrize("svg", ["svg", "narrow_svg"])
def test_bars_and_dots_stand_at_their_values(svg):
    root = ET.fromstring(getattr(intervals(), svg))
    _, first, second = of_class(root, "rp-band")
    ends = [value_at(root, float(first.get("x")) + shift) for shift in (0.0, float(first.get("width")))]
    assert ends == pytest.approx([0.2, 0.4], abs=1e-3)
    # cut at the end of the axis, with an arrow there and one at the other lane's lower end
    assert value_at(root, float(second.get("x")) + float(second.get("width"))) == pytest.approx(1.0, abs=1e-3)
    assert len([e for e in of_class(root, "rp-reference") if e.get("d")]) == 2
    dots = [value_at(root, float(e.get("cx"))) for e in of_class(root, "rp-dot")[1:]]
    assert dots == pytest.approx([0.5, 0.8], abs=1e-3)


def test_words_of_rows_do_not_lie_on_each_other():
    long = IntervalRow("A study 2001", "with so many words that they need several lines " * 2, (None, None))
    root = ET.fromstring(intervals((long, *ROWS), columns=(150.0, 300.0)).svg)
    lines = sorted(float(e.get("y")) for e in of_class(root, "rp-small") if e.get("x") == "150")
    assert len(lines) > len(ROWS) + 3
    assert min(below - above for above, below in pairwise(lines)) >= 12.0


def test_description_and_table_have_the_numbers():
    picture = intervals()
    assert "Without the study: 1 of 2 dots inside." in picture.description
    assert picture.table.rows[1] == ("Study 2001", "day 7", 0.8, 0.6, 0.7, 1.5, -0.5, 0.1, 0.2)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ((), "at least one"),
        ((IntervalRow("A", "", (None,)),), "1 intervals for 2 lanes"),
        ((IntervalRow("A", "", ((0.4, 0.3, 0.2), None)),), "lower end first"),
        ((IntervalRow("A", "", ((float("nan"), 0.3, 0.4), None)),), "must be finite"),
    ],
)
def test_rows_that_cannot_be_drawn_are_refused(rows, said):
    with pytest.raises(ValueError, match=said):
        intervals(rows)


def test_counts_outside_their_band_are_marked_and_said():
    picture = histograms()
    root = ET.fromstring(picture.svg)
    # 5 lies inside 1 to 9; 12 does not; 0 has no bar; and one of each in the legend
    assert [len(of_class(root, f"rp-{kind}")) for kind in ("bar", "rate")] == [2, 2]
    tall, low = (max(float(e.get("height")) for e in of_class(root, f"rp-{kind}")) for kind in ("rate", "bar"))
    assert tall / low == pytest.approx(12 / 5, abs=0.01)
    assert picture.description == "depth, p 0.40: 2 of 3 counts outside the band."
    assert len(picture.table.rows) == 3


def test_histograms_are_checked():
    with pytest.raises(ValueError, match="at least one"):
        rank_picture([], title="R")
    with pytest.raises(ValueError, match="low"):
        rank_picture([Histogram("depth", (1, 2, 3), (0, 0), (9, 9, 9))], title="R")
