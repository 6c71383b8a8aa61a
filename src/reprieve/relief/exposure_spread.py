"""How much the answer depends on which published model of exposure is right: each model with the same people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reprieve.exposure.choice import Chosen
from reprieve.exposure.inputs import ExposureInputs
from reprieve.relief.distribution import Duration
from reprieve.relief.sustained import sustained_relief
from reprieve.relief.trajectory import follow
from reprieve.relief.virtual_patients import VirtualPatients

#: Population draws that every model is run with: enough to compare models on the same people, and quick.
_DRAWS = 20


@dataclass(frozen=True)
class Alone:
    """What one model of the ensemble would have answered alone.

    Parameters
    ----------
    chosen : the model, and why it is there
    share : of the virtual patients that it has in the ensemble
    peak : ng/mL, median of the highest concentrations of the drug given at the times of the course
    duration : days of relief
    """

    chosen: Chosen
    share: float
    peak: float
    duration: Duration


def each_alone(inputs: ExposureInputs, people: VirtualPatients, threshold: float) -> tuple[Alone, ...]:
    """Each model with the same 20 draws of people.

    The differences between them are the models'; their common level is rougher than the forecast's.
    """
    same = people.of(people.draw < _DRAWS)
    found = []
    for chosen in inputs.members:
        trajectory = follow(inputs.alone(chosen), same)
        peak = float(np.median(trajectory.concentration.max(axis=1)))
        found.append(
            Alone(chosen, 1.0 / len(inputs.members), peak, sustained_relief(trajectory, same, threshold).duration)
        )
    return tuple(found)
