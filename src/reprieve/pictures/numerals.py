"""Numbers as a reader wants them: percent without decimals, days with at most one, a true minus sign."""

from __future__ import annotations

#: Keeps a number and its unit on one line.
NBSP = "\u00a0"


def percent(share: float) -> str:
    """A share from 0 to 1 as whole percent; a small one is ``<1 %`` and never a false zero."""
    if 0.0 < share < 0.005:
        return f"<1{NBSP}%"
    if 0.995 <= share < 1.0:
        return f">99{NBSP}%"
    return f"{share * 100:.0f}{NBSP}%"


def plain(value: float, decimals: int = 1) -> str:
    """A number with at most ``decimals`` decimals, none of them idle: ``7.2``, ``19``, ``−14``."""
    text = f"{value:.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace("-", "−")


def three_figures(value: float) -> str:
    """A number to three significant figures, for concentrations and rates that span decades."""
    if value == 0.0 or abs(value) >= 100.0:
        return plain(value, 0)
    if abs(value) >= 10.0:
        return plain(value, 1)
    return plain(value, 2) if abs(value) >= 1.0 else f"{value:.3g}".replace("-", "−")


def days(value: float) -> str:
    """Days with one decimal below ten and none above: ``2.5 d``, ``19 d``."""
    return f"{plain(value, 1 if abs(value) < 10.0 else 0)}{NBSP}d"
