"""Magnitudes that can be meant. Every bound of the regimen text is here, with the reason for it.

The bounds catch slips of unit, not unwise doses: each clears what has been published and given. A trial named
in a reason is a record of the trial evidence; "recalled" marks a number not looked up again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real

from reprieve.errors import RegimenError, UnitError
from reprieve.regimen.quantity import Quantity, format_number
from reprieve.units import HEAVIEST_KG, KG_PER_LB, LIGHTEST_KG

#: mg/kg/h. Clears 7 mg/kg/h for three days, the anaesthetic courses of Kiefer 2008 (seen).
HIGHEST_RATE_PER_KG = 10.0
#: mg/kg/h. A quarter of 0.5 mg/kg per day (0.021 mg/kg/h), the lowest infusion in the trials (Salas 2012,
#: recalled).
LOWEST_RATE_PER_KG = 0.005
#: mcg/kg/min. Published infusions in this unit run from about 1 to 117 (Kiefer 2008); smaller numbers are
#: mg/kg/h written with the wrong unit. 0.5 mcg/kg/min is 0.03 mg/kg/h, and a lower rate can still be written
#: in mg/kg/h.
LOWEST_MCG_PER_KG_PER_MIN = 0.5
#: mg/h. Clears 7 mg/kg/h (Kiefer 2008) up to 140 kg; a heavier patient's rate can be written per kg.
HIGHEST_RATE = 1000.0
#: mg/h. A quarter of 50 mg per day (2.08 mg/h), where Kiefer 2008 (esketamine) starts; smaller numbers are
#: mg/kg/h without its kg. An infant's rate can be written per kg.
LOWEST_RATE = 0.5
#: mg/kg at once. Clears 13 mg/kg im, the upper anaesthetic induction dose of the racemic label (recalled),
#: and 4 mg/kg by mouth (Rabben 1999, seen).
HIGHEST_AMOUNT_PER_KG = 15.0
#: mg/kg at once. A third of 0.015 mg/kg, the smallest bolus in acute-pain trials (recalled).
LOWEST_AMOUNT_PER_KG = 0.005
#: mg at once. Clears 13 mg/kg im (above) up to 115 kg.
HIGHEST_AMOUNT = 1500.0
#: mg at once. The usual patient-controlled bolus (recalled); smaller numbers are mg/kg without its kg. An
#: infant's dose can be written per kg.
LOWEST_AMOUNT = 1.0
#: h. One second: nothing is pushed or pumped faster.
SHORTEST_TIME_H = 1 / 3600
#: h, one infusion step. Clears 16 days (Webster 2006) and four weeks under the skin (Eide 1995) many times.
LONGEST_STEP_H = 366 * 24.0
#: h, first start to last. 20,000 weekly doses fit; keeps wall-clock dates inside the calendar.
LONGEST_COURSE_H = 400 * 365.25 * 24
#: Events of one regimen. 687 days of three doses a day (Al Mukhaizeem 2023) are 2,061; beyond ten times that,
#: a slip, and an event table that no longer answers at once.
MOST_DOSES = 20_000

_MCG_PER_KG_PER_MIN = "mcg/kg/min"
# Sums such as 700 / 70 may miss a bound by rounding; no dose is written with more digits than this.
_SLACK = 1e-9


@dataclass(frozen=True)
class _Range:
    """Bounds of one kind of dose in its unit, and the units it is mistaken for, likeliest first."""

    unit: str
    low: float
    high: float
    mistaken_for: tuple[str, ...]


_RANGES = {
    "rate per weight": _Range(
        "mg/kg/h", LOWEST_RATE_PER_KG, HIGHEST_RATE_PER_KG, ("mg/kg/h", "mcg/kg/min", "mcg/kg/h", "mg/h")
    ),
    "rate": _Range("mg/h", LOWEST_RATE, HIGHEST_RATE, ("mg/h", "mg/kg/h", "mg/day")),
    "amount per weight": _Range("mg/kg", LOWEST_AMOUNT_PER_KG, HIGHEST_AMOUNT_PER_KG, ("mg/kg", "mg", "mcg/kg")),
    "amount": _Range("mg", LOWEST_AMOUNT, HIGHEST_AMOUNT, ("mg", "mg/kg")),
}


def check_dose(dose: Quantity, lasting: Quantity | None) -> None:
    """Refuse a dose whose number is plausible only in another unit, or in none; both readings are named.

    Parameters
    ----------
    dose : an amount or a rate
    lasting : how long it is infused, if it is

    Raises
    ------
    RegimenError
        The sentence gives the dose in its reference unit, the bound and the likeliest other reading.
    """
    if lasting is not None:
        check_time(lasting)
    if lasting is not None and lasting.to("h") > LONGEST_STEP_H:
        raise RegimenError(
            f"One infusion of {lasting} is longer than {LONGEST_STEP_H / 24:.0f} d; check its unit, or write "
            f"sessions with 'every'."
        )
    low, high = _bounds(dose, lasting)
    if not _outside(dose.reference, low, high):
        return
    unit = _RANGES[dose.dimension].unit
    is_low = dose.reference < low
    said = str(dose) if dose.unit == unit else f"{dose} is {_in(dose, unit)},"
    bound = Quantity(low if is_low else high, unit)
    if is_low and dose.unit == _MCG_PER_KG_PER_MIN:
        bound = Quantity(LOWEST_MCG_PER_KG_PER_MIN, _MCG_PER_KG_PER_MIN)
    sentence = f"{said}{' is' if dose.unit == unit else ''} {'below' if is_low else 'above'} {bound}"
    meant = _other_reading(dose, lasting)
    if meant is None:
        raise RegimenError(f"{sentence}, and no likely unit mends that; check the number and the unit.")
    escape = _small_dose_escape(dose) if is_low else ""
    raise RegimenError(f"{sentence}. Did you mean {_explained(meant, dose.unit)}?{escape}")


def check_time(time: Quantity) -> None:
    """Refuse a time too short or too long to be meant, or to count with; raises :class:`RegimenError`."""
    if time.to("h") < SHORTEST_TIME_H * (1 - _SLACK) or time.to("h") > LONGEST_COURSE_H:
        raise RegimenError(
            f"A time is given as {time}; it must be between 1 s and {LONGEST_COURSE_H / 8766:.0f} years. "
            f"Check the number and its unit."
        )


def check_dose_at_weight(dose: Quantity, lasting: Quantity | None, weight_kg: float) -> None:
    """Refuse a dose not written per kg that is too much for this weight; raises :class:`RegimenError`."""
    if dose.is_per_kg:
        return
    per_kg = Quantity(dose.reference / weight_kg, "mg/kg/h" if dose.is_rate else "mg/kg")
    _, high = _bounds(per_kg, lasting)
    if _outside(per_kg.reference, 0.0, high):
        raise RegimenError(
            f"{dose} at {format_number(weight_kg)} kg is {_in(per_kg, per_kg.unit)}, above "
            f"{Quantity(high, per_kg.unit)}; check the dose, its unit and the weight."
        )


def check_weight(weight_kg: object) -> float:
    """A body weight in kg that can be meant, as a float.

    Raises
    ------
    UnitError
        Not a number, not finite, or outside 2 to 350 kg.
    """
    if isinstance(weight_kg, bool) or not isinstance(weight_kg, Real):
        raise UnitError(f"Weight is given as {weight_kg!r}; it must be a number of kilograms such as 70.")
    weight = float(weight_kg)
    if not math.isfinite(weight) or not LIGHTEST_KG <= weight <= HEAVIEST_KG:
        in_kg = weight * KG_PER_LB
        hint = f" (as pounds it would be {format_number(in_kg, 3)} kg)" if HEAVIEST_KG >= in_kg > 140 else ""
        raise UnitError(
            f"Weight is given as {format_number(weight)} kg{hint}; it must be between "
            f"{format_number(LIGHTEST_KG)} and {format_number(HEAVIEST_KG)} kg. Check the number "
            f"and its unit."
        )
    return weight


def _bounds(dose: Quantity, lasting: Quantity | None) -> tuple[float, float]:
    """Lowest and highest plausible dose of this kind, in its reference unit."""
    limits = _RANGES[dose.dimension]
    low, high = limits.low, limits.high
    if dose.unit == _MCG_PER_KG_PER_MIN:
        low = Quantity(LOWEST_MCG_PER_KG_PER_MIN, _MCG_PER_KG_PER_MIN).reference
    if lasting is not None and not dose.is_rate:
        # A slow infusion may be written as a total: it is held to the rate, not to the bolus.
        rate = HIGHEST_RATE_PER_KG if dose.is_per_kg else HIGHEST_RATE
        high = max(high, rate * lasting.to("h"))
    return low, high


def _outside(value: float, low: float, high: float) -> bool:
    return not low * (1 - _SLACK) <= value <= high * (1 + _SLACK)


def _other_reading(dose: Quantity, lasting: Quantity | None) -> Quantity | None:
    """The same number in the likeliest unit in which it is plausible."""
    for unit in _RANGES[dose.dimension].mistaken_for:
        reading = Quantity(dose.value, unit)
        if unit != dose.unit and not _outside(reading.reference, *_bounds(reading, lasting)):
            return reading
    return None


def _in(dose: Quantity, unit: str) -> str:
    return f"{format_number(dose.to(unit), 3)} {unit}"


def _explained(meant: Quantity, written_unit: str) -> str:
    """The other reading, with its size in the unit that was written where the two compare."""
    same_kind = Quantity(1.0, written_unit).dimension == meant.dimension
    return f"{meant} (= {_in(meant, written_unit)})" if same_kind else str(meant)


def _small_dose_escape(dose: Quantity) -> str:
    """How to write a small dose that is meant."""
    if not dose.is_per_kg:
        return " A dose this small for an infant is written per kg."
    limits = _RANGES[dose.dimension]
    accepted = dose.unit != limits.unit and not _outside(dose.reference, limits.low, limits.high)
    return f" If {_in(dose, limits.unit)} is meant, write that." if accepted else ""
