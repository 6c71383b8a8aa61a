"""NONMEM data sets: what is read, and one sentence with line and column for each thing that is wrong."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprieve.datasets.nonmem import NonmemData, format_nonmem, parse_nonmem, read_nonmem, write_nonmem
from reprieve.datasets.nonmem_record import DoseParameters, NonmemRecord
from reprieve.errors import FileError, InputError
from reprieve.pkpd.event_run import simulate_each
from reprieve.pkpd.events import DoseRecord, Observation, ResetRecord
from reprieve.pkpd.linear_system import LinearSystem

HEADER = "ID,TIME,AMT,RATE,DUR,EVID,MDV,CMT,II,ADDL,SS,DV\n"
DOSE = "1,0,100,0,.,1,1,1,.,.,.,.\n"
LOOK = "1,2,.,.,.,0,0,1,.,.,.,9.5\n"

MALFORMED = {
    "empty file": ("", r"line 1, column 1: there is no header"),
    "header only": (HEADER, r"line 2, column ID: there is no line after the header"),
    "missing column": ("ID,AMT,DV\n1,5,.\n", r"line 1, column TIME: the column is missing; add it"),
    "unknown column": (
        "ID,TIME,AMT,XYZZY\n",
        r"line 1, column XYZZY: the name is not one of .*name it as a covariate if",
    ),
    "nearly known column": ("ID,TIMES,AMT\n", r"line 1, column TIMES: .*write it TIME if that is meant"),
    "small letters": ("ID,time,AMT\n", r"line 1, column time: .*write it TIME"),
    "duplicate column": ("ID,TIME,AMT,TIME\n", r"line 1, column TIME: the name is there 2 times; keep one"),
    "header with trailing comma": ("ID,TIME,AMT,\n", r"line 1, column 4: the column has no name"),
    "dates": ("ID,DATE,TIME,AMT\n", r"line 1, column DATE: dates are not read; write TIME in hours"),
    "semicolons": ("ID;TIME;AMT\n1;0,5;10\n", r"line 1, column 1: .*by semicolons; separate them by commas"),
    "tabs": ("ID\tTIME\tAMT\n", r"line 1, column 1: .*separated by tabs"),
    "spaces": ("ID TIME AMT\n", r"line 1, column 1: .*separated by spaces"),
    "not a number": (HEADER + DOSE.replace("100", "abc"), r"line 2, column AMT: 'abc' is not a number"),
    "NA": (HEADER + DOSE + LOOK.replace("9.5", "NA"), r"line 3, column DV: 'NA' is not a finite number; write '\.'"),
    "infinity": (HEADER + DOSE.replace("100", "inf"), r"line 2, column AMT: 'inf' is not a finite number"),
    "overflow": (HEADER + DOSE.replace("100", "1e999"), r"line 2, column AMT: '1e999' is not a finite number"),
    "quoted decimal comma": (
        HEADER + DOSE + LOOK.replace("9.5", '"9,5"'),
        r"line 3, column DV: '9,5' has a decimal comma; write 9\.5",
    ),
    "bare decimal comma": (HEADER + LOOK.replace("9.5", "9,5"), r"line 2, column 13: .*decimal comma, perhaps"),
    "clock time": (
        HEADER + LOOK.replace("1,2,", "1,8:30,"),
        r"line 2, column TIME: '8:30' is a clock time; write hours .* such as 8\.5",
    ),
    "trailing comma": (HEADER + DOSE.replace("\n", ",\n"), r"line 2, column 13: .*remove the trailing comma"),
    "short line": (HEADER + "1,0,100\n", r"line 2, column RATE: the line ends after 3 of 12 cells"),
    "open quotation": (HEADER + '1,0,"100,0\n', r"line 2, column 3: a quotation mark is not closed"),
    "time going back": (
        HEADER + LOOK + LOOK.replace("1,2,", "1,1,"),
        r"line 3, column TIME: 1 h comes after 2 h in subject 1; put the lines in time order",
    ),
    "time going back at a reset": (
        HEADER + LOOK + "1,0,.,.,.,3,1,.,.,.,.,.\n",
        r"line 3, column TIME: 0 h comes after 2 h .*also after a reset",
    ),
    "subjects interleaved": (
        HEADER + DOSE + DOSE.replace("1,0", "2,0", 1) + LOOK,
        r"line 4, column ID: subject 1 was on line 2 already, with another between; put all",
    ),
    "no subject": (HEADER + DOSE.replace("1,0", ".,0", 1), r"line 2, column ID: the subject is missing"),
    "negative amount": (HEADER + DOSE.replace("100", "-5"), r"line 2, column AMT: -5 is negative"),
    "negative rate": (HEADER + DOSE.replace("100,0", "100,-3"), r"line 2, column RATE: -3 is negative; write mg/h"),
    "modelled rate": (
        HEADER + DOSE.replace("100,0", "100,-1"),
        r"line 2, column RATE: -1 asks for a modelled rate, which is not supported without a value",
    ),
    "modelled duration": (HEADER + DOSE.replace("100,0", "100,-2"), r"line 2, column RATE: -2 .*modelled duration"),
    "amount in an observation": (
        HEADER + LOOK.replace("2,.,", "2,100,"),
        r"line 2, column AMT: 100 belongs to a dose, but EVID is 0; write EVID 1",
    ),
    "dose without amount": (HEADER + DOSE.replace("100", "0"), r"line 2, column AMT: the dose has no amount"),
    "value without time": (HEADER + LOOK.replace("1,2,", "1,.,"), r"line 2, column TIME: the measurement has no"),
    "repeats without interval": (HEADER + "1,0,9,0,.,1,1,1,.,3,.,.\n", r"line 2, column II: ADDL or SS is given"),
    "steady state without interval": (HEADER + "1,0,9,0,.,1,1,1,0,.,1,.\n", r"line 2, column II: .*write II in hours"),
    "constant infusion with interval": (HEADER + "1,0,0,5,.,1,1,1,8,.,1,.\n", r"line 2, column II: a constant infus"),
    "rate and duration": (HEADER + "1,0,9,3,3,1,1,1,.,.,.,.\n", r"line 2, column DUR: RATE and DUR are both given"),
    "SS of 3": (HEADER + "1,0,9,0,.,1,1,1,8,.,3,.\n", r"line 2, column SS: 3 is not supported; write 0, 1"),
    "SS of a half": (HEADER + "1,0,9,0,.,1,1,1,8,.,0.5,.\n", r"line 2, column SS: '0.5' is not a whole number"),
    "negative repeats": (HEADER + "1,0,9,0,.,1,1,1,8,-3,.,.\n", r"line 2, column ADDL: -3 is negative"),
    "EVID of 5": (HEADER + "1,0,9,0,.,5,1,1,.,.,.,.\n", r"line 2, column EVID: 5 is not an event; write 0"),
    "compartment unknown": (HEADER + DOSE.replace("1,1,1", "1,1,4"), r"line 2, column CMT: 4 is unknown; .* 1 to 3"),
    "compartment off": (HEADER + LOOK.replace("0,0,1", "0,0,-1"), r"line 2, column CMT: -1 would turn"),
    "MDV of 2": (HEADER + LOOK.replace("0,0,1", "0,2,1"), r"line 2, column MDV: 2 is not 0 or 1"),
    "MDV 0 on a dose": (HEADER + DOSE.replace("1,1,1", "1,0,1"), r"line 2, column MDV: 0 says .* EVID is 1"),
    "MDV 0 without a value": (HEADER + LOOK.replace("9.5", "."), r"line 2, column MDV: 0 says .* DV is missing"),
    "UTF-16": ((HEADER + DOSE).encode("utf-16"), r"line 1, column 1: .*like UTF-16\); save it as UTF-8"),
    "Latin-1": ((HEADER + LOOK.replace("9.5", "é")).encode("latin-1"), r"line 2, column 12: byte 0xe9 is not UTF-8"),
    "null character": (HEADER + DOSE.replace("100", "1\x0000"), r"line 2, column 3: there is a null character"),
}  # fmt: skip


@pytest.mark.parametrize("kind", MALFORMED)
def test_a_malformed_file_gets_one_sentence_with_its_place_and_remedy(kind):
    content, says = MALFORMED[kind]
    with pytest.raises(FileError, match=r"^trial\.csv, " + says) as refused:
        parse_nonmem(content, "trial.csv", n_compartments=3)
    assert str(refused.value).endswith(".")
    assert "; " in str(refused.value) or "remove" in str(refused.value)  # what to do next


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileError, match=r"absent\.csv cannot be read \(No such file"):
        read_nonmem(tmp_path / "absent.csv")


def test_a_file_as_people_write_it():
    text = '\ufeffID,TIME,AMT,DV,WT\r\n7, 0 ,100,.,70\r\n7,1.5,,"8",.\r\n\r\n8,0,50,0,81.5\r\n'
    data = parse_nonmem(text, covariates=["WT"])
    assert data.records == (
        NonmemRecord("7", 0.0, amount=100.0, evid=1, mdv=1, covariates=(70.0,)),
        NonmemRecord("7", 1.5, dv=8.0, covariates=(None,)),
        NonmemRecord("8", 0.0, amount=50.0, evid=1, mdv=1, dv=0.0, covariates=(81.5,)),
    )


def test_events_of_a_file():
    text = (
        HEADER + "1,0,80,40,.,1,1,2,8,5,1,.\n" + "1,1,.,.,.,0,0,.,.,.,.,3\n" + "1,2,.,.,.,2,1,.,.,.,.,.\n"
        "1,3,.,.,.,3,1,.,.,.,.,.\n" + "1,4,10,.,0.5,4,1,.,.,.,.,.\n" + "1,5,10,-1,.,1,1,3,.,.,.,.\n"
    )
    dosing = {2: DoseParameters(lag_h=0.25, bioavailability=0.5), 3: DoseParameters(rate=4.0)}
    assert parse_nonmem(text, dosing=dosing).event_tables()["1"].records == (
        DoseRecord(
            0.0, 80.0, 1, rate=40.0, additional=5, interval_h=8.0, steady_state=1, lag_h=0.25, bioavailability=0.5
        ),
        Observation(1.0),
        Observation(2.0),
        ResetRecord(3.0),
        DoseRecord(4.0, 10.0, 0, duration_h=0.5, reset=True),
        DoseRecord(5.0, 10.0, 2, rate=4.0),
    )


def test_records_by_hand_without_the_modelled_value_are_refused():
    data = NonmemData((NonmemRecord("1", 0.0, amount=9.0, rate=-2.0, evid=1, mdv=1),))
    with pytest.raises(InputError, match="RATE -2 needs the duration of compartment 1; give it in dosing"):
        data.event_tables()


def test_from_file_to_concentrations():
    # one compartment, k 0.2: 100 mg e^-0.4 at 2 h; the second subject has half of it
    text = HEADER + DOSE + LOOK + (DOSE + LOOK).replace("1,0,100", "2,0,50").replace("1,2,.", "2,2,.")
    data = parse_nonmem(text)
    found = simulate_each(LinearSystem(np.full((2, 1, 1), -0.2), np.eye(1)), list(data.event_tables().values()))
    assert [each.values.item() for each in found] == pytest.approx([100 * np.exp(-0.4), 50 * np.exp(-0.4)], rel=1e-13)


def test_an_id_that_could_not_be_read_back_is_not_written():
    with pytest.raises(FileError, match=r"The subject ID ' 1' cannot be written"):
        format_nonmem(NonmemData((NonmemRecord(" 1", 0.0, dv=1.0),)))


POSITIVE = st.floats(1e-300, 1e300)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.none() | FINITE
LOOKS = st.builds(NonmemRecord, id=st.just(""), time_h=POSITIVE, dv=FINITE)
DOSES = st.builds(
    NonmemRecord, id=st.just(""), time_h=POSITIVE, amount=POSITIVE, rate=st.just(0.0) | POSITIVE,
    evid=st.sampled_from([1, 4]), mdv=st.just(1), compartment=st.integers(0, 9), interval_h=POSITIVE,
    additional=st.integers(0, 99), steady_state=st.integers(0, 2), dv=VALUES,
)  # fmt: skip
SUBJECTS = st.dictionaries(
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Zs", "Zl", "Zp")), min_size=1)
    .filter(lambda name: name != "." and name == name.strip()),
    st.lists(st.tuples(LOOKS | DOSES, VALUES, VALUES), min_size=1, max_size=4), min_size=1, max_size=3,
)  # fmt: skip


@given(SUBJECTS)
def test_what_is_written_is_read(subjects):
    records = tuple(
        dataclasses.replace(record, id=name, covariates=(first, second))
        for name, rows in subjects.items()
        for record, first, second in sorted(rows, key=lambda row: row[0].time_h)
    )
    data = NonmemData(records, ("WT", "AGE, at entry"))
    assert parse_nonmem(format_nonmem(data), covariates=data.covariates) == data


def test_a_file_round_trip(tmp_path):
    data = parse_nonmem(HEADER + DOSE + LOOK)
    write_nonmem(data, tmp_path / "out.csv")
    assert read_nonmem(tmp_path / "out.csv") == data


CHANGING_WEIGHT = """ID,TIME,AMT,DV,CMT,WT
1,0,100,.,1,70
1,2,.,5,1,.
1,4,.,4,1,66
1,9,.,3,1,66
2,0,50,.,1,20
2,6,.,1,1,.
"""


def test_covariates_over_time_carry_the_last_value_forward():
    steps = parse_nonmem(CHANGING_WEIGHT, covariates=["WT"]).covariate_steps()
    assert steps["1"]["WT"].times_h.tolist() == [0, 4, 9]
    assert [float(steps["1"]["WT"].at(time)) for time in (0, 2, 3.9, 4, 20)] == [70, 70, 70, 66, 66]
    assert [float(steps["2"]["WT"].at(time)) for time in (0, 100)] == [20, 20]
    missing = CHANGING_WEIGHT.replace("1,0,100,.,1,70", "1,0,100,.,1,.")
    with pytest.raises(InputError, match="Subject 1 has no WT on its first record, at 0 h; write it there"):
        parse_nonmem(missing, covariates=["WT"]).covariate_steps()
