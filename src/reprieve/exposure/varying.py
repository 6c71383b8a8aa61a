"""The rates of a published model that do not stay the same: saturable ones, enzymes, and what changes with time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.evidence.records.covariate import TimeEffect
from reprieve.evidence.records.enzyme import EnzymeInactivation, EnzymeInduction, Inhibition
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.evidence.records.structure import Flow, SaturableClearance
from reprieve.pkpd.compartments import OUTSIDE, CompartmentGraph
from reprieve.pkpd.nonlinear_rates import (
    Binding,
    Driver,
    EnzymePool,
    Inactivation,
    Induction,
    NonlinearRates,
    Saturation,
    TimeTrend,
    VaryingFlow,
)
from reprieve.pkpd.steps import Steps
from reprieve.units import MOLAR_MASS, convert

Floats = NDArray[np.float64]


def per_mg(model: PopulationModel, values: Mapping[str, Floats], compartment: str) -> Floats:
    """ng/mL per mg in a compartment: as the analyte that is read there, else of the amounts as they are counted."""
    molar = next(
        (
            MOLAR_MASS[read.substance] / MOLAR_MASS[read.counted_as]
            for read in model.analytes.values()
            if read.compartment == compartment
        ),
        1.0,
    )
    return np.asarray(convert(1.0, "mg/L", "ng/mL") * molar / values[model.compartments[compartment].volume or ""])


def influences(model: PopulationModel, graph: CompartmentGraph) -> list[tuple[int, int]]:
    """Which compartments act on flows out of which, as (acting, source of the flow)."""
    return [
        (graph.index(action.by), graph.index(source))
        for enzyme in model.enzymes.values()
        for action in enzyme.actions
        if action.by is not None
        for flow in model.flows
        if _scaled_by(model, flow) in enzyme.parameters
        for source, _ in flow.arrows()
    ]


def varying_rates(
    model: PopulationModel,
    values: Mapping[str, Floats],
    graph: CompartmentGraph,
    rates: Floats,
    yields: Floats,
) -> NonlinearRates | None:
    """What varies in the compartments of a graph; None where all its rates stay the same.

    Parameters
    ----------
    model : the record
    values : parameter to (1 + n_subjects,); the first row is left out
    graph : the compartments that are kept
    rates, yields : (1 + n_subjects, n_edges) of all flows of the model, kept or not
    """
    varying = [
        _Kept(flow, _scaled_by(model, flow), source, VaryingFlow(
            graph.index(source), graph.index(target) if target in graph.names else OUTSIDE,
            rates[1:, column], yields[1:, column],
        ))
        for column, (flow, source, target) in enumerate(
            (flow, source, target) for flow in model.flows for source, target in flow.arrows()
        )
        if source in graph.names and _varies(model, flow)
    ]  # fmt: skip
    if not varying:
        return None
    own = {name: rows[1:] for name, rows in values.items()}
    return NonlinearRates(
        tuple(one.flow for one in varying),
        tuple(_saturations(model, own, graph, varying)),
        tuple(_pools(model, own, graph, varying)),
        tuple(_trends(model, varying)),
    )


@dataclass(frozen=True, eq=False)
class _Kept:
    """A flow that varies: its record, the parameter that scales it, where it comes from, and what the engine gets."""

    record: Flow
    parameter: str
    source: str
    flow: VaryingFlow


def _scaled_by(model: PopulationModel, flow: Flow) -> str:
    """The parameter that sets how fast a flow is; the original where it is shared."""
    name = flow.uses()[0][0]
    return model.parameters[name].same_as or name


def _varies(model: PopulationModel, flow: Flow) -> bool:
    behind = {name for enzyme in model.enzymes.values() for name in enzyme.parameters} | model.time_varying()
    return isinstance(flow, SaturableClearance) or _scaled_by(model, flow) in behind


def _driver(
    model: PopulationModel, values: Mapping[str, Floats], graph: CompartmentGraph,
    action: EnzymeInduction | EnzymeInactivation | Inhibition,
) -> Driver:  # fmt: skip
    if action.by is not None:
        return _of_compartment(model, values, graph, action.by)
    given = values[action.at or ""]
    return Driver(np.zeros((given.size, len(graph.names))), Steps(np.zeros(1), given[:, None]))


def _of_compartment(model: PopulationModel, values: Mapping[str, Floats], graph: CompartmentGraph, name: str) -> Driver:
    concentration = per_mg(model, values, name)
    matrix = np.zeros((concentration.size, len(graph.names)))
    matrix[:, graph.index(name)] = concentration
    return Driver(matrix)


def _saturations(
    model: PopulationModel, values: Mapping[str, Floats], graph: CompartmentGraph, varying: Sequence[_Kept]
) -> Iterator[Saturation]:
    for position, one in enumerate(varying):
        occupants = []
        if isinstance(one.record, SaturableClearance):
            occupants.append(Binding(_of_compartment(model, values, graph, one.source), values[one.record.km]))
        for enzyme in model.enzymes.values():
            if one.parameter in enzyme.parameters:
                occupants += [Binding(_driver(model, values, graph, i), values[i.ki]) for i in enzyme.inhibited]
        if occupants:
            yield Saturation((position,), tuple(occupants))


def _pools(
    model: PopulationModel, values: Mapping[str, Floats], graph: CompartmentGraph, varying: Sequence[_Kept]
) -> Iterator[EnzymePool]:
    for enzyme in model.enzymes.values():
        flows = tuple(i for i, one in enumerate(varying) if one.parameter in enzyme.parameters)
        if enzyme.turnover is None or not flows:
            continue
        made, lost = enzyme.induced, enzyme.inactivated
        induction = inactivation = None
        if made is not None:
            induction = Induction(_driver(model, values, graph, made), values[made.emax], values[made.ec50])
        if lost is not None:
            inactivation = Inactivation(_driver(model, values, graph, lost), values[lost.kinact], values[lost.ki])
        yield EnzymePool(flows, values[enzyme.turnover], induction, inactivation)


def _trends(model: PopulationModel, varying: Sequence[_Kept]) -> Iterator[TimeTrend]:
    for effect in model.effects:
        if isinstance(effect, TimeEffect):
            flows = tuple(i for i, one in enumerate(varying) if one.parameter in effect.parameters)
            if flows:
                yield TimeTrend(flows, np.full(varying[0].flow.rate.size, effect.slope))
