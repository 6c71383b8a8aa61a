"""``reprieve simulate``: a file, its quantiles on stdout, everything else on stderr."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from reprieve.cli import run

ASKED = [
    "simulate",
    "--regimen",
    "esketamine iv 0.25 mg/kg over 40 min",
    "--model",
    "otto2021_fanta2015_sket_iv_venous",
]
ASKED += ["--subjects", "300", "--times", "0.5,1,4"]


def test_a_population_is_written_and_summed_up(tmp_path, capsys):
    out = tmp_path / "people.csv"
    assert run([*ASKED, "--weights", "50:100", "--residual", "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert "300 subjects by otto2021" in said.out
    assert said.err == ""
    assert len(out.read_text().splitlines()) == 1 + 300 * 3
    assert run([*ASKED, "--weight", "70", "--out", str(out), "--force", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [row["time_h"] for row in found["quantiles"]] == [0.5, 1, 4]
    first = found["quantiles"][0]["s_ketamine"]
    assert first["q05"] < first["q50"] < first["q95"]
    assert found["seed"] == 1
    assert run([*ASKED, "--weight", "70", "--json"]) == 0  # the same people, kept nowhere
    assert json.loads(capsys.readouterr().out)["quantiles"] == found["quantiles"]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--weight", "70", "--weights", "50:100"], "Both --weight and --weights are given"),
        (["--weights", "50-100"], "Weights are given as '50-100'; write the lowest and the highest in kg, as 50:100"),
        ([], "weight"),
        (["--weight", "70", "--covariates", "none.csv"], "none.csv cannot be read"),
    ],
)
def test_what_cannot_be_simulated_is_one_sentence(tmp_path, capsys, more, sentence):
    assert run([*ASKED, *more, "--out", str(tmp_path / "p.csv")]) == 2
    assert sentence in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is sent otherwise")
def test_ctrl_c_leaves_nothing(tmp_path):
    command = [sys.executable, "-m", "reprieve", *ASKED, "--subjects", "50000000", "--weight", "70"]
    with subprocess.Popen([*command, "--out", str(tmp_path / "p.csv")], stderr=subprocess.PIPE, text=True) as running:
        deadline = time.monotonic() + 60
        while not list(tmp_path.iterdir()) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert [file.suffix for file in tmp_path.iterdir()] == [".unfinished"]
        running.send_signal(signal.SIGINT)
        assert running.wait(60) == 130
        assert running.stderr.read().strip() == "reprieve: stopped."
    assert list(tmp_path.iterdir()) == []
