"""``reprieve calibrate``: what it writes and when it writes nothing; the sampler is replaced by made-up draws."""

import hashlib

import msgspec
import numpy as np
import pytest
import yaml

from reprieve import cli
from reprieve.cli import calibrate as command
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.posterior import Diagnostics
from reprieve.inference import calibration
from reprieve.relief.posterior import posterior

EVIDENCE = Evidence.packaged()

FILES = ("draws.npz", "posterior.yaml")
GOOD = Diagnostics(rhat_max=1.004, ess_bulk_min=900, ess_tail_min=800, divergences=0)


@pytest.fixture
def sampled(monkeypatch):
    """Make the sampler return the present posterior with these diagnostics."""
    held = posterior(EVIDENCE)
    arrays = {**held.values, "condition_effect": held.condition_effect}
    found = {name: np.stack([values[:500]] * 4) for name, values in arrays.items()}

    def as_if(diagnostics):
        monkeypatch.setattr(calibration, "sample", lambda *_, **__: (found, diagnostics))

    return as_if


def test_both_files_are_written_and_belong_together(sampled, tmp_path, capsys):
    sampled(GOOD)
    assert cli.run(["calibrate", "--out", str(tmp_path / "new")]) == 0
    out = capsys.readouterr().out
    assert "R-hat 1.004, effective sizes 900 (bulk) and 800 (tail), 0 divergent transitions" in out
    draws, about = ((tmp_path / "new" / name).read_bytes() for name in FILES)
    said = yaml.safe_load(about)
    assert said["draws_sha256"] == hashlib.sha256(draws).hexdigest()
    assert said["evidence_fingerprint"] == EVIDENCE.fitted_fingerprint
    with np.load(tmp_path / "new" / "draws.npz") as arrays:
        assert all(len(arrays[name]) == said["n_draws"] for name in arrays.files if name != "conditions")


@pytest.mark.parametrize(
    "fault", [{"rhat_max": 1.02}, {"ess_bulk_min": 399.0}, {"ess_tail_min": 10.0}, {"divergences": 1}], ids=str
)
def test_a_sampler_that_cannot_be_believed_writes_nothing(fault, sampled, tmp_path, capsys):
    sampled(msgspec.structs.replace(GOOD, **fault))
    assert cli.run(["calibrate", "--out", str(tmp_path)]) == 3
    assert "did not converge" in capsys.readouterr().err
    assert not any(tmp_path.iterdir())


def test_without_the_extra_it_says_what_to_install(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(command, "find_spec", lambda name: None if name == "numpyro" else object())
    assert cli.run(["calibrate", "--out", str(tmp_path)]) == 2
    assert "needs numpyro, which is not installed. Install the extra" in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_named_before_anything_is_fitted(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert cli.run(["calibrate", "--out", str(tmp_path / "file" / "deeper")]) == 2
    assert "cannot be made" in capsys.readouterr().err
