"""The posterior's file: a planted fault of each kind is refused with file, field and remedy."""

import hashlib

import msgspec
import numpy as np
import pytest

from reprieve.errors import EvidenceError
from reprieve.evidence import read
from reprieve.evidence.draws import PARAMETERS, checked_posterior

CALIBRATION = read.calibration()


def arrays():
    found = read.posterior()
    return {**found.values, "condition_effect": found.condition_effect, "conditions": np.array(found.conditions)}


@pytest.mark.parametrize("name", [*PARAMETERS, "condition_effect", "conditions"])
def test_a_missing_array_is_named(name):
    given = arrays()
    del given[name]
    with pytest.raises(EvidenceError, match=rf"draws.npz: the array '{name}' is missing. Run `reprieve calibrate`"):
        checked_posterior(CALIBRATION, given, "draws.npz")


def test_a_wrong_shape_and_an_impossible_value_are_refused():
    with pytest.raises(EvidenceError, match="'depth' has the shape"):
        checked_posterior(CALIBRATION, arrays() | {"depth": np.ones(3)}, "draws.npz")
    with pytest.raises(EvidenceError, match="'depth' leaves the range 0 to 1"):
        checked_posterior(CALIBRATION, arrays() | {"depth": np.full(CALIBRATION.n_draws, np.nan)}, "draws.npz")


def test_draws_of_another_calibration_are_refused(tmp_path):
    (tmp_path / "draws.npz").write_bytes(b"other")
    with pytest.raises(EvidenceError, match=r"draws_sha256 .*not of one calibration. Run `reprieve calibrate`"):
        read.read_posterior(tmp_path, CALIBRATION)
    same = msgspec.structs.replace(CALIBRATION, draws_sha256=hashlib.sha256(b"other").hexdigest())
    assert same.draws_sha256 != CALIBRATION.draws_sha256
