"""Exact propagation of linear systems by matrix exponentials: for those that have no usable modes.

The input is carried as further compartments that never change: with B the unit columns of the compartments that
receive a constant input u,

    d/dt [x, u] = [[K, B], [0, 0]] [x, u]

One matrix without a negative number beside its diagonal propagates both, so nothing cancels, and a compartment
that is never emptied is no exception.

Of each exponential only the *pairs* are stored of which one compartment can be reached from the other, and subjects
lie along the last axis, side by side as in :mod:`reprieve.pkpd.propagation`.
"""

from __future__ import annotations

import numpy as np

from reprieve.pkpd.compiled import borrowed, compiled
from reprieve.pkpd.propagation import COLLECTED, TABLE_SIZE, hand_over
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

#: The series is summed up to this q·w; beyond it, squared back up. A square costs as much as a dozen of its terms.
_LARGEST = 2.0
#: Terms after the first that counts are summed until they are this share of it.
_LEFT_OUT = 1e-18
#: h; widths that add up to another to within so much give its exponential as a product.
_SAME_WIDTH = 1e-13


@compiled
def _reached(k, rates):
    """Pairs of [[K, B], [0, 0]].

    Returns
    -------
    (size, size) int, the place of a pair (to, from), -1 for none; (n_pairs, 2) the pairs; compartments that receive a
    constant input
    """
    n = k.shape[1]
    receives = np.array([i for i in range(n) if np.any(rates[:, i] != 0.0)], dtype=np.int64)
    size = n + len(receives)
    reach = np.zeros((size, size), np.bool_)
    for i in range(size):
        reach[i, i] = True
    for i in range(n):
        for j in range(n):
            reach[i, j] |= np.any(k[:, i, j] != 0.0)
    for c in range(len(receives)):
        reach[receives[c], n + c] = True
    for middle in range(size):
        for i in range(size):
            for j in range(size):
                reach[i, j] |= reach[i, middle] and reach[middle, j]
    place = np.full((size, size), -1)
    pairs = np.argwhere(reach)
    for pair in range(len(pairs)):
        place[pairs[pair, 0], pairs[pair, 1]] = pair
    return place, pairs, receives


@compiled
def _multiply(a, b, product):
    """``product = a b``, written out: the compiler's own matrix product needs a library that users lack."""
    n, width = b.shape
    for i in range(n):
        into = product[i]
        into[:] = 0.0
        for middle in range(n):
            factor, row = a[i, middle], b[middle]
            if factor != 0.0:
                for j in range(width):
                    into[j] += factor * row[j]


@compiled
def _n_powers(x, size):
    """How many powers to sum: what must pass through all compartments first begins with the power ``size``."""
    term, power = 1.0, size
    while term > _LEFT_OUT:
        power += 1
        term *= x / power
    return power


@compiled
def powers_of(matrix, powers):
    """``(K/q + I)^p / p!`` into ``powers[p]``, row after row; returns q, the largest loss rate (1/h).

    Shared by all widths. No entry is negative when none of K beside its diagonal is.

    Parameters
    ----------
    matrix : (n, padded) 1/h; columns from n on are empty, they fill the last vector register
    powers : (n_powers, n * padded), written
    """
    n, padded = matrix.shape
    q = 0.0
    for i in range(n):
        q = max(q, -matrix[i, i])
    q = q if q > 0.0 else 1.0
    zeroth, first = powers[0].reshape(n, padded), powers[1].reshape(n, padded)
    for i in range(n):
        for j in range(padded):
            zeroth[i, j] = 1.0 if i == j else 0.0
            first[i, j] = matrix[i, j] / q + zeroth[i, j]
    for p in range(2, len(powers)):
        _multiply(first, powers[p - 1].reshape(n, padded), powers[p].reshape(n, padded))  # the emptier one first
        scaled, factor = powers[p], 1.0 / p
        for i in range(n * padded):
            scaled[i] *= factor
    return q


@compiled
def exponential(powers, q, width, total, spare):
    """exp(K·width) into ``total`` (n, padded) by uniformisation: all terms are positive, so nothing cancels.

    exp(Kw) = e^{-qw} exp((K + qI)w). The series is summed at w / 2^squarings, where q·w is small enough, and squared
    back up.
    """
    n, padded = total.shape
    x, squarings = q * width, 0
    while x > _LARGEST:
        x *= 0.5
        squarings += 1
    summed, squared = total.reshape(n * padded), spare.reshape(n * padded)
    summed[:] = 0.0
    share = np.exp(-x)
    for p in range(_n_powers(x, n)):
        term = powers[p]
        for i in range(n * padded):
            summed[i] += share * term[i]
        share *= x
    for _ in range(squarings):
        _multiply(total, total, spare)
        for i in range(n * padded):
            summed[i] = squared[i]


@compiled
def _sums(widths):
    """Widths in ascending order, and for each two shorter ones that add up to it, or -1.

    Observation times on a grid give many such: their exponential is a product of two that are known.
    """
    ascending = np.argsort(widths)
    parts = np.full((len(widths), 2), -1)
    for position in range(len(widths)):
        low, high, whole = 0, position - 1, widths[ascending[position]]
        while low <= high and parts[ascending[position], 0] < 0:
            missing = whole - widths[ascending[low]] - widths[ascending[high]]
            if abs(missing) <= _SAME_WIDTH:
                parts[ascending[position]] = ascending[low], ascending[high]
            elif missing > 0.0:
                low += 1
            else:
                high -= 1
    return ascending, parts


@compiled
def _put(total, pairs, lane, step):
    """One subject's exponential into its lane."""
    for pair in range(len(pairs)):
        step[pair, lane] = total[pairs[pair, 0], pairs[pair, 1]]


@compiled
def _feel_ahead(powers, q, width, lane, drive, felt, total, spare):
    """What of the state at the start of a width is felt at each node of it."""
    for node in range(N_NODES):
        exponential(powers, q, width * NODES[node], total, spare)
        for i in range(len(total)):
            weight = 0.0
            for o in range(len(drive)):
                weight += drive[o] * total[o, i]
            felt[node, i, lane] = weight


@compiled
def _step(step, place, lanes, state, moved):
    """The state over one panel; sources two by two, to write half as often."""
    size = len(place)
    for i in range(size):
        into, here = moved[i], step[place[i, i]]
        held = state[i]
        for s in range(lanes):
            into[s] = here[s] * held[s]
        waiting = -1
        for j in range(size):
            if place[i, j] < 0 or j == i:
                continue
            if waiting < 0:
                waiting = j
                continue
            share, held, share_2, held_2 = step[place[i, waiting]], state[waiting], step[place[i, j]], state[j]
            for s in range(lanes):
                into[s] += share[s] * held[s] + share_2[s] * held_2[s]
            waiting = -1
        if waiting >= 0:
            share, held = step[place[i, waiting]], state[waiting]
            for s in range(lanes):
                into[s] += share[s] * held[s]
    for i in range(size):
        into, held = state[i], moved[i]
        for s in range(lanes):
            into[s] = held[s]


@compiled
def _feel(desk, felt, lanes, state):
    """Driving concentration at the nodes of a panel, onto the desk."""
    for j in range(N_NODES):
        at = desk[CONCENTRATION + j * LANES : CONCENTRATION + (j + 1) * LANES]
        at[:] = 0.0
        for i in range(len(state)):
            weight, held = felt[j, i], state[i]
            for s in range(lanes):
                at[s] += weight[s] * held[s]


@compiled
def _look(readout, is_seen, lanes, state, desk, row):
    """What is seen now, into one row of what is collected: the outputs, then U."""
    n_out, n = is_seen.shape
    for o in range(n_out):
        total = row[o]
        total[:] = 0.0
        for i in range(n):
            if is_seen[o, i]:
                weight, held = readout[o, i], state[i]
                for s in range(lanes):
                    total[s] += weight[s] * held[s]
    row[n_out, :lanes] = desk[REVERSED : REVERSED + lanes]


@compiled
def propagate_exponential(
    k,
    widths, width_of, rates, rate_of, boluses, bolus_of, observed_by, last_input, closing_bolus,
    readout, with_slow, drive, c50, hill, is_hyperbolic, k_des, k_rec, initial,
    out, out_slow, done,
):  # fmt: skip
    """Propagate the subjects not yet ``done``.

    Parameters are those of :func:`reprieve.pkpd.propagation.propagate_modes`.
    """
    n_subjects, n, _ = k.shape
    n_out = readout.shape[1]
    place, pairs, receives = _reached(k, rates)
    size, n_pairs = len(place), len(pairs)
    most, padded = min(LANES, 16 * ((n_subjects + 15) // 16)), 16 * ((size + 15) // 16)
    # Widths beyond the first so many are rare: theirs are made when they are met, in the last place.
    kept = min(len(widths), max(1, TABLE_SIZE // (most * (n_pairs + N_NODES * size))))
    felt_rows = N_NODES if with_slow else 0
    space = (
        np.zeros((kept + 1, n_pairs, most)), np.zeros((kept + 1, felt_rows, size, most)),
        np.zeros((most, size, padded)), np.zeros((_n_powers(_LARGEST, size), size * padded)),
        np.zeros((kept, size, padded)), np.zeros((2, size, padded)), np.zeros((n_out, n, most)),
        np.zeros((2, size, most)), np.zeros(DESK_ROWS * LANES), np.zeros((COLLECTED, n_out + 1, most)),
    )  # fmt: skip
    _run_groups(
        k, place, pairs, receives,
        widths, width_of, rates, rate_of, boluses, bolus_of, observed_by, closing_bolus,
        readout, with_slow, drive, c50, hill, is_hyperbolic, k_des, k_rec, initial,
        out, out_slow, done, space,
    )  # fmt: skip


@compiled
def _run_groups(
    k, place, pairs, receives,
    widths, width_of, rates, rate_of, boluses, bolus_of, observed_by, closing_bolus,
    readout, with_slow, drive, c50, hill, is_hyperbolic, k_des, k_rec, initial,
    out, out_slow, done,
    space,
):  # fmt: skip
    """Group by group, in the work space given; see :func:`propagate_exponential`."""
    step, felt, matrix, powers, dense, spares, reads, states, desk, collected = space
    k, boluses, readout, drive, initial, out, out_slow = (
        borrowed(k), borrowed(boluses), borrowed(readout), borrowed(drive), borrowed(initial), borrowed(out),
        borrowed(out_slow),
    )  # fmt: skip
    step, felt, matrix, powers, dense, spares, reads, states, desk, collected = (
        borrowed(step), borrowed(felt), borrowed(matrix), borrowed(powers), borrowed(dense), borrowed(spares),
        borrowed(reads), borrowed(states), borrowed(desk), borrowed(collected),
    )  # fmt: skip
    total, spare, state, moved = spares[0], spares[1], states[0], states[1]
    n_subjects, n, _ = k.shape
    n_panels, n_out, most, kept = len(width_of), readout.shape[1], len(matrix), len(dense)
    q, subject_of = np.ones(most), np.zeros(most, np.int64)
    is_seen = np.zeros((n_out, n), np.bool_)
    for o in range(n_out):
        for i in range(n):
            is_seen[o, i] = np.any(readout[:, o, i] != 0.0)
    ascending, parts = _sums(widths[:kept])
    for c in range(len(receives)):
        matrix[:, receives[c], n + c] = 1.0

    subject = 0
    while subject < n_subjects:
        filled = 0
        while subject < n_subjects and filled < most:
            if not done[subject]:
                matrix[filled, :n, :n] = k[subject]
                state[:n, filled], reads[:, :, filled] = initial[subject, :n], readout[subject]
                desk[C50 + filled], desk[HILL + filled] = c50[subject], hill[subject]
                desk[K_DES + filled], desk[K_REC + filled] = k_des[subject], k_rec[subject]
                desk[REVERSED + filled] = initial[subject, n]
                subject_of[filled], done[subject] = subject, True
                q[filled] = powers_of(matrix[filled], powers)
                for w in ascending:
                    if parts[w, 0] >= 0:
                        _multiply(dense[parts[w, 0]], dense[parts[w, 1]], dense[w])
                    else:
                        exponential(powers, q[filled], widths[w], dense[w], spare)
                    _put(dense[w], pairs, filled, step[w])
                    if with_slow:
                        _feel_ahead(powers, q[filled], widths[w], filled, drive[subject], felt[w], total, spare)
                filled += 1
            subject += 1
        if filled == 0:
            break
        lanes = min(most, 16 * ((filled + 15) // 16))
        emitted, waiting = 0, 0
        for panel in range(n_panels + 1):
            bolus = boluses[bolus_of[panel] if panel < n_panels else closing_bolus]
            for i in range(n):
                if bolus[i] != 0.0:
                    state[i] += bolus[i]
            while emitted + waiting < observed_by[panel]:
                _look(reads, is_seen, lanes, state, desk, collected[waiting])
                waiting += 1
                if waiting == COLLECTED or emitted + waiting == observed_by[n_panels]:
                    hand_over(collected, waiting, emitted, subject_of, filled, out, out_slow)
                    emitted, waiting = emitted + waiting, 0
            if panel == n_panels:
                break
            width, place_of = widths[width_of[panel]], min(width_of[panel], kept)
            if place_of == kept:  # rare widths are tabulated when they are met
                for lane in range(filled):
                    powers_of(matrix[lane], powers)
                    exponential(powers, q[lane], width, total, spare)
                    _put(total, pairs, lane, step[kept])
                    if with_slow:
                        _feel_ahead(powers, q[lane], width, lane, drive[subject_of[lane]], felt[kept], total, spare)
            for c in range(len(receives)):
                state[n + c] = rates[rate_of[panel], receives[c]]
            if with_slow:
                _feel(desk, felt[place_of], lanes, state)
                advance(desk, filled, width, is_hyperbolic)
            _step(step[place_of], place, lanes, state, moved)
