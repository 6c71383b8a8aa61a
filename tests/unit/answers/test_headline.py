"""What a forecast says first: each number of the answer in its place, nothing beyond follow-up without saying so."""

from made_up_forecast import PLAIN, made_up_forecast

from reprieve.answers.headline import outside, statements, title
from reprieve.words import NOBODY_FOLLOWED


def said(**changed):
    return {one.about: one.text for one in statements(made_up_forecast(**changed))}


def test_the_four_statements_stand_in_their_order():
    order = ["What the drug adds", "Without it", "Felt relief", "Acute relief"]
    assert [one.about for one in statements(made_up_forecast())] == order


def test_what_the_drug_adds_is_said_with_its_intervals():
    text = said()["What the drug adds"]
    assert "helps about 62 (45 to 81) at 48 hours, 47 (22 to 66) at 2 weeks, 31 (12 to 52) at 4 weeks and 9" in text
    assert "its part lasts 26 days in the median (80 % of them 4 to over 90 days); nobody was followed so long." in text
    assert text.endswith("In twelve weeks it adds 17 days with relief (6 to 27 days).")


def test_relief_stands_beside_placebo():
    text = said()["Without it"]
    assert text.startswith("With the drug 56 of 100 have relief of 30 % or more at 48 hours, 41 at 2 weeks, 24 at 4")
    assert said()["Acute relief"].endswith("(on placebo 19).")
    assert said()["Felt relief"].startswith("59 of 100 have it in the first week (on placebo 23).")


def test_nothing_reaches_beyond_follow_up_without_saying_so():
    """120 d of the drug's part and 99 d of felt relief are beyond 90; neither number is said."""
    for text in said().values():
        assert "120" not in text
        assert "99" not in text
        assert (NOBODY_FOLLOWED in text) == ("over 90 days" in text)
    short = {"q10": 1.0, "q50": 2.0, "q90": 90.0}
    followed = PLAIN["sustained"]["added"] | {"duration_days": short}
    assert NOBODY_FOLLOWED not in said(sustained={"added": followed})["What the drug adds"]


def test_a_drug_that_helps_nobody_is_said_to():
    none = {"share": 0.0, "low": 0.0, "high": 0.0, "by_a_third": 0.0}
    nobody = PLAIN["sustained"]["added"] | {
        "helped": [one | none for one in PLAIN["sustained"]["added"]["helped"]],
        "duration_days": dict.fromkeys(("q10", "q50", "q90")),
        "days_gained_12wk": {"mean": 0.0, "low": 0.0, "high": 0.0},
    }
    text = said(sustained={"added": nobody})["What the drug adds"]
    assert text.startswith("The drug itself helps nobody")
    assert text.endswith("It adds no days with relief.")


def test_a_question_outside_what_was_studied_is_marked_with_the_ways_in_which_it_is():
    ways = ["Route: no study.", "Hours and dose: too many.", "Outside what was studied, it differs more."]
    assert outside(made_up_forecast(extrapolation=ways)) == "Outside what was studied: route, hours and dose"
    assert outside(made_up_forecast(extrapolation=[])) is None
    assert outside(made_up_forecast(extrapolation=["Age: 45 years is outside 19 to 32 years."])) is None


def test_no_detectable_effect_is_the_title():
    assert title(made_up_forecast(verdict_code="no_detectable_effect")) == "No detectable effect beyond placebo"
    assert title(made_up_forecast()) == "Uncertain after four weeks"
