"""How long people are followed, and which days can be asked about."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from reprieve.errors import InputError
from reprieve.evidence.evidence import Evidence
from reprieve.regimen import Regimen

#: Days after the end of the last dose; relief still there then is censored.
FOLLOW_UP_DAYS = 365.0


def no_such_day(day: float, first: float) -> str:
    """Why a day cannot be asked about; ``first`` is that of the first dose."""
    return (
        f"Day {day:g} was asked for; days count from the end of the last dose, from {first:.3g} (the first dose) "
        f"to {FOLLOW_UP_DAYS:g}."
    )


def check_days(regimen: Regimen, days: Iterable[float]) -> None:
    """Refuse days before the first dose or after the end of follow-up.

    Parameters
    ----------
    regimen : what is given
    days : after the end of the last dose; negative is during the course

    Raises
    ------
    InputError
        Naming the day and what is allowed.
    """
    first = -regimen.last_dose_end_h / 24.0
    for day in days:
        if not first - 1e-9 <= day <= FOLLOW_UP_DAYS + 1e-9:
            raise InputError(no_such_day(float(day), first))


@cache
def controlled_follow_up_days(evidence: Evidence) -> float:
    """The longest time after a last dose at which a randomised arm of the evidence has a number that can be used, d."""
    return max(
        outcome.days_after_end or 0.0
        for study in evidence.studies
        if study.design_class.startswith("rct")
        for outcome in study.outcomes
        if outcome.usable and outcome.endpoint != "baseline"
    )
