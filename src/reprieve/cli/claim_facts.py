"""Claims as rows of JSON."""

from __future__ import annotations

from typing import Any

import msgspec

from reprieve.evidence import read
from reprieve.evidence.claims import Told
from reprieve.evidence.records.disagreement import Disagreement


def row_of(told: Told) -> dict[str, Any]:
    """A claim with who tells it, as it is cited; ``status`` is ``none`` where there is no finding."""
    row: dict[str, Any] = msgspec.to_builtins(told.claim)
    return {
        **row,
        "status": told.claim.status or "none",
        "verified": told.claim.is_verified,
        "article": told.article.id,
        "articles": [article.title for article in (told.article, *told.repeated_in)],
        "cited": [read.reference(key).short for key in told.claim.sources],
        "disagrees_with": list(told.against),
    }


def disagreement_of(record: Disagreement) -> dict[str, Any]:
    """A disagreement as it is cited."""
    row: dict[str, Any] = msgspec.to_builtins(record)
    return {**row, "cited": [read.reference(key).short for key in record.sources]}
