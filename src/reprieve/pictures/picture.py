"""A picture: SVG, the same in words, and the numbers it was drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template

import numpy as np

Cell = str | float | None

_PAGE = Template("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>$title</title><style>
body{max-width:46rem;margin:0 auto;padding:1rem;font:1rem/1.5 system-ui,sans-serif}
th,td{padding:.25rem .75rem .25rem 0;text-align:left}.rp-data{overflow-x:auto}.narrow{display:none}
@media screen and (max-width:36rem){.wide{display:none}.narrow{display:block}}
</style></head><body><figure style="margin:0"><div class="wide">$wide</div><div class="narrow">$narrow</div>
$data</figure></body></html>
""")


@dataclass(frozen=True)
class Table:
    """The numbers behind a picture.

    Parameters
    ----------
    columns : headings, each with its unit, as ``"Time (h)"``
    rows : one tuple per row, as long as ``columns``; None where there is no number

    Raises
    ------
    ValueError
        A row does not have one cell per column.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"a row has {len(row)} cells for {len(self.columns)} columns")

    def thinned(self, max_rows: int) -> Table:
        """At most ``max_rows`` rows, evenly spaced, first and last among them."""
        if len(self.rows) <= max_rows:
            return self
        kept = np.unique(np.linspace(0, len(self.rows) - 1, max_rows).round().astype(int))
        return Table(self.columns, tuple(self.rows[i] for i in kept))


def _cell(value: Cell) -> str:
    if value is None:
        return "–"
    return escape(value) if isinstance(value, str) else f"{value:.4g}".replace("-", "−", 1)


@dataclass(frozen=True)
class Picture:
    """An SVG picture with its text alternative and its data.

    Parameters
    ----------
    svg : the picture for a page or a screen, 720 px wide when not scaled
    narrow_svg : the same drawn for a phone, 360 px wide, so that its text stays readable
    title : what it shows, one line
    description : its key numbers in sentences, for those who cannot see it
    table : every number drawn
    """

    svg: str
    narrow_svg: str
    title: str
    description: str
    table: Table

    def __repr__(self) -> str:
        return f"<Picture: {self.title}>"

    def save(self, path: str | Path) -> Path:
        """Write the SVG to a file, and return its path."""
        target = Path(path)
        target.write_text(self.svg, encoding="utf-8")
        return target

    def _repr_svg_(self) -> str:
        return self.svg

    def _repr_html_(self) -> str:
        return f'<figure style="margin:0">{self.svg}{self.data_html()}</figure>'

    def page(self) -> str:
        """A self-contained HTML page: the picture for page or phone, and its data."""
        return _PAGE.substitute(
            title=escape(self.title), wide=self.svg, narrow=self.narrow_svg, data=self.data_html(max_rows=1000)
        )

    def data_html(self, max_rows: int = 40) -> str:
        """The table as folded HTML; a long one is thinned evenly and says so.

        Parameters
        ----------
        max_rows : at most this many rows are written, >= 2
        """
        shown = self.table.thinned(max_rows)
        caption = escape(self.title)
        if len(shown.rows) < len(self.table.rows):
            caption += f" ({len(shown.rows)} of {len(self.table.rows)} rows)"
        head = "".join(f'<th scope="col">{escape(column)}</th>' for column in shown.columns)
        body = "".join(
            f'<tr><th scope="row">{_cell(row[0])}</th>' + "".join(f"<td>{_cell(c)}</td>" for c in row[1:]) + "</tr>"
            for row in shown.rows
        )
        return (
            "<details><summary>Data</summary>"
            f'<div class="rp-data" tabindex="0" role="region" aria-label="{caption}"><table>'
            f"<caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></details>"
        )


class Pictures(tuple[Picture, ...]):
    """Several pictures of one thing; a notebook shows them below each other."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<Pictures: {', '.join(picture.title for picture in self)}>"

    def _repr_html_(self) -> str:
        return "".join(picture._repr_html_() for picture in self)
