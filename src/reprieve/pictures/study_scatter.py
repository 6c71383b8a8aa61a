"""Studies as points: a funnel of effect against standard error, and bubbles of effect against a moderator."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from reprieve.pictures.axes import Box, level_axis, plot_area, reference_line, x_axis, y_axis
from reprieve.pictures.picture import Picture, Table
from reprieve.pictures.scale import Scale, Tick, linear_ticks, ratio_ticks
from reprieve.pictures.series import column
from reprieve.pictures.sheet import NARROW, Key, Sheet, heading, picture, text_width, wrap
from reprieve.pictures.svg import band_data, element, line_data, points, text
from reprieve.words import three_figures

#: Half the width of a 95 % interval in standard errors.
_REACH = 1.959964
#: Radius of the heaviest bubble, px.
_RADIUS = 22.0


@dataclass(frozen=True)
class TrendLine:
    """A fitted line: (m,) places, mean and interval."""

    x: ArrayLike
    mean: ArrayLike
    low: ArrayLike
    high: ArrayLike


def _ticks(low: float, high: float, count: int, is_log: bool) -> tuple[Tick, ...]:
    return ratio_ticks(low, high, count) if is_log else linear_ticks(low, high, count)


def _padded(values: Sequence[float], share: float = 0.08) -> tuple[float, float]:
    low, high = min(values), max(values)
    air = share * (high - low) or 0.5
    return low - air, high + air


def _names(box: Box, marks: Sequence[tuple[float, float, float, str]]) -> str:
    """Names beside their marks ``(x, y, radius, name)``, moved until none lies on another."""
    placed: list[tuple[float, float, float]] = []
    parts = []
    for x, y, radius, name in sorted(marks, key=lambda mark: mark[1]):
        wide = text_width(name)
        start = x + radius + 5.0
        turned = start + wide > box.right and x - box.left > box.right - x
        if turned:
            start = x - radius - 5.0 - wide
        line = y + 4.0
        while any(abs(line - other) < 14.0 and start < end and begin < start + wide for other, begin, end in placed):
            line += 3.0
        placed.append((line, start, start + wide))
        anchor, at = ("end", start + wide) if turned else ("start", start)
        parts.append(text(name, at, line, class_="rp-small rp-halo", text_anchor=anchor))
    return "".join(parts)


@dataclass(frozen=True)
class _Scatter:
    """What both pictures share."""

    names: tuple[str, ...]
    effects: tuple[float, ...]
    title: str
    subtitle: str
    axis: str
    is_log: bool
    notes: tuple[str, ...]

    def number(self, value: float) -> str:
        return three_figures(math.exp(value) if self.is_log else round(value, 2))

    def shown(self, value: float) -> float:
        return math.exp(value) if self.is_log else value

    def footer(self, sheet: Sheet, y: float) -> tuple[str, float]:
        parts = []
        for note in self.notes:
            for line in wrap(note, sheet.width - 8.0):
                y += 16.0
                parts.append(text(line, 2.0, y, class_="rp-small"))
        return "".join(parts), y + 12.0


@dataclass(frozen=True)
class _Funnel(_Scatter):
    errors: tuple[float, ...]
    centre: float | None

    def draw(self, sheet: Sheet) -> tuple[str, float]:
        keys = [Key("dot", "study")]
        if self.centre is not None:
            keys += [Key("line", "pooled"), Key("band", "where 95 % of studies lie if only chance parts them")]
        head, y0 = heading(sheet, self.title, self.subtitle, keys)
        box = Box(sheet.left + 10.0, sheet.width - sheet.right, y0 + 26.0, y0 + 26.0 + sheet.plot_height)
        deepest = 1.1 * max(self.errors)
        ends = [*self.effects, 0.0]
        if self.centre is not None:
            ends += [self.centre - _REACH * deepest, self.centre + _REACH * deepest]
        x, y = Scale(*_padded(ends, 0.03), box.left, box.right), Scale(0.0, deepest, box.top, box.bottom)
        parts = [
            head,
            plot_area(box),
            y_axis(box, y, linear_ticks(0.0, deepest, 4), "Standard error, small at the top"),
        ]
        if self.centre is not None:
            corners = [[x(self.centre), y(0.0)]]
            corners += [[x(self.centre + side * _REACH * deepest), y(deepest)] for side in (1.0, -1.0)]
            parts.append(element("path", d=line_data(np.array(corners), closed=True), class_="rp-band"))
            at = x(self.centre)
            parts.append(element("line", x1=at, y1=box.top, x2=at, y2=box.bottom, class_="rp-line"))
        parts.append(element("line", x1=x(0.0), y1=box.top, x2=x(0.0), y2=box.bottom, class_="rp-reference"))
        marks = [(x(e), y(se), 4.0, name) for e, se, name in zip(self.effects, self.errors, self.names, strict=True)]
        parts += [element("circle", cx=at, cy=down, r=4.0, class_="rp-dot") for at, down, _, _ in marks]
        parts.append(_names(box, marks))
        count = sheet.ticks_across(box.right - box.left) if sheet is not NARROW else 4
        parts.append(x_axis(box, x, _ticks(x.low, x.high, min(count, 7), self.is_log), self.axis))
        foot, bottom = self.footer(sheet, box.bottom + 46.0)
        return "".join((*parts, foot)), bottom

    def description(self) -> str:
        said = [
            f"{name}: {self.number(effect)}, standard error {three_figures(se)}."
            for name, effect, se in zip(self.names, self.effects, self.errors, strict=True)
        ]
        return " ".join((*said, *self.notes))

    def table(self) -> Table:
        rows = zip(self.names, (self.shown(e) for e in self.effects), self.errors, strict=True)
        return Table(("Study", self.axis, "Standard error"), tuple(rows))


@dataclass(frozen=True)
class _Bubbles(_Scatter):
    places: tuple[float, ...]
    weights: tuple[float, ...]
    place_label: str
    place_log: bool
    levels: tuple[str, ...]
    trends: tuple[TrendLine, ...]

    def draw(self, sheet: Sheet) -> tuple[str, float]:
        keys = [Key("bubble", "study, area by weight")]
        if self.trends:
            keys += [Key("line", "meta-regression"), Key("band", "its 95 % interval")]
        head, y0 = heading(sheet, self.title, self.subtitle, keys)
        box = Box(sheet.left, sheet.width - sheet.right, y0 + 26.0, y0 + 26.0 + sheet.plot_height)
        ends = (-0.5, len(self.levels) - 0.5) if self.levels else _padded(self.places, 0.12)
        x = Scale(*ends, box.left, box.right)
        y = Scale(*_padded([0.0, *self.effects], 0.25), box.bottom, box.top)
        parts = [head, plot_area(box), y_axis(box, y, _ticks(y.low, y.high, 5, self.is_log), self.axis)]
        parts.append(reference_line(box, y(0.0), "reference"))
        for trend in self.trends:
            at, mean, low, high = (np.asarray(a, dtype=float) for a in vars(trend).values())
            low, mean, high = (np.clip(a, y.low, y.high) for a in (low, mean, high))
            parts.append(element("path", d=band_data(x.many(at), y.many(low), y.many(high)), class_="rp-band"))
            parts.append(element("path", d=line_data(points(x.many(at), y.many(mean))), class_="rp-line"))
        scale = (_RADIUS if sheet is not NARROW else 0.7 * _RADIUS) / math.sqrt(max(self.weights))
        marks = [
            (x(place), y(effect), max(4.0, scale * math.sqrt(weight)), name)
            for place, effect, weight, name in zip(self.places, self.effects, self.weights, self.names, strict=True)
        ]
        parts += [element("circle", cx=at, cy=up, r=r, class_="rp-bubble") for at, up, r, _ in marks]
        parts.append(_names(box, marks))
        more = 0.0
        if self.levels:
            wide = max(text_width(level) for level in self.levels) + 6.0
            axis, more = level_axis(box, x, self.levels, self.place_label, wide)
        else:
            count = 4 if sheet is NARROW else 7
            axis = x_axis(box, x, _ticks(x.low, x.high, count, self.place_log), self.place_label)
        foot, bottom = self.footer(sheet, box.bottom + 46.0 + more)
        return "".join((*parts, axis, foot)), bottom

    def place(self, value: float) -> float | str:
        if self.levels:
            return self.levels[round(value)]
        return math.exp(value) if self.place_log else value

    def place_said(self, value: float) -> str:
        place = self.place(value)
        return f"in {place}" if isinstance(place, str) else f"at {three_figures(place)}"

    def description(self) -> str:
        said = [
            f"{name}: {self.number(effect)} {self.place_said(place)}."
            for name, effect, place in zip(self.names, self.effects, self.places, strict=True)
        ]
        return " ".join((f"{self.axis} against {self.place_label}.", *said, *self.notes))

    def table(self) -> Table:
        rows = zip(
            self.names, map(self.place, self.places), map(self.shown, self.effects),
            (100.0 * w for w in self.weights), strict=True,
        )  # fmt: skip
        return Table(("Study", self.place_label, self.axis, "Weight (%)"), tuple(rows))


def funnel_picture(
    names: Sequence[str],
    effects: ArrayLike,
    errors: ArrayLike,
    *,
    centre: float | None,
    title: str,
    axis_label: str,
    subtitle: str = "",
    is_log: bool = False,
    notes: Sequence[str] = (),
) -> Picture:
    """Draw effects against their standard errors, within the funnel that chance alone would give.

    Parameters
    ----------
    names : (k,)
    effects, errors : (k,) logarithms where ``is_log``; errors above zero
    centre : the pooled effect; None where nothing is pooled

    Raises
    ------
    ValueError
        Arrays that do not fit each other, or an error that is not above zero.
    """
    y, se = column(effects, "effects", len(names)), column(errors, "errors", len(names))
    if np.any(se <= 0.0):
        raise ValueError(f"standard errors must be above zero; the smallest is {se.min():g}")
    shown = _Funnel(
        tuple(names), tuple(y.tolist()), title, subtitle, axis_label, is_log, tuple(notes), tuple(se.tolist()), centre
    )
    return picture(shown.draw, title, shown.description(), shown.table())


def bubble_picture(
    names: Sequence[str],
    places: ArrayLike,
    effects: ArrayLike,
    weights: ArrayLike,
    *,
    trends: Sequence[TrendLine] = (),
    title: str,
    axis_label: str,
    place_label: str,
    subtitle: str = "",
    is_log: bool = False,
    place_log: bool = False,
    levels: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> Picture:
    """Draw effects against a moderator, each study as a bubble whose area is its weight.

    Parameters
    ----------
    names : (k,)
    places, effects : (k,) logarithms where ``place_log`` and ``is_log``
    weights : (k,) shares, above zero
    trends : the fitted line, or one for each category
    levels : names of categories, where places are their numbers from 0

    Raises
    ------
    ValueError
        Arrays that do not fit each other, or a weight that is not above zero.
    """
    n = len(names)
    x, y, w = column(places, "places", n), column(effects, "effects", n), column(weights, "weights", n)
    if np.any(w <= 0.0):
        raise ValueError(f"weights must be above zero; the smallest is {w.min():g}")
    shown = _Bubbles(
        tuple(names), tuple(y.tolist()), title, subtitle, axis_label, is_log, tuple(notes), tuple(x.tolist()),
        tuple(w.tolist()), place_label, place_log, tuple(levels), tuple(trends),
    )  # fmt: skip
    return picture(shown.draw, title, shown.description(), shown.table())
