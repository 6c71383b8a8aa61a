"""Exact propagation of linear systems that have modes, over a schedule, for many subjects side by side.

Carried along is the amplitude y of each mode. Over a panel of width w with constant inflow f into the mode

    y(w) = y(0) e^{-λw} + f (1 - e^{-λw}) / λ

and both factors are tabulated once per distinct width. Nothing is ever expressed as a small difference from a
steady state, which would cost digits where the steady state is far away and would not exist for λ = 0.

Subjects lie along the last axis (*lanes*), and every inner loop runs over them.
"""

from __future__ import annotations

import numpy as np

from reprieve.pkpd.compiled import borrowed, compiled
from reprieve.pkpd.modes import subject_modes
from reprieve.pkpd.slow_state import (
    C50,
    CONCENTRATION,
    DESK_ROWS,
    HILL,
    K_DES,
    K_REC,
    LANES,
    N_NODES,
    NODES,
    REVERSED,
    advance,
)

#: ln 2 in two parts, so that a multiple of it subtracts without rounding, and 1.5·2⁵², which rounds to an integer
#: what is added to it and holds that integer in its low bits.
_LN2_HIGH, _LN2_LOW, _ROUNDER = 6.93147180369123816490e-01, 1.90821492927058770002e-10, 6755399441055744.0
_LOG2_E = 1.4426950408889634

#: Tabulated exponentials of one thread stay below this many numbers (32 MiB).
TABLE_SIZE = 4 * 2**20
#: What the rest of a washing-out drug may still add to U, as a share of U, before it is left out.
_NEGLIGIBLE = 1e-10
#: A driving mode that decays less than this during all input goes by matrix exponential: its distance from the
#: steady state, which the quadrature works with, is a difference of numbers as much larger.
_HARDLY_DECAYS = 1e-6
#: Observation times collected before they are written, so that each subject's are written together.
COLLECTED = 8


@compiled
def exponentials(lam, width, out, whole, lost):
    """``out = exp(-lam·width)`` to the last bit or two; four times faster than a library call per element.

    exp(x) = 2^k e^r with x = k ln 2 + r and |r| ≤ ln 2 / 2; e^r by its Taylor polynomial, 2^k by writing k where
    a floating-point number keeps its exponent. Below e^-700 (1e-304) it stays there.

    Parameters
    ----------
    lam : (n_lanes,) 1/h, not negative
    width : h
    out : (n_lanes,), written
    whole : (n_lanes,) work space
    lost : (n_lanes,), written: ``1 - out``, to full relative accuracy also where it is small
    """
    bits = whole.view(np.int64)
    n_lanes = len(lam)
    for s in range(n_lanes):
        x = -lam[s] * width
        x = x if x > -700.0 else -700.0
        rounded = x * _LOG2_E + _ROUNDER
        whole[s] = rounded
        k = rounded - _ROUNDER
        lost[s] = (x - k * _LN2_HIGH) - k * _LN2_LOW
    for s in range(n_lanes):
        r = lost[s]
        p = 1 / 3628800 + r * (1 / 39916800 + r / 479001600)
        p = 1 / 720 + r * (1 / 5040 + r * (1 / 40320 + r * (1 / 362880 + r * p)))
        p = r * (1.0 + r * (1 / 2 + r * (1 / 6 + r * (1 / 24 + r * (1 / 120 + r * p)))))
        lost[s] = p
        out[s] = 1.0 + p
    for s in range(n_lanes):
        bits[s] = (bits[s] + 1023) << 52
    for s in range(n_lanes):
        out[s] *= whole[s]
    for s in range(n_lanes):
        lost[s] = -lost[s] if whole[s] == 1.0 else 1.0 - out[s]


@compiled
def _fill(gain, lost, slowness, is_fed):
    """(1 - e^{-λw}) / λ, where anything flows in."""
    if is_fed:
        for s in range(LANES):
            gain[s] = lost[s] * slowness[s]


@compiled
def _tabulate(width, lam, slowness, driving, n_driving, is_fed, step, gain, node, work):
    """Over one width: what is left of each mode, what a unit of inflow leaves, and what is left at the nodes.

    Nodes lie symmetrically: with h = e^{-λw/2} and e^{-λwc} at a node c, the whole is h², and h² over the second
    is what is left at the node 1 - c. Two exponentials are saved for each two divisions.
    """
    whole, lost, is_felt = work[0, :LANES], work[1, :LANES], work[2]
    is_felt[: len(lam)] = 0.0
    for d in range(n_driving):
        m, at = driving[d], node[d]
        is_felt[m] = 1.0
        first, second, half = at[:LANES], at[LANES : 2 * LANES], at[2 * LANES : 3 * LANES]
        exponentials(lam[m], width * NODES[0], first, whole, lost)
        exponentials(lam[m], width * NODES[1], second, whole, lost)
        exponentials(lam[m], width * 0.5, half, whole, lost)
        left = step[m]
        for s in range(LANES):
            left[s] = half[s] * half[s]
            lost[s] *= 1.0 + half[s]
        _fill(gain[m], lost, slowness[m], is_fed)
        fourth, fifth = at[3 * LANES : 4 * LANES], at[4 * LANES :]
        for s in range(LANES):
            fourth[s] = left[s] / second[s]
        for s in range(LANES):
            fifth[s] = left[s] / first[s]
    for m in range(len(lam)):
        if is_felt[m] == 0.0:
            exponentials(lam[m], width, step[m], whole, lost)
            _fill(gain[m], lost, slowness[m], is_fed)


@compiled
def _take_in(
    lane, rates, vectors, inverse, readout, drive, initial, lam, slowness, into, out_mode, drive_mode, amplitude
):
    """Write one subject's modes, and what they hold at the start, into its lane."""
    n, n_out = len(rates), len(readout)
    for m in range(n):
        lam[m, lane], slowness[m, lane] = rates[m], 1.0 / rates[m]
        held, felt = 0.0, 0.0
        for i in range(n):
            into[m, i, lane] = inverse[m, i]
            held += inverse[m, i] * initial[i]
            felt += drive[i] * vectors[i, m]
        amplitude[m, lane] = held
        drive_mode[m, lane] = felt
        for o in range(n_out):
            seen = 0.0
            for i in range(n):
                seen += readout[o, i] * vectors[i, m]
            out_mode[o, m, lane] = seen


@compiled
def _change_input(rate, into, slowness, drive_mode, inflow, rest, level):
    """A new constant input (mg/h): into each mode, the steady state it would have, and what of it is felt."""
    level[:] = 0.0
    for m in range(len(slowness)):
        flow, settled, felt, slow = inflow[m], rest[m], drive_mode[m], slowness[m]
        flow[:] = 0.0
        for i in range(len(rate)):
            if rate[i] != 0.0:
                share = into[m, i]
                for s in range(LANES):
                    flow[s] += share[s] * rate[i]
        for s in range(LANES):
            settled[s] = flow[s] * slow[s] if felt[s] != 0.0 else 0.0
        for s in range(LANES):
            level[s] += felt[s] * settled[s]


@compiled
def _give(bolus, into, amplitude):
    """A bolus (mg in each compartment) adds to the modes."""
    for i in range(len(bolus)):
        if bolus[i] != 0.0:
            for m in range(len(into)):
                there, share = amplitude[m], into[m, i]
                for s in range(LANES):
                    there[s] += share[s] * bolus[i]


@compiled
def _step(step, gain, is_fed, inflow, amplitude):
    """Modes decay, and fill, over one panel."""
    for m in range(len(step)):
        there, left = amplitude[m], step[m]
        if is_fed:
            flow, per_flow = inflow[m], gain[m]
            for s in range(LANES):
                there[s] = there[s] * left[s] + flow[s] * per_flow[s]
        else:
            for s in range(LANES):
                there[s] *= left[s]


@compiled
def _feel(desk, node, driving, n_driving, drive_mode, amplitude, rest, level):
    """Driving concentration at the nodes of a panel, onto the desk."""
    for d in range(n_driving):
        at, felt, there, settled = node[d], drive_mode[driving[d]], amplitude[driving[d]], rest[driving[d]]
        if d == 0:
            for s in range(LANES):
                away = felt[s] * (there[s] - settled[s])
                desk[CONCENTRATION + s] = level[s] + away * at[s]
                desk[CONCENTRATION + LANES + s] = level[s] + away * at[LANES + s]
                desk[CONCENTRATION + 2 * LANES + s] = level[s] + away * at[2 * LANES + s]
                desk[CONCENTRATION + 3 * LANES + s] = level[s] + away * at[3 * LANES + s]
                desk[CONCENTRATION + 4 * LANES + s] = level[s] + away * at[4 * LANES + s]
        else:
            for s in range(LANES):
                away = felt[s] * (there[s] - settled[s])
                desk[CONCENTRATION + s] += away * at[s]
                desk[CONCENTRATION + LANES + s] += away * at[LANES + s]
                desk[CONCENTRATION + 2 * LANES + s] += away * at[2 * LANES + s]
                desk[CONCENTRATION + 3 * LANES + s] += away * at[3 * LANES + s]
                desk[CONCENTRATION + 4 * LANES + s] += away * at[4 * LANES + s]


@compiled
def _recover(desk, width, work):
    """U over one panel without drug."""
    left = work[2, :LANES]
    exponentials(desk[K_REC : K_REC + LANES], width, left, work[0, :LANES], work[1, :LANES])
    for s in range(LANES):
        desk[REVERSED + s] *= left[s]


@compiled
def _first_still_driven(lane, filled, desk, lam, driving, n_driving, drive_mode, amplitude, is_hyperbolic):
    """The first lane from ``lane`` on whose drug may still add to U; ``filled`` when all are washed out."""
    for s in range(lane, filled):
        left, slowest = 0.0, np.inf
        for d in range(n_driving):
            left += abs(drive_mode[driving[d], s] * amplitude[driving[d], s])
            slowest = min(slowest, lam[driving[d], s])
        share, hill = left / desk[C50 + s], desk[HILL + s]
        if not is_hyperbolic:
            share = share**hill
        if not desk[K_DES + s] * share <= _NEGLIGIBLE * hill * slowest * desk[REVERSED + s]:
            return s
    return filled


@compiled
def _list_seen(out_mode, filled, seen):
    """List the modes an output shows, in pairs; an odd one is paired with a last mode that is always empty."""
    count, n = 0, len(out_mode) - 1
    for m in range(n):
        if np.any(out_mode[m, :filled] != 0.0):
            seen[count] = m
            count += 1
    if count % 2 == 1 or count == 0:
        seen[count] = seen[count + 1] = n
        count += 1
    return (count + 1) // 2


@compiled
def _look(out_mode, seen, n_seen, amplitude, desk, row):
    """What is seen now, into one row of what is collected: the outputs, then U.

    Parameters
    ----------
    seen : (n_out, n) modes of each output, in pairs; n_seen: (n_out,) how many pairs
    """
    n_out = len(n_seen)
    for o in range(n_out):
        total = row[o]
        for pair in range(n_seen[o]):
            m, other = seen[o, 2 * pair], seen[o, 2 * pair + 1]
            weight, there, weight_2, there_2 = out_mode[o, m], amplitude[m], out_mode[o, other], amplitude[other]
            if pair == 0:
                for s in range(LANES):
                    total[s] = weight[s] * there[s] + weight_2[s] * there_2[s]
            else:
                for s in range(LANES):
                    total[s] += weight[s] * there[s] + weight_2[s] * there_2[s]
    last = row[n_out]
    for s in range(LANES):
        last[s] = desk[REVERSED + s]


@compiled
def hand_over(collected, count, start, subject_of, filled, out, out_slow):
    """Write what was collected at ``count`` times, the ``start``-th and following, subject by subject."""
    n_out = out.shape[2]
    for s in range(filled):
        values, fractions = out[subject_of[s]], out_slow[subject_of[s]]
        for t in range(count):
            for o in range(n_out):
                values[start + t, o] = collected[t, o, s]
            fractions[start + t] = collected[t, n_out, s]


@compiled
def _is_fed(rates, rate_of, width_of, n_widths):
    """Which distinct inputs give anything, and during which distinct widths something is given."""
    gives, fed = np.zeros(len(rates), np.bool_), np.zeros(n_widths, np.bool_)
    for r in range(len(rates)):
        gives[r] = np.any(rates[r] != 0.0)
    for panel in range(len(width_of)):
        fed[width_of[panel]] |= gives[rate_of[panel]]
    return gives, fed


@compiled
def _hardly_decays(lam, drive_mode, lane, hours):
    """Whether a driving mode of the lane hardly decays during so many hours of input."""
    slowest = np.inf
    for m in range(len(lam)):
        if drive_mode[m, lane] != 0.0:
            slowest = min(slowest, lam[m, lane])
    return slowest * hours < _HARDLY_DECAYS


@compiled
def propagate_modes(
    k, order, first, parent,
    widths, width_of, rates, rate_of, boluses, bolus_of, observed_by, last_input, closing_bolus,
    readout, with_slow, drive, c50, hill, is_hyperbolic, k_des, k_rec, initial,
    out, out_slow, done,
):  # fmt: skip
    """Propagate every subject that has modes; ``done`` says which.

    Parameters
    ----------
    k : (n_subjects, n, n) 1/h; order, first, parent: block structure
    widths ... closing_bolus : see :class:`reprieve.pkpd.schedule.CompiledSchedule`
    readout : (n_subjects, n_out, n); drive, c50, hill, k_des, k_rec: see :class:`SlowState`
    initial : (n_subjects, n + 1) mg in each compartment and U, at the start
    out : (n_subjects, n_times, n_out), written; out_slow : (n_subjects, n_times) U, written
    done : (n_subjects,) bool, written
    """
    n, n_out, n_widths = k.shape[1], readout.shape[1], len(widths)
    # Widths beyond the first so many are rare: theirs are made when they are met, in the last place.
    kept = min(n_widths, max(1, TABLE_SIZE // (LANES * n * (2 + N_NODES))))
    felt_rows = n if with_slow else 0
    space = (
        np.ones((2, n, LANES)), np.zeros((n, n, LANES)), np.zeros((n_out, n + 1, LANES)), np.zeros((3, n, LANES)),
        np.zeros((n + 1, LANES)), np.zeros((2, kept + 1, n, LANES)),
        np.zeros((kept + 1, felt_rows, N_NODES * LANES)), np.zeros(DESK_ROWS * LANES), np.zeros(LANES),
        np.zeros((COLLECTED, n_out + 1, LANES)), np.zeros((3, max(n, LANES))), np.zeros((6, n, n)),
        np.zeros((n_out, n + 2), np.int64),
    )  # fmt: skip
    _run_groups(
        k, order, first, parent,
        widths, width_of, rates, rate_of, boluses, bolus_of, observed_by, last_input, closing_bolus,
        readout, with_slow, drive, c50, hill, is_hyperbolic, k_des, k_rec, initial,
        out, out_slow, done, kept, space,
    )  # fmt: skip


@compiled
def _run_groups(
    k, order, first, parent,
    widths, width_of, rates, rate_of, boluses, bolus_of, observed_by, last_input, closing_bolus,
    readout, with_slow, drive, c50, hill, is_hyperbolic, k_des, k_rec, initial,
    out, out_slow, done, kept,
    space,
):  # fmt: skip
    """Group by group, in the work space given; see :func:`propagate_modes`."""
    decay, into, out_mode, of_modes, amplitude, tables, node, desk, level, collected, work, mode_work, seen = space
    k, rates, boluses, readout, drive, initial, out, out_slow = (
        borrowed(k), borrowed(rates), borrowed(boluses), borrowed(readout), borrowed(drive), borrowed(initial),
        borrowed(out), borrowed(out_slow),
    )  # fmt: skip
    into, out_mode, amplitude, node, desk, level, collected, work, seen = (
        borrowed(into), borrowed(out_mode), borrowed(amplitude), borrowed(node), borrowed(desk), borrowed(level),
        borrowed(collected), borrowed(work), borrowed(seen),
    )  # fmt: skip
    decay, of_modes, tables, mode_work = borrowed(decay), borrowed(of_modes), borrowed(tables), borrowed(mode_work)
    lam, slowness, drive_mode, inflow, rest = decay[0], decay[1], of_modes[0], of_modes[1], of_modes[2]
    step, gain = tables[0], tables[1]
    lane_rates, vectors, inverse, mode_work = mode_work[0, 0], mode_work[1], mode_work[2], mode_work[3:]
    n_subjects, n, _ = k.shape
    n_panels, n_widths, n_out = len(width_of), len(widths), readout.shape[1]
    ready = np.zeros(kept + 1, np.bool_)
    gives, fed = _is_fed(rates, rate_of, width_of, n_widths)
    hours = 0.0
    for panel in range(n_panels):
        hours += widths[width_of[panel]] if gives[rate_of[panel]] else 0.0
    desk[C50 : C50 + LANES] = 1.0
    desk[HILL : HILL + LANES] = 1.0
    n_seen, subject_of, driving = np.zeros(n_out, np.int64), np.zeros(LANES, np.int64), np.zeros(n, np.int64)

    for begin in range(0, n_subjects, LANES):
        # Groups are cut by position, so that a subject's neighbours never depend on how threads are cut.
        filled = 0
        for subject in range(begin, min(n_subjects, begin + LANES)):
            if not subject_modes(k[subject], order, first, parent, lane_rates, vectors, inverse, mode_work):
                continue
            _take_in(
                filled, lane_rates, vectors, inverse, readout[subject], drive[subject], initial[subject],
                lam, slowness, into, out_mode, drive_mode, amplitude,
            )  # fmt: skip
            if hours > 0.0 and _hardly_decays(lam, drive_mode, filled, hours):
                continue
            desk[C50 + filled], desk[HILL + filled] = c50[subject], hill[subject]
            desk[K_DES + filled], desk[K_REC + filled] = k_des[subject], k_rec[subject]
            desk[REVERSED + filled] = initial[subject, n]
            subject_of[filled] = subject
            done[subject] = True
            filled += 1
        if filled == 0:
            continue

        for o in range(n_out):
            n_seen[o] = _list_seen(out_mode[o], filled, seen[o])
        n_driving = 0
        for m in range(n):
            if np.any(drive_mode[m, :filled] != 0.0):
                driving[n_driving] = m
                n_driving += 1
        ready[:] = False
        _change_input(rates[rate_of[0]], into, slowness, drive_mode, inflow, rest, level)
        rate_before, emitted, waiting, driven = rate_of[0], 0, 0, 0
        for panel in range(n_panels + 1):
            rate_now = rate_of[panel] if panel < n_panels else rate_before
            if rate_now != rate_before:
                _change_input(rates[rate_now], into, slowness, drive_mode, inflow, rest, level)
                rate_before = rate_now
            _give(boluses[bolus_of[panel] if panel < n_panels else closing_bolus], into, amplitude)
            while emitted + waiting < observed_by[panel]:
                _look(out_mode, seen, n_seen, amplitude, desk, collected[waiting])
                waiting += 1
                if waiting == COLLECTED or emitted + waiting == observed_by[n_panels]:
                    hand_over(collected, waiting, emitted, subject_of, filled, out, out_slow)
                    emitted, waiting = emitted + waiting, 0
            if panel == n_panels:
                break
            w = width_of[panel]
            place = min(w, kept)
            if with_slow and panel >= last_input and driven < filled:
                driven = _first_still_driven(
                    driven, filled, desk, lam, driving, n_driving, drive_mode, amplitude, is_hyperbolic
                )
            is_felt = with_slow and driven < filled
            if not ready[place] or place == kept:
                _tabulate(
                    widths[w], lam, slowness, driving, n_driving if is_felt else 0, fed[w],
                    step[place], gain[place], node[place], work,
                )  # fmt: skip
                ready[place] = True
            if with_slow:
                if not is_felt or n_driving == 0:
                    _recover(desk, widths[w], work)
                else:
                    _feel(desk, node[place], driving, n_driving, drive_mode, amplitude, rest, level)
                    advance(desk, LANES, widths[w], is_hyperbolic)
            _step(step[place], gain[place], gives[rate_now], inflow, amplitude)
