"""Reviews and integrity signals: as printed, never to be fitted to, and each self-check refuses a planted fault."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest

from reprieve.errors import EvidenceError, UnknownName
from reprieve.evidence.evidence import Evidence, read_record
from reprieve.evidence.records.integrity import Integrity
from reprieve.evidence.records.review import Review

EVIDENCE = Evidence.packaged()

FIGURE: dict[str, Any] = {
    "measure": "mean difference",
    "unit": "points",
    "estimate": -1.0,
    "low": -2.0,
    "high": 0.1,
    "interval": "95 % CI",
    "window": [21, 35],
    "status": "seen",
}
GOOD: dict[str, Any] = {
    "id": "planted",
    "reference": "Michelet2018",
    "scope": "planted",
    "status": "seen",
    "includes_withheld": "unknown",
    "k": 6,
    "k_is": "trials",
    "figures": [FIGURE],
}
SIGNAL: dict[str, Any] = {
    "id": "planted",
    "signal": "stopped early",
    "studies": ["schwartzman2009"],
    "what": "It stopped.",
    "consequence": "Take care.",
    "status": "seen",
}


def review(**changed: Any) -> Review:
    return msgspec.convert(GOOD | changed, Review, strict=True)


def figure(**changed: Any) -> dict[str, Any]:
    return {"figures": [FIGURE | changed]}


def test_all_reviews_are_there_and_none_may_be_fitted_to() -> None:
    assert len(EVIDENCE.records(Review)) == 28
    for one in EVIDENCE.records(Review):
        assert one.fit is False
        assert "never to be fitted to" in one.use
        assert ("withheld trial" in one.use) == (one.includes_withheld != "no")
        assert EVIDENCE.reference(one.reference).short


def test_michelet_2018_is_as_printed() -> None:
    # Eur J Pain 2018, six trials, 195 patients: mean difference at weeks 1, 2, 4, 8 and 12.
    record = EVIDENCE.record(Review, "michelet2018")
    assert (record.k, record.n) == (6, 195)
    pooled = {one.window: (one.estimate, one.low, one.high) for one in record.figures if one.unit == "points"}
    assert pooled == {
        (7, 7): (-1.42, -2.4, -0.44),
        (14, 14): (-1.66, -2.96, -0.36),
        (28, 28): (-1.12, -2.33, 0.09),
        (56, 56): (-1.11, -1.74, -0.48),
        (84, 84): (-0.82, -1.42, -0.23),
    }


def test_cochrane_2025_is_as_printed() -> None:
    # 67 trials, 2309 people; by vein at once -15.79 of 100 (-32.09 to 0.51); adverse events RR 3.26 (1.05 to 10.09).
    record = EVIDENCE.record(Review, "cochrane_cncp2025")
    pain, harm = record.figures
    assert (record.k, record.n) == (67, 2309)
    assert (pain.estimate, pain.low, pain.high, pain.unit) == (-15.79, -32.09, 0.51, "points of 100")
    assert (harm.estimate, harm.low, harm.high, harm.unit) == (3.26, 1.05, 10.09, "ratio")


def test_the_rule_of_ten_hours_is_recalled() -> None:
    assert {one.status for one in EVIDENCE.record(Review, "maher2017").figures} == {"recalled"}


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (figure(estimate=-3.0), "mean difference: its numbers do not rise from low to high"),
        (figure(unit="fraction"), "mean difference is -2; in fraction it lies in 0 to 1"),
        (figure(interval=None), "mean difference: low and high need an interval"),
        (figure(low=None, high=None), "mean difference: low and high need an interval"),
        (figure(estimate=None, low=None, high=None, interval=None), "mean difference has no number"),
        (figure(window=[35, 21]), "mean difference: its window ends before it begins"),
        ({"k_is": None}, "k and k_is go together"),
        ({"figures": []}, "it says nothing; give a figure, the conclusion or a note"),
    ],
)
def test_planted_fault_is_refused(fault: dict[str, Any], sentence: str) -> None:
    review().check()
    with pytest.raises(EvidenceError, match=f"planted: {sentence}"):
        review(**fault).check()


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("unit: points", "unit: mm", r"michelet2018\.yaml: Invalid enum value 'mm' - at `\$\.figures\[\d+\]\.unit`"),
        ("k: 6", "k: six", r"michelet2018\.yaml: .*`\$\.k`"),
        ("k: 6", "fit: true\nk: 6", r"michelet2018\.yaml: .*`fit`"),
    ],
)
def test_broken_copy_is_refused(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    path = Path(shutil.copy(EVIDENCE.folder / "reviews" / "michelet2018.yaml", tmp_path))
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(EvidenceError, match=sentence):
        read_record(Review, path)


def test_unknown_review_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match=r"Unknown review 'michelet2008'\. Did you mean 'michelet2018'"):
        EVIDENCE.record(Review, "michelet2008")


def test_signals_flag_the_studies_they_name_and_no_others() -> None:
    named = {
        name: {one.id for one in EVIDENCE.records(Integrity) if name in one.studies} for name in EVIDENCE.study_ids
    }
    for study in EVIDENCE.all_studies:
        assert set(study.flags) == named[study.id]
    assert {study.id for study in EVIDENCE.studies if study.flags} >= {"amr2011epi", "schwartzman2009", "pomeroy2017"}


def test_no_study_file_says_its_own_flags() -> None:
    for name in EVIDENCE.study_ids:
        text = (EVIDENCE.study_path(name) / "study.yaml").read_text(encoding="utf-8")
        assert not re.search(r"^flags:", text, re.MULTILINE), name


def test_the_p_values_that_agree_are_those_of_the_record() -> None:
    # The signal names two p values; those of the epidural trial are in its own table.
    (signal,) = (one for one in EVIDENCE.records(Integrity) if one.signal == "identical numbers")
    said = {float(text) for text in re.findall(r"0\.\d+", signal.what)}
    late = [one.value for one in EVIDENCE.study("amr2011epi").outcomes if (one.days_after_end or 0) > 30]
    assert said == set(late)


def test_pomeroy_counts_do_not_agree_as_the_signal_says() -> None:
    (number,) = (one for one in EVIDENCE.study("pomeroy2017").outcomes if one.measure == "sustained_response")
    assert (number.events, number.denominator) == (15, 55)
    assert abs(15 / 55 - number.value) < 0.001 < abs(15 / 77 - number.value)
    assert not number.usable


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ({"studies": []}, "it names no study"),
        ({"studies": ["a", "a"]}, "it names a study twice"),
        ({"what": "It stopped"}, "what is no sentence"),
        ({"consequence": "Take care"}, "consequence is no sentence"),
    ],
)
def test_planted_signal_is_refused(fault: dict[str, Any], sentence: str) -> None:
    msgspec.convert(SIGNAL, Integrity, strict=True).check()
    with pytest.raises(EvidenceError, match=f"planted: {sentence}"):
        msgspec.convert(SIGNAL | fault, Integrity, strict=True).check()


def test_signal_about_a_study_that_is_not_there_is_refused(tmp_path: Path) -> None:
    copy = tmp_path / "evidence"
    shutil.copytree(EVIDENCE.folder, copy, ignore=shutil.ignore_patterns("__pycache__"))
    path = copy / "integrity" / "pomeroy2017_share_of_whom.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("[pomeroy2017]", "[pomeroy1917]"), encoding="utf-8")
    with pytest.raises(EvidenceError, match="it names the study 'pomeroy1917', which is not there; name one"):
        Evidence.at(copy).records(Integrity)
