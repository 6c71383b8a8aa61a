"""Absorption where only availability and a time are published: approximations, and labelled as such.

From its peak time: drug enters the central compartment from a depot at one rate, chosen so that the typical
concentration peaks when the published one did. From a time of release: what is available enters evenly over it.
First-pass metabolites are left out.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from reprieve.errors import InputError, OutsideEvidence
from reprieve.evidence.records.route import Route
from reprieve.exposure.build import BuiltModel, Floats, Input
from reprieve.pkpd.compartments import CompartmentGraph, Edge

#: 1/h; half-lives of absorption from a quarter of a second to 29 days.
_SLOWEST, _FASTEST = 1e-3, 1e4


def absorption_rate(tmax: float, disposition: BuiltModel) -> float:
    """The first-order absorption rate with which the typical concentration peaks at ``tmax``.

    With the response to a unit bolus ``Σ aᵢ exp(λᵢt)``, a depot emptying at ``k`` gives
    ``C(t) = Σ aᵢ k (exp(λᵢt) - exp(-kt)) / (λᵢ + k)``. A bolus response that only declines makes ``C`` rise
    to one peak, so the sign of its slope at ``tmax`` says on which side the rate lies; bisection finds it.

    Parameters
    ----------
    tmax : h
    disposition : the model; its typical subject is used, so the rate does not depend on who is simulated

    Returns
    -------
    1/h

    Raises
    ------
    OutsideEvidence
        No rate between 0.001 and 10 000 per hour puts the peak there, or rates of the parent drug do not stay the same.
    """
    disposition.require_constant_rates("absorption rate")
    rates, weights = _bolus_response(disposition)
    slow, fast = _SLOWEST, _FASTEST
    if _slope(slow, tmax, rates, weights) <= 0 or _slope(fast, tmax, rates, weights) >= 0:
        raise OutsideEvidence(
            f"No first-order absorption makes this model peak at {tmax:g} h; the published peak time and the "
            f"model do not fit together. Choose another model or route."
        )
    while fast / slow > 1 + 1e-12:
        middle = float(np.sqrt(slow * fast))
        if _slope(middle, tmax, rates, weights) > 0:
            slow = middle
        else:
            fast = middle
    return float(np.sqrt(slow * fast))


def add_approximate_input(built: BuiltModel, route: Route) -> BuiltModel:
    """The model with an input for one route, labelled as an approximation in its ``note``.

    Parameters
    ----------
    built : a model without an input of its own for the route
    route : what is published about it

    Raises
    ------
    InputError
        The model has a published input for the route, which is to be preferred.
    OutsideEvidence
        Availability or peak time is not published, the peak cannot be reached, or the model is known to lack what
        the route needs or to be about infusions only.
    """
    if route.route in built.refused:
        raise OutsideEvidence(
            f"{built.refused[route.route]}. What is known of the route from other people cannot take its place. "
            f"Choose another model or route."
        )
    if built.infusion_only:
        raise OutsideEvidence(f"{' '.join(built.infusion_only.values())}. Choose another model.")
    if route.route in built.inputs:
        raise InputError(f"This model has a published input for the route {route.route}; use that one.")
    return _with_depot(built, route) if route.release is None else _with_release(built, route)


def _with_release(built: BuiltModel, route: Route) -> BuiltModel:
    """Zero-order input: the available share of a dose enters evenly over the time of release."""
    fraction, hours = route.zero_order()
    says = (
        f"Absorption by the route {route.route} is approximated: {fraction:.3g} of the dose enters evenly over "
        f"{hours:.3g} h, the published time of release. Exposure and height of the peak are near the published ones; "
        f"the peak comes at {hours:.3g} h, later than published."
    )
    entered = Input(compartment=built.central, fraction=fraction, zero_order_h=hours)
    note = " ".join(filter(None, (built.note, says)))
    return replace(built, inputs={**built.inputs, route.route: (entered,)}, note=note)


def _with_depot(built: BuiltModel, route: Route) -> BuiltModel:
    """First-order input from a depot."""
    fraction, tmax = route.first_order()
    rate = absorption_rate(tmax, built)
    depot, name = len(built.graph.names), f"{route.route}_depot"
    central = built.graph.index(built.central)

    def grown(matrix: Floats) -> Floats:
        larger: Floats = np.pad(matrix, [(0, 0)] * (matrix.ndim - 2) + [(0, 1), (0, 1)])
        larger[..., central, depot], larger[..., depot, depot] = rate, -rate
        return larger

    says = (
        f"Absorption by the route {route.route} is approximated: {fraction:.3g} of the dose enters at a "
        f"first-order rate of {rate:.3g} per hour, chosen so that the typical concentration peaks at "
        f"{60 * tmax:.3g} min. "
    )
    says += route.unverified or "Exposure and peak time are as published; the height of the peak may not be."
    return replace(
        built,
        graph=CompartmentGraph((*built.graph.names, name), (*built.graph.edges, Edge(depot, central))),
        rate_matrix=grown(built.rate_matrix),
        readout=np.pad(built.readout, [(0, 0), (0, 0), (0, 1)]),
        typical_matrix=grown(built.typical_matrix),
        inputs={**built.inputs, route.route: (Input(compartment=name, fraction=fraction),)},
        note=" ".join(filter(None, (built.note, says))),
    )


def _bolus_response(disposition: BuiltModel) -> tuple[Floats, Floats]:
    """Rates (1/h, negative) and weights of the typical central amount after a unit bolus there."""
    matrix, central = disposition.typical_matrix, disposition.graph.index(disposition.central)
    # Only what exchanges with it counts: chains beyond repeat their rates, and eig needs distinct ones.
    connected = np.linalg.matrix_power((matrix != 0).astype(float) + np.eye(len(matrix)), len(matrix))
    counts = np.flatnonzero((connected[central] > 0) & (connected[:, central] > 0))
    values, vectors = np.linalg.eig(matrix[np.ix_(counts, counts)])
    place = int(np.flatnonzero(counts == central)[0])
    start = np.zeros(len(values))
    start[place] = 1.0
    weights = vectors[place] * np.linalg.solve(vectors, start)
    used = np.abs(weights) > 1e-12
    return np.real(values[used]).astype(np.float64), np.real(weights[used]).astype(np.float64)


def _slope(k: float, t: float, rates: Floats, weights: Floats) -> float:
    """Sign-true slope of the concentration at ``t`` for absorption rate ``k``."""
    # dC/dt = k Σ aᵢ (h(λᵢ) - h(-k)) / (λᵢ + k) with h(x) = x exp(xt); where λᵢ = -k the quotient is h'(λᵢ).
    apart = rates + k
    equal = np.abs(apart) < 1e-9 * k
    quotient = (rates * np.exp(rates * t) + k * np.exp(-k * t)) / np.where(equal, 1.0, apart)
    limit = np.exp(rates * t) * (1 + rates * t)
    return float(np.sum(weights * np.where(equal, limit, quotient)))
