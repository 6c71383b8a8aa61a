"""Which published population model answers for which form and route, and why."""

from __future__ import annotations

import msgspec

from reprieve.evidence.records.condition import Route
from reprieve.evidence.records.record import Part, Record


class ChoiceRule(Part, frozen=True, kw_only=True):
    """One rule; the first that fits wins.

    Parameters
    ----------
    form : of the drug given
    routes : it speaks about; empty for every other route
    model : id of a population model
    reason : why this one, in a sentence a reader can check
    variability_from : id of the model whose between-subject variability is borrowed, when ``model`` has none
    borrowed : parameter of ``model`` to parameter of ``variability_from``
    """

    form: str
    routes: tuple[Route, ...]
    model: str
    reason: str
    variability_from: str | None = None
    borrowed: dict[str, str] = msgspec.field(default_factory=dict)


class ModelChoice(Record, frozen=True, kw_only=True):
    """The rules in order."""

    rules: tuple[ChoiceRule, ...]

    def check(self) -> None:
        """A rule that borrows says what."""
        for rule in self.rules:
            if (rule.variability_from is None) != (not rule.borrowed):
                self.fail(
                    f"the rule for {rule.form} {'/'.join(rule.routes)} borrows without saying what, or the reverse"
                )

    def rule_for(self, form: str, route: str) -> ChoiceRule | None:
        """The first rule for a form and route, or None."""
        for rule in self.rules:
            if rule.form == form and (not rule.routes or route in rule.routes):
                return rule
        return None
