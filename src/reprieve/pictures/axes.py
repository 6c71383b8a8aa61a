"""Axes: a box, ticks that carry their value, horizontal grid lines, and units in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from reprieve.pictures.scale import Scale, Tick
from reprieve.pictures.svg import element, text


@dataclass(frozen=True)
class Box:
    """The rectangle that data are drawn in, px; ``top`` is the smaller y."""

    left: float
    right: float
    top: float
    bottom: float


def plot_area(box: Box) -> str:
    """The box itself, unpainted: where the data may be."""
    return element(
        "rect",
        x=box.left,
        y=box.top,
        width=box.right - box.left,
        height=box.bottom - box.top,
        class_="rp-plot",
    )


def y_axis(box: Box, scale: Scale, ticks: Sequence[Tick], label: str) -> str:
    """Grid lines with their values on the left, and the axis' name above its top."""
    parts = [text(label, 2.0, box.top - 13.0, class_="rp-small")] if label else []
    for tick in ticks:
        y = scale(tick.value)
        parts.append(
            element("line", x1=box.left, y1=y, x2=box.right, y2=y, class_="rp-grid", data_y=f"{tick.value:.6g}")
        )
        parts.append(text(tick.label, box.left - 7.0, y + 4.0, class_="rp-small", text_anchor="end"))
    return "".join(parts)


def x_axis(box: Box, scale: Scale, ticks: Sequence[Tick], label: str) -> str:
    """The base line, ticks below it, and the axis' name below those; takes 40 px."""
    parts = [element("line", x1=box.left, y1=box.bottom, x2=box.right, y2=box.bottom, class_="rp-axis")]
    for tick in ticks:
        x = scale(tick.value)
        parts.append(
            element(
                "line",
                x1=x,
                y1=box.bottom,
                x2=x,
                y2=box.bottom + 4.0,
                class_="rp-axis",
                data_x=f"{tick.value:.6g}",
            )
        )
        parts.append(text(tick.label, x, box.bottom + 17.0, class_="rp-small", text_anchor="middle"))
    if label:
        parts.append(text(label, box.left, box.bottom + 36.0, class_="rp-small"))
    return "".join(parts)


def level_axis(box: Box, scale: Scale, levels: Sequence[str], label: str, wide: float) -> tuple[str, float]:
    """The base line with the names of categories at 0, 1, 2 ..., in as many rows as names of ``wide`` px need.

    Returns
    -------
    the SVG, and the px it takes more than :func:`x_axis`
    """
    rows = max(1, math.ceil(wide / (scale(1.0) - scale(0.0))))
    parts = [element("line", x1=box.left, y1=box.bottom, x2=box.right, y2=box.bottom, class_="rp-axis")]
    for at, level in enumerate(levels):
        y = box.bottom + 17.0 + 14.0 * (at % rows)
        parts.append(text(level, scale(at), y, class_="rp-small", text_anchor="middle"))
    more = 14.0 * (rows - 1)
    parts.append(text(label, box.left, box.bottom + 36.0 + more, class_="rp-small"))
    return "".join(parts), more


def moment_line(box: Box, x: float) -> str:
    """A thin vertical line at ``x`` px, for the moment that time is counted from."""
    return element("line", x1=x, y1=box.top, x2=x, y2=box.bottom, class_="rp-axis")


def reference_line(box: Box, y: float, kind: str) -> str:
    """A horizontal line across the box at ``y`` px."""
    return element("line", x1=box.left, y1=y, x2=box.right, y2=y, class_=f"rp-{kind}")
