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
from reprieve.inference.window import Window

#: Half the width of a study's own 95 % interval in standard errors.
_REACH = 1.959964
#: Names of the moderators that every effect may have.
HOURS = "log infusion hours"


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

    def on_hours(self) -> Regression:
        """Effects regressed on the logarithm of the hours under infusion.

        Raises
        ------
        OutsideEvidence
            Fewer than three effects with known hours, or all with the same.
        """
        known = [(effect, effect.infusion_hours) for effect in self.effects]
        usable = [(effect, math.log(hours)) for effect, hours in known if hours]
        if len(usable) < 3 or len({place for _, place in usable}) < 2:
            raise OutsideEvidence(
                f"A line on infusion hours needs three or more effects with known hours that differ; here are "
                f"{len(usable)}."
            )
        effects = [effect for effect, _ in usable]
        return regress(
            [e.estimate for e in effects],
            [e.se for e in effects],
            {HOURS: [place for _, place in usable]},
            truncated=True,
        )

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain data; ratios as ratios and as the logarithms they were pooled on."""
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
