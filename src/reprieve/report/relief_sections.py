"""Relief in a report: what the drug adds, relief beside placebo, felt relief, and relief while drug is on board."""

from __future__ import annotations

from html import escape

from reprieve.answers.forecast import ForecastAnswer
from reprieve.answers.headline import SHARE_NOT_POINTS
from reprieve.answers.relief import Acute, AddedAnswer, HelpedOnDay, Quantiles, ReliefOnDay, SustainedAnswer
from reprieve.report.blocks import facts, say, section, share, table
from reprieve.words import HORIZONS, beyond_follow_up, clock, followed_days, followed_span, glued

_HALF = 0.5
#: h after the last dose; acute relief that outlasts it is said to.
_DAY_H = 24.0
_OF_THOSE = (
    '<p class="note">Acute relief: pain below the line, whatever brought it there. Onset and end are of those who '
    "reach it and would not have it on placebo.</p>"
)


def relief_sections(answer: ForecastAnswer) -> str:
    """The four sections, in the order of the headline."""
    sustained = answer.sustained
    return _added(sustained.added) + _beside_placebo(sustained) + _felt(sustained) + _acute(answer.acute)


def _strip(found: HelpedOnDay | ReliefOnDay) -> str:
    """A chance with its interval on a line from 0 to 100 %; placebo, where there is one, as a dotted mark."""
    chance, placebo = (found.p, found.placebo) if isinstance(found, ReliefOnDay) else (found.share, None)
    marks = (
        f'<i style="--from:{100 * found.low:.1f}%;--wide:{100 * (found.high - found.low):.1f}%"></i>'
        f'<b style="--at:{100 * chance:.1f}%"></b>'
    )
    marks += "" if placebo is None else f'<u style="--at:{100 * placebo:.1f}%"></u>'
    return f'<td class="strip" aria-hidden="true"><span class="track">{marks}</span></td>'


def _at(words: str, lead: str, low: float, high: float, more: str) -> str:
    return (
        f'<tr><th class="number" scope="row">{words}</th><td class="number lead">{lead}</td>'
        f'<td class="number">{share(low)} to {share(high)}</td>{more}</tr>'
    )


def _heads(*names: str) -> str:
    return "".join(f'<th scope="col">{name}</th>' for name in names)


def _added(added: AddedAnswer) -> str:
    """How many the drug itself helps at each horizon, for how long, and what it adds in days."""
    rows = []
    for one in HORIZONS:
        at = added.at(one.days)
        third = f'<td class="number">{share(at.by_a_third)}</td>'
        rows.append(_at(one.words, share(at.share), at.low, at.high, third + _strip(at)))
    heads = _heads("After the last dose", "Helped", glued("80 % interval"), glued("By 30 % of pain"))
    return section(
        "What the drug adds",
        table(f'{heads}<th class="strip" scope="col">0 to 100 %</th>', rows),
        f'<p class="note">Helped: the drug itself takes away a point of pain or more, beyond what pain would do '
        f"without it. {say(SHARE_NOT_POINTS)}</p>",
    )


def _beside_placebo(sustained: SustainedAnswer) -> str:
    """The chance of relief at each horizon, and on placebo."""
    rows = []
    for one in HORIZONS:
        at = sustained.on(one.days)
        placebo = f'<td class="number placebo">{share(at.placebo)}</td>'
        rows.append(_at(one.words, share(at.p), at.low, at.high, placebo + _strip(at)))
    heads = _heads("After the last dose", "With the drug", glued("80 % interval"), "Placebo")
    return section(
        "With the drug and without it",
        table(f'{heads}<th class="strip" scope="col">0 to 100 %; dotted: placebo</th>', rows),
        f'<p class="note">Share of people whose pain on that day is at least {share(sustained.threshold)} below '
        "baseline.</p>",
    )


def _felt(sustained: SustainedAnswer) -> str:
    placebo, followed = sustained.placebo, sustained.added.followed_days

    def lasts(found: Quantiles) -> str:
        if found.known is None:
            return ""
        low, middle, high = found.known
        span = f"80 % of people: {followed_span(low, high, followed)}{beyond_follow_up(followed, *found.known)}"
        return escape(glued(f"median {followed_days(middle, followed)} ({span})"))

    numbers = facts(
        [
            ("In the first week", f"{share(sustained.probability_any)} (placebo {share(placebo.probability_any)})"),
            ("Lasts, those with relief", lasts(sustained.duration_days_if_relief)),
            ("The same on placebo", lasts(placebo.duration_days_if_relief)),
            ("Lasts, everybody", lasts(sustained.duration_days)),
            ("Everybody on placebo", lasts(placebo.duration_days)),
        ]
    )
    line = (
        f'<p class="note">Felt relief: the mean pain of a week is at least {share(sustained.threshold)} below '
        "baseline, week after week from the last dose, until the first week above it. Without it counts as 0 days.</p>"
    )
    return section("Felt relief", numbers, line)


def _time(found: Quantiles, per_hour: float, most_h: float = float("inf")) -> str:
    """A time with its interval: ``9.2 h (80 % of people: 52 min to more than 24 h)``."""
    if found.known is None:
        return ""
    low, middle, high = (
        clock(value / per_hour) if value / per_hour < most_h else f"more than {most_h:g} h" for value in found.known
    )
    return escape(glued(f"{middle} (80 % of people: {low} to {high})"))


def _acute(acute: Acute) -> str:
    # The median person feels nothing where fewer than half reach relief, and the peak of that is no peak.
    many = acute.probability >= _HALF and acute.peak_relief is not None
    return section(
        "While the drug is on board",
        facts(
            [
                ("Relief at its largest", f"{share(acute.probability)} (placebo {share(acute.placebo)})"),
                ("Onset, from the start", _time(acute.intervals.onset_min, 60.0)),
                ("Peak", f"{share(acute.peak_relief or 0.0)} less pain" if many else ""),
                ("Over, from the end", _time(acute.intervals.offset_h, 1.0, _DAY_H)),
            ]
        ),
        _OF_THOSE,
    )
