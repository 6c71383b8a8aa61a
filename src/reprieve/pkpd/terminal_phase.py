"""The log-linear end of an observed profile, chosen by the best adjusted R²."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from reprieve.pkpd.observed_profile import Floats, ObservedProfile

_FEWEST_POINTS = 3
#: A longer terminal phase is preferred if its adjusted R² is within this of the best.
_AS_GOOD = 1e-4


@dataclass(frozen=True)
class TerminalPhase:
    """The log-linear end of a profile.

    Attributes
    ----------
    rate : 1/h, λz
    half_life_h : h, ln 2 / λz
    n_points : samples on the line
    start_h, end_h : h, the first and last of them
    r_squared, adjusted_r_squared : of ln(concentration) on time
    predicted_last : concentration of the line at the last quantifiable sample
    """

    rate: float
    half_life_h: float
    n_points: int
    start_h: float
    end_h: float
    r_squared: float
    adjusted_r_squared: float
    predicted_last: float

    @property
    def half_lives_spanned(self) -> float:
        """How many half-lives lie between the first and last point; below 2 the half-life is unreliable."""
        return (self.end_h - self.start_h) / self.half_life_h


def terminal_phase(profile: ObservedProfile) -> tuple[TerminalPhase | None, str]:
    """The terminal phase by the best adjusted R², or None with the reason.

    Lines through the logarithms of the last 3, 4, 5 ... samples above zero are compared. A line may reach back to
    the sample after the highest (after a bolus to the highest itself) and not before the end of an infusion. Among
    falling lines whose adjusted R² is within 0.0001 of the best, the one with the most points is taken.
    """
    t, c = profile.times, profile.concentrations
    highest = int(np.argmax(np.where(profile.sampled, c, -1.0)))
    usable = profile.sampled & (c > 0) & (t >= profile.duration_h)
    usable[: highest if profile.route == "bolus" else highest + 1] = False
    at = np.flatnonzero(usable)
    if at.size < _FEWEST_POINTS:
        since = "from" if profile.route == "bolus" else "after"
        return None, (
            f"A terminal phase needs {_FEWEST_POINTS} samples above zero {since} the highest one"
            f"{' and the end of the infusion' if profile.route == 'infusion' else ''}; there are {at.size}."
        )
    lines = [line for n in range(_FEWEST_POINTS, at.size + 1) if (line := _line(t[at[-n:]], c[at[-n:]])).rate > 0]
    if not lines:
        return None, "Concentrations do not fall after the highest one; there is no terminal phase."
    best = max(line.adjusted_r_squared for line in lines)
    return max((line for line in lines if line.adjusted_r_squared >= best - _AS_GOOD), key=lambda x: x.n_points), ""


def _line(t: Floats, c: Floats) -> TerminalPhase:
    """Least squares of ln(concentration) on time."""
    x, y = t - t.mean(), np.log(c) - np.log(c).mean()
    slope = float(x @ y / (x @ x))
    spread = float(y @ y)
    r_squared = slope**2 * float(x @ x) / spread if spread > 0 else 0.0
    n = t.size
    return TerminalPhase(
        rate=-slope,
        half_life_h=math.log(2) / -slope if slope else math.inf,
        n_points=n,
        start_h=float(t[0]),
        end_h=float(t[-1]),
        r_squared=r_squared,
        adjusted_r_squared=1 - (1 - r_squared) * (n - 1) / (n - 2),
        predicted_last=float(np.exp(np.log(c).mean() + slope * x[-1])),
    )
