"""The answer of a forecast: how long relief will last, with everything it rests on."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from reprieve.answers.field import Answer, field
from reprieve.answers.relief import Acute, PainOnDay, SustainedAnswer, UncertaintyAnswer
from reprieve.words import HorizonId

Status = Literal["seen", "recalled", "derived", "assumed"]


class GivenPatient(Answer, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of the patient; what was not given is left out."""

    age: Annotated[float | None, field("Years.")] = None
    weight: Annotated[float | None, field("Body weight, kg.")] = None
    sex: Annotated[Literal["female", "male"] | None, field("Sex.")] = None
    condition: Annotated[str | None, field("Id of the pain condition.")] = None
    pain: Annotated[float | None, field("Usual pain before treatment, NRS 0 to 10.")] = None
    interactions: Annotated[
        tuple[str, ...] | None, field("What may change exposure, by name; empty where there is nothing.")
    ] = None


class RegimenPart(Answer, frozen=True, kw_only=True):
    """What one form by one route adds to the course."""

    form: Annotated[str, field("racemic, esketamine or arketamine.")]
    route: Annotated[str, field("Route.")]
    start_h: Annotated[float, field("Hours after the start of the course.")]
    end_h: Annotated[float, field("Hours after the start of the course at which its last dose ends.")]
    sessions: Annotated[int, field("Sessions.")]
    infusion_hours: Annotated[float, field("Hours of infusion.")]
    total_mg: Annotated[float, field("mg of base.")]


class GivenRegimen(Answer, frozen=True, kw_only=True):
    """The regimen and its size for this patient."""

    text: Annotated[str, field("In the regimen grammar.")]
    total_mg: Annotated[float, field("mg of base over the course.")]
    infusion_hours: Annotated[float, field("Hours of infusion over the course.")]
    sessions: Annotated[int, field("Sessions of the course.")]
    last_dose_end_h: Annotated[float, field("Hours after the start when the last dose ends; relief counts from it.")]
    parts: Annotated[tuple[RegimenPart, ...], field("Form by form and route by route.")]


class Judgement(Answer, frozen=True, kw_only=True):
    """How sure the evidence is."""

    level: Annotated[Literal["very low", "low", "moderate", "high"], field("GRADE word.")]
    by: Annotated[str, field("Who judged.")]
    statement: Annotated[str, field("What was judged.")]
    sources: Annotated[tuple[str, ...], field("Cited as author and year.")]


class Source(Answer, frozen=True, kw_only=True):
    """A publication: one the numbers were computed from, or a study near the question."""

    study: Annotated[str, field("Cited as author and year.")]
    id: Annotated[str | msgspec.UnsetType, field("Id of the study; of a nearest study.")] = msgspec.UNSET
    role: Annotated[Literal["computed from", "nearest study"], field("What it does in this answer.")]
    weight: Annotated[float | msgspec.UnsetType, field("How alike, as a share of the nearest studies.")] = msgspec.UNSET
    text: Annotated[str | None, field("What was taken from it, or what it found.")]
    design: Annotated[str | msgspec.UnsetType, field("Design class of a nearest study.")] = msgspec.UNSET
    n: Annotated[int | msgspec.UnsetType | None, field("People in it, of a nearest study.")] = msgspec.UNSET
    status: Annotated[str, field("How its reference was seen.")]
    doi: Annotated[str | None, field("DOI.")]
    link: Annotated[str | None, field("Link.")]
    why: Annotated[str | msgspec.UnsetType, field("Why it is near.")] = msgspec.UNSET

    @property
    def label(self) -> str:
        """Author and year; the id of a study whose authors were not shown where it was read."""
        nameless = self.study.startswith("authors not")
        return self.id if nameless and self.id is not msgspec.UNSET else self.study


class Inputs(Answer, frozen=True, kw_only=True):
    """What the answer used, and what it could not."""

    used: Annotated[tuple[str, ...], field("Data that changed the answer.")]
    given_not_used: Annotated[tuple[str, ...], field("Data that were given and change nothing in this model.")]
    missing: Annotated[tuple[str, ...], field("Data that were not given.")]


class LeadingModel(Answer, frozen=True, kw_only=True):
    """The leading model of exposure, and why it leads; nulls where nothing reaches the blood."""

    id: Annotated[str | None, field("Id of the population model.")]
    sampling: Annotated[str | None, field("Where its blood was drawn.")]
    evidence_level: Annotated[str | None, field("How its numbers were seen.")]
    reason: Annotated[str, field("Why it leads.")]
    note: Annotated[str, field("What the exposure approximates; empty where nothing.")]


class ModelAlone(Answer, frozen=True, kw_only=True):
    """What one model of the ensemble would have answered alone, with the same people."""

    id: Annotated[str, field("Id of the population model.")]
    sampling: Annotated[str, field("Where its blood was drawn.")]
    reason: Annotated[str, field("Why it is in the ensemble.")]
    enantiomers: Annotated[Literal["followed apart", "together"], field("How a racemate is followed.")]
    share: Annotated[float, field("Its share of the virtual patients.")]
    peak_ng_ml: Annotated[float, field("Median of the highest concentrations of the drug given.")]
    chances: Annotated[dict[HorizonId, float], field("Chance of relief at each horizon.")]


class Ratio(Answer, frozen=True, kw_only=True):
    """A published ratio of areas under the concentration."""

    value: Annotated[float | None, field("The ratio.")]
    low: Annotated[float | None, field("Lower end of its interval.")]
    high: Annotated[float | None, field("Upper end of its interval.")]


class InteractionAnswer(Answer, frozen=True, kw_only=True):
    """What is published of something that was named, by one route."""

    name: Annotated[str, field("What was named.")]
    route: Annotated[str, field("Route.")]
    group: Annotated[str | None, field("Genotype or degree.")]
    finding: Annotated[str, field("Whether a ratio is known.")]
    auc_ratio: Annotated[Ratio | None, field("Ratio of areas with it to without.")]
    used: Annotated[bool, field("Whether the ratio entered the answer.")]
    verified: Annotated[bool, field("Whether it was seen in its source.")]
    text: Annotated[str, field("In a sentence.")]
    source: Annotated[str | None, field("Cited as author and year.")]


class ModelNames(Answer, frozen=True, kw_only=True):
    """The models behind an answer."""

    relief: Annotated[str, field("Structure of the relief model and fingerprint of its draws.")]
    exposure: Annotated[tuple[str, ...], field("Ids of the models of exposure.")]


class Provenance(Answer, frozen=True, kw_only=True):
    """What makes an answer again."""

    model: Annotated[ModelNames, field("The models.")]
    evidence_fingerprint: Annotated[str, field("Changes with any record.")]
    inputs_fingerprint: Annotated[str, field("Changes with any datum of the patient or the regimen.")]
    version: Annotated[str, field("Version of Reprieve.")]
    seed: Annotated[int, field("Seed of the draws.")]
    virtual_patients: Annotated[int, field("How many were drawn.")]


class ForecastAnswer(Answer, frozen=True, kw_only=True):
    """How long relief will last for one patient on one regimen."""

    patient: Annotated[GivenPatient, field("What was given of the patient.")]
    regimen: Annotated[GivenRegimen, field("What is given to the patient.")]
    verdict: Annotated[str, field("The answer in one sentence.")]
    verdict_code: Annotated[Literal["lasting", "no_detectable_effect"], field("The same for programs.")]
    calibration: Annotated[str, field("On what the relief model was calibrated.")]
    acute: Annotated[Acute, field("Relief while drug is on board.")]
    sustained: Annotated[SustainedAnswer, field("Relief after the last dose.")]
    pain: Annotated[tuple[PainOnDay, ...], field("Pain day by day to twelve weeks.")]
    uncertainty: Annotated[UncertaintyAnswer, field("Where the uncertainty comes from.")]
    certainty: Annotated[Judgement, field("How sure the evidence is.")]
    extrapolation: Annotated[tuple[str, ...], field("In what the question differs from what was studied.")]
    evidence: Annotated[tuple[Source, ...], field("What was computed from, then the nearest studies.")]
    warnings: Annotated[tuple[str, ...], field("What to know before reading the numbers.")]
    inputs: Annotated[Inputs, field("Data used, not used and missing.")]
    model: Annotated[LeadingModel, field("The leading model of exposure.")]
    exposure_models: Annotated[tuple[ModelAlone, ...], field("Each model of exposure alone.")]
    interactions: Annotated[tuple[InteractionAnswer, ...], field("What may change exposure.")]
    assumptions: Annotated[tuple[str, ...], field("What the relief model takes without a source.")]
    method: Annotated[str, field("How the answer is computed.")]
    limits: Annotated[tuple[str, ...], field("What it does not know.")]
    provenance: Annotated[Provenance, field("What makes it again.")]

    def __repr__(self) -> str:
        return f"<ForecastAnswer: {self.verdict}>"

    @property
    def computed_from(self) -> tuple[Source, ...]:
        """The publications the numbers were computed from."""
        return tuple(one for one in self.evidence if one.role == "computed from")

    @property
    def nearest(self) -> tuple[Source, ...]:
        """The studies nearest to the question, nearest first."""
        return tuple(one for one in self.evidence if one.role == "nearest study")
