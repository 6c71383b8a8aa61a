"""What is refused, and the sentence that says what to write instead."""

import re

import pytest

from reprieve.errors import InputError, RegimenError, UnitError, UnknownName
from reprieve.regimen import Regimen

AMBIGUOUS = [
    # an amount "for" a time
    (
        "racemic sc 300 mg for 5 d",
        "300 mg in all, written '300 mg over 5 d', or 300 mg/day, written '300 mg/day for 5 d'",
    ),
    (
        "racemic iv 0.35 mg/kg for 4 h",
        "written '0.35 mg/kg over 4 h', or 0.35 mg/kg/h, written '0.35 mg/kg/h for 4 h'",
    ),
    (
        "racemic oral 50 mg for 30 d",
        "does not say how often 50 mg is given; write for example '50 mg every 8 h for 30 d'",
    ),
    # a rate without a duration
    (
        "racemic iv 0.35 mg/kg/h",
        "0.35 mg/kg/h is a rate without a duration; add one, for example '0.35 mg/kg/h for 4 h'",
    ),
    ("racemic iv 0.35 mg/kg/h every 24 h x 10", "is a rate without a duration"),
    ("racemic iv 5 mg/h for 24 h then 10 mg/h", "10 mg/h is a rate without a duration"),
    ("racemic sc 300 mg/day", "300 mg/day is a rate without a duration"),
    # a rate where none can be given; 150 mg/day is 50 mg three times
    (
        "racemic oral 150 mg/day",
        "say how it is divided into single doses, for example '50 mg every 8 h for 5 d'",
    ),
    (
        "racemic oral 150 mg/day for 30 d",
        "oral 150 mg/day is a rate, and only iv, sc, epidural can be infused",
    ),
    ("racemic intranasal 3 mg/kg/day for 5 d", "for example '1 mg/kg every 8 h for 5 d'"),
    ("racemic im 5 mg/h for 4 h", "im 5 mg/h is a rate"),
    ("racemic oral 50 mg over 40 min", "this route is taken at once, and only iv, sc, epidural, inhaled"),
    # repetition that does not end, or does not say how often
    (
        "racemic iv 50 mg every 24 h",
        "'every 24 h' does not say how long it goes on; add 'x 10' for ten sessions",
    ),
    ("racemic iv 50 mg twice weekly", "'twice weekly' does not say how long it goes on"),
    ("racemic iv 50 mg x 5", "'x' at character 18 does not say how far apart the sessions are"),
    ("racemic iv 50 mg then 50 mg", "gives two doses at one moment; write their sum, or a time between them"),
]

MAGNITUDES = [
    # 0.35 · 60 = 21 mg/kg/h
    (
        "racemic iv 0.35 mg/kg/min for 4 h",
        "0.35 mg/kg/min is 21 mg/kg/h, above 10 mg/kg/h. Did you mean 0.35 mg/kg/h",
    ),
    # 0.35 · 60 / 1000 = 0.021 mg/kg/h; 0.35 · 1000 / 60 = 5.83 mcg/kg/min
    ("racemic iv 0.35 mcg/kg/min for 4 h", "0.35 mcg/kg/min is 0.021 mg/kg/h, below 0.5 mcg/kg/min"),
    ("racemic iv 0.35 mcg/kg/min for 4 h", "Did you mean 0.35 mg/kg/h (= 5.83 mcg/kg/min)?"),
    ("racemic iv 0.35 mcg/kg/min for 4 h", "If 0.021 mg/kg/h is meant, write that."),
    ("racemic iv 0.35 mcg/kg/h for 4 h", "Did you mean 0.35 mg/kg/h (= 350 mcg/kg/h)?"),
    # 20 · 60 / 1000 = 1.2 mg/kg/h
    (
        "racemic iv 20 mg/kg/h for 4 h",
        "20 mg/kg/h is above 10 mg/kg/h. Did you mean 20 mcg/kg/min (= 1.2 mg/kg/h)?",
    ),
    (
        "racemic iv 0.001 mg/kg/h for 4 h",
        "0.001 mg/kg/h is below 0.005 mg/kg/h, and no likely unit mends that",
    ),
    ("racemic iv 7 g/h for 4 h", "7 g/h is 7000 mg/h, above 1000 mg/h. Did you mean 7 mg/h (= 0.007 g/h)?"),
    ("racemic iv 7000 mg/h for 4 h", "7000 mg/h is above 1000 mg/h"),
    # 20 · 60 = 1200 mg/h
    ("racemic iv 20 mg/min for 4 h", "20 mg/min is 1200 mg/h, above 1000 mg/h. Did you mean 20 mg/h"),
    ("racemic iv 0.35 mg/h for 4 h", "0.35 mg/h is below 0.5 mg/h. Did you mean 0.35 mg/kg/h?"),
    ("racemic iv 500 mg/kg", "500 mg/kg is above 15 mg/kg. Did you mean 500 mg?"),
    (
        "racemic im 0.4 mcg/kg",
        "0.4 mcg/kg is 0.0004 mg/kg, below 0.005 mg/kg. Did you mean 0.4 mg/kg (= 400 mcg/kg)?",
    ),
    (
        "racemic iv 0.5 mg over 40 min",
        "0.5 mg is below 1 mg. Did you mean 0.5 mg/kg? A dose this small for an infant",
    ),
    ("racemic oral 5000 mg", "5000 mg is above 1500 mg, and no likely unit mends that"),
    ("racemic iv 2000 mg over 40 min", "2000 mg is above 1500 mg"),
    # a total is held to 1000 mg/h where that is more
    ("racemic iv 5000 mg over 4 h", "5000 mg is above 4000 mg"),
    ("racemic iv 50 mg/h for 400 d", "One infusion of 400 d is longer than 366 d"),
    ("racemic iv 50 mg over 0.1 s", "A time is given as 0.1 s; it must be between 1 s and 400 years"),
    ("racemic iv 50 mg every 1e-300 s x 3", "must be between 1 s and 400 years"),
    ("racemic iv 50 mg daily for 1e300 wk", "must be between 1 s and 400 years"),
]

NUMBERS = [
    ("racemic iv -50 mg", RegimenError, "A dose is given as -50 mg; it must be a finite number above zero"),
    ("racemic iv 0 mg/kg", RegimenError, "A dose is given as 0 mg/kg"),
    ("racemic iv 5 mg/h for 0 h", RegimenError, "A time is given as 0 h"),
    ("racemic iv 5 mg/h for -4 h", RegimenError, "A time is given as -4 h"),
    ("racemic iv nan mg", UnitError, "The dose is given as 'nan'; it must be a finite number such as 0.35"),
    ("racemic iv inf mg", UnitError, "The dose is given as 'inf'"),
    ("racemic iv 5 mg/h for -inf h", UnitError, "The time is given as '-inf'"),
    ("racemic iv 1e999 mg", UnitError, "must be finite"),
    ("racemic iv 0,35 mg/kg/h for 4 h", UnitError, "a comma can mean 0.35 or 35"),
    ("racemic iv 1,000 mg", UnitError, "a comma can mean 1.000 or 1000"),
    ("racemic iv 1.000,5 mg", UnitError, "no commas"),
    ("racemic iv mg/kg over 40 min", RegimenError, "The dose has no number before 'mg/kg' at character 12"),
    ("racemic iv 50 mg every day x 3", RegimenError, "The time has no number before 'day' at character 24"),
    (
        "racemic iv 50 over 40 min",
        UnitError,
        "The dose is given as 50 without a unit before 'over' at character 15",
    ),
    ("racemic iv 50", UnitError, "The dose is given as 50 without a unit before the end of the text"),
    ("racemic iv 50 mg over 40", UnitError, "The time is given as 40 without a unit"),
    (
        "racemic iv 5 ml/h for 4 h",
        UnitError,
        "Unknown unit 'ml/h' at character 14 after 5. The dose is written in mg,",
    ),
    ("racemic iv 5 bananas", UnitError, "Unknown unit 'bananas'"),
    ("racemic iv 70 kg", UnitError, "70 kg is a weight, not a dose or a time"),
    ("racemic iv 40 min", UnitError, "40 min stands where a dose belongs"),
    ("racemic iv 50 mg over 5 mg", UnitError, "5 mg stands where a time belongs"),
]

WORDS = [
    ("", "The regimen is empty; write one line such as 'racemic iv"),
    (" \n ", "The regimen is empty"),
    (
        "ketamine iv 50 mg",
        "'ketamine' alone is ambiguous: write 'racemic' for the usual 50:50 mixture or 'esketamine'",
    ),
    ("iv 50 mg", "starts with 'iv' at character 1 and no form; begin with racemic, esketamine or arketamine"),
    ("racemic 50 mg", "The route is missing before '50' at character 9"),
    ("racemic", "The route is missing before the end of the text"),
    ("racemic iv", "The text ends where the dose such as 0.5 mg/kg should stand"),
    ("racemic iv 5 mg/h for", "The text ends where the time such as 4 h should stand"),
    ("racemic iv 5 mg/h for 4 h then", "The text ends where the dose"),
    ("racemic salt base iv 50 mg", "says both salt and base"),
    ("racemic iv 50 mg salt", "Cannot read 'salt' at character 18"),
    ("racemic iv 5 mg/h fro 4 h", "Cannot read 'fro' at character 19 (did you mean 'for'?)"),
    ("racemic iv 50 mg ovr 40 min", "Cannot read 'ovr' at character 18 (did you mean 'over'?)"),
    ("racemic iv 50 mg evry 24 h x 5", "(did you mean 'every'?)"),
    ("racemic iv 50 mg daily x 5 please", "Cannot read 'please' at character 28; expected 'and' with another part"),
    ("racemic iv 50 mg daily x 5 daily x 5", "Cannot read 'daily' at character 28"),
    ("racemic iv 50 mg please", "A valid regimen: 'racemic iv 0.35 mg/kg/h for 4 h every 24 h x 10'"),
    ("racemic iv 50 mg " + "z" * 5000, "z...' at character 18"),
]

COUNTS = [
    (
        "every 24 h x 2.5",
        "The number of sessions after 'x' is '2.5' at character 31; it must be a whole number",
    ),
    ("every 24 h x -3", "it must be a whole number"),
    ("every 24 h x ten", "is 'ten' at character 31"),
    ("every 24 h x", "is the end of the text; it must be a whole number"),
    ("every 24 h x 0", "the number of sessions must be 1 or more"),
    ("every 24 h x 20001", "'every 24 h x 20001' is more than 20,000 doses, the most one regimen may hold"),
    ("every 24 h x " + "9" * 5000, "'x 999999999999...' is more than 20,000 doses"),
    ("every 1 s for 30 d", "is more than 20,000 doses"),
    ("three times daily for 20 years", "Unknown unit 'years'"),
    ("three times daily for 7000 d", "is more than 20,000 doses"),
    ("every 400 d x 10000", "goes on for 11000 years, more than the 400 allowed"),
    ("every 8 h for 2 h", "'every 8 h for 2 h' ends before the second dose"),
    ("twice weekly for 2 d", "ends before the second dose"),
]

DAYS = [
    ("7 0 3", "Days 7 0 3 are not in order; if these are the days, write 'on days 0 3 7'"),
    ("0 3 3", "Days 0 3 3 hold one day twice"),
    ("0 -4 8", "Days 0 -4 8 hold a negative one; day 0 is the first dose"),
    ("1 4 8", "Days 1 4 8 start at day 1, and day 0 is the first dose; write 'on days 0 3 7'"),
    ("0,3,7", "Days are written as '0,3,7' at character 26; separate them by blanks"),
    ("0 3.5", "A day is given as '3.5' at character 28; days are whole numbers"),
    ("", "'on days' is followed by no day"),
    ("0 200000", "go on for longer than 400 years or 20,000 doses"),
    ("0 3 x 2", "Cannot read 'x' at character 30"),
]


@pytest.mark.parametrize(("text", "sentence"), AMBIGUOUS + MAGNITUDES + WORDS)
def test_refused_with_a_sentence(text, sentence):
    with pytest.raises(RegimenError, match=re.escape(sentence)) as refused:
        Regimen.parse(text)
    assert isinstance(refused.value, InputError)
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize(("text", "error", "sentence"), NUMBERS)
def test_numbers_and_units_are_refused_with_a_sentence(text, error, sentence):
    with pytest.raises(error, match=re.escape(sentence)) as refused:
        Regimen.parse(text)
    assert isinstance(refused.value, InputError)


@pytest.mark.parametrize(("times", "sentence"), COUNTS)
def test_sessions_that_cannot_be_meant_are_refused(times, sentence):
    with pytest.raises(InputError, match=re.escape(sentence)):
        Regimen.parse(f"racemic iv 50 mg {times}")


@pytest.mark.parametrize(("days", "sentence"), DAYS)
def test_days_that_cannot_be_meant_are_refused(days, sentence):
    with pytest.raises(RegimenError, match=re.escape(sentence)):
        Regimen.parse(f"racemic iv 50 mg on days {days}")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("racemic intravenus 50 mg", "Unknown route 'intravenus'. Did you mean 'intravenous'"),
        ("racemic subcutaneus 50 mg", "Did you mean 'subcutaneous'"),
        ("racemic telepathic 50 mg", "Known: buccal, epidural"),
        ("eskatamine iv 50 mg", "Unknown form 'eskatamine'. Did you mean 'esketamine'"),
        ("propofol iv 50 mg", "Unknown form 'propofol'"),
    ],
)
def test_unknown_forms_and_routes_come_with_the_nearest(text, sentence):
    with pytest.raises(UnknownName, match=re.escape(sentence)):
        Regimen.parse(text)


@pytest.mark.parametrize(
    ("fits", "overlaps", "sentence"),
    [
        (
            "racemic iv 5 mg/h for 8 h every 8 h x 10",
            "racemic iv 5 mg/h for 24 h every 8 h x 10",
            "Sessions overlap: one lasts 24 h and the next starts 8 h after it ('every 8 h x 10')",
        ),
        (
            "racemic iv 5 mg/h for 12 h then 6 mg/h for 12 h on days 0 1 7",
            "racemic iv 5 mg/h for 12 h then 6 mg/h for 13 h on days 0 1 7",
            "one lasts 25 h and the next starts 24 h after it ('on days 0 1 7')",
        ),
        (
            "racemic iv 5 mg/h for 72 h twice weekly x 4",
            "racemic iv 5 mg/h for 73 h twice weekly x 4",
            "the next starts 72 h after it",
        ),
    ],
)
def test_sessions_may_touch_but_not_overlap(fits, overlaps, sentence):
    assert Regimen.parse(fits).events()
    with pytest.raises(RegimenError, match=re.escape(sentence)):
        Regimen.parse(overlaps)


@pytest.mark.parametrize(
    "text",
    [
        "racemic iv 3 mg/kg/h for 24 h then 5 mg/kg/h for 24 h then 7 mg/kg/h for 72 h",  # Kiefer 2008
        "racemic iv 0.45 mg/kg over 5 min",  # Persson 1998: 5.4 mg/kg/h while it lasts
        "racemic iv 0.021 mg/kg/h for 24 h",  # Salas 2012
        "racemic oral 4 mg/kg",  # Rabben 1999
        "racemic oral 64.6 mg every 8 h for 687 d",  # Al Mukhaizeem 2023
        "racemic iv 0.12 mg/kg/h for 384 h",  # Webster 2006
        "racemic im 13 mg/kg",  # the upper induction dose of the racemic label
        "racemic iv 2000 mg over 100 h",  # 20 mg/h, written as a total
        "racemic iv 10 mg/kg/h for 1 h",  # the bounds themselves
        "racemic iv 0.005 mg/kg/h for 1 h",
        "racemic iv 0.5 mcg/kg/min for 1 h",
        "racemic iv 1000 mg/h for 1 h",
        "racemic iv 0.5 mg/h for 1 h",
        "racemic im 15 mg/kg",
        "racemic im 0.005 mg/kg",
        "racemic im 1500 mg",
        "racemic im 1 mg",
        "racemic iv 50 mg every 24 h x 20000",
    ],
)
def test_extremes_that_were_given_are_read(text):
    assert str(Regimen.parse(text)) == text
