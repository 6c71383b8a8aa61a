"""A published model as arrays, and what can be done with them: give doses, follow an effect site.

Inside: hours, milligrams, litres, ng/mL.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from reprieve.errors import InputError, OutsideEvidence, UnknownName
from reprieve.pkpd.compartments import CompartmentGraph
from reprieve.pkpd.nonlinear_rates import NonlinearRates

Floats = NDArray[np.float64]

#: (time h, position of the compartment, amount mg, duration h); zero duration is a bolus
CompartmentDose: TypeAlias = tuple[float, int, float, float]


@dataclass(frozen=True)
class SprayShare:
    """Which part of a dose of sprays an entry gets, by :class:`~reprieve.evidence.records.structure.Sprays`."""

    mg_each: float
    first: float
    later: float
    swallowed: bool

    def of(self, mg: float) -> float:
        """Share of a dose of ``mg``: absorbed where it lands, or swallowed."""
        sprays = max(1.0, mg / self.mg_each)
        absorbed = self.first * (1 + (sprays - 1) * self.later) / sprays
        return 1 - absorbed if self.swallowed else absorbed


@dataclass(frozen=True)
class Input:
    """Where a share of a dose enters.

    Parameters
    ----------
    compartment : name of the compartment it enters
    fraction : share of the dose, or of the ``sprays`` share of it
    zero_order_h : h over which it enters, whatever the duration of the dose; None when the dose's own counts
    sprays : how the share depends on the dose; None when it does not
    """

    compartment: str
    fraction: float
    zero_order_h: float | None = None
    sprays: SprayShare | None = None

    def mg(self, dose_mg: float) -> float:
        """What enters of a dose, mg."""
        return dose_mg * self.fraction * (self.sprays.of(dose_mg) if self.sprays else 1.0)


@dataclass(frozen=True)
class BuiltModel:
    """A published model as arrays.

    Parameters
    ----------
    graph : n compartments and the flows between them
    rate_matrix : (n_subjects, n, n) 1/h, ``dx/dt = K x`` for amounts x in mg; rates that vary as they are at low
        concentration, with enzymes at their baseline, before the first dose
    readout : (n_subjects, n_analytes, n) ng/mL per mg in each compartment
    analytes : what the rows of the readout are
    central : the compartment the parent drug is read from
    inputs : route to the entries of a dose by it
    typical_matrix : (n, n) 1/h, the subject at the reference weight without deviations
    note : what is approximate about it or taken for granted; empty when everything is as published and given
    refused : route to the sentence why neither the model nor an approximation answers for it
    infusion_only : route to the reason why a dose given at once cannot be computed
    varying : rates that depend on concentrations, enzymes or time; None where all stay the same
    later : (h, model) from which time on another covariate makes it another
    """

    graph: CompartmentGraph
    rate_matrix: Floats
    readout: Floats
    analytes: tuple[str, ...]
    central: str
    inputs: Mapping[str, tuple[Input, ...]]
    typical_matrix: Floats
    note: str = ""
    refused: Mapping[str, str] = field(default_factory=dict)
    infusion_only: Mapping[str, str] = field(default_factory=dict)
    varying: NonlinearRates | None = None
    later: tuple[tuple[float, BuiltModel], ...] = ()

    @property
    def n_subjects(self) -> int:
        """How many subjects the arrays hold."""
        return int(self.rate_matrix.shape[0])

    @property
    def parent_varies(self) -> bool:
        """Whether the parent drug depends on a rate that varies or changes."""
        above = self.graph.upstream([self.graph.index(self.central)])
        return bool(self.later) or (self.varying is not None and any(f.source in above for f in self.varying.flows))

    def require_constant_rates(self, what: str) -> None:
        """Refuse what only has an answer where the rates of the parent drug stay the same.

        Raises
        ------
        OutsideEvidence
            They do not.
        """
        if self.parent_varies:
            raise OutsideEvidence(
                f"The {what} of a model is found by algebra on rates that stay the same; in this one they depend on "
                f"concentration or time. Ask for concentrations instead."
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
        The parent drug is not among the analytes the model was built with, or a covariate changes.
    """
    if built.later:
        raise InputError("An effect site needs covariates that stay the same; give one value of each.")
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
    OutsideEvidence
        It is known to lack what the route needs, or cannot compute a dose given at once.
    """
    if route in built.refused:
        raise OutsideEvidence(f"{built.refused[route]}. Choose another model or route.")
    if route in built.infusion_only and duration_h == 0:
        raise OutsideEvidence(f"{built.infusion_only[route]}. Give the dose over a time, or choose another model.")
    if route not in built.inputs:
        raise UnknownName("route of this model", route, built.inputs)
    return tuple(
        (
            start_h,
            built.graph.index(entry.compartment),
            entry.mg(mg),
            duration_h if entry.zero_order_h is None else entry.zero_order_h,
        )
        for entry in built.inputs[route]
    )
