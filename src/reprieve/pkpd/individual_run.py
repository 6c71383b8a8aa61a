"""Doses that differ between subjects in amount or duration, on the engine that runs one schedule for all.

Amounts need no second run. With s the share that enters a compartment, amounts y = x/s follow

    dy/dt = S⁻¹ K S y + S⁻¹ u,        S = diag(s)

so a subject who gets s times the common dose has it in the rates and the readout instead. Doses into one compartment
whose amounts are not in proportion between subjects (two sizes of a dose that is divided by a share) enter copies of
it, which only a compartment can have that nothing else feeds. Whatever is left, above all durations that differ, is run
one subject at a time, which costs what a call costs for each of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reprieve.pkpd.dose import Dose
from reprieve.pkpd.individual_dose import IndividualDose
from reprieve.pkpd.linear_system import LinearSystem
from reprieve.pkpd.simulate import InitialState, Trajectories
from reprieve.pkpd.system import System

Floats = NDArray[np.float64]

#: Relative difference under which amounts are in proportion: rounding.
_IN_PROPORTION = 1e-13


def simulate_individually(
    system: System,
    doses: Sequence[IndividualDose],
    times: ArrayLike,
    *,
    initial: InitialState | None = None,
) -> Trajectories:
    """Simulate subjects whose doses fall at common times and differ in amount or duration.

    Parameters
    ----------
    system : (n_subjects,) subjects; amounts that differ cost no second run where rates stay the same
    doses : inputs
    times : (n_times,) h, as :func:`reprieve.pkpd.simulate.simulate` takes them
    initial : what the compartments hold before; empty when not given

    Returns
    -------
    Trajectories
    """
    if not any(dose.differs for dose in doses):
        return system.simulate([dose.of_subject(0) for dose in doses], times, initial=initial)
    if isinstance(system, LinearSystem) and all(np.ptp(dose.duration_h) == 0 for dose in doses):
        together = _on_one_schedule(system, doses, initial)
        if together is not None:
            scaled, common, start = together
            return scaled.simulate(common, times, initial=start)
    return _one_by_one(system, doses, times, initial)


def _one_by_one(
    system: System, doses: Sequence[IndividualDose], times: ArrayLike, initial: InitialState | None
) -> Trajectories:
    runs = []
    for subject in range(system.shape[0]):
        alone = system.of_subjects([subject])
        start = initial and replace(
            initial,
            amounts=initial.amounts[[subject]],
            slow=None if initial.slow is None else initial.slow[[subject]],
        )
        own = [dose.of_subject(subject) for dose in doses]
        runs.append(alone.simulate(own, times, initial=start))
    return Trajectories(np.concatenate([run.values for run in runs]), np.concatenate([run.slow for run in runs]))


@dataclass(frozen=True, eq=False)
class _Pattern:
    """Doses into one compartment whose amounts are in proportion: ``share`` (n_subjects,) of the common ones."""

    compartment: int
    share: Floats
    doses: list[Dose]


def _patterns(doses: Sequence[IndividualDose], n_subjects: int) -> list[_Pattern]:
    found: list[_Pattern] = []
    for dose in doses:
        amount = np.broadcast_to(np.asarray(dose.amount, dtype=float), n_subjects)
        if not amount.any():
            continue
        hours = float(np.max(dose.duration_h))
        here = [pattern for pattern in found if pattern.compartment == dose.compartment]
        pattern = next((each for each in here if _in_proportion(amount, each.share)), None)
        if pattern is None:
            pattern = _Pattern(dose.compartment, amount / _common(amount), [])
            found.append(pattern)
        most = int(np.argmax(pattern.share))
        pattern.doses.append(Dose(dose.time_h, dose.compartment, float(amount[most] / pattern.share[most]), hours))
    return found


def _common(amount: Floats) -> float:
    """What the amounts are shares of: a power of two, which no bit of a subject's result depends on."""
    return float(amount[0]) if np.ptp(amount) == 0 else float(2.0 ** np.ceil(np.log2(amount.max())))


def _in_proportion(amount: Floats, share: Floats) -> bool:
    most = int(np.argmax(share))
    return np.allclose(amount, share * (amount[most] / share[most]), rtol=_IN_PROPORTION, atol=0.0)


def _on_one_schedule(
    system: LinearSystem, doses: Sequence[IndividualDose], initial: InitialState | None
) -> tuple[LinearSystem, list[Dose], InitialState | None] | None:
    """The system, doses and start that are the same for all but in their rates; None where there are none."""
    n_subjects, n = system.shape
    patterns = _patterns(doses, n_subjects)
    fed = np.any(system.rate_matrix != 0, axis=0) & ~np.eye(n, dtype=bool)
    source_of, scale, common = list(range(n)), [np.ones(n_subjects) for _ in range(n)], []
    taken: set[int] = set()
    for pattern in patterns:
        place = pattern.compartment
        if np.any(pattern.share == 0):
            return None  # nothing enters, which no scale of what does can say
        if place in taken:
            if fed[place].any():
                return None
            source_of.append(place)
            scale.append(pattern.share)
            place = len(source_of) - 1
        else:
            taken.add(place)
            scale[place] = pattern.share
        common += [replace(dose, compartment=place) for dose in pattern.doses]
    if len(source_of) == n and all(np.all(share == 1) for share in scale):
        return system, common, initial
    return _scaled(system, source_of, np.stack(scale, axis=1), initial, common)


def _scaled(
    system: LinearSystem, source_of: list[int], scale: Floats, initial: InitialState | None, common: list[Dose]
) -> tuple[LinearSystem, list[Dose], InitialState | None]:
    """``S⁻¹ K S`` and what goes with it; compartments from n on are copies of ``source_of``, which nothing feeds."""
    n_subjects, n = system.shape
    every, copies = np.arange(len(source_of)), np.arange(n, len(source_of))
    matrix = np.asarray(system.rate_matrix)[:, source_of][:, :, source_of] * (scale[:, None, :] / scale[:, :, None])
    matrix[:, copies] = 0.0
    # A copy does not give to what it is a copy of: there the matrix holds the loss of the original.
    matrix[:, np.array(source_of)[copies], copies] = 0.0
    matrix[:, every, every] = np.diagonal(system.rate_matrix, axis1=1, axis2=2)[:, source_of]
    readout = np.broadcast_to(system.readout, (n_subjects, *np.shape(system.readout)[-2:]))
    slow = system.slow
    if slow is not None:
        slow = replace(slow, drive=np.broadcast_to(slow.drive, (n_subjects, n))[:, source_of] * scale)
    start = initial and replace(
        initial,
        amounts=np.pad(np.asarray(initial.amounts), [(0, 0), (0, copies.size)]) / scale,
    )
    return LinearSystem(matrix, readout[:, :, source_of] * scale[:, None, :], slow), common, start
