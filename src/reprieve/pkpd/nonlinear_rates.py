"""What makes the rates of a compartment graph depend on the state or on time: named forms, no code in data.

Every form multiplies the rate of one or several flows. The rate matrix of a system holds the rates where all factors
are 1: at low concentration, before the first dose, with enzymes at their baseline.

- :class:`Saturation`: ``1 / (1 + Σ C/K)``. With the drug's own concentration and K = Km it is Michaelis-Menten
  elimination, ``Vmax C / (Km + C)``, of which the matrix holds ``Vmax/Km``; with another's and K = Ki it is
  reversible competitive inhibition; both together compete for one site.
- :class:`EnzymePool`: the enzyme E (1 at baseline) is made and lost, ``dE/dt = kout (1 + Emax C/(EC50 + C)) - kout E
  - kinact I/(KI + I) E``; the first part is induction (autoinduction where C is the drug itself), the last
  mechanism-based inactivation.
- :class:`TimeTrend`: ``1 + slope · hours since the first dose``.

Concentrations and constants share one unit, usually ng/mL; times are hours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from reprieve.pkpd.steps import Steps

Floats = NDArray[np.float64]
Form = TypeVar("Form")


@dataclass(frozen=True, eq=False)
class VaryingFlow:
    """A flow of the graph whose rate is not constant.

    Parameters
    ----------
    source, target : compartments; ``target`` is ``OUTSIDE`` where drug leaves for good
    rate : (n_subjects,) 1/h, as it is in the rate matrix
    arriving : (n_subjects,) what arrives per unit that leaves
    """

    source: int
    target: int
    rate: Floats
    arriving: Floats


@dataclass(frozen=True, eq=False)
class Driver:
    """A concentration that acts on a rate: of compartments, given from outside, or their sum.

    Parameters
    ----------
    per_mg : (n_subjects, n) concentration per mg in each compartment; compartments beyond n have no part in it
    given : a concentration from outside, over the time of the simulation
    """

    per_mg: Floats
    given: Steps | None = None

    def at(self, time_h: float, amounts: Floats) -> Floats:
        """(n_subjects,) the concentration, never below zero."""
        own = np.einsum("si,si->s", self.per_mg, amounts[:, : self.per_mg.shape[1]])
        return np.asarray(np.maximum(own if self.given is None else own + self.given.at(time_h), 0.0))


@dataclass(frozen=True, eq=False)
class Binding:
    """One occupant of a site: its concentration, and the ``constant`` (n_subjects,) of half occupation by it alone."""

    driver: Driver
    constant: Floats


@dataclass(frozen=True, eq=False)
class Saturation:
    """``1 / (1 + Σ C/K)`` on the flows at these positions."""

    flows: tuple[int, ...]
    occupants: tuple[Binding, ...]

    def factor(self, time_h: float, amounts: Floats) -> Floats:
        """(n_subjects,)."""
        occupied = [each.driver.at(time_h, amounts) / each.constant for each in self.occupants]
        return np.asarray(1.0 / (1.0 + np.sum(occupied, axis=0)))


@dataclass(frozen=True, eq=False)
class Induction:
    """More enzyme is made: by ``1 + emax C/(ec50 + C)``; both (n_subjects,)."""

    driver: Driver
    emax: Floats
    ec50: Floats


@dataclass(frozen=True, eq=False)
class Inactivation:
    """Enzyme is destroyed at ``kinact I/(ki + I)``, 1/h; both (n_subjects,)."""

    driver: Driver
    kinact: Floats
    ki: Floats


@dataclass(frozen=True, eq=False)
class EnzymePool:
    """An enzyme that turns over and scales the flows at these positions; ``turnover`` is kout or kdeg, 1/h."""

    flows: tuple[int, ...]
    turnover: Floats
    induction: Induction | None = None
    inactivation: Inactivation | None = None

    def slope(self, time_h: float, amounts: Floats, excess: Floats) -> Floats:
        """(n_subjects,) 1/h, of ``excess`` = E - 1."""
        made: Floats | float = 0.0
        lost: Floats | float = 0.0
        if self.induction is not None:
            inducing = self.induction.driver.at(time_h, amounts)
            made = self.induction.emax * inducing / (self.induction.ec50 + inducing)
        if self.inactivation is not None:
            inhibiting = self.inactivation.driver.at(time_h, amounts)
            lost = self.inactivation.kinact * inhibiting / (self.inactivation.ki + inhibiting)
        return np.asarray(self.turnover * (made - excess) - lost * (1.0 + excess))


@dataclass(frozen=True, eq=False)
class TimeTrend:
    """``1 + slope · hours since the first dose`` on the flows at these positions; ``slope`` (n_subjects,) 1/h."""

    flows: tuple[int, ...]
    slope: Floats


@dataclass(frozen=True, eq=False)
class NonlinearRates:
    """All that varies in one graph.

    Beside the amounts it needs states of its own, in this order: E - 1 of each enzyme pool, and the hours since the
    first dose where there is a trend. All of them start from nothing.

    Raises
    ------
    ValueError
        A form names a flow that is not there, or a number is not finite, negative, or a constant of zero.
    """

    flows: tuple[VaryingFlow, ...]
    saturations: tuple[Saturation, ...] = ()
    pools: tuple[EnzymePool, ...] = ()
    trends: tuple[TimeTrend, ...] = ()

    def __post_init__(self) -> None:
        forms: tuple[Saturation | EnzymePool | TimeTrend, ...] = (*self.saturations, *self.pools, *self.trends)
        for form in forms:
            if any(not 0 <= position < len(self.flows) for position in form.flows):
                raise ValueError(f"a {type(form).__name__} acts on flows {form.flows} of {len(self.flows)}")
        for name, values in _numbers(self):
            if not (np.all(np.isfinite(values)) and np.all(values >= 0)):
                raise ValueError(f"{name} of a nonlinear rate must be finite and not negative")
            if name in {"constant", "ec50", "ki"} and not np.all(values > 0):
                raise ValueError(f"{name} of a nonlinear rate must be greater than zero")

    @property
    def n_states(self) -> int:
        """How many states there are beside the amounts."""
        return len(self.pools) + bool(self.trends)

    @property
    def drivers(self) -> tuple[Driver, ...]:
        """Every concentration that acts on a rate."""
        return tuple(part for part in _parts(self) if isinstance(part, Driver))

    @property
    def depends_on_time(self) -> bool:
        """Whether the same state moves differently at different times, so that there is no steady state."""
        return bool(self.trends) or any(driver.given is not None for driver in self._changing_drivers())

    @property
    def changes_h(self) -> tuple[float, ...]:
        """Times at which a concentration from outside jumps, h."""
        return tuple(float(t) for d in self._changing_drivers() if d.given is not None for t in d.given.times_h[1:])

    def _changing_drivers(self) -> Iterator[Driver]:
        return (driver for driver in self.drivers if driver.given is not None and driver.given.times_h.size > 1)

    def add_slopes(self, time_h: float, states: Floats, slopes: Floats, running: bool) -> None:
        """Correct the slopes of a linear system with these rates.

        Parameters
        ----------
        time_h : h
        states : (n_subjects, n + n_states) amounts and the states beside them
        slopes : (n_subjects, n + n_states), per hour; holds ``K x + input`` and is corrected in place
        running : whether the first dose has been given
        """
        n = states.shape[1] - self.n_states
        amounts, beside = states[:, :n], states[:, n:]
        factors = np.ones((len(self.flows), len(states)))
        for saturation in self.saturations:
            factors[list(saturation.flows)] *= saturation.factor(time_h, amounts)
        for position, pool in enumerate(self.pools):
            factors[list(pool.flows)] *= 1.0 + beside[:, position]
            slopes[:, n + position] = pool.slope(time_h, amounts, beside[:, position])
        for trend in self.trends:
            factors[list(trend.flows)] *= 1.0 + trend.slope * beside[:, -1]
        if self.trends:
            slopes[:, -1] = float(running)
        for flow, factor in zip(self.flows, factors, strict=True):
            more = (factor - 1.0) * flow.rate * amounts[:, flow.source]
            slopes[:, flow.source] -= more
            if flow.target >= 0:
                slopes[:, flow.target] += flow.arriving * more

    def of_subjects(self, chosen: NDArray[np.int64]) -> NonlinearRates:
        """The same rates of some of the subjects only; a subject may be chosen more than once."""
        return _of_subjects(self, chosen)


def _parts(form: object) -> Iterator[object]:
    """A form and all forms inside it."""
    yield form
    inside = (getattr(form, each.name) for each in fields(form)) if is_dataclass(form) else form
    for part in inside if isinstance(inside, (tuple, Iterator)) else ():
        if isinstance(part, tuple) or is_dataclass(part):
            yield from _parts(part)


def _numbers(rates: NonlinearRates) -> Iterator[tuple[str, Floats]]:
    for part in _parts(rates):
        if is_dataclass(part):
            for each in fields(part):
                if isinstance(value := getattr(part, each.name), np.ndarray) and each.name != "times_h":
                    yield each.name, value


def _of_subjects(form: Form, chosen: NDArray[np.int64]) -> Form:
    def of(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            return value[chosen]
        if isinstance(value, Steps):
            return value.of_subjects(chosen)
        if isinstance(value, tuple):
            return tuple(of(each) for each in value)
        return _of_subjects(value, chosen) if is_dataclass(value) else value

    return replace(form, **{each.name: of(getattr(form, each.name)) for each in fields(form)})  # type: ignore[arg-type,type-var]
