"""What every system can do, exact or integrated: whoever holds one does not ask which it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reprieve.pkpd.dose import Dose
from reprieve.pkpd.simulate import InitialState, Trajectories
from reprieve.pkpd.slow_state import SlowState


class System(Protocol):
    """Many subjects, the flows of drug in them, and what is read out.

    :class:`~reprieve.pkpd.linear_system.LinearSystem` is exact,
    :class:`~reprieve.pkpd.nonlinear_system.NonlinearSystem` is integrated, and a
    :class:`~reprieve.pkpd.switched_system.SwitchedSystem` is one of these after another. A model decides.
    """

    @property
    def slow(self) -> SlowState | None:
        """The slow state that is followed along, if any."""

    @property
    def shape(self) -> tuple[int, int]:
        """Number of subjects and of states beside the slow one; compartments come first."""

    @property
    def n_compartments(self) -> int:
        """How many of the states are compartments, which can be dosed."""

    @property
    def superposes(self) -> bool:
        """Whether concentrations after several doses add up."""

    def states(self, doses: Sequence[Dose], times: ArrayLike, initial: InitialState | None = None) -> Trajectories:
        """All states, (n_subjects, n_times, n_states), and the slow state, at the times asked for."""

    def simulate(self, doses: Sequence[Dose], times: ArrayLike, *, initial: InitialState | None = None) -> Trajectories:
        """The readout, (n_subjects, n_times, n_outputs), and the slow state."""

    def read(self, states: NDArray[np.float64], times: ArrayLike) -> NDArray[np.float64]:
        """The readout of states at these times."""

    def of_subjects(self, subjects: Sequence[int]) -> System:
        """The same system of some of the subjects only."""

    def without_slow(self) -> System:
        """The same system without its slow state."""
