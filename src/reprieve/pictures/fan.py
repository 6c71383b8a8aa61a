"""A trajectory with its spread: fan, comparator, reference lines, and when the sessions were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reprieve.pictures.axes import Box, moment_line, plot_area, reference_line, x_axis, y_axis
from reprieve.pictures.picture import Picture, Table
from reprieve.pictures.scale import Scale, day_ticks, linear_ticks, round_top
from reprieve.pictures.series import column, rising
from reprieve.pictures.sheet import Key, Sheet, end_labels, heading, margin_for, picture
from reprieve.pictures.svg import band_data, element, line_data, points
from reprieve.words import plain
from reprieve.words import short_days as in_days

#: Sessions closer than this (px) are drawn as one span, so hundreds stay readable.
_JOIN = 3.0
_MARK = 5.0

_Columns = dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class _Line:
    """A horizontal line: its CSS class, its words, its value in the units of the y axis."""

    kind: str
    label: str
    value: float


def _words(line: _Line) -> str:
    return f"{line.label}: {plain(line.value)}"


def session_spans(starts: ArrayLike, ends: ArrayLike) -> list[tuple[float, float]]:
    """Join sessions that would touch on screen.

    Parameters
    ----------
    starts, ends : (n,) px, in any order

    Returns
    -------
    spans (px), left to right, at least 3 px apart and at least 2 px wide
    """
    spans: list[tuple[float, float]] = []
    for start, end in sorted(zip(np.asarray(starts).tolist(), np.asarray(ends).tolist(), strict=True)):
        finish = max(end, start + 2.0)
        if spans and start - spans[-1][1] < _JOIN:
            spans[-1] = (spans[-1][0], max(spans[-1][1], finish))
        else:
            spans.append((start, finish))
    return spans


def _session_marks(box: Box, x: Scale, sessions: Sequence[tuple[float, float]]) -> str:
    shown = [(max(a, x.low), min(b, x.high)) for a, b in sessions if b >= x.low and a <= x.high]
    if not shown:
        return ""
    spans = session_spans([x(a) for a, _ in shown], [x(b) for _, b in shown])
    top = box.bottom - _MARK
    return "".join(
        element(
            "rect",
            x=min(a, box.right - 2.0),
            y=top,
            width=min(b, box.right) - min(a, box.right - 2.0),
            height=_MARK,
            class_="rp-session",
        )
        for a, b in spans
    )


def _checked(given: dict[str, ArrayLike | None]) -> _Columns:
    times = rising(given["day"] if given["day"] is not None else [], "days")
    arrays = {"day": times}
    for name, values in given.items():
        if name != "day" and values is not None:
            arrays[name] = column(values, name, times.size)
    if ("q25" in arrays) != ("q75" in arrays):
        raise ValueError("give both q25 and q75, or neither")
    return arrays


def _describe(data: _Columns, names: dict[str, str], lines: Sequence[_Line], count: int) -> str:
    days, centre = data["day"], data["centre"]
    sentences = []
    for day in sorted({float(days[int(np.argmin(np.abs(days - d)))]) for d in (0.0, 14.0, 28.0, float(days[-1]))}):
        i = int(np.searchsorted(days, day))
        sentence = f"Day {plain(day)}: {names['centre']} {plain(centre[i])}"
        sentence += f" (80 % interval {plain(data['q10'][i])} to {plain(data['q90'][i])})"
        if "placebo" in data:
            sentence += f", {names['placebo']} {plain(data['placebo'][i])}"
        sentences.append(sentence + ".")
    low = int(np.argmin(centre))
    sentences.append(f"Lowest: {plain(centre[low])} at {in_days(days[low])}.")
    sentences += [f"{_words(line)}." for line in lines]
    if count:
        sentences.append(f"{count} session{'s' if count > 1 else ''} marked along the axis.")
    return " ".join(sentences)


def _table(data: _Columns, names: dict[str, str], value_label: str) -> Table:
    words = {
        "day": "Day (d)",
        "centre": f"{names['centre']} – {value_label}",
        "q10": "10th percentile",
        "q25": "25th percentile",
        "q75": "75th percentile",
        "q90": "90th percentile",
        "placebo": f"{names['placebo']} – {value_label}",
    }
    kept = [name for name in words if name in data]
    rows = tuple(tuple(float(data[name][i]) for name in kept) for i in range(data["day"].size))
    return Table(tuple(words[name] for name in kept), rows)


@dataclass(frozen=True)
class _Fan:
    """Everything the picture shows, ready to be put on a sheet."""

    data: _Columns
    names: dict[str, str]
    lines: tuple[_Line, ...]
    sessions: tuple[tuple[float, float], ...]
    title: str
    subtitle: str
    value_label: str
    day_label: str
    y_limits: tuple[float, float]

    def keys(self) -> list[Key]:
        data = self.data
        keys = [Key("line", self.names["centre"], float(data["centre"][-1]))]
        if "placebo" in data:
            keys.append(Key("placebo", self.names["placebo"], float(data["placebo"][-1])))
        keys += [Key(line.kind, _words(line), line.value) for line in self.lines]
        keys.append(Key("band", "80 % interval"))
        if "q25" in data:
            keys.append(Key("inner", "50 % interval"))
        if self.sessions:
            count = len(self.sessions)
            keys.append(Key("session", f"{count} session{'s' if count > 1 else ''}"))
        return keys

    def limits(self) -> tuple[float, float]:
        columns = [array for name, array in self.data.items() if name != "day"]
        values = np.concatenate([*columns, [line.value for line in self.lines]])
        low, high = self.y_limits
        return (
            min(low, float(np.floor(values.min()))),
            high if values.max() <= high else round_top(float(values.max())),
        )

    def curves(self, x: Scale, y: Scale) -> list[str]:
        px = x.many(self.data["day"])
        parts: list[str] = []
        for lower, upper, kind in (("q10", "q90", "band"), ("q25", "q75", "inner")):
            if lower in self.data:
                area = band_data(px, y.many(self.data[lower]), y.many(self.data[upper]))
                parts.append(element("path", d=area, class_=f"rp-{kind}"))
        for name, kind in (("placebo", "placebo"), ("centre", "line")):
            if name in self.data:
                path = line_data(points(px, y.many(self.data[name])))
                parts.append(element("path", d=path, class_=f"rp-{kind}"))
        return parts

    def draw(self, sheet: Sheet) -> tuple[str, float]:
        keys = self.keys()
        margin = margin_for(sheet, keys)
        head, y0 = heading(sheet, self.title, self.subtitle, [key for key in keys if not margin or key.end is None])
        right = sheet.width - max(margin, sheet.right)
        box = Box(sheet.left, right, y0 + 28.0, y0 + 28.0 + sheet.plot_height)
        x = Scale(float(self.data["day"][0]), float(self.data["day"][-1]), box.left, box.right)
        y = Scale(*self.limits(), box.bottom, box.top)
        parts = [head, plot_area(box), y_axis(box, y, linear_ticks(y.low, y.high), self.value_label)]
        if x.low < 0.0 < x.high:
            parts.append(moment_line(box, x(0.0)))
        parts += [reference_line(box, y(line.value), line.kind) for line in self.lines]
        parts += self.curves(x, y)
        parts.append(_session_marks(box, x, self.sessions))
        ticks = day_ticks(x.low, x.high, sheet.ticks_across(box.right - box.left))
        parts.append(x_axis(box, x, ticks, self.day_label))
        if margin:
            parts.append(end_labels(keys, box.right, y))
        return "".join(parts), box.bottom + 46.0


def fan_picture(
    days: ArrayLike,
    centre: ArrayLike,
    q10: ArrayLike,
    q90: ArrayLike,
    *,
    q25: ArrayLike | None = None,
    q75: ArrayLike | None = None,
    placebo: ArrayLike | None = None,
    baseline: float | None = None,
    threshold: float | None = None,
    sessions: Sequence[tuple[float, float]] = (),
    title: str = "Trajectory",
    subtitle: str = "",
    value_label: str = "0–10",
    day_label: str = "Days after the end of the last dose",
    centre_label: str = "mean",
    placebo_label: str = "placebo",
    baseline_label: str = "baseline",
    threshold_label: str = "threshold",
    y_limits: tuple[float, float] = (0.0, 10.0),
) -> Picture:
    """Draw a trajectory with its 80 % (and 50 %) band, comparator, baseline and threshold.

    Parameters
    ----------
    days : (n,) d, rising; 0 is the end of the last dose, negative before it
    centre : (n,) mean or median, say which in ``centre_label``
    q10, q90, q25, q75 : (n,) percentiles; the inner pair is optional
    placebo : (n,) the comparator's centre, optional
    baseline, threshold : values of two horizontal lines, optional
    sessions : (start, end) of each, d; hundreds are joined into spans where they would touch
    y_limits : the least the y axis shows; it grows when the data need more

    Raises
    ------
    ValueError
        Arrays that do not fit each other, or are not finite.
    """
    percentiles = {"q10": q10, "q25": q25, "q75": q75, "q90": q90}
    data = _checked({"day": days, "centre": centre, **percentiles, "placebo": placebo})
    given = (("reference", baseline_label, baseline), ("threshold", threshold_label, threshold))
    shown = _Fan(
        data=data,
        names={"centre": centre_label, "placebo": placebo_label},
        lines=tuple(_Line(kind, label, value) for kind, label, value in given if value is not None),
        sessions=tuple(sessions),
        title=title,
        subtitle=subtitle,
        value_label=value_label,
        day_label=day_label,
        y_limits=y_limits,
    )
    description = _describe(data, shown.names, shown.lines, len(sessions))
    return picture(shown.draw, title, description, _table(data, shown.names, value_label))
