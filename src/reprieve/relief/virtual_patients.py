"""Virtual patients: population draws (what is not known) times people (how they differ)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprieve.errors import InputError
from reprieve.evidence.records.calibration import CalibrationPriors, PriorBelief
from reprieve.exposure.model import ExposureDraws
from reprieve.relief.populations import Populations, evenly_normal, stream
from reprieve.relief.reported import log_sd
from reprieve.units import convert

Floats = NDArray[np.float64]

#: People per population draw: enough to tell how people differ from what is not known.
PEOPLE_PER_DRAW = 10
#: A forecast of as many takes 1.4 GB (measured); its random error, 0.3 points of felt relief, is far below what is
#: unknown.
MOST_PATIENTS = 40_000
#: Standard normals kept for the deviations of a pharmacokinetic model, more than any published model varies.
_PK_NORMALS = 12


@dataclass(frozen=True)
class VirtualPatients:
    """People who could be this patient; arrays (n_patients,).

    Parameters
    ----------
    draw : which population a person belongs to, 0 .. n_draws - 1
    populations : what holds for everybody of a draw
    pk_normals : (n_patients, 12) standard normals for the deviations of the pharmacokinetic model
    k_rec : 1/h, return of sensitisation
    k_des : 1/h, its reversal at full effect
    c50 : ng/mL of S-ketamine equivalent, half the fastest reversal
    plateau_exponent, plateau_half : shape of relief over the reversed fraction
    depth : share of pain that full reversal takes away, by the mechanism
    sensitivity : how much a person feels of what the mechanism does, relative to the others
    acute_c50 : ng/mL of S-ketamine equivalent, half the acute effect
    acute_most : largest share of pain that the acute effect takes away, by the mechanism
    ke0 : 1/h, equilibration of the effect site; one value, the population's
    r_potency : potency of R-ketamine relative to S-ketamine
    context_trait, context_slow : standard normals; where a person lies among others in what pain does without the
        drug, for good and when the course begins
    context_shares : of the variance of that: trait, slow, from day to day
    context_slow_time_d : d, time constant of the slow part
    r_clearance_rank, exposure_rank : 0 to 1, the same within a draw: where between the sources the clearance of
        R-ketamine and a published change of exposure lie
    seed : of what varies in time
    """

    draw: NDArray[np.int64]
    populations: Populations
    pk_normals: Floats
    k_rec: Floats
    k_des: Floats
    c50: Floats
    plateau_exponent: Floats
    plateau_half: Floats
    depth: Floats
    sensitivity: Floats
    acute_c50: Floats
    acute_most: Floats
    ke0: float
    r_potency: Floats
    context_trait: Floats
    context_slow: Floats
    context_shares: tuple[float, float, float]
    context_slow_time_d: float
    r_clearance_rank: Floats
    exposure_rank: Floats
    seed: int

    def __repr__(self) -> str:
        return f"<VirtualPatients: {self.draw.size} of {self.populations.size} draws>"

    @property
    def exposure(self) -> ExposureDraws:
        """How they differ in exposure."""
        return ExposureDraws(self.pk_normals, self.r_clearance_rank, self.exposure_rank)

    @property
    def n_draws(self) -> int:
        """Number of population draws."""
        return int(self.draw[-1]) + 1

    def normals(self, name: str, n_times: int) -> Floats:
        """(n_patients, n_times) standard normals of something that varies in time; a few people have those of all."""
        return stream(self.seed, name).standard_normal((self.draw.size, n_times))

    def of(self, rows: NDArray[np.bool_]) -> VirtualPatients:
        """Some of them; they keep their draw."""
        arrays = {each.name: getattr(self, each.name) for each in fields(self)}
        chosen: dict[str, Any] = {name: value[rows] for name, value in arrays.items() if isinstance(value, np.ndarray)}
        return replace(self, **chosen)


def draw_patients(
    populations: Populations, mechanism: CalibrationPriors, *, virtual_patients: int, seed: int
) -> VirtualPatients:
    """Draw virtual patients.

    Parameters
    ----------
    populations : every population that may be this one; some are taken, spread evenly over what the drug adds in them
    mechanism : what is believed of a person's course; what is not known of it differs between people here, because only
        who has more than others is read off it
    virtual_patients : rounded up to whole population draws of 10 people
    seed : the same seed gives the same people

    Raises
    ------
    InputError
        The number of patients or the seed cannot be used.
    """
    if not _is_whole(virtual_patients) or not 1 <= virtual_patients <= MOST_PATIENTS:
        raise InputError(f"{virtual_patients!r} virtual patients were asked for; ask for 1 to {MOST_PATIENTS:,}.")
    if not _is_whole(seed) or seed < 0:
        raise InputError(f"The seed is {seed!r}; it must be a whole number, 0 or greater.")
    n_draws = -(-virtual_patients // PEOPLE_PER_DRAW)
    n = n_draws * PEOPLE_PER_DRAW
    draw = np.repeat(np.arange(n_draws), PEOPLE_PER_DRAW)
    taken = populations.of(_spread_over(populations, stream(seed, "posterior"), n_draws))
    fixed = {name: constant.value for name, constant in mechanism.constants.items()}
    person = {
        name: _drawn(belief, stream(seed, name), n)
        for name, belief in mechanism.parameters.items()
        if name in _OF_PERSON
    }

    def varied(name: str, spread: Any) -> Floats:
        """One value per person, lognormal around what was drawn for it."""
        return np.asarray(person[name] * np.exp(spread * stream(seed, f"{name} between").standard_normal(n)))

    acute_half_life = mechanism.constants["acute_half_life"]
    slow_time = mechanism.constants["context_slow_time"]
    trait, slow = fixed["context_trait"], fixed["context_slow"]
    # Their sum when the course begins is spread evenly over people: it decides most of what is felt in the first weeks.
    whole, rest = evenly_normal(stream(seed, "context"), n), stream(seed, "context apart").standard_normal(n)
    to_trait, to_slow = math.sqrt(trait / (trait + slow)), math.sqrt(slow / (trait + slow))
    # One spread for everybody: with each draw's own, people of wide draws would hold the outer ranks.
    sensitivity = float(log_sd(taken.values["added_spread"]).mean()) * evenly_normal(stream(seed, "sensitivity"), n)
    return VirtualPatients(
        draw=draw,
        populations=taken,
        pk_normals=stream(seed, "pharmacokinetics").standard_normal((n, _PK_NORMALS)),
        k_rec=math.log(2.0) / 24.0 / varied("return_half_life", person["return_spread"]),
        k_des=varied("reversal_rate", fixed["reversal_spread"]) / 24.0,
        c50=person["reversal_c50"],
        plateau_exponent=person["plateau_exponent"],
        plateau_half=person["plateau_half"],
        depth=person["depth"],
        sensitivity=np.exp(sensitivity),
        acute_c50=varied("acute_c50", person["acute_spread"]),
        acute_most=person["acute_most"],
        ke0=math.log(2.0) / convert(acute_half_life.value, acute_half_life.unit, "h"),
        r_potency=taken.values["r_potency"][draw],
        context_trait=to_trait * whole + to_slow * rest,
        context_slow=to_slow * whole - to_trait * rest,
        context_shares=(trait, slow, 1.0 - trait - slow),
        context_slow_time_d=convert(slow_time.value, slow_time.unit, "d"),
        r_clearance_rank=stream(seed, "clearance of R-ketamine").random(n_draws)[draw],
        exposure_rank=stream(seed, "change of exposure").random(n_draws)[draw],
        seed=seed,
    )


#: The parameters of the mechanism that a person's course is ranked by.
_OF_PERSON = frozenset({
    "return_half_life", "return_spread", "reversal_rate", "reversal_c50", "plateau_exponent", "plateau_half", "depth",
    "acute_c50", "acute_spread", "acute_most",
})  # fmt: skip


def _drawn(belief: PriorBelief, rng: np.random.Generator, n: int) -> Floats:
    """(n,) draws of a belief."""
    forms: Mapping[str, Any] = {
        "lognormal": lambda: belief.middle * np.exp(belief.spread * rng.standard_normal(n)),
        "normal": lambda: rng.normal(belief.middle, belief.spread, n),
        "normal01": lambda: np.clip(rng.normal(belief.middle, belief.spread, n), 0.0, 1.0),
        "halfnormal": lambda: np.abs(rng.normal(0.0, belief.spread, n)),
        "beta": lambda: rng.beta(belief.middle, belief.spread, n),
    }
    return np.asarray(forms[belief.form]())


def _spread_over(populations: Populations, rng: np.random.Generator, n: int) -> NDArray[np.int64]:
    """Rows of the populations, (n,): evenly over what the drug adds in them, in random order."""
    order = np.argsort(populations.level + populations.level_sd * populations.level_score, kind="stable")
    spread = (np.arange(n) + rng.random(n)) * populations.size / n
    return np.asarray(rng.permutation(order[spread.astype(np.int64)]))


def _is_whole(given: object) -> bool:
    return isinstance(given, (int, np.integer)) and not isinstance(given, bool)
