"""One printed number in words: what was measured, the value with its unit and spread, and how far to trust it."""

from __future__ import annotations

from rich.text import Text

from reprieve.answers.outcome_table import OutcomeRow
from reprieve.evidence.records.outcome import Outcome
from reprieve.evidence.records.review import ReviewNumber

_STYLE = {"seen": "green", "derived": "", "recalled": "bold yellow", "assumed": "yellow"}
_UNIT = {"points": "", "fraction": "", "%": " %", "1/d": "/day", "d": " days", "1": ""}


def measure(row: Outcome | OutcomeRow) -> str:
    """What a number is: its measure in words, and what counted as response."""
    said = row.measure.replace("_", " ").replace(" pct", " %")
    if row.threshold == 1:
        return f"{said} (complete relief)"
    if row.threshold is not None:
        return f"{said} (≥ {100 * row.threshold:.0f} % relief)"
    return f"{said} ({row.response})" if row.response else said


def number(row: Outcome | OutcomeRow) -> str:
    """``2.68 (SE 0.51)``, ``50 % (22/44)``, ``p < 0.05 v pla``."""
    bound = f"{row.relation} " if row.relation else ""
    if row.kind == "p_between":
        against = f" v {row.versus}" if row.versus else ""
        return f"p {row.relation or '='} {row.value:g}{against}"
    if row.unit == "fraction":
        said = f"{bound}{100 * row.value:.3g} %"
    else:
        sign = "+" if row.kind == "change" else ""
        unit = _UNIT[row.unit] if row.unit else ""
        said = f"{bound}{row.value:{sign}.4g}{unit}"
    if row.events is not None:
        said += f" ({row.events}/{row.denominator})"
    if row.spread is not None:
        said += f" ({row.spread_type} {row.spread:.3g})"
    if row.low is not None:
        said += f" ({row.interval} {row.low:g} to {row.high:g})"
    return said


def status(row: Outcome | OutcomeRow | ReviewNumber) -> Text:
    """Its status; what was never seen in a source is marked."""
    said = "unverified" if row.status == "recalled" else row.status
    return Text(said, _STYLE[row.status])
