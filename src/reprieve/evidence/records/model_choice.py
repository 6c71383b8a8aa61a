"""Which published population models answer for which form, route and age, and why."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from reprieve.evidence.records.condition import Route
from reprieve.evidence.records.record import Record, RecordPart


class Member(RecordPart, frozen=True, kw_only=True):
    """One model of the ensemble that answers.

    Parameters
    ----------
    model : id of a population model
    reason : why this one, in a sentence a reader can check
    variability_from : id of the model whose between-subject variability is borrowed, when ``model`` has none
    borrowed : parameter of ``model`` to parameter of ``variability_from``
    """

    model: str
    reason: str
    variability_from: str | None = None
    borrowed: dict[str, str] = msgspec.field(default_factory=dict)


class ChoiceRule(RecordPart, frozen=True, kw_only=True):
    """One rule; the first that fits wins.

    Parameters
    ----------
    form : of the drug given
    routes : it speaks about; empty for every other route
    members : the models, the leading one first; each counts the same, because nothing published ranks them
    under_age : years; the rule is for younger patients only, and never for one whose age is not given
    """

    form: str
    routes: tuple[Route, ...]
    members: tuple[Member, ...]
    under_age: float | None = None


class ModelChoice(Record, frozen=True, kw_only=True):
    """The rules in order; ``principles`` say by what the models were chosen."""

    principles: tuple[str, ...]
    rules: tuple[ChoiceRule, ...]

    def _faults(self) -> Iterator[str]:
        for rule in self.rules:
            name = f"the rule for {rule.form} {'/'.join(rule.routes) or 'by every other route'}"
            if not rule.members:
                yield f"{name} has no model"
            models = [member.model for member in rule.members]
            if len(set(models)) < len(models):
                yield f"{name} names a model twice"
            for member in rule.members:
                if (member.variability_from is None) != (not member.borrowed):
                    yield f"{name}: {member.model} borrows without saying what, or the reverse"

    def rule_for(self, form: str, route: str, age: float | None = None) -> ChoiceRule | None:
        """The first rule for a form, route and age (years), or None."""
        for rule in self.rules:
            fits_age = rule.under_age is None or (age is not None and age < rule.under_age)
            if rule.form == form and (not rule.routes or route in rule.routes) and fits_age:
                return rule
        return None
