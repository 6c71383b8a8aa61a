"""``reprieve simulate --data``: rows on stdout or in a file, what was done on stderr, and clear alternatives."""

import csv
import io
import json

import pyarrow.parquet
import pytest

from reprieve import cli

MODEL = "otto2021_fanta2015_sket_iv_venous"
TABLE = "ID,TIME,AMT,RATE,CMT,DV,WT\n'1,2',0,20,60,.,.,70\n'1,2',1,.,.,2,50,70\n'1,2',4,.,.,2,.,70\n".replace("'", '"')


@pytest.fixture
def table(tmp_path):
    file = tmp_path / "events.csv"
    file.write_text(TABLE)
    return str(file)


def test_rows_are_csv_on_stdout_and_the_same_in_every_form(table, tmp_path, answer, monkeypatch):
    asked = ("simulate", "--data", table, "--model", MODEL, "--cmt", "2=s_ketamine")
    lines = list(csv.DictReader(io.StringIO(answer(*asked))))
    assert [(line["subject"], line["time_h"], line["observed_ng_per_mL"]) for line in lines] == [
        ("1,2", "1", "50"),
        ("1,2", "4", ""),
    ]
    found = json.loads(answer(*asked, "--json"))
    assert [row["observed_ng_per_mL"] for row in found["rows"]] == [50, None]
    assert found["individuals"] == "typical values"
    predicted = [row["predicted_ng_per_mL"] for row in found["rows"]]
    assert [float(line["predicted_ng_per_mL"]) for line in lines] == pytest.approx(predicted, rel=1e-6)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(TABLE.encode())))
    assert list(csv.DictReader(io.StringIO(answer(*asked[:2], "-", *asked[3:])))) == lines
    assert "Written to" in answer(*asked, "--out", str(tmp_path / "p.csv"))
    assert list(csv.DictReader(io.StringIO((tmp_path / "p.csv").read_text()))) == lines
    assert json.loads((tmp_path / "p.csv.json").read_text())["columns"]["predicted_ng_per_mL"] == "ng/mL"
    answer(*asked, "--out", str(tmp_path / "p.parquet"))
    kept = pyarrow.parquet.read_table(tmp_path / "p.parquet")
    assert kept["predicted_ng_per_mL"].to_pylist() == predicted


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "No doses are given; give --regimen, or --data"),
        (["--data", "t", "--regimen", "r"], "Both --data and --regimen are given; give one of them"),
        (["--data", "t", "--times", "1", "--weight", "70"], "Both --data and --times and --weight are given"),
        (["--regimen", "r", "--draws", "3"], "Both --regimen and --draws are given"),
        (["--regimen", "r"], "Not given: --subjects and --times"),
        (["--data", "t"], "No model is named; give --model"),
        (["--data", "none.csv", "--model", MODEL], "none.csv cannot be read"),
    ],
)
def test_alternatives_are_sentences(capsys, words, sentence):
    assert cli.run(["simulate", *words]) == 2
    assert sentence in capsys.readouterr().err
