"""Regimen text: what it means, how tolerant it is, and that it comes back as it went in."""

import pytest

from reprieve.errors import RegimenError
from reprieve.regimen import Part, Regimen
from reprieve.regimen.quantity import Quantity
from reprieve.regimen.schedule import Every, Once
from reprieve.regimen.step import Step

# text, sessions, hours of one session, hours of infusion, end of the last dose (h), mg of base at 70 kg
MEANINGS = [
    # 0.35 · 70 · 4 · 10 = 980; the tenth session starts at 9 · 24 = 216 h
    ("racemic iv 0.35 mg/kg/h for 4 h every 24 h x 10", 10, 4, 40, 220, 980),
    # 5 · 24 + 10 · 24 + 20 · 52 = 1400
    ("esketamine iv 5 mg/h for 24 h then 10 mg/h for 24 h then 20 mg/h for 52 h", 1, 100, 100, 100, 1400),
    # 0.5 · 70 · 6 = 210; 17 · 24 = 408 h and 40 min
    ("racemic iv 0.5 mg/kg over 40 min on days 0 3 7 10 14 17", 6, 2 / 3, 4, 408 + 2 / 3, 210),
    ("racemic im 0.4 mg/kg", 1, 0, 0, 0, 28),
    # days 0 3 7 10 14 17 21 24
    ("esketamine intranasal 56 mg twice weekly x 8", 8, 0, 0, 24 * 24, 448),
    # 90 doses of 35 mg; the last at 89 · 8 = 712 h
    ("racemic oral 0.5 mg/kg every 8 h for 30 d", 90, 0, 0, 712, 3150),
    # 0.06 · 70 + 0.36 · 70 · 0.33 = 4.2 + 8.316
    (
        "racemic iv 0.06 mg/kg over 5 min then 0.36 mg/kg/h for 0.33 h",
        1,
        0.33 + 1 / 12,
        0.33 + 1 / 12,
        0.33 + 1 / 12,
        12.516,
    ),
    ("racemic intranasal 15 mg every 6 min x 5", 5, 0, 0, 0.4, 75),
    ("esketamine iv 15 mg/h for 100 h on days 0 20", 2, 100, 200, 580, 3000),
    # 5.77 mg of hydrochloride is 5.003 mg of base
    ("esketamine salt iv 5.77 mg/h for 24 h", 1, 24, 24, 24, 5.77 * 24 * 237.73 / 274.19),
    ("racemic sc 300 mg/day for 5 d", 1, 120, 120, 120, 1500),
]


@pytest.mark.parametrize(("text", "sessions", "session_h", "infusion_h", "end_h", "total"), MEANINGS)
def test_meaning(text, sessions, session_h, infusion_h, end_h, total):
    regimen = Regimen.parse(text)
    assert regimen.sessions == len(regimen.starts_h) == sessions
    assert regimen.parts[0].session_hours == pytest.approx(session_h)
    assert regimen.infusion_hours == pytest.approx(infusion_h)
    assert regimen.last_dose_end_h == pytest.approx(end_h)
    assert regimen.total_mg(70) == pytest.approx(total)


@pytest.mark.parametrize("text", [row[0] for row in MEANINGS])
def test_canonical_text_is_the_text(text):
    assert str(Regimen.parse(text)) == text
    assert Regimen.parse(str(Regimen.parse(text))) == Regimen.parse(text)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        (
            " RACEMIC  IV\t0.35MG/KG/H for 4h every 24h x10 ",
            "racemic iv 0.35 mg/kg/h for 4 h every 24 h x 10",
        ),
        (
            "racemic iv 1 mg / kg / h for 4 hours every 1 day × 3",
            "racemic iv 1 mg/kg/h for 4 h every 1 d x 3",
        ),
        ("Racemic ketamine intravenous 50 mg", "racemic iv 50 mg"),
        ("S-ketamine HCl iv 5 mg/h for 2 h, then 9 mg", "esketamine salt iv 5 mg/h for 2 h then 9 mg"),
        ("esketamine hydrochloride nasal 28 mg", "esketamine salt intranasal 28 mg"),
        ("esketamine base nasal 28 mg", "esketamine intranasal 28 mg"),
        ("r-ketamine iv 0.5 mg/kg over 40 minutes", "arketamine iv 0.5 mg/kg over 40 min"),
        ("racemic subcutaneous 6 µg/kg/min for 1 h", "racemic sc 6 mcg/kg/min for 1 h"),
        ("racemic iv 6 ug/kg/min over 1 h", "racemic iv 6 mcg/kg/min for 1 h"),
        ("racemic po 50.0 mg 3 times daily for 2 weeks", "racemic oral 50 mg three times daily for 2 wk"),
        ("racemic oral prolonged-release 40 mg", "racemic oral-pr 40 mg"),
        ("racemic po extended release 40 mg daily x 2", "racemic oral-pr 40 mg daily x 2"),
        ("racemic oral-xr 40 mg", "racemic oral-pr 40 mg"),
        ("racemic sl 25 mg once daily x 7", "racemic sublingual 25 mg daily x 7"),
        ("racemic iv 5e1 mg on days 0, 3, 7", "racemic iv 50 mg on days 0 3 7"),
        ("racemic iv 50 mg on day 0", "racemic iv 50 mg on days 0"),
        ("racemic epidural .2 mg/kg", "racemic epidural 0.2 mg/kg"),
        ("racemic nebulised 50 mg over 15 min", "racemic inhaled 50 mg over 15 min"),
        ("racemic topical 100 mg twice daily for 7 d", "racemic topical 100 mg twice daily for 7 d"),
        ("racemic rectal 10 mg/kg", "racemic rectal 10 mg/kg"),
        ("racemic buccal 25 mg four times daily for 7 d", "racemic buccal 25 mg four times daily for 7 d"),
    ],
)
def test_case_blanks_and_synonyms_do_not_matter(text, canonical):
    regimen = Regimen.parse(text)
    assert str(regimen) == canonical
    assert Regimen.parse(canonical) == regimen
    assert hash(Regimen.parse(canonical)) == hash(regimen)


@pytest.mark.parametrize(
    ("frequency", "starts_d"),
    [
        ("weekly x 3", [0, 7, 14]),
        ("twice weekly x 5", [0, 3, 7, 10, 14]),
        ("three times weekly x 4", [0, 2, 4, 7]),
        ("daily x 3", [0, 1, 2]),
        ("twice daily x 3", [0, 0.5, 1]),
        ("three times daily for 1 d", [0, 8 / 24, 16 / 24]),
        ("four times daily x 5", [0, 0.25, 0.5, 0.75, 1]),
        ("twice weekly for 2 wk", [0, 3, 7, 10]),
        ("twice weekly for 10 d", [0, 3, 7]),
        ("every 48 h for 5 d", [0, 2, 4]),
        ("every 48 h for 4 d", [0, 2]),
        ("every 2 wk x 3", [0, 14, 28]),
    ],
)
def test_frequencies_start_on_the_days_they_say(frequency, starts_d):
    starts = Regimen.parse(f"racemic iv 50 mg {frequency}").starts_h
    assert [start / 24 for start in starts] == pytest.approx(starts_d)


def test_a_regimen_can_be_built_from_its_parts():
    step = Step(Quantity(0.35, "mg/kg/hr"), Quantity(4, "hours"))
    built = Regimen((Part("Racemic", False, "intravenous", (step,), Every(Quantity(24, "h"), 10)),))
    assert built == Regimen.parse("racemic iv 0.35 mg/kg/h for 4 h every 24 h x 10")
    assert Regimen((Part("racemic", False, "im", (Step(Quantity(50, "mg")),), Once()),)).total_mg() == 50


def test_parts_that_do_not_fit_are_refused():
    dose = Step(Quantity(50, "mg"))
    with pytest.raises(RegimenError, match="The regimen has no dose"):
        Part("racemic", False, "iv", (), Once())
    with pytest.raises(RegimenError, match="A duration is given as 5 mg"):
        Step(Quantity(50, "mg"), Quantity(5, "mg"))
    with pytest.raises(RegimenError, match="A dose is given as 4 h"):
        Step(Quantity(4, "h"))
    with pytest.raises(RegimenError, match="oral 5 mg/h is a rate"):
        Part("racemic", False, "oral", (Step(Quantity(5, "mg/h"), Quantity(4, "h")),), Once())
    with pytest.raises(RegimenError, match="10,001 sessions of 2 doses are more than the 20,000 doses"):
        Part(
            "racemic",
            False,
            "iv",
            (dose, Step(Quantity(5, "mg"), Quantity(1, "h"))),
            Every(Quantity(2, "h"), 10_001),
        )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("racemic iv 50 mg", "esketamine iv 50 mg"),
        ("racemic iv 50 mg", "racemic salt iv 50 mg"),
        ("racemic iv 50 mg", "racemic im 50 mg"),
        ("racemic iv 50 mg", "racemic iv 50 mg daily x 2"),
    ],
)
def test_regimens_that_differ_are_not_equal(one, other):
    assert Regimen.parse(one) != Regimen.parse(other)
