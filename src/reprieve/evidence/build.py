"""From a published model to arrays: graph, rate matrices, readout and inputs of many subjects at once.

Nothing is random here: the caller draws the deviations (:func:`between_subject` gives their covariance).
Inside: hours, milligrams, litres, kg, ng/mL.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reprieve.errors import InputError, UnknownName
from reprieve.evidence.records.population_model import PopulationModel, covariance_rows
from reprieve.evidence.records.structure import (
    Clearance,
    Exchange,
    Flow,
    RouteInput,
    Transfer,
    Transit,
)
from reprieve.pkpd.compartments import OUTSIDE, CompartmentGraph, Edge
from reprieve.units import MOLAR_MASS, convert, dimension

Floats = NDArray[np.float64]

#: (time h, position of the compartment, amount mg, duration h); zero duration is a bolus
CompartmentDose: TypeAlias = tuple[float, int, float, float]

_HOUSE_UNIT = {
    "volume": "L", "clearance": "L/h", "rate constant": "1/h", "time": "h", "fraction": "fraction",
}  # fmt: skip


@dataclass(frozen=True)
class Input:
    """Where a share of a dose enters.

    Parameters
    ----------
    compartment : name of the compartment it enters
    fraction : share of the dose
    zero_order_h : h over which it enters, whatever the duration of the dose; None when the dose's own counts
    """

    compartment: str
    fraction: float
    zero_order_h: float | None = None


@dataclass(frozen=True)
class BuiltModel:
    """A published model as arrays.

    Parameters
    ----------
    graph : n compartments and the flows between them
    rate_matrix : (n_subjects, n, n) 1/h, ``dx/dt = K x`` for amounts x in mg
    readout : (n_subjects, n_analytes, n) ng/mL per mg in each compartment
    analytes : what the rows of the readout are
    central : the compartment the parent drug is read from
    inputs : route to the entries of a dose by it
    typical_matrix : (n, n) 1/h, the subject at the reference weight without deviations
    note : what is approximate about it; empty when everything is as published
    """

    graph: CompartmentGraph
    rate_matrix: Floats
    readout: Floats
    analytes: tuple[str, ...]
    central: str
    inputs: Mapping[str, tuple[Input, ...]]
    typical_matrix: Floats
    note: str = ""

    @property
    def n_subjects(self) -> int:
        """How many subjects the arrays hold."""
        return int(self.rate_matrix.shape[0])


def between_subject(model: PopulationModel) -> tuple[tuple[str, ...], Floats]:
    """Names of the parameters that vary between people and the covariance of their log deviations.

    Returns
    -------
    names : (n_varying,)
    covariance : (n_varying, n_varying), dimensionless; empty when the model publishes typical values only
    """
    names = tuple(model.between_subject.variance)
    rows = np.array(covariance_rows(model.between_subject), dtype=float)
    return names, rows.reshape(len(names), len(names))


def build(
    model: PopulationModel,
    *,
    weight_kg: ArrayLike,
    deviations: Mapping[str, Floats] | None = None,
    analytes: Sequence[str] | None = None,
) -> BuiltModel:
    """Turn a record into the arrays of one or many subjects.

    Parameters
    ----------
    model : the published model
    weight_kg : () or (n_subjects,) kg
    deviations : log-scale deviation of a parameter from its typical value, (n_subjects,); zero when absent
    analytes : keep only what these depend on; all when not given. Fewer compartments are faster

    Raises
    ------
    InputError
        A weight that is not positive, or weights and deviations of different lengths.
    UnknownName
        An analyte or parameter the model does not have.
    """
    wanted = tuple(analytes) if analytes is not None else tuple(model.analytes)
    for name in wanted:
        if name not in model.analytes:
            raise UnknownName(f"analyte of {model.id}", name, model.analytes)
    values = _individual_values(model, weight_kg, deviations or {})

    names = tuple(model.compartments)
    edges, rates, yields = _edges(model, values)
    graph = CompartmentGraph(names, edges)
    keep = _ancestors(graph, [graph.index(model.analytes[a].compartment) for a in (model.parent, *wanted)])
    graph, kept = _reduced(graph, keep)
    matrix = graph.rate_matrix(rates[:, kept], yields[:, kept])
    readout = _readout(model, values, wanted, graph)
    return BuiltModel(
        graph=graph,
        rate_matrix=matrix[1:],
        readout=readout[1:],
        analytes=wanted,
        central=model.central,
        inputs={route: _inputs(entered, values, graph.names) for route, entered in model.inputs.items()},
        typical_matrix=matrix[0],
    )


def add_effect_site(built: BuiltModel, *, ke0: float, name: str = "effect") -> BuiltModel:
    """The model with an effect site that follows the parent's concentration; it becomes the last analyte.

    Parameters
    ----------
    built : the model
    ke0 : 1/h, equilibration rate
    name : of the new compartment and of the new analyte

    Raises
    ------
    InputError
        The parent drug is not among the analytes the model was built with.
    """
    if not built.readout[:, :, built.graph.index(built.central)].any():
        raise InputError("An effect site follows the parent drug; build the model with the parent among analytes.")
    graph = built.graph.with_effect_site(built.central, name)
    central, site = graph.index(built.central), graph.index(name)

    def grown(matrix: Floats) -> Floats:
        larger: Floats = np.pad(matrix, [(0, 0)] * (matrix.ndim - 2) + [(0, 1), (0, 1)])
        larger[..., site, central], larger[..., site, site] = ke0, -ke0
        return larger

    readout = np.pad(built.readout, [(0, 0), (0, 1), (0, 1)])
    # The site holds no drug: it is read with the volume of the compartment it follows.
    readout[:, -1, site] = built.readout[:, :, central].max(axis=1)

    return replace(
        built,
        graph=graph,
        rate_matrix=grown(built.rate_matrix),
        readout=readout,
        typical_matrix=grown(built.typical_matrix),
        analytes=(*built.analytes, name),
    )


def compartment_doses(
    built: BuiltModel, *, route: str, mg: float, start_h: float = 0.0, duration_h: float = 0.0
) -> tuple[CompartmentDose, ...]:
    """One administration as doses into compartments.

    Parameters
    ----------
    built : the model
    route : how it is given
    mg : base
    start_h : h
    duration_h : h; zero is a bolus

    Raises
    ------
    UnknownName
        The model has no input for the route.
    """
    if route not in built.inputs:
        raise UnknownName("route of this model", route, built.inputs)
    return tuple(
        (
            start_h,
            built.graph.index(entry.compartment),
            mg * entry.fraction,
            duration_h if entry.zero_order_h is None else entry.zero_order_h,
        )
        for entry in built.inputs[route]
    )


def _individual_values(
    model: PopulationModel, weight_kg: ArrayLike, deviations: Mapping[str, Floats]
) -> dict[str, Floats]:
    """Parameters in house units, (1 + n_subjects,): the typical subject comes first."""
    weight = np.atleast_1d(np.asarray(weight_kg, dtype=float))
    if weight.ndim != 1 or not np.all(np.isfinite(weight)) or np.any(weight <= 0):
        raise InputError("Body weight must be greater than zero, in kg: one number or one per subject.")
    for name in deviations:
        if name not in model.parameters or model.parameters[name].same_as:
            raise UnknownName(f"parameter of {model.id} of its own", name, between_subject(model)[0])
        if name in model.input_parameters():
            raise InputError(f"{name} of {model.id} describes an input and stays typical; leave it out.")
    n_subjects = max([weight.size, *(np.size(eta) for eta in deviations.values())])
    sizes = {"weight": weight.size} | {name: np.size(eta) for name, eta in deviations.items()}
    for name, size in sizes.items():
        if size not in (1, n_subjects):
            raise InputError(f"{name} is given for {size} subjects of {n_subjects}; give one value or one each.")

    covariates = {
        name: np.append(convert(given.reference, given.unit, "kg"), np.broadcast_to(weight, n_subjects))
        for name, given in model.covariates.items()
    }
    values: dict[str, Floats] = {}
    for name, parameter in model.parameters.items():
        if parameter.value is None or parameter.unit is None:
            continue
        typical = convert(parameter.value, parameter.unit, _HOUSE_UNIT[dimension(parameter.unit)])
        eta = np.append(0.0, np.broadcast_to(np.asarray(deviations.get(name, 0.0), dtype=float), n_subjects))
        values[name] = typical * np.exp(eta)
    for effect in model.effects:
        relative = covariates[effect.covariate] / covariates[effect.covariate][0]
        for name in effect.parameters:
            values[name] = values[name] * relative**effect.exponent
    shared = {name: values[p.same_as] for name, p in model.parameters.items() if p.same_as}
    return values | shared


def _edges(model: PopulationModel, values: Mapping[str, Floats]) -> tuple[tuple[Edge, ...], Floats, Floats]:
    """Edges of all flows with their rates and yields, (1 + n_subjects, n_edges) each."""
    index = {name: position for position, name in enumerate(model.compartments)}
    edges: list[Edge] = []
    rates: list[Floats] = []
    yields: list[Floats] = []
    for flow in model.flows:
        arrows = flow.arrows()
        for last, (source, target) in zip([*[False] * (len(arrows) - 1), True], arrows, strict=True):
            edges.append(Edge(index[source], OUTSIDE if target is None else index[target]))
            rate = _rate(flow, model, values, source)
            fraction = getattr(flow, "fraction", None)
            rates.append(rate)
            yields.append(values[fraction] if fraction and last else np.ones_like(rate))
    return tuple(edges), np.stack(rates, axis=1), np.stack(yields, axis=1)


def _rate(flow: Flow, model: PopulationModel, values: Mapping[str, Floats], source: str) -> Floats:
    """1/h at which a flow takes drug out of ``source``: the equation behind each named form."""
    match flow:
        case Exchange() | Clearance():
            return values[flow.clearance] / _volume(model, values, source)
        case Transfer():
            return values[flow.rate]
        case Transit():
            return len(flow.through) / values[flow.mean_time]


def _volume(model: PopulationModel, values: Mapping[str, Floats], compartment: str) -> Floats:
    return values[model.compartments[compartment].volume or ""]


def _ancestors(graph: CompartmentGraph, targets: Sequence[int]) -> list[int]:
    """Compartments the targets depend on, themselves included, in the order of the graph."""
    found, frontier = set(targets), list(targets)
    while frontier:
        here = frontier.pop()
        sources = {edge.source for edge in graph.edges if edge.target == here} - found
        found |= sources
        frontier.extend(sources)
    return sorted(found)


def _reduced(graph: CompartmentGraph, keep: Sequence[int]) -> tuple[CompartmentGraph, list[int]]:
    """The graph of the kept compartments, and which edges stayed; drug for a dropped one leaves."""
    place = {old: new for new, old in enumerate(keep)}
    kept = [column for column, edge in enumerate(graph.edges) if edge.source in place]
    edges = (graph.edges[column] for column in kept)
    renamed = tuple(Edge(place[e.source], place.get(e.target, OUTSIDE), e.sensor) for e in edges)
    return CompartmentGraph(tuple(graph.names[old] for old in keep), renamed), kept


def _readout(
    model: PopulationModel, values: Mapping[str, Floats], wanted: Sequence[str], graph: CompartmentGraph
) -> Floats:
    """(1 + n_subjects, n_analytes, n) ng/mL per mg."""
    n_rows = next(iter(values.values())).size
    readout = np.zeros((n_rows, len(wanted), len(graph.names)))
    for row, name in enumerate(wanted):
        analyte = model.analytes[name]
        molar = MOLAR_MASS[analyte.substance] / MOLAR_MASS[analyte.counted_as]
        volume = _volume(model, values, analyte.compartment)
        readout[:, row, graph.index(analyte.compartment)] = convert(1.0, "mg/L", "ng/mL") * molar / volume
    return readout


def _inputs(entered: RouteInput, values: Mapping[str, Floats], kept: Sequence[str]) -> tuple[Input, ...]:
    """The entries that reach a kept compartment; absorption is at its typical value."""
    return tuple(
        Input(
            compartment=entry.into,
            fraction=float(values[entry.fraction][0]) if entry.fraction else 1.0,
            zero_order_h=float(values[entry.duration][0]) if entry.duration else None,
        )
        for entry in entered.entries
        if entry.into in kept
    )
