"""Prior beliefs about the relief model, each parameter with its source or the reason it was assumed."""

from __future__ import annotations

from typing import Literal

from reprieve.errors import UnitError
from reprieve.evidence.records.condition import ConditionId, Route
from reprieve.evidence.records.record import Part, Record, Status
from reprieve.units import dimension


class Variation(Part, frozen=True, kw_only=True):
    """Between-subject variability: standard deviation of the log."""

    sd_log: float
    status: Status
    reason: str


class Belief(Part, frozen=True, kw_only=True):
    """What is believed of one parameter's population value.

    Parameters
    ----------
    form : ``lognormal`` (median and 95 % interval), ``beta`` (mean and standard error), ``normal`` on 0 to 1
        (mean and standard error, truncated), ``uniform`` (low to high), ``fixed``
    value : median, mean or the fixed value, in ``unit``
    low, high : 95 % interval of a lognormal, ends of a uniform
    se : standard error of a beta or normal
    source : key of the bibliography; None where it is assumed
    between_subject : how people differ around the population value
    """

    form: Literal["lognormal", "beta", "normal", "uniform", "fixed"]
    unit: str
    status: Status
    reason: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    se: float | None = None
    source: str | None = None
    between_subject: Variation | None = None


class Studied(Part, frozen=True, kw_only=True):
    """What the parameters were estimated on; anything else is extrapolation and is marked."""

    condition: ConditionId
    form: str
    route: Route
    infusion_hours: tuple[float, float]
    mg_per_kg_per_hour: tuple[float, float]
    age: tuple[float, float]
    weight: tuple[float, float]
    status: Status
    reason: str


#: Parameter to the dimension it must have.
_DIMENSION = {
    "return_half_life": "time", "reversal_rate": "rate constant", "reversal_c50": "concentration",
    "reversal_hill": "fraction", "effect_with_drug": "fraction", "effect_on_placebo": "fraction",
    "share_outside_studied_condition": "fraction", "placebo_size": "fraction", "placebo_half_life": "time",
    "acute_c50": "concentration", "acute_half_life": "time", "r_relative_potency": "fraction",
}  # fmt: skip
_NEEDED = {
    "lognormal": ("value", "low", "high"), "beta": ("value", "se"), "normal": ("value", "se"),
    "uniform": ("low", "high"), "fixed": ("value",),
}  # fmt: skip


class ReliefPrior(Record, frozen=True, kw_only=True):
    """All beliefs of one relief model.

    ``calibration`` is said with every answer that used it, ``known_misfit`` with every answer about the condition it
    was estimated in.
    """

    title: str
    calibration: str
    known_misfit: str
    studied: Studied
    parameters: dict[str, Belief]

    def check(self) -> None:
        """Every parameter is there, in a unit of its dimension, with the numbers its form needs."""
        for name in _DIMENSION.keys() ^ self.parameters.keys():
            self.fail(f"{name} is {'missing' if name in _DIMENSION else 'not a parameter of the relief model'}")
        for name in ("infusion_hours", "mg_per_kg_per_hour", "age", "weight"):
            least, most = getattr(self.studied, name)
            if not 0 < least < most:
                self.fail(f"studied {name.replace('_', ' ')} run from {least:g} to {most:g}; write the lower first")
        for name, belief in self.parameters.items():
            try:
                found = dimension(belief.unit)
            except UnitError as error:
                self.fail(f"{name}: {error}")
            if found != _DIMENSION[name]:
                self.fail(f"{name} is given in {belief.unit!r}, a {found}; it must be a {_DIMENSION[name]}")
            missing = [field for field in _NEEDED[belief.form] if getattr(belief, field) is None]
            if missing:
                self.fail(f"{name} is {belief.form} and lacks {', '.join(missing)}")
            if belief.status in {"seen", "derived"} and belief.source is None:
                self.fail(f"{name} is {belief.status} but names no source")
            low, middle, high = belief.low, belief.value, belief.high
            if low is None or high is None:
                continue
            if not low < high:
                self.fail(f"{name}: its interval {low:g} to {high:g} is not ordered")
            if middle is not None and not low < middle < high:
                self.fail(f"{name}: {middle:g} is outside its interval {low:g} to {high:g}")
