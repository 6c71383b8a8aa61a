"""The model card: what a clinic has to know before it uses a forecast; prose beside counts of the evidence."""

from __future__ import annotations

from typing import Annotated

from reprieve.answers.field import Answer, field
from reprieve.answers.study_list import Design
from reprieve.evidence.records.condition import ConditionId


class Section(Answer, frozen=True, kw_only=True):
    """A section of the card."""

    title: Annotated[str, field("Its title.")]
    level: Annotated[int, field("2; 3 where it belongs to the section before it.")]
    text: Annotated[str, field("Markdown; links are relative to the folder docs/explanation.")]


class EvidenceCounts(Answer, frozen=True, kw_only=True):
    """What was taken in and what was kept out."""

    fitted: Annotated[int, field("Studies that the relief model is fitted to.")]
    evidence: Annotated[int, field("Studies that are evidence.")]
    withheld: Annotated[int, field("Studies whose results are kept for the exam of the forecast.")]
    duplicates: Annotated[int, field("Studies whose patients are those of another.")]
    background: Annotated[int, field("Studies that printed nothing usable.")]
    reviews: Annotated[int, field("Reviews, whose pooled numbers are never fitted to.")]


class BiasCounts(Answer, frozen=True, kw_only=True):
    """Studies by risk of bias."""

    low: Annotated[int, field("Low.")]
    some: Annotated[int, field("Some.")]
    high: Annotated[int, field("High.")]


class FitCounts(Answer, frozen=True, kw_only=True):
    """What the relief model is fitted to."""

    studies: Annotated[int, field("Studies.")]
    people: Annotated[int, field("People in them, as printed.")]
    median_people: Annotated[int, field("Half of the studies have so many or fewer.")]
    ketamine_arms: Annotated[int, field("Arms given ketamine.")]
    placebo_arms: Annotated[int, field("Arms given placebo or active placebo.")]
    numbers: Annotated[int, field("Printed numbers.")]
    shares: Annotated[int, field("Of them shares of responders.")]
    means: Annotated[int, field("Of them means of pain.")]
    p_values: Annotated[int, field("Of them p values.")]
    shares_in_words: Annotated[int, field("Shares whose response is said in words, not in per cent of relief.")]
    seen: Annotated[int, field("Numbers seen in a source.")]
    recalled: Annotated[int, field("Numbers that were not.")]
    risk_of_bias: Annotated[BiasCounts, field("Studies by risk of bias.")]
    flagged_studies: Annotated[int, field("Studies with an integrity signal.")]


class DesignCounts(Answer, frozen=True, kw_only=True):
    """The fit by design."""

    design: Annotated[Design, field("Kind of design.")]
    studies: Annotated[int, field("Studies.")]
    people: Annotated[int, field("People in them.")]
    numbers: Annotated[int, field("Printed numbers.")]
    seen: Annotated[int, field("Of them seen in a source.")]
    recalled: Annotated[int, field("Of them not.")]


class ConditionCounts(Answer, frozen=True, kw_only=True):
    """The fit by pain condition."""

    condition: Annotated[ConditionId, field("Id of the condition.")]
    studies: Annotated[int, field("Studies.")]
    controlled: Annotated[int, field("Of them with control.")]
    people: Annotated[int, field("People in them.")]
    numbers: Annotated[int, field("Printed numbers.")]
    latest_day: Annotated[float | None, field("Last day after the course of which there is a number.")]


class TimeCounts(Answer, frozen=True, kw_only=True):
    """The fit from a day after the last dose on."""

    from_day: Annotated[float, field("Days after the last dose.")]
    words: Annotated[str, field("The same in words.")]
    ketamine: Annotated[int, field("Shares and means on ketamine.")]
    controlled: Annotated[int, field("Of them of controlled studies.")]
    placebo: Annotated[int, field("Shares and means of placebo arms.")]
    p_values: Annotated[int, field("p values.")]
    p_against_placebo: Annotated[int, field("Of them against placebo.")]


class NotFittedCounts(Answer, frozen=True, kw_only=True):
    """Usable numbers that are not in the fit."""

    numbers: Annotated[int, field("How many.")]
    reason: Annotated[str, field("Why.")]


class StudiedRange(Answer, frozen=True, kw_only=True):
    """A studied range."""

    low: Annotated[float, field("Lower end.")]
    high: Annotated[float, field("Upper end.")]


class ExposurePeople(Answer, frozen=True, kw_only=True):
    """Whose blood a population model of exposure comes from."""

    model: Annotated[str, field("Id of the population model.")]
    who: Annotated[str, field("Who was studied.")]
    n: Annotated[int | None, field("People.")]
    women: Annotated[int | None, field("Of them women.")]
    age_years: Annotated[StudiedRange | None, field("Age, years.")]
    weight_kg: Annotated[StudiedRange | None, field("Weight, kg.")]


class ModelCardAnswer(Answer, frozen=True, kw_only=True):
    """What a clinic has to know before it uses a forecast."""

    version: Annotated[str, field("Version of Reprieve.")]
    evidence_fingerprint: Annotated[str, field("Changes with any record.")]
    fitted_fingerprint: Annotated[str, field("That of the evidence the relief model was fitted to.")]
    is_current: Annotated[bool, field("Whether that evidence is unchanged; if not, a new fit is due.")]
    introduction: Annotated[str, field("What the card is.")]
    sections: Annotated[tuple[Section, ...], field("The card.")]
    evidence: Annotated[EvidenceCounts, field("What was taken in and kept out.")]
    fit: Annotated[FitCounts, field("What the relief model is fitted to.")]
    designs: Annotated[tuple[DesignCounts, ...], field("The same by design.")]
    conditions: Annotated[tuple[ConditionCounts, ...], field("The same by condition, most studies first.")]
    times: Annotated[tuple[TimeCounts, ...], field("The same by time after the last dose.")]
    left_out: Annotated[tuple[NotFittedCounts, ...], field("Usable numbers that are not in the fit.")]
    exposure: Annotated[tuple[ExposurePeople, ...], field("Population models that forecasts use.")]
