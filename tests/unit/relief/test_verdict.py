"""The verdict: what is said follows from the chances, and trials that find nothing are believed."""

import msgspec
import pytest

from reprieve.evidence.records.condition import Certainty
from reprieve.regimen import Regimen
from reprieve.relief.verdict import finds_no_benefit, finds_no_benefit_at_all, judge

HORIZONS = ("48h", "2wk", "4wk", "12wk")


def chances(*values):
    return dict(zip(HORIZONS, values, strict=True))


def judged(level, finding):
    return Certainty(
        routes=(), exposure="any", level=level, finding=finding, statement="s", by="b", sources=("Cohen2018",)
    )


PLACEBO = chances(0.2, 0.1, 0.02, 0.0)
LONG = Regimen.parse("esketamine iv 20 mg/h for 100 h")
SHORT = Regimen.parse("racemic iv 0.5 mg/kg over 40 min")


def verdict_of(exceeds, certainty=None, regimen=LONG, width=0.04):
    """The verdict where the 80 % interval of each difference reaches as far to both sides of it."""
    differences = {name: exceeds[name] - PLACEBO[name] for name in HORIZONS}
    intervals = {name: (mean, mean - width, mean + width) for name, mean in differences.items()}
    return judge(exceeds, PLACEBO, intervals, certainty, regimen)


def test_the_last_horizon_with_a_difference_is_named():
    verdict = verdict_of(chances(0.65, 0.4, 0.15, 0.05))
    assert verdict.code == "lasting"
    assert "up to 4 weeks after the last dose (15 % against 2 %)" in verdict.sentence
    assert verdict.sentence.endswith("at 12 weeks no difference is detectable.")


def test_a_difference_to_the_end_loses_nothing():
    verdict = verdict_of(chances(0.9, 0.9, 0.9, 0.9))
    assert "up to 12 weeks" in verdict.sentence
    assert "no difference" not in verdict.sentence


def test_what_was_not_detectable_before_is_not_called_lost_later():
    # Placebo fades: the difference appears at 2 weeks only, and 48 hours is not "lost" after it.
    verdict = verdict_of(chances(0.25, 0.25, 0.05, 0.0))
    assert "up to 2 weeks" in verdict.sentence
    assert "48 hours" not in verdict.sentence


@pytest.mark.parametrize(("difference", "code"), [(0.099, "no_detectable_effect"), (0.101, "lasting")])
def test_one_patient_in_ten_is_what_counts(difference, code):
    assert verdict_of(chances(0.2 + difference, 0.1, 0.02, 0.0)).code == code


@pytest.mark.parametrize(("low", "code"), [(0.004, "no_detectable_effect"), (0.006, "lasting")])
def test_an_interval_that_reads_zero_includes_it(low, code):
    verdict = verdict_of(chances(0.35, 0.1, 0.02, 0.0), width=0.15 - low)
    assert verdict.code == code
    assert ("the 80 % interval of the difference includes 0" in verdict.sentence) == (code != "lasting")


@pytest.mark.parametrize(("low", "code"), [(0.099, "no_detectable_effect"), (0.101, "lasting")])
@pytest.mark.parametrize(
    "regimen", [SHORT, Regimen.parse("racemic im 30 mg"), Regimen.parse("racemic iv 60 mg over 2 h")]
)
def test_after_one_short_session_the_whole_interval_must_reach_one_in_ten(low, code, regimen):
    verdict = verdict_of(chances(0.5, 0.1, 0.02, 0.0), regimen=regimen, width=0.3 - low)
    assert verdict.code == code
    if code != "lasting":
        assert "No detectable lasting effect of one short session beyond placebo" in verdict.sentence
        assert "the 80 % interval of the difference falls below one patient in ten" in verdict.sentence


@pytest.mark.parametrize(
    "text",
    ["racemic iv 60 mg over 2.1 h", "racemic iv 20 mg over 40 min every 24 h x 2", "esketamine iv 20 mg/h for 4 h"],
)
def test_a_longer_or_a_second_session_is_not_a_short_one(text):
    verdict = verdict_of(chances(0.5, 0.1, 0.02, 0.0), regimen=Regimen.parse(text), width=0.28)
    assert verdict.code == "lasting"


def test_no_difference_gives_both_chances():
    assert verdict_of(PLACEBO).sentence == (
        "No detectable lasting effect beyond placebo after 48 hours (under one patient in ten): "
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
    verdict = verdict_of(chances(0.9, 0.9, 0.9, 0.9), certainty)
    assert (verdict.code == "no_detectable_effect") is believed
    assert (f"({level} certainty)" in verdict.sentence) is believed


def test_trials_of_single_sessions_say_nothing_of_the_hours_under_the_drug():
    assert finds_no_benefit_at_all(judged("high", "no_benefit"))
    single = msgspec.structs.replace(judged("high", "no_benefit"), exposure="single")
    assert finds_no_benefit(single)
    assert not finds_no_benefit_at_all(single)


def test_no_judgement_is_not_a_judgement():
    assert not finds_no_benefit(None)
    assert not finds_no_benefit_at_all(None)
