"""Evidence is passed in: below the command line only what is public reaches for what came with Reprieve."""

import ast
from importlib.resources import files
from pathlib import Path

SOURCES = Path(str(files("reprieve")))
#: Public, with ``evidence=None``: what comes with Reprieve when not given.
ENTRY_POINTS = {
    "export/__init__.py": {"export"},
    "exposure/concentration.py": {"concentration"},
    "exposure/effects.py": {"published_effect"},
    "exposure/model_comparison.py": {"compare_models"},
    "exposure/population/predictions.py": {"predict_data"},
    "exposure/population/simulation.py": {"simulate_population"},
    "relief/arm.py": {"predict_arm"},
    "relief/forecast.py": {"forecast"},
}
SAID = "evidence : what is published; what comes with Reprieve when not given"
#: By name, and nothing else.
BY_NAME = "evidence/packaged.py"


def reaches(tree):
    """The functions of a module that call ``Evidence.packaged``; None where it is called outside of any."""
    for part in tree.body:
        for node in ast.walk(part):
            if isinstance(node, ast.Attribute) and node.attr == "packaged":
                yield part if isinstance(part, ast.FunctionDef) else None


def test_only_public_entry_points_reach_for_what_came_with_reprieve():
    found = {}
    for path in SOURCES.rglob("*.py"):
        name = path.relative_to(SOURCES).as_posix()
        if name != BY_NAME and not name.startswith("cli/"):
            for function in reaches(ast.parse(path.read_text(encoding="utf-8"))):
                found.setdefault(name, set()).add(function and function.name)
    assert found == ENTRY_POINTS


def test_they_take_another_evidence_by_name_and_say_so():
    for name, functions in ENTRY_POINTS.items():
        for part in ast.parse((SOURCES / name).read_text(encoding="utf-8")).body:
            if isinstance(part, ast.FunctionDef) and part.name in functions:
                defaults = dict(zip((one.arg for one in part.args.kwonlyargs), part.args.kw_defaults, strict=True))
                assert ast.unparse(defaults["evidence"]) == "None"
                assert SAID in ast.get_docstring(part)
