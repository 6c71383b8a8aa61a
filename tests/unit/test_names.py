"""Each name of a class stands for one thing."""

import ast
from collections import defaultdict
from pathlib import Path

import reprieve

PACKAGE = Path(reprieve.__file__).parent


def test_no_two_classes_share_a_name():
    where = defaultdict(list)
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                where[node.name].append(path.relative_to(PACKAGE).as_posix())
    shared = {name: paths for name, paths in where.items() if len(paths) > 1}
    assert len(where) > 200, "the package was not read"
    assert not shared, f"name one of each by what sets it apart: {shared}"
