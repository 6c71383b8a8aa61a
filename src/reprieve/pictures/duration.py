"""A distribution of durations: those with none, those that ended, those still going when watching stopped."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reprieve.pictures.axes import Box, plot_area, x_axis, y_axis
from reprieve.pictures.picture import Picture, Table
from reprieve.pictures.scale import Scale, Tick, day_ticks, linear_ticks, round_top
from reprieve.pictures.series import column
from reprieve.pictures.shares import DurationShares, axis_end, bar_width, count_durations
from reprieve.pictures.sheet import NARROW, Key, Sheet, heading, picture, wrap
from reprieve.pictures.svg import element, line_data, points, text
from reprieve.words import NBSP, percent, plain, short_days


@dataclass(frozen=True)
class _Interval:
    """Median and 80 % interval of the durations above zero, d; at the censoring day it is a lower limit."""

    q10: float
    q50: float
    q90: float
    censor_day: float

    @staticmethod
    def of(durations: NDArray[np.float64], censor_day: float) -> _Interval | None:
        some = durations[durations > 0.0]
        if some.size == 0:
            return None
        q10, q50, q90 = np.quantile(some, [0.1, 0.5, 0.9])
        return _Interval(float(q10), float(q50), float(q90), censor_day)

    def words(self, those: str) -> str:
        middle, high = (
            f"more than {short_days(self.censor_day)}" if q >= self.censor_day else short_days(q)
            for q in (self.q50, self.q90)
        )
        return f"{those}: median {middle}, 80{NBSP}% interval {short_days(self.q10)} to {high}"

    def whisker(self, x: Scale, y: float) -> str:
        """Median dot on the 80 % line; an arrow means that the interval goes on past the axis."""
        low, middle, high = (x(min(value, x.high)) for value in (self.q10, self.q50, self.q90))
        onward = self.q90 >= x.high
        parts = [element("line", x1=low, y1=y, x2=high, y2=y, class_="rp-whisker")]
        for at in (low,) if onward else (low, high):
            parts.append(element("line", x1=at, y1=y - 4.0, x2=at, y2=y + 4.0, class_="rp-whisker"))
        if onward:
            tip = np.array([[high - 5.0, y - 4.0], [high, y], [high - 5.0, y + 4.0]])
            parts.append(element("path", d=line_data(tip), class_="rp-whisker"))
        if self.q50 < x.high:
            parts.append(element("circle", cx=middle, cy=y, r=4.0, class_="rp-dot"))
        return "".join(parts)


def _first_upper(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _mass(left: float, right: float, y: Scale, active: float, placebo: float | None, label: list[str]) -> str:
    """A point mass: the filled bar, the comparator's outline beside it, their values, and what it is."""
    width = (right - left - 6.0) / 2.0 if placebo is not None else (right - left) * 0.7
    bars = [(active, left, left, "start", "bar", "rp-value")]
    if placebo is not None:
        bars.append((placebo, right - width, right, "end", "outline", "rp-value rp-quiet"))
    parts: list[str] = []
    for share, x, at, anchor, kind, ink in bars:
        top = y(share)
        parts.append(element("rect", x=x, y=top, width=width, height=y.start - top, class_=f"rp-{kind} rp-mass"))
        parts.append(text(percent(share), at, top - 5.0, class_=ink, text_anchor=anchor))
    for number, line in enumerate(label):
        parts.append(text(line, left, y.start + 17.0 + 15.0 * number, class_="rp-small"))
    parts.append(element("line", x1=left, y1=y.start, x2=right, y2=y.start, class_="rp-axis"))
    return "".join(parts)


def _bars(shares: DurationShares, x: Scale, y: Scale) -> str:
    return "".join(
        element(
            "rect",
            x=x(a) + 1.5,
            y=y(share),
            width=x(b) - x(a) - 3.0,
            height=y.start - y(share),
            class_="rp-bar",
        )
        for (a, b), share in zip(pairwise(shares.edges.tolist()), shares.shares.tolist(), strict=True)
        if share > 0.0
    )


def _stairs(shares: DurationShares, x: Scale, y: Scale) -> str:
    across = np.repeat(x.many(shares.edges), 2)
    up = np.concatenate([[y.start], np.repeat(y.many(shares.shares), 2), [y.start]])
    path = line_data(points(across, up)[1:-1])
    return element("path", d=path, class_="rp-outline")


@dataclass(frozen=True)
class _Durations:
    """Everything the picture shows, ready to be put on a sheet."""

    active: DurationShares
    placebo: DurationShares | None
    interval: _Interval | None
    title: str
    subtitle: str
    none: str
    still: str
    active_label: str
    placebo_label: str
    those: str
    share: str
    day: str

    @property
    def end(self) -> float:
        return float(self.active.edges[-1])

    @property
    def groups(self) -> list[tuple[str, DurationShares]]:
        both = [(self.active_label, self.active), (self.placebo_label, self.placebo)]
        return [(label, shares) for label, shares in both if shares is not None]

    @property
    def has_tail(self) -> bool:
        return any(shares.beyond > 0.0 for _, shares in self.groups)

    def description(self) -> str:
        nones = ", ".join(f"{percent(shares.none)} with {label}" for label, shares in self.groups)
        sentences = [_first_upper(f"{self.none}: {nones}.")]
        if self.interval:
            those = f"{self.those} with {self.active_label}" if self.placebo else self.those
            sentences.append(_first_upper(f"{self.interval.words(those)}."))
        if self.has_tail:
            tails = ", ".join(f"{percent(shares.beyond)} with {label}" for label, shares in self.groups)
            sentences.append(_first_upper(f"{self.still} at {short_days(self.end)}: {tails}."))
        return " ".join(sentences)

    def table(self) -> Table:
        edges = self.active.edges.tolist()
        bars = [f"{plain(a)} to {plain(b)}" for a, b in pairwise(edges)]
        labels = (self.none, *bars, f"{self.still} at {plain(self.end)}")
        shares = [[100.0 * share for share in one.all()] for _, one in self.groups]
        columns = ("Duration (d)", *(f"{label} (% of everybody)" for label, _ in self.groups))
        return Table(columns, tuple(zip(labels, *shares, strict=True)))

    def draw(self, sheet: Sheet) -> tuple[str, float]:
        narrow = sheet is NARROW
        keys = [Key(kind, label) for kind, (label, _) in zip(("bar", "outline"), self.groups, strict=False)]
        head, y0 = heading(sheet, self.title, self.subtitle, keys)
        note = wrap(self.interval.words(_first_upper(self.those)), sheet.width - 24.0) if self.interval else []
        top = y0 + 30.0 + (15.0 * len(note) + 26.0 if note else 0.0)
        box = Box(sheet.left, sheet.width - sheet.right, top, top + sheet.plot_height)
        high = min(1.0, round_top(max(max(shares.all()) for _, shares in self.groups)))
        y = Scale(0.0, high, box.bottom, box.top)
        none_width, tail_width, gap = (80.0, 60.0, 18.0) if narrow else (116.0, 92.0, 28.0)
        right = box.right - (tail_width + gap if self.has_tail else 0.0)
        x = Scale(0.0, self.end, box.left + none_width + gap, right)
        ticks = [Tick(tick.value, percent(tick.value)) for tick in linear_ticks(0.0, high)]
        parts = [head, plot_area(box), y_axis(box, y, ticks, "")]
        parts.append(
            text(f"{self.share}; bars of {short_days(bar_width(self.end))}", 2.0, y0 + 16.0, class_="rp-small")
        )
        start = 2.0 if narrow else x.start
        for number, line in enumerate(note):
            parts.append(text(line, start, y0 + 35.0 + 15.0 * number, class_="rp-small"))
        if self.interval:
            parts.append(self.interval.whisker(x, y0 + 33.0 + 15.0 * len(note)))
        placebo = self.placebo
        label = wrap(self.none, none_width)
        parts.append(
            _mass(box.left, box.left + none_width, y, self.active.none, placebo.none if placebo else None, label)
        )
        parts.append(_bars(self.active, x, y))
        parts.append(_stairs(placebo, x, y) if placebo else "")
        if self.has_tail:
            label = wrap(f"{self.still} at {short_days(self.end)}", tail_width)
            tails = (self.active.beyond, placebo.beyond if placebo else None)
            parts.append(_mass(right + gap, box.right, y, *tails, label))
        across = 3 if narrow else sheet.ticks_across(right - x.start)
        middle = Box(x.start, right, box.top, box.bottom)
        parts.append(x_axis(middle, x, day_ticks(0.0, self.end, across), "" if narrow else self.day))
        if narrow:
            parts.append(text(self.day, 2.0, box.bottom + 70.0, class_="rp-small"))
        return "".join(parts), box.bottom + (80.0 if narrow else 54.0)


def duration_picture(
    durations: ArrayLike,
    *,
    placebo: ArrayLike | None = None,
    censor_day: float = 365.0,
    end_day: float | None = None,
    title: str = "Distribution of durations",
    subtitle: str = "",
    none_label: str = "none",
    still_label: str = "still going",
    active_label: str = "active",
    placebo_label: str = "placebo",
    those_label: str = "those above zero",
    share_label: str = "Share of everybody",
    day_label: str = "Duration (d)",
) -> Picture:
    """Draw the mass at zero, the durations above it, and the mass beyond the axis on one scale.

    Parameters
    ----------
    durations : (n,) d, >= 0; zero for those with none, ``censor_day`` or more for those still going then
    placebo : (m,) d, the comparator's durations, drawn as an outline
    censor_day : d, when watching stopped
    end_day : d, end of the axis, at most ``censor_day``; by default it holds 95 % of those above zero
    none_label, still_label, active_label, placebo_label, those_label
        words for the two masses, the two groups, and everybody with a duration above zero
    title, subtitle, share_label, day_label : words for the heading and the axes

    Raises
    ------
    ValueError
        Durations that are negative or not finite, or an axis that does not end between 0 and ``censor_day``.
    """
    values = column(durations, "durations")
    end = axis_end(values, censor_day) if end_day is None else end_day
    if not 0.0 < end <= censor_day:
        raise ValueError(f"end_day is {end}; it must lie above 0 and not beyond censor_day {censor_day}")
    shown = _Durations(
        active=count_durations(values, end),
        placebo=None if placebo is None else count_durations(placebo, end),
        interval=_Interval.of(values, censor_day),
        title=title,
        subtitle=subtitle,
        none=none_label,
        still=still_label,
        active_label=active_label,
        placebo_label=placebo_label,
        those=those_label,
        share=share_label,
        day=day_label,
    )
    return picture(shown.draw, title, shown.description(), shown.table())
