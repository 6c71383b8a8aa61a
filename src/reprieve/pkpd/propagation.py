"""Exact propagation of linear systems over a schedule, for many subjects, in compiled code.

Two propagators with one contract: *modes* (decay rates and eigenvectors; fast) for systems that have them, the
*matrix exponential* for the rest. Which one runs is decided by the system, per subject, never by the caller.
Both work on the distance from the steady state of the present input, so a constant input costs nothing.
"""

from __future__ import annotations

import numpy as np

from reprieve.pkpd.compiled import compiled
from reprieve.pkpd.modes import _solve_in_place, subject_modes
from reprieve.pkpd.slow_state import N_NODES, NODES, advance

#: Subjects advanced side by side: enough to fill vector registers, few enough to stay in cache.
LANES = 64
#: What the rest of a washing-out drug may still add to U before it is left out.
_NEGLIGIBLE = 1e-11


@compiled
def propagate_modes(  # type: ignore[no-untyped-def]  # noqa: PLR0912
    k, order, first, parent,
    widths, width_of, rates, rate_of, boluses, bolus_of, observed_by, last_input, closing_bolus,
    readout, with_slow, drive, c50, hill, is_hyperbolic, k_des, k_rec,
    out, out_slow, done, lanes,
):  # fmt: skip
    """Propagate every subject that has modes; ``done`` says which.

    Parameters
    ----------
    k : (n_subjects, n, n) 1/h; order, first, parent: block structure
    widths ... closing_bolus : see :class:`reprieve.pkpd.schedule.Schedule`
    readout : (n_subjects, n_out, n); drive, c50, hill, k_des, k_rec: see :class:`SlowState`
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
    subject_of = np.zeros(lanes, np.int64)
    drives = np.zeros(n, np.bool_)

    begin = 0
    while begin < n_subjects:
        filled = 0
        while begin < n_subjects and filled < lanes:
            subject = begin
            begin += 1
            done[subject] = subject_modes(k[subject], order, first, parent, lane_rates, vectors, lane_inverse)
            if not done[subject]:
                continue
            subject_of[filled] = subject
            for m in range(n):
                lam[m, filled] = lane_rates[m]
                for i in range(n):
                    inverse[m, i, filled] = lane_inverse[m, i]
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
            filled += 1
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
                for s in range(lanes):
                    step[w, m, s] = np.exp(-lam[m, s] * widths[w])
                if with_slow and drives[m]:
                    for j in range(N_NODES):
                        for s in range(lanes):
                            node[w, j, m, s] = np.exp(-lam[m, s] * widths[w] * NODES[j])

        u[:] = 0.0
        emitted = 0
        washed_out = False
        rate_before = rate_of[0]
        away[:] = -rest[rate_before]
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
                        washed_out = washed_out and p_des[s] * share < _NEGLIGIBLE
                if washed_out:
                    for s in range(lanes):
                        u[s] *= np.exp(-p_rec[s] * widths[w])
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
def _exponential(k, width):  # type: ignore[no-untyped-def]
    """exp(K·width) by uniformisation: all terms are positive, so nothing cancels.

    With q the largest loss rate, K + qI has no negative entry, and exp(Kw) = e^{-qw} exp((K + qI)w). The series
    is summed at w / 2^squarings, where q·w is small, and squared back up.
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
    term = np.eye(n)
    total = np.eye(n)
    positive = k + q * np.eye(n)
    for order in range(1, 14):
        term = (term @ positive) * (small / order)
        total += term
    total *= np.exp(-q * small)
    for _ in range(squarings):
        total = total @ total
    return total


@compiled
def propagate_exponential(  # type: ignore[no-untyped-def]  # noqa: PLR0912
    k,
    widths, width_of, rates, rate_of, boluses, bolus_of, observed_by, closing_bolus,
    readout, with_slow, drive, c50, hill, is_hyperbolic, k_des, k_rec,
    out, out_slow, done,
):  # fmt: skip
    """Propagate the subjects not yet ``done`` by tabulated matrix exponentials; shapes as :func:`propagate_modes`."""
    n_subjects, n, _ = k.shape
    n_panels, n_widths, n_rates, n_out = len(width_of), len(widths), len(rates), readout.shape[1]
    step = np.zeros((n_widths, n, n))
    felt = np.zeros((n_widths, N_NODES, n))
    at_node, work = np.zeros((N_NODES, 1)), np.zeros((3, 1))
    for subject in range(n_subjects):
        if done[subject]:
            continue
        for w in range(n_widths):
            step[w] = _exponential(k[subject], widths[w])
            if with_slow:
                for j in range(N_NODES):
                    felt[w, j] = drive[subject] @ _exponential(k[subject], widths[w] * NODES[j])
        rest = np.ascontiguousarray(-rates.T)
        _solve_in_place(k[subject].copy(), rest)
        rate_before = rate_of[0]
        away = -rest[:, rate_before]
        u = np.zeros(1)
        emitted = 0
        for panel in range(n_panels + 1):
            rate_now = rate_of[panel] if panel < n_panels else rate_before
            if rate_now != rate_before:
                away = away + rest[:, rate_before] - rest[:, rate_now]
                rate_before = rate_now
            away = away + boluses[bolus_of[panel] if panel < n_panels else closing_bolus]
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
                level = 0.0
                for i in range(n):
                    level += drive[subject, i] * rest[i, rate_now]
                for j in range(N_NODES):
                    at_node[j, 0] = level + felt[w, j] @ away
                advance(
                    u, at_node, work, widths[w], c50[subject : subject + 1], hill[subject : subject + 1],
                    is_hyperbolic, k_des[subject : subject + 1], k_rec[subject : subject + 1],
                )  # fmt: skip
            away = step[w] @ away
        done[subject] = True
