"""What a covariate does to the parameters of a population model, in words."""

from __future__ import annotations

from collections.abc import Mapping

from reprieve.evidence.records.covariate import (
    Covariate,
    Effect,
    ExponentialEffect,
    LevelEffect,
    LinearAboveEffect,
    LinearCentredEffect,
    MaturationEffect,
    PowerEffect,
)


def effect_in_words(covariates: Mapping[str, Covariate], effect: Effect) -> str:
    """What an effect does to its parameters."""
    match effect:
        case PowerEffect():
            after = f"× ({effect.covariate}/{covariates[effect.covariate].reference:g})^{effect.exponent:g}"
        case LevelEffect():
            levels = ", ".join(f"× {by:g} if {level.replace('_', ' ')}" for level, by in effect.factors.items())
            after = f"{effect.covariate}: {levels}"
        case LinearAboveEffect():
            after = f"{effect.slope:+g} {effect.unit} per unit of {effect.covariate} above {effect.above:g}"
        case LinearCentredEffect():
            after = f"× (1 {effect.slope:+g} · ({effect.covariate} - {covariates[effect.covariate].reference:g}))"
        case ExponentialEffect():
            after = f"× exp({effect.slope:g} · ({effect.covariate} - {covariates[effect.covariate].reference:g}))"
        case MaturationEffect():
            after = f"matures with {effect.covariate.replace('_', ' ')}, half at {effect.half:g}, Hill {effect.hill:g}"
        case _:
            after = f"× (1 + {effect.slope:g} per hour since the first dose)"
    return after
