"""Exact propagation of linear systems over a schedule, for many subjects, in compiled code.

Two propagators with one contract: *modes* (decay rates and eigenvectors; fast) for systems that have them,
the *matrix exponential* for the rest. Which one runs is decided by the system, per subject, never by the
caller. Both work on the distance from the steady state of the present input, so a constant input costs nothing.
"""

from __future__ import annotations

import numpy as np

from reprieve.pkpd.compiled import compiled
from reprieve.pkpd.modes import _solve_in_place, subject_modes
from reprieve.pkpd.slow_state import N_NODES, NODES, advance

#: ln 2 in two parts, so that a multiple of it subtracts without rounding, and 1.5·2⁵², which rounds to an integer
#: what is added to it and holds that integer in its low bits.
_LN2_HIGH, _LN2_LOW, _ROUNDER = 6.93147180369123816490e-01, 1.90821492927058770002e-10, 6755399441055744.0
_LOG2_E = 1.4426950408889634

#: Subjects advanced side by side: enough to fill vector registers, few enough to stay in cache.
LANES = 64
#: What the rest of a washing-out drug may still add to U, as a share of U, before it is left out.
_NEGLIGIBLE = 1e-10


@compiled
def exponentials(lam, width, out, whole, rest):
    """``out = exp(-lam·width)`` to the last bit or two; four times faster than a library call per element.

    exp(x) = 2^k e^r with x = k ln 2 + r and |r| ≤ ln 2 / 2; e^r by its Taylor polynomial, 2^k by writing k where
    a floating-point number keeps its exponent. Below e^-700 (1e-304) it stays there.

    Parameters
    ----------
    lam : (n_lanes,) 1/h, not negative
    width : h
    out : (n_lanes,), written
    whole, rest : (n_lanes,) work space
    """
    bits = whole.view(np.int64)
    n_lanes = len(lam)
    for s in range(n_lanes):
        x = -lam[s] * width
        x = x if x > -700.0 else -700.0
        rounded = x * _LOG2_E + _ROUNDER
        whole[s] = rounded
        k = rounded - _ROUNDER
        rest[s] = (x - k * _LN2_HIGH) - k * _LN2_LOW
    for s in range(n_lanes):
        r = rest[s]
        p = 1 / 3628800 + r * (1 / 39916800 + r / 479001600)
        p = 1 / 720 + r * (1 / 5040 + r * (1 / 40320 + r * (1 / 362880 + r * p)))
        out[s] = 1.0 + r * (1.0 + r * (1 / 2 + r * (1 / 6 + r * (1 / 24 + r * (1 / 120 + r * p)))))
    for s in range(n_lanes):
        bits[s] = (bits[s] + 1023) << 52
    for s in range(n_lanes):
        out[s] *= whole[s]


@compiled
def propagate_modes(
    k, order, first, parent,
    widths, width_of, rates, rate_of, boluses, bolus_of, observed_by, last_input, closing_bolus,
    readout, with_slow, drive, c50, hill, is_hyperbolic, k_des, k_rec, initial,
    out, out_slow, done, lanes,
):  # fmt: skip
    """Propagate every subject that has modes; ``done`` says which.

    Parameters
    ----------
    k : (n_subjects, n, n) 1/h; order, first, parent: block structure
    widths ... closing_bolus : see :class:`reprieve.pkpd.schedule.Schedule`
    readout : (n_subjects, n_out, n); drive, c50, hill, k_des, k_rec: see :class:`SlowState`
    initial : (n_subjects, n + 1) mg in each compartment and U, at the start
    out : (n_subjects, n_times, n_out), written; out_slow : (n_subjects, n_times) U, written
    done : (n_subjects,) bool, written
    lanes : subjects advanced side by side
    """
    n_subjects, n, _ = k.shape
    n_panels, n_widths, n_rates, n_out = len(width_of), len(widths), len(rates), readout.shape[1]
    lam = np.ones((n, lanes))
    inverse = np.zeros((n, n, lanes))
    out_mode = np.zeros((n_out, n, lanes))
    drive_mode = np.zeros((n, lanes))
    rest = np.zeros((n_rates, n, lanes))
    out_rest = np.zeros((n_rates, n_out, lanes))
    drive_rest = np.zeros((n_rates, lanes))
    step = np.zeros((n_widths, n, lanes))
    node = np.zeros((n_widths, N_NODES, n, lanes))
    away = np.zeros((n, lanes))
    felt = np.zeros((n, lanes))
    at_node = np.zeros((N_NODES, lanes))
    work = np.zeros((3, lanes))
    seen = np.zeros((n_out, lanes))
    u = np.zeros(lanes)
    p_c50, p_hill, p_des, p_rec = np.ones(lanes), np.ones(lanes), np.zeros(lanes), np.zeros(lanes)
    lane_rates, vectors, lane_inverse = np.zeros(n), np.zeros((n, n)), np.zeros((n, n))
    mode_work = np.zeros((4, n, n))
    subject_of = np.zeros(lanes, np.int64)
    drives = np.zeros(n, np.bool_)

    begin = 0
    while begin < n_subjects:
        # Groups are cut by position, so that a subject's neighbours never depend on how threads are cut.
        filled = 0
        end = min(n_subjects, begin + lanes)
        for subject in range(begin, end):
            done[subject] = subject_modes(
                k[subject], order, first, parent, lane_rates, vectors, lane_inverse, mode_work
            )
            if not done[subject]:
                continue
            subject_of[filled] = subject
            for m in range(n):
                lam[m, filled] = lane_rates[m]
                away[m, filled] = 0.0
                for i in range(n):
                    inverse[m, i, filled] = lane_inverse[m, i]
                    away[m, filled] += lane_inverse[m, i] * initial[subject, i]
                for o in range(n_out):
                    total = 0.0
                    for i in range(n):
                        total += readout[subject, o, i] * vectors[i, m]
                    out_mode[o, m, filled] = total
            if with_slow:
                for m in range(n):
                    total = 0.0
                    for i in range(n):
                        total += drive[subject, i] * vectors[i, m]
                    drive_mode[m, filled] = total
                p_c50[filled], p_hill[filled] = c50[subject], hill[subject]
                p_des[filled], p_rec[filled] = k_des[subject], k_rec[subject]
                u[filled] = initial[subject, n]
            filled += 1
        begin = end
        if filled == 0:
            continue

        for m in range(n):
            drives[m] = False
            for s in range(filled):
                drives[m] = drives[m] or drive_mode[m, s] != 0.0
        for r in range(n_rates):
            for m in range(n):
                for s in range(lanes):
                    total = 0.0
                    for i in range(n):
                        total += inverse[m, i, s] * rates[r, i]
                    rest[r, m, s] = total / lam[m, s]
            for s in range(lanes):
                for o in range(n_out):
                    total = 0.0
                    for m in range(n):
                        total += out_mode[o, m, s] * rest[r, m, s]
                    out_rest[r, o, s] = total
                total = 0.0
                for m in range(n):
                    total += drive_mode[m, s] * rest[r, m, s]
                drive_rest[r, s] = total
        for w in range(n_widths):
            for m in range(n):
                exponentials(lam[m], widths[w], step[w, m], work[0], work[1])
                if with_slow and drives[m]:
                    for j in range(N_NODES):
                        exponentials(lam[m], widths[w] * NODES[j], node[w, j, m], work[0], work[1])

        emitted = 0
        washed_out = False
        rate_before = rate_of[0]
        for m in range(n):
            for s in range(lanes):
                away[m, s] -= rest[rate_before, m, s]
        for panel in range(n_panels + 1):
            rate_now = rate_of[panel] if panel < n_panels else rate_before
            bolus = bolus_of[panel] if panel < n_panels else closing_bolus
            if rate_now != rate_before:
                for m in range(n):
                    for s in range(lanes):
                        away[m, s] += rest[rate_before, m, s] - rest[rate_now, m, s]
                rate_before = rate_now
            for i in range(n):
                if boluses[bolus, i] != 0.0:
                    for m in range(n):
                        for s in range(lanes):
                            away[m, s] += inverse[m, i, s] * boluses[bolus, i]
            if emitted < observed_by[panel]:
                for o in range(n_out):
                    row, level = seen[o], out_rest[rate_now, o]
                    for s in range(lanes):
                        row[s] = level[s]
                    for m in range(n):
                        weight, there = out_mode[o, m], away[m]
                        for s in range(lanes):
                            row[s] += weight[s] * there[s]
            while emitted < observed_by[panel]:
                for s in range(filled):
                    for o in range(n_out):
                        out[subject_of[s], emitted, o] = seen[o, s]
                    out_slow[subject_of[s], emitted] = u[s]
                emitted += 1
            if panel == n_panels:
                break
            w = width_of[panel]
            if with_slow:
                for m in range(n):
                    for s in range(lanes):
                        felt[m, s] = drive_mode[m, s] * away[m, s]
                if panel >= last_input and not washed_out:
                    washed_out = True
                    for s in range(filled):
                        left = 0.0
                        slowest = lam[0, s]
                        for m in range(n):
                            if drives[m]:
                                left += abs(felt[m, s])
                                slowest = min(slowest, lam[m, s])
                        share = (left / p_c50[s]) ** p_hill[s] / (p_hill[s] * slowest)
                        washed_out = washed_out and p_des[s] * share <= _NEGLIGIBLE * u[s]
                if washed_out:
                    exponentials(p_rec, widths[w], work[2], work[0], work[1])
                    for s in range(lanes):
                        u[s] *= work[2, s]
                else:
                    for j in range(N_NODES):
                        row, level = at_node[j], drive_rest[rate_now]
                        for s in range(lanes):
                            row[s] = level[s]
                        for m in range(n):
                            if drives[m]:
                                there, decayed = felt[m], node[w, j, m]
                                for s in range(lanes):
                                    row[s] += there[s] * decayed[s]
                    advance(u, at_node, work, widths[w], p_c50, p_hill, is_hyperbolic, p_des, p_rec)
            for m in range(n):
                for s in range(lanes):
                    away[m, s] *= step[w, m, s]


@compiled
def _multiply(a, b, product):
    """``product = a b``, written out: the compiler's own matrix product needs a library that users lack."""
    rows, inner = a.shape
    columns = b.shape[1]
    for i in range(rows):
        for j in range(columns):
            product[i, j] = 0.0
        for k in range(inner):
            factor = a[i, k]
            if factor != 0.0:
                for j in range(columns):
                    product[i, j] += factor * b[k, j]


@compiled
def _exponential(k, width, total):
    """exp(K·width) into ``total`` by uniformisation: all terms are positive, so nothing cancels.

    With q the largest loss rate, K + qI has no negative entry, and exp(Kw) = e^{-qw} exp((K + qI)w). The
    series is summed at w / 2^squarings, where q·w is small, and squared back up.
    """
    n = len(k)
    q = 0.0
    for i in range(n):
        q = max(q, -k[i, i])
    squarings = 0
    small = width
    while q * small > 0.25:
        small *= 0.5
        squarings += 1
    term, spare, positive = np.zeros((n, n)), np.zeros((n, n)), np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            one = 1.0 if i == j else 0.0
            term[i, j] = total[i, j] = one
            positive[i, j] = (k[i, j] + q * one) * small
    for order in range(1, 14):
        _multiply(term, positive, spare)
        for i in range(n):
            for j in range(n):
                term[i, j] = spare[i, j] / order
                total[i, j] += term[i, j]
    scale = np.exp(-q * small)
    for i in range(n):
        for j in range(n):
            total[i, j] *= scale
    for _ in range(squarings):
        _multiply(total, total, spare)
        for i in range(n):
            for j in range(n):
                total[i, j] = spare[i, j]


@compiled
def propagate_exponential(
    k,
    widths, width_of, rates, rate_of, boluses, bolus_of, observed_by, last_input, closing_bolus,
    readout, with_slow, drive, c50, hill, is_hyperbolic, k_des, k_rec, initial,
    out, out_slow, done,
):  # fmt: skip
    """Propagate the subjects not yet ``done`` by tabulated matrix exponentials.

    Parameters are those of :func:`propagate_modes`.
    """
    n_subjects, n, _ = k.shape
    n_panels, n_widths, n_rates, n_out = len(width_of), len(widths), len(rates), readout.shape[1]
    step = np.zeros((n_widths, n, n))
    felt = np.zeros((n_widths, N_NODES, n))
    to_node, factor, rest = np.zeros((n, n)), np.zeros((n, n)), np.zeros((n, n_rates))
    at_node, work = np.zeros((N_NODES, 1)), np.zeros((3, 1))
    away, moved, u = np.zeros(n), np.zeros(n), np.zeros(1)
    for subject in range(n_subjects):
        if done[subject]:
            continue
        for w in range(n_widths):
            _exponential(k[subject], widths[w], step[w])
            if with_slow:
                for j in range(N_NODES):
                    _exponential(k[subject], widths[w] * NODES[j], to_node)
                    for i in range(n):
                        felt[w, j, i] = 0.0
                        for o in range(n):
                            felt[w, j, i] += drive[subject, o] * to_node[o, i]
        for i in range(n):
            for j in range(n):
                factor[i, j] = k[subject, i, j]
            for r in range(n_rates):
                rest[i, r] = -rates[r, i]
        _solve_in_place(factor, rest)
        rate_before = rate_of[0]
        for i in range(n):
            away[i] = initial[subject, i] - rest[i, rate_before]
        u[0] = initial[subject, n]
        emitted = 0
        for panel in range(n_panels + 1):
            rate_now = rate_of[panel] if panel < n_panels else rate_before
            bolus = bolus_of[panel] if panel < n_panels else closing_bolus
            for i in range(n):
                if rate_now != rate_before:
                    away[i] += rest[i, rate_before] - rest[i, rate_now]
                away[i] += boluses[bolus, i]
            rate_before = rate_now
            while emitted < observed_by[panel]:
                for o in range(n_out):
                    total = 0.0
                    for i in range(n):
                        total += readout[subject, o, i] * (away[i] + rest[i, rate_now])
                    out[subject, emitted, o] = total
                out_slow[subject, emitted] = u[0]
                emitted += 1
            if panel == n_panels:
                break
            w = width_of[panel]
            if with_slow:
                for j in range(N_NODES):
                    total = 0.0
                    for i in range(n):
                        total += drive[subject, i] * rest[i, rate_now] + felt[w, j, i] * away[i]
                    at_node[j, 0] = total
                advance(
                    u, at_node, work, widths[w], c50[subject : subject + 1], hill[subject : subject + 1],
                    is_hyperbolic, k_des[subject : subject + 1], k_rec[subject : subject + 1],
                )  # fmt: skip
            for i in range(n):
                moved[i] = 0.0
                for j in range(n):
                    moved[i] += step[w, i, j] * away[j]
            for i in range(n):
                away[i] = moved[i]
        done[subject] = True
