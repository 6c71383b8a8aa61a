"""What a forecast says first, in this order: what the drug adds, what would be without it, what is felt.

Each statement is plain text made of the answer's numbers; whoever shows it sets it in lines.
"""

from __future__ import annotations

from typing import NamedTuple

from reprieve.answers.forecast import ForecastAnswer
from reprieve.answers.relief import Acute, AddedAnswer, SustainedAnswer
from reprieve.words import HORIZONS, beyond_follow_up, days, days_span, followed_days, followed_span, of_100, percent

#: Why chances can be read at any baseline and points cannot.
SHARE_NOT_POINTS = (
    "The drug takes away a share of pain: chances of relief do not depend on pain before treatment; points, and how "
    "many are helped by a point, do."
)
#: d; less is nothing to speak of.
_HARDLY = 0.05


class Statement(NamedTuple):
    """What is said, and what it is about in a word or two."""

    about: str
    text: str


#: Ways in which a person lies outside the people of an exposure model.
_OF_EXPOSURE = frozenset({"Age", "Weight"})


def outside(answer: ForecastAnswer) -> str | None:
    """The mark of a question outside what studies of relief asked, with the ways in which it is; None inside.

    That a person differs from those whose blood was sampled is said below: it changes concentrations little.
    """
    said = (sentence.split(":")[0] for sentence in answer.extrapolation if ":" in sentence)
    ways = dict.fromkeys(way.lower() for way in said if way not in _OF_EXPOSURE)
    return f"Outside what was studied: {', '.join(ways)}" if ways else None


def title(answer: ForecastAnswer) -> str:
    """The answer in a line: the verdict, or only that no effect is detectable."""
    if answer.verdict_code == "no_detectable_effect":
        return "No detectable effect beyond placebo"
    return answer.verdict.removesuffix(".")


def statements(answer: ForecastAnswer) -> tuple[Statement, ...]:
    """The four statements of a forecast, in their order."""
    sustained = answer.sustained
    return (
        Statement("What the drug adds", f"{helped(sustained.added)} {its_part(sustained.added)}"),
        Statement("Without it", without_it(sustained)),
        Statement("Felt relief", felt(sustained)),
        Statement("Acute relief", on_board(answer.acute, sustained.threshold)),
    )


def helped(added: AddedAnswer) -> str:
    """How many of 100 people the drug itself helps, at each horizon."""
    if not any(round(100.0 * added.at(one.days).high) for one in HORIZONS):
        return "The drug itself helps nobody by a point of pain, at 48 hours or later."
    said = []
    for one in HORIZONS:
        at = added.at(one.days)
        said.append(f"{of_100(at.share)} ({_span_of_100(at.low, at.high)}) at {one.words}")
    return f"Of 100 people like this the drug itself helps about {_listed(said)}, by a point of pain or more."


def its_part(added: AddedAnswer) -> str:
    """How long the drug's part lasts among those it helps, and how many days with relief it adds."""
    gained, known = added.days_gained_12wk, added.duration_days.known
    adds = f"In twelve weeks it adds {days(gained.mean)} with relief ({days_span(gained.low, gained.high)})."
    if gained.high < _HARDLY:
        adds = "It adds no days with relief."
    if known is None:
        return adds
    followed = added.followed_days
    lasts = f"{_median(known, followed)}{beyond_follow_up(followed, *known)}"
    return f"In those it helps at 48 hours its part lasts {lasts}. {adds}"


def without_it(sustained: SustainedAnswer) -> str:
    """The chance of relief at each horizon, with the drug and on placebo."""
    relief = [(sustained.on(one.days), one.words) for one in HORIZONS]
    first, *later = (f"{of_100(at.p)}{{}} at {words}" for at, words in relief)
    have = f" of 100 have relief of {percent(sustained.threshold)} or more"
    with_drug = _listed([first.format(have), *(one.format("") for one in later)])
    placebo = dict.fromkeys(of_100(at.placebo) for at, _ in relief)
    return f"With the drug {with_drug}. On placebo {' to '.join(placebo)} of 100 have it at any of these."


def felt(sustained: SustainedAnswer) -> str:
    """Relief in the first week and for how long, with the drug and on placebo."""
    placebo, followed = sustained.placebo, sustained.added.followed_days
    share = (
        f"{of_100(sustained.probability_any)} of 100 have it in the first week (on placebo "
        f"{of_100(placebo.probability_any)})."
    )
    known, without = sustained.duration_days_if_relief.known, placebo.duration_days_if_relief.known
    if known is None:
        return share
    lasts = f"In them it lasts {_median(known, followed)}"
    if without is None:
        return f"{share} {lasts}{beyond_follow_up(followed, *known)}."
    on_placebo = f"on placebo {_median(without, followed)}"
    return f"{share} {lasts}, {on_placebo}{beyond_follow_up(followed, *known, *without)}."


def on_board(acute: Acute, threshold: float) -> str:
    """Relief while drug is on board, when it is largest on average."""
    return (
        f"{of_100(acute.probability)} of 100 have relief of {percent(threshold)} or more while drug is on board, when "
        f"it is largest (on placebo {of_100(acute.placebo)})."
    )


def _median(known: tuple[float, float, float], followed: float) -> str:
    low, middle, high = known
    span = followed_span(low, high, followed)
    return f"{followed_days(middle, followed)} in the median (80 % of them {span})"


def _span_of_100(low: float, high: float) -> str:
    one, other = of_100(low), of_100(high)
    return one if one == other else f"{one} to {other}"


def _listed(said: list[str]) -> str:
    return f"{', '.join(said[:-1])} and {said[-1]}"
