"""The published studies nearest to a question: what a reader should set the forecast beside."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from reprieve.evidence.records.study import Arm, Study
from reprieve.regimen import Regimen

#: Conditions whose pain is neuropathic by definition: nearer to each other than to the rest.
NEUROPATHIC = frozenset({"neuropathic", "sci", "phn", "phantom_limb", "central", "crps"})
_DESIGN = {"rct": 0.0, "rct_crossover": 0.25, "cohort": 0.75, "case_series": 1.0}


@dataclass(frozen=True)
class Nearness:
    """How near an arm of a study is to a question; smaller is nearer.

    The distance adds up: another condition 3 (1.5 within neuropathic pain), another route 1.5, another form
    0.25, the log ratio of infusion hours, and up to 1 for a weaker design. These weights order a list for
    readers; nothing is computed from them.

    Parameters
    ----------
    study, arm : the study and its nearest arm
    distance : as above
    why : in words
    weight : 0 to 1, exp(-distance) as a share of that of all studies shown; they add up to 1
    """

    study: Study
    arm: Arm
    distance: float
    why: str
    weight: float = 0.0


def _hours(arm: Arm) -> float | None:
    if arm.infusion_hours is not None:
        return arm.infusion_hours
    return Regimen.parse(arm.regimen).infusion_hours if arm.regimen else None


def _nearness(study: Study, arm: Arm, condition: str, regimen: Regimen) -> Nearness:
    theirs = arm.condition or study.condition
    hours, ours = _hours(arm), regimen.infusion_hours
    distance = _DESIGN[study.design_class]
    said = []
    if theirs == condition:
        said.append("same condition")
    else:
        distance += 1.5 if {theirs, condition} <= NEUROPATHIC else 3.0
        said.append(f"another condition ({theirs.replace('_', ' ')})")
    if arm.route == regimen.route:
        said.append("same route")
    else:
        distance += 1.5
        said.append(f"another route ({arm.route})")
    distance += 0.0 if arm.form == regimen.form else 0.25
    if hours is None:
        distance += 1.0
        said.append("hours not known")
    elif hours or ours:
        distance += abs(math.log((hours + 0.25) / (ours + 0.25)))
        said.append(f"{hours:.3g} h of infusion against {ours:.3g} h here")
    return Nearness(study, arm, distance, ", ".join(said))


def nearest_studies(
    studies: Sequence[Study], condition: str, regimen: Regimen, *, most: int = 5
) -> tuple[Nearness, ...]:
    """The nearest studies, one arm each, nearest first."""
    best: list[Nearness] = []
    for study in studies:
        arms = [_nearness(study, arm, condition, regimen) for arm in study.arms if arm.role == "ketamine"]
        best.append(min(arms, key=lambda near: near.distance))
    shown = sorted(best, key=lambda near: (near.distance, near.study.id))[:most]
    likeness = [math.exp(-near.distance) for near in shown]
    return tuple(replace(near, weight=like / sum(likeness)) for near, like in zip(shown, likeness, strict=True))
