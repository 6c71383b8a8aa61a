"""The kinds of records that are one file each: where they lie, what they are called, and what they must agree with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reprieve.evidence.records.article import Article
from reprieve.evidence.records.calibration import CalibrationPriors
from reprieve.evidence.records.clearance_ratio import ClearanceRatio
from reprieve.evidence.records.condition import Condition
from reprieve.evidence.records.disagreement import Disagreement
from reprieve.evidence.records.duration_table import DurationTable
from reprieve.evidence.records.integrity import Integrity
from reprieve.evidence.records.interaction import Interaction
from reprieve.evidence.records.model_choice import ModelChoice
from reprieve.evidence.records.pharmacodynamics import Pharmacodynamics
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.evidence.records.protocol import Protocol
from reprieve.evidence.records.question import Question
from reprieve.evidence.records.record import Record
from reprieve.evidence.records.review import Review
from reprieve.evidence.records.route import Route
from reprieve.evidence.records.safety_relation import SafetyRelation


@dataclass(frozen=True)
class Kind:
    """A kind of record.

    Parameters
    ----------
    folder : where its files lie, one a record, named after its id
    called : what one is called in a sentence
    """

    folder: str
    called: str


KINDS: Mapping[type[Record], Kind] = {
    Question: Kind("questions", "question"),
    Article: Kind("claims", "article"),
    CalibrationPriors: Kind("calibration", "calibration priors"),
    ClearanceRatio: Kind("clearance_ratios", "clearance ratio"),
    Condition: Kind("conditions", "condition"),
    Disagreement: Kind("disagreements", "disagreement"),
    DurationTable: Kind("duration_tables", "duration table"),
    Integrity: Kind("integrity", "integrity record"),
    Interaction: Kind("interactions", "interaction"),
    ModelChoice: Kind("model_choices", "model choice"),
    Pharmacodynamics: Kind("pharmacodynamics", "pharmacodynamic record"),
    PopulationModel: Kind("population_models", "population model"),
    Protocol: Kind("protocols", "protocol"),
    Review: Kind("reviews", "review"),
    Route: Kind("routes", "route"),
    SafetyRelation: Kind("safety_relations", "safety relation"),
}


def cited_by(record: Record) -> Iterator[str]:
    """The keys of the bibliography that a record rests on."""
    match record:
        case Protocol() | Disagreement() | Pharmacodynamics():
            yield from record.sources
        case Condition():
            yield from (key for judgement in record.certainty for key in judgement.sources)
        case Review():
            yield record.reference
        case ClearanceRatio():
            yield from (row.source for row in record.measured)
        case CalibrationPriors() | Interaction() | PopulationModel() | Route() | SafetyRelation():
            yield from record.citations()
