"""Repeated dosing at steady state, by superposition: no course is simulated until it settles.

With E = exp(K τ), the response to one interval's doses repeated for ever is
``C(t) = R x₁(t) + R (I - E)⁻¹ x₁(t + τ)``, where x₁ is the state after the doses of one interval alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from reprieve.errors import InputError
from reprieve.pkpd.curve_pieces import Curve, Floats, Sample, blocks, fit_curve, graded_edges, highest
from reprieve.pkpd.dose import Dose
from reprieve.pkpd.linear_outputs import as_arrays, dose_events, fastest_rate, slowest_rates
from reprieve.pkpd.measures import Peak, auc_between, auc_to_infinity
from reprieve.pkpd.simulate import simulate


@dataclass(frozen=True)
class SteadyState:
    """One dosing interval at steady state; every array is (n_subjects, n_outputs), in the unit of the readout.

    Attributes
    ----------
    interval_h : h
    peak : highest value and its time after the start of the interval
    trough : lowest value and its time; after doses with a lag that is later than the next dose
    before_dose : value at the end of the interval, just before the next dose; usually what a trough sample is
    average : area over the interval divided by its length
    """

    interval_h: float
    peak: Peak
    trough: Peak
    before_dose: Floats
    average: Floats

    @property
    def fluctuation(self) -> Floats:
        """(peak - trough) / average, (n_subjects, n_outputs)."""
        return np.asarray((self.peak.value - self.trough.value) / self.average)


def _check_interval(doses: Sequence[Dose], interval_h: float) -> None:
    if not (np.isfinite(interval_h) and interval_h > 0):
        raise InputError(f"The dosing interval is {interval_h:g} h; it must be a finite number above zero.")
    if not doses:
        raise InputError("Steady state needs at least one dose in the interval.")
    for dose in doses:
        if dose.time_h < 0 or dose.time_h >= interval_h or dose.time_h + dose.duration_h > interval_h:
            raise InputError(
                f"A dose runs from {dose.time_h:g} to {dose.time_h + dose.duration_h:g} h; the doses of one interval "
                f"must lie between 0 and {interval_h:g} h. Lengthen the interval or shorten the dose."
            )


def propagator(k: Floats, interval_h: float) -> Floats:
    """exp(K τ), (n_subjects, n, n), column by column from unit boluses."""
    n = k.shape[1]
    columns: list[Floats] = [
        simulate(k, np.eye(n), [Dose(0.0, j, 1.0)], np.array([interval_h])).values[:, 0] for j in range(n)
    ]
    return np.stack(columns, axis=-1)


def accumulation_ratio(rate_matrix: ArrayLike, readout: ArrayLike, doses: Sequence[Dose], interval_h: float) -> Floats:
    """Area over an interval at steady state divided by the area over the first interval.

    The area over an interval at steady state is the area of one interval's doses to infinity. Ratios of peaks or
    of troughs are other numbers; only in one compartment after a bolus are all three ``1 / (1 - exp(-k τ))``.

    Parameters
    ----------
    rate_matrix : (n_subjects, n, n) 1/h
    readout : (n_outputs, n) or (n_subjects, n_outputs, n)
    doses : the doses of one interval, all within it
    interval_h : h

    Returns
    -------
    (n_subjects, n_outputs), at least 1; NaN for an output that receives nothing

    Raises
    ------
    InputError
        The interval is not positive, or a dose reaches beyond it.
    """
    _check_interval(doses, interval_h)
    first = auc_between(rate_matrix, readout, doses, 0.0, interval_h)
    settled = auc_to_infinity(rate_matrix, readout, doses)
    arrives = first > 0
    return np.where(arrives, settled, np.nan) / np.where(arrives, first, 1.0)


def _sampled(k: Floats, r: Floats, carried: Floats, doses: Sequence[Dose], interval_h: float) -> Sample:
    """The interval at steady state: this interval's doses, and what all before left."""

    def sample(times: Floats) -> Floats:
        left = simulate(k, carried, doses, times + interval_h).values
        return np.asarray(simulate(k, r, doses, times).values + left)

    return sample


def steady_state(rate_matrix: ArrayLike, readout: ArrayLike, doses: Sequence[Dose], interval_h: float) -> SteadyState:
    """Peak, trough and average of each output when the doses of one interval are repeated for ever.

    Parameters and errors are those of :func:`accumulation_ratio`. Peaks and troughs are found on the exact curve.
    """
    _check_interval(doses, interval_h)
    k, r = as_arrays(rate_matrix, readout, doses)
    remaining = np.eye(k.shape[1]) - propagator(k, interval_h)
    # R (I - E)⁻¹, solved from the right
    carried = np.swapaxes(np.linalg.solve(np.swapaxes(remaining, 1, 2), np.swapaxes(r, 1, 2)), 1, 2)
    edges = graded_edges(
        dose_events(doses), 0.0, interval_h,
        fastest_rate=fastest_rate(k), slowest_rate=float(slowest_rates(k).max()),
    )  # fmt: skip

    tops, bottoms, ends = [], [], []
    for part in blocks(k.shape[0], r.shape[1], len(edges) - 1):
        curve = fit_curve(_sampled(k[part], r[part], carried[part], doses, interval_h), edges)
        tops.append(np.stack(highest(curve), axis=-1))
        low, when = highest(Curve(curve.edges, curve.coefficients, curve.knots, -curve.values))
        bottoms.append(np.stack([-low, when], axis=-1))
        ends.append(curve.values[:, :, -1, -1])
    top, bottom = np.concatenate(tops), np.concatenate(bottoms)
    return SteadyState(
        interval_h=interval_h,
        peak=Peak(top[..., 0], top[..., 1]),
        trough=Peak(bottom[..., 0], bottom[..., 1]),
        before_dose=np.concatenate(ends),
        average=auc_to_infinity(k, r, doses) / interval_h,
    )
