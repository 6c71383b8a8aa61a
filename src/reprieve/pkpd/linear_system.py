"""A linear system of many subjects and what is read out of it: what stays the same over all its events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reprieve.pkpd.dose import Dose
from reprieve.pkpd.simulate import InitialState, Trajectories, simulate
from reprieve.pkpd.slow_state import SlowState


@dataclass(frozen=True, eq=False)
class LinearSystem:
    """Arguments of :func:`reprieve.pkpd.simulate.simulate` that no event changes.

    Parameters
    ----------
    rate_matrix : (n_subjects, n, n) 1/h with ``dx/dt = K x + input``
    readout : (n_outputs, n) or (n_subjects, n_outputs, n), output per mg in each compartment
    slow : the slow state to integrate along, if any
    """

    rate_matrix: NDArray[np.float64]
    readout: NDArray[np.float64]
    slow: SlowState | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Number of subjects and of compartments."""
        return self.rate_matrix.shape[0], self.rate_matrix.shape[1]

    @property
    def n_compartments(self) -> int:
        """How many compartments there are, all of which can be dosed."""
        return int(self.rate_matrix.shape[1])

    @property
    def superposes(self) -> bool:
        """Whether concentrations after several doses add up."""
        return True

    def states(self, doses: Sequence[Dose], times: ArrayLike, initial: InitialState | None = None) -> Trajectories:
        """Amounts in all compartments, (n_subjects, n_times, n) mg, and the slow state."""
        return simulate(self.rate_matrix, np.eye(self.shape[1]), doses, times, slow=self.slow, initial=initial)

    def simulate(self, doses: Sequence[Dose], times: ArrayLike, *, initial: InitialState | None = None) -> Trajectories:
        """The readout and the slow state: :func:`reprieve.pkpd.simulate.simulate`."""
        return simulate(self.rate_matrix, self.readout, doses, times, slow=self.slow, initial=initial)

    def read(self, amounts: NDArray[np.float64], times: ArrayLike) -> NDArray[np.float64]:
        """Outputs (n_subjects, n_times, n_outputs) of amounts (n_subjects, n_times, n)."""
        readout = np.asarray(self.readout, dtype=float)
        return np.asarray(amounts @ np.swapaxes(readout, -1, -2))

    def of_subjects(self, subjects: Sequence[int]) -> LinearSystem:
        """The same system of some of the subjects only."""
        chosen = np.asarray(subjects, dtype=np.int64)
        readout = np.asarray(self.readout)
        return LinearSystem(
            self.rate_matrix[chosen],
            readout if readout.ndim == 2 else readout[chosen],
            slow_of_subjects(self.slow, chosen),
        )

    def without_slow(self) -> LinearSystem:
        """The same system without its slow state."""
        return LinearSystem(self.rate_matrix, self.readout)


def slow_of_subjects(slow: SlowState | None, chosen: NDArray[np.int64]) -> SlowState | None:
    """The slow state of some of the subjects only."""
    if slow is None:
        return None
    return SlowState(**{each.name: np.asarray(getattr(slow, each.name))[chosen] for each in fields(slow)})
