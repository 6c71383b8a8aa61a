"""The verdict: what is said follows from the chances, and trials that find nothing are believed."""

import pytest

from reprieve.evidence.records.condition import Certainty
from reprieve.relief.verdict import finds_no_benefit, judge

HORIZONS = ("48h", "2wk", "4wk", "12wk")


def chances(*values):
    return dict(zip(HORIZONS, values, strict=True))


def judged(level, finding):
    return Certainty(
        routes=(), exposure="any", level=level, finding=finding, statement="s", by="b", sources=("Cohen2018",)
    )


PLACEBO = chances(0.2, 0.1, 0.02, 0.0)


def test_the_last_horizon_with_a_difference_is_named():
    verdict = judge(chances(0.65, 0.4, 0.15, 0.05), PLACEBO, None)
    assert verdict.code == "lasting"
    assert "up to 4 weeks after the last dose (15 % against 2 %)" in verdict.sentence
    assert verdict.sentence.endswith("at 12 weeks the difference is under one patient in ten.")


def test_a_difference_to_the_end_loses_nothing():
    verdict = judge(chances(0.9, 0.9, 0.9, 0.9), PLACEBO, None)
    assert "up to 12 weeks" in verdict.sentence
    assert "no difference" not in verdict.sentence


def test_what_was_not_detectable_before_is_not_called_lost_later():
    # Placebo fades: the difference appears at 2 weeks only, and 48 hours is not "lost" after it.
    verdict = judge(chances(0.25, 0.25, 0.05, 0.0), PLACEBO, None)
    assert "up to 2 weeks" in verdict.sentence
    assert "48 hours" not in verdict.sentence


@pytest.mark.parametrize(("difference", "code"), [(0.099, "no_detectable_effect"), (0.101, "lasting")])
def test_one_patient_in_ten_is_what_counts(difference, code):
    assert judge(chances(0.2 + difference, 0.1, 0.02, 0.0), PLACEBO, None).code == code


def test_no_difference_gives_both_chances():
    assert judge(PLACEBO, PLACEBO, None).sentence == (
        "No detectable effect beyond placebo after 48 hours (under one patient in ten): "
        "20 % would still have relief then, 20 % on placebo."
    )


@pytest.mark.parametrize(
    ("level", "finding", "believed"),
    [
        ("high", "no_benefit", True),
        ("moderate", "no_benefit", True),
        ("low", "no_benefit", False),
        ("very low", "no_benefit", False),
        ("high", "benefit", False),
        ("moderate", "unclear", False),
    ],
)
def test_trials_that_find_nothing_are_believed_from_moderate_certainty_on(level, finding, believed):
    certainty = judged(level, finding)
    assert finds_no_benefit(certainty) is believed
    verdict = judge(chances(0.9, 0.9, 0.9, 0.9), PLACEBO, certainty)
    assert (verdict.code == "no_detectable_effect") is believed
    assert (f"({level} certainty)" in verdict.sentence) is believed


def test_no_judgement_is_not_a_judgement():
    assert not finds_no_benefit(None)
