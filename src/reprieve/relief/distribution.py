"""Distributions of an answer, with what we do not know kept apart from how people differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.errors import InputError
from reprieve.words import days

Floats = NDArray[np.float64]


def between_draws(happens: Floats, draw: NDArray[np.int64], *, interval: float = 0.8) -> tuple[float, float, float]:
    """A probability and the interval of it that is due to what we do not know.

    Each population draw gives a probability among its people. These scatter because draws differ and because
    few people were drawn from each; the second part is taken out before the interval is read off: the spread
    between draws is shrunk to the square root of the between-draw component of a one-way analysis of variance
    (:func:`population_values`).

    Parameters
    ----------
    happens : (n_people,) 0 or 1
    draw : (n_people,) population draw of each person, equal numbers each
    interval : central probability of the interval

    Returns
    -------
    probability, low, high
    """
    pooled = float(happens.mean())
    each = population_values(happens, draw)
    low, high = np.quantile(each, [(1 - interval) / 2, (1 + interval) / 2])
    return pooled, float(np.clip(low, 0, pooled)), float(np.clip(high, pooled, 1))


def population_values(values: Floats, draw: NDArray[np.int64]) -> Floats:
    """The mean of each population draw without the noise of having few people of it, (n_draws,).

    Parameters
    ----------
    values : (n_people,) of any outcome; 0 or 1 for something that happens
    draw : (n_people,) population draw of each person, equal numbers each
    """
    n_draws = int(draw[-1]) + 1
    by_draw = values.reshape(n_draws, -1)
    each = by_draw.mean(axis=1)
    people = by_draw.shape[1]
    observed = float(each.var(ddof=1)) if n_draws > 1 else 0.0
    sampling = float(by_draw.var(axis=1).mean()) / max(people - 1, 1)
    keep = np.sqrt(max(observed - sampling, 0.0) / observed) if observed > 0 else 0.0
    return np.asarray(each.mean() + keep * (each - each.mean()))


@dataclass(frozen=True)
class Duration:
    """How long relief lasts: draws in days with a point mass at zero, censored at the end of follow-up.

    Parameters
    ----------
    days : (n_people,) days; 0 means no sustained relief
    draw : (n_people,) population draw of each person
    follow_up : days at which relief still present is censored
    """

    days: Floats
    draw: NDArray[np.int64]
    follow_up: float

    def __repr__(self) -> str:
        middle = float(np.median(self.days))
        return f"<Duration of relief of {self.days.size} virtual patients, median {days(middle)}>"

    def quantile(self, probabilities: float | Sequence[float]) -> Floats:
        """Days by probability, over everybody, with zeros for those without relief.

        A quantile equal to :attr:`follow_up` means at least as long.
        """
        asked = np.asarray(probabilities, dtype=float)
        if not np.all((asked >= 0) & (asked <= 1)):
            raise InputError(f"Probabilities must be from 0 to 1, but got {probabilities}.")
        return np.asarray(np.quantile(self.days, asked))

    def exceeds(self, days: float) -> float:
        """Probability that relief lasts longer than some days, from 0 to the end of follow-up.

        Raises
        ------
        InputError
            Relief is not followed for so long.
        """
        return float(np.mean(self._longer_than(days)))

    def exceeds_between(self, days: float) -> tuple[float, float, float]:
        """:meth:`exceeds` with its 80 % interval; see :func:`between_draws`."""
        return between_draws(self._longer_than(days).astype(float), self.draw)

    def _longer_than(self, days: float) -> NDArray[np.bool_]:
        if not 0.0 <= days < self.follow_up:
            raise InputError(f"Relief is followed for {self.follow_up:g} days; ask for 0 or more and fewer than that.")
        return np.asarray(self.days > days)

    @property
    def probability_any(self) -> float:
        """Probability of any sustained relief: that it outlasts 24 h."""
        return float(np.mean(self.days > 0))

    @property
    def if_relief(self) -> Floats:
        """Days of those with sustained relief."""
        return np.asarray(self.days[self.days > 0])
