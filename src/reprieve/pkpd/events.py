"""Dosing events of one subject: doses, repeats, steady state, resets and looks, in the order they are recorded.

The vocabulary is that of event records in population pharmacokinetics (NONMEM and its kin), with names instead of
codes. What a record means where records meet is written down in docs/explanation/dosing-events.md; in short:

- Times closer than 1e-9 h are one time. Records of one time take effect in the order of the table, so a look
  before a bolus sees the trough and a look after it the peak.
- Repeats and lagged doses arrive by themselves, before the records of their time.
- A reset, and ``steady_state=1``, forgets everything before: amounts, running infusions, repeats and lagged
  doses still to come.
- ``steady_state`` stands for a history: the same dose recorded 1, 2, 3 ... intervals earlier, for ever, each with
  the same lag, duration and bioavailability. Infusions of the history that still run go on.
- An amount and no rate at steady state needs an interval; a rate and no amount is an infusion that has run for ever
  and ends at the record (later by the lag).
- Bioavailability scales the amount. It makes an infusion of known ``rate`` shorter, of known ``duration_h`` slower.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from reprieve.errors import InputError
from reprieve.pkpd.dose import Dose


@dataclass(frozen=True)
class DoseRecord:
    """One dose as recorded, with what it stands for.

    Parameters
    ----------
    time_h : h, when it is recorded; it arrives ``lag_h`` later
    amount : mg of each dose, before bioavailability; 0 only for a constant infusion at steady state
    compartment : where it goes, index into the state vector
    rate : mg/h of an infusion whose rate is known
    duration_h : h of an infusion whose duration is known; a bolus has neither
    additional : how many more such doses follow (ADDL)
    interval_h : h between them, and between those of the steady-state history (II)
    steady_state : 0 no; 1 begin in the steady state of this dose; 2 add that to what is there (SS)
    reset : forget all before first (EVID 4)
    lag_h : h from record to arrival, of every dose this record stands for
    bioavailability : the fraction that arrives, at least 0

    Raises
    ------
    InputError
        The numbers cannot be meant together; the sentence says which.
    """

    time_h: float
    amount: float = 0.0
    compartment: int = 0
    rate: float | None = None
    duration_h: float | None = None
    additional: int = 0
    interval_h: float | None = None
    steady_state: int = 0
    reset: bool = False
    lag_h: float = 0.0
    bioavailability: float = 1.0

    def __post_init__(self) -> None:
        for fault in self._faults():
            raise InputError(f"The dose recorded at {self.time_h:g} h {fault}.")

    @property
    def is_constant_infusion(self) -> bool:
        """Whether this is an infusion that has run for ever."""
        return self.amount == 0 and self.rate is not None and self.steady_state > 0

    @property
    def arriving_amount(self) -> float:
        """What arrives of each dose, mg."""
        return self.amount * self.bioavailability

    @property
    def arriving_over_h(self) -> float:
        """How long each dose takes to arrive, h; 0 for a bolus."""
        if self.rate is not None:
            return self.arriving_amount / self.rate
        return 0.0 if self.duration_h is None else self.duration_h

    def arrivals(self) -> list[Dose]:
        """The dose and its additional ones, when and as they arrive; nothing of a steady-state history."""
        if self.arriving_amount == 0:
            return []
        first, interval = self.time_h + self.lag_h, self.interval_h or 0.0
        return [
            Dose(first + i * interval, self.compartment, self.arriving_amount, self.arriving_over_h)
            for i in range(self.additional + 1)
        ]

    def _faults(self) -> Iterator[str]:
        numbers = {
            "time_h": self.time_h, "amount": self.amount, "rate": self.rate, "duration_h": self.duration_h,
            "interval_h": self.interval_h, "lag_h": self.lag_h, "bioavailability": self.bioavailability,
        }  # fmt: skip
        for name, value in numbers.items():
            if value is not None and not math.isfinite(value):
                yield f"has {name} {value}; it must be a finite number"
            if value is not None and value < 0 and name != "time_h":
                yield f"has {name} {value:g}; it must not be negative"
        for name in ("rate", "duration_h", "interval_h"):
            if numbers[name] == 0:
                yield f"has {name} 0; leave it out instead"
        if self.rate is not None and self.duration_h is not None:
            yield "has a rate and a duration; give one, the other follows from the amount"
        if self.compartment < 0 or self.additional < 0:
            yield "has a negative compartment or number of additional doses; count from 0"
        if self.steady_state not in {0, 1, 2}:
            yield f"has steady_state {self.steady_state}; it must be 0, 1 (begin there) or 2 (add it)"
        yield from self._interval_faults()

    def _interval_faults(self) -> Iterator[str]:
        if self.is_constant_infusion:
            if self.interval_h is not None or self.additional:
                yield "is a constant infusion at steady state (a rate, no amount); it has no interval and no repeats"
        elif self.amount == 0:
            yield "has amount 0; give an amount, or a rate with steady_state=1 for a constant infusion"
        elif self.interval_h is None and (self.additional or self.steady_state):
            yield "has repeats or steady state and no interval; give interval_h"


@dataclass(frozen=True)
class ResetRecord:
    """Everything starts anew: amounts and the slow state become zero, what runs or is to come is cancelled (EVID 3)."""

    time_h: float


@dataclass(frozen=True)
class Observation:
    """A look, seeing what the records before it in the table have done."""

    time_h: float


Record = DoseRecord | ResetRecord | Observation


@dataclass(frozen=True)
class EventTable:
    """The records of one subject in time order; records of one time take effect in this order.

    Raises
    ------
    InputError
        A time is not finite, or earlier than that of the record before.
    """

    records: tuple[Record, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "records", tuple(self.records))
        latest = -math.inf
        for number, record in enumerate(self.records, 1):
            if not math.isfinite(record.time_h):
                raise InputError(f"Record {number} is at {record.time_h} h; it must be a finite number.")
            if record.time_h < latest:
                raise InputError(
                    f"Record {number} is at {record.time_h:g} h, after one at {latest:g} h; put records in time order."
                )
            latest = record.time_h

    @property
    def observed_h(self) -> tuple[float, ...]:
        """h, the times of the looks, in the order of the table."""
        return tuple(record.time_h for record in self.records if isinstance(record, Observation))
