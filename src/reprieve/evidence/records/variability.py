"""How people differ from the typical one, how occasions do, and what is left unexplained: as printed."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from typing import Literal, TypeAlias

import msgspec

from reprieve.evidence.records.faults import unknown
from reprieve.evidence.records.parameter import Parameter
from reprieve.evidence.records.record import RecordPart

#: ``log``: value · exp(η). ``logit``: log(p/(1 - p)) + η of a fraction p. ``additive``: value + η in the printed unit.
Scale: TypeAlias = Literal["log", "logit", "additive"]
#: An additive deviation may take a parameter to zero once in a thousand million people, and no more often.
_ADDITIVE_SDS = 6.0


class Varying(RecordPart, frozen=True, kw_only=True):
    """How much parameters vary, as printed, each on the scale it was printed on.

    ``variance`` of the logarithm, or ``cv_percent`` where a percentage is what was printed, read as
    100·sqrt(exp(variance) - 1). ``logit_sd`` is the standard deviation of log(p/(1 - p)) of a fraction p;
    ``additive_sd`` that of the parameter itself, in its unit.
    """

    variance: dict[str, float] = msgspec.field(default_factory=dict)
    cv_percent: dict[str, float] = msgspec.field(default_factory=dict)
    logit_sd: dict[str, float] = msgspec.field(default_factory=dict)
    additive_sd: dict[str, float] = msgspec.field(default_factory=dict)
    note: str | None = None

    def log_variance(self) -> dict[str, float]:
        """Variance of the logarithm of every parameter that varies on the log scale."""
        return self.variance | {name: math.log1p((cv / 100) ** 2) for name, cv in self.cv_percent.items()}

    def variances(self) -> dict[str, float]:
        """Variance of the deviation of every parameter that varies, each on its own scale."""
        others = self.logit_sd | self.additive_sd
        return self.log_variance() | {name: sd**2 for name, sd in others.items()}

    def scale_of(self, name: str) -> Scale | None:
        """The scale of a parameter's deviation; None when it does not vary."""
        if name in self.logit_sd:
            return "logit"
        if name in self.additive_sd:
            return "additive"
        return "log" if name in self.variance or name in self.cv_percent else None


class BetweenSubject(Varying, frozen=True, kw_only=True):
    """Variability between people.

    A ``covariance`` or ``correlation`` is keyed by its two parameters, whose scales may differ. ``scale`` is that of
    ``variance`` and ``cv_percent``.
    """

    scale: Literal["log"]
    covariance: dict[str, float] = msgspec.field(default_factory=dict)
    correlation: dict[str, float] = msgspec.field(default_factory=dict)

    def pairs(self) -> Iterator[tuple[str, str, float]]:
        """Each covariance with the two parameters it joins."""
        for key, value in self.covariance.items():
            one, _, other = key.partition(" ")
            yield one, other, value
        variance = self.variances()
        for key, value in self.correlation.items():
            one, _, other = key.partition(" ")
            yield one, other, value * math.sqrt(variance.get(one, math.nan) * variance.get(other, math.nan))


class BetweenOccasion(Varying, frozen=True, kw_only=True):
    """Variability within a person from one occasion to the next, independent between parameters and occasions.

    Used where people are simulated, not in predictions of a typical person.
    """


class ResidualError(RecordPart, frozen=True, kw_only=True):
    """Residual error of one analyte as standard deviations: proportional, additive or both, or log-normal."""

    proportional_sd: float | None = None
    additive_sd: float | None = None
    additive_unit: Literal["ng/mL", "nmol/mL"] | None = None
    lognormal_sd: float | None = None
    note: str | None = None


def covariance_rows(between: BetweenSubject) -> list[list[float]]:
    """The between-subject covariance matrix, in the order of :meth:`Varying.variances`."""
    variance = between.variances()
    names = list(variance)
    rows = [[variance[a] if a == b else 0.0 for b in names] for a in names]
    for one, other, value in between.pairs():
        a, b = names.index(one), names.index(other)
        rows[a][b] = rows[b][a] = value
    return rows


def between_subject_faults(
    between: BetweenSubject, parameters: Mapping[str, Parameter], shares: Collection[str]
) -> Iterator[str]:
    """Sentences about variances of what cannot vary, and about a matrix that is no covariance.

    ``shares`` are parameters that divide a dose, so that what one entry does not get another does.
    """
    variance = between.variances()
    yield from _varying_faults(between, parameters, shares, "between_subject")
    for one, other, value in between.pairs():
        yield from unknown("parameter with a variance", [one, other], variance, f"the covariance {one} {other!s}")
        if one == other:
            yield f"the covariance of {one} with itself is its variance; remove it"
        bound = math.sqrt(variance[one] * variance[other])
        if abs(value) >= bound:
            yield f"covariance {one} {other} = {value:g} implies a correlation of {value / bound:.2f}"
    if not _positive_definite(covariance_rows(between)):
        yield "the between-subject covariance matrix is not positive definite; check the covariances"


def between_occasion_faults(
    between: BetweenOccasion, people: BetweenSubject, parameters: Mapping[str, Parameter], shares: Collection[str]
) -> Iterator[str]:
    """Sentences about variances between occasions of what cannot vary, or on another scale than between people."""
    yield from _varying_faults(between, parameters, shares, "between_occasion")
    for name in between.variances():
        one, other = people.scale_of(name), between.scale_of(name)
        if one is not None and one != other:
            yield f"{name} varies on the {one} scale between people and on the {other} scale between occasions; use one"


def _varying_faults(
    varying: Varying, parameters: Mapping[str, Parameter], shares: Collection[str], where: str
) -> Iterator[str]:
    called = where.replace("_", "-")
    given = {"variance": varying.variance, "cv_percent": varying.cv_percent, "logit_sd": varying.logit_sd,
             "additive_sd": varying.additive_sd}  # fmt: skip
    for kind, values in given.items():
        yield from unknown("parameter", values, parameters, where if kind == "variance" else f"{where} ({kind})")
        for name, value in values.items():
            if not (math.isfinite(value) and value > 0):
                yield f"the {called} {kind} of {name} is {value:g}; it must be greater than zero"
            others = [other for other, also in given.items() if name in also and other != kind]
            if others:
                yield f"{name} has a {kind} and a {others[0]}; keep the one that is printed"
            if parameters[name].same_as:
                yield f"{name} is shared with {parameters[name].same_as}; give the variance to that one"
            if name in shares and kind != "logit_sd":
                yield f"{name} divides a dose and must stay below one; it can vary on the logit scale only"
    for name, value in varying.logit_sd.items():
        if parameters[name].unit != "fraction" or (parameters[name].value or 0) >= 1:
            yield f"logit_sd of {name} is {value:g}; only a fraction below one has a logit"
    for name, value in varying.additive_sd.items():
        if _ADDITIVE_SDS * value > (parameters[name].value or 0):
            yield (
                f"the additive_sd of {name} is {value:g} and its value {parameters[name].value:g}; people would have "
                f"less than none of it. Give its variability on the log scale"
            )


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
