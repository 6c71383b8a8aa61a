"""A published study: its arms, what was measured in them, and how far to trust it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from reprieve.evidence.records.arm import Arm
from reprieve.evidence.records.condition import ConditionId
from reprieve.evidence.records.outcome import Outcome
from reprieve.evidence.records.record import Record

__all__ = ["Arm", "Outcome", "Role", "Study"]

#: ``evidence``: a forecast is set beside it. ``background``: it printed nothing that one could be set beside.
#: ``duplicate``: its patients are those of another study. ``withheld``: kept for the exam of the forecast.
Role = Literal["evidence", "background", "duplicate", "withheld"]


class Study(Record, frozen=True, kw_only=True):
    """A study of ketamine in chronic pain.

    Parameters
    ----------
    reference : key of the bibliography
    design : in one line; ``design_class`` is its kind
    population : who took part, where that is more than the condition
    headline : how long relief lasted in one sentence, with the number and its status; every study that is
        evidence has one
    n_total : patients; None where it was not read
    background : why no forecast is set beside it
    duplicate_of : the study whose patients these are; they are never counted twice
    withheld : its results are kept for the exam of the forecast, so the record has none
    flags : ids of the integrity records that name it; looked up, never written in its file
    """

    reference: str
    design_class: Literal["rct", "rct_crossover", "cohort", "case_series"]
    blinding: str
    risk_of_bias: Literal["low", "some", "high", "not judged"]
    risk_of_bias_reason: str
    condition: ConditionId
    arms: tuple[Arm, ...]
    n_total: int | None = None
    headline: str | None = None
    outcomes: tuple[Outcome, ...] = ()
    design: str | None = None
    population: str | None = None
    registry: str | None = None
    year: int | None = None
    note: str | None = None
    background: str | None = None
    duplicate_of: str | None = None
    withheld: bool = False
    flags: tuple[str, ...] = ()

    @property
    def role(self) -> Role:
        """What the study is good for."""
        if self.withheld:
            return "withheld"
        if self.duplicate_of:
            return "duplicate"
        return "background" if self.background else "evidence"

    @property
    def conditions(self) -> tuple[ConditionId, ...]:
        """Its condition, then those of arms with another."""
        return tuple(dict.fromkeys((self.condition, *(arm.condition for arm in self.arms if arm.condition))))

    def _faults(self) -> Iterator[str]:
        names = [arm.id for arm in self.arms]
        if len(set(names)) != len(names):
            yield "two arms have the same id"
        if not any(arm.role == "ketamine" for arm in self.arms):
            yield "no arm was given ketamine"
        for arm in self.arms:
            yield from arm.faults(self.n_total)
        treated = sum(arm.n or 0 for arm in self.arms)
        if self.design_class == "rct" and self.n_total is not None and treated > self.n_total:
            yield f"its parallel arms hold {treated} patients, more than the {self.n_total} of the study"
        yield from self._role_faults()
        # The table has a header and no blank lines, so the first number stands on line 2.
        for line, outcome in enumerate(self.outcomes, 2):
            for sentence in (*outcome.faults({arm.id: arm for arm in self.arms}), *self._conditioned_faults(outcome)):
                yield f"outcomes.csv, line {line}: {sentence}"

    def _conditioned_faults(self, outcome: Outcome) -> Iterator[str]:
        """A number among placebo non-responders that is of more people than those."""
        counted = outcome.denominator or outcome.n
        if not (outcome.usable and outcome.among == "placebo non-responders" and counted):
            return
        controls = {arm.id for arm in self.arms if arm.role in ("placebo", "active_placebo")}
        for control in self.outcomes:
            alike = control.kind == "proportion" and control.threshold == outcome.threshold
            if control.arm not in controls or not alike or control.events is None or control.denominator is None:
                continue
            left = control.denominator - control.events
            if counted > left:
                yield (
                    f"{outcome.measure} is among placebo non-responders and was measured in {counted}; {left} of "
                    f"{control.denominator} did not respond to placebo, so write that denominator, or say among whom "
                    f"it is"
                )

    def _role_faults(self) -> Iterator[str]:
        if sum(map(bool, (self.withheld, self.duplicate_of, self.background))) > 1:
            yield "it is more than one of withheld, duplicate_of and background; keep one"
        if self.withheld and (self.outcomes or any(arm.reported for arm in self.arms)):
            yield "it is withheld and has results; its outcomes and what was reported must be removed"
        if (self.risk_of_bias == "not judged") != self.withheld:
            yield "risk_of_bias is 'not judged' in withheld studies and in no others"
        if self.duplicate_of == self.id:
            yield "it is a duplicate of itself; name the study that has the same patients"
        if self.role != "evidence" and any(outcome.usable for outcome in self.outcomes):
            yield f"it is {self.role} and has a usable outcome; say usable: false with the reason, or make it evidence"
        if self.role == "evidence" and not (self.headline and self.n_total):
            yield "it is evidence and lacks a headline or n_total; write both"
