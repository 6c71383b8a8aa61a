"""Small histograms beside each other, each with the band in which counts of a uniform would lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reprieve.pictures.picture import Cell, Picture, Table
from reprieve.pictures.scale import Scale
from reprieve.pictures.series import column
from reprieve.pictures.sheet import NARROW, Key, Sheet, heading, picture
from reprieve.pictures.svg import element, line_data, text

_PLOT, _WORDS, _AIR = 56.0, 34.0, 14.0


@dataclass(frozen=True)
class Histogram:
    """One histogram.

    Parameters
    ----------
    label : whose ranks
    counts : (n_bins,)
    low, high : (n_bins,) the band of a uniform
    note : a few words beneath the label
    """

    label: str
    counts: ArrayLike
    low: ArrayLike
    high: ArrayLike
    note: str = ""

    def checked(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Counts and band, (n_bins,) each.

        Raises
        ------
        ValueError
            They do not fit each other.
        """
        bins = np.size(self.counts)
        return column(self.counts, "counts", bins), column(self.low, "low", bins), column(self.high, "high", bins)


@dataclass(frozen=True)
class _Ranks:
    """Everything the picture shows, ready to be put on a sheet."""

    histograms: tuple[Histogram, ...]
    title: str
    subtitle: str
    band: str

    def draw(self, sheet: Sheet) -> tuple[str, float]:
        keys = [Key("bar", "count, inside"), Key("rate", "count, outside"), Key("band", self.band)]
        head, top = heading(sheet, self.title, self.subtitle, keys)
        across = 2 if sheet is NARROW else 4
        air = 14.0
        width = (sheet.width - 4.0 - air * (across - 1)) / across
        highest = max(float(np.max(array)) for each in self.histograms for array in each.checked())
        parts = [head]
        height = _WORDS + _PLOT + _AIR
        for number, each in enumerate(self.histograms):
            row, place = divmod(number, across)
            parts.append(_one(each, 2.0 + place * (width + air), top + row * height, width, highest))
        rows = -(-len(self.histograms) // across)
        return "".join(parts), top + rows * height

    def description(self) -> str:
        said = []
        for each in self.histograms:
            counts, low, high = each.checked()
            outside = int(np.sum((counts < low) | (counts > high)))
            said.append(f"{each.label}, {each.note}: {outside} of {counts.size} counts outside the band.")
        return " ".join(said)

    def table(self) -> Table:
        rows: list[tuple[Cell, ...]] = [
            (each.label, float(i + 1), *map(float, bin_))
            for each in self.histograms
            for i, bin_ in enumerate(zip(*each.checked(), strict=True))
        ]
        return Table(("Parameter", "Bin", "Count", "Lower end of the band", "Upper end of the band"), tuple(rows))


def _one(each: Histogram, left: float, top: float, width: float, highest: float) -> str:
    counts, low, high = each.checked()
    base = top + _WORDS + _PLOT
    y = Scale(0.0, highest, base, top + _WORDS)
    edges = np.linspace(left, left + width, counts.size + 1)
    parts = [
        text(each.label, left, top + 12.0, class_="rp-small"),
        text(each.note, left, top + 27.0, class_="rp-small"),
    ]
    for start, end, count, bottom, ceiling in zip(edges[:-1], edges[1:], counts, low, high, strict=True):
        kind = "bar" if bottom <= count <= ceiling else "rate"
        if count > 0:
            parts.append(
                element(
                    "rect", x=start + 1.5, y=y(count), width=end - start - 3.0, height=base - y(count),
                    class_=f"rp-{kind}",
                )
            )  # fmt: skip
    there = [(x, y(v)) for i, v in enumerate(high) for x in edges[i : i + 2]]
    back = [(x, y(v)) for i, v in reversed(list(enumerate(low))) for x in edges[i : i + 2][::-1]]
    parts.append(element("path", d=line_data(np.array(there + back), closed=True), class_="rp-band"))
    parts.append(element("line", x1=left, y1=base, x2=left + width, y2=base, class_="rp-axis"))
    return "".join(parts)


def rank_picture(
    histograms: Sequence[Histogram], *, title: str, subtitle: str = "", band_label: str = "band of a uniform"
) -> Picture:
    """Draw a histogram for each parameter, all on one scale of counts.

    Parameters
    ----------
    histograms : in reading order
    title, subtitle : the heading
    band_label : what the band is

    Raises
    ------
    ValueError
        No histogram, or a band that does not fit its counts.
    """
    if not histograms:
        raise ValueError("no histogram was given; there must be at least one")
    shown = _Ranks(tuple(histograms), title, subtitle, band_label)
    return picture(shown.draw, title, shown.description(), shown.table())
