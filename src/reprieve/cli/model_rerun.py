"""The checks of a population model, run again on the engine: predicted beside published."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from reprieve.errors import OutsideEvidence
from reprieve.evidence.records.model_check import Check
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.exposure.built import BuiltModel, CompartmentDose, Floats
from reprieve.exposure.built_system import system_of
from reprieve.exposure.model_checks import Comparison, evaluate
from reprieve.pkpd.dose import Dose

Verdict: TypeAlias = Literal["agrees", "known misfit", "disagrees", "not run"]


@dataclass(frozen=True)
class CheckRerun:
    """One check of a model with its rows; why it was ``not_run`` and no rows where it cannot be computed."""

    check: Check
    rows: tuple[Comparison, ...]
    not_run: str | None = None

    def verdict(self, row: Comparison) -> Verdict:
        """What to say of one row."""
        if row.agrees:
            return "agrees"
        return "known misfit" if self.check.known_misfit else "disagrees"

    @property
    def holds(self) -> bool:
        """Whether every row agrees, or the record says why it does not or cannot be run."""
        if self.not_run:
            return self.check.not_run is not None
        return all(self.verdict(row) != "disagrees" for row in self.rows)

    @property
    def summary(self) -> Verdict:
        """The worst of its rows."""
        if self.not_run:
            return "not run"
        verdicts = {self.verdict(row) for row in self.rows}
        order: tuple[Verdict, ...] = ("disagrees", "known misfit")
        return next((verdict for verdict in order if verdict in verdicts), "agrees")

    @property
    def reason(self) -> str | None:
        """Why it does not agree or was not run, in one line; None where it agrees."""
        if self.summary == "agrees":
            return None
        said = self.check.not_run if self.not_run and self.check.not_run else self.not_run or self.check.known_misfit
        return " ".join(said.split()) if said else None

    def to_dict(self) -> dict[str, Any]:
        """The check in ``models check --json``; an open end of an interval is null."""
        return {
            "check": self.check.id,
            "origin": self.check.origin,
            "source": self.check.source,
            "where": self.check.where,
            "verdict": self.summary,
            "reason": self.reason,
            "rows": [
                {
                    "what": row.what,
                    "predicted": float(f"{row.predicted:.6g}"),
                    "published": row.expected,
                    "low": _finite(row.low),
                    "high": _finite(row.high),
                    "unit": row.unit,
                    "verdict": self.verdict(row),
                }
                for row in self.rows
            ],
        }


@dataclass(frozen=True)
class ModelRerun:
    """All checks of one model; ``without`` says why there is none to run, and is None where there is one."""

    model: PopulationModel
    checks: tuple[CheckRerun, ...]
    without: str | None

    @property
    def holds(self) -> bool:
        """Whether all its checks hold; a model without checks has none that fails."""
        return all(check.holds for check in self.checks)

    def to_dict(self) -> dict[str, Any]:
        """The model in ``models check --json``."""
        checks = [check.to_dict() for check in self.checks]
        return {"id": self.model.id, "agrees": self.holds, "without_checks": self.without, "checks": checks}


def rerun(model: PopulationModel) -> ModelRerun:
    """Run all checks of a model again on the engine."""
    without = None
    if not model.checks:
        incomplete = "it is incomplete and cannot be run"
        without = incomplete if model.completeness == "incomplete" else model.no_independent_check or "it has none"
    return ModelRerun(model, tuple(_rerun_check(model, check) for check in model.checks), without)


def _rerun_check(model: PopulationModel, check: Check) -> CheckRerun:
    try:
        return CheckRerun(check, evaluate(model, check, _engine))
    except OutsideEvidence as error:
        return CheckRerun(check, (), not_run=str(error))


def _engine(built: BuiltModel, doses: Sequence[CompartmentDose], times: Floats) -> Floats:
    values: Floats = system_of(built).simulate([Dose(*dose) for dose in doses], times).values[0]
    return values


def _finite(value: float) -> float | None:
    return float(f"{value:.6g}") if math.isfinite(value) else None
