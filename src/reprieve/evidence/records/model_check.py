"""Checks that come with a published model: what it must reproduce, stated independently of its parameters.

Doses are engine-level (route, mg, hours or minutes), expected numbers carry their unit, and every check says
where it comes from and how close is close enough.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from reprieve.evidence.records.record import Part

#: ``published``: printed by the authors. ``observed``: measured in people. ``computed``: simulated from the
#: same parameters by other code, so it tests the implementation and not the model.
Origin = Literal["published", "observed", "computed"]
Quantity = Literal["cmax", "tmax", "auc", "half_life"]


class Span(Part, frozen=True, kw_only=True):
    """A time with its unit."""

    value: float
    unit: str


class CheckDose(Part, frozen=True, kw_only=True):
    """One administration: ``mg`` of base by ``route`` at ``start`` (0), over ``duration`` (at once)."""

    route: str
    mg: float
    start: Span | None = None
    duration: Span | None = None


class Tolerance(Part, frozen=True, kw_only=True):
    """How close is close enough.

    ``relative``: of the expected value. ``absolute``: in its unit. ``printed_to``: the last printed digit,
    half of which any expected value may be off. The widest applies.
    """

    relative: float = 0.0
    absolute: float = 0.0
    printed_to: float = 0.0


class _Check(Part, frozen=True, kw_only=True):
    """What every check says.

    ``source`` is a key of the bibliography, ``where`` the table, figure or code; ``known_misfit`` says why a
    check is known not to hold: it stays in the record and is reported as such.
    """

    id: str
    origin: Origin
    where: str
    weight_kg: float
    doses: tuple[CheckDose, ...]
    source: str | None = None
    note: str | None = None
    known_misfit: str | None = None


class ConcentrationCheck(_Check, tag_field="kind", tag="concentrations", frozen=True, kw_only=True):
    """Concentrations (ng/mL) of each analyte at stated times."""

    times: tuple[float, ...]
    time_unit: str
    expected: dict[str, tuple[float, ...]]
    tolerance: Tolerance


class Expected(Part, frozen=True, kw_only=True):
    """One summary of one curve; ``low`` and ``high`` replace the tolerance where an interval is published."""

    analyte: str
    quantity: Quantity
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


class RatioCheck(_Check, tag_field="kind", tag="molar_ratio", frozen=True, kw_only=True):
    """Molar concentration ratio of two analytes at a late time, as at steady state."""

    at: Span
    numerator: str
    denominator: str
    value: float
    tolerance: Tolerance


class DispositionCheck(_Check, tag_field="kind", tag="disposition", frozen=True, kw_only=True):
    """Clearance or steady-state volume of the parent after ``doses``, against a published interval."""

    quantity: Literal["clearance", "steady_state_volume"]
    value: float
    low: float
    high: float
    unit: str


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
    """Time of the effect-site peak with a given equilibration rate."""

    ke0: Span
    step: Span
    peak: Span
    tolerance: Tolerance


Check: TypeAlias = ConcentrationCheck | ExposureCheck | RatioCheck | DispositionCheck | CurveCheck | EffectSiteCheck
