"""The calibration: fit the model of record to the studies and write the posterior that forecasts read."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from msgspec.structs import asdict

from reprieve.errors import OutsideEvidence
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.calibration import CalibrationPriors
from reprieve.evidence.records.posterior import CONSTANTS, Diagnostics
from reprieve.evidence.records.study import Study
from reprieve.inference.calibration_model import PRIORS, SHIPPED, Structure
from reprieve.inference.fit_data import CONDITIONS, FitData, fit_data
from reprieve.inference.sampling import Draws, flat, sample

#: Draws kept of all: every answer uses all of them, so they are as few as steady it.
_KEPT = 1000


def priors_of(evidence: Evidence, structure: Structure = SHIPPED) -> CalibrationPriors:
    """What is believed of a structure before the fit."""
    return evidence.record(CalibrationPriors, PRIORS[structure])


def evidence_data(evidence: Evidence, studies: Sequence[Study] | None = None) -> FitData:
    """The studies that are evidence, or these, as data of a fit."""
    constants = priors_of(evidence).constants
    return fit_data(
        evidence,
        studies if studies is not None else evidence.studies,
        acute_half_life_min=constants["acute_half_life"].value,
        correlation=constants["repeated_correlation"].value,
    )


def calibrate(
    evidence: Evidence,
    folder: Path,
    *,
    seed: int = 1,
    chains: int = 4,
    warmup: int = 800,
    draws: int = 1500,
    progress: bool = True,
    say: Callable[[str], None] = print,
) -> Diagnostics:
    """Fit, check the sampler, and write ``draws.npz`` and ``posterior.yaml``.

    Raises
    ------
    OutsideEvidence
        The sampler cannot be believed; nothing is written.
    """  # fmt: skip
    data, priors, fingerprint = (
        evidence_data(evidence),
        priors_of(evidence),
        evidence.fitted_fingerprint,
    )
    say(f"{data.n_reports} numbers of {len(data.studies)} studies; {len(data.left_out)} usable numbers are left out.")
    found, diagnostics = sample(
        data, priors, SHIPPED, warmup=warmup, draws=draws, chains=chains, seed=seed, progress=progress
    )
    if not diagnostics.passed:
        raise OutsideEvidence(
            f"The sampler did not converge (R-hat {diagnostics.rhat_max:.3f}, effective sizes "
            f"{diagnostics.ess_bulk_min:.0f} and {diagnostics.ess_tail_min:.0f}, {diagnostics.divergences} divergent "
            f"transitions), so nothing was written. Ask for more draws, or for another seed."
        )
    write(evidence, folder, flat(found), diagnostics, data, fingerprint, seed=seed)
    return diagnostics


def write(
    evidence: Evidence,
    folder: Path,
    found: Draws,
    diagnostics: Diagnostics,
    data: FitData,
    fingerprint: str,
    *,
    seed: int,
) -> None:
    """Write the two files of a posterior."""
    names = tuple(priors_of(evidence).parameters)
    rows = np.linspace(0, len(found[names[0]]) - 1, min(_KEPT, len(found[names[0]]))).round().astype(int)
    arrays: dict[str, Any] = {name: found[name][rows].astype(np.float32) for name in names}
    arrays |= {
        "condition_effect": found["condition_effect"][rows].astype(np.float32),
        "conditions": np.array(CONDITIONS),
    }
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    (folder / "draws.npz").write_bytes(buffer.getvalue())
    constants = priors_of(evidence).constants
    said = {
        "id": "posterior",
        "structure": SHIPPED,
        "n_draws": len(rows),
        "draws_sha256": hashlib.sha256(buffer.getvalue()).hexdigest(),
        "evidence_fingerprint": fingerprint,
        "fitted": {"numbers": data.n_reports, "studies": len(data.studies)},
        "versions": {name: version(name) for name in ("numpyro", "jax", "numpy")} | {"seed": str(seed)},
        "diagnostics": {
            name: round(value, 3) if isinstance(value, float) else value for name, value in asdict(diagnostics).items()
        },
        "constants": {name: {k: v for k, v in _plain(constants[name]).items() if v is not None} for name in CONSTANTS},
    }
    header = "# The calibration of the relief model; a calibration writes this file and draws.npz.\n"
    text = yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=110)
    (folder / "posterior.yaml").write_text(header + text, encoding="utf-8")


def _plain(constant: Any) -> dict[str, Any]:
    return {name: getattr(constant, name) for name in ("value", "unit", "status", "reason", "source")}
