"""A system that is replaced by another at given times, as when a body weight changes: each piece as exact as it is.

What is in the compartments goes on; rates, volumes and what drives the slow state change at once. A look at the time
of a change sees the new readout.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reprieve.errors import InputError
from reprieve.pkpd.dose import SAME_TIME, Dose
from reprieve.pkpd.linear_system import LinearSystem
from reprieve.pkpd.nonlinear_system import NonlinearSystem
from reprieve.pkpd.simulate import InitialState, Trajectories
from reprieve.pkpd.slow_state import SlowState
from reprieve.pkpd.unfinished_dose import rest_of

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SwitchedSystem:
    """Systems of the same subjects and states, one after another.

    Parameters
    ----------
    pieces : at least one; the first holds from the beginning of time
    changes_h : (n_pieces - 1,) h, rising, when each later one takes over

    Raises
    ------
    InputError
        There is not one change between two pieces, changes do not rise, or the pieces do not have the same states.
    """

    pieces: tuple[LinearSystem | NonlinearSystem, ...]
    changes_h: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.changes_h) != len(self.pieces) - 1 or not np.all(np.diff([-np.inf, *self.changes_h]) > SAME_TIME):
            raise InputError(f"{len(self.pieces)} systems one after another need a rising time of change between two.")
        if any(piece.shape != self.pieces[0].shape for piece in self.pieces):
            raise InputError("Systems one after another must have the same subjects and states.")

    @property
    def slow(self) -> SlowState | None:
        """The slow state of the first piece."""
        return self.pieces[0].slow

    @property
    def shape(self) -> tuple[int, int]:
        """Number of subjects and of states beside the slow one."""
        return self.pieces[0].shape

    @property
    def n_compartments(self) -> int:
        """How many of the states are compartments, which can be dosed."""
        return self.pieces[0].n_compartments

    @property
    def superposes(self) -> bool:
        """Whether concentrations after several doses add up."""
        return all(piece.superposes for piece in self.pieces)

    def at(self, time_h: float) -> LinearSystem | NonlinearSystem:
        """The system that holds at a time."""
        return self.pieces[int(self._piece_at(np.array(time_h)))]

    def states(self, doses: Sequence[Dose], times: ArrayLike, initial: InitialState | None = None) -> Trajectories:
        """All states, (n_subjects, n_times, n_states), and the slow state; errors are those of the pieces."""
        asked = np.atleast_1d(np.asarray(times, dtype=float))
        n_subjects, m = self.shape
        values, slow = np.empty((n_subjects, asked.size, m)), np.empty((n_subjects, asked.size))
        coming, now = list(doses), initial
        which = self._piece_at(asked)
        for position, until in self._visited(asked, doses, initial):
            piece = self.pieces[position]
            here = np.flatnonzero(which == position)
            looks = asked[here] if until is None else np.append(asked[here], until)
            if looks.size == 0:
                continue
            begun = coming if until is None else [dose for dose in coming if dose.time_h < until - SAME_TIME]
            found = piece.states(begun, looks, now)
            values[:, here], slow[:, here] = found.values[:, : here.size], found.slow[:, : here.size]
            if until is not None:
                now = InitialState(until, found.values[:, -1], np.clip(found.slow[:, -1], 0.0, 1.0))
                late = [dose for dose in coming if dose.time_h >= until - SAME_TIME]
                coming = late + [rest for dose in begun if (rest := rest_of(dose, until)) is not None]
                coming = [Dose(max(d.time_h, until), d.compartment, d.amount, d.duration_h) for d in coming]
        return Trajectories(values, slow)

    def simulate(self, doses: Sequence[Dose], times: ArrayLike, *, initial: InitialState | None = None) -> Trajectories:
        """The readout and the slow state; errors are those of the pieces."""
        found = self.states(doses, times, initial)
        return Trajectories(self.read(found.values, times), found.slow)

    def read(self, states: Floats, times: ArrayLike) -> Floats:
        """Outputs (n_subjects, n_times, n_outputs) of states at these times."""
        at = np.atleast_1d(np.asarray(times, dtype=float))
        which = self._piece_at(at)
        by_piece = [piece.read(states, at) for piece in self.pieces]
        return np.stack([by_piece[piece][:, column] for column, piece in enumerate(which)], axis=1)

    def of_subjects(self, subjects: Sequence[int]) -> SwitchedSystem:
        """The same system of some of the subjects only."""
        return SwitchedSystem(tuple(piece.of_subjects(subjects) for piece in self.pieces), self.changes_h)

    def without_slow(self) -> SwitchedSystem:
        """The same system without its slow state."""
        return SwitchedSystem(tuple(piece.without_slow() for piece in self.pieces), self.changes_h)

    def _piece_at(self, times: Floats) -> NDArray[np.int64]:
        return np.searchsorted(np.asarray(self.changes_h), times + SAME_TIME, side="right")

    def _visited(
        self, times: Floats, doses: Sequence[Dose], initial: InitialState | None
    ) -> Iterator[tuple[int, float | None]]:
        """Positions of the pieces that take part and when each ends; None for the last that is looked at."""
        begin = min([*times, *(dose.time_h for dose in doses)]) if initial is None else initial.time_h
        last = int(self._piece_at(np.array(times.max())))
        for position in range(last + 1):
            ends = self.changes_h[position] if position < last else None
            if ends is None or ends > begin + SAME_TIME:
                yield position, ends
