"""The verdict: what is said follows from the differences, and published judgements are cited."""

import numpy as np
import pytest

from reprieve.evidence.records.condition import Certainty
from reprieve.relief.sustained import Added
from reprieve.relief.verdict import finds_no_benefit, judge

HORIZONS = ("48h", "2wk", "4wk", "12wk")
HELPED = dict(zip(HORIZONS, [(0.65, 0.5, 0.8), (0.4, 0.2, 0.6), (0.22, 0.1, 0.3), (0.05, 0.0, 0.1)], strict=True))
ADDED = Added(helped=HELPED, helped_by_a_third=HELPED, duration=np.array([3.0]), days_gained=(5.0, 1.0, 9.0))


def judged(level, finding):
    return Certainty(
        routes=(), exposure="any", level=level, finding=finding, statement="s", by="b", sources=("Cohen2018",)
    )


def verdict_of(*means, width=0.04, certainty=None):
    """The verdict where the 80 % interval of each difference reaches as far to both sides of it."""
    spreads = [(mean, mean - width, mean + width) for mean in means]
    return judge(ADDED, dict(zip(HORIZONS, spreads, strict=True)), certainty, "a point of pain or more")


def test_the_last_horizon_with_an_effect_is_named_and_the_next_is_lost():
    verdict = verdict_of(0.4, 0.3, 0.13, 0.05)
    assert verdict.code == "lasting"
    assert verdict.sentence == (
        "The drug itself helps 65 % of people (50–80 %) by a point of pain or more at 48 hours and 22 % at 4 weeks; "
        "at 12 weeks no effect is detectable."
    )


def test_an_effect_to_the_end_loses_nothing():
    verdict = verdict_of(0.4, 0.4, 0.4, 0.4)
    assert verdict.sentence.endswith("at 48 hours and 5 % at 12 weeks.")


def test_an_effect_at_48_hours_only_says_no_other():
    assert verdict_of(0.4, 0.05, 0.05, 0.05).sentence.endswith("at 48 hours; at 2 weeks no effect is detectable.")


@pytest.mark.parametrize(("difference", "code"), [(0.099, "no_detectable_effect"), (0.101, "lasting")])
def test_one_patient_in_ten_is_what_counts(difference, code):
    assert verdict_of(difference, 0.0, 0.0, 0.0).code == code


@pytest.mark.parametrize(("low", "code"), [(0.004, "no_detectable_effect"), (0.006, "lasting")])
def test_an_interval_that_reads_zero_includes_it(low, code):
    assert verdict_of(0.15, 0.0, 0.0, 0.0, width=0.15 - low).code == code


def test_no_effect_gives_the_difference_and_its_interval():
    verdict = verdict_of(0.08, 0.02, 0.0, 0.0, width=0.05)
    assert verdict.code == "no_detectable_effect"
    assert "from 48 hours on: at 48 hours 8 % more have relief than on placebo" in verdict.sentence
    assert "(80 % interval 3–13 %)." in verdict.sentence


BELIEVED = [
    ("high", "no_benefit", True),
    ("moderate", "no_benefit", True),
    ("low", "no_benefit", False),
    ("very low", "no_benefit", False),
    ("high", "benefit", False),
    ("moderate", "unclear", False),
]


@pytest.mark.parametrize(("level", "finding", "believed"), BELIEVED)
def test_trials_that_find_nothing_are_cited_from_moderate_certainty_on(level, finding, believed):
    certainty = judged(level, finding)
    assert finds_no_benefit(certainty) is believed
    sentence = verdict_of(0.0, 0.0, 0.0, 0.0, certainty=certainty).sentence
    assert (f"find no benefit either ({level} certainty)" in sentence) is believed


@pytest.mark.parametrize(("level", "finding", "_"), BELIEVED)
def test_a_published_judgement_is_cited_and_is_no_rule(level, finding, _):
    assert verdict_of(0.4, 0.4, 0.4, 0.4, certainty=judged(level, finding)) == verdict_of(0.4, 0.4, 0.4, 0.4)


def test_no_judgement_is_not_a_judgement():
    assert not finds_no_benefit(None)
