"""Windows of time after the last dose, in which results of different studies are set beside each other."""

from __future__ import annotations

from dataclasses import dataclass

from reprieve.errors import UnknownName


@dataclass(frozen=True)
class Window:
    """Days after the end of the last dose, above ``after`` and up to ``until``.

    Parameters
    ----------
    id : as asked for
    label : as shown
    after, until : d; half-open, so that the windows tile the line
    asks : d; of several results of one study the one nearest to this day counts
    """

    id: str
    label: str
    after: float
    until: float
    asks: float

    def holds(self, day: float) -> bool:
        """Whether a day (d after the end of the last dose) lies in it."""
        return self.after < day <= self.until

    def nearness(self, day: float) -> tuple[float, float]:
        """A key that sorts days: the nearest to what the window asks first, of two as near the later."""
        return abs(day - self.asks), -day


#: A month is printed as 30 or 31 days, so "1 to 4 weeks" ends there and not at day 28.
WINDOWS = (
    Window("day", "within a day of the last dose", -1e-9, 1.0, asks=0.0),
    Window("week", "1 to 7 days after the last dose", 1.0, 7.0, asks=7.0),
    Window("month", "1 to 4 weeks after the last dose", 7.0, 31.0, asks=28.0),
    Window("quarter", "5 to 12 weeks after the last dose", 31.0, 84.0, asks=84.0),
)


def window(name: str) -> Window:
    """A window by its id.

    Raises
    ------
    UnknownName
        There is no such window; all are named.
    """
    for one in WINDOWS:
        if one.id == name.strip().lower():
            return one
    raise UnknownName("window", name, [one.id for one in WINDOWS])
