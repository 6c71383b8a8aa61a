"""Every kind of error has an exit code, and no message below the command line speaks of commands or options."""

import ast
import inspect
import re
from pathlib import Path

import pytest

import reprieve
from reprieve import errors
from reprieve.cli.app import app
from reprieve.cli.exit_codes import LISTED_BY, exit_code, fail
from reprieve.errors import UnknownName

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.ReprieveError)]
CODES = {"ReprieveError": 1, "EvidenceError": 1, "OutsideEvidence": 3}
ROOT = Path(reprieve.__file__).parent
#: A command of ours or a long option, in what a program says.
COMMAND = re.compile(rf"\breprieve ({'|'.join(app.commands)})\b|(?<![\w-])--[a-z]+")
#: What else begins with two dashes: properties of CSS, and a flag of the compiler.
OTHERS = re.compile(r"--(rp|from|wide|at)\b|--xla_")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_kind_has_its_code(kind):
    error = UnknownName("route", "orall", ["oral"]) if kind is UnknownName else kind("planted")
    assert exit_code(error) == CODES.get(kind.__name__, 2)
    assert not hasattr(error, "exit_code")


def test_the_command_that_lists_names_is_said_where_there_is_one(capsys):
    assert fail(UnknownName("study", "sigtermans2008", ["sigtermans2009"], listed=False)) == 2
    said = capsys.readouterr().err
    assert said.endswith("There are 1. 'reprieve evidence list --role all' lists them.\n")
    fail(UnknownName("sex", "x", ["female", "male"]))
    assert capsys.readouterr().err.endswith("Known: female, male.\n")


@pytest.mark.parametrize("command", LISTED_BY.values())
def test_what_lists_names_is_a_command_that_answers(command, answer):
    assert answer(*command.removeprefix("reprieve ").split())


def literals(path):
    """Texts in a module that are not docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = [n for n in ast.walk(tree) if isinstance(n, ast.Module | ast.ClassDef | ast.FunctionDef)]
    docs = {id(n.body[0].value) for n in documented if n.body and isinstance(n.body[0], ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.value


def test_messages_below_the_command_line_name_what_to_change_and_no_command():
    found = {
        (path.relative_to(ROOT).as_posix(), text)
        for path in ROOT.rglob("*.py")
        if "cli" not in path.relative_to(ROOT).parts
        for text in literals(path)
        if COMMAND.search(OTHERS.sub("", text))
    }
    assert found == set()
