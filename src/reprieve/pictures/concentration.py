"""Concentration over time, with the infusion rate beneath it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reprieve.pictures.axes import Box, plot_area, x_axis, y_axis
from reprieve.pictures.picture import Picture, Table
from reprieve.pictures.scale import Scale, hour_ticks, linear_ticks, round_top
from reprieve.pictures.series import column, rising
from reprieve.pictures.sheet import Key, Sheet, heading, picture
from reprieve.pictures.svg import band_data, element, line_data, points, text
from reprieve.words import plain, three_figures

_KINDS = ("line", "second", "third")
_TIME_AXIS = {"h": "Hours from the first dose", "d": "Days from the first dose"}
_STRIP, _DOSES_ONLY = 40.0, 12.0


@dataclass(frozen=True)
class ConcentrationSeries:
    """One curve.

    Parameters
    ----------
    label : what was sampled, where, and by which model, as ``"arterial plasma, model X"``
    times_h : (n,) h, rising
    median : (n,) ng/mL
    q10, q90 : (n,) ng/mL, both or neither
    """

    label: str
    times_h: ArrayLike
    median: ArrayLike
    q10: ArrayLike | None = None
    q90: ArrayLike | None = None

    def checked(self) -> tuple[NDArray[np.float64], ...]:
        """Times, median and, when given, q10 and q90; each (n,).

        Raises
        ------
        ValueError
            Arrays of unequal length, not finite, times not rising, or one quantile without the other.
        """
        times = rising(self.times_h, "times_h")
        arrays = (times, column(self.median, "median", times.size))
        if (self.q10 is None) != (self.q90 is None):
            raise ValueError("give both q10 and q90, or neither")
        if self.q10 is None or self.q90 is None:
            return arrays
        return (*arrays, column(self.q10, "q10", times.size), column(self.q90, "q90", times.size))


@dataclass(frozen=True)
class MeasuredPoints:
    """Concentrations that were measured, drawn as dots.

    Parameters
    ----------
    label : whose they are
    times_h : (n,) h, rising
    values : (n,) ng/mL
    """

    label: str
    times_h: ArrayLike
    values: ArrayLike

    def checked(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Times and values, (n,) each; raises ValueError as :meth:`ConcentrationSeries.checked`."""
        times = rising(self.times_h, "times_h")
        return times, column(self.values, "values", times.size)


@dataclass(frozen=True)
class RateStep:
    """Drug going in at a constant rate: from ``start_h`` to ``end_h`` (h) at ``rate`` (mg/h).

    A dose given at once has ``end_h == start_h``; its rate is not drawn, its moment is.
    """

    start_h: float
    end_h: float
    rate: float


def _rate_strip(box: Box, x: Scale, steps: Sequence[RateStep], unit: str) -> str:
    infusions = [step for step in steps if step.end_h > step.start_h]
    top = max((step.rate for step in infusions), default=0.0)
    label = f"Infusion rate, at most {three_figures(top)} {unit}" if infusions else "Doses"
    parts = [text(label, box.left, box.top - 7.0, class_="rp-small")]
    if infusions:
        y = Scale(0.0, top if top > 0.0 else 1.0, box.bottom, box.top)
        for step in infusions:
            left, right = x(max(step.start_h, x.low)), x(min(step.end_h, x.high))
            if right > left:
                height = box.bottom - y(step.rate)
                parts.append(
                    element(
                        "rect",
                        x=left,
                        y=y(step.rate),
                        width=max(right - left, 1.0),
                        height=height,
                        class_="rp-rate",
                    )
                )
    for step in steps:
        if step.end_h <= step.start_h and x.low <= step.start_h <= x.high:
            at = x(step.start_h)
            corners = np.array([[at - 4.0, box.top], [at + 4.0, box.top], [at, box.top + 8.0]])
            parts.append(element("path", d=line_data(corners, closed=True), class_="rp-session"))
    parts.append(element("line", x1=box.left, y1=box.bottom, x2=box.right, y2=box.bottom, class_="rp-axis"))
    return "".join(parts)


def _describe(
    series: Sequence[ConcentrationSeries],
    measured: Sequence[MeasuredPoints],
    steps: Sequence[RateStep],
    unit: str,
    rate_unit: str,
) -> str:
    sentences = []
    for one in series:
        times, median, *band = one.checked()
        peak = int(np.argmax(median))
        sentence = f"{one.label}: median peaks at {three_figures(median[peak])} {unit} at {plain(times[peak], 2)} h"
        if band:
            low, high = three_figures(band[0][peak]), three_figures(band[1][peak])
            sentence += f" (80 % interval {low} to {high})"
        last = f"{three_figures(median[-1])} {unit} at {plain(times[-1], 2)} h"
        sentences.append(f"{sentence} and ends at {last}.")
    for points_ in measured:
        times, values = points_.checked()
        top = int(np.argmax(values))
        highest = f"{three_figures(values[top])} {unit} at {plain(times[top], 2)} h"
        sentences.append(f"{points_.label}: {times.size} points, the highest {highest}.")
    rates = [step.rate for step in steps if step.end_h > step.start_h]
    if rates:
        until = max(step.end_h for step in steps)
        sentences.append(f"Infusion up to {three_figures(max(rates))} {rate_unit}, ending at {plain(until, 2)} h.")
    return " ".join(sentences)


def _table(series: Sequence[ConcentrationSeries], measured: Sequence[MeasuredPoints], unit: str) -> Table:
    rows: list[tuple[str | float | None, ...]] = []
    for one in series:
        times, median, *band = one.checked()
        low, high = band or (None, None)
        for i in range(times.size):
            q10 = None if low is None else float(low[i])
            q90 = None if high is None else float(high[i])
            rows.append((float(times[i]), one.label, float(median[i]), q10, q90))
    for dots in measured:
        rows += [(float(t), dots.label, float(v), None, None) for t, v in zip(*dots.checked(), strict=True)]
    return Table(
        ("Time (h)", "Series", f"Median ({unit})", f"10th percentile ({unit})", f"90th percentile ({unit})"),
        tuple(rows),
    )


@dataclass(frozen=True)
class _Concentrations:
    """Everything the picture shows, ready to be put on a sheet."""

    labels: tuple[str, ...]
    curves: tuple[tuple[NDArray[np.float64], ...], ...]
    dots: tuple[tuple[NDArray[np.float64], NDArray[np.float64]], ...]
    dot_labels: tuple[str, ...]
    rate_steps: tuple[RateStep, ...]
    title: str
    subtitle: str
    unit: str
    rate_unit: str
    band_label: str

    def draw(self, sheet: Sheet) -> tuple[str, float]:
        keys = [Key(kind, label) for kind, label in zip(_KINDS, self.labels, strict=False)]
        if any(len(curve) > 2 for curve in self.curves):
            keys.append(Key("band", self.band_label))
        keys += [Key("dot", label) for label in self.dot_labels]
        head, y0 = heading(sheet, self.title, self.subtitle, keys)
        box = Box(sheet.left, sheet.width - sheet.right, y0 + 28.0, y0 + 28.0 + sheet.plot_height)
        drawn = (*self.curves, *self.dots)
        low, high = min(c[0][0] for c in drawn), max(c[0][-1] for c in drawn)
        top = round_top(max(float(array.max()) for c in drawn for array in c[1:]))
        x, y = Scale(float(low), float(high), box.left, box.right), Scale(0.0, top, box.bottom, box.top)
        ticks, time_unit = hour_ticks(x.low, x.high, sheet.ticks_across(box.right - box.left))
        parts = [head, plot_area(box), y_axis(box, y, linear_ticks(0.0, top), self.unit)]
        for number, curve in enumerate(self.curves):
            if len(curve) > 2:
                data = band_data(x.many(curve[0]), y.many(curve[2]), y.many(curve[3]))
                parts.append(element("path", d=data, class_="rp-wash" if number else "rp-band"))
        for kind, curve in reversed(list(zip(_KINDS, self.curves, strict=False))):
            data = line_data(points(x.many(curve[0]), y.many(curve[1])))
            parts.append(element("path", d=data, class_=f"rp-{kind}"))
        for times, values in self.dots:
            marks = points(x.many(times), y.many(values))
            parts += [element("circle", cx=at, cy=height, r=3.5, class_="rp-dot") for at, height in marks]
        parts.append(x_axis(box, x, ticks, _TIME_AXIS[time_unit]))
        if not self.rate_steps:
            return "".join(parts), box.bottom + 46.0
        height = _STRIP if any(step.end_h > step.start_h for step in self.rate_steps) else _DOSES_ONLY
        strip = Box(box.left, box.right, box.bottom + 68.0, box.bottom + 68.0 + height)
        parts.append(_rate_strip(strip, x, self.rate_steps, self.rate_unit))
        return "".join(parts), strip.bottom + 10.0


def concentration_picture(
    series: Sequence[ConcentrationSeries],
    *,
    measured: Sequence[MeasuredPoints] = (),
    rate_steps: Sequence[RateStep] = (),
    title: str = "Concentration over time",
    subtitle: str = "",
    unit: str = "ng/mL",
    rate_unit: str = "mg/h",
    band_label: str = "80 % interval",
) -> Picture:
    """Draw one to three concentration curves, measured points over them, and the infusion rate on a strip beneath.

    Parameters
    ----------
    series : the curves; the first carries the accent
    measured : points to set the curves against
    rate_steps : what goes in and when; parts outside the times drawn are cut
    title, subtitle : the heading; model and sampling site belong here or in the series' labels
    unit, rate_unit : of concentration and of rate
    band_label : what the band between q10 and q90 is

    Raises
    ------
    ValueError
        No series or more than three, or arrays that do not fit each other.
    """
    if not 1 <= len(series) <= len(_KINDS):
        raise ValueError(f"{len(series)} series were given; one to three can be told apart")
    shown = _Concentrations(
        labels=tuple(one.label for one in series),
        curves=tuple(one.checked() for one in series),
        dots=tuple(one.checked() for one in measured),
        dot_labels=tuple(one.label for one in measured),
        rate_steps=tuple(rate_steps),
        title=title,
        subtitle=subtitle,
        unit=unit,
        rate_unit=rate_unit,
        band_label=band_label,
    )
    description = _describe(series, measured, rate_steps, unit, rate_unit)
    return picture(shown.draw, title, description, _table(series, measured, unit))
