"""Tables of samples: units are read from column names, and what cannot be meant is refused by line and column."""

import math

import pytest

from reprieve.datasets.noncompartmental import analyse_samples
from reprieve.datasets.samples import parse_samples
from reprieve.errors import InputError, MissingDatum

HALVES = "id,time_h,concentration_mg_per_L,dose_mg\nA,1,8,100\nA,2,4,100\nA,3,2,100\nA,4,1,100\n"


def test_a_bolus_that_halves_every_hour_by_hand():
    # 100 mg; 8, 4, 2 and 1 mg/L at 1 to 4 h: C0 = 16 mg/L, V = 100/16 L, CL = V ln 2; AUC = 16/ln 2 mg·h/L
    one = analyse_samples(parse_samples(HALVES), route="bolus")[0].parameters()
    expected = {
        "subject": "A", "dose_mg": 100, "cmax_ng_per_mL": 8000, "tmax_h": 1, "c0_ng_per_mL": 16000,
        "half_life_h": 1, "volume_terminal_L": 6.25, "volume_steady_state_L": 6.25,
        "clearance_L_per_h": 6.25 * math.log(2), "auc_inf_ng_h_per_mL": 16000 / math.log(2),
        "auc_extrapolated_percent": 100 / 16, "mean_residence_h": 1 / math.log(2), "no_terminal_phase": None,
    }  # fmt: skip
    assert {name: one[name] for name in expected} == pytest.approx(expected)


def test_units_in_names_and_said_are_one():
    in_minutes = "Subject,time_min,s_ketamine_ng_per_mL\nA,60,8000\nA,120,4000\nA,180,2000\nA,240,1000\n"
    said = "id,time,concentration\nA,1,8\nA,2,4\nA,3,2\nA,4,1\n"
    first = parse_samples(HALVES)
    assert parse_samples(in_minutes, dose_mg=100.0) == first
    assert parse_samples(said, unit="mg/L", time_unit="h", dose_mg=100.0) == first


def test_subjects_may_take_turns_and_missing_samples_are_left_out():
    found = parse_samples("id,time_h,c_ng_per_mL\nA,1,8\nB,1,5\nA,2,.\nB,2,BLQ\nA,3,<0.5\n", dose_mg=1.0)
    assert [(one.subject, one.times_h, one.concentrations) for one in found] == [
        ("A", (1, 3), (8, 0)),
        ("B", (1, 2), (5, 0)),
    ]


def test_a_missing_terminal_phase_is_said_and_not_made_up():
    one = analyse_samples(parse_samples("id,time_h,c_ng_per_mL\nA,1,8\nA,2,4\n", dose_mg=1.0), route="extravascular")
    found = one[0].parameters()
    assert found["half_life_h"] is None
    assert found["clearance_L_per_h"] is None
    assert found["no_terminal_phase"].startswith("A terminal phase needs 3 samples above zero after the highest one")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("time_h,c_ng_per_mL\n1,2\n", "line 1, column id: the column is missing"),
        ("id,subject,time_h,c_ng_per_mL\nA,A,1,2\n", "column id: id and subject both name the subject; keep one"),
        ("id,c_ng_per_mL\nA,2\n", "line 1, column time_h: the column is missing"),
        ("id,time_h\nA,2\n", "column concentration_ng_per_mL: the column is missing"),
        ("id,time,c_ng_per_mL\nA,1,2\n", "column time: no unit is said; call the column time_h"),
        ("id,time_h,concentration\nA,1,2\n", "no unit is said; call the column concentration_ng_per_mL"),
        ("id,time_mg,c_ng_per_mL\nA,1,2\n", "mg is no unit of it; call the column time_h"),
        ("id,time_h,time_min,c_ng_per_mL\nA,1,60,2\n", "time_h and time_min are both there; keep one"),
        ("id,time_h,a_ng_per_mL,b_ng_per_mL\nA,1,2,3\n", "a_ng_per_mL and b_ng_per_mL are concentrations; say which"),
        ('id,time_h,c_ng_per_mL\nA,1,"2,5"\n', "line 2, column c_ng_per_mL: '2,5' has a decimal comma; write 2.5"),
        ("id,time_h,c_ng_per_mL\nA,1,much\n", "line 2, column c_ng_per_mL: 'much' is not a number"),
        ("id,time_h,c_ng_per_mL\nA,2,5\nA,1,9\n", "line 3, column time_h: 1 does not come after 2 on line 2 of subj"),
        ("id,time_h,c_ng_per_mL\nA,1,5\nA,1,9\n", "1 does not come after 1 on line 2"),
        ("id,time_h,c_ng_per_mL\nA,-1,5\n", "line 2, column time_h: -1 precedes the dose at 0"),
        ("id,time_h,c_ng_per_mL\nA,.,5\n", "line 2, column time_h: the sample has no time"),
        ("id,time_h,c_ng_per_mL\nA,1,-5\n", "line 2, column c_ng_per_mL: -5 is negative; write BLQ"),
        ("id,time_h,c_ng_per_mL\n,1,5\n", "line 2, column id: the subject is missing"),
        ("id,time_h,c_ng_per_mL\nA,1,.\n", "line 2, column c_ng_per_mL: the subject has no concentration"),
        ("id,time_h,c_ng_per_mL\n", "line 2, column id: there is no line after the header"),
        ("id,time_h,c_ng_per_mL,duration_h\nA,1,5,1\nA,2,5,2\n", "line 3, column duration_h: 2 is not the 1 of"),
        (
            "id,time_h,c_ng_per_mL,duration_h\nA,1,5,.\n",
            "column duration_h: the value is missing on the subject's first",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_by_place(text, sentence):
    with pytest.raises(InputError, match=sentence):
        parse_samples(text, dose_mg=1.0)


def test_a_dose_is_said_once():
    with pytest.raises(MissingDatum, match="The dose is not given; add a column dose_mg"):
        parse_samples("id,time_h,c_ng_per_mL\nA,1,5\n")
    with pytest.raises(InputError, match="The dose is given and data has a column of it, too; give one of them"):
        parse_samples(HALVES, dose_mg=1.0)
    with pytest.raises(InputError, match="the name says mg/L and you say ng/mL; say the unit once"):
        parse_samples(HALVES, unit="ng/mL")
    with pytest.raises(InputError, match="column other: the column is missing; there are id, time_h"):
        parse_samples(HALVES, column="other")


def test_a_profile_that_cannot_be_analysed_names_its_subject():
    samples = parse_samples("id,time_h,c_ng_per_mL\nA,1,5\nA,2,BLQ\n", dose_mg=1.0)
    with pytest.raises(InputError, match=r"Subject A: 1 of 2 samples are zero or below quantification"):
        analyse_samples(samples, route="bolus")
