"""The fingerprint: two forecasts with the same one rest on the same numbers."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

import pytest

from reprieve.errors import EvidenceError
from reprieve.evidence.evidence import Evidence
from reprieve.relief.posterior import posterior

EVIDENCE = Evidence.packaged()


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    """A copy of the evidence that a test may change."""
    copy = tmp_path / "evidence"
    shutil.copytree(EVIDENCE.folder, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def again(folder: Path) -> str:
    return Evidence(folder).fingerprint


def test_it_is_twelve_hex_digits_and_the_same_again(evidence) -> None:
    assert re.fullmatch(r"[0-9a-f]{12}", EVIDENCE.fingerprint)
    assert again(EVIDENCE.folder) == EVIDENCE.fingerprint


def test_it_is_the_sha256_of_names_and_bytes(evidence: Path) -> None:
    for path in evidence.rglob("*"):
        if path.suffix in {".yaml", ".csv"}:
            path.unlink()
    (evidence / "studies").mkdir(exist_ok=True)
    (evidence / "studies" / "b.yaml").write_bytes(b"id: b\n")
    (evidence / "a.csv").write_bytes(b"x\n1\n")
    expected = hashlib.sha256(b"a.csv\x004\x00x\n1\nstudies/b.yaml\x006\x00id: b\n").hexdigest()[:12]
    assert again(evidence) == expected


def test_it_does_not_depend_on_where_the_evidence_lies(
    evidence: Path,
) -> None:
    assert evidence != EVIDENCE.folder
    assert again(evidence) == EVIDENCE.fingerprint


def test_one_changed_digit_changes_it(evidence: Path) -> None:
    before = again(evidence)
    path = evidence / "studies" / "sigtermans2009" / "outcomes.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("2.68", "2.69", 1), encoding="utf-8")
    assert again(evidence) != before


def test_a_renamed_file_changes_it(evidence: Path) -> None:
    before = again(evidence)
    (evidence / "studies" / "sigtermans2009").rename(evidence / "studies" / "sigtermans2008")
    assert again(evidence) != before


def test_code_does_not_change_it(evidence: Path) -> None:
    before = again(evidence)
    (evidence / "evidence.py").write_text("# another comment\n", encoding="utf-8")
    assert again(evidence) == before


def fitted_after(evidence: Path, *place: str) -> str:
    """The fingerprint of what was fitted, after a blank was added to one file."""
    path = evidence.joinpath(*place)
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    return Evidence(evidence).fitted_fingerprint


def test_that_of_the_fit_changes_with_what_was_fitted_and_with_nothing_else(evidence: Path) -> None:
    before = EVIDENCE.fitted_fingerprint
    assert fitted_after(evidence, "protocols", "sigtermans2009.yaml") == before
    seen = {before}
    priors = ("calibration", "reported_relief.yaml")
    for place in (("studies", "sigtermans2009", "study.yaml"), priors, ("routes", "im.yaml")):
        found = fitted_after(evidence, *place)
        assert found not in seen
        seen.add(found)


def test_the_posterior_is_that_of_this_evidence_and_refused_beside_another(evidence: Path) -> None:
    assert EVIDENCE.calibration.evidence_fingerprint == EVIDENCE.fitted_fingerprint
    fitted_after(evidence, "studies", "sigtermans2009", "study.yaml")
    with pytest.raises(EvidenceError, match=r"the evidence has changed since .*Calibrate it anew"):
        posterior(Evidence(evidence))
