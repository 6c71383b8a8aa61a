"""YAML without its traps: duplicate keys and values that change type by accident are refused.

PyYAML follows YAML 1.1, where ``no`` is False, ``12:30`` is 750, ``012`` is 10, ``1e-3`` is text and a
repeated key silently keeps its last value. Each of these has turned a clinical file into a different one
somewhere; here each is an error that says how to write what was meant.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from reprieve.errors import FileError

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_TRAPS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"^(yes|no|on|off|y|n)$", re.IGNORECASE), "write true or false, or quote it if it is text"),
    (
        re.compile(r"^[-+]?0\d+$"),
        "leading zeros make it an octal number; drop them, or quote text",
    ),
    (
        re.compile(r"^[-+]?0[box][\da-f_]+$", re.IGNORECASE),
        "write numbers in base ten, or quote text",
    ),
    (re.compile(r"^[-+]?\d+(:[0-5]?\d)+(\.\d*)?$"), "it would be read in base 60; quote times"),
    (re.compile(r"^[-+]?\d+[eE][-+]?\d+$"), "it would be read as text; write it with a point, as 1.0e-3"),
    (re.compile(r"^[-+]?(\d+\.\d*|\.\d+)[eE]\d+$"), "it would be read as text; sign the exponent, as 1.0e+3"),
    (
        re.compile(r"^[-+]?\.\d+[eE][-+]\d+$"),
        "write a digit before the point",
    ),
    (
        re.compile(r"^[-+]?\d+(,\d+)+(\.\d+)?$"),
        "a decimal comma; write a decimal point, and nothing between thousands",
    ),
    (
        re.compile(r"^[-+]?(?=.*\d)[\d.]*_[\d_.]*$"),
        "underscores in numbers are dropped silently; remove",
    ),
    (re.compile(r"^[-+]?\.(inf|nan)$", re.IGNORECASE), "a number must be finite; leave it out or write null"),
)
# PyYAML reads a bare n or y as text; as a key (n: 20) nothing else can be meant.
_TEXT_KEYS = frozenset("nyNY")


class _StrictLoader(_Loader):  # type: ignore[misc]
    """PyYAML's safe loader that refuses what would be read as something else."""


def _mapping(loader: Any, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
    seen: dict[Any, int] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if key_node.tag == "tag:yaml.org,2002:merge":
            raise yaml.constructor.ConstructorError(
                None, None, f"line {line}: merge keys (<<) hide what a record holds; write the fields out"
            )
        if isinstance(key_node, yaml.ScalarNode) and key_node.value in _TEXT_KEYS:
            key_node.style = "'"
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, (str, int, float)):
            raise yaml.constructor.ConstructorError(None, None, f"line {line}: a key must be plain text")
        if key in seen:
            raise yaml.constructor.ConstructorError(
                None,
                None,
                f"line {line}: the key {key!r} is given twice (also on line {seen[key]}); keep one",
            )
        if isinstance(key, (int, float)) and _is_empty(value_node):
            raise yaml.constructor.ConstructorError(
                None, None, f"line {line}: {key!r} has no value; if a decimal comma was meant, write a point"
            )
        seen[key] = line
    return dict(_Loader.construct_mapping(loader, node, deep=True))


def _is_empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.value == ""


def _refuse_trap(node: yaml.ScalarNode) -> None:
    """Refuse a plain scalar that YAML 1.1 would turn into something else; quoted ones pass as text."""
    # The style of a plain scalar is None in PyYAML's own parser and empty in libyaml's.
    if not node.style:
        for pattern, remedy in _TRAPS:
            if pattern.match(node.value):
                line = node.start_mark.line + 1
                raise yaml.constructor.ConstructorError(None, None, f"line {line}: {node.value!r}: {remedy}")


def _scalar(kind: str) -> Any:
    construct = _Loader.yaml_constructors[f"tag:yaml.org,2002:{kind}"]

    def checked(loader: Any, node: yaml.ScalarNode) -> Any:
        _refuse_trap(node)
        return construct(loader, node)

    return checked


def _plain_text(loader: Any, node: yaml.ScalarNode) -> str:
    """Dates stay text: a record says what kind it wants."""
    return str(node.value)


_StrictLoader.add_constructor("tag:yaml.org,2002:map", _mapping)
for _kind in ("bool", "int", "float", "str"):
    _StrictLoader.add_constructor(f"tag:yaml.org,2002:{_kind}", _scalar(_kind))
_StrictLoader.add_constructor("tag:yaml.org,2002:timestamp", _plain_text)


def parse(text: str, *, name: str = "the text") -> Any:
    """Read YAML text strictly.

    Parameters
    ----------
    text : the YAML
    name : what to call it in an error

    Raises
    ------
    FileError
        Not YAML, a duplicate key, or a value YAML 1.1 would silently change; the line is named.
    """
    try:
        return yaml.load(text, Loader=_StrictLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise FileError(f"{name} cannot be read as YAML: {where}{error.problem}.") from None
    except yaml.YAMLError as error:
        raise FileError(f"{name} cannot be read as YAML: {error}.") from None


def load(path: Path) -> Any:
    """Read a YAML file strictly; see :func:`parse`."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}. Check the name and try again.") from None
    except UnicodeDecodeError:
        raise FileError(f"{path} is not UTF-8 text. Save it as UTF-8 and try again.") from None
    return parse(text, name=str(path))
