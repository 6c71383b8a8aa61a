"""The forecast: how long relief will last, with everything it rests on."""

from __future__ import annotations

import importlib
import warnings
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, overload

from reprieve.chart.patient import Patient, is_number
from reprieve.errors import InputError
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.calibration import CalibrationPriors
from reprieve.evidence.records.condition import Certainty
from reprieve.evidence.records.posterior import Calibration
from reprieve.evidence.records.protocol import Protocol
from reprieve.evidence.regimens import regimen_of
from reprieve.exposure.choice import Chosen, choose_for, named_model
from reprieve.exposure.inputs import ExposureInputs, exposure_inputs
from reprieve.pictures import Picture, Pictures
from reprieve.regimen import Regimen
from reprieve.relief.cautions import cautions
from reprieve.relief.extrapolation import extrapolations
from reprieve.relief.felt_exposure import felt_curve
from reprieve.relief.nearest_studies import Nearness, nearest_studies
from reprieve.relief.population_course import PopulationCourse
from reprieve.relief.populations import draw_populations
from reprieve.relief.posterior import posterior
from reprieve.relief.studied import studied
from reprieve.relief.sustained import Sustained, sustained_relief
from reprieve.relief.trajectory import Trajectory, follow
from reprieve.relief.uncertainty import Uncertainty
from reprieve.relief.verdict import Verdict, judge
from reprieve.relief.virtual_patients import VirtualPatients, draw_patients

PictureName = Literal["concentration", "pain", "duration"]


def _above(module: str) -> Any:
    """What speaks of a forecast stands above its numbers, and is loaded when it is asked to."""
    return importlib.import_module(module)


@dataclass(frozen=True)
class Forecast:
    """How long relief will last for one patient on one regimen; see :func:`forecast`."""

    patient: Patient
    regimen: Regimen
    seed: int
    evidence: Evidence
    exposure: ExposureInputs
    calibration: Calibration
    certainty: Certainty | None
    extrapolation: tuple[str, ...]
    warnings: tuple[str, ...]
    nearest: tuple[Nearness, ...]
    course: PopulationCourse
    people: VirtualPatients
    trajectory: Trajectory
    threshold: float

    def __repr__(self) -> str:
        return f"<Forecast for {self.patient!r} on {self.regimen!r}, seed {self.seed}>"

    def _repr_html_(self) -> str:
        return str(_above("reprieve.report.notebook").forecast_block(self.answer, self.plot()))

    @property
    def members(self) -> tuple[Chosen, ...]:
        """The published models of exposure that answer."""
        return self.exposure.members

    @property
    def chosen(self) -> Chosen | None:
        """The leading model of exposure; None where nothing reaches the blood."""
        return self.members[0] if self.members else None

    @cached_property
    def sustained(self) -> Sustained:
        """Sustained relief after the last dose."""
        return sustained_relief(self.course, self.trajectory, self.people, self.threshold)

    @cached_property
    def uncertainty(self) -> Uncertainty:
        """Where the uncertainty comes from."""
        return Uncertainty(self.course)

    @cached_property
    def verdict(self) -> Verdict:
        """The answer in one sentence."""
        return judge(self.sustained.added, self.uncertainty.differences, self.certainty, "a point of pain or more")

    def check_current(self, patient: Patient, regimen: Regimen | Protocol | str) -> None:
        """Refuse to be used for a patient or regimen that changed since.

        Raises
        ------
        InputError
            Naming what changed; make a new forecast.
        """
        now, patient = regimen_of(regimen), _resolved(patient, self.evidence)
        changed = [name for name, value in vars(patient).items() if value != vars(self.patient)[name]]
        changed += ["regimen"] if now != self.regimen else []
        if changed:
            raise InputError(
                f"This forecast is stale: {', '.join(changed)} changed since it was made. Make a new forecast."
            )

    @cached_property
    def answer(self) -> Any:
        """The answer, a :class:`reprieve.answers.forecast.ForecastAnswer`."""
        return _above("reprieve.answers.forecast_filling").forecast_answer(self)

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain data, the same as ``forecast --json``."""
        found: dict[str, Any] = self.answer.to_dict()
        return found

    def to_json(self) -> str:
        """The answer as JSON; the same seed, version and evidence give the same bytes."""
        return str(self.answer.to_json())

    @overload
    def plot(self) -> Pictures: ...

    @overload
    def plot(self, name: PictureName) -> Picture: ...

    def plot(self, name: PictureName | None = None) -> Pictures | Picture:
        """Concentration, pain and duration as pictures with a text alternative and their data.

        Parameters
        ----------
        name : concentration, pain or duration, for that one; all of them when not given

        Raises
        ------
        UnknownName
            There is no picture of this name.
        OutsideEvidence
            The concentration is asked for and nothing is known to reach the blood.
        """
        drawing = _above("reprieve.report.forecast_pictures")
        found: Pictures | Picture = (
            drawing.forecast_pictures(self) if name is None else drawing.forecast_picture(self, name)
        )
        return found

    def report(self, path: str | Path) -> Path:
        """Write a self-contained HTML report (no network needed) and return where it is."""
        found: Path = _above("reprieve.report.forecast_page").write_report(self.answer, self.plot(), Path(path))
        return found


def forecast(
    patient: Patient,
    regimen: Regimen | Protocol | str,
    *,
    seed: int = 1,
    virtual_patients: int = 2000,
    threshold: float = 0.3,
    model: str | None = None,
    evidence: Evidence | None = None,
    n_patients: int | None = None,
) -> Forecast:
    """Forecast how long relief will last.

    Parameters
    ----------
    patient : condition, weight and pain are needed
    regimen : a regimen, its text, or a named protocol
    seed : of the virtual patients; the same seed gives the same answer
    virtual_patients : how many are drawn, rounded up to whole groups of 10; chances on a day need none of them
    threshold : θ, share of pain that must be gone to count as relief, 0.1 to 0.9
    model : id of a population model of exposure; chosen by form and route when not given
    evidence : what is published; what comes with Reprieve when not given. The relief model must be fitted to it
    n_patients : the former name of ``virtual_patients``, for one release

    Returns
    -------
    Forecast

    Raises
    ------
    MissingDatum
        Condition, weight or pain is not given.
    InputError
        A value or the regimen cannot be used; the sentence says why.
    OutsideEvidence
        Nothing published lets this form, route or age be answered.
    """
    if n_patients is not None:
        warnings.warn("n_patients is called virtual_patients now.", FutureWarning, stacklevel=2)
        virtual_patients = n_patients
    if not is_number(threshold) or not 0.1 <= threshold <= 0.9:
        raise InputError(
            f"The threshold is {threshold!r}; it must be from 0.1 to 0.9 (0.3 is a response, 0.5 a large one)."
        )
    protocol = regimen if isinstance(regimen, Protocol) else None
    regimen = regimen_of(regimen)
    known = evidence or Evidence.packaged()
    patient.need("condition", "relief differs between conditions")
    patient = _resolved(patient, known)
    condition = known.condition(str(patient.condition))
    baseline = float(patient.need("pain", "relief is counted from it"))
    if baseline < 1.0:
        raise InputError(
            f"Pain is {patient.pain:g}; under 1 there is no relief to forecast. Give the usual pain before treatment."
        )

    members = (named_model(known, model, regimen),) if model else choose_for(known, regimen, patient.age)
    # Where nothing is known of interactions the answer lists them as missing; a note by each model would repeat it.
    stated = replace(patient, interactions=patient.interactions or ())
    inputs = exposure_inputs(known, regimen, stated, members)
    draws, span = posterior(known), studied(known)
    certainty = condition.certainty_for(regimen.route, several_days=regimen.is_over_days)
    populations = draw_populations(draws, condition.id, widen=span.is_outside(condition.id, regimen, patient.weight_kg))
    people = draw_patients(
        populations, known.record(CalibrationPriors, "mechanism"), virtual_patients=virtual_patients, seed=seed
    )
    felt = felt_curve(inputs)
    trajectory = follow(inputs, people, felt=felt)
    return Forecast(
        patient=patient,
        regimen=regimen,
        seed=seed,
        evidence=known,
        exposure=inputs,
        calibration=draws.calibration,
        certainty=certainty,
        extrapolation=extrapolations(patient, regimen, span, [one.model for one in members]),
        warnings=(
            *dict.fromkeys(said for change in inputs.changes for said in change.said),
            *cautions(regimen, protocol, patient, certainty, trajectory.note),
        ),
        nearest=nearest_studies(known.studies, condition.id, regimen),
        course=PopulationCourse(populations, felt, threshold, baseline),
        people=people,
        trajectory=trajectory,
        threshold=threshold,
    )


def _resolved(patient: Patient, evidence: Evidence) -> Patient:
    """The patient with the id of its condition, whatever name or code it was given by."""
    return (
        patient if patient.condition is None else replace(patient, condition=evidence.condition(patient.condition).id)
    )
