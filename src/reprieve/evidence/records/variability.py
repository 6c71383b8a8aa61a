"""How people differ from the typical one, how occasions do, and what is left unexplained: as printed."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from typing import Literal

import msgspec

from reprieve.evidence.records.faults import unknown
from reprieve.evidence.records.parameter import Parameter
from reprieve.evidence.records.record import Part


class BetweenSubject(Part, frozen=True, kw_only=True):
    """Between-subject variability of the log of a parameter, as printed.

    ``variance`` of the logarithm, or ``cv_percent`` where a percentage is what was printed, read as
    100·sqrt(exp(variance) - 1). A ``covariance`` or ``correlation`` is keyed by its two parameters. ``logit_sd``
    is the standard deviation of log(p/(1 - p)) of a fraction; it is kept for the record and not used in predictions.
    """

    scale: Literal["log"]
    variance: dict[str, float] = msgspec.field(default_factory=dict)
    cv_percent: dict[str, float] = msgspec.field(default_factory=dict)
    covariance: dict[str, float] = msgspec.field(default_factory=dict)
    correlation: dict[str, float] = msgspec.field(default_factory=dict)
    logit_sd: dict[str, float] = msgspec.field(default_factory=dict)
    note: str | None = None

    def log_variance(self) -> dict[str, float]:
        """Variance of the logarithm of every parameter that varies."""
        return self.variance | {name: math.log1p((cv / 100) ** 2) for name, cv in self.cv_percent.items()}

    def pairs(self) -> Iterator[tuple[str, str, float]]:
        """Each covariance with the two parameters it joins."""
        for key, value in self.covariance.items():
            one, _, other = key.partition(" ")
            yield one, other, value
        variance = self.log_variance()
        for key, value in self.correlation.items():
            one, _, other = key.partition(" ")
            yield one, other, value * math.sqrt(variance.get(one, math.nan) * variance.get(other, math.nan))


class BetweenOccasion(Part, frozen=True, kw_only=True):
    """Variability between occasions, kept for the record and not used in predictions."""

    cv_percent: dict[str, float]
    note: str | None = None


class ResidualError(Part, frozen=True, kw_only=True):
    """Residual error of one analyte as standard deviations: proportional, additive or both, or log-normal."""

    proportional_sd: float | None = None
    additive_sd: float | None = None
    additive_unit: Literal["ng/mL", "nmol/mL"] | None = None
    lognormal_sd: float | None = None
    note: str | None = None


def covariance_rows(between: BetweenSubject) -> list[list[float]]:
    """The between-subject covariance matrix, in the order in which the variances are given."""
    variance = between.log_variance()
    names = list(variance)
    rows = [[variance[a] if a == b else 0.0 for b in names] for a in names]
    for one, other, value in between.pairs():
        a, b = names.index(one), names.index(other)
        rows[a][b] = rows[b][a] = value
    return rows


def between_subject_faults(
    between: BetweenSubject, parameters: Mapping[str, Parameter], inputs: Collection[str]
) -> Iterator[str]:
    """Sentences about variances of what cannot vary, and about a matrix that is no covariance."""
    variance = between.log_variance()
    yield from unknown("parameter", variance, parameters, "between_subject")
    yield from unknown("parameter", between.logit_sd, parameters, "between_subject (logit_sd)")
    for name, value in variance.items():
        if not (math.isfinite(value) and value > 0):
            yield f"the between-subject variance of {name} is {value:g}; it must be greater than zero"
        if name in between.variance and name in between.cv_percent:
            yield f"{name} has a variance and a cv_percent; keep the one that is printed"
        if parameters[name].same_as:
            yield f"{name} is shared with {parameters[name].same_as}; give the variance to that one"
        if name in inputs:
            yield f"{name} describes an input and inputs are typical values; its variance cannot be used"
    for name, value in between.logit_sd.items():
        if parameters[name].unit != "fraction" or value <= 0 or name in variance:
            yield f"logit_sd of {name} is {value:g}; it must be above zero, of a fraction, and its only variability"
    for one, other, value in between.pairs():
        yield from unknown("parameter with a variance", [one, other], variance, f"the covariance {one} {other!s}")
        if one == other:
            yield f"the covariance of {one} with itself is its variance; remove it"
        bound = math.sqrt(variance[one] * variance[other])
        if abs(value) >= bound:
            yield f"covariance {one} {other} = {value:g} implies a correlation of {value / bound:.2f}"
    if not _positive_definite(covariance_rows(between)):
        yield "the between-subject covariance matrix is not positive definite; check the covariances"


def residual_faults(
    residual: Mapping[str, ResidualError], note: str | None, analytes: Collection[str]
) -> Iterator[str]:
    """Sentences about residual errors of unknown analytes, of two kinds at once, or left out without a word."""
    yield from unknown("analyte", residual, analytes, "residual_error")
    if not residual and note is None:
        yield "residual_error is empty; say in residual_error_note whether none is printed or none was found"
    for analyte, error in residual.items():
        if error.lognormal_sd is not None and (error.proportional_sd or error.additive_sd):
            yield f"the residual error of {analyte} is log-normal and also proportional or additive; keep one form"
        sizes = (error.proportional_sd, error.additive_sd, error.lognormal_sd)
        if all(size is None for size in sizes) or any(size is not None and size <= 0 for size in sizes):
            yield f"the residual error of {analyte} needs a standard deviation above zero"
        if (error.additive_sd is None) != (error.additive_unit is None):
            yield f"the additive error of {analyte} needs both a size and a unit"


def _positive_definite(rows: list[list[float]]) -> bool:
    """Whether Cholesky's factorisation exists; written out because records do without the numerical stack."""
    factor: list[list[float]] = []
    for i, row in enumerate(rows):
        done: list[float] = []
        for j in range(i):
            done.append((row[j] - sum(a * b for a, b in zip(done, factor[j], strict=False))) / factor[j][j])
        rest = row[i] - sum(a * a for a in done)
        if rest <= 0:
            return False
        factor.append([*done, math.sqrt(rest)])
    return True
