"""A published relation as a function of concentration, units checked; what is incomplete is refused."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reprieve.errors import InputError, OutsideEvidence, UnitError, UnknownName
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.pharmacodynamics import (
    MOLAR_UNIT,
    EffectNumber,
    Pharmacodynamics,
    Relation,
    is_concentration,
)
from reprieve.pkpd.effects import band, emax, linear_capped, power_ratio, sigmoid_emax
from reprieve.units import convert, dimension, molar_to_mass

Floats = NDArray[np.float64]
_CONCENTRATION_NAMES = frozenset({"ec50", "cap", "reference", "lowest", "highest"})


@dataclass(frozen=True)
class PublishedEffect:
    """What a published relation gives at a concentration; call it with concentrations and their unit.

    Attributes
    ----------
    record, relation : ids
    endpoint, unit : what is measured, and in what; a threshold gives 0 below, 1 in its band, 2 above
    driver : the substance whose concentration is wanted
    exposure_model : population model it was fitted with; None where that was not seen
    equilibration_half_life_h : h, of the effect site to take concentrations from; None for plasma
    seen_from, seen_to : ng/mL, range that was studied; None where not said
    cautions : sentences to show beside a result
    """

    record: str
    relation: str
    endpoint: str
    unit: str
    driver: str
    exposure_model: str | None
    equilibration_half_life_h: float | None
    seen_from: float | None
    seen_to: float | None
    cautions: tuple[str, ...]
    _published: Relation

    def __call__(self, concentration: ArrayLike, unit: str) -> Floats:
        """The endpoint at each concentration.

        Parameters
        ----------
        concentration : any shape, in ``unit``
        unit : ``ng/mL``, ``mg/L``, ``nmol/mL`` ...; never implied

        Raises
        ------
        UnitError
            The unit is not one of concentration.
        InputError
            A concentration is negative or not finite.
        """
        published = self._published
        given = np.asarray(concentration, dtype=float) * in_ng_per_ml(1.0, unit, published.molar_as)
        values = {
            name: in_ng_per_ml(_value(figure), figure.unit, published.molar_as)
            if name in _CONCENTRATION_NAMES
            else _value(figure)
            for name, figure in published.parameters.items()
        }
        effect = _FORMS[published.form](given, **values)  # type: ignore[operator]
        if published.baseline is not None:
            effect = _value(published.baseline) * (1.0 - effect)
        return np.asarray(effect, dtype=float)

    def outside(self, concentration: ArrayLike, unit: str) -> NDArray[np.bool_]:
        """Where a concentration lies outside the range that was studied; nowhere if no range was said."""
        given = np.asarray(concentration, dtype=float) * in_ng_per_ml(1.0, unit, self._published.molar_as)
        lowest = 0.0 if self.seen_from is None else self.seen_from
        highest = math.inf if self.seen_to is None else self.seen_to
        return np.asarray((given < lowest) | (given > highest))


_FORMS: dict[str, object] = {
    "emax": emax,
    "sigmoid_emax": sigmoid_emax,
    "linear": linear_capped,
    "power_ratio": power_ratio,
    "threshold": band,
}


def published_effect(
    record_id: str, relation: str | None = None, *, evidence: Evidence | None = None
) -> PublishedEffect:
    """One relation of one record as a function of concentration.

    Parameters
    ----------
    record_id : id of a pharmacodynamic record
    relation : its name there; may be left out where there is one
    evidence : what is published; what comes with Reprieve when not given

    Raises
    ------
    UnknownName
        There is no such record or relation.
    InputError
        The record has several relations and none was named.
    OutsideEvidence
        What was published is not enough to compute it; the sentence says what is missing.
    """
    record = (evidence or Evidence.packaged()).record(Pharmacodynamics, record_id)
    if relation is None and len(record.relations) > 1:
        raise InputError(f"{record_id} has several relations; name one of {', '.join(record.relations)}.")
    name = relation if relation is not None else next(iter(record.relations))
    if name not in record.relations:
        raise UnknownName(f"relation of {record_id}", name, record.relations)
    chosen = record.relations[name]
    if chosen.completeness == "incomplete":
        raise OutsideEvidence(
            f"{record_id} has no usable relation for {chosen.endpoint}: missing is {'; '.join(chosen.missing)}. "
            f"Nothing is filled in; use another record or the numbers as they were printed."
        )
    return PublishedEffect(
        record=record_id,
        relation=name,
        endpoint=chosen.endpoint,
        unit=chosen.unit,
        driver=chosen.driver,
        exposure_model=record.exposure_model,
        equilibration_half_life_h=equilibration_half_life_h(record),
        seen_from=chosen.seen_from,
        seen_to=chosen.seen_to,
        cautions=tuple(_cautions(record, chosen)),
        _published=chosen,
    )


def equilibration_half_life_h(record: Pharmacodynamics) -> float | None:
    """Effect-site half-life in hours, ``ln 2 / ke0`` where a rate was printed; None without a single value."""
    figure = record.equilibration
    if figure is None or figure.value is None:
        return None
    if dimension(figure.unit) == "time":
        return convert(figure.value, figure.unit, "h")
    return math.log(2) / convert(figure.value, figure.unit, "1/h")


def in_ng_per_ml(value: float, unit: str, substance: str) -> float:
    """A concentration by mass or molar, in ng/mL.

    Raises
    ------
    UnitError
        The unit is not one of concentration.
    """
    if not is_concentration(unit):
        raise UnitError(f"The concentration is given in {unit!r}; write it in ng/mL, mcg/mL, mg/L or nmol/mL.")
    return molar_to_mass(value, substance) if unit == MOLAR_UNIT else convert(value, unit, "ng/mL")


def _value(figure: EffectNumber) -> float:
    if figure.value is None:
        raise OutsideEvidence("Only a range was published for a number this needs; choose one by hand.")
    return figure.value


def _cautions(record: Pharmacodynamics, relation: Relation) -> list[str]:
    said = []
    if relation.form_status == "assumed":
        said.append(f"The equation of {record.id} was not seen; it was put together from the numbers printed.")
    for name, figure in relation.parameters.items():
        if figure.status != "seen":
            said.append(f"{name} is {figure.status}: {figure.note or 'unverified'}.")
    fitted = record.exposure_model or "an exposure that was not seen"
    if record.delay == "effect site":
        said.append(f"The effect-site delay was fitted with {fitted}; it does not carry over to another model.")
    return said
