"""Effect sizes of two groups: an estimate and its variance, from counts, from means, or from a p.

Formulas and the half added to empty cells are those of escalc in R's metafor [1]_, which tests compare with.

.. [1] Viechtbauer W. Conducting meta-analyses in R with the metafor package. J Stat Softw 2010;36(3):1-48.
.. [2] Hedges LV. Distribution theory for Glass's estimator of effect size. J Educ Stat 1981;6:107-128.
.. [3] Higgins JPT and others, eds. Cochrane Handbook for Systematic Reviews of Interventions, chapters 6 and 23.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

from scipy import special

from reprieve.errors import UnknownName

#: Correlation of the two results of one patient in a crossover trial. No trial here prints it; with binary results
#: the margins alone often forbid 0.5, and 0 gives the widest interval, so a crossover is never trusted too much.
WITHIN_PAIR_CORRELATION = 0.0
#: What a second analysis assumes instead, where the margins allow it.
SENSITIVITY_CORRELATION = 0.5


@dataclass(frozen=True)
class Measure:
    """A way to express a difference between groups.

    Parameters
    ----------
    id, name : as asked for, and as shown
    of : what the groups report
    is_log : estimates are logarithms and are shown as ratios
    better : +1 where more favours the first group, -1 where less does
    """

    id: str
    name: str
    of: Literal["responders", "pain"]
    is_log: bool
    better: Literal[1, -1]

    def shown(self, value: float) -> float:
        """An estimate on the scale that is read: a ratio instead of its logarithm."""
        return math.exp(value) if self.is_log else value


MEASURES = (
    Measure("rd", "risk difference", "responders", is_log=False, better=1),
    Measure("rr", "risk ratio", "responders", is_log=True, better=1),
    Measure("or", "odds ratio", "responders", is_log=True, better=1),
    Measure("md", "mean difference", "pain", is_log=False, better=-1),
    Measure("smd", "standardised mean difference", "pain", is_log=False, better=-1),
)


def measure(name: str) -> Measure:
    """A measure by its id.

    Raises
    ------
    UnknownName
        There is no such measure; all are named.
    """
    for one in MEASURES:
        if one.id == name.strip().lower():
            return one
    raise UnknownName("measure", name, [one.id for one in MEASURES])


class Counts(NamedTuple):
    """Responders among patients."""

    events: float
    n: float


class Mean(NamedTuple):
    """Mean and standard deviation among ``n`` patients."""

    mean: float
    sd: float
    n: float


class Sized(NamedTuple):
    """An effect size: its estimate and the variance of its error, on the scale it is pooled on."""

    estimate: float
    variance: float


def _of_share(how: Measure, group: Counts) -> tuple[float, float]:
    """A share, its logarithm or its log odds, with the variance by the delta method."""
    p, n = group.events / group.n, group.n
    if how.id == "rd":
        return p, p * (1 - p) / n
    if how.id == "rr":
        return math.log(p), (1 - p) / (p * n)
    return math.log(p / (1 - p)), 1 / (p * (1 - p) * n)


def largest_correlation(one: Counts, other: Counts) -> float:
    """The largest correlation that two binary results of the same patients can have, from their shares alone.

    All who respond to the less successful treatment then respond to the other too: with shares p < q it is
    sqrt(p (1 - q) / (q (1 - p))); 0 where one share is 0 or 1.
    """
    p, q = sorted((one.events / one.n, other.events / other.n))
    return math.sqrt(p * (1 - q) / (q * (1 - p))) if p > 0 and q < 1 else 0.0


def from_counts(how: Measure, treated: Counts, control: Counts, *, correlation: float = 0.0) -> Sized:
    """Risk difference, log risk ratio or log odds ratio of two groups.

    A half is added to all four cells where one of them is empty. In a crossover the correlation between the two
    results of a patient takes twice the covariance away; a correlation that the shares forbid is lowered to the
    largest possible one.

    Parameters
    ----------
    how : ``rd``, ``rr`` or ``or``
    treated, control : responders among patients
    correlation : between the two results of one patient; 0 for parallel groups
    """
    possible = min(correlation, largest_correlation(treated, control))
    if any(cell == 0 for group in (treated, control) for cell in (group.events, group.n - group.events)):
        treated, control = (Counts(group.events + 0.5, group.n + 1.0) for group in (treated, control))
    (one, v1), (other, v2) = _of_share(how, treated), _of_share(how, control)
    return Sized(one - other, v1 + v2 - 2.0 * possible * math.sqrt(v1 * v2))


def small_sample_factor(df: float) -> float:
    """Hedges' exact factor J that takes the bias out of a standardised difference; [2]_."""
    return math.exp(special.gammaln(df / 2) - special.gammaln((df - 1) / 2)) / math.sqrt(df / 2)


def _standardised(d: float, n1: float, n2: float) -> Sized:
    g = small_sample_factor(n1 + n2 - 2) * d
    return Sized(g, 1 / n1 + 1 / n2 + g**2 / (2 * (n1 + n2)))


def from_means(how: Measure, treated: Mean, control: Mean) -> Sized:
    """Mean difference, or Hedges' standardised difference, of two independent groups.

    Parameters
    ----------
    how : ``md`` or ``smd``
    treated, control : pain 0 to 10
    """
    difference = treated.mean - control.mean
    if how.id == "md":
        return Sized(difference, treated.sd**2 / treated.n + control.sd**2 / control.n)
    squares = (treated.n - 1) * treated.sd**2 + (control.n - 1) * control.sd**2
    pooled_sd = math.sqrt(squares / (treated.n + control.n - 2))
    return _standardised(difference / pooled_sd, treated.n, control.n)


def from_p(p: float, n1: float, n2: float) -> Sized:
    """The size of a standardised difference, without its sign, from the two-sided p of a t test of two groups.

    t is read back from p with n1 + n2 - 2 degrees of freedom, and d = t sqrt(1/n1 + 1/n2); [3]_, section 6.5.2.

    Parameters
    ----------
    p : in (0, 1]
    n1, n2 : patients in each group
    """
    t = float(special.stdtrit(n1 + n2 - 2, 1 - p / 2))
    return _standardised(t * math.sqrt(1 / n1 + 1 / n2), n1, n2)


def together(groups: list[Mean]) -> Mean:
    """Several groups as if they had been one; [3]_, section 6.5.2.10."""
    n = sum(group.n for group in groups)
    mean = sum(group.n * group.mean for group in groups) / n
    squares = sum((group.n - 1) * group.sd**2 + group.n * (group.mean - mean) ** 2 for group in groups)
    return Mean(mean, math.sqrt(squares / (n - 1)), n)
