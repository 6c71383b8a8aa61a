"""The command line parses, calls and prints: what it does not print from lies in other packages."""

import ast
from pathlib import Path

import pytest

from reprieve import cli

MODULES = sorted(Path(cli.__file__).parent.glob("*.py"))


def imported(path):
    """Top-level packages that a module imports anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_parses_or_prints(path):
    assert {"click", "rich"} & set(imported(path)), (
        f"{path.stem} neither parses nor prints; another package is its home"
    )
