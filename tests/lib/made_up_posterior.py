"""A posterior that no calibration made: draws from stated distributions, so that tests do not hang on a fit."""

from __future__ import annotations

import numpy as np

from reprieve.evidence.records.posterior import Calibration, Constant, Diagnostics, Fitted
from reprieve.relief.posterior import PARAMETERS, Posterior

CONDITIONS = ("crps", "neuropathic", "fibromyalgia", "cancer")
#: Parameter to median and SD of its log; all of them lie above 0.
LOGNORMAL = {
    "added_by_hours": (0.03, 0.3), "added_by_amount": (0.02, 0.3), "added_uncontrolled_persistence": (0.3, 0.4),
    "added_fade_long": (0.05, 0.3), "added_fade_short": (0.1, 0.3), "added_half_life": (50.0, 0.3),
    "added_condition_sd": (0.1, 0.3),
    "added_study_sd": (0.1, 0.3), "added_spread": (0.9, 0.2), "context_study_sd": (0.08, 0.3),
    "context_spread": (0.3, 0.1), "reporting_precision": (20.0, 0.3), "words_precision": (6.0, 0.3),
    "mean_scatter": (0.08, 0.2),
}  # fmt: skip
#: Parameter to the two numbers of a beta distribution; all of them lie between 0 and 1.
BETA = {"r_potency": (5, 5)}
#: Parameter to mean and SD of a normal distribution.
NORMAL = {
    "added_level": (0.3, 0.05), "added_by_route": (-0.1, 0.03), "added_uncontrolled": (0.05, 0.05),
    "context_mean": (0.2, 0.03), "context_uncontrolled": (0.05, 0.01), "words_shift": (0.0, 0.3),
    "complete_shift": (2.0, 0.3),
}  # fmt: skip


def made_up_calibration(n_draws: int = 400, **constants: tuple[float, str]) -> Calibration:
    """A record of it; constants are the usual ones unless given as value and unit."""
    taken = {"acute_half_life": (8.3, "min")}
    return Calibration(
        id="posterior",
        structure="reported",
        n_draws=n_draws,
        draws_sha256=64 * "0",
        evidence_fingerprint=12 * "0",
        fitted=Fitted(numbers=10, studies=5),
        versions={},
        diagnostics=Diagnostics(rhat_max=1.0, ess_bulk_min=1000.0, ess_tail_min=1000.0, divergences=0),
        constants={
            name: Constant(value=value, unit=unit, status="assumed", reason="made up")
            for name, (value, unit) in (taken | constants).items()
        },
    )


def made_up_posterior(n_draws: int = 400, *, calibration: Calibration | None = None, **fixed: object) -> Posterior:
    """Draws from the distributions above.

    Parameters
    ----------
    n_draws : rows
    calibration : its record, with constants of its own
    fixed : parameter, or ``condition_effect``, to what every row has instead; arrays are taken as they are
    """
    rng = np.random.default_rng(7)
    drawn = {name: middle * np.exp(sd * rng.standard_normal(n_draws)) for name, (middle, sd) in LOGNORMAL.items()}
    drawn |= {name: rng.beta(a, b, n_draws) for name, (a, b) in BETA.items()}
    drawn |= {name: rng.normal(mean, sd, n_draws) for name, (mean, sd) in NORMAL.items()}
    effect = rng.standard_normal((n_draws, len(CONDITIONS)))
    given = {name: np.asarray(value, dtype=float) for name, value in fixed.items()}
    values = {name: np.broadcast_to(given.get(name, drawn[name]), n_draws).copy() for name in PARAMETERS}
    effect = np.broadcast_to(given.get("condition_effect", effect), effect.shape).copy()
    return Posterior(calibration or made_up_calibration(n_draws), values, effect, CONDITIONS)
