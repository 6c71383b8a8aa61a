"""What effects can be regressed on: the hours of infusion, the dose, the condition.

A moderator turns effects into the columns of a regression. Amounts enter by their logarithm; categories as 0 and 1,
one column for each but the reference, so that a coefficient is the difference from the reference.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reprieve.errors import UnknownName
from reprieve.inference.controlled_comparisons import Effect

#: Logarithms nearer than this are the same amount, computed by different sums.
_SAME = 1e-9


@dataclass(frozen=True)
class Amount:
    """A moderator that is a number above zero.

    Parameters
    ----------
    id, name : as asked for, and in a sentence
    short, unit : in "each doubling of the dose, here 0.3 to 0.4 mg/kg"
    axis : label of its axis
    of : its value for an effect; None or 0 where there is none
    """

    id: str
    name: str
    short: str
    unit: str
    axis: str
    of: Callable[[Effect], float | None]

    def known(self, effects: Sequence[Effect]) -> tuple[Effect, ...]:
        """The effects that have it."""
        return tuple(effect for effect in effects if self.of(effect))

    def places(self, effects: Sequence[Effect]) -> list[float]:
        """Logarithms of the amounts of effects that have it."""
        return [math.log(self.of(effect) or math.nan) for effect in effects]

    def columns(self, effects: Sequence[Effect]) -> dict[str, list[float]]:
        """Columns of the regression by name; none where all effects are alike."""
        places = self.places(effects)
        alike = not places or max(places) - min(places) < _SAME
        return {} if alike else {f"log {self.name}": places}


@dataclass(frozen=True)
class Category:
    """A moderator that is a word; parameters as of :class:`Amount`."""

    id: str
    name: str
    axis: str
    of: Callable[[Effect], str]

    def known(self, effects: Sequence[Effect]) -> tuple[Effect, ...]:
        """The effects that have it: all."""
        return tuple(effects)

    def levels(self, effects: Sequence[Effect]) -> tuple[str, ...]:
        """Categories from the most frequent, the reference, on; equally frequent ones by name."""
        found = Counter(self.of(effect) for effect in effects)
        return tuple(sorted(found, key=lambda level: (-found[level], level)))

    def places(self, effects: Sequence[Effect]) -> list[float]:
        """Number of each effect's category among the levels, from 0."""
        levels = self.levels(effects)
        return [float(levels.index(self.of(effect))) for effect in effects]

    def columns(self, effects: Sequence[Effect]) -> dict[str, list[float]]:
        """Columns of the regression by category, without the reference; none where all effects are alike."""
        return {
            level: [float(self.of(effect) == level) for effect in effects] for level in self.levels(effects)[1:]
        }  # fmt: skip


Moderator = Amount | Category

HOURS = Amount(
    "hours", "infusion hours", "hours", "h", "Infusion hours (logarithmic)", lambda effect: effect.infusion_hours
)
DOSE = Amount("dose", "dose in mg/kg", "dose", "mg/kg", "Dose in mg/kg (logarithmic)", lambda effect: effect.mg_per_kg)
CONDITION = Category("condition", "condition", "Condition", lambda effect: effect.study.condition.replace("_", " "))

MODERATORS: tuple[Moderator, ...] = (HOURS, DOSE, CONDITION)


def moderator(name: str) -> Moderator:
    """A moderator by its id.

    Raises
    ------
    UnknownName
        There is no such moderator; all are named.
    """
    for one in MODERATORS:
        if one.id == name.strip().lower():
            return one
    raise UnknownName("moderator", name, [one.id for one in MODERATORS])
