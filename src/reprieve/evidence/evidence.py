"""What is published: a folder of records, each checked when it is first read.

A folder per kind of record, a file per record, named after its id; a study is a folder of its own. This is the only
code that opens the evidence files. What Reprieve brings along is :meth:`Evidence.packaged`; an earlier or another
folder is :meth:`Evidence.at`, so that an answer can be made again on the evidence it was made on.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, Self, TypeVar

import msgspec

from reprieve import strict_yaml
from reprieve.errors import EvidenceError, FileError, OutsideEvidence, UnknownName
from reprieve.evidence import study_folder
from reprieve.evidence.agreement import faults_beside
from reprieve.evidence.kinds import KINDS, cited_by
from reprieve.evidence.records.article import Article
from reprieve.evidence.records.claim import Claim
from reprieve.evidence.records.column import Column
from reprieve.evidence.records.condition import Condition
from reprieve.evidence.records.duration_table import DurationTable
from reprieve.evidence.records.integrity import Integrity
from reprieve.evidence.records.posterior import Calibration
from reprieve.evidence.records.protocol import Protocol
from reprieve.evidence.records.question import Question
from reprieve.evidence.records.record import Record
from reprieve.evidence.records.reference import Reference
from reprieve.evidence.records.route import Route
from reprieve.evidence.records.study import Study

_BIBLIOGRAPHY = "bibliography.yaml"
#: What the relief model is fitted to or with: a change elsewhere in the evidence needs no new fit.
_FITTED_WITH = ("studies", "calibration", "population_models", "routes", "model_choices", "clearance_ratios")
_R = TypeVar("_R", bound=Record)


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


class Evidence:
    """A folder of evidence; records are read when asked for and kept.

    Parameters
    ----------
    folder : with a folder for each kind of record and ``bibliography.yaml``
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._kept: dict[tuple[type[Record], str], Any] = {}
        self._studies: dict[str, Study] = {}

    def __repr__(self) -> str:
        return f"Evidence({self.fingerprint})"

    @classmethod
    @cache
    def packaged(cls) -> Self:
        """The evidence that comes with this version of Reprieve."""
        return cls(Path(str(files("reprieve.evidence"))))

    @classmethod
    def at(cls, folder: Path | str) -> Self:
        """The evidence in a folder, such as the one an earlier answer was made on.

        Raises
        ------
        FileError
            The folder holds no evidence.
        """
        where = Path(folder)
        if not (where / _BIBLIOGRAPHY).is_file():
            raise FileError(
                f"{where} is no folder of evidence: it has no {_BIBLIOGRAPHY}. Name the folder that holds it, with "
                f"the studies and the other records beside it."
            )
        return cls(where.resolve())

    def ids(self, kind: type[Record]) -> tuple[str, ...]:
        """The ids of all records of a kind, sorted."""
        return tuple(sorted(path.stem for path in (self.folder / KINDS[kind].folder).glob("*.yaml")))

    def record(self, kind: type[_R], record_id: str) -> _R:
        """A record by its id, checked, with what it cites and names.

        Raises
        ------
        UnknownName
            No record of this kind has this id; the nearest ones are named.
        EvidenceError
            It contradicts itself or another record.
        """
        key = (kind, record_id)
        if key not in self._kept:
            known = self.ids(kind)
            if record_id not in known:
                raise UnknownName(KINDS[kind].called, record_id, known)
            found = read_record(kind, self.folder / KINDS[kind].folder / f"{record_id}.yaml")
            self.check_citations(found, cited_by(found))
            self.check_beside(found)
            self._kept[key] = found
        kept: _R = self._kept[key]
        return kept

    def records(self, kind: type[_R]) -> tuple[_R, ...]:
        """All records of a kind, by id."""
        return tuple(self.record(kind, record_id) for record_id in self.ids(kind))

    def check_beside(self, record: Record) -> None:
        """Refuse a record that names what is not there, or contradicts what it names."""
        for sentence in faults_beside(record, self):
            record.fail(sentence)

    def infusion_text(self, protocol_id: str) -> str:
        """The regimen of a protocol, in the regimen grammar."""
        return self.record(Protocol, protocol_id).regimen

    @cached_property
    def _conditions_by_name(self) -> dict[str, str]:
        """Every spoken name and code of every condition, folded, to its id; a name has one meaning."""
        meanings: dict[str, str] = {}
        for condition_id in self.ids(Condition):
            record = self.record(Condition, condition_id)
            for name in (condition_id, record.name, *record.synonyms, *(code.code for code in record.codes)):
                folded = _folded(name)
                if meanings.setdefault(folded, condition_id) != condition_id:
                    raise EvidenceError(f"{name!r} means both {meanings[folded]} and {condition_id}; keep one.")
        return meanings

    def condition(self, name: str) -> Condition:
        """A condition by its id, a synonym, or a SNOMED CT or ICD-10 code.

        An ICD-10 code finer than a recorded one means the same condition: ``G90.521`` is ``G90.5``, CRPS.

        Raises
        ------
        UnknownName
            No condition goes by this name; the nearest ids are named.
        """
        if name in self.ids(Condition):
            return self.record(Condition, name)
        meanings, folded = self._conditions_by_name, _folded(name)
        coarser = [folded]
        if re.fullmatch(r"[a-z]\d[0-9a-z](\.[0-9a-z]+)?", folded):
            coarser += [folded[:end].rstrip(".") for end in range(len(folded) - 1, 2, -1)]
        for spelling in coarser:
            if spelling in meanings:
                return self.record(Condition, meanings[spelling])
        raise UnknownName("condition", name, self.ids(Condition))

    @cached_property
    def study_ids(self) -> tuple[str, ...]:
        """The ids of all studies, also of those that are no evidence: duplicates, background and withheld ones."""
        return study_folder.study_ids(self.folder / "studies")

    def study_path(self, study_id: str) -> Path:
        """The folder of a study."""
        return self.folder / "studies" / study_id

    @cached_property
    def outcome_columns(self) -> tuple[Column, ...]:
        """What each column of an outcome table holds, in order."""
        return study_folder.read_columns(self.folder / "studies" / "columns.yaml")

    def read_study(self, folder: Path) -> Study:
        """Read and check one study from its folder, with its citation and the integrity records that name it.

        Raises
        ------
        EvidenceError
            Its files are no study, or contradict themselves; the sentence names file, line and field.
        """
        flags = [record.id for record in self.records(Integrity) if folder.name in record.studies]
        found = study_folder.read_folder(folder, self.outcome_columns, flags)
        self.check_citations(found, (found.reference,))
        if found.duplicate_of is not None and found.duplicate_of not in self.study_ids:
            raise EvidenceError(
                f"{found.id}: it is a duplicate of {found.duplicate_of!r}, which is no study; name one."
            )
        return found

    def study(self, study_id: str) -> Study:
        """A study by its id; look at its ``role`` before you count it as evidence.

        Raises
        ------
        UnknownName
            No study has this id; the nearest ones are named.
        """
        if study_id not in self._studies:
            if study_id not in self.study_ids:
                raise UnknownName("study", study_id, self.study_ids, listed=False)
            self._studies[study_id] = self.read_study(self.study_path(study_id))
        return self._studies[study_id]

    @cached_property
    def studies(self) -> tuple[Study, ...]:
        """The studies that are evidence, by id: those a forecast can be set beside.

        Duplicates, withheld studies and those that printed nothing to set a forecast beside are in :func:`all_studies`.
        """
        evidence = (i for i in self.study_ids if study_folder.role_of(self.study_path(i)) == "evidence")
        return tuple(self.study(study_id) for study_id in evidence)

    @cached_property
    def all_studies(self) -> tuple[Study, ...]:
        """All studies, by id, whatever their role."""
        return tuple(self.study(study_id) for study_id in self.study_ids)

    @cached_property
    def references(self) -> dict[str, Reference]:
        """The whole bibliography, by key."""
        path = self.folder / _BIBLIOGRAPHY
        try:
            found = msgspec.convert(strict_yaml.load(path), dict[str, Reference], strict=True)
        except (FileError, msgspec.ValidationError) as error:
            raise EvidenceError(f"{path.name}: {error}") from None
        for key, entry in found.items():
            entry.check(key)
        return found

    @cached_property
    def reference_keys(self) -> frozenset[str]:
        """The keys of the bibliography without reading its entries, which takes fifty times as long."""
        text = (self.folder / _BIBLIOGRAPHY).read_text(encoding="utf-8")
        return frozenset(re.findall(r"^([A-Za-z0-9]+):", text, re.MULTILINE))

    def check_citations(self, record: Record | Claim, keys: Iterable[str]) -> None:
        """Refuse a record that cites what the bibliography does not have.

        Raises
        ------
        EvidenceError
            With the record and the first such key.
        """
        for key in keys:
            if key not in self.reference_keys:
                raise EvidenceError(f"{record.id}: it cites {key!r}, which is not in the bibliography; add it there.")

    def reference(self, key: str) -> Reference:
        """What to cite for a key.

        Raises
        ------
        UnknownName
            The bibliography has no such key; the nearest ones are named.
        """
        if key not in self.references:
            raise UnknownName("reference", key, self.references)
        return self.references[key]

    @cached_property
    def _contents(self) -> tuple[tuple[str, bytes], ...]:
        """Name and bytes of every YAML and CSV file of the evidence, in the order of their names."""
        paths = [path for suffix in ("*.yaml", "*.csv") for path in self.folder.rglob(suffix)]
        return tuple(sorted((path.relative_to(self.folder).as_posix(), path.read_bytes()) for path in paths))

    @cached_property
    def fingerprint(self) -> str:
        """Twelve hex digits that change whenever any evidence file does.

        SHA-256 over the name and the bytes of every YAML and CSV file of the evidence, in the order of their
        names: two forecasts with the same fingerprint rest on the same numbers.
        """
        return _digest(self._contents)

    @cached_property
    def fitted_fingerprint(self) -> str:
        """Twelve hex digits that change whenever anything does that the relief model was fitted to or with.

        The calibration holds the value it was made at; a difference means that a new fit is due.
        """
        return _digest((name, content) for name, content in self._contents if name.split("/")[0] in _FITTED_WITH)

    def route(self, name: str, form: str = "racemic") -> Route:
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
        records = self.records(Route)
        about = [record for record in records if record.route == name]
        if not about:
            raise UnknownName("route", name, [record.route for record in records])
        for record in about:
            if form in record.forms:
                return record
        forms = ", ".join(known for record in about for known in record.forms)
        raise OutsideEvidence(
            f"Nothing published says how {form} given by the route {name} is absorbed; it is known for {forms}. "
            f"Choose one of these or give it iv."
        )

    @cached_property
    def articles(self) -> tuple[Article, ...]:
        """The public articles with their claims, in the order of the claims' ids."""
        found = sorted(self.records(Article), key=lambda article: article.claims[0].id)
        by_id = {claim.id: claim for article in found for claim in article.claims}
        for article in found:
            for claim in article.claims:
                self.check_citations(claim, claim.sources)
                same = by_id.get(claim.repeats or claim.id)
                if same is None or same.verdict != claim.verdict:
                    raise EvidenceError(
                        f"{claim.id}: it repeats {claim.repeats!r}, which is no claim with its verdict."
                    )
        return tuple(found)

    @cached_property
    def claims(self) -> dict[str, Claim]:
        """What the public is told, by id."""
        return {claim.id: claim for article in self.articles for claim in article.claims}

    @property
    def claim_ids(self) -> tuple[str, ...]:
        """The ids of all claims."""
        return tuple(self.claims)

    @cached_property
    def question_ids(self) -> tuple[str, ...]:
        """The ids of the questions that are answered for patients, in the order people ask them."""
        return tuple(one.id for one in sorted(self.records(Question), key=lambda one: (one.place, one.id)))

    @property
    def duration_table(self) -> DurationTable:
        """The infusions of the duration table; those that name a protocol have its hours."""
        return self.record(DurationTable, "infusion_hours")

    @cached_property
    def calibration(self) -> Calibration:
        """How the relief model was calibrated."""
        found = read_record(Calibration, self.posterior_folder / "posterior.yaml")
        self.check_citations(found, (constant.source for constant in found.constants.values() if constant.source))
        return found

    @property
    def posterior_folder(self) -> Path:
        """Where the draws that forecasts read are kept."""
        return self.folder / "posterior"


def _folded(name: str) -> str:
    return " ".join(name.lower().replace("_", " ").replace("-", " ").split())


def _digest(contents: Iterable[tuple[str, bytes]]) -> str:
    digest = hashlib.sha256()
    for name, content in contents:
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:12]
