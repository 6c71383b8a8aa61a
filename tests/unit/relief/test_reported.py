"""The formulas of a reported share and mean against brute force: patients drawn one by one."""

import numpy as np
import pytest

from reprieve.relief.arm import predict_arm
from reprieve.relief.reported import ArmOnDay

LONG = "esketamine iv 5 mg/h for 24 h then 14 mg/h for 24 h then 22 mg/h for 52 h"


@pytest.mark.parametrize("chance", [0.0, 0.4, 1.0])
def test_shares_and_means_are_those_of_patients_drawn_one_by_one(chance):
    rng = np.random.default_rng(5)
    factors, mean, spread, scatter, n = np.array([0.1, 0.4, 0.8]), 0.2, 0.35, 0.1, 400_000
    left = np.where(rng.random(n) < chance, rng.choice(factors, n), 1.0)
    pain = left * (1 - mean - spread * rng.standard_normal(n)) + scatter * rng.standard_normal(n)
    arm = ArmOnDay(factors[None], np.array([chance]), np.array([mean]), np.array([spread]), scatter)
    # Standard errors are below 0.001; four of them are allowed.
    assert arm.share_relieved(0.3)[0] == pytest.approx((pain <= 0.7).mean(), abs=0.004)
    assert arm.mean_pain()[0][0] == pytest.approx(np.maximum(pain, 0).mean(), abs=0.004)


PUBLISHED = [
    ("crps", "ketamine", 30, LONG, {"measure": "mean_pain_fraction", "day": 3}, 2.68 / 7.2),
    ("crps", "placebo", 30, LONG, {"measure": "mean_pain_fraction", "day": 3}, 5.45 / 6.9),
    ("neuropathic", "placebo", 12, "racemic iv 0.4 mg/kg over 40 min", (0.5, 0), 2 / 12),
    ("whiplash", "placebo", 30, "racemic iv 0.3 mg/kg over 30 min", (0.5, 0), 2 / 30),
    ("whiplash", "placebo", 94, "racemic iv 0.3 mg/kg over 30 min", (0.5, 0.08), 24 / 94),
    ("mixed", "placebo", 32, "racemic iv 0.3 mg/kg over 20 min", (2 / 9.19, 0.028), 13 / 32),
]


@pytest.mark.parametrize(("condition", "role", "n", "regimen", "asked", "reported"), PUBLISHED)
def test_what_was_published_lies_in_the_interval(condition, role, n, regimen, asked, reported):
    if isinstance(asked, tuple):
        asked = {"measure": "responder_fraction", "threshold": asked[0], "day": asked[1]}
    arm = {"id": "a", "condition": condition, "role": role, "design": "rct", "n": n, "regimen": regimen}
    row = predict_arm(arm | {"predict": [asked]}).to_dict()["predictions"][0]
    assert row["q10"] - 1e-3 <= reported <= row["q90"] + 1e-3
