"""The answer of a meta-analysis is what was pooled; ratios are ratios, and what is open has no number."""

import math

import msgspec
import pytest

from reprieve.answers.meta_analysis import MetaAnalysisAnswer, controlled_trials, meta_analysis_answer
from reprieve.evidence.evidence import Evidence
from reprieve.inference.effect_sizes import MEASURES
from reprieve.inference.moderators import HOURS, MODERATORS
from reprieve.inference.window import WINDOWS

EVERY = [(when.id, how.id) for when in WINDOWS for how in MEASURES]


@pytest.mark.parametrize(("when", "how"), EVERY)
def test_an_answer_comes_back_from_its_json(when, how):
    made = controlled_trials(Evidence.packaged(), when, how)
    for by in (None, *MODERATORS):
        answer = meta_analysis_answer(made, by)
        assert msgspec.json.decode(answer.to_json(), type=MetaAnalysisAnswer) == answer


@pytest.mark.parametrize(("when", "how"), EVERY)
def test_weights_are_shares_and_every_controlled_study_is_somewhere_once(when, how):
    answer = meta_analysis_answer(controlled_trials(Evidence.packaged(), when, how))
    if answer.pooled is not None:
        assert sum(one.weight for one in answer.effects) == pytest.approx(1.0)
        assert answer.pooled.k == len(answer.effects)
    named = [one.study for one in (*answer.effects, *answer.shown_not_pooled, *answer.left_out)]
    assert len(named) == len(set(named))


def test_a_ratio_is_shown_as_one_and_pooled_as_its_logarithm():
    answer = meta_analysis_answer(controlled_trials(Evidence.packaged(), "day", "or"))
    assert answer.measure.pooled_on == "logarithm"
    for one in answer.effects:
        assert math.log(one.estimate) == pytest.approx(one.pooled_scale.estimate)
        assert one.low < one.estimate < one.high


def test_the_measure_that_is_not_named_is_that_of_the_window():
    assert controlled_trials(Evidence.packaged(), "day").comparisons.measure.id == "rd"
    assert controlled_trials(Evidence.packaged(), "month").comparisons.measure.id == "md"


def test_a_regression_that_cannot_be_says_why_and_has_no_numbers():
    answer = meta_analysis_answer(controlled_trials(Evidence.packaged(), "day", "rr", "phn"), HOURS)
    assert "needs 3 or more studies" in answer.meta_regression.why_none
    assert answer.meta_regression.coefficients is msgspec.UNSET
    assert "coefficients" not in answer.to_dict()["meta_regression"]
