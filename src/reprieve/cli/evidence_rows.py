"""The numbers of all studies as one long table: a row each, the study and its arm beside it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from reprieve.cli.verified_only import verified
from reprieve.evidence import read
from reprieve.evidence.records.study import Study

#: Columns that come before those of an outcome.
_OF_STUDY = (
    "study", "year", "role", "condition", "design_class", "risk_of_bias", "flags", "citation", "arm_role", "arm_n",
    "route", "form", "regimen", "infusion_hours",
)  # fmt: skip


def number_rows(
    condition: str | None = None,
    *,
    kind: str | None = None,
    endpoint: str | None = None,
    window: tuple[float, float] | None = None,
    verified_only: bool = False,
) -> list[dict[str, Any]]:
    """The printed numbers of a condition, kind, endpoint and window of days; None leaves it open.

    Raises
    ------
    UnknownName
        There is no such condition.
    """
    wanted = read.condition(condition).id if condition else None
    rows = (row for study in read.all_studies() for row in _rows(study, verified_only=verified_only))
    return [
        row
        for row in rows
        if wanted in (row["condition"], None)
        and kind in (row["kind"], None)
        and endpoint in (row["endpoint"], None)
        and (window is None or _within(row["days_after_end"], window))
    ]


def _within(day: float | None, window: tuple[float, float]) -> bool:
    return day is not None and window[0] <= day <= window[1]


def _rows(study: Study, *, verified_only: bool) -> Iterable[dict[str, Any]]:
    arms = {arm.id: arm for arm in study.arms}
    for outcome in study.outcomes:
        if verified_only and not outcome.verified:
            continue
        arm = msgspec.to_builtins(arms[outcome.arm])
        told = msgspec.to_builtins(outcome)
        told = {column.name: told[column.name] for column in read.outcome_columns()}
        if verified_only:
            arm, told = verified(arm), verified(told)
        yield {
            "study": study.id,
            "year": study.year,
            "role": study.role,
            "condition": arm["condition"] or study.condition,
            "design_class": study.design_class,
            "risk_of_bias": study.risk_of_bias,
            "flags": list(study.flags),
            "citation": read.reference(study.reference).short,
            "arm_role": arm["role"],
            "arm_n": arm["n"],
            "route": arm["route"],
            "form": arm["form"],
            "regimen": arm["regimen"],
            "infusion_hours": arm["infusion_hours"],
            **told,
        }


def as_csv_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows as CSV with a header; flags are joined by spaces, and what was not printed is empty."""
    text = io.StringIO()
    columns = [*_OF_STUDY, *(column.name for column in read.outcome_columns())]
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row[name]) for name in columns])
    return text.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, list):
        return " ".join(value)
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.12g}" if isinstance(value, float) else value
