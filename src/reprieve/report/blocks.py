"""Small pieces of HTML that a report is made of; every text is escaped here and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from urllib.parse import quote

from reprieve.words import glued, percent

_DOI = re.compile(r"10\.\d{4,9}/\S+")


def say(text: str) -> str:
    """Text, escaped."""
    return escape(text)


def share(chance: float) -> str:
    """A probability as escaped percent; a small one is written with a less-than sign."""
    return escape(glued(percent(chance)))


def bullets(items: Iterable[str]) -> str:
    """A list, or nothing when there is nothing to list."""
    entries = "".join(f"<li>{say(item)}</li>" for item in items)
    return f"<ul>{entries}</ul>" if entries else ""


def facts(pairs: Iterable[tuple[str, str]], kind: str = "") -> str:
    """Names and values side by side; values are HTML already, empty ones are left out."""
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{value}</dd>" for name, value in pairs if value)
    return f'<dl class="facts {kind}">{rows}</dl>' if rows else ""


def section(heading: str, *blocks: str) -> str:
    """A heading and what is under it; nothing when everything under it is empty."""
    inside = "".join(blocks)
    return f"<section><h2>{escape(heading)}</h2>{inside}</section>" if inside else ""


def table(heads: str, rows: Iterable[str]) -> str:
    """A table that scrolls when it is wider than the page; heads and rows are HTML already."""
    inside = f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody>"
    return f'<div class="scroll"><table>{inside}</table></div>'


def under(heading: str, block: str) -> str:
    """A minor heading and its block; nothing when the block is empty."""
    return f"<h3>{escape(heading)}</h3>{block}" if block else ""


def doi_link(doi: str) -> str:
    """A link to a DOI, the only link a report has; anything else is shown as text."""
    bare = re.sub(r"^(https?://(dx\.)?doi\.org/|doi:\s*)", "", doi.strip(), flags=re.IGNORECASE)
    if not _DOI.fullmatch(bare):
        return say(doi)
    return f'<a href="https://doi.org/{escape(quote(bare, safe="/;().-_:"))}">doi:{escape(bare)}</a>'
