"""Broken study folders are refused by the reader with file, line or field, and what to do."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from reprieve.errors import EvidenceError
from reprieve.evidence import study_folder
from reprieve.evidence.evidence import Evidence

EVIDENCE = Evidence.packaged()

HEADER = ",".join(column.name for column in EVIDENCE.outcome_columns)


@pytest.fixture
def sigtermans(tmp_path: Path) -> Path:
    """A copy of a real study that a test may break."""
    return Path(shutil.copytree(EVIDENCE.study_path("sigtermans2009"), tmp_path / "sigtermans2009"))


def replaced(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def in_table(old: str, new: str) -> Callable[[Path], None]:
    return lambda folder: replaced(folder / "outcomes.csv", old, new)


def in_study(old: str, new: str) -> Callable[[Path], None]:
    return lambda folder: replaced(folder / "study.yaml", old, new)


def added(row: str) -> Callable[[Path], None]:
    """One more line in the table."""

    def add(folder: Path) -> None:
        with (folder / "outcomes.csv").open("a", encoding="utf-8") as table:
            table.write(row + "\n")

    return add


def line(**cells: str) -> str:
    """A good line of the table, some of its cells changed."""
    good = {
        "arm": "ket", "measure": "share", "kind": "proportion", "endpoint": "sustained", "days_after_end": "7",
        "value": "0.4", "unit": "fraction", "n": "30", "of": "patients", "events": "12", "denominator": "30",
        "threshold": "0.3", "status": "seen", "usable": "true",
    } | cells  # fmt: skip
    return ",".join(good.get(name, "") for name in HEADER.split(","))


def test_a_copy_reads_as_the_original(sigtermans: Path) -> None:
    assert EVIDENCE.read_study(sigtermans) == EVIDENCE.study("sigtermans2009")


def test_the_good_line_is_good(sigtermans: Path) -> None:
    added(line())(sigtermans)
    assert EVIDENCE.read_study(sigtermans).outcomes[-1].events == 12


TABLE = r"sigtermans2009/outcomes\.csv"
NUMBER = r"sigtermans2009: outcomes\.csv, line 9: "


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (added(line(events="31", value="1")), NUMBER + "share counts 31 events of 30"),
        (added(line(denominator="40", events="16")), NUMBER + "share was measured in 40 of the 30 patients of 'ket'"),
        (in_table(",0.51,SE,", ",0,SE,"), r"outcomes\.csv, line 3: mean_pain_nrs has a spread of 0; a spread lies"),
        (in_table(",0.51,SE,", ",-0.51,SE,"), r"line 3: mean_pain_nrs has a spread of -0\.51; a spread lies"),
        (
            added(line(endpoint="acute", days_after_end="-9")),
            NUMBER + r"share is acute at day -9 after the end, before the course of 4\.2 days began; call it baseline",
        ),
        (added(line(days_after_end="0")), NUMBER + "share is sustained at day 0 after the end; such a day lies in 1"),
        (added(line(unit="mm")), TABLE + ", line 9, column unit: 'mm' is not one of points, %, fraction, 1/d, d, 1;"),
        (added(line(unit="%")), NUMBER + "share is in %; a proportion is in fraction, convert it"),
        (added(line(value="0,4")), TABLE + ", line 9: it has 33 cells and the header 32 names; leave a cell empty"),
        (added('"0.4'), TABLE + ", line 9: .*close every quotation mark"),
        (added(line(value="'0.4'")), TABLE + r", line 9, column value: \"'0.4'\" is not a number; write one such as 0"),
        (added(line(value="nan")), TABLE + ", line 9, column value: 'nan' is not a plain number; write one such as"),
        (added(line(n="30.5")), TABLE + r", line 9, column n: '30\.5' is not a whole number; write one such as 20"),
        (added(line(usable="yes")), TABLE + ", line 9, column usable: 'yes' is neither true nor false"),
        (added(line(status="")), TABLE + ", line 9, column status: it is empty; write one of seen, derived"),
        (added(line(status="known")), TABLE + ", line 9, column status: 'known' is not one of seen, derived, recalled"),
        (added("ket,share"), TABLE + ", line 9: it has 2 cells and the header 32 names; leave a cell empty"),
        (added(""), TABLE + ", line 9: it has 0 cells and the header 32 names"),
        (in_table("measure,", "mesure,"), TABLE + ", line 1: the column 'mesure' is not known; the columns are"),
        (in_table("measure,", ""), TABLE + ", line 1: a column is missing, twice there or out of order"),
        (added(line(arm="pbo")), NUMBER + "share: there is no arm 'pbo'; the arms are ket, pla"),
        (in_study("reference: Sigtermans2009", "reference: Nobody2099"), "it cites 'Nobody2099', which is not in"),
        (in_study("condition: crps", "condition: gout"), r"sigtermans2009/study\.yaml: Invalid enum value 'gout'"),
        (in_study("n_total: 60", "n_totl: 60"), r"sigtermans2009/study\.yaml: .*n_totl"),
        (in_study("id: sigtermans2009", "id: sigtermans2008"), "its id is 'sigtermans2008'; folder and id must agree"),
        (in_study("n_total: 60", "n_total: 60\nflags: [x]"), "flags are kept in the integrity folder; move them there"),
        (in_study("n_total: 60", "n_total: 60\noutcomes: []"), "outcomes are kept in outcomes.csv; move them there"),
        (in_study("n_total: 60", "n_total: 60\nwithheld: true"), TABLE + ": the study is withheld for the exam of the"),
        (in_study("n_total: 60", "n_total: 60\nn_total: 61"), r"study\.yaml.*the key 'n_total' is given twice"),
    ],
)  # fmt: skip
def test_broken_copy_is_refused(sigtermans: Path, fault: Callable[[Path], None], sentence: str) -> None:
    fault(sigtermans)
    with pytest.raises(EvidenceError, match=sentence):
        EVIDENCE.read_study(sigtermans)


def test_withheld_study_with_a_table_is_refused_even_if_the_table_is_empty(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(EVIDENCE.study_path("hardy2012"), tmp_path / "hardy2012"))
    assert EVIDENCE.read_study(folder).withheld
    (folder / "outcomes.csv").write_text(HEADER + "\n", encoding="utf-8")
    with pytest.raises(EvidenceError, match=r"hardy2012/outcomes\.csv: the study is withheld .* remove its outcomes"):
        EVIDENCE.read_study(folder)


def test_duplicate_of_a_study_that_is_not_there_is_refused(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(EVIDENCE.study_path("schilder2013"), tmp_path / "schilder2013"))
    replaced(folder / "study.yaml", "duplicate_of: sigtermans2009", "duplicate_of: sigtermans1999")
    with pytest.raises(EvidenceError, match="it is a duplicate of 'sigtermans1999', which is no study; name one"):
        EVIDENCE.read_study(folder)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("unit: fraction", "unit: share", r"columns\.yaml: Invalid enum value 'share' - at `\$\[\d+\]\.unit`"),
        ("type: whole", "type: integer", r"columns\.yaml: Invalid enum value 'integer'"),
        ("meaning: how many had it", "means: how many had it", r"columns\.yaml: .*`?means`?"),
    ],
)
def test_broken_column_dictionary_is_refused(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    path = Path(shutil.copy(EVIDENCE.folder / "studies" / "columns.yaml", tmp_path))
    replaced(path, old, new)
    with pytest.raises(EvidenceError, match=sentence):
        study_folder.read_columns(path)
