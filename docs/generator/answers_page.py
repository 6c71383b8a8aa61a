"""What answers in JSON hold, field by field."""

from __future__ import annotations

import re
from collections.abc import Iterator
from inspect import cleandoc
from typing import Any

from reprieve.answers.schemas import ANSWERS, answer_schema
from reprieve.report.markdown_table import table


def page() -> str:
    """The page."""
    return (
        "# Answers in JSON\n\nEvery question has one answer with a type: the terminal, the page, the documents and "
        "`--json` read the same fields. `reprieve schema NAME` prints the JSON Schema of an answer; this page says the "
        "same for people.\n\n" + "\n".join(_answer(name) for name in ANSWERS)
    )


def _answer(name: str) -> str:
    schema = answer_schema(name)
    kinds = schema["$defs"]
    first = schema["$ref"].rpartition("/")[2]
    rest = [kind for kind in kinds if kind != first]
    return f"## {name}\n\n" + "\n".join(_kind(kind, kinds[kind]) for kind in (first, *rest))


def _kind(name: str, schema: dict[str, Any]) -> str:
    said, _, parameters = cleandoc(schema.get("description", "")).partition("\n\nParameters\n----------\n")
    helped = dict(_helped(parameters))
    rows = [
        (f"`{field}`", _type(of), of.get("description", helped.get(field, "")))
        for field, of in schema["properties"].items()
    ]
    return f"### {name}\n\n{said}\n\n{table(('field', 'type', 'what'), rows)}"


def _helped(parameters: str) -> Iterator[tuple[str, str]]:
    """Fields and their help, of a record whose docstring says them: ``name, name : help``."""
    for names, said in re.findall(r"^(\w[\w, ]*) : (.*(?:\n[ ]+.*)*)", parameters, re.MULTILINE):
        yield from ((name.strip(), " ".join(said.split())) for name in names.split(","))


def _type(of: dict[str, Any]) -> str:
    if "anyOf" in of:
        return " or ".join(_type(one) for one in of["anyOf"])
    if "$ref" in of:
        return of["$ref"].rpartition("/")[2]
    if "enum" in of:
        return ", ".join(f"`{one}`" for one in of["enum"])
    if of.get("type") == "array":
        held = of.get("prefixItems") or ([of["items"]] if "items" in of else [])
        return f"list of {', '.join(map(_type, held))}" if held else "list"
    if of.get("type") == "object" and isinstance(of.get("additionalProperties"), dict):
        return f"name to {_type(of['additionalProperties'])}"
    return {"integer": "whole number", "string": "text", "boolean": "true or false"}.get(
        of.get("type", ""), of.get("type", "anything")
    )
