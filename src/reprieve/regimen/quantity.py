"""A positive number with its unit, kept as it was written."""

from __future__ import annotations

import math
from dataclasses import dataclass

from reprieve.errors import RegimenError, UnitError
from reprieve.units import canonical_unit, convert, dimension

#: What a dose can be, and the unit it is compared in.
DOSE_REFERENCE_UNIT = {
    "amount": "mg",
    "amount per weight": "mg/kg",
    "rate": "mg/h",
    "rate per weight": "mg/kg/h",
}


def format_number(value: float, digits: int | None = None) -> str:
    """Write a number without a needless ``.0``; with ``digits``, rounded to that many significant ones."""
    shown = value if digits is None else float(f"{value:.{digits}g}")
    return str(int(shown)) if shown.is_integer() and abs(shown) < 1e15 else repr(shown)


@dataclass(frozen=True)
class Quantity:
    """A dose or a time: a finite number above zero and a unit in house spelling.

    Parameters
    ----------
    value : > 0, in ``unit``
    unit : any spelling :func:`reprieve.units.canonical_unit` knows; stored in the house spelling

    Raises
    ------
    RegimenError
        Zero, negative, NaN or infinite.
    UnitError
        The unit is not known, or measures neither a dose nor a time.
    """

    value: float
    unit: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "unit", canonical_unit(self.unit))
        object.__setattr__(self, "value", float(self.value))
        if not (self.is_dose or self.is_time):
            raise UnitError(f"{self} is a {self.dimension}, not a dose or a time; write for example 5 mg/h or 40 min.")
        if not math.isfinite(self.value) or self.value <= 0:
            what = "time" if self.is_time else "dose"
            raise RegimenError(f"A {what} is given as {self}; it must be a finite number above zero.")

    @property
    def dimension(self) -> str:
        """What is measured: ``time``, ``amount``, ``rate per weight`` ..."""
        return dimension(self.unit)

    @property
    def is_time(self) -> bool:
        """A length of time."""
        return self.dimension == "time"

    @property
    def is_dose(self) -> bool:
        """An amount or a rate, per kg or not."""
        return self.dimension in DOSE_REFERENCE_UNIT

    @property
    def is_rate(self) -> bool:
        """An amount per time, so it needs a duration."""
        return self.dimension in {"rate", "rate per weight"}

    @property
    def is_per_kg(self) -> bool:
        """A dose per kg of body weight."""
        return self.dimension.endswith("per weight")

    def to(self, unit: str) -> float:
        """The value in another unit of the same dimension."""
        return self.value if unit == self.unit else convert(self.value, self.unit, unit)

    @property
    def reference(self) -> float:
        """The value in its :data:`DOSE_REFERENCE_UNIT`, or in hours."""
        return self.to(DOSE_REFERENCE_UNIT.get(self.dimension, "h"))

    def __str__(self) -> str:
        return f"{format_number(self.value)} {self.unit}"
