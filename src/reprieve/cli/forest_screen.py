"""A forest plot in letters, for a terminal of 80 columns."""

from __future__ import annotations

import math
from collections.abc import Sequence

import click
from rich.text import Text

from reprieve.cli.console import console
from reprieve.inference.moderators import CONDITION
from reprieve.inference.study_pictures import Bibliography, name_of, notes
from reprieve.inference.synthesis import Synthesis, interval
from reprieve.words import plain, three_figures, wrapped

#: Columns of the name, the groups, the numbers and the plot.
_NAME, _GROUPS, _NUMBERS, _PLOT = 24, 12, 22, 20


def _title(measure: str, when: str) -> str:
    return f"{measure[0].upper()}{measure[1:]}, {when}"


def _number(made: Synthesis, value: float) -> str:
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return three_figures(round(made.comparisons.measure.shown(value), 2))


def _numbers(made: Synthesis, estimate: float | None, low: float, high: float) -> str:
    span = f"{_number(made, low)} to {_number(made, high)}"
    return span if estimate is None else f"{_number(made, estimate)} ({span})"


def _bar(ends: tuple[float, float], low: float, estimate: float | None, high: float, mark: str) -> str:
    """A line of ``_PLOT`` letters: the interval, its middle, and ``│`` where there is no difference."""

    def at(value: float) -> int:
        share = (min(max(value, ends[0]), ends[1]) - ends[0]) / (ends[1] - ends[0])
        return round(share * (_PLOT - 1))

    letters = [" "] * _PLOT
    letters[at(0.0)] = "│"
    for place in range(at(low), at(high) + 1):
        letters[place] = "─" if estimate is not None else "╌"
    letters[at(low)] = "◂" if low < ends[0] else "├"
    letters[at(high)] = "▸" if high > ends[1] else "┤"
    if estimate is not None and ends[0] <= estimate <= ends[1]:
        letters[at(estimate)] = mark
    return "".join(letters)


def _row(name: str, groups: str, numbers: str, bar: str) -> str:
    return f"{name[: _NAME - 1]:<{_NAME}}{groups:<{_GROUPS}}{numbers:<{_NUMBERS + 1}}{bar}".rstrip()


def _groups(made: Synthesis, at: int) -> str:
    effect = made.effects[at]
    if effect.counts is None:
        return f"n {effect.n[0]}, {effect.n[1]}"
    return " ".join(f"{plain(count.events)}/{plain(count.n)}" for count in effect.counts)


def _ends(made: Synthesis) -> tuple[float, float]:
    spans = [interval(effect) for effect in made.effects]
    spans += [(s.low, s.high) for s in made.comparisons.shown if s.low is not None and s.high is not None]
    finite = [end for span in (*spans, (0.0, 0.0)) for end in span if math.isfinite(end)]
    low, high = min(finite), max(finite)
    return (low, high) if low < high else (low - 1.0, high + 1.0)


def print_forest(made: Synthesis, bibliography: Bibliography) -> None:
    """Print every study, the pooled line, and what was left out and why."""
    screen, how, window = console(), made.comparisons.measure, made.comparisons.window
    ends = _ends(made)
    screen.print(Text(_title(how.name, window.label), "bold"))
    better = "right" if how.better > 0 else "left"
    head = _row("Study", "ket. pla.", "95 % interval", f"ket. better {better}")
    screen.print(Text(head, "dim"))
    for number, effect in enumerate(made.effects):
        low, high = interval(effect)
        bar = _bar(ends, low, effect.estimate, high, "■")
        click.echo(
            _row(name_of(effect, bibliography), _groups(made, number), _numbers(made, effect.estimate, low, high), bar)
        )
    if made.pooled is not None:
        r = made.pooled.random
        bar = _bar(ends, r.low, r.estimate, r.high, "◆")
        pooled = _row("Pooled", f"k {made.pooled.k}", _numbers(made, r.estimate, r.low, r.high), bar)
        screen.print(Text(pooled, "bold cyan"))
        if made.pooled.prediction is not None:
            low, high = made.pooled.prediction
            click.echo(_row("  a new study", "", _numbers(made, None, low, high), _bar(ends, low, None, high, "")))
    if made.comparisons.shown:
        screen.print(Text("Shown, not pooled", "dim"))
    for shown in made.comparisons.shown:
        if shown.low is not None and shown.high is not None:
            bar = _bar(ends, shown.low, None, shown.high, "")
            click.echo(_row(name_of(shown, bibliography), "", _numbers(made, None, shown.low, shown.high), bar))
        screen.print(Text(wrapped(f"  {name_of(shown, bibliography)}: {shown.why.rstrip('.')}.", screen.width), "dim"))
    _say(screen.width, notes(made))
    _left_out(made, screen.width)


def _say(width: int, sentences: Sequence[str]) -> None:
    click.echo()
    for sentence in sentences:
        click.echo(wrapped(sentence, min(width, 80)))


def _left_out(made: Synthesis, width: int) -> None:
    """Studies that gave nothing, those with the same reason together."""
    reasons: dict[str, list[str]] = {}
    for left in made.comparisons.left_out:
        reasons.setdefault(left.why, []).append(left.study.id)
    said = [f"- {', '.join(studies)}: {why}." for why, studies in reasons.items()]
    _say(width, ["Left out:", *said, f"- {made.comparisons.uncontrolled} studies without a comparator."])


def print_points(made: Synthesis, bibliography: Bibliography, line: str) -> None:
    """Print effects with standard errors and what they can be regressed on, and one sentence on them."""
    screen, how, window = console(), made.comparisons.measure, made.comparisons.window
    scale = f"log {how.name}" if how.is_log else how.name
    screen.print(Text(_title(scale, window.label), "bold"))
    head = f"{'Study':<25}{'Estimate':>9}{'SE':>7}{'Infusion h':>12}{'mg/kg':>7}  Condition"
    screen.print(Text(head, "dim"))
    for effect in made.effects:
        hours, dose = ("–" if value is None else f"{value:.3g}" for value in (effect.infusion_hours, effect.mg_per_kg))
        name, estimate = name_of(effect, bibliography)[:24], plain(effect.estimate, 3)
        numbers = f"{estimate:>9}{plain(effect.se, 3):>7}{hours:>12}{dose:>7}"
        click.echo(f"{name:<25}{numbers}  {CONDITION.of(effect)}")
    _say(screen.width, [line])
