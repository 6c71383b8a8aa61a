"""The answer about trial arms: what was asked comes back, and what cannot be said is left out."""

from reprieve.answers.trial import trial_answer

PAIN = {"measure": "mean_pain_fraction", "day": 3}
RESPONDERS = {"measure": "responder_fraction", "threshold": 0.3, "day": 28}
ARM = {
    "id": "ket", "condition": "crps", "role": "ketamine", "design": "rct", "n": 30, "predict": [RESPONDERS, PAIN],
    "regimen": "racemic iv 30 mg over 1 h",
}  # fmt: skip


def test_a_refused_arm_says_why_and_has_neither_predictions_nor_assumptions():
    refused, predicted = trial_answer(
        {"arms": [ARM | {"id": "r", "regimen": "arketamine iv 35 mg over 1 h"}, ARM]}
    ).arms
    assert refused.to_dict().keys() == {"id", "predictions", "refused"}
    assert refused.predictions == ()
    assert "arketamine iv" in refused.refused
    assert predicted.to_dict().keys() == {"id", "predictions", "assumed"}
    assert predicted.assumed == ("weight 70 kg",)


def test_a_threshold_is_given_back_where_it_was_given():
    (arm,) = trial_answer({"arms": [ARM]}).to_dict()["arms"]
    first, second = arm["predictions"]
    assert RESPONDERS.items() <= first.items()
    assert "threshold" not in second
    assert first["q10"] <= first["q50"] <= first["q90"]
