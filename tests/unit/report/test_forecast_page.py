"""The report page: self-contained, escaped, the answer first, and nothing that the answer does not hold."""

from html.parser import HTMLParser

import msgspec
import numpy as np
import pytest
from made_up_forecast import PLAIN, made_up_forecast

from reprieve.answers.forecast import ForecastAnswer
from reprieve.pictures import duration_picture, fan_picture
from reprieve.report.forecast_page import render_report

_VOID = {"meta", "br", "link", "img", "input", "hr"}


class _Page(HTMLParser):
    """Collects tags, attributes and text, and checks that elements close in order."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.words, self.open = [], [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not self.open or self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).replace("\u00a0", " ").split())


def pictures():
    days = np.arange(-2.0, 30.0)
    pain = np.full(days.size, 5.0)
    return [fan_picture(days, pain, pain - 1, pain + 1), duration_picture([0.0, 1.0, 20.0])]


@pytest.fixture
def html():
    return render_report(made_up_forecast(), pictures())


@pytest.fixture
def page(html):
    return _Page(html)


def test_the_answer_comes_first(page):
    order = [
        "Uncertain after four weeks",
        "Of 100 people like this the drug itself helps about 62",
        "With the drug 56 of 100 have relief of 30 % or more at 48 hours",
        "59 of 100 have it in the first week",
        "70 of 100 have relief of 30 % or more while drug is on board",
        "By 30 % of pain",
        "With the drug and without it",
        "While the drug is on board",
        "One small trial",
        "a warning",
        "Why this number",
        "Provenance",
    ]
    body = page.text[page.text.index("Reprieve forecast") :]
    places = [body.index(words) for words in order]
    assert places == sorted(places)
    assert places[0] < 30


def test_elements_close_in_order(page):
    assert page.open == []


def test_nothing_is_loaded_and_nothing_runs(html, page):
    assert not {"script", "link", "img", "iframe", "object", "embed"} & set(page.tags)
    links = [value for tag, name, value in page.attributes if name in {"href", "src", "srcset", "xlink:href"}]
    assert links == ["https://doi.org/10.1016/j.pain.2009.06.023"]
    assert "url(" not in html
    assert "@import" not in html
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]


def test_every_horizon_stands_beside_placebo_and_uncertainty(page):
    assert "4 weeks 24 % 10 % to 41 % 6 %" in page.text
    assert "12 weeks 7 % 0 % to 20 % <1 %" in page.text
    assert "48 hours 56 % 40 % to 70 % 20 %" in page.text


def test_every_horizon_says_how_many_the_drug_helps(page):
    assert "48 hours 62 % 45 % to 81 % 35 %" in page.text
    assert "12 weeks 9 % 0 % to 26 % 4 %" in page.text


def test_numbers_are_said_as_a_clinician_would(page):
    for words in (
        "45 years, female, 70 kg, CRPS, pain 7.2/10",
        "980 mg in all, 40 h of infusion, 10 sessions, last dose ends at 220 h",
        "59 % (placebo 23 %)",
        "median 12 days (80 % of people: 0 to 80 days)",
        "median 33 days (80 % of people: 3 to over 90 days; nobody was followed so long)",
        "70 % (placebo 19 %)",
        "61 % less pain",
        "3.4 h (80 % of people: 72 min to 9 h)",
        "Day 28 6 4 to 8.1",
        "calibrated on 7 numbers of 3 studies",
        "Certainty of the evidence: low",
        "n = 60",
        "not for pump control",
    ):
        assert words.lower() in page.text.lower(), words


def test_every_picture_has_both_drawings_and_its_data(page):
    assert page.tags.count("figure") == 2
    assert page.tags.count("svg") == 4
    assert page.tags.count("details") == 2
    ids = [value for _, name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))


#: Texts that a type limits to a few words.
_WORDS = {"sex", "level", "role", "verdict_code", "enantiomers"}


def _attack(value, text):
    if isinstance(value, dict):
        return {key: item if key in _WORDS else _attack(item, text) for key, item in value.items()}
    if isinstance(value, list):
        return [_attack(item, text) for item in value]
    return text if isinstance(value, str) else value


def test_markup_in_any_text_is_escaped():
    text = "<script>alert(1)</script>\"'& $title ${body}"
    attacked = _Page(render_report(msgspec.convert(_attack(PLAIN, text), ForecastAnswer), pictures()))
    assert "script" not in attacked.tags
    assert attacked.open == []
    assert "<script>alert(1)</script>" in attacked.text
    assert "$title ${body}" in attacked.text


def test_a_link_is_made_only_of_a_doi():
    near = PLAIN["evidence"][1]
    evidence = [near | {"doi": "javascript:alert(1)"}, near | {"doi": "https://doi.org/10.1000/x<y>(1)"}]
    made = _Page(render_report(made_up_forecast(evidence=evidence), []))
    assert [v for _, n, v in made.attributes if n == "href"] == ["https://doi.org/10.1000/x%3Cy%3E(1)"]
    assert "javascript:alert(1)" in made.text


@pytest.mark.parametrize("name", ["warnings", "extrapolation", "interactions", "assumptions", "evidence", "pain"])
def test_a_list_without_entries_has_no_heading(name):
    made = _Page(render_report(made_up_forecast(**{name: []}), []))
    assert made.open == []
    assert "None" not in made.text.replace("None.", "")


def test_the_same_answer_gives_the_same_page(html):
    assert html == render_report(made_up_forecast(), pictures())


def test_light_dark_print_and_phone_are_styled(html):
    for rule in ("prefers-color-scheme:dark", "@media print", "max-width:40rem", "width=device-width"):
        assert rule in html
