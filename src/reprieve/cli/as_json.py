"""Answers as JSON: the option that asks for it and how it is printed."""

from __future__ import annotations

import json
from typing import Any

import click

JSON = click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")


def print_json(answer: Any) -> None:
    """Print an answer on stdout as indented JSON, with its letters as they are."""
    click.echo(json.dumps(answer, indent=2, ensure_ascii=False, allow_nan=False))
