"""The answer to how much drug is in the blood of a typical patient over time."""

from __future__ import annotations

from typing import Annotated

from reprieve.answers.field import Answer, field
from reprieve.exposure.concentration import Concentration


class ConcentrationAnswer(Answer, frozen=True, kw_only=True):
    """Concentrations of a typical patient."""

    times_h: Annotated[tuple[float, ...], field("Hours after the start of the first dose.")]
    analytes: Annotated[dict[str, tuple[float, ...]], field("Analyte to its concentration at each time, ng/mL.")]
    model: Annotated[str, field("Id of the population model.")]
    sampling: Annotated[str, field("Where its blood was drawn.")]
    reason: Annotated[str, field("Why this model.")]
    note: Annotated[str, field("What is approximated; empty where nothing is.")]


def concentration_answer(found: Concentration) -> ConcentrationAnswer:
    """The answer of concentrations; the same concentrations give the same answer."""
    return ConcentrationAnswer(
        times_h=tuple(float(time) for time in found.times_h),
        analytes={
            name: tuple(float(f"{value:.6g}") for value in values)
            for name, values in zip(found.analytes, found.values.T, strict=True)
        },
        model=found.model,
        sampling=found.sampling,
        reason=found.reason,
        note=found.note,
    )
