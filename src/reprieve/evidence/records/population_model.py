"""A published population pharmacokinetic model as one paper reports it: plain data that checks itself.

Amounts are milligrams in every compartment. What is printed is stored (variances on the log scale, per-70-kg
values with their exponent); everything else is computed in :mod:`reprieve.evidence.build`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

import msgspec

from reprieve.errors import UnitError
from reprieve.evidence.records.model_check import (
    Check,
    ConcentrationCheck,
    CurveCheck,
    DispositionCheck,
    ExposureCheck,
    RatioCheck,
)
from reprieve.evidence.records.record import Part, Record, Status
from reprieve.evidence.records.structure import (
    DIMENSION_OF_ROLE,
    Arrow,
    Compartment,
    Flow,
    RouteInput,
    Use,
    reachable,
)
from reprieve.regimen.forms import FORMS
from reprieve.regimen.routes import ROUTES
from reprieve.units import MOLAR_MASS, dimension


class Range(Part, frozen=True, kw_only=True):
    """A studied range; ``mean`` or ``median`` where printed."""

    low: float
    high: float
    mean: float | None = None
    median: float | None = None


class Population(Part, frozen=True, kw_only=True):
    """Who was studied; ``None`` where it was not seen."""

    who: str
    n: int | None = None
    female: int | None = None
    male: int | None = None
    age_years: Range | None = None
    weight_kg: Range | None = None


class Analyte(Part, frozen=True, kw_only=True):
    """What is measured, where, and what its amounts count.

    ng/mL = 1000 · amount / volume · M(``substance``) / M(``counted_as``): a metabolite in parent equivalents
    is ``counted_as`` the parent; without a molar conversion it is counted as itself.
    """

    compartment: str
    substance: str
    counted_as: str
    note: str | None = None


class Parameter(Part, frozen=True, kw_only=True):
    """A published value with its unit, or ``same_as`` another parameter, whose individual value it shares.

    ``above_one`` says why a fraction may exceed one; without it such a fraction is refused.
    """

    status: Status
    value: float | None = None
    unit: str | None = None
    same_as: str | None = None
    se: float | None = None
    rse_percent: float | None = None
    fixed: bool = False
    above_one: str | None = None
    note: str | None = None


class Covariate(Part, frozen=True, kw_only=True):
    """A covariate and the value at which the printed parameters hold."""

    unit: str
    reference: float


class PowerEffect(Part, tag_field="form", tag="power", frozen=True, kw_only=True):
    """``value · (covariate/reference)^exponent`` for the named parameters."""

    covariate: str
    exponent: float
    parameters: tuple[str, ...]
    status: Status
    note: str | None = None


class BetweenSubject(Part, frozen=True, kw_only=True):
    """Between-subject variances on the log scale as printed; a covariance is keyed by its two parameters."""

    scale: Literal["log"]
    variance: dict[str, float]
    covariance: dict[str, float] = msgspec.field(default_factory=dict)
    note: str | None = None

    def pairs(self) -> Iterator[tuple[str, str, float]]:
        """Each covariance with the two parameters it joins."""
        for key, value in self.covariance.items():
            one, _, other = key.partition(" ")
            yield one, other, value


class BetweenOccasion(Part, frozen=True, kw_only=True):
    """Variability between occasions, kept for the record and not used in predictions."""

    cv_percent: dict[str, float]
    note: str | None = None


class ResidualError(Part, frozen=True, kw_only=True):
    """Residual error of one analyte: standard deviations."""

    proportional_sd: float | None = None
    additive_sd: float | None = None
    additive_unit: Literal["ng/mL", "nmol/mL"] | None = None
    note: str | None = None


class Signature(Part, frozen=True, kw_only=True):
    """Who did it, and when; null until somebody has."""

    by: str | None = None
    date: str | None = None


class PopulationModel(Record, frozen=True, kw_only=True):
    """One published model, one file."""

    source: str
    sources_read: tuple[str, ...]
    evidence_level: str
    population: Population
    forms: tuple[str, ...]
    dose_basis: Literal["base"]
    sampling: Literal["arterial", "venous", "mixed"]
    sampling_note: str
    matrix: Literal["plasma", "serum", "blood"]
    parent: str
    analytes: dict[str, Analyte]
    compartments: dict[str, Compartment]
    flows: tuple[Flow, ...]
    inputs: dict[str, RouteInput]
    parameters: dict[str, Parameter]
    covariates: dict[str, Covariate]
    effects: tuple[PowerEffect, ...]
    between_subject: BetweenSubject
    residual_error: dict[str, ResidualError]
    transcribed: Signature
    checked: Signature
    checks: tuple[Check, ...]
    between_occasion: BetweenOccasion | None = None
    notes: tuple[str, ...] = ()

    def citations(self) -> tuple[str, ...]:
        """Keys of the bibliography this record rests on."""
        return (self.source, *(check.source for check in self.checks if check.source))

    def arrows(self) -> tuple[Arrow, ...]:
        """Every way drug can move, as (from, to)."""
        return tuple(arrow for flow in self.flows for arrow in flow.arrows())

    @property
    def central(self) -> str:
        """The compartment the parent analyte is read from."""
        return self.analytes[self.parent].compartment

    def check(self) -> None:
        """Refuse a record that contradicts itself, with one sentence.

        Raises
        ------
        EvidenceError
            Naming the field and what would be right.
        """
        self._check_compartments()
        self._check_parameters()
        self._check_uses()
        self._check_fractions()
        self._check_effects()
        self._check_variability()
        self._check_population()
        self._check_names_in_checks()

    def _known(self, what: str, names: Iterable[str], known: Iterable[str], where: str) -> None:
        known = tuple(known)
        for name in names:
            if name not in known:
                self.fail(f"{where} names the {what} {name!r}; known are {', '.join(known)}")

    def _check_compartments(self) -> None:
        names = self.compartments
        self._known("analyte", [self.parent], self.analytes, "parent")
        for flow in self.flows:
            ends = [end for arrow in flow.arrows() for end in arrow if end is not None]
            self._known("compartment", ends, names, f"a flow ({type(flow).__name__.lower()})")
            for place in flow.volumes_of():
                if names[place].volume is None:
                    self.fail(f"a {type(flow).__name__.lower()} leaves {place}, which has no volume; give it one")
        for route, entered in self.inputs.items():
            self._known("route", [route], ROUTES, "inputs")
            self._known("compartment", [e.into for e in entered.entries], names, f"the {route} input")
        for analyte, read in self.analytes.items():
            self._known("compartment", [read.compartment], names, f"the analyte {analyte}")
            self._known("substance", [read.substance, read.counted_as], MOLAR_MASS, f"the analyte {analyte}")
            if names[read.compartment].volume is None:
                self.fail(f"{analyte} is read from {read.compartment}, which has no volume; give it one")
        touched = {end for arrow in self.arrows() for end in arrow}
        for name in names:
            if name not in touched:
                self.fail(f"compartment {name} has no flow; remove it or say where its drug goes")

    def _check_parameters(self) -> None:
        for name, parameter in self.parameters.items():
            if parameter.same_as is not None:
                self._known("parameter", [parameter.same_as], self.parameters, f"{name} (same_as)")
                if parameter.value is not None or parameter.unit is not None:
                    self.fail(f"{name} is same_as {parameter.same_as} and has a value of its own; keep one")
                if self.parameters[parameter.same_as].same_as is not None:
                    self.fail(f"{name} is same_as {parameter.same_as}, which is itself shared; name the original")
            elif parameter.value is None or parameter.unit is None:
                self.fail(f"{name} needs a value and a unit, or same_as another parameter")
            elif not (math.isfinite(parameter.value) and parameter.value > 0):
                self.fail(f"{name} is {parameter.value:g} {parameter.unit}; it must be greater than zero")
            elif (parameter.se is not None and parameter.se <= 0) or (parameter.rse_percent or 1) <= 0:
                self.fail(f"the standard error of {name} must be greater than zero")

    def uses(self) -> tuple[Use, ...]:
        """Every use of a parameter, as (parameter, role)."""
        by_flow = (use for flow in self.flows for use in flow.uses())
        by_volume = ((place.volume, "volume") for place in self.compartments.values() if place.volume)
        by_input = (use for entered in self.inputs.values() for entry in entered.entries for use in entry.uses())
        return (*by_flow, *by_volume, *by_input)

    def input_parameters(self) -> frozenset[str]:
        """Parameters that describe inputs; these stay at their typical values."""
        entries = (entry for entered in self.inputs.values() for entry in entered.entries)
        return frozenset(name for entry in entries for name, _ in entry.uses())

    def _check_uses(self) -> None:
        for name, role in self.uses():
            self._known("parameter", [name], self.parameters, f"the structure (as a {role})")
            original = self.parameters[self.parameters[name].same_as or name]
            wanted = DIMENSION_OF_ROLE[role]
            try:
                given = dimension(original.unit or "")
            except UnitError as error:
                self.fail(f"{name}: {str(error).rstrip('.')}")
            if given != wanted:
                self.fail(f"{name} is used as a {role} and given in {original.unit!r}; its unit must be a {wanted}")
        used = {name for name, _ in self.uses()}
        used |= {parameter.same_as for name, parameter in self.parameters.items() if name in used and parameter.same_as}
        for name in self.parameters:
            if name not in used:
                self.fail(f"parameter {name} is defined and nothing uses it; remove it or name it in the structure")

    def _check_fractions(self) -> None:
        above = {n for n, role in self.uses() if role == "fraction" and (self.parameters[n].value or 0) > 1}
        for name in above:
            value = self.parameters[name].value
            if self.parameters[name].above_one is None:
                self.fail(f"the fraction {name} is {value:g}, above 1; correct it, or say why in above_one")
            if name in {use for flow in self.flows for use, role in flow.uses() if role == "fraction"}:
                self.fail(f"the fraction {name} is {value:g}: a flow cannot bring more than it takes")
        for route, entered in self.inputs.items():
            for entry in entered.entries:
                if entry.fraction in above and self.central in reachable(self.arrows(), entry.into):
                    self.fail(
                        f"{entry.fraction} exceeds 1 and the {route} input into {entry.into} reaches "
                        f"{self.central}: more parent drug would arrive than was given"
                    )

    def _check_effects(self) -> None:
        self._known("covariate", self.covariates, ("weight",), "covariates")
        for name, covariate in self.covariates.items():
            if dimension(covariate.unit) != "weight" or covariate.reference <= 0:
                self.fail(f"the covariate {name} needs a reference above zero in a unit of weight")
            studied = self.population.weight_kg
            if studied and not studied.low <= covariate.reference <= studied.high:
                self.fail(f"the reference {name} {covariate.reference:g} lies outside the studied range")
        seen: set[str] = set()
        for effect in self.effects:
            self._known("covariate", [effect.covariate], self.covariates, "an effect")
            self._known("parameter", effect.parameters, self.parameters, "an effect")
            for name in effect.parameters:
                if self.parameters[name].same_as:
                    self.fail(f"{name} is shared with {self.parameters[name].same_as}; give the effect to that one")
                if name in seen:
                    self.fail(f"{name} has two effects of {effect.covariate}; keep one")
                seen.add(name)

    def _check_variability(self) -> None:
        variance = self.between_subject.variance
        self._known("parameter", variance, self.parameters, "between_subject")
        for name, value in variance.items():
            if not value > 0:
                self.fail(f"the between-subject variance of {name} is {value:g}; it must be greater than zero")
            if self.parameters[name].same_as:
                self.fail(f"{name} is shared with {self.parameters[name].same_as}; give the variance to that one")
            if name in self.input_parameters():
                self.fail(f"{name} describes an input and inputs are typical values; its variance cannot be used")
        for one, other, value in self.between_subject.pairs():
            self._known("parameter with a variance", [one, other], variance, f"the covariance {one} {other!s}")
            if one == other:
                self.fail(f"the covariance of {one} with itself is its variance; remove it")
            bound = math.sqrt(variance[one] * variance[other])
            if abs(value) >= bound:
                self.fail(f"covariance {one} {other} = {value:g} implies a correlation of {value / bound:.2f}")
        if not _positive_definite(covariance_rows(self.between_subject)):
            self.fail("the between-subject covariance matrix is not positive definite; check the covariances")
        if self.between_occasion:
            self._known("parameter", self.between_occasion.cv_percent, self.parameters, "between_occasion")
        self._known("analyte", self.residual_error, self.analytes, "residual_error")

    def _check_population(self) -> None:
        for what, span in (("age", self.population.age_years), ("weight", self.population.weight_kg)):
            if span is None:
                continue
            if not 0 < span.low < span.high:
                self.fail(f"the {what} range runs from {span.low:g} to {span.high:g}; write the lower value first")
            for middle in (span.mean, span.median):
                if middle is not None and not span.low <= middle <= span.high:
                    self.fail(f"the mean or median {what} {middle:g} lies outside {span.low:g} to {span.high:g}")
        people = self.population
        if None not in (people.n, people.female, people.male) and people.n != people.female + people.male:  # type: ignore[operator]
            self.fail(f"{people.female} women and {people.male} men are not {people.n} people")
        self._known("form", self.forms, FORMS, "forms")

    def _check_names_in_checks(self) -> None:
        ids = [check.id for check in self.checks]
        if len(set(ids)) != len(ids):
            self.fail("two checks have the same id; every check needs its own")
        for check in self.checks:
            where = f"the check {check.id!r}"
            self._known("route", [dose.route for dose in check.doses], self.inputs, where)
            self._known("analyte", _analytes_of(check, self.parent), self.analytes, where)
            if isinstance(check, ConcentrationCheck):
                lengths = {name: len(values) for name, values in check.expected.items()}
                if set(lengths.values()) != {len(check.times)}:
                    self.fail(f"{where} has {len(check.times)} times and {lengths} expected values; they must agree")
            if isinstance(check, CurveCheck) and len(check.times_h) != len(check.observed_nmol_per_ml):
                self.fail(f"{where} has {len(check.times_h)} times and {len(check.observed_nmol_per_ml)} values")
            if isinstance(check, DispositionCheck) and not check.low < check.high:
                self.fail(f"{where} has the interval {check.low:g} to {check.high:g}; write the lower value first")


def covariance_rows(between: BetweenSubject) -> list[list[float]]:
    """The between-subject covariance matrix, in the order in which the variances are given."""
    names = list(between.variance)
    rows = [[between.variance[a] if a == b else 0.0 for b in names] for a in names]
    for one, other, value in between.pairs():
        a, b = names.index(one), names.index(other)
        rows[a][b] = rows[b][a] = value
    return rows


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


def _analytes_of(check: Check, parent: str) -> Mapping[str, object] | tuple[str, ...]:
    if isinstance(check, ConcentrationCheck):
        return check.expected
    if isinstance(check, ExposureCheck):
        return tuple(row.analyte for row in check.expected)
    if isinstance(check, RatioCheck):
        return check.numerator, check.denominator
    return (check.analyte,) if isinstance(check, CurveCheck) else (parent,)
