"""Simulate a population: subjects drawn from a published model, on one regimen, in chunks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from reprieve.errors import InputError
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.evidence.records.protocol import Protocol
from reprieve.evidence.records.variability import BetweenOccasion
from reprieve.evidence.regimens import regimen_of
from reprieve.exposure.build import BuiltModel, between_subject, build, individual_doses
from reprieve.exposure.built_system import system_of
from reprieve.exposure.choice import Chosen, choose_models, named_model
from reprieve.exposure.inputs import absorbed
from reprieve.exposure.model import deviations, with_routes
from reprieve.exposure.population.occasions import Occasion, follow
from reprieve.exposure.population.residual import measured, refuse_without_residual_error
from reprieve.exposure.population.streams import BLOCK, normals
from reprieve.exposure.population.subjects import SubjectCovariates, Values, Weight, describe_subjects
from reprieve.exposure.times import read_times
from reprieve.pkpd.dose import SAME_TIME
from reprieve.pkpd.individual_dose import IndividualDose
from reprieve.regimen import Regimen
from reprieve.version import __version__

Floats = NDArray[np.float64]

MOST_SUBJECTS = 100_000_000
#: Numbers one chunk may hold at a time (64 MiB), in whole blocks of subjects.
_CHUNK_NUMBERS = 8 * 2**20
_MOST_BLOCKS = 16
#: Two weights, kg, that a dose per kg is computed at; every other lies on the line through them.
_LINE_KG = (64.0, 128.0)


@dataclass(frozen=True, eq=False)
class Chunk:
    """Some of the subjects.

    Parameters
    ----------
    first : number of the first one, from 0
    covariates : covariate to (n_subjects,), those that differ between subjects
    values : (n_subjects, n_times, n_analytes) ng/mL
    """

    first: int
    covariates: Mapping[str, Values]
    values: Floats

    def __repr__(self) -> str:
        return f"<Chunk of subjects {self.first} to {self.first + len(self.values) - 1}>"


@dataclass(frozen=True, eq=False)
class Population:
    """A population that is simulated when it is looked at, and the same every time.

    Parameters
    ----------
    evidence : what is published
    chosen : the published model and why it answers
    regimen : what is given
    times_h : (n_times,) h after the start of the first dose
    subjects : how many
    seed : of everything that is drawn
    described : their covariates
    occasions : whether parameters vary between sessions, too
    residual : whether values are as measured
    asked : analytes to simulate; None for all that can be computed
    """

    evidence: Evidence
    chosen: Chosen
    regimen: Regimen
    times_h: Floats
    subjects: int
    seed: int
    described: SubjectCovariates
    occasions: bool
    residual: bool
    asked: tuple[str, ...] | None

    def __repr__(self) -> str:
        return (
            f"<Population of {self.subjects} subjects at {len(self.times_h)} times, {self.chosen.model.id}, "
            f"seed {self.seed}>"
        )

    @cached_property
    def _typical(self) -> BuiltModel:
        return self._built(0, min(self.subjects, BLOCK), {})

    @property
    def analytes(self) -> tuple[str, ...]:
        """(n_analytes,) names, in the order of the values."""
        return self._typical.analytes

    @property
    def note(self) -> str:
        """What is approximate, left out or outside the people studied; empty when nothing is."""
        return self._typical.note

    def chunks(self) -> Iterator[Chunk]:
        """All subjects, some at a time; how many they are changes nothing but memory."""
        n = len(self._typical.graph.names)
        per_subject = len(self.times_h) * (len(self.analytes) + n) + 8 * n * n
        size = BLOCK * max(1, min(_MOST_BLOCKS, _CHUNK_NUMBERS // (per_subject * BLOCK)))
        for first in range(0, self.subjects, size):
            yield self._simulated(first, min(size, self.subjects - first))

    def values(self) -> Floats:
        """Everything at once: (n_subjects, n_times, n_analytes) ng/mL."""
        return np.concatenate([chunk.values for chunk in self.chunks()])

    def provenance(self) -> dict[str, object]:
        """What is needed to simulate it again."""
        return {
            "model": self.chosen.model.id,
            "reason": self.chosen.reason,
            "regimen": str(self.regimen),
            "subjects": self.subjects,
            "times_h": [float(time) for time in self.times_h],
            "seed": self.seed,
            "between_occasions": self._has_occasions,
            "residual_error": self.residual,
            "evidence_fingerprint": self.evidence.fingerprint,
            "version": __version__,
            "note": self.note,
        }

    @property
    def _has_occasions(self) -> bool:
        return self.occasions and self.chosen.model.between_occasion is not None

    def _with_occasion(self, own: Mapping[str, Floats], number: int, first: int, n: int) -> dict[str, Floats]:
        """Deviations of people plus those of one of their occasions."""
        if not self._has_occasions:
            return {}
        drawn = occasion_deviations(self.chosen.model, seed=self.seed, number=number, first=first, n=n)
        return {name: own.get(name, 0.0) + deviation for name, deviation in drawn.items()}

    def _built(self, first: int, n: int, deviated: Mapping[str, Floats]) -> BuiltModel:
        known = self.described.of(first, n)
        weight = known.pop("weight", None)
        built = build(
            self.chosen.model,
            weight_kg=weight,
            covariates={name: values for name, values in known.items() if name in self.chosen.model.covariates},
            deviations=deviated,
            analytes=self.asked,
        )
        return with_routes(built, absorbed(self.evidence, self.regimen, [self.chosen.model]))

    def _simulated(self, first: int, n: int) -> Chunk:
        names = between_subject(self.chosen.variability_from)[0]
        own = deviations(self.chosen, normals(self.seed, "between subjects", first, n, len(names)))
        starts = self.regimen.starts_h if self._has_occasions else (0.0,)
        weights = self.described.of(first, n).get("weight")
        amounts = list(_dose_amounts(self.regimen, weights))
        # A dose belongs to the last session that has begun; sessions of one course need not have as many doses each.
        session_of = np.searchsorted(starts, [given.start_h + SAME_TIME for given in amounts]) - 1

        def occasion(number: int) -> Occasion:
            built = self._built(first, n, own | self._with_occasion(own, number, first, n))
            given = (entry for entry, session in zip(amounts, session_of, strict=True) if session == number)
            doses = tuple(dose for entry in given for dose in _entering(built, entry))
            return Occasion(starts[number], system_of(built, n_subjects=n), doses)

        found = np.maximum(follow(starts, occasion, self.times_h), 0.0)
        if self.residual:
            found = measured(self.chosen.model, self.analytes, found, seed=self.seed, first=first)
        differing = {name: self.described.of(first, n)[name] for name in self.described.differing}
        return Chunk(first, differing, found)


def occasion_deviations(model: PopulationModel, *, seed: int, number: int, first: int, n: int) -> dict[str, Floats]:
    """Deviations of one occasion of the subjects from number ``first`` on: parameter to (n,), on its own scale."""
    varies = (model.between_occasion or BetweenOccasion()).variances()
    drawn = normals(seed, f"occasion {number}", first, n, len(varies))
    return {name: np.sqrt(variance) * drawn[:, i] for i, (name, variance) in enumerate(varies.items())}


@dataclass(frozen=True, eq=False)
class _Given:
    """One dose of the regimen, mg to each of the subjects."""

    route: str
    mg: float | Floats
    start_h: float
    duration_h: float


def _dose_amounts(regimen: Regimen, weights: Values | None) -> Iterator[_Given]:
    """The doses of a regimen. Doses per kg and fixed ones make an amount that is linear in weight."""
    if weights is None or np.ptp(np.asarray(weights, dtype=float)) == 0 or not regimen.needs_weight:
        for event in regimen.events(None if weights is None else float(weights[0])):
            yield _Given(event.route, event.amount_mg, event.time_h, event.duration_h)
        return
    kilograms = np.asarray(weights, dtype=float)
    low, high = _LINE_KG
    for lighter, heavier in zip(regimen.events(low), regimen.events(high), strict=True):
        mg = lighter.amount_mg + (heavier.amount_mg - lighter.amount_mg) * ((kilograms - low) / (high - low))
        yield _Given(lighter.route, mg, lighter.time_h, lighter.duration_h)


def _entering(built: BuiltModel, dose: _Given) -> tuple[IndividualDose, ...]:
    return individual_doses(built, route=dose.route, mg=dose.mg, start_h=dose.start_h, duration_h=dose.duration_h)


def simulate_population(
    regimen: Regimen | Protocol | str,
    *,
    times: Sequence[float],
    subjects: int,
    model: str | None = None,
    weight: Weight | None = None,
    covariates: Mapping[str, object] | None = None,
    seed: int = 1,
    occasions: bool = True,
    residual: bool = False,
    analytes: Sequence[str] | None = None,
    evidence: Evidence | None = None,
) -> Population:
    """Simulate subjects who differ as a published model says, on one regimen.

    Parameters
    ----------
    regimen : a regimen, its text, or a named protocol
    times : (n_times,) h after the start of the first dose, rising
    subjects : how many
    model : id of a population model; by form and route when not given
    weight : kg of everybody, or a range (low, high) over which they are spread evenly
    covariates : other covariates (or weight), one value each or a list whose rows are taken in turn
    seed : the same seed gives the same subjects, whatever their number
    occasions : let parameters vary from session to session where the model says how
    residual : add the model's residual error, as a measurement would have it
    analytes : only these, which is faster; all that can be computed when not given
    evidence : what is published; what comes with Reprieve when not given

    Returns
    -------
    Population
        nothing is simulated until its ``values``, ``chunks`` or a file are asked for

    Raises
    ------
    InputError
        A number that cannot be used; a model for another form.
    OutsideEvidence
        Nothing published lets it be computed, or the model has no residual error.
    """
    if isinstance(subjects, bool) or not isinstance(subjects, int) or not 1 <= subjects <= MOST_SUBJECTS:
        raise InputError(f"{subjects!r} subjects were asked for; ask for a whole number from 1 to {MOST_SUBJECTS:,}.")
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise InputError(f"The seed is {seed!r}; it must be a whole number, 0 or greater.")
    regimen = regimen_of(regimen)
    asked = read_times(times)
    if np.any(np.diff(asked) <= 0):
        raise InputError("The times do not rise; put them in order, each once.")
    known = evidence or Evidence.packaged()
    chosen = named_model(known, model, regimen) if model else choose_models(known, regimen.form, regimen.route)[0]
    if chosen.apart:
        raise InputError(
            f"{chosen.model.id} was made for esketamine; a population is simulated in the form a model was made for. "
            f"Write the regimen in esketamine, or choose a model of the racemate."
        )
    found = Population(
        evidence=known,
        chosen=chosen,
        regimen=regimen,
        times_h=asked,
        subjects=subjects,
        seed=seed,
        described=describe_subjects(seed, weight, covariates),
        occasions=occasions,
        residual=residual,
        asked=None if analytes is None else tuple(analytes),
    )
    if residual:
        refuse_without_residual_error(chosen.model, found.analytes)
    return found
