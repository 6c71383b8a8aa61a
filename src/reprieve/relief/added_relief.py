"""What the drug adds to relief on average, by what was felt of it and when: the model of record.

    δ = level + by_hours ln(h / 4) + by_amount ln(A / 4) + by_route q
    kept(t) = (t / 0.04)^-(fade_long + fade_short max(ln(500 / A), 0)) · 2^(-t / half_life)
    E(t) = 0.06 ln(1 + e^(δ / 0.06)) · kept(t) · (1 - 2^(-h / onset))

h is hours with drug in blood until then, A the hours at 50 ng/mL of S-ketamine equivalent that hold as much, t days
since the end of the latest dose, at least 0.04, q the share of the dose given through mouth, nose or rectum. E is a
share of baseline pain, 0 or more: what it is at the end, of which a part is kept. Small courses lose it within days,
long ones with the half-life with which sensitisation returns. No coefficient but the route's can lower it, so more
hours, a higher rate or more sessions never add less, and nothing rises after the last dose. What a person's part of
it is: :mod:`reprieve.relief.person_course`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from reprieve.relief.felt_exposure import AT_THE_END, FeltExposure

Floats = NDArray[np.float64]

#: h and h at 50 ng/mL that ``level`` is of, about those of one infusion of 0.25 mg/kg.
USUAL_HOURS = 4.0
#: ng/mL of S-ketamine equivalent at which an hour counts as one in A.
USUAL_CONCENTRATION = 50.0
#: h at 50 ng/mL; relief after as much and more is lost slowly.
LONG_COURSE = 500.0
#: Share of baseline; below about twice this, what the drug adds at the end bends towards zero instead of crossing it.
BEND = 0.06
#: h; keep logarithms finite where hardly anything was felt.
_LEAST = 1e-6


def amount_felt(felt: FeltExposure, r_potency: Floats) -> Floats:
    """(n_draws, n_times) A: hours at 50 ng/mL of S-ketamine equivalent that hold as much drug as was felt."""
    return np.asarray(felt.hours * (felt.s + r_potency[:, None] * felt.r) / USUAL_CONCENTRATION)


def added_relief(
    values: Mapping[str, Floats], felt: FeltExposure, level: Floats, onset_h: float, persistence: Floats | None = None
) -> Floats:
    """E, (n_draws, n_times), share of baseline pain.

    Parameters
    ----------
    values : parameter of the posterior to (n_draws,)
    felt : what was felt of the drug at each time
    level : (n_draws,) of δ in this condition and setting
    onset_h : h, half-life with which the effect sets in
    persistence : (n_draws,) log factor of the half-life in studies without control
    """
    of = {name.removeprefix("added_"): value[:, None] for name, value in values.items() if name.startswith("added_")}
    amount = np.maximum(amount_felt(felt, values["r_potency"]), _LEAST)
    delta = (
        level[:, None]
        + of["by_hours"] * np.log(np.maximum(felt.hours, _LEAST) / USUAL_HOURS)
        + of["by_amount"] * np.log(amount / USUAL_HOURS)
        + of["by_route"] * felt.by_slow_route
    )
    days = np.maximum(felt.since_days, AT_THE_END)
    power = of["fade_long"] + of["fade_short"] * np.maximum(np.log(LONG_COURSE / amount), 0.0)
    half_life = of["half_life"] if persistence is None else of["half_life"] * np.exp(persistence)[:, None]
    kept = (days / AT_THE_END) ** -power * 2.0 ** (-days / half_life)
    return np.asarray(BEND * np.logaddexp(0.0, delta / BEND) * kept * (1.0 - 2.0 ** (-felt.hours / onset_h)))
