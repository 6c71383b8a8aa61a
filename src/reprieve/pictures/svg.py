"""SVG as text: elements with escaped content, paths from arrays, coordinates to a hundredth of a pixel."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reprieve.words import glued


def coordinate(value: float) -> str:
    """A coordinate with at most two decimals, the same text on every machine."""
    text = f"{float(value):.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _attribute(value: str | float) -> str:
    return escape(value) if isinstance(value, str) else coordinate(value)


def element(tag: str, *children: str, **attributes: str | float | None) -> str:
    """One element; children are SVG already, attribute values are escaped here.

    An attribute's trailing underscore is dropped (``class_``), other underscores become hyphens
    (``aria_labelledby``), and ``None`` leaves the attribute out.
    """
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{_attribute(value)}"'
        for name, value in attributes.items()
        if value is not None
    )
    inside = "".join(children)
    return f"<{tag}{written}>{inside}</{tag}>" if inside else f"<{tag}{written}/>"


def text(content: str, x: float, y: float, **attributes: str | float | None) -> str:
    """A line of text with its baseline at ``(x, y)``; the content is escaped."""
    return element("text", escape(glued(content)), x=x, y=y, **attributes)


def points(xs: ArrayLike, ys: ArrayLike) -> NDArray[np.float64]:
    """(n, 2) px from two arrays of one length."""
    return np.column_stack([np.asarray(xs, dtype=float), np.asarray(ys, dtype=float)])


def line_data(corners: NDArray[np.float64], *, closed: bool = False) -> str:
    """Path data through (n, 2) px."""
    steps: Iterable[str] = (f"{coordinate(x)} {coordinate(y)}" for x, y in corners)
    return "M" + "L".join(steps) + ("Z" if closed else "")


def band_data(xs: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> str:
    """Path data of the area between two curves: along the upper one, back along the lower, 2 n points."""
    there, back = points(xs, upper), points(xs, lower)[::-1]
    return line_data(np.vstack([there, back]), closed=True)
