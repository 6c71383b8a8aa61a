"""What other drugs, food, genotype and organ function do to the exposure of a patient on a regimen.

A published ratio of areas is used for the form and route it was measured in, nothing else. By vein it changes
elimination; by any other route it changes how much is absorbed, because there the gut wall and the first pass carry
most of it (peaks change with the areas and half-lives hardly do). Several changes at once are never combined.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.errors import InputError
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.interactions import ExposureEffect, exposure_effects, name_and_group, why_not_combined
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.exposure.build import BuiltModel
from reprieve.exposure.elimination import with_absorbed_ratio, with_area_ratio
from reprieve.regimen import Regimen

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ExposureChange:
    """What is done to the exposure by one route, and everything that is published about what was named.

    Parameters
    ----------
    route : the route
    effects : one or more findings for each thing named
    low, high : ratio of areas that is used, from the lowest to the highest source; both 1 when none is
    applied : name of the thing whose ratio is used; None when none is
    said : sentences for the warnings of an answer
    """

    route: str
    effects: tuple[ExposureEffect, ...]
    low: float
    high: float
    applied: str | None
    said: tuple[str, ...]

    def ratio(self, rank: Floats) -> Floats:
        """Ratios (n,) for ranks from 0 (lowest source) to 1 (highest), evenly in the logarithm."""
        return np.asarray(self.low * (self.high / self.low) ** np.asarray(rank))


def exposure_changes(evidence: Evidence, agents: Sequence[str], regimen: Regimen) -> tuple[ExposureChange, ...]:
    """The change of exposure by each route of a regimen; ``"name: group"`` picks a genotype or a degree.

    Raises
    ------
    UnknownName
        Nothing is known by the name; the nearest ones are named.
    InputError
        It has several groups, or not this one; they are named.
    """
    return tuple(_by_route(evidence, agents, regimen.form, route) for route in regimen.routes)


def _by_route(evidence: Evidence, agents: Sequence[str], form: str, route: str) -> ExposureChange:
    effects: list[ExposureEffect] = []
    for agent in agents:
        name, group = name_and_group(agent)
        effects += _of_group(name, group, exposure_effects(evidence, [name], form, route))
    said = [effect.sentence for effect in effects]
    known = [effect for effect in effects if effect.finding == "known ratio" and effect.auc is not None]
    if clash := why_not_combined(effects):
        return ExposureChange(
            route, tuple(effects), 1.0, 1.0, None, (*said, f"{clash} Exposure {route} was left as it is.")
        )
    if not known:
        unused = [f"Exposure {route} was left as it is."] if effects else []
        return ExposureChange(route, tuple(effects), 1.0, 1.0, None, (*said, *unused))
    ends = [end for effect in known for end in _ends(effect)]
    low, high = min(ends), max(ends)
    span = f"{low:.3g}" if low == high else f"{low:.3g} to {high:.3g}"
    how = "elimination is slowed or sped up" if route == "iv" else "absorption is scaled"
    said.append(f"{known[0].name}: exposure {route} was multiplied by {span} here ({how}).")
    return ExposureChange(route, tuple(effects), low, high, known[0].name, tuple(said))


def _of_group(name: str, group: str, effects: Sequence[ExposureEffect]) -> list[ExposureEffect]:
    """The findings for one genotype or degree, named after a colon or by the end of the name (``CYP2B6 *6/*6``)."""
    groups = list(dict.fromkeys(effect.group for effect in effects if effect.group))
    if not groups:
        return list(effects)  # nothing by this route differs between groups, whichever another route has
    group = group or next((each for each in groups if name.endswith(each)), "")
    choices = ", ".join(f"{name}: {each}" for each in groups)
    if group and group not in groups:
        raise InputError(f"{name} has no group {group!r} for this form and route; write one of: {choices}.")
    if not group and len(groups) > 1:
        raise InputError(f"{name} differs between groups; write one of them after a colon: {choices}.")
    return [effect for effect in effects if not group or effect.group == group]


def _ends(effect: ExposureEffect) -> tuple[float, ...]:
    auc = effect.auc
    numbers = (auc.value, auc.low, auc.high) if auc else ()
    return tuple(number for number in numbers if number is not None)


def with_changes(
    built: BuiltModel, model: PopulationModel, changes: Sequence[ExposureChange], rank: Floats
) -> BuiltModel:
    """The model with the changes, for subjects whose ranks say where between the sources they lie.

    A population model that has the same thing as a covariate (age, rifampicin) is not changed twice; nor is what is
    absorbed changed again by what is already in the elimination of a course that is also given by vein.
    """
    by_vein = np.ones(1)
    for change in sorted(changes, key=lambda change: change.route != "iv"):
        if change.applied is None or change.applied.partition(" ")[0] in model.covariates:
            continue
        if change.route == "iv":
            by_vein = change.ratio(rank)
            built = with_area_ratio(built, by_vein)
        else:
            built = with_absorbed_ratio(built, change.route, change.ratio(rank) / by_vein)
    return built
