"""From a published model to arrays: graph, rate matrices, readout and inputs of many subjects at once.

Nothing is random here: the caller draws the deviations (:func:`between_subject` gives their covariance).
Inside: hours, milligrams, litres, kg, ng/mL.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from reprieve.errors import InputError, OutsideEvidence, UnknownName
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.evidence.records.structure import (
    Clearance,
    Exchange,
    Flow,
    RouteInput,
    SaturableClearance,
    Transfer,
    Transit,
)
from reprieve.exposure.built import (
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
from reprieve.exposure.changing import changing_covariates, covariates_at
from reprieve.exposure.individual import CovariateGiven, between_subject, individuals
from reprieve.exposure.varying import influences, per_mg, varying_rates
from reprieve.pkpd.compartments import OUTSIDE, CompartmentGraph, Edge
from reprieve.pkpd.steps import Steps
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
    weight_kg: ArrayLike | Steps | None,
    covariates: Mapping[str, CovariateGiven | Steps | None] | None = None,
    deviations: Mapping[str, Floats] | None = None,
    analytes: Sequence[str] | None = None,
    for_comparison: bool = False,
) -> BuiltModel:
    """Turn a record into the arrays of one or many subjects.

    Parameters
    ----------
    model : the published model
    weight_kg : () or (n_subjects,) kg, or steps of it; None when not known, which only some models can do without
    covariates : other covariates the caller knows (``age`` in years, ``race``, ``rifampicin``), one value or one per
        subject, or steps of a number; those the model does not use are left aside
    deviations : deviation of a parameter from its typical value on the scale it varies on, (n_subjects,); zero when
        absent
    analytes : keep only what these depend on; when not given, all that can be computed. Fewer compartments are faster
    for_comparison : run also a model that nobody should dose by

    Raises
    ------
    OutsideEvidence
        The model is incomplete, or is never for dosing.
    MissingDatum
        A covariate the model needs is not given.
    InputError
        A covariate that cannot be or cannot change, or covariates and deviations of different lengths.
    UnknownName
        An analyte, parameter, covariate or level the model does not have.
    """
    _refuse_unusable(model, for_comparison)
    for name in analytes or ():
        if name not in model.analytes:
            raise UnknownName(f"analyte of {model.id}", name, model.analytes)
    wanted = tuple(model.analytes if analytes is None else analytes)
    given = {**(covariates or {}), "weight": weight_kg}
    begins, *changes = changing_covariates(given)
    first, *later = (_build(model, covariates_at(given, time), deviations or {}, wanted) for time in (begins, *changes))
    for piece in later:
        if not _enter_alike(piece, first):
            raise InputError(
                f"A covariate of {model.id} that changes would change how doses enter it; give it one value."
            )
    return replace(first, later=tuple(zip(changes, later, strict=True)))


def _build(
    model: PopulationModel,
    given: Mapping[str, CovariateGiven | None],
    deviations: Mapping[str, Floats],
    wanted: tuple[str, ...],
) -> BuiltModel:
    """The arrays for covariates that stay the same."""
    people = individuals(model, given, deviations)
    values = people.values

    edges, rates, yields = _edges(model, values)
    graph = CompartmentGraph(tuple(model.compartments), edges)
    read_from = [graph.index(model.analytes[a].compartment) for a in (model.parent, *wanted)]
    graph, kept = _reduced(graph, graph.upstream(read_from, influences(model, graph)))
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
        varying=varying_rates(model, values, graph, rates, yields),
        note=" ".join(filter(None, (people.note, _not_for_dosing(model)))),
        refused={
            lack.route: f"{model.id} lacks the {lack.what}: {lack.reason}" for lack in model.missing if lack.route
        },
        infusion_only={route: e.infusion_only for route, e in model.inputs.items() if e.infusion_only},
    )


def _enter_alike(one: BuiltModel, other: BuiltModel) -> bool:
    """Whether a dose by any route enters both models in the same way."""
    return all(
        mine.compartment == theirs.compartment
        and np.array_equal(mine.fraction, theirs.fraction)
        and np.array_equal(_or_nan(mine.zero_order_h), _or_nan(theirs.zero_order_h), equal_nan=True)
        and np.array_equal(mine.mg(1.0), theirs.mg(1.0))
        for route, entries in one.inputs.items()
        for mine, theirs in zip(entries, other.inputs[route], strict=True)
    )


def _or_nan(hours: float | Floats | None) -> float | Floats:
    return np.nan if hours is None else hours


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
        case SaturableClearance():  # at low concentration
            return values[flow.vmax] * per_mg(model, values, source) / values[flow.km]
        case Transfer():
            return values[flow.rate]
        case Transit():
            return len(flow.through) / values[flow.mean_time]


def _volume(model: PopulationModel, values: Mapping[str, Floats], compartment: str) -> Floats:
    return values[model.compartments[compartment].volume or ""]


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
