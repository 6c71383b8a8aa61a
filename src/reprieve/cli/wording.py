"""How an answer names what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def study_label(row: Mapping[str, Any]) -> str:
    """Author and year; the id of a study whose authors were not shown where it was read."""
    nameless = row["study"].startswith("authors not")
    return str(row["id"] if nameless and "id" in row else row["study"])
