"""Priors of the calibration: a distribution for each population parameter of the relief model, with its reason."""

from __future__ import annotations

from typing import Literal

from reprieve.errors import UnitError
from reprieve.evidence.records.posterior import Constant
from reprieve.evidence.records.record import Record, RecordPart, Status
from reprieve.units import dimension


class PriorBelief(RecordPart, frozen=True, kw_only=True):
    """A prior distribution.

    Parameters
    ----------
    form : ``lognormal`` (median, sd of the log), ``normal`` (mean, sd), ``normal01`` (the same, cut to 0 to 1),
        ``halfnormal`` (0, sd), ``beta`` (its two shapes)
    middle, spread : its two numbers, as ``form`` says
    """

    form: Literal["lognormal", "normal", "normal01", "halfnormal", "beta"]
    spread: float
    unit: str
    status: Status
    reason: str
    middle: float = 0.0
    source: str | None = None


class CalibrationPriors(Record, frozen=True, kw_only=True):
    """Everything that is believed before the trials are looked at."""

    title: str
    parameters: dict[str, PriorBelief]
    constants: dict[str, Constant]

    def check(self) -> None:
        """Spreads are positive and units are known."""
        for name, belief in self.parameters.items():
            if belief.spread <= 0 or (belief.form in {"lognormal", "beta"} and belief.middle <= 0):
                self.fail(f"{name}: a {belief.form} needs a spread above 0 and, where it has one, a middle above 0")
        units = {name: each.unit for name, each in self.parameters.items()}
        units |= {name: each.unit for name, each in self.constants.items()}
        for name, unit in units.items():
            try:
                dimension(unit)
            except UnitError as error:
                self.fail(f"{name}: {error}")

    def citations(self) -> tuple[str, ...]:
        """Keys of the bibliography the priors rest on."""
        sources = [each.source for each in self.parameters.values()] + [each.source for each in self.constants.values()]
        return tuple(source for source in sources if source)
