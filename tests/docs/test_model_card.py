"""The model card: every attribute of the rule is answered, and its counts are those of the evidence."""

import re

from documents import ROOT

from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.condition import Condition

EVIDENCE = Evidence.packaged()

CARD = (ROOT / "docs" / "explanation" / "model-card.md").read_text(encoding="utf-8")


def cells(first):
    """The cells of the row that begins with a word, as text."""
    row = re.search(rf"^\| {re.escape(first)} \| (.+) \|$", CARD, re.MULTILINE)
    assert row, first
    return row[1].split(" | ")


def test_all_31_source_attributes_are_answered():
    named = set()
    for group in re.findall(r"\((\d[\d, to]*)\)", CARD):
        ends = [int(number) for number in re.findall(r"\d+", group)]
        named |= set(range(ends[0], ends[-1] + 1)) if "to" in group else set(ends)
    assert named >= set(range(1, 32))


def test_every_condition_is_counted_whether_or_not_it_has_a_study():
    for condition in EVIDENCE.ids(Condition):
        assert f"| [{condition}](../reference/conditions.md#{condition}) |" in CARD


def test_the_parts_add_up_to_the_fit():
    fitted = EVIDENCE.calibration.fitted
    designs = [
        cells(name)
        for name in ("randomised, parallel", "randomised, crossover", "cohort, no control", "series of cases")
    ]
    assert sum(int(row[0]) for row in designs) == fitted.studies == int(cells("studies")[0])
    assert sum(int(row[2]) for row in designs) == fitted.numbers
    seen, recalled = (int(number) for number in cells("seen in a source, and not (*recalled*)")[0].split(" and "))
    assert seen + recalled == fitted.numbers


def test_nobody_withheld_is_counted_and_the_number_of_the_withheld_is_right():
    withheld = [study for study in EVIDENCE.all_studies if study.withheld]
    assert f"results of {len(withheld)} studies that are withheld" in " ".join(CARD.split())
    assert len(withheld) == 8
