"""Virtual patients: population draws (what we do not know) times people (how they differ)."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass, fields, replace
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprieve.errors import InputError
from reprieve.exposure.model import ExposureDraws
from reprieve.relief.posterior import Posterior

Floats = NDArray[np.float64]

#: People per population draw. Fewer than 20 leave too little to take the sampling noise out with; more leave too few
#: population draws to cover what is not known.
PEOPLE_PER_DRAW = 20
#: A forecast of as many takes 1.3 GB (measured); its random error, 0.2 % of the chance, is far below what is unknown.
MOST_PATIENTS = 40_000
#: Standard normals kept for the deviations of a pharmacokinetic model, more than any published model varies.
_PK_NORMALS = 12
#: Outside what was studied, clinics are taken to differ twice as much as the studies did: the fit saw only how studied
#: settings differ, nothing measures by how much others differ more, and twice makes the interval plainly wider.
WIDENING = 2.0


@dataclass(frozen=True)
class Populations:
    """What holds for everybody of a population draw; arrays (n_draws,).

    Parameters
    ----------
    chance : that a person responds to the drug at all
    chance_logit_mean, chance_logit_sd : of the log odds of ``chance`` between studies of this draw
    context_mean : mean share of pain gone without the drug, at its largest
    context_mean_typical, context_study_sd : of ``context_mean`` between studies of this draw
    context_spread : SD of it between people
    context_lasting : share of it that is not lost
    context_half_life_d : d, with which the rest is lost after the last dose
    reporting_precision : patients; how closely reported shares follow the model's
    mean_scatter : SD of reported means, as a share of baseline, beyond sampling
    """

    chance: Floats
    chance_logit_mean: Floats
    chance_logit_sd: Floats
    context_mean: Floats
    context_mean_typical: Floats
    context_study_sd: Floats
    context_spread: Floats
    context_lasting: Floats
    context_half_life_d: Floats
    reporting_precision: Floats
    mean_scatter: Floats

    def context_left(self, days: Floats) -> Floats:
        """(n_draws, n_days) share of the context effect that is left; all of it up to the end of the last dose."""
        lost = 2.0 ** (-np.maximum(days, 0.0) / self.context_half_life_d[:, None])
        lasting = self.context_lasting[:, None]
        return np.asarray(lasting + (1.0 - lasting) * lost)


@dataclass(frozen=True)
class VirtualPatients:
    """People who could be this patient, drawn from the posterior; arrays (n_patients,).

    Parameters
    ----------
    draw : which population draw a person belongs to, 0 .. n_draws - 1
    populations : what holds for everybody of a draw, arrays (n_draws,)
    pk_normals : (n_patients, 12) standard normals for the deviations of the pharmacokinetic model
    k_rec : 1/h, return of sensitisation
    k_des : 1/h, its reversal at full effect
    c50 : ng/mL of S-ketamine equivalent, half the fastest reversal
    plateau_exponent, plateau_half : shape of relief over the reversed fraction
    depth : share of pain that full reversal takes away
    responds : whether the drug does anything to this person's pain
    acute_c50 : ng/mL of S-ketamine equivalent, half the acute effect
    acute_most : largest share of pain that the acute effect takes away
    ke0 : 1/h, equilibration of the effect site; one value, the population's
    r_potency : potency of R-ketamine relative to S-ketamine
    context_normal : standard normal; where a person lies among others in what pain does without the drug
    r_clearance_rank, exposure_rank : 0 to 1, the same within a draw: where between the sources the clearance of
        R-ketamine and a published change of exposure lie
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
    responds: NDArray[np.bool_]
    acute_c50: Floats
    acute_most: Floats
    ke0: float
    r_potency: Floats
    context_normal: Floats
    r_clearance_rank: Floats
    exposure_rank: Floats

    def __repr__(self) -> str:
        return f"<VirtualPatients: {self.draw.size} of {self.populations.chance.size} draws>"

    @property
    def exposure(self) -> ExposureDraws:
        """How they differ in exposure."""
        return ExposureDraws(self.pk_normals, self.r_clearance_rank, self.exposure_rank)

    @property
    def n_draws(self) -> int:
        """Number of population draws."""
        return int(self.draw[-1]) + 1

    @property
    def context_size(self) -> Floats:
        """(n_patients,) share of pain gone without the drug, at its largest; below 0 where pain rises."""
        whole = self.populations
        return np.asarray(whole.context_mean[self.draw] + whole.context_spread[self.draw] * self.context_normal)

    def of(self, rows: NDArray[np.bool_]) -> VirtualPatients:
        """Some of them; they keep their draw."""
        arrays = {each.name: getattr(self, each.name) for each in fields(self)}
        chosen: dict[str, Any] = {name: value[rows] for name, value in arrays.items() if isinstance(value, np.ndarray)}
        return replace(self, **chosen)


def _evenly_normal(rng: np.random.Generator, n: int) -> Floats:
    """Standard normals, (n,), one from each of n equally likely ranges, in random order [1]_.

    References
    ----------
    .. [1] McKay MD, Beckman RJ, Conover WJ. Technometrics 1979;21:239-245.
    """
    inverse = NormalDist().inv_cdf
    shares = (np.arange(n) + rng.uniform(1e-9, 1.0 - 1e-9, n)) / n
    return np.asarray(rng.permutation([inverse(share) for share in shares]))


def _rows(posterior: Posterior, rng: np.random.Generator, n: int) -> NDArray[np.int64]:
    """Rows of the posterior, (n,): spread over the file, in random order."""
    spread = (np.arange(n) + rng.random(n)) * posterior.n_draws / n
    return np.asarray(rng.permutation(spread.astype(np.int64)))


def logistic(log_odds: Floats) -> Floats:
    """The chance with these log odds."""
    return np.asarray(1.0 / (1.0 + np.exp(-log_odds)))


def _stream(seed: int, name: str) -> np.random.Generator:
    """A stream of its own for everything that is drawn: a change of one leaves all others as they were."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def _is_whole(given: object) -> bool:
    return isinstance(given, (int, np.integer)) and not isinstance(given, bool)


def draw_patients(
    posterior: Posterior,
    *,
    virtual_patients: int,
    seed: int,
    condition: str,
    no_benefit: bool = False,
    nothing_lasts: bool = False,
    cohort: bool = False,
    widen: bool = False,
) -> VirtualPatients:
    """Draw virtual patients.

    Parameters
    ----------
    posterior : the calibrated relief model
    virtual_patients : rounded up to whole population draws of 20 people
    seed : the same seed gives the same people
    condition : id; conditions differ in how many people respond
    no_benefit : trials in this condition and route find no benefit, at moderate or high certainty: nobody
        responds, while drug is on board or later
    nothing_lasts : trials of single sessions find nothing after the drug has gone: people respond, reversed
        sensitisation relieves nobody
    cohort : people of a study without control: selected, with more relief that is not the drug's, and with slower
        return
    widen : the question lies outside what was studied: how many respond is less certain

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

    rows = _rows(posterior, _stream(seed, "posterior"), n_draws)
    value = {name: values[rows] for name, values in posterior.values.items()}
    effect = posterior.effect_of(condition)[rows]
    populations = _populations(value, effect, seed, no_benefit=no_benefit, cohort=cohort, widen=widen)

    def varied(name: str, spread: Floats) -> Floats:
        """One value per person, lognormal around that of the draw."""
        return np.asarray(value[name][draw] * np.exp(spread * _stream(seed, name).standard_normal(n)))

    about = posterior.calibration
    slower = np.exp(value["cohort_persistence"][draw]) if cohort else 1.0
    ke0 = math.log(2.0) / about.constant("acute_half_life", "h")
    same = np.full(n, about.constant("reversal_spread", "fraction"))
    return VirtualPatients(
        draw=draw,
        populations=populations,
        pk_normals=_stream(seed, "pharmacokinetics").standard_normal((n, _PK_NORMALS)),
        k_rec=math.log(2.0) / 24.0 / (slower * varied("return_half_life", value["return_spread"][draw])),
        k_des=varied("reversal_rate", same) / 24.0,
        c50=value["reversal_c50"][draw],
        plateau_exponent=value["plateau_exponent"][draw],
        plateau_half=value["plateau_half"][draw],
        depth=np.zeros(n) if nothing_lasts else value["depth"][draw],
        responds=_stream(seed, "responds to drug").random(n) < populations.chance[draw],
        acute_c50=varied("acute_c50", value["acute_spread"][draw]),
        acute_most=value["acute_most"][draw],
        ke0=ke0,
        r_potency=value["r_potency"][draw],
        context_normal=_stream(seed, "context").standard_normal(n),
        r_clearance_rank=_stream(seed, "clearance of R-ketamine").random(n_draws)[draw],
        exposure_rank=_stream(seed, "change of exposure").random(n_draws)[draw],
    )


def _populations(
    value: dict[str, Floats], effect: Floats, seed: int, *, no_benefit: bool, cohort: bool, widen: bool
) -> Populations:
    """Populations of the drawn rows, each in a clinic of its own."""
    n = effect.size
    logit = value["responder_logit"] + value["responder_condition_sd"] * effect
    context = value["context_mean"]
    if cohort:
        logit = logit + value["cohort_selection"]
        context = context + value["context_cohort"]
    logit_sd = value["responder_study_sd"] * (WIDENING if widen else 1.0)
    chance = logistic(logit + logit_sd * _evenly_normal(_stream(seed, "clinic: responders"), n))
    if no_benefit:
        logit, chance = np.full(n, -np.inf), np.zeros(n)
    return Populations(
        chance=chance,
        chance_logit_mean=logit,
        chance_logit_sd=logit_sd,
        context_mean=context + value["context_study_sd"] * _evenly_normal(_stream(seed, "clinic: context"), n),
        context_mean_typical=context,
        context_study_sd=value["context_study_sd"],
        context_spread=value["context_spread"],
        context_lasting=value["context_lasting"],
        context_half_life_d=value["context_half_life"],
        reporting_precision=value["reporting_precision"],
        mean_scatter=value["mean_scatter"],
    )
