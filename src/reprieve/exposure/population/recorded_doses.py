"""Doses of a data set as a published model takes them: by route, each with all the entries of that route."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.datasets.nonmem_record import NonmemRecord
from reprieve.errors import InputError
from reprieve.exposure.built import BuiltModel, individual_doses
from reprieve.pkpd.events import DoseRecord


def dose_records(record: NonmemRecord, built: BuiltModel, route: str, *, superposes: bool) -> Iterator[DoseRecord]:
    """What one dose of a table puts into the compartments of a model.

    Parameters
    ----------
    record : a dose, mg and h
    built : the model of subjects whom doses enter alike
    route : by which it is given
    superposes : whether concentrations of the model add up

    Raises
    ------
    InputError
        An infusion by a route that has no rate, or a steady state of a dose that enters in several places where
        concentrations do not add.
    OutsideEvidence, UnknownName
        The model does not know the route.
    """
    where = f"Subject {record.id}, dose at {record.time_h:g} h"
    hours = record.amount / record.rate if record.rate else record.duration_h
    constant = record.amount == 0
    given = 1.0 if constant else record.amount
    entries = [
        entry
        for entry in individual_doses(built, route=route, mg=given, duration_h=hours or float(constant))
        if entry.amount > 0
    ]
    by_itself = any(entry.zero_order_h is not None for entry in built.inputs[route])
    whole = len(entries) == 1 and not by_itself and float(entries[0].amount) == given
    if (hours or constant) and not whole:
        raise InputError(
            f"{where}: RATE or DUR is given, and by the route {route} the model says itself how fast a dose enters. "
            f"Write '.' there."
        )
    if record.steady_state and len(entries) > 1 and not superposes:
        raise InputError(
            f"{where}: SS is given for a dose that enters in {len(entries)} places, and concentrations of this model "
            f"do not add. Write the doses out."
        )
    for number, entry in enumerate(entries):
        lasts = float(entry.duration_h) if not constant else 0.0
        yield DoseRecord(
            record.time_h,
            0.0 if constant else float(entry.amount),
            entry.compartment,
            rate=record.rate if constant else None,
            duration_h=lasts or None,
            additional=record.additional,
            interval_h=record.interval_h if record.additional or (record.steady_state and not constant) else None,
            # The first entry forgets what was before; the others must not forget the first.
            steady_state=2 if record.steady_state and number else record.steady_state,
            reset=record.evid == 4 and number == 0,
        )
