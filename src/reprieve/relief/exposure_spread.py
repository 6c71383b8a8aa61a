"""How much the answer depends on which published model of exposure is right: each model with the same people."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from reprieve.exposure.choice import Chosen
from reprieve.exposure.inputs import ExposureInputs
from reprieve.relief.felt_exposure import felt_curve
from reprieve.relief.population_course import PopulationCourse
from reprieve.relief.trajectory import exposed, times_to_look
from reprieve.relief.virtual_patients import VirtualPatients
from reprieve.words import HORIZONS, HorizonId

#: Population draws whose concentrations are looked at: enough to compare models on the same people, and quick.
_DRAWS = 40


@dataclass(frozen=True)
class Alone:
    """What one model of the ensemble would have answered alone.

    Parameters
    ----------
    chosen : the model, and why it is there
    share : of the virtual patients that it has in the ensemble
    peak : ng/mL, median of the highest concentrations of the drug given at the times of the course
    chances : horizon to the chance of relief then
    """

    chosen: Chosen
    share: float
    peak: float
    chances: dict[HorizonId, float]


def each_alone(inputs: ExposureInputs, people: VirtualPatients, course: PopulationCourse) -> tuple[Alone, ...]:
    """Each model with the same populations, and the concentrations of the same 40 draws of people."""
    same = people.of(people.draw < _DRAWS)
    found = []
    for chosen in inputs.members:
        only = inputs.alone(chosen)
        alone = replace(course, felt=felt_curve(only))
        chance = alone.everybody([one.days for one in HORIZONS]).share_relieved(course.threshold).mean(axis=0)
        concentration, *_ = exposed(chosen, only, same, times_to_look(inputs.regimen))
        peak = float(np.median(concentration.max(axis=1)))
        chances = {one.id: float(p) for one, p in zip(HORIZONS, chance, strict=True)}
        found.append(Alone(chosen, 1.0 / len(inputs.members), peak, chances))
    return tuple(found)
