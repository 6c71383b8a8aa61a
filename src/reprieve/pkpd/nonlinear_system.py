"""A system whose rates depend on the state or on time, of many subjects: what :class:`LinearSystem` is, integrated.

    dx/dt = K x + input + what :class:`~reprieve.pkpd.nonlinear_rates.NonlinearRates` makes of the flows
    dU/dt = k_des g(C) (1 - U) - k_rec U

are one set of differential equations; nothing here is exact, and the tolerance is stated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reprieve.pkpd.dose import Dose
from reprieve.pkpd.integration import ATOL_SHARE, RTOL, integrate, integrate_groups
from reprieve.pkpd.linear_system import slow_of_subjects
from reprieve.pkpd.nonlinear_rates import NonlinearRates
from reprieve.pkpd.simulate import InitialState, Trajectories
from reprieve.pkpd.slow_state import SlowState

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class NonlinearSystem:
    """A compartment graph with rates that vary.

    Its states are the amounts of the graph and, behind them, those of ``rates`` (see there); an initial state has
    them all. A dose into a compartment counts from which on time-dependent rates run: the first to arrive, or what
    the initial state holds.

    Parameters
    ----------
    rate_matrix : (n_subjects, n, n) 1/h, with every varying rate where its factor is 1
    readout : (n_outputs, n) or (n_subjects, n_outputs, n), output per mg in each compartment
    rates : what varies
    slow : the slow state to integrate along, if any
    rtol : relative tolerance of the integration
    """

    rate_matrix: Floats
    readout: Floats
    rates: NonlinearRates
    slow: SlowState | None = None
    rtol: float = RTOL

    @property
    def shape(self) -> tuple[int, int]:
        """Number of subjects and of states beside the slow one."""
        return self.rate_matrix.shape[0], self.rate_matrix.shape[1] + self.rates.n_states

    @property
    def n_compartments(self) -> int:
        """How many of the states are compartments, which can be dosed."""
        return int(self.rate_matrix.shape[1])

    @property
    def superposes(self) -> bool:
        """Whether concentrations after several doses add up."""
        return False

    def states(self, doses: Sequence[Dose], times: ArrayLike, initial: InitialState | None = None) -> Trajectories:
        """All states, (n_subjects, n_times, n + states of the rates), and the slow state.

        Raises
        ------
        ValueError
            Shapes disagree, a number is not finite, or a dose goes into a compartment that is not there.
        InputError
            A subject cannot be integrated; the sentence names it.
        """
        asked = np.atleast_1d(np.asarray(times, dtype=float))
        begin, start = self._start(doses, asked, initial)
        order = np.argsort(asked, kind="stable")
        n_subjects, m = self.shape

        def of_group(part: slice) -> Floats:
            some = self.of_subjects(range(*part.indices(n_subjects)))
            return integrate(
                some.slopes, start[part], self._tolerances(doses, start), doses, asked[order],
                begin_h=begin, changes_h=self.rates.changes_h, running=bool(np.any(start[:, :-1])), rtol=self.rtol,
            )  # fmt: skip

        found = np.empty((n_subjects, asked.size, m + 1))
        if asked.size:
            found[:, order] = integrate_groups(of_group, n_subjects, (asked.size, m + 1))
        return Trajectories(np.ascontiguousarray(found[..., :-1]), np.ascontiguousarray(found[..., -1]))

    def simulate(self, doses: Sequence[Dose], times: ArrayLike, *, initial: InitialState | None = None) -> Trajectories:
        """The readout and the slow state; arguments and errors as :meth:`states`."""
        found = self.states(doses, times, initial)
        return Trajectories(self.read(found.values, np.asarray(times, dtype=float)), found.slow)

    def read(self, states: Floats, times: ArrayLike) -> Floats:
        """Outputs (n_subjects, n_times, n_outputs) of states (n_subjects, n_times, m)."""
        readout = np.asarray(self.readout, dtype=float)
        return np.asarray(states[..., : self.n_compartments] @ np.swapaxes(readout, -1, -2))

    def of_subjects(self, subjects: Sequence[int]) -> NonlinearSystem:
        """The same system of some of the subjects only."""
        chosen = np.asarray(subjects, dtype=np.int64)
        readout = np.asarray(self.readout)
        return NonlinearSystem(
            self.rate_matrix[chosen],
            readout if readout.ndim == 2 else readout[chosen],
            self.rates.of_subjects(chosen),
            slow_of_subjects(self.slow, chosen),
            self.rtol,
        )

    def without_slow(self) -> NonlinearSystem:
        """The same system without its slow state."""
        return replace(self, slow=None)

    def slopes(self, time_h: float, states: Floats, given: Floats, running: bool) -> Floats:
        """Slopes per hour (n_subjects, m + 1) of the states and, last, of U."""
        n = self.n_compartments
        slopes = np.zeros_like(states) + given
        slopes[:, :n] += np.einsum("sij,sj->si", self.rate_matrix, states[:, :n])
        self.rates.add_slopes(time_h, states[:, :-1], slopes[:, :-1], running)
        if self.slow is not None:
            slow = self.slow
            driving = np.einsum("si,si->s", slow.drive, states[:, :n])
            raised = (np.maximum(driving, 0.0) / slow.c50) ** slow.hill
            gain = slow.k_des * raised / (1.0 + raised)
            slopes[:, -1] = gain * (1.0 - states[:, -1]) - slow.k_rec * states[:, -1]
        return slopes

    def _start(self, doses: Sequence[Dose], times: Floats, initial: InitialState | None) -> tuple[float, Floats]:
        n_subjects, m = self.shape
        if any(not 0 <= dose.compartment < self.n_compartments for dose in doses):
            raise ValueError(f"a dose goes into a compartment outside 0..{self.n_compartments - 1}")
        if times.ndim != 1 or not np.all(np.isfinite(times)):
            raise ValueError("times must be one row of finite hours")
        earliest = min([*times, *(dose.time_h for dose in doses)], default=0.0)
        if initial is None:
            return float(earliest), np.zeros((n_subjects, m + 1))
        if earliest < initial.time_h - 1e-9:
            raise ValueError(f"a dose or look at {earliest:g} h is before the initial state at {initial.time_h:g} h")
        amounts = np.asarray(initial.amounts, dtype=float)
        slow = np.zeros(n_subjects) if initial.slow is None else np.asarray(initial.slow, dtype=float)
        if amounts.shape != self.shape or slow.shape != (n_subjects,):
            raise ValueError(
                f"the initial state is {amounts.shape} and {slow.shape}: expected {self.shape} and {(n_subjects,)}"
            )
        if not (np.isfinite(initial.time_h) and np.all(np.isfinite(amounts))):
            raise ValueError("the initial state holds a number that is not finite")
        if not np.all((slow >= 0) & (slow <= 1)):
            raise ValueError("the initial reversed fraction must lie between 0 and 1")
        return initial.time_h, np.column_stack([amounts, slow])

    def _tolerances(self, doses: Sequence[Dose], start: Floats) -> Floats:
        """(m + 1,) what may be wrong of each state: of the amounts by what is held and given, of the others as of 1."""
        n = self.n_compartments
        held = float(np.max(np.abs(start[:, :n]), initial=0.0))
        largest = held + max((dose.amount for dose in doses), default=0.0) or 1.0
        share = ATOL_SHARE * self.rtol / RTOL
        tolerances = np.full(start.shape[1], self.rtol)
        tolerances[:n], tolerances[-1] = share * largest, share
        return tolerances
