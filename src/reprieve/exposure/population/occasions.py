"""Follow people from occasion to occasion: a session is one, and parameters change where the next begins.

What a dose brings in, and for how long, is that of the occasion it is given in; rates and volumes are those of the
occasion the time falls in. Amounts in the body are handed on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from reprieve.errors import OutsideEvidence
from reprieve.pkpd.dose import SAME_TIME
from reprieve.pkpd.individual_dose import IndividualDose
from reprieve.pkpd.individual_run import simulate_individually
from reprieve.pkpd.linear_system import LinearSystem
from reprieve.pkpd.simulate import InitialState
from reprieve.pkpd.system import System

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Occasion:
    """What holds on one occasion.

    Parameters
    ----------
    start_h : h
    system : rates and readout of the subjects
    doses : given on it
    """

    start_h: float
    system: System
    doses: Sequence[IndividualDose]


def follow(starts_h: Sequence[float], occasion: Callable[[int], Occasion], times: Floats) -> Floats:
    """Concentrations of subjects over all occasions.

    Parameters
    ----------
    starts_h : (n_occasions,) h, rising
    occasion : what holds on the occasion of a number, made when it is needed
    times : (n_times,) h, rising; from the first start on

    Returns
    -------
    (n_subjects, n_times, n_outputs)
    """
    ends = [*starts_h[1:], np.inf]
    needed = [number for number, start in enumerate(starts_h) if start <= times[-1] + SAME_TIME]
    seen: list[Floats] = []
    state: InitialState | None = None
    unfinished: list[IndividualDose] = []
    for number in needed:
        now, end = occasion(number), ends[number]
        looks = times[(times > now.start_h - SAME_TIME) & (times < end - SAME_TIME)]
        doses = [*unfinished, *now.doses]
        last = number == needed[-1]
        asked = looks if last else np.append(looks, end)
        if last:
            seen.append(simulate_individually(now.system, doses, asked, initial=state).values)
            break
        if not isinstance(now.system, LinearSystem):
            raise OutsideEvidence(
                "Rates of this model vary with concentration or time, and occasions are followed only where they stay "
                "the same; simulate it without occasions."
            )
        n_subjects, n = now.system.shape
        own = np.broadcast_to(now.system.readout, (n_subjects, *np.shape(now.system.readout)[-2:]))
        every = np.broadcast_to(np.eye(n), (n_subjects, n, n))  # the amounts themselves, to be handed on
        handing_on = replace(now.system, readout=np.concatenate([own, every], axis=1))
        found = simulate_individually(handing_on, doses, asked, initial=state).values
        seen.append(found[:, : looks.size, : own.shape[1]])
        state = InitialState(end, np.maximum(found[:, -1, -n:], 0.0))
        unfinished = list(_rest(doses, end))
    return np.concatenate(seen, axis=1)


def _rest(doses: Sequence[IndividualDose], now: float) -> Iterator[IndividualDose]:
    """What of the doses is still to come."""
    for dose in doses:
        hours = np.asarray(dose.duration_h, dtype=float)
        left = np.clip(dose.time_h + hours - now, 0.0, None)
        left = np.where(left > SAME_TIME, left, 0.0)
        if np.any(left > 0):
            share = np.divide(left, hours, out=np.zeros_like(left), where=hours > 0)
            yield IndividualDose(now, dose.compartment, dose.amount * share, left)
