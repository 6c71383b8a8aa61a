"""Checks that come with a published model: what it must reproduce, stated independently of its parameters.

Doses are engine-level (route, mg, hours or minutes), expected numbers carry their unit, and every check says
where it comes from and how close is close enough.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Literal, TypeAlias

import msgspec

from reprieve.evidence.records.covariate import Covariate
from reprieve.evidence.records.faults import unknown
from reprieve.evidence.records.record import RecordPart

#: ``published``: printed by the authors. ``observed``: measured in people. ``computed``: simulated from the
#: same parameters by other code, so it tests the implementation and not the model.
Origin = Literal["published", "observed", "computed"]
CurveQuantity = Literal["cmax", "tmax", "auc", "half_life"]
#: ``exchange``: clearance to a peripheral compartment. ``volume_by_area``: clearance over the slowest rate.
Disposed = Literal["clearance", "exchange", "volume", "steady_state_volume", "volume_by_area", "half_life"]


class Span(RecordPart, frozen=True, kw_only=True):
    """A time with its unit."""

    value: float
    unit: str


class CheckDose(RecordPart, frozen=True, kw_only=True):
    """One administration: ``mg`` of base by ``route`` at ``start`` (0), over ``duration`` (at once)."""

    route: str
    mg: float
    start: Span | None = None
    duration: Span | None = None


class Tolerance(RecordPart, frozen=True, kw_only=True):
    """How close is close enough.

    ``relative``: of the expected value. ``absolute``: in its unit. ``printed_to``: the last printed digit,
    half of which any expected value may be off. The widest applies.
    """

    relative: float = 0.0
    absolute: float = 0.0
    printed_to: float = 0.0


class _Check(RecordPart, frozen=True, kw_only=True):
    """What every check says.

    ``source`` is a key of the bibliography, ``where`` the table, figure or code; ``known_misfit`` says why a
    check is known not to hold: it stays in the record and is reported as such. ``not_run`` says why it cannot be
    run yet. Covariates that are not named are at their reference.
    """

    id: str
    origin: Origin
    where: str
    weight_kg: float
    covariates: dict[str, float | str] = msgspec.field(default_factory=dict)
    doses: tuple[CheckDose, ...] = ()
    source: str | None = None
    note: str | None = None
    known_misfit: str | None = None
    not_run: str | None = None


class ConcentrationCheck(_Check, tag_field="kind", tag="concentrations", frozen=True, kw_only=True):
    """Concentrations of each analyte at stated times."""

    times: tuple[float, ...]
    time_unit: str
    unit: str = "ng/mL"
    expected: dict[str, tuple[float, ...]]
    tolerance: Tolerance


class Expected(RecordPart, frozen=True, kw_only=True):
    """One summary of one curve; ``low`` and ``high`` replace the tolerance where an interval is published."""

    analyte: str
    quantity: CurveQuantity
    value: float
    unit: str
    low: float | None = None
    high: float | None = None


class ExposureCheck(_Check, tag_field="kind", tag="exposure", frozen=True, kw_only=True):
    """Peak, its time, area or half-life over a window, sampled every ``step``; times count from its start.

    ``to_infinity`` adds the log-linear tail after the window to areas.
    """

    start: Span
    end: Span
    step: Span
    expected: tuple[Expected, ...]
    tolerance: Tolerance
    to_infinity: bool = False


class SeriesExpected(RecordPart, frozen=True, kw_only=True):
    """One summary of the curve after each dose of a series."""

    analyte: str
    quantity: CurveQuantity
    values: tuple[float, ...]
    unit: str


class DoseSeriesCheck(_Check, tag_field="kind", tag="dose_series", frozen=True, kw_only=True):
    """Peak, its time or area after each of several single doses ``mg`` by ``route``, sampled every ``step``."""

    route: str
    mg: tuple[float, ...]
    end: Span
    step: Span
    expected: tuple[SeriesExpected, ...]
    tolerance: Tolerance


class RatioCheck(_Check, tag_field="kind", tag="molar_ratio", frozen=True, kw_only=True):
    """Molar concentration ratio of two analytes at a late time, as at steady state."""

    at: Span
    numerator: str
    denominator: str
    value: float
    tolerance: Tolerance


class CovariateRatioCheck(_Check, tag_field="kind", tag="covariate_ratio", frozen=True, kw_only=True):
    """Area under the parent's curve with the check's covariates over that at their references."""

    value: float
    tolerance: Tolerance


class DisposedValue(RecordPart, frozen=True, kw_only=True):
    """One constant of disposition; ``low`` and ``high`` replace the tolerance where an interval is published.

    ``compartment`` says which volume or exchange, ``phase`` which half-life (1 is the slowest), ``per_kg`` that the
    value is divided by body weight.
    """

    quantity: Disposed
    value: float
    unit: str
    per_kg: bool = False
    compartment: str | None = None
    phase: int = 1
    low: float | None = None
    high: float | None = None


class DispositionCheck(_Check, tag_field="kind", tag="disposition", frozen=True, kw_only=True):
    """Clearances, volumes and half-lives of the parent."""

    expected: tuple[DisposedValue, ...]
    tolerance: Tolerance


class BoundCheck(_Check, tag_field="kind", tag="bound", frozen=True, kw_only=True):
    """The parent's concentration at one time lies above or below a published line."""

    at: Span
    unit: str
    above: float | None = None
    below: float | None = None


class PlateauCheck(_Check, tag_field="kind", tag="plateau", frozen=True, kw_only=True):
    """A regimen keeps the parent's concentration steady: highest over lowest at these times is at most ``at_most``."""

    times: tuple[float, ...]
    time_unit: str
    at_most: float


class CurveCheck(_Check, tag_field="kind", tag="curve", frozen=True, kw_only=True):
    """Agreement with a digitised curve: geometric mean ratio and median absolute error."""

    analyte: str
    substance: str
    times_h: tuple[float, ...]
    observed_nmol_per_ml: tuple[float, ...]
    geometric_mean_ratio: float
    ratio_tolerance: Tolerance
    median_absolute_error_percent: float
    error_tolerance: Tolerance


class EffectSiteCheck(_Check, tag_field="kind", tag="effect_site_peak", frozen=True, kw_only=True):
    """Time (and height, ng/mL) of the effect-site peak with a given equilibration rate."""

    ke0: Span
    step: Span
    peak: Span
    tolerance: Tolerance
    concentration: float | None = None


Check: TypeAlias = (
    ConcentrationCheck
    | ExposureCheck
    | DoseSeriesCheck
    | RatioCheck
    | CovariateRatioCheck
    | DispositionCheck
    | BoundCheck
    | PlateauCheck
    | CurveCheck
    | EffectSiteCheck
)


def analytes_of(check: Check) -> tuple[str, ...]:
    """The analytes a check names; empty where it is about the parent."""
    match check:
        case ConcentrationCheck():
            return tuple(check.expected)
        case ExposureCheck() | DoseSeriesCheck():
            return tuple(dict.fromkeys(row.analyte for row in check.expected))
        case RatioCheck():
            return check.numerator, check.denominator
        case CurveCheck():
            return (check.analyte,)
        case _:
            return ()


def check_faults(
    checks: tuple[Check, ...], routes: Collection[str], analytes: Collection[str], covariates: Mapping[str, Covariate]
) -> Iterator[str]:
    """Sentences about checks that name what is not there or contradict themselves."""
    ids = [check.id for check in checks]
    if len(set(ids)) != len(ids):
        yield "two checks have the same id; every check needs its own"
    for check in checks:
        where = f"the check {check.id!r}"
        given = [check.route] if isinstance(check, DoseSeriesCheck) else [dose.route for dose in check.doses]
        yield from unknown("route", given, routes, where)
        yield from unknown("analyte", analytes_of(check), analytes, where)
        yield from unknown("covariate", check.covariates, covariates, where)
        if not given and not isinstance(check, (DispositionCheck, CovariateRatioCheck)):
            yield f"{where} gives no dose"
        yield from _shape_faults(check, where)


def _shape_faults(check: Check, where: str) -> Iterator[str]:
    match check:
        case ConcentrationCheck():
            lengths = {name: len(values) for name, values in check.expected.items()}
            if set(lengths.values()) != {len(check.times)}:
                yield f"{where} has {len(check.times)} times and {lengths} expected values; they must agree"
        case DoseSeriesCheck():
            for row in check.expected:
                if len(row.values) != len(check.mg):
                    yield f"{where} has {len(check.mg)} doses and {len(row.values)} values of {row.quantity}"
        case CurveCheck() if len(check.times_h) != len(check.observed_nmol_per_ml):
            yield f"{where} has {len(check.times_h)} times and {len(check.observed_nmol_per_ml)} values"
        case DispositionCheck():
            yield from _disposition_faults(check, where)
        case BoundCheck() if (check.above is None) == (check.below is None):
            yield f"{where} needs one line, to lie above or to lie below"
        case CovariateRatioCheck() if not check.covariates:
            yield f"{where} compares covariates and names none"
        case _:
            return


def _disposition_faults(check: DispositionCheck, where: str) -> Iterator[str]:
    for value in check.expected:
        if value.low is not None and value.high is not None and not value.low < value.high:
            yield f"{where} has the interval {value.low:g} to {value.high:g}; write the lower value first"
        if (value.quantity in {"volume", "exchange"}) != (value.compartment is not None):
            yield f"{where}: a volume or an exchange, and nothing else, belongs to a compartment"
