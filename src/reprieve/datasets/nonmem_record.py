"""One record of a NONMEM data set: its numbers, what is wrong with them, and the event they mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reprieve.datasets.delimited import Row
from reprieve.errors import InputError
from reprieve.pkpd.events import DoseRecord, Observation, Record, ResetRecord

COLUMNS = ("ID", "TIME", "AMT", "RATE", "DUR", "EVID", "MDV", "CMT", "II", "ADDL", "SS", "DV")

_MODELLED = {-1.0: ("rate", "rate"), -2.0: ("duration", "duration_h")}


@dataclass(frozen=True)
class DoseParameters:
    """What a model says of doses into one compartment.

    Parameters
    ----------
    lag_h : h, ALAG
    bioavailability : fraction, F
    rate : mg/h for records with RATE -1
    duration_h : h for records with RATE -2
    """

    lag_h: float = 0.0
    bioavailability: float = 1.0
    rate: float | None = None
    duration_h: float | None = None


@dataclass(frozen=True)
class NonmemRecord:
    """One event in NONMEM's terms.

    Parameters
    ----------
    id : subject
    time_h : h
    amount : AMT, mg; 0 when there is none
    rate : RATE, mg/h; 0 a bolus, -1 modelled rate, -2 modelled duration
    duration_h : DUR, h; 0 when not given
    evid : 0 observation, 1 dose, 2 other (a look without a value), 3 reset, 4 reset and dose
    mdv : 1 when DV is not to be used
    compartment : CMT, 1 the first; 0 the default, which is the first
    interval_h : II, h
    additional : ADDL
    steady_state : SS, 0, 1 or 2
    dv : DV, in the unit of the data
    covariates : values of the covariate columns, None where missing
    """

    id: str
    time_h: float
    amount: float = 0.0
    rate: float = 0.0
    duration_h: float = 0.0
    evid: int = 0
    mdv: int = 0
    compartment: int = 0
    interval_h: float = 0.0
    additional: int = 0
    steady_state: int = 0
    dv: float | None = None
    covariates: tuple[float | None, ...] = ()

    def event(self, dosing: Mapping[int, DoseParameters]) -> Record:
        """The event this record means; see :meth:`NonmemData.event_tables`."""
        if self.evid == 3:
            return ResetRecord(self.time_h)
        if self.evid in {0, 2}:
            return Observation(self.time_h)
        number = max(1, self.compartment)
        given = dosing.get(number, DoseParameters())
        modelled = {}
        if self.rate in _MODELLED:
            word, name = _MODELLED[self.rate]
            modelled[name] = getattr(given, name)
            if modelled[name] is None:
                raise InputError(f"RATE {self.rate:g} needs the {word} of compartment {number}; give it in dosing.")
        elif self.rate:
            modelled["rate"] = self.rate
        elif self.duration_h:
            modelled["duration_h"] = self.duration_h
        return DoseRecord(
            self.time_h, self.amount, number - 1, **modelled,
            additional=self.additional, interval_h=self.interval_h if self._repeats else None,
            steady_state=self.steady_state, reset=self.evid == 4,
            lag_h=given.lag_h, bioavailability=given.bioavailability,
        )  # fmt: skip

    @property
    def _repeats(self) -> bool:
        return bool(self.additional or (self.steady_state and self.amount))

    def faults(self, n_compartments: int | None, dosing: Mapping[int, DoseParameters]) -> Iterator[tuple[str, str]]:
        """Column and sentence of everything that cannot be meant."""
        if self.evid not in range(5):
            yield (
                "EVID",
                f"{self.evid} is not an event; write 0 (look), 1 (dose), 2 (other), 3 (reset) or 4 (reset and dose)",
            )
        if self.compartment < 0:
            yield "CMT", f"{self.compartment} would turn a compartment off, which is not supported; count from 1"
        if n_compartments is not None and self.compartment > n_compartments:
            yield "CMT", f"{self.compartment} is unknown; the model has compartments 1 to {n_compartments}"
        for column, value in (("AMT", self.amount), ("DUR", self.duration_h), ("II", self.interval_h)):
            if value < 0:
                yield column, f"{value:g} is negative; write a positive number, or '.' for none"
        if self.additional < 0:
            yield "ADDL", f"{self.additional} is negative; write how many doses follow, or '.' for none"
        if self.steady_state not in {0, 1, 2}:
            yield "SS", f"{self.steady_state} is not supported; write 0, 1 (begin in steady state) or 2 (add it)"
        yield from self._dose_faults(dosing) if self.evid in {1, 4} else self._other_faults()
        yield from self._value_faults()

    def _dose_faults(self, dosing: Mapping[int, DoseParameters]) -> Iterator[tuple[str, str]]:
        if self.rate in _MODELLED:
            word, name = _MODELLED[self.rate]
            number = max(1, self.compartment)
            if getattr(dosing.get(number, DoseParameters()), name) is None:
                yield (
                    "RATE",
                    (
                        f"{self.rate:g} asks for a modelled {word}, which is not supported without a value; "
                        f"give the {word} of compartment {number} in dosing, or write the rate"
                    ),
                )
        elif self.rate < 0:
            yield "RATE", f"{self.rate:g} is negative; write mg/h, or 0 for a bolus"
        if self.rate and self.duration_h:
            yield "DUR", "RATE and DUR are both given; keep one, the other follows from AMT"
        constant = self.amount == 0 and self.rate > 0 and self.steady_state > 0
        if self.amount == 0 and not constant:
            yield "AMT", "the dose has no amount; write it, or RATE with SS=1 for a constant infusion"
        if constant and (self.interval_h or self.additional):
            yield "II", "a constant infusion at steady state (AMT 0) has no interval and no repeats; remove II and ADDL"
        if self._repeats and self.interval_h == 0:
            yield "II", "ADDL or SS is given without an interval; write II in hours"

    def _other_faults(self) -> Iterator[tuple[str, str]]:
        for column, value in (
            ("AMT", self.amount), ("RATE", self.rate), ("DUR", self.duration_h),
            ("ADDL", self.additional), ("SS", self.steady_state),
        ):  # fmt: skip
            if value:
                yield column, f"{value:g} belongs to a dose, but EVID is {self.evid}; write EVID 1, or '.' here"

    def _value_faults(self) -> Iterator[tuple[str, str]]:
        if self.mdv not in {0, 1}:
            yield "MDV", f"{self.mdv} is not 0 or 1; write 1 where DV is not to be used"
        elif self.mdv == 0 and self.evid != 0:
            yield "MDV", f"0 says that DV is a measurement, but EVID is {self.evid}; write MDV 1"
        elif self.mdv == 0 and self.dv is None:
            yield "MDV", "0 says that there is a measurement, but DV is missing; write DV, or MDV 1"


def record_from_row(
    row: Row, covariates: Sequence[str], n_compartments: int | None, dosing: Mapping[int, DoseParameters]
) -> NonmemRecord:
    """The record of a row; EVID and MDV follow from AMT, RATE and DV where they are not given.

    Raises
    ------
    FileError
        A cell is not what it should be, or cells contradict each other.
    """
    subject, time, dv = row.cells["ID"], row.number("TIME"), row.number("DV")
    if not subject:
        raise row.at("ID").refuse("the subject is missing; write its ID")
    if time is None:
        what = "the measurement" if dv is not None else "the record"
        raise row.at("TIME").refuse(f"{what} has no time; write hours since the subject's first record")
    amount, rate = row.number("AMT") or 0.0, row.number("RATE") or 0.0
    evid, mdv, steady_state = row.whole("EVID"), row.whole("MDV"), row.whole("SS") or 0
    if evid is None:
        evid = 1 if amount or (rate and steady_state) else 0
    record = NonmemRecord(
        id=subject,
        time_h=time,
        amount=amount,
        rate=rate,
        duration_h=row.number("DUR") or 0.0,
        evid=evid,
        mdv=int(evid != 0 or dv is None) if mdv is None else mdv,
        compartment=row.whole("CMT") or 0,
        interval_h=row.number("II") or 0.0,
        additional=row.whole("ADDL") or 0,
        steady_state=steady_state,
        dv=dv,
        covariates=tuple(row.number(name) for name in covariates),
    )
    for column, sentence in record.faults(n_compartments, dosing):
        raise row.at(column).refuse(sentence)
    return record
