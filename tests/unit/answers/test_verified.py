"""What was never seen in a source is left out, and what was seen stays as it is."""

import pytest

from reprieve.answers.verified import LEFT_OUT, verified
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.arm import Arm, Reported
from reprieve.evidence.records.review import Review, ReviewNumber

EVIDENCE = Evidence.packaged()

SEEN = Arm(
    id="ket", role="ketamine", n=20, route="iv", dose="0.5 mg/kg", regimen="racemic iv 0.5 mg/kg over 40 min",
    regimen_status="published", infusion_hours=2 / 3, status="seen",
)  # fmt: skip


def arm(**changed):
    return Arm(**{name: getattr(SEEN, name) for name in SEEN.__struct_fields__} | changed)


def test_what_was_seen_stays():
    assert verified(SEEN) == SEEN
    assert verified((SEEN,)) == (SEEN,)


def test_a_recalled_part_is_dropped_and_an_arm_only_emptied():
    seen, recalled = (Reported(what="relief", text="less pain", status=status) for status in ("seen", "recalled"))
    assert verified((seen, recalled)) == (seen,)
    (left,) = verified((arm(status="recalled"),))
    assert (left.id, left.route, left.status) == ("ket", "iv", "recalled")
    assert (left.n, left.dose, left.regimen, left.regimen_status, left.infusion_hours) == (None,) * 5
    assert verified((ReviewNumber(measure="pain", unit="points", status="assumed", estimate=1.0),)) == ()


@pytest.mark.parametrize(
    ("caveat", "gone"),
    [
        ("n: recalled", {"n"}),
        ("dose recalled", {"dose"}),
        ("rate of the first day recalled; hours seen", {"dose"}),
        ("hours recalled", {"infusion_hours"}),
        ("n: counted", set()),
    ],
)
def test_a_caveat_takes_the_field_that_it_names(caveat, gone):
    left = verified(arm(caveat=caveat))
    assert {name for name in ("n", "dose", "infusion_hours", "regimen") if getattr(left, name) is None} == gone
    assert left.caveat == (LEFT_OUT if "recalled" in caveat else caveat)


def test_a_regimen_whose_reason_rests_on_memory_goes():
    left = verified(arm(regimen_reason="rate Recalled"))
    assert (left.regimen, left.regimen_status, left.regimen_reason) == (None, None, LEFT_OUT)
    assert left.dose == SEEN.dose


def test_no_study_or_review_keeps_a_recalled_number():
    for record in verified((*EVIDENCE.all_studies, *EVIDENCE.records(Review))):
        numbers = getattr(record, "outcomes", ()) or getattr(record, "figures", ())
        assert {one.status for one in numbers} <= {"seen", "derived"}
