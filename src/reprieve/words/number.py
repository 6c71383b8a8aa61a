"""Numbers as a reader wants them: percent without decimals, no idle digits, a true minus sign."""

from __future__ import annotations

_HARDLY, _NEARLY = 0.005, 0.995
#: Nearer to none than this is none: what arithmetic leaves of 0.
_NONE_AT_ALL = 1e-6
#: What stands where there is no number.
NONE = "–"


def percent(share: float | None) -> str:
    """``0.652`` is ``65 %``; what rounds to 0 or 100 without being it is ``<1 %`` or ``>99 %``; None is a dash."""
    if share is None:
        return NONE
    if abs(share) < _NONE_AT_ALL:
        return "0 %"
    if 0.0 < share < _HARDLY:
        return "<1 %"
    if _NEARLY <= share < 1.0:
        return ">99 %"
    return f"{100.0 * share:.0f} %"


def percent_span(low: float, high: float) -> str:
    """``3–27 %``, or one percentage where both read the same."""
    one, other = percent(low), percent(high)
    return one if one == other else f"{one.removesuffix(' %')}–{other}"


def of_100(share: float) -> str:
    """How many of 100 people: ``77``, ``fewer than 1``."""
    return percent(share).removesuffix(" %").replace("<", "fewer than ").replace(">", "more than ")


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
