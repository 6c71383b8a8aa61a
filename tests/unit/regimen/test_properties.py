"""What holds for every regimen, on random ones."""

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprieve.errors import InputError
from reprieve.regimen import Regimen

# Numbers inside the bounds of plausibility, with the digits a person would write and some that nobody would.
rates = st.floats(1, 5) | st.integers(1, 5)
hours = st.floats(0.05, 20) | st.integers(1, 20)
frequencies = ["weekly", "twice weekly", "three times weekly", "daily", "twice daily", "four times daily"]
schedules = st.one_of(
    st.just(""),
    st.builds("every {} d x {}".format, st.integers(4, 30), st.integers(1, 40)),
    st.builds("every {!r} wk for {} wk".format, st.floats(1, 3), st.integers(4, 52)),
    st.builds("{} x {}".format, st.sampled_from(["weekly", "twice weekly"]), st.integers(1, 30)),
    st.lists(st.integers(1, 20), max_size=8, unique=True).map(
        lambda weeks: "on days 0 " + " ".join(str(7 * week) for week in sorted(weeks))
    ),
)
infusions = st.one_of(
    st.builds("{!r} {} for {!r} h".format, rates, st.sampled_from(["mg/kg/h", "mcg/kg/min", "mg/h"]), hours),
    st.builds("{!r} {} over {!r} min".format, rates, st.sampled_from(["mg", "mg/kg"]), hours),
)
forms = st.sampled_from(["racemic", "esketamine", "arketamine"])
infused = st.builds(
    "{}{} {} {} {}".format,
    forms,
    st.sampled_from(["", " salt", " base"]),
    st.sampled_from(["iv", "sc", "epidural"]),
    st.lists(infusions, min_size=1, max_size=3).map(" then ".join),
    schedules,
)
at_once = st.builds(
    "{} {} {!r} {} {} x {}".format,
    forms,
    st.sampled_from(["im", "oral", "oral-pr", "intranasal", "sublingual", "buccal", "rectal", "topical"]),
    rates.map(lambda dose: 2 * dose),
    st.sampled_from(["mg", "mg/kg"]),
    st.sampled_from(frequencies),
    st.integers(1, 60),
)
one_part = infused | at_once
starts = st.builds("from day {}".format, st.integers(0, 400)) | st.builds("from {!r} h".format, st.floats(0.01, 900))


def later(text, start):
    return text if " on days " in text else f"{text.rstrip()} {start}"


several = st.builds(
    lambda first, others: " and ".join([first, *others]),
    one_part,
    st.lists(st.builds(later, one_part, starts), min_size=1, max_size=3),
)
texts = one_part | several


@settings(deadline=None)
@given(texts)
def test_text_round_trips(text):
    regimen = Regimen.parse(text)
    assert Regimen.parse(str(regimen)) == regimen
    assert str(Regimen.parse(str(regimen))) == str(regimen)


@settings(deadline=None)
@given(texts)
def test_case_and_blanks_do_not_matter(text):
    assert Regimen.parse(f"  {text.upper()}\n".replace(" ", "  ")) == Regimen.parse(text)


@settings(deadline=None)
@given(texts, st.floats(20, 200))
def test_the_events_add_up_to_the_regimen(text, weight):
    regimen = Regimen.parse(text)
    events = regimen.events(weight)
    assert len(events) == sum(part.sessions * len(part.steps) for part in regimen.parts)
    assert math.fsum(event.amount_mg for event in events) == pytest.approx(regimen.total_mg(weight))
    infused_h = math.fsum(event.duration_h for event in events)
    assert regimen.infusion_hours <= infused_h + 1e-9  # differences of times of up to a year
    if len(regimen.parts) == 1:
        assert infused_h == pytest.approx(regimen.infusion_hours)
    by_way = dict.fromkeys(((event.form, event.route) for event in events), 0.0)
    for event in events:
        by_way[event.form, event.route] += event.amount_mg
    assert by_way == pytest.approx(regimen.totals_mg(weight))
    assert max(event.time_h + event.duration_h for event in events) == pytest.approx(regimen.last_dose_end_h)
    assert events[0].time_h == 0.0
    for earlier, later in itertools.pairwise(events):
        # doses of one part follow each other; those of two may overlap, and are still in order
        alone = earlier.duration_h if len(regimen.parts) == 1 else 0.0
        assert later.time_h >= earlier.time_h + alone - 1e-9
    for event in events:
        assert event.rate_mg_h * event.duration_h == pytest.approx(event.amount_mg if event.duration_h else 0.0)


@settings(deadline=None)
@given(texts, st.floats(20, 100))
def test_doses_per_kg_double_with_the_weight_and_others_do_not(text, weight):
    regimen = Regimen.parse(text)
    for part in regimen.parts:
        for event, heavier, step in zip(part.events(weight), part.events(2 * weight), part.steps, strict=False):
            assert heavier.amount_mg == pytest.approx(event.amount_mg * (2 if step.dose.is_per_kg else 1))


@settings(deadline=None)
@given(st.floats(0.05, 7), hours, st.floats(20, 200))
def test_a_rate_per_hour_and_per_minute_give_the_same_events(rate, length, weight):
    # 1 mg/kg/h is 1000/60 = 16.67 mcg/kg/min
    (per_hour,) = Regimen.parse(f"racemic iv {rate!r} mg/kg/h for {length!r} h").events(weight)
    (per_minute,) = Regimen.parse(f"racemic iv {rate * 1000 / 60!r} mcg/kg/min for {length!r} h").events(weight)
    assert per_minute.rate_mg_h == pytest.approx(per_hour.rate_mg_h, rel=1e-12)
    assert per_minute.amount_mg == pytest.approx(per_hour.amount_mg, rel=1e-12)


@settings(deadline=None)
@given(infused.filter(lambda text: " salt" in text), st.floats(20, 200))
def test_salt_is_less_base_by_the_ratio_of_molar_masses(text, weight):
    base = Regimen.parse(text.replace(" salt", ""))
    assert Regimen.parse(text).total_mg(weight) == pytest.approx(base.total_mg(weight) * 237.73 / 274.19)
    assert Regimen.parse(text) != base


@settings(deadline=None)
@given(texts)
def test_forms_are_never_equal(text):
    rest = text.split(" ", 1)[1]
    assert Regimen.parse(f"racemic {rest}") != Regimen.parse(f"esketamine {rest}")


WORDS = (
    "racemic ketamine iv oral salt 0.5 5 50 , -1 nan mg mg/kg mg/kg/h / over for then every x on days 40 min "
    "h d 0 3 3.5 twice weekly and from day"
)


@settings(deadline=None)
@given(st.text(max_size=60) | st.lists(st.sampled_from(WORDS.split()), max_size=16).map(" ".join))
def test_any_text_is_read_or_refused_with_a_sentence(text):
    try:
        regimen = Regimen.parse(text)
    except InputError as refused:
        sentence = str(refused)
    else:
        sentence = "."
        assert Regimen.parse(str(regimen)) == regimen
    assert sentence.endswith((".", "?"))
