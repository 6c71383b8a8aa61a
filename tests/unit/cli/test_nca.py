"""``reprieve nca``: a table, JSON or CSV from a file or a pipe; mistakes are sentences."""

import csv
import io
import json
from typing import get_args

import pytest

from reprieve import cli
from reprieve.cli.app import app
from reprieve.pkpd.observed_profile import BelowLimit, Route, Trapezoid

# Indometh subject 1, 25 mg (data set of R); Phoenix WinNonlin after a bolus, linear up, log down, as printed in the
# validation report of NonCompart: AUCINF_obs 2.3257135, CL 10.7493892, Vz 67.8963898.
TIMES = [0.25, 0.5, 0.75, 1, 1.25, 2, 3, 4, 5, 6, 8]
MEASURED = [1.50, 0.94, 0.78, 0.48, 0.37, 0.19, 0.12, 0.11, 0.08, 0.07, 0.05]
TABLE = "id,time_h,concentration_mg_per_L\n" + "".join(f"1,{t},{c}\n" for t, c in zip(TIMES, MEASURED, strict=True))


@pytest.fixture
def table(tmp_path):
    file = tmp_path / "samples.csv"
    file.write_text(TABLE)
    return str(file)


def test_parameters_are_those_of_phoenix(table, answer):
    asked = ("nca", table, "--route", "bolus", "--dose", "25 mg")
    found = json.loads(answer(*asked, "--json"))["subjects"][0]
    assert found["auc_inf_ng_h_per_mL"] == pytest.approx(2325.7135, rel=1e-6)
    assert found["clearance_L_per_h"] == pytest.approx(10.7493892, rel=1e-6)
    assert found["volume_terminal_L"] == pytest.approx(67.8963898, rel=1e-6)
    (line,) = csv.DictReader(io.StringIO(answer(*asked, "--csv")))
    assert float(line["clearance_L_per_h"]) == found["clearance_L_per_h"]
    text = answer(*asked)
    assert "10.75" in text
    assert "below 2 the half-life" in text  # 3 samples from 5 to 8 h, ln 2/0.158 = 4.4 h


def test_a_pipe_is_read(monkeypatch, table, answer):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(TABLE.encode())))
    asked = ("--route", "bolus", "--dose", "25 mg", "--json")
    assert answer("nca", "-", *asked) == answer("nca", table, *asked)


def test_apparent_values_say_so(table, answer):
    text = answer("nca", table, "--route", "extravascular", "--dose", "25000 mcg")
    assert "CL/F" in text
    assert "Vss" not in text


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--dose", "25 mg"], "The route is not given; give --route, one of bolus, infusion, extravascular"),
        (["--route", "bolus"], "The dose is not given"),
        (["--route", "bolus", "--dose", "25"], "Dose is given as '25'; write a number and its unit, as '20 mg'"),
        (["--route", "bolus", "--dose", "2,5 mg"], "a comma can mean 2.5 or 25"),
        (["--route", "bolus", "--dose", "25 mL"], "mL measures volume, mg amount"),
        (["--route", "infusion", "--dose", "25 mg"], "An infusion lasts 0 h; say its duration"),
        (["--route", "bolus", "--dose", "25 mg", "--csv", "--json"], "Both --csv and --json are given"),
        (["--route", "bolus", "--dose", "25 mg", "--limit", "90 ng/mL"], "say below_limit"),
    ],
)
def test_a_mistake_is_one_sentence(table, capsys, more, sentence):
    assert cli.run(["nca", table, *more]) == 2
    said = capsys.readouterr()
    assert sentence in said.err
    assert said.out == ""


def test_a_file_that_is_not_there_is_named(capsys):
    assert cli.run(["nca", "none.csv", "--route", "bolus"]) == 2
    assert "none.csv cannot be read (No such file or directory)" in capsys.readouterr().err


def test_options_offer_what_the_analysis_knows():
    offered = {option.name: option.type for option in app.commands["nca"].params}
    for name, known in (("route", Route), ("below_limit", BelowLimit), ("trapezoid", Trapezoid)):
        assert set(offered[name].choices) == set(get_args(known))
