"""A published model as named equations, the same for every language it is written in.

What a record names (a flow, an effect, an input) becomes a formula here, independently of the rate matrices of
:mod:`reprieve.exposure.build`. House units: h, mg, L, kg, ng/mL.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reprieve.errors import InputError
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.export.flows import balances, entries, readouts
from reprieve.export.parameters import blocks, changing, covariates, individual, typical
from reprieve.export.parts import Assignment, Balance, Block, Entry, NamedNumber, Readout


@dataclass(frozen=True)
class Equations:
    """All of a model.

    Parameters
    ----------
    typical : printed values in house units, named ``TV`` and the parameter
    covariates : of the patient and of the dose, with the values of the export
    individual : parameters of one person, in an order in which each uses only what is above it
    changing : those that depend on the time since the first dose
    balances, entries, readouts : the compartments, the ways in, the concentrations
    blocks : between-subject variability of the logarithms
    routes : for every route, into which amounts a dose goes
    """

    typical: tuple[NamedNumber, ...]
    covariates: tuple[NamedNumber, ...]
    individual: tuple[Assignment, ...]
    changing: tuple[Assignment, ...]
    balances: tuple[Balance, ...]
    entries: tuple[Entry, ...]
    readouts: tuple[Readout, ...]
    blocks: tuple[Block, ...]
    routes: Mapping[str, tuple[str, ...]]


def equations(model: PopulationModel, given: Mapping[str, float | str]) -> Equations:
    """The equations of a complete record.

    Parameters
    ----------
    model : the record
    given : covariate to value or level, for those that shall not be at their reference

    Raises
    ------
    InputError
        The model has enzymes, which are not written.
    """
    if model.enzymes:
        raise InputError(
            f"{model.id} has enzymes that change while drug is there ({', '.join(model.enzymes)}); they are not "
            f"written in other languages. Run it in Reprieve; docs/explanation/nonlinear-models.md has the equations."
        )
    return Equations(
        typical=tuple(typical(model)),
        covariates=tuple(covariates(model, given)),
        individual=tuple(individual(model)),
        changing=tuple(changing(model)),
        balances=tuple(balances(model)),
        entries=tuple(entries(model)),
        readouts=tuple(readouts(model)),
        blocks=tuple(blocks(model)),
        routes={route: tuple(f"A_{e.into}" for e in entered.entries) for route, entered in model.inputs.items()},
    )
