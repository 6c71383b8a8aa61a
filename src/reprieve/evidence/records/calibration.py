"""Priors of the calibration: a distribution for each population parameter of a model, with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from reprieve.errors import UnitError
from reprieve.evidence.records.condition import ConditionId
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


class Knowledge(RecordPart, frozen=True, kw_only=True):
    """Something that is known from elsewhere of what a fitted model must give, as a normal belief about it.

    A judgement on the evidence enters here: at the hours, amount and day that were studied it pulls the model, and
    fades smoothly away from them.

    Parameters
    ----------
    what : ``added``: mean share of baseline that the drug takes away; ``placebo_share`` of people with ``threshold``
        less pain on placebo; ``placebo_fall``: mean share of baseline that is gone on placebo
    middle, spread : mean and SD of the belief, fraction
    condition : of ``added``, where it is about one; the typical condition otherwise
    hours, amount : of ``added``, h with drug in blood, and h at 50 ng/mL that hold as much
    slow_route : of ``added``, whether it was given through mouth or nose
    day : of ``added``, d after the last dose
    """

    what: Literal["added", "placebo_share", "placebo_fall"]
    middle: float
    spread: float
    status: Status
    reason: str
    sources: tuple[str, ...] = ()
    condition: ConditionId | None = None
    hours: float = 0.0
    amount: float = 0.0
    slow_route: bool = False
    day: float = 0.0
    threshold: float = 0.0

    def faults(self) -> Iterator[str]:
        """What contradicts itself."""
        if self.spread <= 0:
            yield f"a belief about {self.what} has a spread of {self.spread:g}; it must be above 0"
        if self.what == "added" and not (self.hours > 0 and self.amount > 0):
            yield "a belief about what the drug adds needs hours and an amount above 0"
        if self.what == "placebo_share" and not 0 < self.threshold < 1:
            yield f"a belief about a share on placebo needs a threshold between 0 and 1, but has {self.threshold:g}"


class CalibrationPriors(Record, frozen=True, kw_only=True):
    """Everything that is believed before the trials are looked at."""

    title: str
    parameters: dict[str, PriorBelief]
    constants: dict[str, Constant]
    knowledge: tuple[Knowledge, ...] = ()

    def check(self) -> None:
        """Spreads are positive and units are known."""
        for one in self.knowledge:
            for sentence in one.faults():
                self.fail(sentence)
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
        sources += [key for one in self.knowledge for key in one.sources]
        return tuple(source for source in sources if source)
