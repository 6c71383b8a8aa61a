"""Constants of disposition of a built model by linear algebra: clearances, volumes, half-lives of the parent.

With ``dx/dt = K x``, the area under ``x`` after a unit bolus ``x₀`` is ``-K⁻¹x₀`` and its first moment ``K⁻²x₀``;
clearance is dose/area and the volume at steady state clearance · mean residence time.
"""

from __future__ import annotations

import numpy as np

from reprieve.errors import InputError
from reprieve.evidence.records.model_check import Disposed
from reprieve.exposure.built import BuiltModel, Floats
from reprieve.units import convert

#: What :func:`constant` gives.
HOUSE_UNIT: dict[Disposed, str] = {
    "clearance": "L/h", "exchange": "L/h", "volume": "L", "steady_state_volume": "L", "volume_by_area": "L",
    "half_life": "h",
}  # fmt: skip


def constant(built: BuiltModel, quantity: Disposed, *, compartment: str | None = None, phase: int = 1) -> float:
    """One constant of the first subject's parent drug, in :data:`HOUSE_UNIT`.

    Parameters
    ----------
    built : the model, its first analyte being the parent
    quantity : which constant
    compartment : for ``volume`` and ``exchange``
    phase : for ``half_life``, 1 is the slowest

    Raises
    ------
    InputError
        The compartment or the phase is not there.
    OutsideEvidence
        Rates of the parent drug depend on concentration or time.
    """
    built.require_constant_rates(quantity.replace("_", " "))
    matrix, central = built.rate_matrix[0], built.graph.index(built.central)
    # mg/mL in the central compartment per mg in it, as L⁻¹
    per_litre = convert(float(built.readout[0, 0, central]), "ng/mL", "mg/L")
    if quantity in {"volume", "exchange"}:
        return _of_compartment(built, matrix, per_litre, quantity, compartment)
    rates = _rates_of_exchange(matrix, central)
    if not 1 <= phase <= rates.size:
        raise InputError(f"Half-life {phase} was asked for; this model has {rates.size}, the slowest first.")
    if quantity == "half_life":
        return float(np.log(2) / rates[phase - 1])
    inverse = np.linalg.inv(matrix)
    area = -per_litre * inverse[central, central]
    clearance = float(1 / area)
    match quantity:
        case "steady_state_volume":
            return clearance * float(per_litre * (inverse @ inverse)[central, central] / area)
        case "volume_by_area":
            return clearance / float(rates[0])
        case _:
            return clearance


def _of_compartment(
    built: BuiltModel, matrix: Floats, per_litre: float, quantity: Disposed, compartment: str | None
) -> float:
    if compartment not in built.graph.names:
        raise InputError(
            f"The compartment {compartment!r} is not in this model; it has {', '.join(built.graph.names)}."
        )
    central, place = built.graph.index(built.central), built.graph.index(compartment)
    if place == central:
        return 1 / per_litre
    there, back = float(matrix[place, central]), float(matrix[central, place])
    # A peripheral volume is the one in which both sides agree at equilibrium: V1·k12 = V2·k21.
    return there / per_litre if quantity == "exchange" else there / back / per_litre


def _rates_of_exchange(matrix: Floats, central: int) -> Floats:
    """Rates, 1/h and rising, of what exchanges drug with the central compartment."""
    reach = np.linalg.matrix_power((matrix != 0).astype(float) + np.eye(len(matrix)), len(matrix))
    counts = np.flatnonzero((reach[central] > 0) & (reach[:, central] > 0))
    return np.sort(-np.linalg.eigvals(matrix[np.ix_(counts, counts)]).real)
