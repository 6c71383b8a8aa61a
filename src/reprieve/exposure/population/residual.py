"""What a measurement would show: concentrations with the residual error of the model.

Proportional and additive errors are independent: C·(1 + σₚε₁) + σₐε₂. A log-normal one is C·exp(σε). A measured value
below zero is left as it is: cutting it off would move the mean.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from reprieve.errors import OutsideEvidence
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.exposure.population.streams import normals
from reprieve.units import convert, molar_to_mass

Floats = NDArray[np.float64]


def refuse_without_residual_error(model: PopulationModel, analytes: Sequence[str]) -> None:
    """Say which analytes cannot be simulated as measured.

    Raises
    ------
    OutsideEvidence
        The model has no residual error of one of them.
    """
    lacking = [name for name in analytes if name not in model.residual_error]
    if lacking:
        why = model.residual_error_note or "none is given"
        raise OutsideEvidence(
            f"{model.id} has no residual error of {', '.join(lacking)} ({why}). Simulate without residual error, or "
            f"choose another model."
        )


def measured(
    model: PopulationModel, analytes: Sequence[str], concentrations: Floats, *, seed: int, first: int
) -> Floats:
    """Concentrations as measured.

    Parameters
    ----------
    model : whose residual error
    analytes : (n_analytes,)
    concentrations : (n_subjects, n_times, n_analytes) ng/mL
    seed : of the errors, which have streams of their own
    first : number of the first subject, from 0

    Returns
    -------
    (n_subjects, n_times, n_analytes) ng/mL
    """
    n_subjects, n_times, _ = concentrations.shape
    shown = np.array(concentrations)
    for place, name in enumerate(analytes):
        error = model.residual_error[name]

        def drawn(kind: str, name: str = name) -> Floats:
            return normals(seed, f"residual {kind} {name}", first, n_subjects, n_times)

        exact = concentrations[:, :, place]
        if error.lognormal_sd is not None:
            shown[:, :, place] = exact * np.exp(error.lognormal_sd * drawn("lognormal"))
        if error.proportional_sd is not None:
            shown[:, :, place] += error.proportional_sd * exact * drawn("proportional")
        if error.additive_sd is not None and error.additive_unit is not None:
            molar = error.additive_unit == "nmol/mL"
            substance = model.analytes[name].substance
            size = (
                molar_to_mass(error.additive_sd, substance)
                if molar
                else convert(error.additive_sd, error.additive_unit, "ng/mL")
            )
            shown[:, :, place] += size * drawn("additive")
    return shown
