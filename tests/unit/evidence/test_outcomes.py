"""A printed number says what was counted, from when and among whom; what contradicts itself there is refused."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from reprieve.errors import EvidenceError
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.study import Outcome, Study
from reprieve.inference.reports import reports

EVIDENCE = Evidence.packaged()

#: A course of two days.
KET: dict[str, Any] = {
    "id": "ket", "role": "ketamine", "n": 30, "route": "iv", "form": "racemic",
    "regimen": "racemic iv 10 mg/h for 48 h", "regimen_status": "published",
}  # fmt: skip
PLA: dict[str, Any] = {"id": "pla", "role": "placebo", "n": 30}
SHARE: dict[str, Any] = {
    "arm": "ket", "measure": "share", "kind": "proportion", "endpoint": "sustained", "days_after_end": 5, "value": 0.4,
    "events": 12, "denominator": 30, "threshold": 0.5, "status": "seen", "usable": True,
}  # fmt: skip
ON_PLACEBO = SHARE | {"arm": "pla", "events": 2, "value": 2 / 30}
BEFORE: dict[str, Any] = {
    "arm": "ket", "measure": "before", "kind": "mean", "endpoint": "baseline", "days_after_end": -2, "value": 8,
    "n": 30, "status": "seen", "usable": True,
}  # fmt: skip
MEAN = BEFORE | {"measure": "nrs", "endpoint": "sustained", "days_after_end": 5, "value": 4}
CHANGE = MEAN | {"measure": "fall", "kind": "change", "value": -4, "spread": 2.0, "spread_type": "SD"}
P = MEAN | {"measure": "p", "kind": "p_between", "value": 0.04, "versus": "pla"}
MORPHINE = {"cotreatment": ("morphine",), "new_cotreatment": ("morphine",)}


def study(*outcomes: dict[str, Any], ket: dict[str, Any] | None = None, pla: dict[str, Any] | None = None) -> Study:
    made = {
        "id": "planted", "reference": "Sigtermans2009", "design_class": "rct", "blinding": "none",
        "risk_of_bias": "high", "risk_of_bias_reason": "planted", "condition": "crps", "n_total": 60,
        "headline": "Planted.", "arms": [KET | (ket or {}), PLA | (pla or {})], "outcomes": outcomes,
    }  # fmt: skip
    return msgspec.convert(made, Study, strict=True)


@pytest.mark.parametrize(
    "outcomes",
    [
        (SHARE, ON_PLACEBO),
        # Day 5 from the start of two days is day 3 after its end; days of whole days are rounded.
        (SHARE | {"counts_from": "start of course", "days_from_start": 5, "days_after_end": 3},),
        (SHARE | {"counts_from": "start of course", "days_from_start": 5.4, "days_after_end": 3},),
        # 2 h from the start: 2 / 24 - 2 = -1.9167.
        (MEAN | {"endpoint": "acute", "counts_from": "start of course", "days_from_start": 0.0833,
                 "days_after_end": -1.9167},),
        (SHARE | {"counted": "attacks", "usable": False, "reason": "attacks"},),
        (SHARE | {"cumulative": False, "usable": False, "reason": "a class"},),
        (CHANGE | {"spread_of": "change"}, MEAN | {"spread": 2.0, "spread_type": "SD", "spread_of": "change"}),
        (SHARE | {"among": "placebo non-responders", "denominator": 28, "value": 12 / 28}, ON_PLACEBO),
        (SHARE | {"among": "completers", "denominator": 24, "value": 0.5},),
    ],
)  # fmt: skip
def test_what_is_consistent_is_read(outcomes: tuple[dict[str, Any], ...]) -> None:
    study(*outcomes).check()


REFUSED: dict[str, tuple[tuple[dict[str, Any], ...], str]] = {
    "attacks": (
        (SHARE | {"counted": "attacks"},),
        "share counts attacks and is usable; only pain can enter a fit, so say usable: false with the reason",
    ),
    "preference": ((SHARE | {"counted": "preference"},), "share counts preference and is usable"),
    "persistence": ((SHARE | {"counted": "persistence"},), "share counts persistence and is usable"),
    "a frequency of pain": (
        (MEAN | {"kind": "frequency", "usable": False, "reason": "x"},),
        "nrs is a frequency and counts pain; write counted: attacks",
    ),
    "a class": (
        (SHARE | {"cumulative": False},),
        "share is a class that leaves out better responses and is usable; add them and say cumulative: true, or say",
    ),
    "a mean that is a class": (
        (MEAN | {"cumulative": False},),
        "nrs is a mean and not cumulative; only a share is a class of response",
    ),
    "the day from the start taken for the day after the end": (
        (SHARE | {"counts_from": "start of course", "days_from_start": 5},),
        "share is at day 5 from the start of a course of 2 days, which is day 3 after its end, and days_after_end is 5",
    ),
    "minutes from the start taken for the end": (
        (MEAN | {"endpoint": "acute", "counts_from": "start of course", "days_from_start": 0.0833,
                 "days_after_end": 0},),
        r"is day -1\.917 after its end, and days_after_end is 0; correct one of them",
    ),
    "placebo ran as long as ketamine": (
        (ON_PLACEBO | {"counts_from": "start of course", "days_from_start": 5},),
        "share is at day 5 from the start of a course of 2 days",
    ),
    "from the start, and no day": (
        (SHARE | {"counts_from": "start of course"},),
        "share counts from start of course and lacks days_from_start; give it where the source counts from the start",
    ),
    "a day from the start, and counted from the end": (
        (SHARE | {"days_from_start": 5},),
        "share counts from end of last dose and has days_from_start",
    ),
    "no day after the end": (
        (SHARE | {"counts_from": "start of course", "days_from_start": 5, "days_after_end": None},),
        "share is at day 5 from the start of the course and has no days_after_end; work it out from the length",
    ),
    "a level's spread as that of a change": (
        (CHANGE | {"spread_of": "level"},),
        "fall is a change with the spread of a level, which holds how much baselines differ; give the spread of the",
    ),
    "a spread of nothing": ((CHANGE,), "fall gives one of spread and spread_of; say of what the spread is"),
    "fewer than were treated": (
        (SHARE | {"denominator": 24, "value": 0.5},),
        "share was measured in 24 of the 30 patients of 'ket' and is among all treated; say among whom, as completers",
    ),
    "more than the placebo non-responders": (
        (SHARE | {"among": "placebo non-responders"}, ON_PLACEBO),
        "share is among placebo non-responders and was measured in 30; 28 of 30 did not respond to placebo, so write",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", REFUSED)
def test_what_contradicts_itself_is_refused(fault: str) -> None:
    outcomes, sentence = REFUSED[fault]
    with pytest.raises(EvidenceError, match=rf"planted: outcomes\.csv, line \d: .*{sentence}"):
        study(*outcomes).check()


@pytest.mark.parametrize(("which", "outcome"), [("ket", SHARE), ("pla", ON_PLACEBO), ("ket", P), ("pla", P)])
def test_a_usable_number_under_a_new_cotreatment_is_refused(which: str, outcome: dict[str, Any]) -> None:
    """With morphine started in one arm neither its share nor a comparison with the other is that of ketamine."""
    arms = {which: MORPHINE}
    if outcome is P and which == "pla":
        outcome = P | {"arm": "pla", "versus": "ket"}
    with pytest.raises(EvidenceError, match=f"is usable, but morphine was started with the course in '{which}'; say"):
        study(outcome, **arms).check()


def test_a_cotreatment_started_in_both_arms_leaves_their_comparison() -> None:
    study(P, BEFORE, ket=MORPHINE, pla=MORPHINE).check()
    with pytest.raises(EvidenceError, match="was started with the course in 'ket'"):
        study(SHARE, ket=MORPHINE, pla=MORPHINE).check()


def test_a_new_cotreatment_is_among_the_cotreatments() -> None:
    with pytest.raises(EvidenceError, match="arm 'ket' has the new cotreatment 'morphine', which its cotreatment lack"):
        study(ket={"new_cotreatment": ("morphine",)}).check()


def test_an_empty_cell_means_the_default_of_its_column() -> None:
    fields = {field.name: field for field in msgspec.structs.fields(Outcome)}
    told = {column.name: column.value(column.default) for column in EVIDENCE.outcome_columns if column.default}
    assert told == {
        "counted": "pain", "counts_from": "end of last dose", "among": "all treated", "cumulative": True,
    }  # fmt: skip
    assert all(fields[name].default == default for name, default in told.items())


# What the sources print.


def outcomes_of(name: str) -> tuple[Outcome, ...]:
    return EVIDENCE.study(name).outcomes


def test_morphine_was_started_in_both_arms_of_ishizuka_2007() -> None:
    # Rev Bras Anestesiol 2007;57:19, abstract: both groups received morphine 10 mg every 6 h.
    for arm in EVIDENCE.study("ishizuka2007").arms:
        assert arm.new_cotreatment == ("morphine 10 mg every 6 h",)
    assert not any(outcome.usable for outcome in outcomes_of("ishizuka2007"))


@pytest.mark.parametrize(
    ("name", "counted"), [("haines1999", "preference"), ("moisset2020", "attacks"), ("granata2016", "attacks")]
)
def test_what_is_no_pain_is_not_usable(name: str, counted: str) -> None:
    assert {(outcome.counted, outcome.usable) for outcome in outcomes_of(name)} == {(counted, False)}


def test_partly_effective_is_a_class_beside_effective() -> None:
    # Eur J Pain 2015;19:984, abstract: effective 44 %, partially effective 20 %, failure 22 %.
    told = {
        outcome.measure: (outcome.value, outcome.cumulative, outcome.usable) for outcome in outcomes_of("marchetti2015")
    }
    assert told["effective_rate"] == (0.44, True, True)
    assert told["partial_rate"] == (0.2, False, False)


@pytest.mark.parametrize(
    ("name", "time", "day"),
    [
        # 15 and 30 min from the start; the last of five doses 6 min apart is given at 24 min.
        ("petersen2022", "15 min", (15 - 24) / 1440),
        ("petersen2022", "30 min", (30 - 24) / 1440),
        # 2, 24 and 48 h from the start of 48 h.
        ("salas2012", "2 h", 2 / 24 - 2),
        ("salas2012", "24 h", -1),
        ("salas2012", "48 h", 0),
        # 48 h from the start of 72 h.
        ("cancerci2024", "48 h", -1),
        # The session ends 2 h after the infusion.
        ("persson2012", "within 2.5 h", 2 / 24),
    ],
)
def test_times_from_the_start_are_told_from_the_end(name: str, time: str, day: float) -> None:
    found = [outcome for outcome in outcomes_of(name) if outcome.time == time]
    assert found
    for outcome in found:
        assert outcome.counts_from == "start of course"
        assert outcome.days_after_end == pytest.approx(day, abs=5e-4)


def test_drug_response_is_counted_among_placebo_non_responders() -> None:
    # Clin J Pain 2005;21:412: of 30, 2 placebo responders; 14 of the others responded to ketamine, 15 to morphine and
    # 11 to lidocaine.  Scand J Pain 2012;3:151: of 94, 26 % placebo responders; of the 70 others 41 % to ketamine.
    lemming = {outcome.arm: outcome for outcome in outcomes_of("lemming2005")}
    assert {arm: (o.events, o.denominator) for arm, o in lemming.items()} == {
        "ket": (14, 28), "pla": (2, 30), "mor": (15, 28), "lid": (11, 28),
    }  # fmt: skip
    persson = {outcome.arm: outcome for outcome in outcomes_of("persson2012")}
    assert (persson["ket"].denominator, persson["mid"].denominator) == (70, 94)
    for drug in (lemming["ket"], persson["ket"]):
        assert drug.among == "placebo non-responders"


def test_a_report_says_among_whom() -> None:
    found, _ = reports([EVIDENCE.study(name) for name in ("lemming2005", "persson2012", "kvarnstrom2004")])
    told = {(report.study.id, report.arm.role): (report.among, report.n) for report in found}
    assert told["lemming2005", "ketamine"] == ("placebo non-responders", 28)
    assert told["lemming2005", "placebo"] == ("completers", 30)
    assert told["persson2012", "ketamine"] == ("placebo non-responders", 70)
    assert told["kvarnstrom2004", "ketamine"] == ("all treated", 10)


def test_the_spread_of_a_level_is_not_that_of_the_change() -> None:
    # SD of week 1 of 30 people: 0.51 · √30 = 2.793; of the baselines: 0.2 · √30 = 1.095, of which 2.68 / 7.2 remain.
    # √(2.793² - (0.372 · 1.095)²) / 7.2 = 0.384; on placebo √(2.629² - (0.790 · 1.095)²) / 6.9 = 0.360.
    found, _ = reports([EVIDENCE.study("sigtermans2009")])
    assert {report.arm.id: report.sd for report in found if report.kind == "mean"} == {
        "ket": pytest.approx(0.384, abs=5e-4), "pla": pytest.approx(0.360, abs=5e-4),
    }  # fmt: skip


def test_the_spread_of_the_first_quarter_of_an_hour_of_petersen_2022_is_that_of_the_change() -> None:
    # Headache 2022;62:26, abstract: 1.1 (95 % CI -0.6 to 2.7) in 20 people; 2.093 is t of 19 degrees of freedom.
    (mean,) = (o for o in outcomes_of("petersen2022") if o.kind == "mean" and o.endpoint == "acute")
    assert mean.spread_of == "change"
    assert mean.spread == pytest.approx((2.7 + 0.6) / 2 / 2.093 * 20**0.5, abs=0.05)


@pytest.mark.parametrize(
    ("after", "before", "sd"),
    [
        ({"spread": 3.0, "spread_type": "SD", "spread_of": "change"}, {}, 3 / 8),
        # A level without the spread of the baselines, or with that of other people, says nothing of the change.
        ({"spread": 3.0, "spread_type": "SD", "spread_of": "level"}, {}, None),
        ({"spread": 3.0, "spread_type": "SD", "spread_of": "level"},
         {"spread": 2.0, "spread_type": "SD", "spread_of": "level", "n": 29}, None),
        # √(3² - (4 / 8 · 2)²) / 8
        ({"spread": 3.0, "spread_type": "SD", "spread_of": "level"},
         {"spread": 2.0, "spread_type": "SD", "spread_of": "level"}, 8**0.5 / 8),
        # Baselines alone would scatter more than that.
        ({"spread": 0.5, "spread_type": "SD", "spread_of": "level"},
         {"spread": 2.0, "spread_type": "SD", "spread_of": "level"}, None),
    ],
)  # fmt: skip
def test_the_sd_of_a_report_is_that_of_the_change(
    after: dict[str, Any], before: dict[str, Any], sd: float | None
) -> None:
    made = study(BEFORE | before, MEAN | after)
    made.check()
    ((report,), _) = reports([made])
    assert report.sd == (None if sd is None else pytest.approx(sd))


def test_numbers_that_are_not_usable_stay_out_and_their_reason_is_kept() -> None:
    for study_id in ("ishizuka2007", "haines1999", "moisset2020", "granata2016"):
        found, left = reports([EVIDENCE.study(study_id)])
        assert (found, left) == ((), ())
        assert all(outcome.reason for outcome in outcomes_of(study_id))
