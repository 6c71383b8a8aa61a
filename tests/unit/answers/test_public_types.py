"""What answers hand out has a type; plain data leaves by two doors only."""

import ast
import re
from pathlib import Path

from reprieve import answers

#: Plain data is what these are for.
DOORS = {"field.to_dict", "schemas.answer_schema"}
UNTYPED = re.compile(r"\b(dict|Mapping)\[str, (Any|object)\]")


def annotations(body):
    """Public functions, methods and fields of a module or class, each with its annotations."""
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from annotations(node.body)
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
            yield node.name, [one for one in (*(a.annotation for a in arguments), node.returns) if one]
        elif isinstance(node, ast.AnnAssign) and not ast.unparse(node.target).startswith("_"):
            yield ast.unparse(node.target), [node.annotation]


def test_no_public_annotation_is_an_untyped_mapping():
    found = {
        f"{path.stem}.{name}"
        for path in Path(answers.__file__).parent.glob("*.py")
        for name, types in annotations(ast.parse(path.read_text(encoding="utf-8")).body)
        if any(UNTYPED.search(ast.unparse(one)) for one in types)
    }
    assert found == DOORS
