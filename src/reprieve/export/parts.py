"""The parts a model is made of once it is written as equations: plain data, no language."""

from __future__ import annotations

from dataclasses import dataclass

from reprieve.export.expression import Expression

#: The unit inside Reprieve of everything a parameter can measure.
HOUSE_UNIT = {
    "volume": "L", "clearance": "L/h", "rate constant": "1/h", "time": "h", "fraction": "fraction",
    "concentration": "ng/mL", "rate": "mg/h",
}  # fmt: skip


@dataclass(frozen=True)
class NamedNumber:
    """A named number: ``says`` tells where it comes from."""

    name: str
    value: float
    unit: str
    says: str


@dataclass(frozen=True)
class Assignment:
    """``name = formula``."""

    name: str
    formula: Expression
    unit: str
    says: str = ""


@dataclass(frozen=True)
class Balance:
    """``d(amount)/dt``, mg/h: what leaves and what arrives, each ``(sign, formula)``."""

    amount: str
    place: str
    terms: tuple[tuple[int, Expression], ...]


@dataclass(frozen=True)
class Entry:
    """What a dose into one compartment meets: its share, and over how long it enters (h), if not as given."""

    amount: str
    share: Expression | None
    duration: Expression | None


@dataclass(frozen=True)
class Block:
    """Deviations that vary together and the lower triangle of their covariance, row by row."""

    names: tuple[str, ...]
    lower: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Readout:
    """A concentration, ng/mL, and the standard deviations of its residual error (additive in ng/mL)."""

    analyte: str
    concentration: Assignment
    proportional_sd: float | None
    additive_sd: float | None
    lognormal_sd: float | None
