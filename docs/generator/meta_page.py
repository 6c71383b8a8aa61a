"""Placebo-controlled trials pooled by window, with their forest plots; every number in it is computed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from reprieve.evidence.evidence import Evidence
from reprieve.inference.effect_sizes import MEASURES, measure
from reprieve.inference.moderators import MODERATORS
from reprieve.inference.synthesis import Synthesis, interval, synthesise
from reprieve.inference.window import WINDOWS, window
from reprieve.pictures import Picture
from reprieve.report.markdown_table import table
from reprieve.report.study_pictures import asymmetry_line, forest_of, name_of, notes, slope_line
from reprieve.words import three_figures

EVIDENCE = Evidence.packaged()

_INTRO = """# Meta-analysis of controlled trials

Ketamine against placebo or an active placebo, one effect per study, by time after the last dose. Random effects by
restricted maximum likelihood with the Hartung-Knapp interval; how and why:
[Meta-analysis](../explanation/meta-analysis.md). The same at the shell: `reprieve evidence forest`. A negative
difference in pain, and a positive difference or a ratio above one in responders, favours ketamine.
"""


@cache
def _made(how: str, when: str) -> Synthesis:
    return synthesise(EVIDENCE.studies, measure(how), window(when))


def pictures() -> Iterator[str]:
    """Names of the forest plots, without those that would be empty."""
    for when in WINDOWS:
        for how in MEASURES:
            made = _made(how.id, when.id)
            if made.effects or any(shown.low is not None for shown in made.comparisons.shown):
                yield f"{how.id}_{when.id}.svg"


def picture(name: str) -> Picture:
    """A forest plot by its file's name."""
    how, _, when = name.removesuffix(".svg").partition("_")
    return forest_of(_made(how, when), EVIDENCE.references)


def page() -> str:
    """The page."""
    columns = ("window", *(how.name for how in MEASURES))
    rows = [(when.label, *(_short(_made(how.id, when.id)) for how in MEASURES)) for when in WINDOWS]
    parts = [_INTRO, "## In short\n", table(columns, rows)]
    drawn = set(pictures())
    for when in WINDOWS:
        parts.append(f"## {when.label[0].upper()}{when.label[1:]}\n")
        for how in MEASURES:
            made = _made(how.id, when.id)
            if f"{how.id}_{when.id}.svg" in drawn:
                parts.append(_section(made, f"{how.id}_{when.id}.svg"))
        parts.append(_left_out(_made("rd" if when.id == "day" else "md", when.id)))
    return "\n".join(parts)


def _short(made: Synthesis) -> str:
    if made.pooled is None:
        return "one study" if made.effects else "–"
    how, r = made.comparisons.measure, made.pooled.random
    low, estimate, high = (three_figures(round(how.shown(v), 2)) for v in (r.low, r.estimate, r.high))
    return f"{estimate} ({low} to {high}), {made.pooled.k} studies"


def _section(made: Synthesis, name: str) -> str:
    how = made.comparisons.measure
    drawn = picture(name)
    rows = []
    for effect in made.effects:
        low, high = (how.shown(end) for end in interval(effect))
        said = f"{three_figures(how.shown(effect.estimate))} ({three_figures(low)} to {three_figures(high)})"
        rows.append((
            name_of(effect.study, EVIDENCE.references), f"{effect.day:g}", said, f"{effect.n[0]} and {effect.n[1]}",
            effect.study.risk_of_bias, effect.status, effect.how,
        ))  # fmt: skip
    parts = [
        f"### {how.name.capitalize()}, {made.comparisons.window.label}\n",
        f"![{drawn.title}](meta-analysis/{name})\n",
    ]
    if rows:
        columns = ("study", "day", "effect (95 %)", "n", "risk of bias", "status", "how")
        parts.append(table(columns, rows))
    said = [*notes(made)]
    if made.pooled is not None:
        said += [asymmetry_line(made), *(slope_line(made, by) for by in MODERATORS)]
    said += [
        f"Shown, not pooled: {name_of(s.study, EVIDENCE.references)}, day {s.day:g}: {s.why.rstrip('.')}."
        for s in made.comparisons.shown
    ]
    return "\n".join((*parts, "".join(f"- {sentence}\n" for sentence in said)))


def _left_out(made: Synthesis) -> str:
    rows = [(f"`{left.study.id}`", left.why) for left in made.comparisons.left_out]
    without = f"{made.comparisons.uncontrolled} studies without a comparator"
    said = f"Without a {made.comparisons.measure.name} here, beside {without}:\n"
    return f"{said}\n{table(('study', 'why'), rows)}"
