"""What simulates a built model. The model decides: exactly where its rates stay the same, by integration elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from reprieve.exposure.built import BuiltModel, Floats
from reprieve.pkpd.linear_system import LinearSystem
from reprieve.pkpd.nonlinear_system import NonlinearSystem
from reprieve.pkpd.slow_state import SlowState
from reprieve.pkpd.switched_system import SwitchedSystem
from reprieve.pkpd.system import System


def system_of(
    built: BuiltModel, slow: Callable[[Floats], SlowState] | None = None, *, n_subjects: int | None = None
) -> System:
    """The system that simulates a model; whoever uses it need not know which kind it is.

    Parameters
    ----------
    built : the model
    slow : makes the slow state from a readout, (n_subjects, n_analytes, n) ng/mL per mg
    n_subjects : how many people share one model; as many as its arrays hold when not given
    """
    n = n_subjects or built.n_subjects
    if built.later:
        pieces = (replace(built, later=()), *(model for _, model in built.later))
        changes = tuple(time for time, _ in built.later)
        return SwitchedSystem(tuple(_of_piece(piece, slow, n) for piece in pieces), changes)
    return _of_piece(built, slow, n)


def _of_piece(built: BuiltModel, slow: Callable[[Floats], SlowState] | None, n: int) -> LinearSystem | NonlinearSystem:
    matrix = np.broadcast_to(built.rate_matrix, (n, *built.rate_matrix.shape[1:]))
    readout = np.broadcast_to(built.readout, (n, *built.readout.shape[1:]))
    followed = slow(readout) if slow else None
    if built.varying is None:
        return LinearSystem(matrix, readout, followed)
    one = built.varying.flows[0].rate.size == 1
    who = np.zeros(n, dtype=np.int64) if one else np.arange(n)
    return NonlinearSystem(matrix, readout, built.varying.of_subjects(who), followed)
