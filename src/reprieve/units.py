"""Units and every conversion between them. Nothing else in Reprieve converts.

Inside Reprieve: hours, milligrams of base, litres, kilograms, ng/mL. A unit is text at the border and gone
behind it. Molar masses are here because nmol/mL to ng/mL and salt to base are conversions.
"""

from __future__ import annotations

import math
import re

from reprieve.errors import UnitError

#: g/mol; ketamine as printed by Simons 2022 (doi 10.3389/fpain.2022.946486), the rest by atomic weights.
MOLAR_MASS = {
    "ketamine": 237.73,
    "norketamine": 223.70,
    "dehydronorketamine": 221.68,
    "hydroxynorketamine": 239.70,
}
_KETAMINE_HYDROCHLORIDE = 274.19

#: mg of base in one mg of hydrochloride. Labels agree: 32.3 mg HCl is 28 mg, 57.7 mg HCl is 50 mg.
BASE_PER_SALT = MOLAR_MASS["ketamine"] / _KETAMINE_HYDROCHLORIDE

#: kg in one avoirdupois pound, exact by definition (1959).
KG_PER_LB = 0.45359237

#: kg. A premature baby and the heaviest adults; outside, a slip of unit or of a digit.
LIGHTEST_KG, HEAVIEST_KG = 2.0, 350.0
#: kg; the lightest adults on record lie above. A forecast asks for nobody under 12 years.
LIGHTEST_ADULT_KG = 20.0

# unit -> (dimension, factor to the house unit of that dimension)
_UNITS: dict[str, tuple[str, float]] = {
    "s": ("time", 1 / 3600), "min": ("time", 1 / 60), "h": ("time", 1.0), "d": ("time", 24.0),
    "wk": ("time", 168.0),
    "mcg": ("amount", 1e-3), "mg": ("amount", 1.0), "g": ("amount", 1e3),
    "mcg/kg": ("amount per weight", 1e-3), "mg/kg": ("amount per weight", 1.0),
    "mcg/min": ("rate", 0.06), "mcg/h": ("rate", 1e-3), "mg/min": ("rate", 60.0), "mg/h": ("rate", 1.0),
    "mg/day": ("rate", 1 / 24), "g/h": ("rate", 1e3),
    "mcg/kg/min": ("rate per weight", 0.06), "mcg/kg/h": ("rate per weight", 1e-3),
    "mg/kg/min": ("rate per weight", 60.0), "mg/kg/h": ("rate per weight", 1.0),
    "mg/kg/day": ("rate per weight", 1 / 24),
    "kg": ("weight", 1.0), "lb": ("weight", KG_PER_LB),
    "mL": ("volume", 1e-3), "L": ("volume", 1.0),
    "mL/min": ("clearance", 0.06), "L/min": ("clearance", 60.0), "L/h": ("clearance", 1.0),
    "1/min": ("rate constant", 60.0), "1/h": ("rate constant", 1.0), "1/d": ("rate constant", 1 / 24),
    "ng/mL": ("concentration", 1.0), "mcg/L": ("concentration", 1.0), "mcg/mL": ("concentration", 1e3),
    "mg/L": ("concentration", 1e3),
    "fraction": ("fraction", 1.0), "%": ("fraction", 0.01),
}  # fmt: skip

_ALIASES = {
    "ug": "mcg", "µg": "mcg", "μg": "mcg", "hr": "h", "hrs": "h", "hour": "h", "hours": "h", "minute": "min",
    "minutes": "min", "mins": "min", "day": "d", "days": "d", "week": "wk", "weeks": "wk", "lbs": "lb",
    "pound": "lb", "pounds": "lb", "l": "L", "ml": "mL",
}  # fmt: skip

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


def canonical_unit(unit: str) -> str:
    """The house spelling of a unit: ``ug/kg/min`` is ``mcg/kg/min``, ``hours`` is ``h``."""
    if unit in _UNITS:
        return unit
    first, *per = unit.split("/")
    parts = [_ALIASES.get(first, _ALIASES.get(first.lower(), first))]
    for part in per:
        short = _ALIASES.get(part.lower(), part.lower())
        parts.append("day" if short == "d" and parts[0] != "1" else short)
    spelled = "/".join(parts)
    if spelled not in _UNITS:
        raise UnitError(f"Unknown unit {unit!r}. Known units: {', '.join(sorted(_UNITS))}.")
    return spelled


def dimension(unit: str) -> str:
    """What a unit measures: ``time``, ``amount``, ``rate per weight``, ``clearance`` ..."""
    return _UNITS[canonical_unit(unit)][0]


def convert(value: float, unit: str, to: str) -> float:
    """Convert between units of one dimension; anything else is refused."""
    have, want = canonical_unit(unit), canonical_unit(to)
    if _UNITS[have][0] != _UNITS[want][0]:
        raise UnitError(f"{unit} measures {_UNITS[have][0]}, {to} {_UNITS[want][0]}; they cannot be converted.")
    return value * _UNITS[have][1] / _UNITS[want][1]


def parse_number(text: str, what: str = "a number") -> float:
    """Read one finite decimal number written with a point.

    Raises
    ------
    UnitError
        Empty, not a number, NaN, infinite, or written with a comma (both readings are named).
    """
    stripped = text.strip()
    if re.fullmatch(r"[-+]?\d+,\d+", stripped):
        point, thousands = stripped.replace(",", "."), f"{float(stripped.replace(',', '')):.15g}"
        raise UnitError(
            f"{what} is given as {text!r}: a comma can mean {point} or {thousands}. "
            f"Write a decimal point and no thousands separator."
        )
    if "," in stripped:
        raise UnitError(f"{what} is given as {text!r}; write digits and at most one decimal point, no commas.")
    if not _NUMBER.fullmatch(stripped):
        raise UnitError(f"{what} is given as {text!r}; it must be a finite number such as 0.35.")
    value = float(stripped)
    if not math.isfinite(value):
        raise UnitError(f"{what} is given as {text!r}; it must be finite.")
    return value


def parse_weight(given: float | str) -> float:
    """Body weight in kg from a number (kg) or text with a unit (``"154 lb"``, ``"70 kg"``).

    A bare number is kg because every face of Reprieve says kg beside the field; pounds must be said.
    """
    if isinstance(given, (int, float)) and not isinstance(given, bool):
        return float(given)
    match = re.fullmatch(r"\s*([-+\d.,eE]+)\s*([A-Za-z]*)\s*", str(given))
    if not match:
        raise UnitError(f"Weight is given as {given!r}; write it as 70 (kg), '70 kg' or '154 lb'.")
    value = parse_number(match[1], "Weight")
    return convert(value, match[2], "kg") if match[2] else value


def molar_to_mass(nmol_per_ml: float, substance: str) -> float:
    """nmol/mL to ng/mL for one of :data:`MOLAR_MASS`."""
    return nmol_per_ml * MOLAR_MASS[substance]
