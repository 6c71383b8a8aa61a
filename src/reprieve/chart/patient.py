"""The patient of a forecast: what is known, and what is not."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Real
from typing import Any

from reprieve.errors import InputError, MissingDatum, OutsideEvidence, UnknownName
from reprieve.units import HEAVIEST_KG, LIGHTEST_ADULT_KG, parse_weight

SEXES = ("female", "male")
#: The relief model and all its sources are about adults; between these ages it answers and marks it.
_YOUNGEST_ANSWERED = 12.0
_OLDEST = 120.0


def is_number(value: object) -> bool:
    """Whether a value is a real number, NumPy's included; True and False are not."""
    return isinstance(value, Real) and not isinstance(value, bool)


def _finite(value: Any, what: str, unit: str, low: float, high: float) -> float:
    if not is_number(value) or not math.isfinite(value):
        raise InputError(f"{what} is given as {value!r}; it must be a number of {unit} from {low:g} to {high:g}.")
    if not low <= value <= high:
        raise InputError(
            f"{what} is given as {value:g} {unit}; it must be from {low:g} to {high:g} {unit}. Check the unit."
        )
    return float(value)


def _agents(named: object) -> tuple[str, ...]:
    """What may change exposure, by name; ``none`` alone is nothing."""
    given = (named,) if isinstance(named, str) else tuple(named) if isinstance(named, Iterable) else (repr(named),)
    agents = tuple(str(agent).strip() for agent in given)
    if [agent.lower() for agent in agents] == ["none"]:
        return ()
    return agents


@dataclass(frozen=True)
class Patient:
    """What is known about a patient; everything may be missing until an answer needs it.

    Parameters
    ----------
    age : years
    weight : kg, or text with a unit (``"154 lb"``)
    sex : female or male
    condition : id, synonym, SNOMED CT or ICD-10 code of a pain condition, looked up where it is asked about
    pain : usual pain before treatment, NRS 0 to 10
    interactions : drugs taken, food, genotype, organ impairment that may change exposure, each once, by name; a
        group after a colon (``"CYP2B6*6: *6/*6"``); none of them is ``()`` or ``"none"``

    Raises
    ------
    InputError
        A value that cannot be meant; the range is named.
    UnknownName
        A sex that is not known.
    OutsideEvidence
        A child under 12: maturation of clearance is not modelled and no relief study of children is used.
    """

    age: float | None = None
    weight: float | str | None = None
    sex: str | None = None
    condition: str | None = None
    pain: float | None = None
    interactions: tuple[str, ...] | None = None

    def __repr__(self) -> str:
        return f"Patient({', '.join(f'{name}={value!r}' for name, value in self.known.items())})"

    def __post_init__(self) -> None:
        set_ = object.__setattr__
        if self.weight is not None:
            set_(self, "weight", _finite(parse_weight(self.weight), "Weight", "kg", LIGHTEST_ADULT_KG, HEAVIEST_KG))
        if self.age is not None:
            set_(self, "age", _finite(self.age, "Age", "years", 0.0, _OLDEST))
            if self.age < _YOUNGEST_ANSWERED:
                raise OutsideEvidence(
                    f"Age is {self.age:g} years; under {_YOUNGEST_ANSWERED:g} the maturation of clearance is not "
                    f"modelled and no relief study is used, so there is no forecast."
                )
        if self.pain is not None:
            set_(self, "pain", _finite(self.pain, "Pain", "points (NRS)", 0.0, 10.0))
        if self.sex is not None:
            sex = str(self.sex).strip().lower()
            if sex not in SEXES:
                raise UnknownName("sex", str(self.sex), SEXES)
            set_(self, "sex", sex)
        if self.condition is not None:
            set_(self, "condition", str(self.condition).strip())
        if self.interactions is not None:
            set_(self, "interactions", _agents(self.interactions))

    def need(self, name: str, why: str) -> Any:
        """A datum, or :class:`MissingDatum` saying what it is needed for."""
        value = getattr(self, name)
        if value is None:
            raise MissingDatum(f"The patient's {name} is not given; {why}. Give it and ask again.")
        return value

    @property
    def weight_kg(self) -> float:
        """Body weight, kg; an error when it is not given."""
        return float(self.need("weight", "exposure depends on it"))

    @property
    def known(self) -> dict[str, Any]:
        """What is given, by name."""
        return {name: value for name, value in vars(self).items() if value is not None}

    @property
    def unknown(self) -> tuple[str, ...]:
        """What is not given."""
        return tuple(name for name, value in vars(self).items() if value is None)
