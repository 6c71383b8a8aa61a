"""What answers in JSON hold, field by field."""

from __future__ import annotations

import re
from collections.abc import Iterator
from inspect import cleandoc
from typing import Any

from reprieve.answers.schemas import ANSWERS, answer_schema
from reprieve.report.markdown_table import table


def page() -> str:
    """The page: the answers, then the parts they are made of, each once."""
    schemas = {name: answer_schema(name) for name in ANSWERS}
    first = {name: schema["$ref"].rpartition("/")[2] for name, schema in schemas.items()}
    kinds = {kind: of for schema in schemas.values() for kind, of in schema["$defs"].items()}
    parts = sorted(set(kinds) - set(first.values()))
    return (
        "# Answers in JSON\n\nEvery question has one answer with a type: the terminal, the page, the documents and "
        "`--json` read the same fields. `reprieve schema NAME` prints the JSON Schema of an answer; this page says the "
        "same for people. Below the answers stand the parts they are made of.\n\n"
        + "\n".join(_kind(f"## {name}", kinds[kind]) for name, kind in first.items())
        + "\n## Parts\n\n"
        + "\n".join(_kind(f"### {kind}", kinds[kind]) for kind in parts)
    )


def _kind(heading: str, schema: dict[str, Any]) -> str:
    said, _, parameters = cleandoc(schema.get("description", "")).partition("\n\nParameters\n----------\n")
    helped = dict(_helped(parameters))
    rows = [
        (f"`{field}`", _type(of), of.get("description", helped.get(field, "")))
        for field, of in schema["properties"].items()
    ]
    if not any(what for _, _, what in rows):  # a record of the evidence, whose file says what its fields are
        fields = ", ".join(f"{name} ({of})" for name, of, _ in rows)
        return f"{heading}\n\n{said}\n\nFields: {fields}.\n"
    return f"{heading}\n\n{said}\n\n{table(('field', 'type', 'what'), rows)}"


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
