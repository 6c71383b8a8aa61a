"""A forest plot: each study with its size, estimate and interval, and what they say together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reprieve.pictures.axes import Box, x_axis
from reprieve.pictures.picture import Cell, Picture, Table
from reprieve.pictures.scale import Scale, linear_ticks, ratio_ticks
from reprieve.pictures.sheet import NARROW, Sheet, heading, picture, wrap
from reprieve.pictures.svg import element, line_data, text
from reprieve.words import NBSP, percent, three_figures

#: An interval of the pooled estimate widens the axis by at most this share of what the studies span; the rest is cut
#: with an arrow, since two studies can have an interval a hundred times as wide as their own.
_WIDENED = 0.25


@dataclass(frozen=True)
class ForestRow:
    """One study.

    Parameters
    ----------
    label : who and when
    detail : condition, day, design: a short line beneath
    low, high : interval; infinite where open
    estimate : None where only bounds are known
    weight : share in the pooled estimate; None where not pooled
    groups : what each group reported, as ``("7/12", "2/12")``
    """

    label: str
    detail: str
    low: float
    high: float
    estimate: float | None = None
    weight: float | None = None
    groups: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class ForestSummary:
    """The pooled estimate with its interval and, where there is one, the prediction interval."""

    label: str
    estimate: float
    low: float
    high: float
    prediction: tuple[float, float] | None = None


def _check(rows: Sequence[ForestRow]) -> None:
    if not rows:
        raise ValueError("no row was given; a forest plot needs at least one study")
    for row in rows:
        middle = row.low if row.estimate is None else row.estimate
        if math.isnan(row.low) or math.isnan(row.high) or not row.low <= middle <= row.high:
            raise ValueError(f"{row.label}: the estimate must lie between low and high, and none may be missing")


@dataclass(frozen=True)
class _Forest:
    """Everything the picture shows, ready to be put on a sheet."""

    pooled: tuple[ForestRow, ...]
    apart: tuple[ForestRow, ...]
    summary: ForestSummary | None
    title: str
    subtitle: str
    axis: str
    is_log: bool
    groups: tuple[str, str]
    sides: tuple[str, str]
    notes: tuple[str, ...]
    apart_label: str
    level: str

    def number(self, value: float) -> str:
        if math.isinf(value):
            return "∞" if value > 0 else "−∞"
        return three_figures(math.exp(value)) if self.is_log else three_figures(round(value, 2))

    def span(self, low: float, high: float) -> str:
        return f"{self.number(low)} to {self.number(high)}"

    def words(self, row: ForestRow | ForestSummary) -> str:
        if row.estimate is None:
            return self.span(row.low, row.high)
        return f"{self.number(row.estimate)} ({self.span(row.low, row.high)})"

    def domain(self) -> tuple[float, float]:
        ends = [0.0] + [end for row in (*self.pooled, *self.apart) for end in (row.low, row.high, row.estimate or 0.0)]
        finite = [end for end in ends if math.isfinite(end)]
        low, high = min(finite), max(finite)
        reach = _WIDENED * (high - low or 1.0)
        if self.summary:
            asked = [self.summary.low, self.summary.high, *(self.summary.prediction or ())]
            low, high = max(low - reach, min(low, *asked)), min(high + reach, max(high, *asked))
        air = 0.04 * (high - low or 1.0)
        return low - air, high + air

    def interval(self, x: Scale, y: float, low: float, high: float, kind: str) -> str:
        """A line with an arrow on the side where it goes on past the axis."""
        left, right = x(max(low, x.low)), x(min(high, x.high))
        parts = [element("line", x1=left, y1=y, x2=right, y2=y, class_=f"rp-{kind}")]
        for beyond, at, step in ((low < x.low, left, 5.0), (high > x.high, right, -5.0)):
            if beyond:
                tip = np.array([[at + step, y - 4.0], [at, y], [at + step, y + 4.0]])
                parts.append(element("path", d=line_data(tip), class_=f"rp-{kind}"))
        return "".join(parts)

    def mark(self, x: Scale, y: float, row: ForestRow) -> str:
        line = self.interval(x, y, row.low, row.high, "bound" if row.estimate is None else "whisker")
        if row.estimate is None or not x.low <= row.estimate <= x.high:
            return line
        side = 5.0 + 11.0 * math.sqrt(0.3 if row.weight is None else row.weight)
        square = element(
            "rect", x=x(row.estimate) - side / 2, y=y - side / 2, width=side, height=side, class_="rp-square"
        )
        return line + square

    def diamond(self, x: Scale, y: float, summary: ForestSummary) -> str:
        ends = (summary.low, summary.estimate, summary.high, summary.estimate)
        across = [x(min(max(end, x.low), x.high)) for end in ends]
        corners = np.column_stack([across, [y, y - 8.0, y, y + 8.0]])
        return element("path", d=line_data(corners, closed=True), class_="rp-diamond")

    def draw(self, sheet: Sheet) -> tuple[str, float]:
        head, y0 = heading(sheet, self.title, self.subtitle, ())
        body, bottom = (self._narrow if sheet is NARROW else self._wide)(sheet, y0 + 4.0)
        y = bottom
        for note in self.notes:
            for line in wrap(note, sheet.width - 8.0):
                y += 16.0
                body += text(line, 2.0, y, class_="rp-small")
        return head + body, y + 12.0

    def _axis(self, box: Box, x: Scale, count: int, strips: Sequence[tuple[float, float]] = ()) -> str:
        """The axis with the lines of no difference and of the pooled estimate, in ``strips`` that hold no words."""
        ticks = ratio_ticks(x.low, x.high, count) if self.is_log else linear_ticks(x.low, x.high, count)
        kinds = [(0.0, "reference")]
        if self.summary and x.low <= self.summary.estimate <= x.high:
            kinds.append((self.summary.estimate, "third"))
        lines = [
            element("line", x1=x(value), y1=top, x2=x(value), y2=bottom, class_=f"rp-{kind}")
            for value, kind in kinds
            for top, bottom in strips or [(box.top, box.bottom)]
        ]
        out = 0.0 if strips else 26.0
        sides = text(self.sides[0], box.left - out, box.bottom + 35.0, class_="rp-small")
        sides += text(self.sides[1], box.right + out, box.bottom + 35.0, class_="rp-small", text_anchor="end")
        return "".join(lines) + x_axis(box, x, ticks, "") + sides

    def _wide(self, sheet: Sheet, top: float) -> tuple[str, float]:
        one, other, left, right, said, weight = 214.0, 272.0, 318.0, 528.0, 666.0, sheet.width - 4.0
        y = top + 14.0
        columns = [(2.0, "Study", "start"), (one, self.groups[0], "middle"), (other, self.groups[1], "middle")]
        columns += [(left, self.axis, "start"), (said, self.level, "end"), (weight, "Weight", "end")]
        parts = [text(name, x, y, class_="rp-small", text_anchor=anchor) for x, name, anchor in columns]
        x = Scale(*self.domain(), left, right)
        start = y + 6.0
        y += 8.0
        marks = []
        for row in (*self.pooled, *self.apart):
            if self.apart and row is self.apart[0]:
                parts.append(text(self.apart_label, 2.0, y + 22.0, class_="rp-small"))
                y += 24.0
            detail = wrap(row.detail, one - 36.0) if row.detail else []
            height = max(30.0, 20.0 + 14.0 * len(detail) + 6.0)
            centre = y + 16.0
            parts.append(text(row.label, 2.0, centre + 2.0, class_="rp-study"))
            for number, line in enumerate(detail):
                parts.append(text(line, 2.0, centre + 17.0 + 14.0 * number, class_="rp-small"))
            for at, said_by_group in zip((one, other), row.groups, strict=True):
                parts.append(text(said_by_group, at, centre + 4.0, class_="rp-small", text_anchor="middle"))
            parts.append(text(self.words(row), said, centre + 4.0, class_="rp-small", text_anchor="end"))
            share = "–" if row.weight is None else percent(row.weight)
            parts.append(text(share, weight, centre + 4.0, class_="rp-small", text_anchor="end"))
            marks.append(self.mark(x, centre, row))
            y += height
        if self.summary:
            y += 6.0
            parts.append(element("line", x1=2.0, y1=y, x2=weight, y2=y, class_="rp-grid"))
            parts.append(text(self.summary.label, 2.0, y + 22.0, class_="rp-value"))
            parts.append(text(self.words(self.summary), said, y + 22.0, class_="rp-value", text_anchor="end"))
            marks.append(self.diamond(x, y + 18.0, self.summary))
            y += 34.0
            if self.summary.prediction:
                parts.append(text("Prediction interval", 2.0, y + 10.0, class_="rp-small"))
                spread = self.span(*self.summary.prediction)
                parts.append(text(spread, said, y + 10.0, class_="rp-small", text_anchor="end"))
                marks.append(self.interval(x, y + 6.0, *self.summary.prediction, "reach"))
                y += 20.0
        box = Box(left, right, start, y + 6.0)
        return "".join((*parts, self._axis(box, x, 5), *marks)), box.bottom + 44.0

    def _narrow(self, sheet: Sheet, top: float) -> tuple[str, float]:
        left, right = 8.0, sheet.width - 10.0
        x = Scale(*self.domain(), left, right)
        y = top
        parts: list[str] = []
        marks: list[str] = []
        strips: list[tuple[float, float]] = []
        parts.append(text(f"{self.axis}, {self.level}", 2.0, y + 10.0, class_="rp-small"))
        y += 16.0
        for row in (*self.pooled, *self.apart):
            if self.apart and row is self.apart[0]:
                parts.append(text(self.apart_label, 2.0, y + 18.0, class_="rp-small"))
                y += 22.0
            parts.append(text(row.label, 2.0, y + 18.0, class_="rp-study"))
            parts.append(text(self.words(row), right, y + 18.0, class_="rp-small", text_anchor="end"))
            groups = " v ".join(filter(None, row.groups))
            share = "" if row.weight is None else f"weight{NBSP}{percent(row.weight)}"
            detail = "; ".join(filter(None, (row.detail, groups, share)))
            lines = wrap(detail, right - 2.0)
            for number, line in enumerate(lines):
                parts.append(text(line, 2.0, y + 33.0 + 14.0 * number, class_="rp-small"))
            y += 33.0 + 14.0 * len(lines)
            marks.append(self.mark(x, y + 1.0, row))
            strips.append((y - 7.0, y + 9.0))
            y += 14.0
        if self.summary:
            parts.append(element("line", x1=2.0, y1=y + 2.0, x2=right, y2=y + 2.0, class_="rp-grid"))
            parts.append(text(self.summary.label, 2.0, y + 20.0, class_="rp-value"))
            parts.append(text(self.words(self.summary), right, y + 20.0, class_="rp-value", text_anchor="end"))
            marks.append(self.diamond(x, y + 34.0, self.summary))
            strips.append((y + 25.0, y + 43.0))
            y += 46.0
            if self.summary.prediction:
                said = f"Prediction interval {self.span(*self.summary.prediction)}"
                parts.append(text(said, 2.0, y + 12.0, class_="rp-small"))
                marks.append(self.interval(x, y + 22.0, *self.summary.prediction, "reach"))
                y += 28.0
        box = Box(left, right, top, y + 4.0)
        return "".join((self._axis(box, x, 4, strips), *parts, *marks)), box.bottom + 44.0

    def description(self) -> str:
        sentences = [f"{row.label}: {self.words(row)}." for row in self.pooled]
        sentences += [f"{row.label}, not pooled: {self.words(row)}." for row in self.apart]
        if self.summary:
            sentences.append(f"{self.summary.label}: {self.words(self.summary)}.")
            if self.summary.prediction:
                sentences.append(f"Prediction interval {self.span(*self.summary.prediction)}.")
        return " ".join((*sentences, *self.notes))

    def table(self) -> Table:
        def shown(value: float | None) -> Cell:
            if value is None:
                return None
            if math.isinf(value):
                return self.number(value)
            return math.exp(value) if self.is_log else value

        rows: list[tuple[Cell, ...]] = [
            (
                row.label, row.detail, *row.groups, shown(row.estimate), shown(row.low), shown(row.high),
                None if row.weight is None else 100.0 * row.weight,
            )
            for row in (*self.pooled, *self.apart)
        ]  # fmt: skip
        if self.summary:
            s = self.summary
            rows.append((s.label, None, None, None, shown(s.estimate), shown(s.low), shown(s.high), 100.0))
            if s.prediction:
                rows.append(("Prediction interval", None, None, None, None, *map(shown, s.prediction), None))
        columns = ("Study", "What", *self.groups, self.axis, "Lower end", "Upper end", "Weight (%)")
        return Table(columns, tuple(rows))


def forest_picture(
    rows: Sequence[ForestRow],
    summary: ForestSummary | None = None,
    *,
    title: str,
    subtitle: str = "",
    axis_label: str,
    is_log: bool = False,
    group_labels: tuple[str, str] = ("Treated", "Control"),
    side_labels: tuple[str, str] = ("", ""),
    apart_label: str = "Shown, not pooled",
    level_label: str = "95 % interval",
    notes: Sequence[str] = (),
) -> Picture:
    """Draw studies, those of which only bounds are known beneath them, the pooled diamond and the prediction interval.

    Parameters
    ----------
    rows : one per study; a row without estimate is set apart
    summary : what they say together; None where nothing is pooled
    axis_label : the measure; where ``is_log`` all numbers are logarithms and shown as ratios
    group_labels, side_labels : over the groups' results, and what the left and right of no difference favour
    notes : lines beneath, as heterogeneity

    Raises
    ------
    ValueError
        No row, or an estimate outside its interval.
    """
    _check(rows)
    shown = _Forest(
        pooled=tuple(row for row in rows if row.estimate is not None),
        apart=tuple(row for row in rows if row.estimate is None),
        summary=summary,
        title=title,
        subtitle=subtitle,
        axis=axis_label,
        is_log=is_log,
        groups=group_labels,
        sides=side_labels,
        notes=tuple(notes),
        apart_label=apart_label,
        level=level_label,
    )
    return picture(shown.draw, title, shown.description(), shown.table())
