"""The only code that opens the evidence files: one file, one checked record.

A folder per kind of record, a file per record, named after its id; a study is a folder of its own. Files are read
when asked for and kept.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

import msgspec

from reprieve import strict_yaml
from reprieve.errors import EvidenceError, FileError, OutsideEvidence, UnknownName
from reprieve.evidence import study_folder
from reprieve.evidence.records.answer import MODEL, Answer
from reprieve.evidence.records.article import Article
from reprieve.evidence.records.calibration import CalibrationPriors
from reprieve.evidence.records.claim import Claim
from reprieve.evidence.records.clearance_ratio import ClearanceRatio
from reprieve.evidence.records.column import Column
from reprieve.evidence.records.condition import Condition
from reprieve.evidence.records.disagreement import Disagreement
from reprieve.evidence.records.duration_table import DurationTable
from reprieve.evidence.records.integrity import Integrity
from reprieve.evidence.records.interaction import Interaction
from reprieve.evidence.records.model_choice import ModelChoice
from reprieve.evidence.records.pharmacodynamics import Pharmacodynamics
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.evidence.records.posterior import Calibration
from reprieve.evidence.records.protocol import Protocol
from reprieve.evidence.records.record import Record
from reprieve.evidence.records.reference import Reference
from reprieve.evidence.records.review import Review
from reprieve.evidence.records.route import Route
from reprieve.evidence.records.safety_relation import SafetyRelation
from reprieve.evidence.records.study import Study
from reprieve.regimen import Regimen

_ROOT = Path(str(files("reprieve.evidence")))
_POSTERIOR = _ROOT / "posterior"
#: What the relief model is fitted to or with: a change elsewhere in the evidence needs no new fit.
_FITTED_WITH = ("studies", "calibration", "population_models", "routes", "model_choices", "clearance_ratios")
_R = TypeVar("_R", bound=Record)


def record_ids(folder: str) -> tuple[str, ...]:
    """The ids of all records in one folder of the evidence, sorted."""
    return tuple(sorted(path.stem for path in (_ROOT / folder).glob("*.yaml")))


def read_record(kind: type[_R], path: Path) -> _R:
    """Read and check one record from a file.

    Raises
    ------
    EvidenceError
        The file is not a record of this kind, or contradicts itself; the sentence names the field.
    """
    try:
        record = msgspec.convert(strict_yaml.load(path), kind, strict=True)
    except (FileError, msgspec.ValidationError) as error:
        raise EvidenceError(f"{path.name}: {error}") from None
    if record.id != path.stem:
        raise EvidenceError(f"{path.name}: its id is {record.id!r}; file name and id must agree.")
    record.check()
    return record


@cache
def _packaged(kind: type[_R], folder: str, record_id: str, what: str) -> _R:
    if record_id not in record_ids(folder):
        raise UnknownName(what, record_id, record_ids(folder))
    return read_record(kind, _ROOT / folder / f"{record_id}.yaml")


def protocol_ids() -> tuple[str, ...]:
    """The ids of all named regimens."""
    return record_ids("protocols")


def protocol(protocol_id: str) -> Protocol:
    """A named regimen by its id.

    Raises
    ------
    UnknownName
        No protocol has this id; the nearest ones are named.
    """
    found: Protocol = _packaged(Protocol, "protocols", protocol_id, "protocol")
    check_citations(found, found.sources)
    return found


def condition_ids() -> tuple[str, ...]:
    """The ids of all conditions."""
    return record_ids("conditions")


def _condition(condition_id: str) -> Condition:
    found: Condition = _packaged(Condition, "conditions", condition_id, "condition")
    check_citations(found, (key for judgement in found.certainty for key in judgement.sources))
    return found


@cache
def _conditions_by_name() -> dict[str, str]:
    """Every spoken name and code of every condition, folded, to its id; a name has one meaning."""
    meanings: dict[str, str] = {}
    for condition_id in condition_ids():
        record = _condition(condition_id)
        for name in (condition_id, record.name, *record.synonyms, *(code.code for code in record.codes)):
            folded = _folded(name)
            if meanings.setdefault(folded, condition_id) != condition_id:
                raise EvidenceError(f"{name!r} means both {meanings[folded]} and {condition_id}; keep one.")
    return meanings


def _folded(name: str) -> str:
    return " ".join(name.lower().replace("_", " ").replace("-", " ").split())


def condition(name: str) -> Condition:
    """A condition by its id, a synonym, or a SNOMED CT or ICD-10 code.

    An ICD-10 code finer than a recorded one means the same condition: ``G90.521`` is ``G90.5``, CRPS.

    Raises
    ------
    UnknownName
        No condition goes by this name; the nearest ids are named.
    """
    if name in condition_ids():
        return _condition(name)
    meanings, folded = _conditions_by_name(), _folded(name)
    coarser = [folded]
    if re.fullmatch(r"[a-z]\d[0-9a-z](\.[0-9a-z]+)?", folded):
        coarser += [folded[:end].rstrip(".") for end in range(len(folded) - 1, 2, -1)]
    for spelling in coarser:
        if spelling in meanings:
            return _condition(meanings[spelling])
    raise UnknownName("condition", name, condition_ids())


@cache
def study_ids() -> tuple[str, ...]:
    """The ids of all studies, also of those that are no evidence: duplicates, background and withheld ones."""
    return study_folder.study_ids(_ROOT / "studies")


def study_path(study_id: str) -> Path:
    """The folder of a study."""
    return _ROOT / "studies" / study_id


@cache
def outcome_columns() -> tuple[Column, ...]:
    """What each column of an outcome table holds, in order."""
    return study_folder.read_columns(_ROOT / "studies" / "columns.yaml")


def read_study(folder: Path) -> Study:
    """Read and check one study from its folder, with its citation and the integrity records that name it.

    Raises
    ------
    EvidenceError
        Its files are no study, or contradict themselves; the sentence names file, line and field.
    """
    flags = [record.id for record in integrity() if folder.name in record.studies]
    found = study_folder.read_folder(folder, outcome_columns(), flags)
    check_citations(found, (found.reference,))
    if found.duplicate_of is not None and found.duplicate_of not in study_ids():
        raise EvidenceError(f"{found.id}: it is a duplicate of {found.duplicate_of!r}, which is no study; name one.")
    return found


@cache
def study(study_id: str) -> Study:
    """A study by its id; look at its ``role`` before you count it as evidence.

    Raises
    ------
    UnknownName
        No study has this id; the nearest ones are named.
    """
    if study_id not in study_ids():
        raise UnknownName("study", study_id, study_ids(), listed_by="reprieve evidence list --role all")
    return read_study(study_path(study_id))


@cache
def studies() -> tuple[Study, ...]:
    """The studies that are evidence, by id: those a forecast can be set beside.

    Duplicates, withheld studies and those that printed nothing to set a forecast beside are in :func:`all_studies`.
    """
    evidence = (i for i in study_ids() if study_folder.role_of(study_path(i)) == "evidence")
    return tuple(study(study_id) for study_id in evidence)


@cache
def all_studies() -> tuple[Study, ...]:
    """All studies, by id, whatever their role."""
    return tuple(study(study_id) for study_id in study_ids())


@cache
def integrity() -> tuple[Integrity, ...]:
    """Signals that numbers of a study may not be what they seem, by id."""
    found: list[Integrity] = [_packaged(Integrity, "integrity", i, "integrity record") for i in record_ids("integrity")]
    for record in found:
        for name in record.studies:
            if name not in study_ids():
                raise EvidenceError(f"{record.id}: it names the study {name!r}, which is not there; name one that is.")
    return tuple(found)


def review(review_id: str) -> Review:
    """A review by its id. Its pooled figures are to be shown, never to be fitted to.

    Raises
    ------
    UnknownName
        No review has this id; the nearest ones are named.
    """
    found: Review = _packaged(Review, "reviews", review_id, "review")
    check_citations(found, (found.reference,))
    return found


def reviews() -> tuple[Review, ...]:
    """All reviews, by id."""
    return tuple(review(review_id) for review_id in record_ids("reviews"))


@cache
def references() -> dict[str, Reference]:
    """The whole bibliography, by key."""
    path = _ROOT / "bibliography.yaml"
    try:
        found = msgspec.convert(strict_yaml.load(path), dict[str, Reference], strict=True)
    except (FileError, msgspec.ValidationError) as error:
        raise EvidenceError(f"{path.name}: {error}") from None
    for key, entry in found.items():
        entry.check(key)
    return found


@cache
def _reference_keys() -> frozenset[str]:
    """The keys of the bibliography without reading its entries, which takes fifty times as long."""
    text = (_ROOT / "bibliography.yaml").read_text(encoding="utf-8")
    return frozenset(re.findall(r"^([A-Za-z0-9]+):", text, re.MULTILINE))


def check_citations(record: Record | Claim, keys: Iterable[str]) -> None:
    """Refuse a record that cites what the bibliography does not have.

    Raises
    ------
    EvidenceError
        With the record and the first such key.
    """
    for key in keys:
        if key not in _reference_keys():
            raise EvidenceError(f"{record.id}: it cites {key!r}, which is not in the bibliography; add it there.")


def reference(key: str) -> Reference:
    """What to cite for a key.

    Raises
    ------
    UnknownName
        The bibliography has no such key; the nearest ones are named.
    """
    if key not in references():
        raise UnknownName("reference", key, references())
    return references()[key]


@cache
def _contents() -> tuple[tuple[str, bytes], ...]:
    """Name and bytes of every YAML and CSV file of the evidence, in the order of their names."""
    paths = [path for suffix in ("*.yaml", "*.csv") for path in _ROOT.rglob(suffix)]
    return tuple(sorted((path.relative_to(_ROOT).as_posix(), path.read_bytes()) for path in paths))


@cache
def fingerprint() -> str:
    """Twelve hex digits that change whenever any evidence file does.

    SHA-256 over the name and the bytes of every YAML and CSV file of the evidence, in the order of their
    names: two forecasts with the same fingerprint rest on the same numbers.
    """
    return _digest(_contents())


@cache
def fitted_fingerprint() -> str:
    """Twelve hex digits that change whenever anything does that the relief model was fitted to or with.

    The calibration holds the value it was made at; a difference means that a new fit is due.
    """
    return _digest((name, content) for name, content in _contents() if name.split("/")[0] in _FITTED_WITH)


def _digest(contents: Iterable[tuple[str, bytes]]) -> str:
    digest = hashlib.sha256()
    for name, content in contents:
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:12]


def population_model_ids() -> tuple[str, ...]:
    """The ids of all published population models."""
    return record_ids("population_models")


def population_model(model_id: str) -> PopulationModel:
    """A published population model by its id.

    Raises
    ------
    UnknownName
        No model has this id; the nearest ones are named.
    """
    found: PopulationModel = _packaged(PopulationModel, "population_models", model_id, "population model")
    check_citations(found, found.citations())
    return found


def route_ids() -> tuple[str, ...]:
    """The ids of all route records."""
    return record_ids("routes")


def route_record(route_id: str) -> Route:
    """What is published about absorption by the id of its record.

    Raises
    ------
    UnknownName
        No record has this id; the nearest ones are named.
    """
    found: Route = _packaged(Route, "routes", route_id, "route")
    check_citations(found, found.citations())
    return found


def route(name: str, form: str = "racemic") -> Route:
    """What is published about absorption of a form by a route that is not into a vein.

    Parameters
    ----------
    name : ``im``, ``oral`` ...
    form : ``racemic``, ``esketamine`` or ``arketamine``

    Raises
    ------
    UnknownName
        No record is about this route.
    OutsideEvidence
        The route is known, but not for this form.
    """
    records: list[Route] = [_packaged(Route, "routes", route_id, "route") for route_id in route_ids()]
    about = [record for record in records if record.route == name]
    if not about:
        raise UnknownName("route", name, [record.route for record in records])
    for record in about:
        if form in record.forms:
            check_citations(record, record.citations())
            return record
    forms = ", ".join(known for record in about for known in record.forms)
    raise OutsideEvidence(
        f"Nothing published says how {form} given by the route {name} is absorbed; it is known for {forms}. "
        f"Choose one of these or give it iv."
    )


@cache
def articles() -> tuple[Article, ...]:
    """The public articles with their claims, in the order of the claims' ids."""
    found: list[Article] = [_packaged(Article, "claims", name, "article") for name in record_ids("claims")]
    found.sort(key=lambda article: article.claims[0].id)
    by_id = {claim.id: claim for article in found for claim in article.claims}
    for article in found:
        for claim in article.claims:
            check_citations(claim, claim.sources)
            same = by_id.get(claim.repeats or claim.id)
            if same is None or same.verdict != claim.verdict:
                raise EvidenceError(f"{claim.id}: it repeats {claim.repeats!r}, which is no claim with its verdict.")
    return tuple(found)


@cache
def claims() -> dict[str, Claim]:
    """What the public is told, by id."""
    return {claim.id: claim for article in articles() for claim in article.claims}


@cache
def disagreements() -> tuple[Disagreement, ...]:
    """Where public articles disagree with each other or with themselves."""
    names = record_ids("disagreements")
    found: list[Disagreement] = [_packaged(Disagreement, "disagreements", one, "disagreement") for one in names]
    for record in found:
        check_citations(record, record.sources)
        for claim_id in record.claims:
            if claim_id not in claims():
                raise EvidenceError(f"{record.id}: it names the claim {claim_id!r}, which is not there.")
    return tuple(found)


@cache
def answer_ids() -> tuple[str, ...]:
    """The ids of the questions that are answered for patients, in the order people ask them."""
    found: list[Answer] = [_packaged(Answer, "answers", one, "question") for one in record_ids("answers")]
    return tuple(one.id for one in sorted(found, key=lambda one: (one.place, one.id)))


def answer(answer_id: str) -> Answer:
    """A question of patients with its answer, by id.

    Raises
    ------
    UnknownName
        No question has this id; the nearest ones are named.
    """
    found: Answer = _packaged(Answer, "answers", answer_id, "question")
    check_sources(found)
    return found


def check_sources(record: Answer) -> None:
    """Refuse an answer with a source that leads nowhere.

    Raises
    ------
    EvidenceError
        With the file, the field and the source.
    """
    for number, sentence in enumerate(record.sentences):
        for source in sentence.sources:
            if source != MODEL and source not in claims() and source not in _reference_keys():
                raise EvidenceError(
                    f"{record.id}.yaml: sentences[{number}].sources: {source!r} is neither a key of the bibliography, "
                    f"the id of a claim, nor {MODEL}; correct it."
                )


def duration_table() -> DurationTable:
    """The infusions of the duration table; those that name a protocol have its hours."""
    found: DurationTable = _packaged(DurationTable, "duration_tables", "infusion_hours", "duration table")
    for row in found.rows:
        if row.protocol is not None:
            hours = Regimen.parse(protocol(row.protocol).regimen).infusion_hours
            if abs(hours - row.hours) > 0.01 * hours:
                raise EvidenceError(f"{found.id}: the row {row.id!r} has {row.hours:g} h, its protocol {hours:g}.")
    return found


@cache
def calibration() -> Calibration:
    """How the relief model was calibrated."""
    found = read_record(Calibration, _POSTERIOR / "posterior.yaml")
    check_citations(found, (constant.source for constant in found.constants.values() if constant.source))
    return found


def posterior_folder() -> Path:
    """Where the draws that forecasts read are kept."""
    return _POSTERIOR


@cache
def calibration_priors() -> CalibrationPriors:
    """What is believed of the relief model before the trials are looked at."""
    found: CalibrationPriors = _packaged(CalibrationPriors, "calibration", "priors", "calibration priors")
    check_citations(found, found.citations())
    return found


def model_choice(choice_id: str) -> ModelChoice:
    """The rules that choose a population model, by their id.

    Raises
    ------
    UnknownName
        There are no such rules; the nearest ones are named.
    """
    found: ModelChoice = _packaged(ModelChoice, "model_choices", choice_id, "model choice")
    return found


def clearance_ratio(ratio_id: str) -> ClearanceRatio:
    """Clearance of an enantiomer over that of the other, by its id.

    Raises
    ------
    UnknownName
        No record has this id; the nearest ones are named.
    """
    found: ClearanceRatio = _packaged(ClearanceRatio, "clearance_ratios", ratio_id, "clearance ratio")
    check_citations(found, (row.source for row in found.measured))
    return found


def pharmacodynamics_ids() -> tuple[str, ...]:
    """The ids of all published relations between concentration and effect."""
    return record_ids("pharmacodynamics")


def pharmacodynamics(record_id: str) -> Pharmacodynamics:
    """Published relations between concentration and effect by their id.

    Raises
    ------
    UnknownName
        No record has this id; the nearest ones are named.
    """
    found: Pharmacodynamics = _packaged(Pharmacodynamics, "pharmacodynamics", record_id, "pharmacodynamic record")
    check_citations(found, found.sources)
    if found.exposure_model is not None and found.exposure_model not in population_model_ids():
        raise EvidenceError(
            f"{found.id}: its exposure model {found.exposure_model!r} is not one of the population models; "
            f"name one, or write null."
        )
    return found


def safety_relation_ids() -> tuple[str, ...]:
    """The ids of all safety relations."""
    return record_ids("safety_relations")


def safety_relation(relation_id: str) -> SafetyRelation:
    """What was published about one harm and its exposure, by its id.

    Raises
    ------
    UnknownName
        No record has this id; the nearest ones are named.
    """
    found: SafetyRelation = _packaged(SafetyRelation, "safety_relations", relation_id, "safety relation")
    check_citations(found, found.citations())
    for related in found.pharmacodynamics:
        if related not in pharmacodynamics_ids():
            raise EvidenceError(f"{found.id}: it names the pharmacodynamic record {related!r}, which is not there.")
    return found


def interaction_ids() -> tuple[str, ...]:
    """The ids of everything with a published effect on exposure."""
    return record_ids("interactions")


def interaction(interaction_id: str) -> Interaction:
    """The published effects of one drug, food, genotype or organ function on exposure, by id.

    Raises
    ------
    UnknownName
        No record has this id; the nearest ones are named.
    """
    found: Interaction = _packaged(Interaction, "interactions", interaction_id, "interaction")
    check_citations(found, found.citations())
    return found
