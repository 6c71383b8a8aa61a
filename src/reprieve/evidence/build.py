"""From a published model to arrays: graph, rate matrices, readout and inputs of many subjects at once.

Nothing is random here: the caller draws the deviations (:func:`between_subject` gives their covariance).
Inside: hours, milligrams, litres, kg, ng/mL.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from reprieve.errors import OutsideEvidence, UnknownName
from reprieve.evidence.built import (
    BuiltModel,
    CompartmentDose,
    Floats,
    Input,
    PerSubject,
    SprayShare,
    add_effect_site,
    compartment_doses,
    felt_concentration,
    individual_doses,
)
from reprieve.evidence.individual import CovariateGiven, between_subject, individuals
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.evidence.records.structure import Clearance, Exchange, Flow, RouteInput, Transfer, Transit
from reprieve.pkpd.compartments import OUTSIDE, CompartmentGraph, Edge
from reprieve.units import MOLAR_MASS, convert

__all__ = [
    "BuiltModel",
    "CompartmentDose",
    "Floats",
    "Input",
    "add_effect_site",
    "between_subject",
    "build",
    "compartment_doses",
    "felt_concentration",
    "individual_doses",
]


def build(
    model: PopulationModel,
    *,
    weight_kg: ArrayLike | None,
    covariates: Mapping[str, CovariateGiven | None] | None = None,
    deviations: Mapping[str, Floats] | None = None,
    analytes: Sequence[str] | None = None,
    for_comparison: bool = False,
) -> BuiltModel:
    """Turn a record into the arrays of one or many subjects.

    Parameters
    ----------
    model : the published model
    weight_kg : () or (n_subjects,) kg; None when not known, which only some models can do without
    covariates : other covariates the caller knows (``age`` in years, ``race``, ``rifampicin``), one value or one per
        subject; those the model does not use are left aside
    deviations : deviation of a parameter from its typical value on the scale it varies on, (n_subjects,); zero when
        absent
    analytes : keep only what these depend on; when not given, all that can be computed. Fewer compartments are faster
    for_comparison : run also a model that nobody should dose by

    Raises
    ------
    OutsideEvidence
        The model is incomplete, is never for dosing, or the analyte depends on a rate that changes with time.
    MissingDatum
        A covariate the model needs is not given.
    InputError
        A covariate that cannot be, or covariates and deviations of different lengths.
    UnknownName
        An analyte, parameter, covariate or level the model does not have.
    """
    _refuse_unusable(model, for_comparison)
    for name in analytes or ():
        if name not in model.analytes:
            raise UnknownName(f"analyte of {model.id}", name, model.analytes)
    people = individuals(model, {**(covariates or {}), "weight": weight_kg}, deviations or {})
    values = people.values

    edges, rates, yields = _edges(model, values)
    graph = CompartmentGraph(tuple(model.compartments), edges)
    wanted, left_out = _computable(model, graph, analytes)
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
        note=" ".join(filter(None, (people.note, left_out, _not_for_dosing(model)))),
        refused={
            lack.route: f"{model.id} lacks the {lack.what}: {lack.reason}" for lack in model.missing if lack.route
        },
        infusion_only={route: e.infusion_only for route, e in model.inputs.items() if e.infusion_only},
    )


def _refuse_unusable(model: PopulationModel, for_comparison: bool) -> None:
    if model.completeness == "incomplete":
        missing = "; ".join(f"{lack.what} ({lack.reason})" for lack in model.missing)
        raise OutsideEvidence(
            f"{model.id} is incomplete and cannot be run; missing: {missing}. Choose a model that is complete."
        )
    if model.never_for_dosing and not for_comparison:
        raise OutsideEvidence(f"{_not_for_dosing(model)} Choose another model.")


def _not_for_dosing(model: PopulationModel) -> str:
    return f"{model.id} is never for dosing: {model.never_for_dosing}." if model.never_for_dosing else ""


def _computable(
    model: PopulationModel, graph: CompartmentGraph, asked: Sequence[str] | None
) -> tuple[tuple[str, ...], str]:
    """The analytes to compute, and a sentence about those left out of an answer that asked for all."""
    varying = model.time_varying()
    by_flow = {flow.arrows()[0][0] for flow in model.flows for name, _ in flow.uses() if name in varying}
    changing = by_flow | {name for name, place in model.compartments.items() if place.volume in varying}
    above = {
        analyte: {graph.names[i] for i in _ancestors(graph, [graph.index(read.compartment)])}
        for analyte, read in model.analytes.items()
    }
    barred = [analyte for analyte in model.analytes if above[analyte] & changing]
    if not barred:
        return tuple(asked if asked is not None else model.analytes), ""
    says = (
        f"{' and '.join(barred)} of {model.id} cannot be computed: {', '.join(sorted(varying))} changes with the time "
        f"since the first dose, and only rates that stay the same can be run."
    )
    if asked is None:
        return tuple(a for a in model.analytes if a not in barred), says
    if set(asked) & set(barred):
        raise OutsideEvidence(f"{says} Ask for {', '.join(a for a in model.analytes if a not in barred)}.")
    return tuple(asked), ""


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
    """The entries that reach a kept compartment."""

    def of(name: str) -> PerSubject:
        subjects = values[name][1:]
        return float(subjects[0]) if np.all(subjects == subjects[0]) else subjects

    sprays = entered.sprays
    return tuple(
        Input(
            compartment=entry.into,
            fraction=of(entry.fraction) if entry.fraction else 1.0,
            zero_order_h=of(entry.duration) if entry.duration else None,
            sprays=SprayShare(sprays.mg_each, of(sprays.first), of(sprays.later), swallowed=entry.share == "swallowed")
            if sprays
            else None,
        )
        for entry in entered.entries
        if entry.into in kept
    )
