"""Coverage, error and width of what was foretold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from generator.validation.tables import Outcome

Source = Literal["held_out", "fitted", "plain", "averages"]
#: What foretold the numbers, in words.
SOURCES: dict[Source, str] = {
    "held_out": "the model fitted without the study",
    "fitted": "the model fitted with it",
    "plain": "the plain regression without it",
    "averages": "plain averages of the same role and measure without it",
}


@dataclass(frozen=True)
class Summary:
    """How well some numbers were foretold.

    Parameters
    ----------
    n : numbers
    error : mean absolute error of the medians
    coverage : share of numbers inside their 80 % intervals
    width : mean width of these
    """

    n: int
    error: float
    coverage: float
    width: float

    @property
    def inside(self) -> int:
        """Numbers inside their intervals."""
        return round(self.coverage * self.n)


def summary(outcomes: Sequence[Outcome], source: Source) -> Summary | None:
    """Of some numbers; None where there are none, or the source foretold nothing."""
    if not outcomes or any(getattr(outcome, source) is None for outcome in outcomes):
        return None
    pairs = [(getattr(outcome, source), outcome.seen) for outcome in outcomes]
    n = len(pairs)
    return Summary(
        n,
        error=sum(abs(interval.middle - seen) for interval, seen in pairs) / n,
        coverage=sum(interval.holds(seen) for interval, seen in pairs) / n,
        width=sum(interval.width for interval, _ in pairs) / n,
    )
