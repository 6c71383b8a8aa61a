"""What placebo-controlled trials say together about one measure in one window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reprieve.errors import OutsideEvidence
from reprieve.evidence.records.study import Study
from reprieve.inference.controlled_comparisons import Comparisons, Effect, controlled_comparisons
from reprieve.inference.effect_sizes import SENSITIVITY_CORRELATION, Measure
from reprieve.inference.meta_analysis import Pooled, Regression, pool, regress
from reprieve.inference.moderators import Category, Moderator
from reprieve.inference.window import Window

#: Half the width of a study's own 95 % interval in standard errors.
_REACH = 1.959964


@dataclass(frozen=True)
class Synthesis:
    """Effects, and what they say together where there are two or more.

    Parameters
    ----------
    comparisons : effects, what is only shown, what is left out
    pooled : None where there are fewer than two effects
    sensitivity : pooled again with the other correlation within patients; None where no crossover is in it
    """

    comparisons: Comparisons
    pooled: Pooled | None
    sensitivity: Pooled | None

    @property
    def effects(self) -> tuple[Effect, ...]:
        """The effects that are pooled."""
        return self.comparisons.effects

    def on(self, moderator: Moderator) -> Regression:
        """Effects regressed on a moderator; the coefficients of a category are differences from its first level.

        Raises
        ------
        OutsideEvidence
            Not more effects with a known value than coefficients, or all with the same value.
        """
        effects = moderator.known(self.effects)
        columns = moderator.columns(effects)
        if len(effects) > 1 and not columns:
            raise OutsideEvidence(
                f"All {len(effects)} studies have the same {moderator.name}; there is nothing to regress on."
            )
        needed = 1 + max(len(columns), 1)
        if len(effects) <= needed:
            raise OutsideEvidence(_too_few(moderator, len(effects), needed))
        return regress([e.estimate for e in effects], [e.se for e in effects], columns, truncated=True)

    @property
    def weights(self) -> Sequence[float | None]:
        """Share of each effect in the pooled one; None where nothing is pooled."""
        return [None] * len(self.effects) if self.pooled is None else self.pooled.weights.tolist()


def interval(effect: Effect) -> tuple[float, float]:
    """A study's own 95 % interval, on the scale that is pooled."""
    return effect.estimate - _REACH * effect.se, effect.estimate + _REACH * effect.se


def _too_few(moderator: Moderator, k: int, coefficients: int) -> str:
    """Why there is no regression: how many coefficients, studies wanted, studies at hand."""
    where = f" with known {moderator.name}"
    if isinstance(moderator, Category):
        where = f" in these {coefficients} {moderator.name}s" if k > 1 else ""
    return (
        f"A regression on {moderator.name} takes {coefficients} coefficients and needs {coefficients + 1} or more "
        f"studies{where}; here {'is' if k == 1 else 'are'} {k}."
    )


def _pool(effects: Sequence[Effect]) -> Pooled | None:
    return pool([e.estimate for e in effects], [e.se for e in effects], truncated=True) if len(effects) > 1 else None


def synthesise(studies: Sequence[Study], how: Measure, window: Window, *, verified_only: bool = False) -> Synthesis:
    """Find the controlled comparisons and pool them where there are two or more.

    Parameters
    ----------
    studies : records
    how, window : what is asked
    verified_only : leave out what is recalled and was not seen in a source
    """
    made = controlled_comparisons(studies, how, window, verified_only=verified_only)
    crossovers = any(effect.study.design_class == "rct_crossover" for effect in made.effects)
    other = controlled_comparisons(
        studies, how, window, verified_only=verified_only, correlation=SENSITIVITY_CORRELATION
    )
    return Synthesis(made, _pool(made.effects), _pool(other.effects) if crossovers else None)
