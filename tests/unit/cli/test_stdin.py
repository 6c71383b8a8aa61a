"""Every command that reads a file reads the standard input where ``-`` stands for it."""

import io
import json
import re
import sys
from pathlib import Path

import click
import pytest

from reprieve import cli
from reprieve.cli.app import app

EXAMPLES = Path(__file__).parents[3] / "examples"
READERS = {
    "trial predict": (["trial", "predict", "{}", "--json"], "arms.yaml"),
    "simulate --data": (
        ["simulate", "--data", "{}", "--model", "otto2021_fanta2015_sket_iv_venous", "--cmt", "2=s_ketamine"],
        "events.csv",
    ),
    "nca": (["nca", "{}", "--route", "infusion", "--json"], "samples.csv"),
}


class _Stdin(io.TextIOWrapper):
    def __init__(self, content):
        super().__init__(io.BytesIO(content), encoding="utf-8")


@pytest.mark.parametrize("name", READERS)
def test_a_dash_reads_the_standard_input(name, monkeypatch, capsys):
    arguments, file = READERS[name]
    path = EXAMPLES / file
    code = cli.run([one.format(path) for one in arguments])
    named = capsys.readouterr()
    monkeypatch.setattr(sys, "stdin", _Stdin(path.read_bytes()))
    assert cli.run([one.format("-") for one in arguments]) == code
    assert capsys.readouterr().out == named.out
    assert code == 0, named.err


def test_covariates_come_through_the_standard_input(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", _Stdin(b"weight\n60\n90\n"))
    asked = [
        "simulate",
        "--regimen",
        "esketamine iv 0.5 mg/kg over 40 min",
        "--subjects",
        "4",
        "--times",
        "1",
        "--json",
    ]
    assert cli.run([*asked, "--covariates", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["subjects"] == 4


@pytest.mark.parametrize(
    ("arguments", "content", "said"),
    [
        (["trial", "predict", "-"], b"\xff", "standard input is not UTF-8 text"),
        (["trial", "predict", "-"], b"arms: [", "standard input cannot be read as YAML: line 2"),
        (["trial", "predict", "no.yaml"], b"", "no.yaml cannot be read"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(arguments, content, said, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", _Stdin(content))
    assert cli.run(arguments) == 2
    assert said in capsys.readouterr().err


def commands(group, path=()):
    """Every command below a group, by the words that call it."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


def test_these_are_all_the_files_that_commands_read():
    """What is written has the type of a path; what is read stands as FILE, CSV or a name with an ending."""
    read = {
        f"{name} {parameter.opts[0]}" if isinstance(parameter, click.Option) else name
        for name, command in commands(app)
        for parameter in command.params
        if not isinstance(parameter.type, click.Path) and re.search(r"FILE|CSV|DIR|\.[a-z]+$", parameter.metavar or "")
    }
    assert read == {*READERS, "simulate --covariates"}


def test_one_module_of_the_command_line_opens_files():
    folder = Path(cli.__file__).parent
    opens = re.compile(r"(?<!os\.)\bopen(_file)?\(|read_bytes\(|read_text\(|stdin")
    assert [path.stem for path in sorted(folder.glob("*.py")) if opens.search(_code(path))] == ["given_file"]


def _code(path):
    """A module without its texts."""
    return re.sub(r'""".*?"""|"[^"\n]*"', "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
