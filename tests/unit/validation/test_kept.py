"""Kept results: made once, made anew when anything changes, and never half written."""

from dataclasses import dataclass, replace

import kept
import numpy as np
import pytest
from kept import Kept, key, said, timed

from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.calibration import CalibrationPriors


@dataclass(frozen=True)
class Work:
    name: str
    numbers: np.ndarray
    start: dict | None = None


WORK = Work("fit", np.arange(3.0))
OTHERS = (
    Work("refit", np.arange(3.0)),
    Work("fit", np.arange(4.0)),
    Work("fit", np.arange(3)),
    Work("fit", np.arange(3.0)[None]),
    Work("fit", np.nextafter(np.arange(3.0), 9.0)),
    Work("fit", np.arange(3.0), {"a": np.zeros(1)}),
)


class Maker:
    """Counts how often it is asked."""

    def __init__(self):
        self.made = []

    def __call__(self, left, ended):
        for i, each in enumerate(left):
            self.made.append(each)
            ended(i, f"of {each}")


def test_a_second_call_in_another_run_makes_nothing(tmp_path):
    first, made = Kept(tmp_path, "evidence"), []
    for store in (first, Kept(tmp_path, "evidence")):
        assert store.of("sum", WORK, lambda: made.append(1) or WORK.numbers.sum()) == 3.0
    assert len(made) == 1
    assert (first.reused, store.reused) == (0, 1)


@pytest.mark.parametrize("basis", [("other evidence", {"a.py": b"1"}), ("evidence", {"a.py": b"2"}), ("evidence", {})])
def test_other_evidence_or_sources_make_it_anew(tmp_path, basis):
    Kept(tmp_path, "evidence", {"a.py": b"1"}).of("sum", WORK, lambda: "old")
    assert Kept(tmp_path, *basis).of("sum", WORK, lambda: "new") == "new"
    assert Kept(tmp_path, "evidence", {"a.py": b"1"}).of("sum", WORK, lambda: "new") == "old"


@pytest.mark.parametrize("other", OTHERS)
def test_other_arguments_make_it_anew(tmp_path, other):
    store = Kept(tmp_path, "evidence")
    store.of("sum", WORK, lambda: "old")
    assert store.of("sum", other, lambda: "new") == "new"
    assert store.of("product", WORK, lambda: "new") == "new"


def test_only_what_is_left_is_made_and_all_come_back_in_order(tmp_path):
    store, maker = Kept(tmp_path), Maker()
    store.each("chain", ["b", "d"], maker)
    assert store.each("chain", ["a", "b", "c", "d"], maker) == ["of a", "of b", "of c", "of d"]
    assert maker.made == ["b", "d", "a", "c"]


def test_results_may_end_in_any_order(tmp_path):
    def backwards(left, ended):
        for i in reversed(range(len(left))):
            ended(i, left[i].upper())

    assert Kept(tmp_path).each("chain", ["a", "b"], backwards) == ["A", "B"]


def test_what_ended_before_an_interruption_is_kept(tmp_path):
    def interrupted(left, ended):
        ended(1, "two")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Kept(tmp_path).each("chain", [1, 2, 3], interrupted)
    maker = Maker()
    assert Kept(tmp_path).each("chain", [1, 2, 3], maker) == ["of 1", "two", "of 3"]
    assert maker.made == [1, 3]


@pytest.mark.parametrize("at", ["dump", "replace"])
def test_an_interrupted_write_leaves_nothing(tmp_path, monkeypatch, at):
    def stop(result, file=None):
        if at == "dump":
            file.write(b"half")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(*{"dump": (kept.pickle, "dump"), "replace": (kept.os, "replace")}[at], stop)
        with pytest.raises(KeyboardInterrupt):
            Kept(tmp_path).of("sum", WORK, lambda: 1)
    assert not list(tmp_path.iterdir())
    assert Kept(tmp_path).of("sum", WORK, lambda: 2) == 2


def test_half_a_file_of_a_killed_run_is_not_read(tmp_path):
    (tmp_path / "xyz.part").write_bytes(b"half")
    assert Kept(tmp_path).of("sum", WORK, lambda: 2) == 2


def test_a_key_is_of_values_and_not_of_objects(few_studies):
    priors = Evidence.packaged().record(CalibrationPriors, Evidence.packaged().ids(CalibrationPriors)[0])
    assert key((few_studies, priors)) == key((replace(few_studies), priors))
    first, *others = few_studies.shares
    assert key(few_studies) != key(replace(few_studies, shares=(replace(first, value=0.123), *others)))
    assert key(("ab", "c")) != key(("a", "bc"))
    with pytest.raises(TypeError, match="no key is made of a object"):
        key([object()])


def test_sources_are_those_of_the_packages():
    found = kept.sources("inference", "relief")
    assert {name.split("/")[0] for name in found} == {"inference", "relief"}
    assert b"run_all" in found["inference/sampling.py"]


def test_a_stage_says_how_long_it_took(capsys):
    with timed("ranks"):
        pass
    with pytest.raises(KeyboardInterrupt), timed("held_out"):
        raise KeyboardInterrupt
    assert capsys.readouterr().out == "ranks took 0 s\nheld_out was interrupted after 0 s\n"
    assert [said(s) for s in (8.2, 720, 7500)] == ["8 s", "12 min", "2 h 5 min"]
