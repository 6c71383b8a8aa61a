"""The duration table: rows chosen by a rule, forecasts as `forecast` answers, claims and trials where they belong."""

import re

import msgspec
import pytest

import reprieve as rp
from reprieve.answers import duration_table
from reprieve.errors import EvidenceError, OutsideEvidence
from reprieve.evidence.evidence import Evidence
from reprieve.regimen import Regimen

EVIDENCE = Evidence.packaged()

TABLE = EVIDENCE.duration_table
HORIZONS = ("48h", "2wk", "4wk", "12wk")


def hours_of(arm):
    return Regimen.parse(arm.regimen).infusion_hours if arm.regimen else None


def test_the_rows_are_those_people_quote():
    """30 and 40 min, 2, 4, 10 and 24 h, five days of 6 h, ten days of 4 h, about 100 h and 120 h."""
    hours = [0.5, 2 / 3, 2, 4, 10, 24, 5 * 6, 10 * 4, 100, 120]
    assert [row.hours for row in TABLE.rows] == pytest.approx(hours, rel=0.01)


def test_a_condition_has_a_table_from_two_studies_of_infusions_on():
    """Counted again from the regimens of the arms: two is enough, one is not."""
    found = {}
    for study in EVIDENCE.studies:
        usable = any(o.usable for o in study.outcomes if o.endpoint in {"acute", "sustained"})
        for arm in study.arms:
            if usable and arm.role == "ketamine" and arm.route == "iv" and (arm.infusion_hours or hours_of(arm)):
                found.setdefault(arm.condition or study.condition, set()).add(study.id)
    assert {name for name, ids in found.items() if len(ids) >= 2} == set(
        duration_table.conditions_with_a_table(EVIDENCE)
    )
    assert len(found["whiplash"]) == 2
    assert len(found["sci"]) == 1


def test_a_condition_with_too_few_studies_is_refused():
    with pytest.raises(OutsideEvidence, match=r"the number of studies of infusions is 1; a table needs 2.*crps"):
        duration_table.check_has_a_table(EVIDENCE, "sci")
    assert duration_table.check_has_a_table(EVIDENCE, "CRPS type I") == "crps"


def test_a_row_is_what_forecast_answers():
    row = duration_table.row(EVIDENCE, "crps", "40h")
    patient = rp.Patient(condition="crps", weight=TABLE.weight, pain=TABLE.pain)
    made = rp.forecast(patient, rp.protocol("schwartzman2009"))
    assert row.answer.to_dict()["sustained"] == made.to_dict()["sustained"]


@pytest.mark.parametrize("condition", ["crps", "fibromyalgia"])
def test_relief_is_a_chance_that_falls_with_time(condition):
    for row in duration_table.rows(EVIDENCE, condition):
        helped = [one.share for one in row.answer.sustained.added.helped]
        assert helped == sorted(helped, reverse=True)
        sustained = row.answer.to_dict()["sustained"]
        for found in (sustained, sustained["placebo"]):
            chances = [found["exceeds"][horizon] for horizon in HORIZONS]
            assert all(0 <= chance <= 1 for chance in chances)
            assert chances == sorted(chances, reverse=True)
            assert found["duration_days"]["q10"] <= found["duration_days"]["q50"] <= found["duration_days"]["q90"]


def test_what_is_told_stands_beside_the_hours_and_the_condition_it_is_told_of():
    told = {row.infusion.id: {claim.id for claim in row.claims} for row in duration_table.rows(EVIDENCE, "crps")}
    assert [row for row in told if "S0-19" in told[row]] == ["10h"]
    assert [row for row in told if "S0-20" in told[row]] == ["30h", "40h", "100h", "120h"]
    assert [row for row in told if "S1-31" in told[row]] == ["24h"]
    assert "S0-05" in told["100h"]
    other = {claim.id for row in duration_table.rows(EVIDENCE, "fibromyalgia") for claim in row.claims}
    assert not other & {"S0-19", "S0-20", "S0-05"}


def test_trials_beside_a_row_are_of_its_condition_and_infused():
    for condition in ("crps", "fibromyalgia"):
        for row in duration_table.rows(EVIDENCE, condition):
            assert row.nearest
            assert all((near.arm.condition or near.study.condition) == condition for near in row.nearest)
    nearest = duration_table.row(EVIDENCE, "crps", "100h").nearest[0]
    assert nearest.study.id == "sigtermans2009"


def test_a_told_chance_is_tested_against_every_share_reported_after_so_many_hours():
    """Beyond 30 h, later than day 2: Bosma half at a month, Goldberg 60 % and Kiefer 65 % at three; esketamine none
    of four at day 2. Pomeroy's 71 % is of the last day and is no test."""
    found = {one.claim.id: one for one in duration_table.tested(EVIDENCE, ("crps", "neuropathic"))}
    shares = {(s.study.id, s.arm.id): (s.outcome.days_after_end, s.outcome.value) for s in found["S0-20"].shares}
    assert shares["bosma2018", "ket"] == (30, 0.5)
    assert shares["goldberg2010", "ket"] == (90, 0.6)
    assert shares["kiefer2008coma", "ket"] == (90, 0.65)
    assert shares["kiefer2008s", "ket"] == (2, 0.0)
    assert shares["correll2004", "ket"] == (90, 0.54)
    assert not any(study == "pomeroy2017" for study, _ in shares)
    assert found["S0-19"].shares == ()
    assert {(condition, row.infusion.id) for condition, row, _ in found["S0-19"].forecasts} == {
        ("crps", "10h"), ("neuropathic", "10h"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"regimen": None}, "needs a protocol or a regimen, and only one"),
        ({"protocol": "sigtermans2009"}, "needs a protocol or a regimen, and only one"),
        ({"reason": None}, "the reason for it is missing"),
        ({"regimen": "racemic iv 0.5 mg over"}, "cannot be read"),
        ({"hours": 0.6}, "has 0.6 hours, its regimen 0.5"),
        ({"hours": 3.0}, "not in the order of their hours"),
        ({"id": "2h"}, "two rows have the same id"),
    ],
)
def test_a_planted_fault_is_refused(change, sentence):
    TABLE.check()
    rows = (msgspec.structs.replace(TABLE.rows[0], **change), *TABLE.rows[1:])
    with pytest.raises(EvidenceError, match=f"infusion_hours: .*{re.escape(sentence)}"):
        msgspec.structs.replace(TABLE, rows=rows).check()
