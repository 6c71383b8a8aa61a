"""A published value with its unit, and what cannot be one."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from reprieve.errors import UnitError
from reprieve.evidence.records.faults import unknown
from reprieve.evidence.records.record import RecordPart, Status
from reprieve.evidence.records.structure import DIMENSION_OF_ROLE, Use
from reprieve.units import dimension


class Parameter(RecordPart, frozen=True, kw_only=True):
    """A published value with its unit, or ``same_as`` another parameter, whose individual value it shares.

    ``above_one`` says why a fraction may exceed one; without it such a fraction is refused.
    """

    status: Status
    value: float | None = None
    unit: str | None = None
    same_as: str | None = None
    se: float | None = None
    rse_percent: float | None = None
    fixed: bool = False
    above_one: str | None = None
    note: str | None = None


def parameter_faults(parameters: Mapping[str, Parameter]) -> Iterator[str]:
    """Sentences about values that are missing, given twice or cannot be."""
    for name, parameter in parameters.items():
        if parameter.same_as is not None:
            yield from unknown("parameter", [parameter.same_as], parameters, f"{name} (same_as)")
            if parameter.value is not None or parameter.unit is not None:
                yield f"{name} is same_as {parameter.same_as} and has a value of its own; keep one"
            if parameters[parameter.same_as].same_as is not None:
                yield f"{name} is same_as {parameter.same_as}, which is itself shared; name the original"
        elif parameter.value is None or parameter.unit is None:
            yield f"{name} needs a value and a unit, or same_as another parameter"
        elif not (math.isfinite(parameter.value) and parameter.value > 0):
            yield f"{name} is {parameter.value:g} {parameter.unit}; it must be greater than zero"
        elif (parameter.se is not None and parameter.se <= 0) or (parameter.rse_percent or 1) <= 0:
            yield f"the standard error of {name} must be greater than zero"


def use_faults(uses: tuple[Use, ...], parameters: Mapping[str, Parameter]) -> Iterator[str]:
    """Sentences about parameters used as what their unit does not measure, and about unused ones."""
    for name, role in uses:
        yield from unknown("parameter", [name], parameters, f"the structure (as a {role})")
        original = parameters[parameters[name].same_as or name]
        wanted = DIMENSION_OF_ROLE[role]
        try:
            given = dimension(original.unit or "")
        except UnitError as error:
            yield f"{name}: {str(error).rstrip('.')}"
            continue
        if given != wanted:
            yield f"{name} is used as a {role} and given in {original.unit!r}; its unit must be a {wanted}"
    used = {name for name, _ in uses}
    used |= {parameter.same_as for name, parameter in parameters.items() if name in used and parameter.same_as}
    for name in parameters:
        if name not in used:
            yield f"parameter {name} is defined and nothing uses it; remove it or name it in the structure"
