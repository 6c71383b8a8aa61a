"""Reports and exposures as the arrays of a fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from reprieve.errors import OutsideEvidence
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.condition import ConditionId
from reprieve.evidence.records.study import Study
from reprieve.inference.arm_exposure import ArmExposure, arm_exposure
from reprieve.inference.reports import NotFitted, Report, reports
from reprieve.relief.comparison import regimen_of

Array = NDArray[Any]
CONDITIONS: tuple[str, ...] = get_args(ConditionId)


@dataclass(frozen=True)
class Looks:
    """Where and when some reports look at an arm; arrays (n,).

    Parameters
    ----------
    arm, day : which arm, d after the last dose
    bin, within, late_h, site_s, site_r : where the day lies in the bins of the arm, and ng/mL at the effect site
    hours, felt_s, felt_r, since, slow : what was felt by then (:class:`reprieve.relief.felt_exposure.FeltExposure`)
    """

    arm: Array
    day: Array
    bin: Array
    within: Array
    late_h: Array
    site_s: Array
    site_r: Array
    hours: Array
    felt_s: Array
    felt_r: Array
    since: Array
    slow: Array


class Printed(NamedTuple):
    """What was printed, or what a simulation prints instead; arrays.

    Parameters
    ----------
    events : (n_shares,) patients with relief
    means : (n_means,) mean pain, fraction of baseline
    log_sds : (n_sds,) log of the standard deviations, in the order of ``FitData.with_sd``
    """

    events: Any
    means: Any
    log_sds: Any


@dataclass(frozen=True)
class FitData:
    """Everything a fit reads.

    Parameters
    ----------
    studies : ids, in the order of ``study``
    edges, s, r : (n_arms, n_bins + 1) h and (n_arms, n_bins, n_looks) ng/mL
    drug, cohort, condition, study : (n_arms,) whether ketamine was given, whether there was no control, which
    shares, means, contrasts : the reports of each kind, in the order of their arrays
    weights : per kind (n,), what a report counts: several numbers of the same people are not independent
    """

    studies: tuple[str, ...]
    edges: Array
    s: Array
    r: Array
    drug: Array
    cohort: Array
    condition: Array
    study: Array
    shares: tuple[Report, ...]
    means: tuple[Report, ...]
    contrasts: tuple[Report, ...]
    at_shares: Looks
    at_means: Looks
    at_contrasts: Looks
    at_others: Looks
    weights: tuple[Array, Array, Array]
    left_out: tuple[NotFitted, ...]

    @property
    def n_reports(self) -> int:
        """Printed numbers in the fit."""
        return len(self.shares) + len(self.means) + len(self.contrasts)

    @property
    def given(self) -> Array:
        """The arms that were given ketamine, (n_given,)."""
        return np.flatnonzero(self.drug)

    @property
    def row_of_given(self) -> Array:
        """Where an arm stands among ``given``, (n_arms,); 0 for the others."""
        return np.where(self.drug, np.cumsum(self.drug) - 1, 0)

    @property
    def with_sd(self) -> Array:
        """Which means have a standard deviation printed, (n_sds,)."""
        return np.array([i for i, r in enumerate(self.means) if r.sd], int)

    @property
    def seen(self) -> Printed:
        """What the studies printed."""
        return Printed(
            np.round([r.value * r.n for r in self.shares]),
            np.array([r.value for r in self.means]),
            np.log([self.means[i].sd or np.nan for i in self.with_sd]),
        )

    @property
    def study_of(self) -> tuple[Array, Array, Array]:
        """Per kind (n,), the position of each report's study."""
        of = {name: i for i, name in enumerate(self.studies)}
        shares, means, contrasts = (np.array([of[r.study.id] for r in self.reports_of(k)], int) for k in range(3))
        return shares, means, contrasts

    def reports_of(self, kind: int) -> tuple[Report, ...]:
        """Shares, means or contrasts: 0, 1, 2."""
        return (self.shares, self.means, self.contrasts)[kind]

    def weights_where(self, keep: Callable[[Report], bool]) -> tuple[Array, Array, Array]:
        """The weights with those of all other reports at zero."""
        kept = [np.array([keep(r) for r in self.reports_of(k)], float) for k in range(3)]
        return self.weights[0] * kept[0], self.weights[1] * kept[1], self.weights[2] * kept[2]

    def weights_without(self, study: str) -> tuple[Array, Array, Array]:
        """The weights with those of one study at zero."""
        return self.weights_where(lambda r: r.study.id != study)


def fit_data(
    evidence: Evidence, studies: Iterable[Study], *, acute_half_life_min: float, correlation: float
) -> FitData:
    """The arrays of these studies.

    Parameters
    ----------
    evidence : what is published of exposure
    studies : those that are fitted to
    acute_half_life_min : min, equilibration of the effect site
    correlation : between numbers of the same people; k of them count as ``k / (1 + (k - 1) correlation)``
    """
    found, left = reports(studies)
    exposures: dict[tuple[str, str], ArmExposure] = {}
    days: dict[tuple[str, str], list[float]] = {}
    for report in found:
        for arm in report.arms:
            days.setdefault((report.study.id, arm.id), []).append(report.day)
    arms = {(r.study.id, arm.id): (r.study, arm) for r in found for arm in r.arms}
    for key, (study, arm) in arms.items():
        try:
            exposures[key] = arm_exposure(
                evidence,
                regimen_of(study, arm) or "",
                np.array(days[key]),
                acute_half_life_min=acute_half_life_min,
                with_drug=arm.role == "ketamine",
            )
        except OutsideEvidence:
            continue
    kept = [r for r in found if all((r.study.id, arm.id) in exposures for arm in r.arms)]
    keys = [key for key in arms if key in exposures and any(r.study.id == key[0] for r in kept)]
    names = tuple(sorted({study for study, _ in keys}))
    of_kind = [tuple(r for r in kept if r.kind == kind) for kind in ("share", "mean", "p")]

    def looks(wanted: Sequence[Report], which: int = 0) -> Looks:
        rows = [_look(keys, exposures, days, r, which) for r in wanted]
        columns = list(zip(*rows, strict=True)) if rows else [()] * 12
        return Looks(*(np.array(c, int if i in {0, 2} else float) for i, c in enumerate(columns)))

    return FitData(
        studies=names,
        edges=np.array([exposures[k].edges for k in keys]),
        s=np.array([exposures[k].s for k in keys]),
        r=np.array([exposures[k].r for k in keys]),
        drug=np.array([arms[k][1].role == "ketamine" for k in keys]),
        cohort=np.array([not arms[k][0].design_class.startswith("rct") for k in keys], float),
        condition=np.array([CONDITIONS.index(arms[k][1].condition or arms[k][0].condition) for k in keys]),
        study=np.array([names.index(k[0]) for k in keys]),
        shares=of_kind[0],
        means=of_kind[1],
        contrasts=of_kind[2],
        at_shares=looks(of_kind[0]),
        at_means=looks(of_kind[1]),
        at_contrasts=looks(of_kind[2]),
        at_others=looks(of_kind[2], 1),
        weights=_weights(of_kind, correlation),
        left_out=left,
    )


def _look(
    keys: Sequence[tuple[str, str]],
    exposures: dict[tuple[str, str], ArmExposure],
    days: dict[tuple[str, str], list[float]],
    report: Report,
    which: int,
) -> tuple[float, ...]:
    key = (report.study.id, report.arms[which].id)
    exposure = exposures[key]
    edges, hour = exposure.edges, exposure.end_h + 24.0 * report.day
    position = int(np.clip(np.searchsorted(edges, hour, side="right") - 1, 0, edges.size - 2))
    width = max(edges[position + 1] - edges[position], 1e-9)
    within = float(np.clip((hour - edges[position]) / width, 0.0, 1.0))
    asked = days[key].index(report.day)
    late = max(hour - edges[-1], 0.0)
    felt = exposure.felt
    return (
        keys.index(key), report.day, position, within, late, exposure.site_s[asked], exposure.site_r[asked],
        felt.hours[asked], felt.s[asked], felt.r[asked], felt.since_days[asked], felt.by_slow_route,
    )  # fmt: skip


def _weights(of_kind: Sequence[Sequence[Report]], correlation: float) -> tuple[Array, Array, Array]:
    everything = [r for group in of_kind for r in group]
    count: dict[tuple[str, str], int] = {}
    for r in everything:
        count[r.study.id, r.arm.id] = count.get((r.study.id, r.arm.id), 0) + 1
    shares, means, contrasts = (
        np.array([1.0 / (1.0 + (count[r.study.id, r.arm.id] - 1) * correlation) for r in group]) for group in of_kind
    )
    return shares, means, contrasts
