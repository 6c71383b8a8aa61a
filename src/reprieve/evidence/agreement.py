"""What a record must agree with in other records."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Protocol as Shape

from reprieve.evidence.records.disagreement import Disagreement
from reprieve.evidence.records.duration_table import DurationTable
from reprieve.evidence.records.integrity import Integrity
from reprieve.evidence.records.pharmacodynamics import Pharmacodynamics
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.evidence.records.question import MODEL, Question
from reprieve.evidence.records.record import Record
from reprieve.evidence.records.safety_relation import SafetyRelation
from reprieve.regimen import Regimen


class Others(Shape):
    """What there is to agree with."""

    @property
    def study_ids(self) -> Collection[str]:
        """The ids of all studies."""

    @property
    def claim_ids(self) -> Collection[str]:
        """The ids of all claims."""

    @property
    def reference_keys(self) -> Collection[str]:
        """The keys of the bibliography."""

    def ids(self, kind: type[Record], /) -> Collection[str]:
        """The ids of all records of a kind."""

    def infusion_text(self, protocol_id: str, /) -> str:
        """The regimen of a protocol."""


def faults_beside(record: Record, others: Others) -> Iterator[str]:
    """What a record names that is not there, or contradicts, one sentence each without its full stop."""
    match record:
        case Integrity():
            for name in sorted(set(record.studies) - set(others.study_ids)):
                yield f"it names the study {name!r}, which is not there; name one that is"
        case Pharmacodynamics():
            if record.exposure_model not in {None, *others.ids(PopulationModel)}:
                yield (
                    f"its exposure model {record.exposure_model!r} is not one of the population models; name one, or "
                    f"write null"
                )
        case SafetyRelation():
            for name in sorted(set(record.pharmacodynamics) - set(others.ids(Pharmacodynamics))):
                yield f"it names the pharmacodynamic record {name!r}, which is not there"
        case Disagreement():
            for name in sorted(set(record.claims) - set(others.claim_ids)):
                yield f"it names the claim {name!r}, which is not there"
        case DurationTable():
            yield from _other_hours(record, others)
        case Question():
            yield from _sources_nowhere(record, others)


def _other_hours(table: DurationTable, others: Others) -> Iterator[str]:
    for row in table.rows:
        if row.protocol is not None:
            hours = Regimen.parse(others.infusion_text(row.protocol)).infusion_hours
            if abs(hours - row.hours) > 0.01 * hours:
                yield f"the row {row.id!r} has {row.hours:g} h, its protocol {hours:g}"


def _sources_nowhere(question: Question, others: Others) -> Iterator[str]:
    known = {MODEL, *others.claim_ids, *others.reference_keys}
    for number, sentence in enumerate(question.sentences):
        for source in sentence.sources:
            if source not in known:
                yield (
                    f"sentences[{number}].sources: {source!r} is neither a key of the bibliography, the id of a claim, "
                    f"nor {MODEL}; correct it"
                )
