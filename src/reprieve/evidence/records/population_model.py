"""A published population pharmacokinetic model as one paper reports it: plain data that checks itself.

Amounts are milligrams in every compartment. What is printed is stored (variances or percentages, per-70-kg values
with their exponent, rate constants as rate constants); everything else is computed in :mod:`reprieve.exposure.build`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from reprieve.evidence.records.covariate import Covariate, Effect, TimeEffect, covariate_faults, effect_faults
from reprieve.evidence.records.enzyme import Enzyme, enzyme_faults, scaled_faults
from reprieve.evidence.records.faults import unknown
from reprieve.evidence.records.model_check import Check, check_faults
from reprieve.evidence.records.parameter import Parameter, parameter_faults, use_faults
from reprieve.evidence.records.participants import Missing, Participants, Quoted, Signature, participants_faults
from reprieve.evidence.records.record import Record, Status
from reprieve.evidence.records.structure import (
    Analyte,
    Arrow,
    Compartment,
    Flow,
    RouteInput,
    Use,
    reachable,
    structure_faults,
)
from reprieve.evidence.records.variability import (
    BetweenOccasion,
    BetweenSubject,
    ResidualError,
    Scale,
    between_occasion_faults,
    between_subject_faults,
    residual_faults,
)
from reprieve.regimen.forms import FORMS

#: ``complete``: typical values and between-subject variability. ``incomplete``: it cannot be run.
Completeness = Literal["complete", "typical values only", "incomplete"]


class PopulationModel(Record, frozen=True, kw_only=True):
    """One published model, one file.

    An incomplete model keeps what was printed in ``quoted`` and has no structure; ``missing`` says what is not
    there, also where only a part of a complete one is not. ``never_for_dosing`` says why nobody should dose by it.
    """

    completeness: Completeness
    source: str
    sources_read: tuple[str, ...]
    evidence_level: str
    population: Participants
    forms: tuple[str, ...]
    dose_basis: Literal["base", "not seen"]
    sampling: Literal["arterial", "venous", "mixed", "not seen"]
    sampling_note: str
    matrix: Literal["plasma", "serum", "blood", "not seen"]
    parent: str
    transcribed: Signature
    checked: Signature
    forms_status: Status = "seen"
    sampling_status: Status = "seen"
    described: str | None = None
    missing: tuple[Missing, ...] = ()
    never_for_dosing: str | None = None
    quoted: dict[str, Quoted] = msgspec.field(default_factory=dict)
    analytes: dict[str, Analyte] = msgspec.field(default_factory=dict)
    compartments: dict[str, Compartment] = msgspec.field(default_factory=dict)
    flows: tuple[Flow, ...] = ()
    inputs: dict[str, RouteInput] = msgspec.field(default_factory=dict)
    parameters: dict[str, Parameter] = msgspec.field(default_factory=dict)
    covariates: dict[str, Covariate] = msgspec.field(default_factory=dict)
    effects: tuple[Effect, ...] = ()
    enzymes: dict[str, Enzyme] = msgspec.field(default_factory=dict)
    between_subject: BetweenSubject = msgspec.field(default_factory=lambda: BetweenSubject(scale="log"))
    between_occasion: BetweenOccasion | None = None
    residual_error: dict[str, ResidualError] = msgspec.field(default_factory=dict)
    residual_error_note: str | None = None
    checks: tuple[Check, ...] = ()
    no_independent_check: str | None = None
    notes: tuple[str, ...] = ()

    def citations(self) -> tuple[str, ...]:
        """Keys of the bibliography this record rests on."""
        return (self.source, *(check.source for check in self.checks if check.source))

    def arrows(self) -> tuple[Arrow, ...]:
        """Every way drug can move, as (from, to)."""
        return tuple(arrow for flow in self.flows for arrow in flow.arrows())

    @property
    def central(self) -> str:
        """The compartment the parent analyte is read from."""
        return self.analytes[self.parent].compartment

    def uses(self) -> tuple[Use, ...]:
        """Every use of a parameter, as (parameter, role)."""
        by_flow = (use for flow in self.flows for use in flow.uses())
        by_volume = ((place.volume, "volume") for place in self.compartments.values() if place.volume)
        by_input = (use for entered in self.inputs.values() for use in entered.uses())
        by_enzyme = (use for enzyme in self.enzymes.values() for use in enzyme.uses())
        return (*by_flow, *by_volume, *by_input, *by_enzyme)

    def dividing_parameters(self) -> frozenset[str]:
        """Parameters that say how a dose is divided between its entries."""
        sprays = [entered.sprays for entered in self.inputs.values() if entered.sprays]
        return frozenset(name for divided in sprays for name, _ in divided.uses())

    def scale_of(self, name: str) -> Scale:
        """The scale of a parameter's deviation: as it varies here, log where it does not."""
        varying = (self.between_subject, self.between_occasion or BetweenOccasion())
        return next((scale for each in varying if (scale := each.scale_of(name))), "log")

    def time_varying(self) -> frozenset[str]:
        """Parameters that change with the time since the first dose."""
        return frozenset(
            name for effect in self.effects if isinstance(effect, TimeEffect) for name in effect.parameters
        )

    def _faults(self) -> Iterator[str]:
        yield from unknown("form", self.forms, FORMS, "forms")
        yield from participants_faults(self.population)
        yield from self._completeness_faults()
        if self.completeness == "incomplete":
            return
        yield from unknown("analyte", [self.parent], self.analytes, "parent")
        yield from structure_faults(self.compartments, self.flows, self.inputs, self.analytes)
        yield from parameter_faults(self.parameters)
        yield from enzyme_faults(self.enzymes, self.compartments, self.parameters, self.uses())
        yield from use_faults(self.uses(), self.parameters)
        yield from self._fraction_faults()
        yield from covariate_faults(self.covariates, self.population)
        yield from effect_faults(self.effects, self.covariates, self.parameters)
        for name in sorted(self.time_varying()):
            yield from scaled_faults(name, "the time since the first dose", self.parameters, self.uses())
        people, shares = self.between_subject, self.dividing_parameters()
        yield from between_subject_faults(people, self.parameters, shares)
        if self.between_occasion:
            yield from between_occasion_faults(self.between_occasion, people, self.parameters, shares)
        yield from residual_faults(self.residual_error, self.residual_error_note, self.analytes)
        yield from check_faults(self.checks, self.inputs, self.analytes, self.covariates)
        independent = any(check.origin != "computed" for check in self.checks)
        if independent == (self.no_independent_check is not None):
            yield (
                "no check is independent of its own parameters; add one, or say in no_independent_check why there is "
                "none (and only then)"
            )

    def _completeness_faults(self) -> Iterator[str]:
        parts = ("analytes", "compartments", "flows", "inputs", "parameters")
        given = [part for part in parts if getattr(self, part)]
        for entry in self.missing:
            if not entry.what.strip() or not entry.reason.strip():
                yield "an entry of missing needs both what is missing and the reason"
            if entry.route is not None and entry.route in self.inputs:
                yield f"the route {entry.route} has an input and is called missing; keep one"
        if self.completeness == "incomplete":
            if not self.missing:
                yield "it is incomplete and missing is empty; say what is missing and why"
            if given or self.checks:
                yield f"it is incomplete and has {', '.join(given or ['checks'])}; move what was printed to quoted"
            return
        for part in parts:
            if part not in given:
                yield f"it is {self.completeness} and has no {part}; add them, or call it incomplete"
        varies = bool(self.between_subject.variances())
        if varies != (self.completeness == "complete"):
            yield (
                f"it is {self.completeness} and has {'a' if varies else 'no'} between-subject variability; "
                f"complete means typical values and variability"
            )

    def _fraction_faults(self) -> Iterator[str]:
        above = {n for n, role in self.uses() if role == "fraction" and (self.parameters[n].value or 0) > 1}
        in_flows = {name for flow in self.flows for name, role in flow.uses() if role == "fraction"}
        for name in above:
            value = self.parameters[name].value
            if self.parameters[name].above_one is None:
                yield f"the fraction {name} is {value:g}, above 1; correct it, or say why in above_one"
            if name in in_flows:
                yield f"the fraction {name} is {value:g}: a flow cannot bring more than it takes"
        for route, entered in self.inputs.items():
            for entry in entered.entries:
                if entry.fraction in above and self.central in reachable(self.arrows(), entry.into):
                    yield (
                        f"{entry.fraction} exceeds 1 and the {route} input into {entry.into} reaches "
                        f"{self.central}: more parent drug would arrive than was given"
                    )
