"""A model whose parent drug is eliminated faster or slower, or absorbed more or less, by a published ratio.

Areas are linear algebra: in a linear system the area after a unit dose into the central compartment is
``-readout K⁻¹ e``. Elimination is what leaves the compartments that exchange with the central one for good.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from reprieve.errors import OutsideEvidence
from reprieve.exposure.built import BuiltModel, Floats

#: Factors on the elimination rates between which one is looked for.
_SLOWEST, _FASTEST = 1e-3, 1e3


def with_area_ratio(built: BuiltModel, ratio: Floats) -> BuiltModel:
    """The model with the area of the parent after an intravenous dose multiplied by ``ratio``.

    Every elimination rate of the parent is scaled by one factor per subject. Where all of it leaves from the
    central compartment that factor is ``1 / ratio``; where an organ with its own blood flow eliminates, clearance
    is not in proportion to the rates, and bisection on the area finds the factor. What is formed from the parent
    scales with the rate that forms it.

    Parameters
    ----------
    built : the model of one or n_subjects subjects
    ratio : (n_subjects,) area with over area without, greater than zero

    Raises
    ------
    OutsideEvidence
        No elimination of this model, however fast, changes the area that much (flow limits it).
    """
    built.require_constant_rates("area")
    ratio = np.asarray(ratio, dtype=float)
    n = len(built.graph.names)
    matrix = np.broadcast_to(built.rate_matrix, (ratio.size, n, n))
    own = _exchanging(built)
    wanted = ratio * _area(built, matrix, own)
    low, high = np.full(ratio.size, _SLOWEST), np.full(ratio.size, _FASTEST)
    if np.any(_area(built, _scaled(matrix, own, low), own) < wanted) or np.any(
        _area(built, _scaled(matrix, own, high), own) > wanted
    ):
        raise OutsideEvidence(
            f"No rate of elimination multiplies the area of this model by {ratio.min():.3g} to {ratio.max():.3g}; "
            f"blood flow limits it. Choose another model."
        )
    while np.any(high / low > 1 + 1e-10):
        middle = np.sqrt(low * high)
        above = _area(built, _scaled(matrix, own, middle), own) > wanted
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return replace(built, rate_matrix=_scaled(matrix, own, np.sqrt(low * high)))


def with_absorbed_ratio(built: BuiltModel, route: str, ratio: Floats) -> BuiltModel:
    """The model with what one route brings into the body multiplied by ``ratio``; nothing else changes.

    Parameters
    ----------
    built : the model of one or n_subjects subjects, with an input for the route
    ratio : (n_subjects,) greater than zero

    Raises
    ------
    OutsideEvidence
        The route enters the central compartment directly, so nothing is absorbed.
    """
    ratio = np.asarray(ratio, dtype=float)
    n = len(built.graph.names)
    depots = {built.graph.index(entry.compartment) for entry in built.inputs[route]}
    if built.graph.index(built.central) in depots:
        raise OutsideEvidence(f"By the route {route} this model's dose is in the blood at once; none is absorbed.")
    matrix = np.broadcast_to(built.rate_matrix, (ratio.size, n, n)).copy()
    for depot in depots:
        leaves = matrix[:, depot, depot].copy()
        matrix[:, :, depot] *= ratio[:, None]
        matrix[:, depot, depot] = leaves
    return replace(built, rate_matrix=matrix)


def _exchanging(built: BuiltModel) -> list[int]:
    """Compartments that drug reaches from the central one and comes back from."""
    pattern = (np.any(built.rate_matrix != 0, axis=0) | np.eye(len(built.graph.names), dtype=bool)).astype(float)
    reach = np.linalg.matrix_power(pattern, len(pattern)) > 0
    central = built.graph.index(built.central)
    return [int(i) for i in np.flatnonzero(reach[:, central] & reach[central, :])]


def _scaled(matrix: Floats, own: list[int], factor: Floats) -> Floats:
    scaled = matrix.copy()
    inside = np.zeros(matrix.shape[1], dtype=bool)
    inside[own] = True
    lost = -matrix[:, own][:, :, own].sum(axis=1)  # (n_subjects, n_own) 1/h that leave for good
    for column, compartment in enumerate(own):
        scaled[:, ~inside, compartment] *= factor[:, None]
        scaled[:, compartment, compartment] -= (factor - 1.0) * lost[:, column]
    return scaled


def _area(built: BuiltModel, matrix: Floats, own: list[int]) -> Floats:
    """(n_subjects,) area of the central amount after a unit dose into it."""
    central = own.index(built.graph.index(built.central))
    unit = np.zeros((len(own), 1))
    unit[central] = 1.0
    inside = matrix[:, own][:, :, own]
    return np.asarray(np.linalg.solve(-inside, np.broadcast_to(unit, (len(matrix), *unit.shape)))[:, central, 0])
