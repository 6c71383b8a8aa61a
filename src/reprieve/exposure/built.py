"""A published model as arrays, and what can be done with them: give doses, follow an effect site.

Inside: hours, milligrams, litres, ng/mL.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reprieve.errors import InputError, OutsideEvidence, UnknownName
from reprieve.pkpd.compartments import CompartmentGraph
from reprieve.pkpd.individual_dose import IndividualDose
from reprieve.pkpd.nonlinear_rates import NonlinearRates

Floats = NDArray[np.float64]

#: (time h, position of the compartment, amount mg, duration h); zero duration is a bolus
CompartmentDose: TypeAlias = tuple[float, int, float, float]
#: One number for all subjects, or (n_subjects,).
PerSubject: TypeAlias = "float | Floats"


@dataclass(frozen=True)
class SprayShare:
    """Which part of a dose of sprays an entry gets, by :class:`~reprieve.evidence.records.structure.Sprays`."""

    mg_each: float
    first: PerSubject
    later: PerSubject
    swallowed: bool

    def of(self, mg: PerSubject) -> PerSubject:
        """Share of a dose of ``mg``: absorbed where it lands, or swallowed."""
        sprays = np.maximum(1.0, mg / self.mg_each)
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
    fraction: PerSubject
    zero_order_h: PerSubject | None = None
    sprays: SprayShare | None = None

    def mg(self, dose_mg: PerSubject) -> PerSubject:
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


def add_effect_site(
    built: BuiltModel, *, ke0: float, strengths: Mapping[str, ArrayLike] | None = None, name: str = "effect"
) -> BuiltModel:
    """The model with an effect site that follows the parent's concentration; it becomes the last analyte.

    Parameters
    ----------
    built : the model
    ke0 : 1/h, equilibration rate
    strengths : analyte to how much a ng/mL of it counts, () or (n_subjects,); the parent once when not given
    name : of the new compartment and of the new analyte

    Raises
    ------
    InputError
        An analyte that counts is not among those the model was built with, or a covariate changes.
    """
    if built.later:
        raise InputError("An effect site needs covariates that stay the same; give one value of each.")
    felt = felt_concentration(built, strengths)
    n = len(built.graph.names)
    sources = (built.graph.names[i] for i in np.flatnonzero(np.any(felt != 0, axis=0)))

    def grown(matrix: Floats, row: Floats) -> Floats:
        larger: Floats = np.zeros((*row.shape[:-1], n + 1, n + 1))
        larger[..., :n, :n] = matrix
        larger[..., n, :n], larger[..., n, n] = ke0 * row, -ke0
        return larger

    # The site holds no drug: its state is the concentration itself.
    readout = np.zeros((felt.shape[0], len(built.analytes) + 1, n + 1))
    readout[:, :-1, :-1], readout[:, -1, n] = built.readout, 1.0
    return replace(
        built,
        graph=built.graph.with_effect_site(*sources, name=name),
        rate_matrix=grown(built.rate_matrix, felt),
        readout=readout,
        typical_matrix=grown(built.typical_matrix, felt[0]),
        analytes=(*built.analytes, name),
    )


def felt_concentration(built: BuiltModel, strengths: Mapping[str, ArrayLike] | None = None) -> Floats:
    """(n_subjects, n) ng/mL of parent equivalents per mg in each compartment, by how much each analyte counts.

    Raises
    ------
    InputError
        An analyte that counts is not among those the model was built with.
    """
    if strengths is None:
        parent = [a for row, a in enumerate(built.analytes) if built.readout[0, row, built.graph.index(built.central)]]
        strengths = {parent[0]: 1.0} if parent else {"parent": 1.0}
    if missing := [analyte for analyte in strengths if analyte not in built.analytes]:
        raise InputError(
            f"An effect follows the parent drug; build the model with the parent among analytes ({missing[0]} is not)."
        )
    felt = np.zeros((1, len(built.graph.names)))
    for analyte, strength in strengths.items():
        counted = np.asarray(strength, dtype=float).reshape(-1, 1)
        felt = felt + counted * built.readout[:, built.analytes.index(analyte)]
    return np.broadcast_to(felt, (max(len(felt), built.n_subjects), felt.shape[1]))


def individual_doses(
    built: BuiltModel, *, route: str, mg: PerSubject, start_h: float = 0.0, duration_h: float = 0.0
) -> tuple[IndividualDose, ...]:
    """One administration as doses into compartments, which may differ between subjects in amount and duration.

    Parameters
    ----------
    built : the model
    route : how it is given
    mg : base, one number or one per subject
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
        IndividualDose(
            start_h,
            built.graph.index(entry.compartment),
            entry.mg(mg),
            duration_h if entry.zero_order_h is None else entry.zero_order_h,
        )
        for entry in built.inputs[route]
    )


def compartment_doses(
    built: BuiltModel, *, route: str, mg: float, start_h: float = 0.0, duration_h: float = 0.0
) -> tuple[CompartmentDose, ...]:
    """One administration as doses into compartments, the same for all subjects; else as :func:`individual_doses`.

    Raises
    ------
    InputError
        What enters, or for how long, differs between the subjects.
    """
    given = individual_doses(built, route=route, mg=mg, start_h=start_h, duration_h=duration_h)
    if any(dose.differs for dose in given):
        raise InputError(
            f"What enters by the route {route} differs between these subjects; take individual_doses and "
            f"simulate_individually instead."
        )
    return tuple((d.time_h, d.compartment, float(np.max(d.amount)), float(np.max(d.duration_h))) for d in given)
