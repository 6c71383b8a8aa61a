"""One row of the table of doses a regimen expands to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DoseEvent:
    """One dose in mg of base.

    Parameters
    ----------
    time_h : start, h after the start of the first dose
    amount_mg : mg of base
    rate_mg_h : mg of base per h; 0 when given at once
    duration_h : h; 0 when given at once
    route : canonical route
    form : canonical form
    """

    time_h: float
    amount_mg: float
    rate_mg_h: float
    duration_h: float
    route: str
    form: str
