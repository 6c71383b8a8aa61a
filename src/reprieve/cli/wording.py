"""Numbers as a physician reads them: percentages, spans of days, hours."""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Mapping
from typing import Any

from rich.console import Console

_WIDE = 100
_UNITS = "%|h|min|days?|weeks|kg|mg|mg/h|mg/kg/h|ng/mL|y"
_NO_BREAK = "\N{NO-BREAK SPACE}"
_HARDLY, _NEARLY = 0.005, 0.995


def console() -> Console:
    """A console for stdout: as wide as the terminal or ``COLUMNS``, 100 columns where neither is known."""
    found = Console(highlight=False)
    return found if found.is_terminal or os.environ.get("COLUMNS") else Console(highlight=False, width=_WIDE)


def percent(value: float | None) -> str:
    """``0.652`` is ``65 %``; what rounds to 0 or 100 without being it is ``<1 %`` or ``>99 %``."""
    if value is None:
        return "–"
    if 0 < value < _HARDLY:
        return "<1 %"
    if _NEARLY <= value < 1:
        return ">99 %"
    return f"{100 * value:.0f} %"


def percent_span(low: float, high: float) -> str:
    """``3–27 %``."""
    one, other = percent(low), percent(high)
    return one if one == other else f"{one.removesuffix(' %')}–{other}"


def spaced(sentence: str) -> str:
    """A sentence with every percentage written the one way: ``13%`` as ``13 %``."""
    return re.sub(r"(\d)%", r"\1 %", sentence)


def dashed(text: str) -> str:
    """A range of figures with a dash: ``4-6 h`` as ``4–6 h``."""
    return re.sub(r"(\d)-(\d)", r"\1–\2", text)


def wrapped(text: str, width: int) -> str:
    """Text in lines of at most ``width`` columns, in which a number is not parted from its unit."""
    bound = re.sub(rf"(\d) ({_UNITS})(?!\w)", f"\\1{_NO_BREAK}\\2", text)
    lines = textwrap.fill(bound, width, break_long_words=False, break_on_hyphens=False)
    return lines.replace(_NO_BREAK, " ")


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0") if 0 < value < 9.95 else f"{value:.0f}"


def days(value: float | None) -> str:
    """``9.6 days``."""
    return "–" if value is None else f"{_number(value)} day{'' if _number(value) == '1' else 's'}"


def days_span(low: float | None, high: float | None) -> str:
    """``0 to 31 days``."""
    return "–" if low is None or high is None else f"{_number(low)} to {days(high)}"


def clock(hours: float | None) -> str:
    """``40 min``, ``4.5 h``, ``3 days``: the unit that reads best."""
    if hours is None:
        return "–"
    if hours < 2:
        return f"{60 * hours:.0f} min"
    return f"{_number(hours)} h" if hours < 48 else days(hours / 24)


def sampled(sampling: str) -> str:
    """``arterial sampling``, or that it was not seen where the blood was drawn."""
    return "sampling site not seen" if sampling == "not seen" else f"{sampling} sampling"


def study_label(row: Mapping[str, Any]) -> str:
    """Author and year; the id of a study whose authors were not shown where it was read."""
    nameless = row["study"].startswith("authors not")
    return str(row["id"] if nameless and "id" in row else row["study"])
