"""A forest plot in letters, for a terminal of 80 columns."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import click
from rich.text import Text

from reprieve.answers.meta_analysis import MetaAnalysisAnswer, StudyEffect
from reprieve.cli.console import console
from reprieve.evidence.evidence import Evidence
from reprieve.inference.effect_sizes import measure
from reprieve.report.study_pictures import name_of
from reprieve.words import plain, three_figures, wrapped

#: Columns of the name, the groups, the numbers and the plot.
_NAME, _GROUPS, _NUMBERS, _PLOT = 24, 12, 22, 20
_OPEN = "∞"


def _title(measured: str, when: str) -> str:
    return f"{measured[0].upper()}{measured[1:]}, {when}"


def _name(study_id: str) -> str:
    return name_of(Evidence.packaged().study(study_id), Evidence.packaged().references)


def _numbers(estimate: float | None, low: float | None, high: float | None) -> str:
    """An estimate with its interval; an end that is not known is open."""
    left, right = (None if end is None else three_figures(round(end, 2)) for end in (low, high))
    span = f"{left or f'−{_OPEN}'} to {right or _OPEN}"
    return span if estimate is None else f"{three_figures(round(estimate, 2))} ({span})"


class _Axis:
    """The line of ``_PLOT`` letters that all intervals are drawn on."""

    def __init__(self, answer: MetaAnalysisAnswer) -> None:
        self.is_log = answer.measure.pooled_on == "logarithm"
        ends = [end for one in answer.effects for end in (one.low, one.high)]
        ends += [end for one in answer.shown_not_pooled for end in (one.low, one.high) if end is not None]
        known = [self._place(end) for end in ends]
        low, high = min((0.0, *known)), max((0.0, *known))
        self.low, self.high = (low, high) if low < high else (low - 1.0, high + 1.0)

    def _place(self, value: float) -> float:
        return math.log(value) if self.is_log else value

    def _at(self, place: float) -> int:
        share = (min(max(place, self.low), self.high) - self.low) / (self.high - self.low)
        return round(share * (_PLOT - 1))

    def bar(self, low: float | None, estimate: float | None, high: float | None, mark: str = "") -> str:
        """The interval, its middle, and ``│`` where there is no difference."""
        left = -math.inf if low is None else self._place(low)
        right = math.inf if high is None else self._place(high)
        letters = [" "] * _PLOT
        letters[self._at(0.0)] = "│"
        for place in range(self._at(left), self._at(right) + 1):
            letters[place] = "─" if estimate is not None else "╌"
        letters[self._at(left)] = "◂" if left < self.low else "├"
        letters[self._at(right)] = "▸" if right > self.high else "┤"
        if estimate is not None and self.low <= self._place(estimate) <= self.high:
            letters[self._at(self._place(estimate))] = mark
        return "".join(letters)


def _row(name: str, groups: str, numbers: str, bar: str) -> str:
    return f"{name[: _NAME - 1]:<{_NAME}}{groups:<{_GROUPS}}{numbers:<{_NUMBERS + 1}}{bar}".rstrip()


def _groups(effect: StudyEffect) -> str:
    if effect.responders is None:
        return f"n {effect.n[0]}, {effect.n[1]}"
    return " ".join(f"{plain(events)}/{n}" for events, n in zip(effect.responders, effect.n, strict=True))


def print_forest(answer: MetaAnalysisAnswer, notes: Sequence[str]) -> None:
    """Print every study, the pooled line, the notes on it, and what was left out and why."""
    terminal, axis = console(), _Axis(answer)
    terminal.print(Text(_title(answer.measure.name, answer.window.label), "bold"))
    better = "right" if measure(answer.measure.id).better > 0 else "left"
    terminal.print(Text(_row("Study", "ket. pla.", "95 % interval", f"ket. better {better}"), "dim"))
    for one in answer.effects:
        bar = axis.bar(one.low, one.estimate, one.high, "■")
        click.echo(_row(_name(one.study), _groups(one), _numbers(one.estimate, one.low, one.high), bar))
    if answer.pooled is not None:
        r = answer.pooled.random
        bar = axis.bar(r.low, r.estimate, r.high, "◆")
        pooled = _row("Pooled", f"k {answer.pooled.k}", _numbers(r.estimate, r.low, r.high), bar)
        terminal.print(Text(pooled, "bold cyan"))
        if answer.pooled.prediction is not None:
            low, high = answer.pooled.prediction
            click.echo(_row("  a new study", "", _numbers(None, low, high), axis.bar(low, None, high)))
    if answer.shown_not_pooled:
        terminal.print(Text("Shown, not pooled", "dim"))
    for shown in answer.shown_not_pooled:
        name = _name(shown.study)
        if shown.low is not None or shown.high is not None:
            bar = axis.bar(shown.low, None, shown.high)
            click.echo(_row(name, "", _numbers(None, shown.low, shown.high), bar))
        terminal.print(Text(wrapped(f"  {name}: {shown.why.rstrip('.')}.", terminal.width), "dim"))
    _say(terminal.width, notes)
    _say(terminal.width, ("Left out:", *_left_out(answer)))


def _say(width: int, sentences: Sequence[str]) -> None:
    click.echo()
    for sentence in sentences:
        click.echo(wrapped(sentence, min(width, 80)))


def _left_out(answer: MetaAnalysisAnswer) -> Iterator[str]:
    """Studies that gave nothing, those with the same reason together."""
    reasons: dict[str, list[str]] = {}
    for left in answer.left_out:
        reasons.setdefault(left.why, []).append(left.study)
    yield from (f"- {', '.join(studies)}: {why}." for why, studies in reasons.items())
    yield f"- {answer.uncontrolled_studies} studies without a comparator."


def print_points(answer: MetaAnalysisAnswer, line: str) -> None:
    """Print effects with standard errors and what they can be regressed on, and one sentence on them."""
    terminal, how = console(), answer.measure
    scale = f"log {how.name}" if how.pooled_on == "logarithm" else how.name
    terminal.print(Text(_title(scale, answer.window.label), "bold"))
    head = f"{'Study':<25}{'Estimate':>9}{'SE':>7}{'Infusion h':>12}{'mg/kg':>7}  Condition"
    terminal.print(Text(head, "dim"))
    for one in answer.effects:
        hours, dose = ("–" if value is None else f"{value:.3g}" for value in (one.infusion_hours, one.mg_per_kg))
        estimate, se = (plain(value, 3) for value in (one.pooled_scale.estimate, one.pooled_scale.se))
        numbers = f"{estimate:>9}{se:>7}{hours:>12}{dose:>7}"
        click.echo(f"{_name(one.study)[:24]:<25}{numbers}  {one.condition.replace('_', ' ')}")
    _say(terminal.width, [line])
