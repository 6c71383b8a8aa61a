"""The four days after the last dose at which every answer gives the chance of relief."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

HorizonId: TypeAlias = Literal["48h", "2wk", "4wk", "12wk"]


@dataclass(frozen=True)
class Horizon:
    """A time after the last dose, and how it is called.

    Parameters
    ----------
    id : as in JSON and in records
    days : days after the end of the last dose
    short : in a table
    words : in a sentence
    everyday : in a sentence for patients
    """

    id: HorizonId
    days: float
    short: str
    words: str
    everyday: str


#: In order of time.
HORIZONS: tuple[Horizon, ...] = (
    Horizon("48h", 2.0, "48 h", "48 hours", "2 days"),
    Horizon("2wk", 14.0, "2 weeks", "2 weeks", "2 weeks"),
    Horizon("4wk", 28.0, "4 weeks", "4 weeks", "4 weeks"),
    Horizon("12wk", 84.0, "12 weeks", "12 weeks", "12 weeks"),
)
_BY_ID = {one.id: one for one in HORIZONS}
assert tuple(_BY_ID) == get_args(HorizonId)


def horizon(name: HorizonId) -> Horizon:
    """The horizon of a name."""
    return _BY_ID[name]
