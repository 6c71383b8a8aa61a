"""Virtual patients: population draws (what we do not know) times people (how they differ)."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from reprieve.errors import InputError
from reprieve.evidence.records.relief_prior import Belief, ReliefPrior
from reprieve.units import convert, dimension

Floats = NDArray[np.float64]

#: People per population draw. Of 2,000 virtual patients, 100 draws of 20 serve better than 40 of 50: over 60 seeds
#: the chance of relief at 4 weeks after a 100-h course (0.11) scatters by 0.008 instead of 0.010 and the ends of its
#: interval (0.012 and 0.25) by 0.003 and 0.025 instead of 0.009 and 0.036. Fewer than 20 people leave too little to
#: take the sampling noise out with: with 10 the lower end lies at 0.030, with 5 at 0.043.
PEOPLE_PER_DRAW = 20
#: A forecast of as many takes 1.3 GB (measured); its random error, 0.2 % of the chance, is far below what is unknown.
MOST_PATIENTS = 40_000
#: Standard normals kept for the deviations of a pharmacokinetic model, more than any published model varies.
_PK_NORMALS = 12
#: Candidates sorted per population draw when its values are spread evenly.
_PER_RANGE = 16
_HOUSE_UNIT = {"time": "h", "rate constant": "1/h", "concentration": "ng/mL", "fraction": "fraction"}
#: From the middle of a normal distribution to an end of its 95 % interval, in standard deviations.
_Z95 = 1.959963984540054


@dataclass(frozen=True)
class VirtualPatients:
    """People who could be this patient, drawn from the prior; arrays of length n_patients.

    Parameters
    ----------
    draw : which population draw a person belongs to, 0 .. n_draws - 1
    pk_normals : (n_patients, 12) standard normals for the deviations of the pharmacokinetic model
    k_rec : 1/h, return of sensitisation
    k_des : 1/h, its reversal at full effect
    c50 : ng/mL of S-ketamine equivalent, half the fastest reversal
    hill : Hill exponent of the reversal
    depends : whether this person's pain depends on sensitisation (r of the model, 0 or 1)
    acute_c50 : ng/mL of S-ketamine equivalent, half the acute effect
    ke0 : 1/h, equilibration of the effect site; one value, the population's
    r_potency : potency of R-ketamine relative to S-ketamine
    placebo_size : share of pain taken away by placebo at first; 0 in those who do not respond to it
    k_placebo : 1/h, loss of the placebo effect
    r_clearance_rank, exposure_rank : 0 to 1, the same within a draw: where between the sources the clearance of
        R-ketamine and a published change of exposure lie
    """

    draw: NDArray[np.int64]
    pk_normals: Floats
    k_rec: Floats
    k_des: Floats
    c50: Floats
    hill: Floats
    depends: NDArray[np.bool_]
    acute_c50: Floats
    ke0: float
    r_potency: Floats
    placebo_size: Floats
    k_placebo: Floats
    r_clearance_rank: Floats
    exposure_rank: Floats

    @property
    def n_draws(self) -> int:
        """Number of population draws."""
        return int(self.draw[-1]) + 1

    def of(self, rows: NDArray[np.bool_]) -> VirtualPatients:
        """Some of them; they keep their draw."""
        arrays = {each.name: getattr(self, each.name) for each in fields(self)}
        return VirtualPatients(**{name: value[rows] if np.ndim(value) else value for name, value in arrays.items()})


def potency(form: str, r_potency: Floats) -> Floats:
    """S-ketamine equivalent of one mg of a form: 1 for S, the relative potency for R, their mean for both."""
    if form == "esketamine":
        return np.ones_like(r_potency)
    if form == "arketamine":
        return r_potency
    if form == "racemic":
        return (1.0 + r_potency) / 2.0
    raise InputError(f"The potency of {form!r} is not known; forms are racemic, esketamine and arketamine.")


def _population_values(belief: Belief, rng: np.random.Generator, n: int) -> Floats:
    """Population values of one parameter, (n,), in its own unit."""
    value, low, high, se = (np.nan if x is None else x for x in (belief.value, belief.low, belief.high, belief.se))
    if belief.form == "lognormal":
        # Median and both ends are published and are not quite symmetric: each side has its own spread.
        normal = rng.standard_normal(n)
        spread = np.where(normal < 0.0, math.log(value / low), math.log(high / value)) / _Z95
        return np.asarray(value * np.exp(spread * normal))
    if belief.form == "beta":
        # Method of moments: mean m and variance se² give the two shapes of the beta distribution.
        size = value * (1 - value) / se**2 - 1
        return np.asarray(rng.beta(value * size, (1 - value) * size, n))
    if belief.form == "normal":
        return _normal_within_0_to_1(value, se, rng, n)
    if belief.form == "uniform":
        return np.asarray(low + (high - low) * rng.random(n))
    return np.full(n, value)


def _evenly_spread(belief: Belief, rng: np.random.Generator, n: int) -> Floats:
    """Population values, (n,): one at random from each of n equally likely ranges, in random order.

    Each is distributed as :func:`_population_values` has it, but together they cover the distribution as a Latin
    hypercube does [1]_, so that an answer depends less on the seed: the chance of relief at 4 weeks after a 100-h
    course scatters by 0.008 instead of 0.013 over 60 seeds.

    References
    ----------
    .. [1] McKay MD, Beckman RJ, Conover WJ. Technometrics 1979;21:239-245.
    """
    ranges = np.sort(_population_values(belief, rng, n * _PER_RANGE)).reshape(n, _PER_RANGE)
    return np.asarray(rng.permutation(ranges[np.arange(n), rng.integers(_PER_RANGE, size=n)]))


def _normal_within_0_to_1(mean: float, sd: float, rng: np.random.Generator, n: int) -> Floats:
    """A truncated normal, (n,): what falls outside 0 to 1 is drawn again, so nothing piles up at the ends."""
    values = mean + sd * rng.standard_normal(n)
    while (outside := (values < 0.0) | (values > 1.0)).any():
        values[outside] = mean + sd * rng.standard_normal(int(outside.sum()))
    return values


def _to_house_unit(belief: Belief) -> float:
    return convert(1.0, belief.unit, _HOUSE_UNIT[dimension(belief.unit)])


def _stream(seed: int, name: str) -> np.random.Generator:
    """A stream of its own for everything that is drawn: a change of one belief leaves all others as they were."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def _is_whole(given: object) -> bool:
    return isinstance(given, (int, np.integer)) and not isinstance(given, bool)


def draw_patients(
    prior: ReliefPrior, *, n_patients: int, seed: int, in_studied_condition: bool, no_benefit: bool
) -> VirtualPatients:
    """Draw virtual patients.

    Parameters
    ----------
    prior : beliefs about the relief model
    n_patients : rounded up to whole population draws of 20 people
    seed : the same seed gives the same people
    in_studied_condition : the condition is the one the prior was estimated in
    no_benefit : trials in this condition and route find no benefit, at moderate or high certainty: nobody's
        pain depends on sensitisation

    Raises
    ------
    InputError
        The number of patients or the seed cannot be used.
    """
    if not _is_whole(n_patients) or not 1 <= n_patients <= MOST_PATIENTS:
        raise InputError(f"{n_patients!r} virtual patients were asked for; ask for 1 to {MOST_PATIENTS:,}.")
    if not _is_whole(seed) or seed < 0:
        raise InputError(f"The seed is {seed!r}; it must be a whole number, 0 or greater.")
    n_draws = -(-n_patients // PEOPLE_PER_DRAW)
    n = n_draws * PEOPLE_PER_DRAW
    draw = np.repeat(np.arange(n_draws), PEOPLE_PER_DRAW)

    individual: dict[str, Floats] = {}
    for name, belief in sorted(prior.parameters.items()):
        rng = _stream(seed, name)
        population = _to_house_unit(belief) * _evenly_spread(belief, rng, n_draws)
        people = rng.standard_normal(n)
        spread = belief.between_subject.sd_log if belief.between_subject else 0.0
        individual[name] = population[draw] * np.exp(spread * people)
    by_drug, by_placebo = _stream(seed, "responds to drug").random(n), _stream(seed, "responds to placebo").random(n)

    on_placebo = individual["effect_on_placebo"]
    # An effect with drug is the drug's or placebo's: P = 1 - (1 - p_drug)(1 - p_placebo), solved for p_drug.
    share = np.clip(1.0 - (1.0 - individual["effect_with_drug"]) / (1.0 - on_placebo), 0.0, 1.0)
    if not in_studied_condition:
        share = share * individual["share_outside_studied_condition"]
    if no_benefit:
        share = np.zeros(n)
    size = _population_values(prior.parameters["placebo_size"], _stream(seed, "size of placebo effect"), n)
    acute_half_life = prior.parameters["acute_half_life"]
    ln2 = math.log(2.0)
    return VirtualPatients(
        draw=draw,
        pk_normals=_stream(seed, "pharmacokinetics").standard_normal((n, _PK_NORMALS)),
        k_rec=ln2 / individual["return_half_life"],
        k_des=individual["reversal_rate"],
        c50=individual["reversal_c50"],
        hill=individual["reversal_hill"],
        depends=by_drug < share,
        acute_c50=individual["acute_c50"],
        ke0=ln2 / (_to_house_unit(acute_half_life) * (acute_half_life.value or math.nan)),
        r_potency=individual["r_relative_potency"],
        placebo_size=np.where(by_placebo < on_placebo, size, 0.0),
        k_placebo=ln2 / individual["placebo_half_life"],
        r_clearance_rank=_stream(seed, "clearance of R-ketamine").random(n_draws)[draw],
        exposure_rank=_stream(seed, "change of exposure").random(n_draws)[draw],
    )
