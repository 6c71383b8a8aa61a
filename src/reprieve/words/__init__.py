"""How a number, a share, a span of time and a name are said, once, for everything that speaks.

Text comes with ordinary spaces; :func:`glued` binds numbers to their units where lines are broken by somebody else.
"""

from reprieve.words.followed import NOBODY_FOLLOWED, beyond_follow_up, followed_days, followed_span
from reprieve.words.horizon import HORIZONS, Horizon, HorizonId, horizon
from reprieve.words.name import CONDITIONS, sampled, spoken
from reprieve.words.number import of_100, percent, percent_span, plain, three_figures
from reprieve.words.sentence import NBSP, dashed, glued, spaced, wrapped
from reprieve.words.span import clock, days, days_span, short_days

__all__ = [
    "CONDITIONS",
    "HORIZONS",
    "NBSP",
    "NOBODY_FOLLOWED",
    "Horizon",
    "HorizonId",
    "beyond_follow_up",
    "clock",
    "dashed",
    "days",
    "days_span",
    "followed_days",
    "followed_span",
    "glued",
    "horizon",
    "of_100",
    "percent",
    "percent_span",
    "plain",
    "sampled",
    "short_days",
    "spaced",
    "spoken",
    "three_figures",
    "wrapped",
]
