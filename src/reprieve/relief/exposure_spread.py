"""How much the answer depends on which published model of exposure is right: each model with the same people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from reprieve.regimen import Regimen
from reprieve.relief.course import follow_course
from reprieve.relief.distribution import rounded
from reprieve.relief.exposure_choice import Chosen
from reprieve.relief.patient import Patient
from reprieve.relief.sustained import sustained_relief
from reprieve.relief.virtual_patients import VirtualPatients
from reprieve.words import HORIZONS

#: Population draws that every model is run with: enough to compare models on the same people, and quick.
_DRAWS = 20


def exposure_spread(
    members: Sequence[Chosen], plan: Regimen, patient: Patient, people: VirtualPatients, threshold: float
) -> list[dict[str, Any]]:
    """One entry per model: why it is there, its share of the ensemble, and what it alone would have answered.

    ``peak_ng_ml`` is the median of the highest concentrations of the drug given at the times of the course;
    ``probability_any`` and ``exceeds`` are chances of lasting relief. All models see the same 20 draws of people, so
    the differences between them are the models'; their common level is rougher than the forecast's.
    """
    same = people.of(people.draw < _DRAWS)
    rows = []
    for chosen in members:
        course = follow_course(plan, (chosen,), same, patient)
        relief = sustained_relief(course, same, threshold).duration
        rows.append(
            {
                "id": chosen.model.id,
                "sampling": chosen.model.sampling,
                "reason": chosen.reason,
                "enantiomers": "followed apart" if chosen.apart else "together",
                "share": rounded(1.0 / len(members)),
                "peak_ng_ml": rounded(float(np.median(course.concentration.max(axis=1)))),
                "probability_any": rounded(relief.exceeds(0.0)),
                "exceeds": {one.id: rounded(relief.exceeds(one.days)) for one in HORIZONS},
            }
        )
    return rows
