"""The posterior's file: a planted fault of each kind is refused with file, field and remedy."""

import hashlib

import msgspec
import numpy as np
import pytest

from reprieve.errors import EvidenceError
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.calibration import CalibrationPriors
from reprieve.relief.posterior import PARAMETERS, checked_posterior, posterior, read_posterior

EVIDENCE = Evidence.packaged()

CALIBRATION = EVIDENCE.calibration


def arrays():
    found = posterior(EVIDENCE)
    return {**found.values, "condition_effect": found.condition_effect, "conditions": np.array(found.conditions)}


@pytest.mark.parametrize("name", [*PARAMETERS, "condition_effect", "conditions"])
def test_a_missing_array_is_named(name):
    given = arrays()
    del given[name]
    with pytest.raises(
        EvidenceError, match=rf"draws.npz: the array '{name}' is missing. Calibrate the relief model anew"
    ):
        checked_posterior(CALIBRATION, given, "draws.npz")


def test_a_wrong_shape_and_an_impossible_value_are_refused():
    with pytest.raises(EvidenceError, match="'r_potency' has the shape"):
        checked_posterior(CALIBRATION, arrays() | {"r_potency": np.ones(3)}, "draws.npz")
    with pytest.raises(EvidenceError, match="'r_potency' leaves the range 0 to 1"):
        checked_posterior(CALIBRATION, arrays() | {"r_potency": np.full(CALIBRATION.n_draws, np.nan)}, "draws.npz")


def test_draws_of_another_calibration_are_refused(tmp_path):
    (tmp_path / "draws.npz").write_bytes(b"other")
    with pytest.raises(EvidenceError, match=r"draws_sha256 .*not of one calibration. Calibrate the relief model anew"):
        read_posterior(tmp_path, CALIBRATION)
    same = msgspec.structs.replace(CALIBRATION, draws_sha256=hashlib.sha256(b"other").hexdigest())
    assert same.draws_sha256 != CALIBRATION.draws_sha256


def test_the_posterior_that_ships_is_of_this_evidence_and_of_a_sampler_that_converged():
    assert CALIBRATION.evidence_fingerprint == EVIDENCE.fitted_fingerprint
    made = CALIBRATION.diagnostics
    # Vehtari 2021: R-hat at most 1.01, effective sizes of at least 400.
    assert made.rhat_max <= 1.01
    assert min(made.ess_bulk_min, made.ess_tail_min) >= 400
    assert made.divergences == 0
    assert CALIBRATION.n_draws >= 1000


def test_its_counts_are_those_of_the_evidence(evidence_of_the_fit):
    assert CALIBRATION.fitted.numbers == evidence_of_the_fit.n_reports
    assert CALIBRATION.fitted.studies == len(evidence_of_the_fit.studies)


def test_its_constants_are_those_it_was_fitted_with():
    priors = EVIDENCE.record(CalibrationPriors, "reported_relief")
    for name, constant in CALIBRATION.constants.items():
        assert (constant.value, constant.unit) == (priors.constants[name].value, priors.constants[name].unit)
    assert set(PARAMETERS) == set(priors.parameters)


def test_its_file_is_small_and_as_its_record_says():
    content = (EVIDENCE.posterior_folder / "draws.npz").read_bytes()
    assert len(content) < 3_000_000
    assert hashlib.sha256(content).hexdigest() == CALIBRATION.draws_sha256


def test_the_same_draw_is_not_kept_twice():
    found = posterior(EVIDENCE)
    rows = np.column_stack([*found.values.values(), found.condition_effect])
    # A rejected step repeats a row; the sampler accepts nine of ten.
    assert len(np.unique(rows, axis=0)) > 0.9 * found.n_draws
