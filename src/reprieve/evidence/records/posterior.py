"""The calibration of the relief model: what it was fitted to, how well it ran, and what it took as given.

The draws themselves are arrays in a file beside the record (:mod:`reprieve.relief.posterior`).
"""

from __future__ import annotations

from typing import Literal

from reprieve.errors import UnitError
from reprieve.evidence.records.record import Record, RecordPart, Status
from reprieve.units import convert, dimension


class Constant(RecordPart, frozen=True, kw_only=True):
    """A number that the fit took as given; ``source`` is a key of the bibliography, None where it is assumed."""

    value: float
    unit: str
    status: Status
    reason: str
    source: str | None = None


class Diagnostics(RecordPart, frozen=True, kw_only=True):
    """How well the sampler ran: rank-normalised split R-hat and effective sizes, worst of all, divergent transitions.

    References
    ----------
    Vehtari A et al. Bayesian Anal 2021;16:667-718.
    """

    rhat_max: float
    ess_bulk_min: float
    ess_tail_min: float
    divergences: int

    @property
    def passed(self) -> bool:
        """R-hat at most 1.01, both sizes at least 400, no divergence."""
        return self.rhat_max <= 1.01 and min(self.ess_bulk_min, self.ess_tail_min) >= 400 and self.divergences == 0


class Fitted(RecordPart, frozen=True, kw_only=True):
    """What the model was fitted to."""

    numbers: int
    studies: int


class Calibration(Record, frozen=True, kw_only=True):
    """How the posterior came about.

    Parameters
    ----------
    structure : the form of the relief model
    n_draws : rows of the draws file
    draws_sha256 : SHA-256 of the draws file, so that neither is replaced without the other
    evidence_fingerprint : of the evidence that was fitted to
        (:func:`reprieve.evidence.evidence.Evidence.fitted_fingerprint`)
    fitted : counts of what was fitted to
    versions : program to version
    diagnostics : of the sampler
    constants : what was not fitted
    """

    structure: Literal["reported"]
    n_draws: int
    draws_sha256: str
    evidence_fingerprint: str
    fitted: Fitted
    versions: dict[str, str]
    diagnostics: Diagnostics
    constants: dict[str, Constant]

    def check(self) -> None:
        """Every constant is there and in a unit of its dimension."""
        for name in CONSTANTS.keys() ^ self.constants.keys():
            self.fail(f"the constant {name} is {'missing' if name in CONSTANTS else 'not one of the relief model'}")
        for name, constant in self.constants.items():
            try:
                found = dimension(constant.unit)
            except UnitError as error:
                self.fail(f"{name}: {error}")
            if found != CONSTANTS[name]:
                self.fail(f"{name} is given in {constant.unit!r}, a {found}; it must be a {CONSTANTS[name]}")
            if not constant.value > 0:
                self.fail(f"{name} is {constant.value:g}; it must be greater than zero")
            if constant.status in {"seen", "derived"} and constant.source is None:
                self.fail(f"{name} is {constant.status} but names no source")
        if self.n_draws < 1:
            self.fail(f"n_draws is {self.n_draws}; it must be at least 1")

    def constant(self, name: str, unit: str) -> float:
        """The value of a constant in a unit of its dimension."""
        return convert(self.constants[name].value, self.constants[name].unit, unit)

    @property
    def statement(self) -> str:
        """What every answer says of its calibration."""
        return f"calibrated on {self.fitted.numbers} numbers of {self.fitted.studies} studies"


#: Constant to the dimension it must have.
CONSTANTS = {"acute_half_life": "time"}
