"""The files of a posterior: what is written is what is read, and neither file is replaced without the other."""

import hashlib

import msgspec
import numpy as np
import pytest
from prior_distributions import drawn

from reprieve.errors import EvidenceError
from reprieve.evidence.evidence import Evidence, read_record
from reprieve.evidence.records.calibration import CalibrationPriors
from reprieve.evidence.records.posterior import Calibration, Diagnostics
from reprieve.inference.calibration import write
from reprieve.inference.fit_data import CONDITIONS
from reprieve.relief.posterior import PARAMETERS, read_posterior

EVIDENCE = Evidence.packaged()

MADE = Diagnostics(rhat_max=1.00412, ess_bulk_min=812.34567, ess_tail_min=700.0, divergences=0)


@pytest.fixture(scope="module", params=[3000, 500])
def written(request, tmp_path_factory, few_studies):
    """More draws than are kept, and fewer."""
    rng, folder = np.random.default_rng(9), tmp_path_factory.mktemp("posterior")
    # Normal priors reach beyond the range of a share once in thousands; data keep the posterior within.
    facts = PARAMETERS.items()
    believed = drawn(request.param, rng)
    inside = {name: np.clip(believed[name], fact.low, fact.high) for name, fact in facts}
    found = inside | {"condition_effect": rng.standard_normal((request.param, len(CONDITIONS)))}
    found["r_potency"] = np.arange(request.param) / request.param  # the number of its row
    write(EVIDENCE, folder, found, MADE, few_studies, "abcdef012345", seed=7)
    return folder, found, read_record(Calibration, folder / "posterior.yaml")


def test_what_is_written_is_accepted_by_the_evidence(written):
    folder, found, about = written
    posterior = read_posterior(folder, about)
    n = len(found["r_potency"])
    assert posterior.n_draws == about.n_draws == min(n, 1000)
    assert posterior.conditions == CONDITIONS
    # Rows stay together: each is a row of what was found, in its order, rounded to single precision.
    at = np.rint(posterior.values["r_potency"] * n).astype(int)
    assert np.all(np.diff(at) > 0)
    assert (at[0], at[-1]) == (0, n - 1)
    for name in PARAMETERS:
        np.testing.assert_allclose(posterior.values[name], found[name][at], rtol=1e-6)
    np.testing.assert_allclose(posterior.condition_effect, found["condition_effect"][at], rtol=1e-6)


def test_the_record_says_what_was_done(written, few_studies):
    folder, _, about = written
    content = (folder / "draws.npz").read_bytes()
    assert hashlib.sha256(content).hexdigest() == about.draws_sha256
    assert len(content) < 3_000_000
    assert about.evidence_fingerprint == "abcdef012345"
    assert (about.fitted.numbers, about.fitted.studies) == (few_studies.n_reports, 4)
    assert about.diagnostics.rhat_max == pytest.approx(MADE.rhat_max, abs=5e-4)
    assert about.diagnostics.divergences == 0
    assert about.versions["seed"] == "7"
    taken = EVIDENCE.record(CalibrationPriors, "reported_relief").constants
    assert all(taken[name].value == constant.value for name, constant in about.constants.items())


def test_a_touched_file_is_refused(written, tmp_path):
    folder, _, about = written
    content = bytearray((folder / "draws.npz").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "draws.npz").write_bytes(content)
    with pytest.raises(EvidenceError, match="not of one calibration"):
        read_posterior(tmp_path, about)


def test_a_record_with_another_count_is_refused(written):
    folder, _, about = written
    with pytest.raises(EvidenceError, match="has the shape"):
        read_posterior(folder, msgspec.structs.replace(about, n_draws=about.n_draws + 1))
