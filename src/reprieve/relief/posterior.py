"""The posterior of the model of record: arrays of draws, each row one way the world may be."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reprieve.errors import EvidenceError, OutsideEvidence
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.posterior import Calibration

Floats = NDArray[np.float64]


class Fact(NamedTuple):
    """What a parameter is: its unit, the range it must lie in, and its meaning in a phrase."""

    unit: str
    low: float
    high: float
    meaning: str


_ANY, _SD = 1e6, 50.0
#: Every parameter of a draw that has one value.
PARAMETERS: Mapping[str, Fact] = {
    "added_level": Fact("fraction", -1, 1, "share of baseline that 4 h with drug take away at the end"),
    "added_by_hours": Fact("fraction", 0, 1, "more of it for each e-fold of hours with drug"),
    "added_by_amount": Fact("fraction", 0, 1, "more of it for each e-fold of the amount felt"),
    "added_by_route": Fact("fraction", -1, 1, "more of it by mouth or nose"),
    "added_uncontrolled": Fact("fraction", -1, 1, "more of it in studies without control"),
    "added_uncontrolled_persistence": Fact("fraction", 0, _SD, "log factor of its half-life without control"),
    "added_fade_long": Fact("fraction", 0, _SD, "power of time with which it is lost after the longest courses"),
    "added_fade_short": Fact("fraction", 0, _SD, "more of that power for each e-fold by which a course is smaller"),
    "added_half_life": Fact("d", 0, _ANY, "half-life with which the rest of it is lost"),
    "added_condition_sd": Fact("fraction", 0, _SD, "SD of it between conditions"),
    "added_study_sd": Fact("fraction", 0, _SD, "SD of it between studies of one condition"),
    "added_spread": Fact("fraction", 0, _SD, "coefficient of variation between people of what the drug takes away"),
    "r_potency": Fact("fraction", 0, 1, "potency of R-ketamine relative to S-ketamine"),
    "context_mean": Fact("fraction", -1, 1, "mean share of pain gone without any drug: placebo, time, regression"),
    "context_uncontrolled": Fact("fraction", -1, 1, "added to it where nobody was given placebo"),
    "context_study_sd": Fact("fraction", 0, _SD, "SD of its mean between studies"),
    "context_spread": Fact("fraction", 0, _SD, "SD of it between people and days"),
    "reporting_precision": Fact("fraction", 0, _ANY, "precision of reported shares around the model's, in patients"),
    "words_precision": Fact("fraction", 0, _ANY, "the same where response is told in words; used in the fit only"),
    "words_shift": Fact("fraction", -_SD, _SD, "log odds of response in words; used in the fit only"),
    "complete_shift": Fact("fraction", -_SD, _SD, "log odds of complete relief; used in the fit only"),
    "mean_scatter": Fact("fraction", 0, _SD, "SD of reported means around the model's, beyond sampling"),
}  # fmt: skip
_BY_CONDITION = "condition_effect"
_REMEDY = "Calibrate the relief model anew, which writes both files"


@dataclass(frozen=True)
class Posterior:
    """Draws from what is believed of the relief model after seeing the studies.

    Parameters
    ----------
    calibration : how they came about
    values : parameter to (n_draws,)
    condition_effect : (n_draws, n_conditions) how conditions differ, standard normal before the fit
    conditions : (n_conditions,) their ids
    """

    calibration: Calibration
    values: Mapping[str, Floats]
    condition_effect: Floats
    conditions: tuple[str, ...]

    @property
    def n_draws(self) -> int:
        """Number of draws."""
        return len(self.condition_effect)

    def effect_of(self, condition: str) -> Floats:
        """(n_draws,) how a condition differs from the average one, in standard deviations between conditions.

        Raises
        ------
        OutsideEvidence
            The draws hold no such condition.
        """
        if condition not in self.conditions:
            raise OutsideEvidence(
                f"The calibrated relief model has no condition {condition!r}; it has {', '.join(self.conditions)}."
            )
        return self.condition_effect[:, self.conditions.index(condition)]


def checked_posterior(calibration: Calibration, arrays: Mapping[str, NDArray[np.generic]], file: str) -> Posterior:
    """The posterior from the arrays of its file.

    Raises
    ------
    EvidenceError
        An array is missing, is of another shape, or holds what cannot be; file, array and remedy are named.
    """
    for name in (*PARAMETERS, _BY_CONDITION, "conditions"):
        if name not in arrays:
            raise EvidenceError(f"{file}: the array {name!r} is missing. {_REMEDY}.")
    conditions = tuple(map(str, arrays["conditions"]))
    shapes = dict.fromkeys(PARAMETERS, (calibration.n_draws,))
    for name, shape in {**shapes, _BY_CONDITION: (calibration.n_draws, len(conditions))}.items():
        if arrays[name].shape != shape:
            raise EvidenceError(f"{file}: {name!r} has the shape {arrays[name].shape}, not {shape}. {_REMEDY}.")
    values = {name: arrays[name].astype(np.float64) for name in PARAMETERS}
    for name, fact in PARAMETERS.items():
        if not np.all((values[name] >= fact.low) & (values[name] <= fact.high)):
            raise EvidenceError(f"{file}: {name!r} leaves the range {fact.low:g} to {fact.high:g}. {_REMEDY}.")
    return Posterior(calibration, values, arrays[_BY_CONDITION].astype(np.float64), conditions)


def load_draws(path: Path, calibration: Calibration) -> Posterior:
    """The posterior from its file.

    Raises
    ------
    EvidenceError
        The file is missing or not the one the calibration is about, or its arrays cannot be.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise EvidenceError(f"{path.name}: it cannot be read ({error.strerror}). {_REMEDY}.") from None
    found = hashlib.sha256(content).hexdigest()
    if found != calibration.draws_sha256:
        raise EvidenceError(
            f"{calibration.id}.yaml: draws_sha256 is {calibration.draws_sha256[:12]}…, but that of {path.name} is "
            f"{found[:12]}…; they are not of one calibration. {_REMEDY}."
        )
    with np.load(BytesIO(content), allow_pickle=False) as arrays:
        return checked_posterior(calibration, {name: arrays[name] for name in arrays.files}, path.name)


def read_posterior(folder: Path, about: Calibration) -> Posterior:
    """The draws in a folder, checked against their calibration."""
    return load_draws(folder / "draws.npz", about)


@cache
def posterior(evidence: Evidence) -> Posterior:
    """The calibrated relief model: draws of its parameters.

    Raises
    ------
    EvidenceError
        The draws are missing, do not belong to their calibration, hold what cannot be, or were fitted to other
        evidence than this.
    """
    about = evidence.calibration
    if about.evidence_fingerprint != evidence.fitted_fingerprint:
        raise EvidenceError(
            f"posterior.yaml: its evidence_fingerprint is {about.evidence_fingerprint}, that of the evidence is "
            f"{evidence.fitted_fingerprint}: the evidence has changed since the relief model was calibrated on it. "
            f"Calibrate it anew."
        )
    return read_posterior(evidence.posterior_folder, about)
