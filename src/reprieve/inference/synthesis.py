"""What placebo-controlled trials say together about one measure in one window."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

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

    def to_dict(self, by: Moderator | None = None) -> dict[str, Any]:
        """Everything as plain data; ratios as ratios and as the logarithms they were pooled on.

        ``by`` adds the regression on a moderator, on the scale that is pooled.
        """
        made, how = self.comparisons, self.comparisons.measure
        return {
            "measure": {"id": how.id, "name": how.name, "pooled_on": "logarithm" if how.is_log else "itself"},
            "window": {"id": made.window.id, "label": made.window.label, "asks_day": made.window.asks},
            "effects": [_effect(one, how, weight) for one, weight in zip(made.effects, self.weights, strict=True)],
            "shown_not_pooled": [
                {
                    "study": s.study.id, "day": s.day, "low": _finite(s.low, how), "high": _finite(s.high, how),
                    "status": s.status, "why": s.why,
                }
                for s in made.shown
            ],
            "left_out": [{"study": left.study.id, "why": left.why} for left in made.left_out],
            "uncontrolled_studies": made.uncontrolled,
            "pooled": None if self.pooled is None else _pooled(self.pooled, how),
            "crossovers_at_correlation": None
            if self.sensitivity is None
            else {"correlation": SENSITIVITY_CORRELATION, **_pooled(self.sensitivity, how)},
            **({} if by is None else {"meta_regression": _regression(self, by)}),
        }  # fmt: skip

    @property
    def weights(self) -> Sequence[float | None]:
        """Share of each effect in the pooled one; None where nothing is pooled."""
        return [None] * len(self.effects) if self.pooled is None else self.pooled.weights.tolist()


def interval(effect: Effect) -> tuple[float, float]:
    """A study's own 95 % interval, on the scale that is pooled."""
    return effect.estimate - _REACH * effect.se, effect.estimate + _REACH * effect.se


def _finite(value: float | None, how: Measure) -> float | None:
    return None if value is None or math.isinf(value) else how.shown(value)


def _effect(effect: Effect, how: Measure, weight: float | None) -> dict[str, Any]:
    low, high = interval(effect)
    return {
        "study": effect.study.id, "reference": effect.study.reference, "condition": effect.study.condition,
        "arms": [arm.id for arm in effect.treated], "control_arms": [arm.id for arm in effect.control],
        "day": effect.day, "estimate": how.shown(effect.estimate), "low": how.shown(low), "high": how.shown(high),
        "pooled_scale": {"estimate": effect.estimate, "se": effect.se}, "weight": weight,
        "n": list(effect.n), "responders": [c.events for c in effect.counts] if effect.counts else None,
        "design": effect.study.design_class, "risk_of_bias": effect.study.risk_of_bias, "status": effect.status,
        "infusion_hours": effect.infusion_hours, "mg_per_kg": effect.mg_per_kg, "how": effect.how,
    }  # fmt: skip


def _pooled(pooled: Pooled, how: Measure) -> dict[str, Any]:
    def ends(one: Any) -> dict[str, float] | None:
        if one is None:
            return None
        return {"estimate": how.shown(one.estimate), "low": how.shown(one.low), "high": how.shown(one.high), "p": one.p}

    return {
        "k": pooled.k, "level": pooled.level, "random": ends(pooled.random), "untruncated": ends(pooled.untruncated),
        "fixed": ends(pooled.fixed),
        "prediction": None if pooled.prediction is None else [how.shown(end) for end in pooled.prediction],
        "heterogeneity": asdict(pooled.heterogeneity),
    }  # fmt: skip


def _too_few(moderator: Moderator, k: int, coefficients: int) -> str:
    """Why there is no regression: how many coefficients, studies wanted, studies at hand."""
    where = f" with known {moderator.name}"
    if isinstance(moderator, Category):
        where = f" in these {coefficients} {moderator.name}s" if k > 1 else ""
    return (
        f"A regression on {moderator.name} takes {coefficients} coefficients and needs {coefficients + 1} or more "
        f"studies{where}; here {'is' if k == 1 else 'are'} {k}."
    )


def _regression(made: Synthesis, by: Moderator) -> dict[str, Any]:
    known = by.known(made.effects)
    answer: dict[str, Any] = {"moderator": by.id, "name": by.name, "studies": len(known)}
    if isinstance(by, Category):
        answer |= {"reference": next(iter(by.levels(known)), None)}
    try:
        found = made.on(by)
    except OutsideEvidence as error:
        return {**answer, "why_none": str(error)}
    named = zip(found.names, found.coefficients, strict=True)
    return {
        **answer, "level": found.level, "coefficients": [{"name": name, **asdict(one)} for name, one in named],
        "test": {"f": found.f, "df": list(found.f_df), "p": found.p}, "r2": found.r2,
        "heterogeneity": asdict(found.heterogeneity), "why_none": None,
    }  # fmt: skip


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
