"""Sentences set in lines: numbers stay with their units, ranges have a dash."""

from __future__ import annotations

import re
import textwrap

#: Keeps a number and its unit on one line.
NBSP = "\N{NO-BREAK SPACE}"
_UNITS = "%|h|min|d|days?|weeks|kg|mg|mg/h|mg/kg/h|ng/mL|y"


def spaced(sentence: str) -> str:
    """A sentence with every percentage written the one way: ``13%`` as ``13 %``."""
    return re.sub(r"(\d)%", r"\1 %", sentence)


def dashed(text: str) -> str:
    """A range of figures with a dash: ``4-6 h`` as ``4–6 h``."""
    return re.sub(r"(\d)-(\d)", r"\1–\2", text)


def glued(text: str) -> str:
    """Text in which no line break parts a number from its unit."""
    return re.sub(rf"(\d) ({_UNITS})(?!\w)", rf"\1{NBSP}\2", text)


def wrapped(text: str, width: int) -> str:
    """Text in lines of at most ``width`` columns, in which a number is not parted from its unit."""
    return textwrap.fill(glued(text), width, break_long_words=False, break_on_hyphens=False).replace(NBSP, " ")
