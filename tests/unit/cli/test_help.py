"""Help: every command has an example that starts with its own name, every option says what it is."""

import subprocess
import sys

import click
import pytest

import reprieve
from reprieve import cli
from reprieve.cli.app import app


def commands(group=app, path=("reprieve",)):
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


COMMANDS = dict(commands())


@pytest.mark.parametrize("path", COMMANDS)
def test_help_has_an_example_and_describes_every_option(path, capsys):
    assert cli.run([*path.split()[1:], "--help"]) == 0
    text = capsys.readouterr().out
    examples = text.split("Example")[1].split("Options:")[0]
    assert f"  {path} " in examples
    assert f"  {path}\n" in examples or f"  {path} " in examples
    for option in COMMANDS[path].params:
        if isinstance(option, click.Option):
            assert option.help, option.name
            assert option.help.endswith((".", ")")), option.name
            assert option.opts[0] in text


def test_help_of_the_program_names_every_command_and_its_intended_use(capsys):
    assert cli.run(["--help"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    for path in COMMANDS:
        assert path.split()[1] in text
    assert "Not for emergencies, not for pump control" in text


def test_the_version_is_that_of_the_package(capsys):
    assert cli.run(["--version"]) == 0
    assert reprieve.__version__ in capsys.readouterr().out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_a_script_that_asks_reprieve(shell, capsys):
    assert cli.run(["completion", shell]) == 0
    assert "_REPRIEVE_COMPLETE" in capsys.readouterr().out


def process(*arguments):
    return subprocess.run([sys.executable, "-m", "reprieve", *arguments], capture_output=True, text=True, check=False)


def test_help_does_not_wait_for_the_numerical_stack():
    code = (
        "import sys; from reprieve import cli; cli.run(['--help']); print(sorted({'numpy', 'numba'} & {*sys.modules}))"
    )
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert made.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["protocols", "sigtermans2009"], 0),
        (["protocols", "nosuch"], 2),
        (["forecast", "--weight", "70"], 2),
        (["concentration", "--weight", "70", "--times", "1", "--regimen", "arketamine iv 30 mg"], 3),
    ],
)  # fmt: skip
def test_exit_codes_reach_the_shell(arguments, code):
    made = process(*arguments)
    assert made.returncode == code
    assert bool(made.stdout) == (code == 0)
    assert bool(made.stderr) == (code != 0)


def test_a_bug_is_exit_code_1_with_its_trace_on_stderr(monkeypatch, capsys):
    def broken(*_, **__):
        raise ZeroDivisionError("planted")

    monkeypatch.setattr("reprieve.evidence.evidence.Evidence.ids", broken)
    assert cli.run(["protocols"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "planted" in said.err
    assert "this is a bug in Reprieve" in said.err


def test_a_reader_that_stops_reading_is_no_error():
    line = f"{sys.executable} -m reprieve protocols --json | head -1"
    made = subprocess.run(line, shell=True, capture_output=True, text=True, check=False)
    assert made.stdout == "{\n"
    assert made.stderr == ""
