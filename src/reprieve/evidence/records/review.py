"""A published review: what it pooled, and what it concluded. Shown to readers, never fitted to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from reprieve.evidence.records.record import Record, RecordPart, Status

#: Unit and the values that can stand in it. A ratio is of risks, treated over control.
_RANGE: dict[str, tuple[float, float]] = {
    "points": (-10, 10), "points of 100": (-100, 100), "fraction": (0, 1), "ratio": (0, 1000), "SD": (-20, 20),
    "d": (0, 4000), "mg/kg": (0, 20), "mg/kg/h": (0, 10), "count": (0, 10000), "mm of 100": (0, 100),
    "mg": (0, 1000),
}  # fmt: skip

#: Days after the end of treatment: from, to; None where a side is open.
Window = tuple[float | None, float | None]


class ReviewNumber(RecordPart, frozen=True, kw_only=True):
    """One number of a review.

    Parameters
    ----------
    measure : what was estimated, in words
    estimate : None where only a range was printed
    low, high : ends of the interval, or of a printed range
    interval : what lies between them
    window : days after the end of treatment it holds for; None where it has no time
    time : the time as printed
    """

    measure: str
    unit: Literal[
        "points", "points of 100", "fraction", "ratio", "SD", "d", "mg/kg", "mg/kg/h", "count", "mm of 100", "mg"
    ]
    status: Status
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    interval: Literal["95 % CI", "range"] | None = None
    window: Window | None = None
    time: str | None = None
    note: str | None = None

    def faults(self) -> Iterator[str]:
        """What contradicts itself in this figure, one sentence each."""
        ends = [self.low, self.estimate, self.high]
        known = [value for value in ends if value is not None]
        if not known:
            yield f"{self.measure} has no number; give the estimate or a range"
        if known != sorted(known):
            yield f"{self.measure}: its numbers do not rise from low to high; correct their order"
        least, most = _RANGE[self.unit]
        for value in known:
            if not least <= value <= most:
                yield f"{self.measure} is {value:g}; in {self.unit} it lies in {least:g} to {most:g}"
        if (self.interval is None) != (self.low is None and self.high is None):
            yield f"{self.measure}: low and high need an interval that says what they are, and the reverse"
        if self.window is not None and None not in self.window and self.window[0] > self.window[1]:  # type: ignore[operator]
            yield f"{self.measure}: its window ends before it begins"


class Review(Record, frozen=True, kw_only=True):
    """A review or guideline and the figures it printed.

    Pooled estimates contain the same trials as each other and as the studies here, so nothing is ever fitted to them.

    Parameters
    ----------
    reference : key of the bibliography
    scope : what it reviewed, in one line
    k, n : studies and patients pooled; None where not read
    includes_withheld : whether it pools a withheld trial; ``unknown`` where its list of trials was not read
    figures : what it printed as numbers
    conclusion, certainty : in its authors' sense, in our words
    """

    reference: str
    scope: str
    status: Status
    includes_withheld: Literal["yes", "no", "unknown"]
    k: int | None = None
    k_is: Literal["trials", "studies", "experts", "clinics"] | None = None
    n: int | None = None
    figures: tuple[ReviewNumber, ...] = ()
    conclusion: str | None = None
    certainty: str | None = None
    note: str | None = None

    @property
    def fit(self) -> bool:
        """Whether a fit may use it: never."""
        return False

    @property
    def use(self) -> str:
        """What it may be used for, in one sentence."""
        why = {
            "yes": "It pools a withheld trial. ",
            "unknown": "Whether it pools a withheld trial is not known. ",
            "no": "",
        }[self.includes_withheld]
        return f"{why}To be read beside a forecast, never to be fitted to: its trials are counted one by one already."

    def _faults(self) -> Iterator[str]:
        for figure in self.figures:
            yield from figure.faults()
        if (self.k is None) != (self.k_is is None):
            yield "k and k_is go together; give both or neither"
        if not (self.figures or self.conclusion or self.note):
            yield "it says nothing; give a figure, the conclusion or a note"
