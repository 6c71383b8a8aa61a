"""The three pictures: what is drawn is what was given, in the box, in words, and in the table."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from reprieve.pictures import (
    ConcentrationSeries,
    Picture,
    RateStep,
    Table,
    concentration_picture,
    duration_picture,
    fan_picture,
)

_SVG = "{http://www.w3.org/2000/svg}"
DAYS = np.arange(-4.0, 57.0)
MEAN = 7.0 - 2.5 * np.exp(-np.abs(DAYS) / 20)
TIMES = np.linspace(0.0, 12.0, 49)
LEVEL = 120.0 * TIMES * np.exp(-TIMES)


def concentration(label="arterial plasma, model M") -> Picture:
    series = ConcentrationSeries(label, TIMES, LEVEL, 0.5 * LEVEL, 2.0 * LEVEL)
    return concentration_picture([series], rate_steps=[RateStep(0.0, 4.0, 25.0), RateStep(5.0, 5.0, 10.0)])


def fan(**more) -> Picture:
    given = {
        "q25": MEAN - 1,
        "q75": MEAN + 1,
        "placebo": np.full(DAYS.size, 6.5),
        "baseline": 7.0,
        "threshold": 4.9,
        "sessions": [(-4.0 + d, -4.0 + d + 4 / 24) for d in range(4)],
    }
    return fan_picture(DAYS, MEAN, MEAN - 2, MEAN + 2, **(given | more))


def duration(**more) -> Picture:
    # 4 of 10 none, one still going at 365
    values = [0.0, 0.0, 0.0, 0.0, 3.0, 10.0, 20.0, 60.0, 200.0, 365.0]
    given = {"placebo": [0.0, 0.0, 0.0, 5.0], "none_label": "no effect", "end_day": 365.0}
    return duration_picture(values, **(given | more))


ALL = [concentration, fan, duration]


def drawings(picture):
    return [ET.fromstring(svg) for svg in (picture.svg, picture.narrow_svg)]


def of_class(root, name):
    return [e for e in root.iter() if name in (e.get("class") or "").split()]


def path_points(element):
    return np.array([float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", element.get("d"))]).reshape(-1, 2)


def box_of(root):
    plot = of_class(root, "rp-plot")[0]
    x, y, width, height = (float(plot.get(k)) for k in ("x", "y", "width", "height"))
    return x, x + width, y, y + height


def y_value(root, px):
    """Data value at a height, read off the axis' own ticks."""
    grid = of_class(root, "rp-grid")
    values = [float(g.get("data-y")) for g in grid]
    heights = [float(g.get("y1")) for g in grid]
    slope, offset = np.polyfit(heights, values, 1)
    return slope * px + offset


@pytest.mark.parametrize("make", ALL)
def test_svg_is_xml_with_name_and_description(make):
    picture = make()
    for root in drawings(picture):
        assert root.tag == f"{_SVG}svg"
        assert root.get("role") == "img"
        ids = root.get("aria-labelledby").split()
        assert [root.find(f"{_SVG}title").get("id"), root.find(f"{_SVG}desc").get("id")] == ids
        assert root.find(f"{_SVG}title").text == picture.title
        assert root.find(f"{_SVG}desc").text == picture.description


@pytest.mark.parametrize("make", ALL)
def test_the_same_input_gives_the_same_bytes(make):
    assert make() == make()


@pytest.mark.parametrize("make", ALL)
def test_nothing_is_loaded_and_nothing_runs(make):
    for root in drawings(make()):
        assert not [e for e in root.iter() if e.tag in {f"{_SVG}script", f"{_SVG}image", f"{_SVG}use"}]
        assert not [k for e in root.iter() for k in e.attrib if k.endswith(("href", "src"))]
        assert "url(" not in ET.tostring(root, encoding="unicode")


@pytest.mark.parametrize("make", ALL)
def test_every_series_lies_inside_the_box(make):
    for root in drawings(make()):
        left, right, top, bottom = box_of(root)
        names = ("rp-line", "rp-placebo", "rp-band", "rp-inner", "rp-outline")
        paths = [e for n in names for e in of_class(root, n) if e.get("d")]
        bars = [e for e in of_class(root, "rp-bar") + of_class(root, "rp-session") if "rp-mass" in e.get("class")]
        assert paths
        for path in paths:
            xs, ys = path_points(path).T
            assert left - 0.01 <= xs.min() <= xs.max() <= right + 0.01
            assert top - 0.01 <= ys.min() <= ys.max() <= bottom + 0.01
        for bar in bars:
            assert float(bar.get("y")) >= top
            assert float(bar.get("x")) + float(bar.get("width")) <= right + 0.01


@pytest.mark.parametrize("make", ALL)
def test_text_stays_on_the_sheet(make):
    for root in drawings(make()):
        width = float(root.get("viewBox").split()[2])
        for text in root.iter(f"{_SVG}text"):
            # 0.5 em is the mean letter of common sans-serif fonts
            size = 0.5 * 12 * len(text.text)
            x = float(text.get("x"))
            start = {"end": x - size, "middle": x - size / 2}.get(text.get("text-anchor"), x)
            assert start >= -1, text.text
            assert start + size <= width + 1, text.text


@pytest.mark.parametrize(("kind", "count"), [("rp-band", 2 * DAYS.size), ("rp-inner", 2 * DAYS.size)])
def test_bands_go_there_and_back(kind, count):
    for root in drawings(fan()):
        areas = [e for e in of_class(root, kind) if e.get("d")]
        assert [len(path_points(e)) for e in areas] == [count]


def test_the_curve_is_at_the_height_of_its_data():
    for root in drawings(fan()):
        line = next(e for e in of_class(root, "rp-line") if e.get("d"))
        np.testing.assert_allclose(y_value(root, path_points(line)[:, 1]), MEAN, atol=0.01)


def test_a_point_mass_is_as_high_as_its_share():
    for root in drawings(duration()):
        masses = [float(e.get("y")) for e in of_class(root, "rp-mass")]
        # none: 4 of 10 and 3 of 4 on placebo; still going: 1 of 10 and none
        np.testing.assert_allclose(y_value(root, np.array(masses)), [0.4, 0.75, 0.1, 0.0], atol=1e-3)


def test_no_bar_for_the_tail_when_nobody_is_in_it():
    picture = duration_picture([0.0, 1.0, 2.0], end_day=7.0)
    assert len(of_class(ET.fromstring(picture.svg), "rp-mass")) == 1
    assert "still" not in picture.description


def test_tables_hold_the_data():
    table = fan().table
    assert table.columns[0] == "Day (d)"
    rows = np.array(table.rows)
    np.testing.assert_array_equal(rows[:, 0], DAYS)
    np.testing.assert_array_equal(rows[:, 1], MEAN)
    np.testing.assert_array_equal(rows[:, 2], MEAN - 2)
    concentrations = concentration().table.rows
    assert [row[2] for row in concentrations] == LEVEL.tolist()
    shares = duration().table.rows
    assert shares[0] == ("no effect", 40.0, 75.0)
    assert sum(row[1] for row in shares) == pytest.approx(100.0)
    assert sum(row[2] for row in shares) == pytest.approx(100.0)


def test_words_state_the_key_numbers():
    # LEVEL = 120 t exp(-t) peaks at 120 / e = 44.1 at 1 h
    assert "peaks at 44.1 ng/mL at 1 h" in concentration().description
    assert "Infusion up to 25 mg/h" in concentration().description
    words = fan().description
    assert "Day 0: mean 4.5 (80 % interval 2.5 to 6.5), placebo 6.5." in words
    assert "baseline: 7." in words
    words = duration().description.replace("\u00a0", " ")
    assert "No effect: 40 % with active, 75 % with placebo." in words
    assert "Still going at 365 d: 10 % with active, 0 % with placebo." in words
    # of 3, 10, 20, 60, 200, 365: the median is (20 + 60) / 2 = 40, the tenth percentile (3 + 10) / 2 = 6.5
    assert "median 40 d, 80 % interval 6.5 d to 282 d" in words  # 200 + 0.5 * 165 = 282.5


def test_markup_in_words_is_escaped():
    attack = '<script>alert("x")</script>&'
    for picture in (
        concentration(label=attack),
        fan(title=attack, centre_label=attack, baseline_label=attack),
        duration(none_label=attack, placebo_label=attack),
    ):
        for root in drawings(picture):
            assert not [e for e in root.iter() if e.tag.endswith("script")]
        assert "<script" not in picture.svg + picture.narrow_svg + picture.data_html()


def test_long_tables_are_thinned_and_say_so():
    html = fan().data_html(max_rows=10)
    assert html.count("<tr>") == 11
    assert "(10 of 61 rows)" in html
    table = ET.fromstring(html)
    first = [row.find("th").text for row in table.iter("tr")][1:]
    assert (first[0], first[-1]) == ("−4", "56")
    assert all(th.get("scope") in {"col", "row"} for th in table.iter("th"))
    assert table.find(".//caption") is not None


def test_a_ragged_table_is_refused():
    with pytest.raises(ValueError, match="1 cells for 2 columns"):
        Table(("a", "b"), ((1.0,),))


def test_a_picture_saves_what_a_notebook_shows(tmp_path):
    picture = fan()
    path = picture.save(tmp_path / "fan.svg")
    assert path.read_text(encoding="utf-8") == picture.svg == picture._repr_svg_()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: fan_picture(DAYS, MEAN[:-1], MEAN, MEAN), "centre has 60 values where 61"),
        (lambda: fan_picture(DAYS, MEAN, MEAN, MEAN, q25=MEAN), "both q25 and q75"),
        (lambda: fan_picture(DAYS[::-1], MEAN, MEAN, MEAN), "greater than the one before"),
        (lambda: fan_picture(DAYS, MEAN * np.nan, MEAN, MEAN), "not finite"),
        (lambda: concentration_picture([]), "one to three"),
        (
            lambda: concentration_picture([ConcentrationSeries("a", TIMES, LEVEL, q10=LEVEL)]),
            "both q10 and q90",
        ),
        (lambda: duration_picture([-1.0]), "must not be negative"),
        (lambda: duration_picture([1.0], end_day=400.0), "not beyond censor_day"),
    ],
)
def test_what_does_not_fit_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_hundreds_of_sessions_stay_a_few_marks():
    picture = fan(sessions=[(-4.0 + i / 100, -4.0 + i / 100) for i in range(400)])
    for root in drawings(picture):
        assert len(of_class(root, "rp-session")) == 2  # one span, one legend swatch
    assert "400 sessions" in picture.description
