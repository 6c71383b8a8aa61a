"""The sheet a picture is drawn on: its size, its heading and legend, and labels that never overlap."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape

from reprieve.pictures.picture import Picture, Table
from reprieve.pictures.scale import Scale
from reprieve.pictures.style import STYLESHEET
from reprieve.pictures.svg import element, text
from reprieve.words import glued

#: Width of an average letter as a share of the font size; on the wide side for common sans-serif fonts.
_LETTER = 0.6
_SMALL, _TITLE = 12.0, 15.0
_SWATCH = 22.0


@dataclass(frozen=True)
class Sheet:
    """Sizes in px; ``margin`` is the most that labels beside curves may take, 0 puts them in the legend."""

    name: str
    width: float
    plot_height: float
    left: float
    right: float
    margin: float

    def ticks_across(self, px: float) -> int:
        """How many x ticks fit ``px`` with air between their labels."""
        return max(2, int(px // 64))


WIDE = Sheet("wide", width=720.0, plot_height=270.0, left=50.0, right=20.0, margin=190.0)
NARROW = Sheet("narrow", width=360.0, plot_height=220.0, left=46.0, right=14.0, margin=0.0)


@dataclass(frozen=True)
class Key:
    """A legend entry: the CSS class of what it explains and its words.

    ``end`` is the y value (data units) where a curve ends; it makes a label beside the curve possible.
    """

    kind: str
    label: str
    end: float | None = None


def text_width(content: str, size: float = _SMALL) -> float:
    """Estimated px of a line of text, erring on the wide side."""
    return len(content) * size * _LETTER


def wrap(content: str, width: float, size: float = _SMALL) -> list[str]:
    """Break text between words into lines of at most ``width`` px; a longer word keeps its own line."""
    lines: list[str] = []
    for word in glued(content).split(" "):
        if lines and text_width(f"{lines[-1]} {word}", size) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions near the wanted ones, in their order, ``gap`` or more apart, and below ``high``."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed = [0.0] * len(wanted)
    floor = low
    for i in order:
        placed[i] = max(wanted[i], floor)
        floor = placed[i] + gap
    ceiling = high
    for i in reversed(order):
        placed[i] = min(placed[i], ceiling)
        ceiling = placed[i] - gap
    return placed


def _swatch(kind: str, x: float, y: float) -> str:
    if kind == "inner":
        return _swatch("band", x, y) + element("rect", x=x, y=y - 4.5, width=_SWATCH - 6, height=9.0, class_="rp-inner")
    if kind in {"band", "wash", "bar", "outline", "rate", "session"}:
        height = 3.0 if kind == "session" else 9.0
        return element("rect", x=x, y=y - height / 2, width=_SWATCH - 6, height=height, class_=f"rp-{kind}")
    if kind == "bubble":
        return element("circle", cx=x + (_SWATCH - 6) / 2, cy=y, r=6.0, class_="rp-bubble")
    if kind == "dot":
        return element("circle", cx=x + (_SWATCH - 6) / 2, cy=y, r=3.5, class_="rp-dot")
    return element("line", x1=x, y1=y, x2=x + _SWATCH - 6, y2=y, class_=f"rp-{kind}")


def heading(sheet: Sheet, title: str, subtitle: str, keys: Sequence[Key]) -> tuple[str, float]:
    """Title, subtitle and legend from the top of the sheet down.

    Returns
    -------
    the SVG, and the y (px) below it
    """
    width = sheet.width - sheet.right - 2.0
    parts: list[str] = []
    y = 4.0
    for line in wrap(title, width, _TITLE):
        y += 19.0
        parts.append(text(line, 2.0, y - 3.0, class_="rp-title"))
    for line in wrap(subtitle, width) if subtitle else []:
        y += 18.0
        parts.append(text(line, 2.0, y - 3.0, class_="rp-small"))
    x, y = 2.0, y + 20.0 if keys else y
    for key in keys:
        lines = wrap(key.label, width - _SWATCH)
        needed = _SWATCH + max(text_width(line) for line in lines)
        if x > 2.0 and x + needed > width:
            x, y = 2.0, y + 18.0
        parts.append(_swatch(key.kind, x, y - 4.0))
        for number, line in enumerate(lines):
            parts.append(text(line, x + _SWATCH, y + 15.0 * number, class_="rp-small"))
        y += 15.0 * (len(lines) - 1)
        x += needed + 16.0
    return "".join(parts), y + 10.0


def margin_for(sheet: Sheet, keys: Sequence[Key]) -> float:
    """Px to leave for labels beside the curves; 0 when they do not fit and go to the legend."""
    sizes = {"line": 14.0}
    ends = [text_width(k.label, sizes.get(k.kind, _SMALL)) + 10.0 for k in keys if k.end is not None]
    return max(ends) if ends and max(ends) <= sheet.margin else 0.0


def end_labels(keys: Sequence[Key], x: float, scale: Scale) -> str:
    """Each label right of ``x`` px beside the end of its curve, moved apart where curves meet."""
    ends = [(key, scale(key.end)) for key in keys if key.end is not None]
    places = spread([y for _, y in ends], 16.0, scale.end + 4.0, scale.start - 2.0)
    inks = {"line": "rp-value", "placebo": "rp-small rp-quiet"}
    return "".join(
        text(key.label, x + 8.0, place + 4.0, class_=inks.get(key.kind, "rp-small"))
        for (key, _), place in zip(ends, places, strict=True)
    )


#: Draws on a sheet: returns the SVG inside and the height used, px.
Draw = Callable[[Sheet], tuple[str, float]]


def _document(sheet: Sheet, draw: Draw, title: str, description: str) -> str:
    inside, height = draw(sheet)
    name = "rp" + sha256(f"{sheet.name}{title}{description}{inside}".encode()).hexdigest()[:8]
    return element(
        "svg",
        element("title", escape(title), id=f"{name}-t"),
        element("desc", escape(description), id=f"{name}-d"),
        element("style", STYLESHEET),
        element("rect", x=0.0, y=0.0, width=sheet.width, height=height, class_="rp-paper"),
        inside,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {sheet.width:.0f} {height:.0f}",
        width="100%",
        class_=f"rp rp-{sheet.name}",
        role="img",
        aria_labelledby=f"{name}-t {name}-d",
    )


def picture(draw: Draw, title: str, description: str, table: Table) -> Picture:
    """Draw on the wide and the narrow sheet and put both together with words and numbers."""
    wide, narrow = (_document(sheet, draw, title, description) for sheet in (WIDE, NARROW))
    return Picture(wide, narrow, title, description, table)
