"""Every command and every line of Python in the documents runs."""

import doctest
import re
import runpy
import shlex
import shutil

import click
import pytest
from documents import PAGES, ROOT, blocks, name

from reprieve import cli
from reprieve.cli.app import app
from reprieve.regimen import Regimen


def commands_in(text):
    """Commands of a shell text: continued lines joined, redirections and comments dropped."""
    joined = re.sub(r"\s*\\\n\s*", " ", text)
    return [
        re.split(r"\s(?:#|>|>>|\|)\s", line)[0].strip() for line in joined.splitlines() if line.startswith("reprieve")
    ]


def help_examples(group=app):
    for command in group.commands.values():
        if isinstance(command, click.Group):
            yield from help_examples(command)
        else:
            yield from commands_in("\n".join(line.strip() for line in (command.help or "").splitlines()))


COMMANDS = sorted({command for path in PAGES for block in blocks(path, "bash") for command in commands_in(block)})
HELP = sorted(set(help_examples()))


@pytest.fixture
def copy_of_examples(tmp_path, monkeypatch):
    """An empty folder with the examples in it, so that reports are written there."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)


#: It takes minutes and writes over the posterior that every other test reads.
CALIBRATE = "reprieve calibrate"
EVERY = COMMANDS + [one for one in HELP if one not in COMMANDS]


@pytest.mark.usefixtures("copy_of_examples")
@pytest.mark.parametrize("command", [one for one in EVERY if not one.startswith(CALIBRATE)])
def test_commands_run(command, capsys):
    assert cli.run(shlex.split(command)[1:]) == 0
    assert capsys.readouterr().out


@pytest.mark.parametrize("command", [one for one in EVERY if one.startswith(CALIBRATE)])
def test_a_command_that_would_write_the_posterior_is_one_that_can_be_given(command):
    words = shlex.split(command)[1:]
    with app.make_context("reprieve", words) as whole:
        app.commands["calibrate"].make_context("calibrate", words[1:], parent=whole)


def test_there_are_commands_to_run():
    assert len(COMMANDS) >= 8
    assert len(HELP) >= 8


PYTHON = [path for path in PAGES if blocks(path, "python")]


@pytest.mark.parametrize("path", PYTHON, ids=name)
@pytest.mark.usefixtures("copy_of_examples")
def test_python_runs(path):
    names = {}
    for number, block in enumerate(blocks(path, "python")):
        if ">>>" in block:
            test = doctest.DocTestParser().get_doctest(block, names, f"{name(path)}[{number}]", str(path), 0)
            runner = doctest.DocTestRunner()
            said = []
            runner.run(test, out=said.append, clear_globs=False)
            names.update(test.globs)
            assert runner.failures == 0, "".join(said)
        else:
            exec(compile(block, f"{name(path)}[{number}]", "exec"), names)


def test_regimens_in_the_table_of_regimens_are_regimens():
    page = (ROOT / "docs" / "how-to" / "write-a-regimen.md").read_text(encoding="utf-8")
    lines = re.findall(r"^\| `(.+?)` \|", page, re.MULTILINE)
    assert len(lines) >= 9
    for line in lines:
        assert str(Regimen.parse(line)) == line


def test_the_eight_protocols_are_forecast_in_one_table(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    runpy.run_path(str(ROOT / "examples" / "eight_protocols.py"), run_name="__main__")
    printed = capsys.readouterr().out
    questions = sorted(path.stem for path in (ROOT / "examples" / "eight_protocols").glob("*.yaml"))
    assert len(questions) == 8
    for question in questions:
        assert question in printed
