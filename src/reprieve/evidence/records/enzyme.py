"""Enzymes whose activity changes while a drug is there, as data: named forms, no code.

An enzyme scales the parameters it stands behind. :mod:`reprieve.exposure.varying` builds the equations,
:mod:`reprieve.pkpd.nonlinear_rates` owns them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reprieve.evidence.records.faults import unknown
from reprieve.evidence.records.parameter import Parameter
from reprieve.evidence.records.record import RecordPart
from reprieve.evidence.records.structure import SCALED_ROLES, Compartment, Use


class EnzymeInduction(RecordPart, frozen=True, kw_only=True):
    """The enzyme is made ``1 + emax C/(ec50 + C)`` times as fast.

    C is the concentration in the compartment ``by`` (as the analyte that is read there, else amount over volume), or
    the constant concentration ``at`` of something from outside.
    """

    emax: str
    ec50: str
    by: str | None = None
    at: str | None = None

    def uses(self) -> tuple[Use, ...]:
        """Parameters and their roles."""
        return ((self.emax, "maximal effect"), (self.ec50, "concentration"), *_at(self.at))


class EnzymeInactivation(RecordPart, frozen=True, kw_only=True):
    """Mechanism-based: the enzyme is destroyed at ``kinact C/(ki + C)``; ``by`` and ``at`` as for induction."""

    kinact: str
    ki: str
    by: str | None = None
    at: str | None = None

    def uses(self) -> tuple[Use, ...]:
        """Parameters and their roles."""
        return ((self.kinact, "rate"), (self.ki, "concentration"), *_at(self.at))


class Inhibition(RecordPart, frozen=True, kw_only=True):
    """Reversible and competitive: ``1/(1 + C/ki)`` of a clearance, ``Km (1 + C/ki)`` where it is saturable."""

    ki: str
    by: str | None = None
    at: str | None = None

    def uses(self) -> tuple[Use, ...]:
        """Parameters and their roles."""
        return ((self.ki, "concentration"), *_at(self.at))


class Enzyme(RecordPart, frozen=True, kw_only=True):
    """What stands behind ``parameters`` (clearances, rates, greatest rates) and is induced, destroyed or inhibited.

    Its amount, 1 without drug, follows ``dE/dt = turnover (1 + induction) - (turnover + inactivation) E``.
    """

    parameters: tuple[str, ...]
    turnover: str | None = None
    induced: EnzymeInduction | None = None
    inactivated: EnzymeInactivation | None = None
    inhibited: tuple[Inhibition, ...] = ()

    @property
    def actions(self) -> tuple[EnzymeInduction | EnzymeInactivation | Inhibition, ...]:
        """All that acts on it."""
        alone = (self.induced, self.inactivated)
        return (*(action for action in alone if action is not None), *self.inhibited)

    def uses(self) -> tuple[Use, ...]:
        """Parameters and their roles; those it scales are used by their flows."""
        turnover: tuple[Use, ...] = ((self.turnover, "rate"),) if self.turnover else ()
        return (*turnover, *(use for action in self.actions for use in action.uses()))


def _at(name: str | None) -> tuple[Use, ...]:
    return ((name, "concentration"),) if name else ()


def enzyme_faults(
    enzymes: Mapping[str, Enzyme],
    compartments: Mapping[str, Compartment],
    parameters: Mapping[str, Parameter],
    uses: tuple[Use, ...],
) -> Iterator[str]:
    """Sentences about enzymes that name what is not there, lack what they need, or share a parameter."""
    behind: dict[str, str] = {}
    for name, enzyme in enzymes.items():
        yield from unknown("parameter", enzyme.parameters, parameters, f"the enzyme {name}")
        if not enzyme.parameters or not enzyme.actions:
            yield f"the enzyme {name} needs parameters that it stands behind, and something that acts on it"
        if bool(enzyme.turnover) != bool(enzyme.induced or enzyme.inactivated):
            yield f"the enzyme {name} needs a turnover where it is induced or inactivated, and only there"
        for parameter in enzyme.parameters:
            yield from scaled_faults(parameter, f"the enzyme {name}", parameters, uses)
            if parameter in behind:
                yield f"{behind[parameter]} and {name} both stand behind {parameter}; give each a clearance of its own"
            behind[parameter] = name
        for action in enzyme.actions:
            said = f"the {type(action).__name__.lower()} of {name}"
            if (action.by is None) == (action.at is None):
                yield f"{said} needs the compartment it is driven by, or a concentration at; one of both"
            elif action.by is not None:
                yield from unknown("compartment", [action.by], compartments, said)
                if compartments[action.by].volume is None:
                    yield f"{said} is driven by {action.by}, which has no volume; give it one"


def scaled_faults(name: str, by: str, parameters: Mapping[str, Parameter], uses: tuple[Use, ...]) -> Iterator[str]:
    """Sentences about a parameter that cannot change during a run: only what sets how fast drug moves can."""
    if parameters[name].same_as:
        yield f"{name} is shared with {parameters[name].same_as}; give it to that one ({by})"
    sharing = {name, *(other for other, parameter in parameters.items() if parameter.same_as == name)}
    for role in sorted({role for used, role in uses if used in sharing} - SCALED_ROLES):
        yield f"{by} changes {name}, which is used as a {role}; only a clearance, a rate or a greatest rate can change"
