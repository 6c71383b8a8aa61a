"""Many numbers as dots on the intervals that foretold them, or intervals above one another; a row for each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from reprieve.pictures.axes import Box, x_axis
from reprieve.pictures.picture import Cell, Picture, Table
from reprieve.pictures.scale import Scale, Tick
from reprieve.pictures.sheet import NARROW, Key, Sheet, heading, picture, wrap
from reprieve.pictures.svg import element, line_data, text
from reprieve.words import NBSP

Triple = tuple[float, float, float]

#: Height of bars and strokes, px; kinds that are not named are strokes.
_BAR_HEIGHTS = {"band": 12.0, "inner": 5.0, "wash": 7.0, "bar": 7.0}
_HEAD, _LINE = 26.0, 14.0
#: Bold words of 13 px are as wide as plain ones of this size.
_BOLD = 14.0


@dataclass(frozen=True)
class Lane:
    """What the intervals of one kind are, the same in every row.

    Parameters
    ----------
    kind : CSS class without its prefix: ``band``, ``inner``, ``wash`` and ``bar`` are bars, others strokes
    label : in the legend
    offset : px below the middle of the row
    """

    kind: str
    label: str
    offset: float = 0.0


@dataclass(frozen=True)
class IntervalRow:
    """One row.

    Parameters
    ----------
    label : in bold; empty where it is that of the row above
    detail : beside it, or beneath on a phone
    intervals : (low, middle, high) of each lane, None where there is none
    seen : drawn as a dot
    head : words above this row, where a new part begins
    """

    label: str
    detail: str
    intervals: tuple[Triple | None, ...]
    seen: float | None = None
    head: str = ""


def _check(rows: Sequence[IntervalRow], lanes: Sequence[Lane]) -> None:
    if not rows:
        raise ValueError("no row was given; there must be at least one")
    for row in rows:
        name = f"{row.label} {row.detail}".strip()
        if len(row.intervals) != len(lanes):
            raise ValueError(f"{name}: {len(row.intervals)} intervals for {len(lanes)} lanes")
        for each in row.intervals:
            if each is not None and not (math.isfinite(sum(each)) and each[0] <= each[2]):
                raise ValueError(f"{name}: an interval must be finite and have its lower end first; it was {each}")


@dataclass(frozen=True)
class _Intervals:
    """Everything the picture shows, ready to be put on a sheet."""

    rows: tuple[IntervalRow, ...]
    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    ends: tuple[float, float]
    title: str
    subtitle: str
    axis: str
    seen: str
    columns: tuple[float, float]
    markers: tuple[float, ...]

    @property
    def _reach(self) -> tuple[float, float]:
        """Px that a row takes above and below its middle."""
        tops = [lane.offset - _BAR_HEIGHTS.get(lane.kind, 2.0) / 2 for lane in self.lanes]
        bottoms = [lane.offset + _BAR_HEIGHTS.get(lane.kind, 2.0) / 2 for lane in self.lanes]
        return max(-min(tops), 7.0), max(*bottoms, 7.0)

    def draw(self, sheet: Sheet) -> tuple[str, float]:
        keys = [Key(lane.kind, lane.label) for lane in self.lanes]
        if self.seen:
            keys.append(Key("dot", self.seen))
        head, y = heading(sheet, self.title, self.subtitle, keys)
        left = 16.0 if sheet is NARROW else self.columns[1]
        x = Scale(*self.ends, left, sheet.width - 24.0)
        top, parts = y + 2.0, []
        above, below = self._reach
        y = top
        for row in self.rows:
            if row.head:
                parts.append(text(row.head, 2.0, y + 17.0, class_="rp-value rp-halo"))
                y += _HEAD
            words, used = self._words(sheet, row, y, above)
            middle = y + (used + above + 2.0 if sheet is NARROW else max(above + 3.0, 10.0))
            parts += [words, self._marks(x, middle, row)]
            y = max(middle + below + 5.0, y + (0.0 if sheet is NARROW else used))
        box = Box(left, x.end, top, y)
        lines = [
            element("line", x1=x(tick.value), y1=top, x2=x(tick.value), y2=y, class_="rp-grid") for tick in self.ticks
        ]
        lines += [
            element("line", x1=x(at), y1=top, x2=x(at), y2=y, class_="rp-reference") for at in self.markers
        ]  # fmt: skip
        if sheet is NARROW:
            lines = []
        return "".join((head, *lines, *parts, x_axis(box, x, self._fitting(x), self.axis))), y + 46.0

    def _fitting(self, x: Scale) -> tuple[Tick, ...]:
        """Ticks, every other one where they would touch."""
        gaps = [x(b.value) - x(a.value) for a, b in pairwise(self.ticks)]
        return self.ticks[::2] if gaps and min(gaps) < 40.0 else self.ticks

    def _words(self, sheet: Sheet, row: IntervalRow, y: float, above: float) -> tuple[str, float]:
        """Label and detail from ``y`` down, and the px that they take."""
        if sheet is NARROW:
            said = ", ".join(filter(None, (row.label, row.detail)))
            lines = wrap(said, sheet.width - 8.0)
            parts = [text(line, 2.0, y + 11.0 + _LINE * i, class_="rp-small") for i, line in enumerate(lines)]
            return "".join(parts), _LINE * len(lines)
        base = y + max(above + 3.0, 10.0) + 4.0
        names = wrap(row.label, self.columns[0] - 4.0, _BOLD) if row.label else []
        lines = wrap(row.detail, self.columns[1] - self.columns[0] - 8.0) if row.detail else []
        parts = [text(name, 2.0, base + _LINE * i, class_="rp-study") for i, name in enumerate(names)]
        parts += [text(line, self.columns[0], base + _LINE * i, class_="rp-small") for i, line in enumerate(lines)]
        return "".join(parts), _LINE * max(len(names), len(lines)) + 6.0

    def _marks(self, x: Scale, y: float, row: IntervalRow) -> str:
        parts = [
            _interval(x, y + lane.offset, each, lane.kind)
            for lane, each in zip(self.lanes, row.intervals, strict=True)
            if each is not None
        ]
        if row.seen is not None:
            at = x(min(max(row.seen, x.low), x.high))
            parts.append(element("circle", cx=at, cy=y, r=3.5, class_="rp-dot"))
        return "".join(parts)

    def description(self) -> str:
        number = len(self.rows)
        said = f"{number} row{'s' if number > 1 else ''}; all numbers are in the table."
        if not self.seen:
            return said
        for column, lane in enumerate(self.lanes):
            pairs = [(r.intervals[column], r.seen) for r in self.rows]
            inside = sum(1 for t, seen in pairs if t is not None and seen is not None and t[0] <= seen <= t[2])
            said += f" {lane.label[0].upper()}{lane.label[1:]}: {inside} of {number} dots inside."
        return said

    def table(self) -> Table:
        columns = ["Row", "Detail"] + ([self.seen] if self.seen else [])
        for lane in self.lanes:
            columns += [f"{lane.label}: {end}" for end in ("lower end", "middle", "upper end")]
        rows: list[tuple[Cell, ...]] = []
        label = ""
        for row in self.rows:
            label = row.label or label
            cells: list[Cell] = [label, row.detail] + ([row.seen] if self.seen else [])
            for each in row.intervals:
                cells += each or (None, None, None)
            rows.append(tuple(cells))
        return Table(tuple(columns), tuple(rows))


def _interval(x: Scale, y: float, ends: Triple, kind: str) -> str:
    """A bar or a stroke with a tick at its middle, cut at the ends of the axis with an arrow."""
    low, middle, high = ends
    left, right = (x(min(max(end, x.low), x.high)) for end in (low, high))
    height = _BAR_HEIGHTS.get(kind)
    if height is None:
        parts = [element("line", x1=left, y1=y, x2=right, y2=y, class_=f"rp-{kind}")]
    else:
        width = max(right - left, 1.5)
        parts = [element("rect", x=left, y=y - height / 2, width=width, height=height, class_=f"rp-{kind}")]
    tall = (height or 7.0) / 2
    if x.low <= middle <= x.high and kind != "inner":
        ink = "line" if kind in {"band", "bar", "line"} else "reference"
        parts.append(element("line", x1=x(middle), y1=y - tall, x2=x(middle), y2=y + tall, class_=f"rp-{ink}"))
    for beyond, at, step in ((low < x.low, x.start, 6.0), (high > x.high, x.end, -6.0)):
        if beyond:
            tip = np.array([[at + step, y - 4.0], [at, y], [at + step, y + 4.0]])
            parts.append(element("path", d=line_data(tip), class_="rp-reference"))
    return "".join(parts)


def interval_picture(
    rows: Sequence[IntervalRow],
    lanes: Sequence[Lane],
    *,
    ends: tuple[float, float],
    ticks: Sequence[Tick],
    title: str,
    axis_label: str,
    subtitle: str = "",
    seen_label: str = "",
    columns: tuple[float, float] = (148.0, 310.0),
    markers: Sequence[float] = (),
) -> Picture:
    """Draw rows of intervals on one axis, with what was seen as a dot.

    Parameters
    ----------
    rows : from the top down
    lanes : what the intervals of a row are
    ends : of the axis; what lies beyond is cut with an arrow
    ticks : on the axis
    seen_label : what the dots are; none are explained where it is empty
    columns : where the details and where the plot begin, px; on a phone words stand above
    markers : values at which a line goes through all rows

    Raises
    ------
    ValueError
        No row, a row that does not fit the lanes, or an interval with its ends exchanged.
    """
    _check(rows, lanes)
    shown = _Intervals(
        tuple(rows), tuple(lanes), tuple(ticks), ends, title, subtitle, axis_label, seen_label, columns,
        tuple(markers),
    )  # fmt: skip
    return picture(shown.draw, title, shown.description(), shown.table())


def share_ticks(high: float) -> tuple[Tick, ...]:
    """Ticks at fifths from 0 % to ``high``."""
    return tuple(Tick(i / 5, f"{20 * i}{NBSP}%") for i in range(math.floor(high * 5 + 1e-9) + 1))
