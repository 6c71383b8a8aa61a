"""The tables of a validation run; one that is absent is empty, since every stage stands alone."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

DATA = Path(__file__).resolve().parents[2] / "validation" / "data"

#: Numbers are written with four digits, so an outcome on the end of an interval may seem to lie beside it.
_ROUNDING = 1e-3

_Row = Mapping[str, str]
_T = TypeVar("_T")


@dataclass(frozen=True)
class Interval:
    """An 80 % interval and its median."""

    low: float
    middle: float
    high: float

    @property
    def width(self) -> float:
        """From end to end."""
        return self.high - self.low

    def beyond(self, value: float) -> float:
        """How far a value lies outside, 0 inside."""
        return max(self.low - value, value - self.high, 0.0)

    def holds(self, value: float) -> bool:
        """Whether a value lies inside."""
        return self.beyond(value) <= _ROUNDING * max(1.0, abs(value))


@dataclass(frozen=True)
class Outcome:
    """A printed number, and what was foretold of it.

    Parameters
    ----------
    kind : ``share`` of patients with relief, or ``mean`` pain as a fraction of baseline
    read_as : how the number was read, as in :data:`reprieve.relief.comparison.GROUPS`
    day : days after the end of the last dose
    threshold : of a share
    held_out : by the model fitted without the study; ``fitted`` with it; ``plain`` by the regression without it;
        ``averages`` by those of the same role and measure without it, None where the run did not ask
    """

    study: str
    arm: str
    condition: str
    role: str
    design: str
    kind: str
    read_as: str
    day: float
    threshold: float | None
    n: int
    verified: bool
    flagged: bool
    regimen: str
    seen: float
    held_out: Interval
    fitted: Interval
    plain: Interval
    pareto_k: float
    refitted: bool
    averages: Interval | None = None


@dataclass(frozen=True)
class Score:
    """What one study says of a structure: expected log predictive density without it, and the Pareto k."""

    structure: str
    study: str
    elpd: float
    pareto_k: float


@dataclass(frozen=True)
class Parameter:
    """A parameter before and after the fit."""

    name: str
    unit: str
    prior: Interval
    posterior: Interval
    narrower: float
    rhat: float
    ess_bulk: float
    ess_tail: float
    informed: bool


@dataclass(frozen=True)
class Variant:
    """A parameter or a forecast by a fit to part of the evidence."""

    variant: str
    numbers: int
    studies: int
    what: str
    value: Interval


@dataclass(frozen=True)
class Rank:
    """The rank of a true value among its posterior draws in one repeat."""

    parameter: str
    rank: int


@dataclass(frozen=True)
class Tables:
    """All tables of a run.

    Parameters
    ----------
    run : by stage, what was run, when and with which evidence
    """

    held_out: tuple[Outcome, ...] = ()
    structures: tuple[Score, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    sensitivity: tuple[Variant, ...] = ()
    ranks: tuple[Rank, ...] = ()
    run: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def load(folder: Path) -> Tables:
    """The tables in a folder."""
    note = folder / "run.yaml"
    return Tables(
        held_out=_read(folder, "held_out", _outcome),
        structures=_read(folder, "structures", _score),
        parameters=_read(folder, "parameters", _parameter),
        sensitivity=_read(folder, "sensitivity", _variant),
        ranks=_read(folder, "ranks", lambda row: Rank(row["parameter"], int(row["rank"]))),
        run=yaml.safe_load(note.read_text(encoding="utf-8")) if note.exists() else {},
    )


@cache
def committed() -> Tables:
    """The tables in the repository."""
    return load(DATA)


def not_run(stage: str) -> str:
    """What a page says whose stage has left no table."""
    return f"This stage has not been run: `python validation/calibration.py {stage}`, then `make docs`.\n"


def in_order(values: Iterable[_T]) -> tuple[_T, ...]:
    """Each value once, in the order of first appearance."""
    return tuple(dict.fromkeys(values))


def _read(folder: Path, name: str, made: Callable[[_Row], _T]) -> tuple[_T, ...]:
    path = folder / f"{name}.csv"
    if not path.exists():
        return ()
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(made(row) for row in csv.DictReader(file))


def _interval(row: _Row, prefix: str = "") -> Interval:
    return Interval(*(float(row[f"{prefix}q{q}"]) for q in (10, 50, 90)))


def _outcome(row: _Row) -> Outcome:
    words = {name: row[name] for name in ("study", "arm", "condition", "role", "design", "kind", "read_as", "regimen")}
    return Outcome(
        **words,
        day=float(row["day"]),
        threshold=float(row["threshold"]) if row["threshold"] else None,
        n=int(row["n"]),
        verified=row["verified"] == "True",
        flagged=row["flagged"] == "True",
        seen=float(row["seen"]),
        held_out=_interval(row, "held_out_"),
        fitted=_interval(row, "fitted_"),
        plain=_interval(row, "plain_"),
        pareto_k=float(row["pareto_k"]),
        refitted=row["refitted"] == "True",
        averages=_interval(row, "averages_") if "averages_q50" in row else None,
    )


def _score(row: _Row) -> Score:
    return Score(row["structure"], row["study"], float(row["elpd"]), float(row["pareto_k"]))


def _parameter(row: _Row) -> Parameter:
    return Parameter(
        name=row["parameter"],
        unit=row["unit"],
        prior=_interval(row, "prior_"),
        posterior=_interval(row, "posterior_"),
        **{name: float(row[name]) for name in ("narrower", "rhat", "ess_bulk", "ess_tail")},
        informed=row["informed"] == "True",
    )


def _variant(row: _Row) -> Variant:
    return Variant(row["variant"], int(row["numbers"]), int(row["studies"]), row["what"], _interval(row))
