"""What a published model predicts for the subjects of a data set, at every look of theirs."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.datasets.delimited import rows
from reprieve.datasets.nonmem import parse_nonmem
from reprieve.datasets.nonmem_record import NonmemRecord
from reprieve.errors import InputError, MissingDatum, OutsideEvidence, UnknownName
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.exposure.build import between_subject, build
from reprieve.exposure.built import BuiltModel
from reprieve.exposure.built_system import system_of
from reprieve.exposure.choice import Chosen
from reprieve.exposure.model import deviations
from reprieve.exposure.population.recorded_covariates import Recorded, covariate_columns, recorded_covariates
from reprieve.exposure.population.recorded_doses import dose_records
from reprieve.exposure.population.streams import normals
from reprieve.pkpd.event_run import simulate_events
from reprieve.pkpd.events import EventTable, Record
from reprieve.version import __version__

Floats = NDArray[np.float64]

MOST_DRAWS = 100_000


@dataclass(frozen=True)
class Numbering:
    """What the numbers in CMT mean; 0 stands for a number that is missing.

    Parameters
    ----------
    routes : number to the route of a dose
    analytes : number to the analyte of a look
    """

    routes: Mapping[int, str]
    analytes: Mapping[int, str]


@dataclass(frozen=True, eq=False)
class Predictions:
    """A row for each look, analyte and draw.

    Parameters
    ----------
    evidence : what is published
    model : the published model
    columns : ``subject``, ``draw`` (where they were drawn), ``time_h``, ``analyte``, ``observed_ng_per_mL`` (where
        something was measured) and ``predicted_ng_per_mL``, (n_rows,) each
    subjects : how many
    draws : subjects drawn like each; None for typical values
    seed : of the draws
    routes : by which doses were given
    aside : columns of the table that were not read
    notes : what is approximate or outside the people studied, and for how many subjects
    """

    evidence: Evidence
    model: PopulationModel
    columns: Mapping[str, NDArray[np.generic]]
    subjects: int
    draws: int | None
    seed: int
    routes: tuple[str, ...]
    aside: tuple[str, ...]
    notes: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<Predictions of {len(self.columns['time_h'])} rows by {self.model.id}>"

    def provenance(self) -> dict[str, object]:
        """What is needed to predict it again, beside the table."""
        return {
            "model": self.model.id,
            "forms": list(self.model.forms),
            "subjects": self.subjects,
            "routes": list(self.routes),
            "individuals": "typical values" if self.draws is None else f"{self.draws} drawn like each subject",
            "seed": None if self.draws is None else self.seed,
            "columns_not_read": list(self.aside),
            "notes": list(self.notes),
            "evidence_fingerprint": self.evidence.fingerprint,
            "version": __version__,
        }

    def units(self) -> dict[str, str]:
        """Every column with its unit; empty where it has none."""
        known = {"time_h": "h", "observed_ng_per_mL": "ng/mL", "predicted_ng_per_mL": "ng/mL"}
        return {name: known.get(name, "") for name in self.columns}


def numbering(meanings: Sequence[str], model: PopulationModel) -> Numbering:
    """Read what numbers in CMT mean from texts such as ``1=iv`` and ``2=s_ketamine``.

    Raises
    ------
    InputError
        A text is not of that form, or a number has two meanings of one kind.
    UnknownName
        A name that is neither a route nor an analyte of the model.
    """
    routes: dict[int, str] = {}
    analytes: dict[int, str] = {}
    for text in meanings:
        number, equals, name = (part.strip() for part in text.partition("="))
        if not equals or not number.isdecimal():
            raise InputError(f"The meaning of a CMT is given as {text!r}; write its number and a name, as 1=iv.")
        if name not in model.inputs and name not in model.analytes:
            raise UnknownName(f"route or analyte of {model.id}", name, [*model.inputs, *model.analytes])
        kind = routes if name in model.inputs else analytes
        if int(number) in kind:
            raise InputError(f"CMT {number} is given as {kind[int(number)]} and as {name}; give one of them.")
        kind[int(number)] = name
    return Numbering(routes, analytes)


def predict_data(
    content: str | bytes,
    model: str,
    file: str = "data",
    *,
    compartments: Sequence[str] = (),
    analytes: Sequence[str] | None = None,
    draws: int | None = None,
    seed: int = 1,
    ignored: Sequence[str] = (),
    evidence: Evidence | None = None,
) -> Predictions:
    """Predict every look of a data set in NONMEM's format by a published model.

    Parameters
    ----------
    content : the whole table: AMT in mg of base, RATE mg/h, TIME, DUR and II h, DV ng/mL, and a column for each
        covariate of the model (WT kg, AGE years, PMA weeks, RACE, RIFAMPICIN)
    model : id of the population model
    file : what to call the table in error sentences
    compartments : what numbers in CMT mean, as ``1=iv`` for doses or ``2=s_ketamine`` for looks; ``0=...`` for a
        number that is missing
    analytes : only these; all of the model when not given
    draws : how many subjects to draw like each; typical values of its covariates when not given
    seed : of the draws
    ignored : columns that are not read
    evidence : what is published; what comes with Reprieve when not given

    Raises
    ------
    FileError
        Something in the table cannot be read or meant; the sentence has line, column and remedy.
    MissingDatum
        A covariate of the model has no column.
    InputError
        It is not said by which route a dose was given or which analyte was measured, or a value cannot be.
    OutsideEvidence
        The model cannot answer, or publishes no variability to draw from.
    """
    published = evidence or Evidence.packaged()
    record = published.record(PopulationModel, model)
    _refuse_draws(record, draws)
    text = content.encode() if isinstance(content, str) else content
    header, _ = rows(text, file)
    columns = covariate_columns(header, record, file, ignored=ignored)
    data = parse_nonmem(text, file, covariates=columns.numeric, ignored=columns.not_numbers)
    known = recorded_covariates(data, text, file, columns)
    meaning = _Meaning(record, numbering(compartments, record), tuple(analytes or record.analytes))
    people = [
        _Person(record, meaning, own, known[subject], _drawn(record, number, draws, seed))
        for number, (subject, own) in enumerate(data.subjects.items())
    ]
    found = [row for person in people for row in person.rows()]
    if not found:
        raise InputError(f"{file} has no look; add a line with EVID 0 for each time that is to be predicted.")
    notes = Counter(person.note for person in people if person.note)
    return Predictions(
        evidence=published,
        model=record,
        columns=_columns(found, drawn=draws is not None),
        subjects=len(people),
        draws=draws,
        seed=seed,
        routes=tuple(dict.fromkeys(route for person in people for route in person.routes())),
        aside=columns.aside,
        notes=tuple(f"{count} of {len(people)} subjects: {note}" for note, count in notes.items()),
    )


def _refuse_draws(model: PopulationModel, draws: int | None) -> None:
    if draws is None:
        return
    if isinstance(draws, bool) or not 1 <= draws <= MOST_DRAWS:
        raise InputError(f"{draws!r} draws were asked for; ask for a whole number from 1 to {MOST_DRAWS:,}.")
    if not between_subject(model)[0]:
        raise OutsideEvidence(
            f"{model.id} publishes no variability between people, so nobody can be drawn from it. Ask for typical "
            f"values, or choose another model."
        )


def _drawn(model: PopulationModel, number: int, draws: int | None, seed: int) -> list[dict[str, Floats]]:
    """Deviations of everybody drawn like one subject; nothing for the typical one."""
    if draws is None:
        return [{}]
    z = normals(seed, "between subjects", number * draws, draws, len(between_subject(model)[0]))
    own = deviations(Chosen(model, "", model, {}), z)
    return [{name: values[i : i + 1] for name, values in own.items()} for i in range(draws)]


@dataclass(frozen=True)
class _Row:
    subject: str
    draw: int
    time_h: float
    analyte: str
    observed: float
    predicted: float


@dataclass(frozen=True)
class _Meaning:
    """What the records of a table mean in a model."""

    model: PopulationModel
    numbering: Numbering
    analytes: tuple[str, ...]

    def route(self, record: NonmemRecord) -> str:
        number = record.compartment
        if number in self.numbering.routes:
            return self.numbering.routes[number]
        if number == 0 and len(self.model.inputs) == 1:
            return next(iter(self.model.inputs))
        raise self._unsaid(record, "dose", "route", self.model.inputs)

    def looked_at(self, record: NonmemRecord) -> tuple[str, ...]:
        """The analytes of a look: the one that was measured, or all where nothing was."""
        number = record.compartment
        if number in self.numbering.analytes:
            name = self.numbering.analytes[number]
            return (name,) if name in self.analytes else ()
        if number == 0 and (len(self.analytes) == 1 or not _measured(record)):
            return self.analytes
        raise self._unsaid(record, "measurement" if _measured(record) else "look", "analyte", self.analytes)

    def _unsaid(
        self, record: NonmemRecord, what: str, kind: str, names: Sequence[str] | Mapping[str, object]
    ) -> InputError:
        number, one = record.compartment, next(iter(names))
        has = f"CMT {number}" if number else "no CMT"
        return MissingDatum(
            f"Subject {record.id}, {what} at {record.time_h:g} h: it has {has}, and which {kind} that means is not "
            f"said. Say it, as {number}={one}; {self.model.id} has {', '.join(names)}."
        )


def _measured(record: NonmemRecord) -> bool:
    return record.evid == 0 and record.mdv == 0 and record.dv is not None


@dataclass(frozen=True)
class _Person:
    """One subject of the table, or everybody drawn like it."""

    model: PopulationModel
    meaning: _Meaning
    records: tuple[NonmemRecord, ...]
    covariates: Mapping[str, Recorded]
    deviations: Sequence[Mapping[str, Floats]]

    def routes(self) -> list[str]:
        return [self.meaning.route(record) for record in self.records if record.evid in {1, 4}]

    @property
    def note(self) -> str:
        return self._built({}).note

    def rows(self) -> Iterator[_Row]:
        self._refuse_late_start()
        looks = [(record, self.meaning.looked_at(record)) for record in self.records if record.evid in {0, 2}]
        if not any(analytes for _, analytes in looks):
            return
        for draw, deviated in enumerate(self.deviations, 1):
            built = self._built(deviated)
            found = np.maximum(self._simulated(built), 0.0)
            for (record, analytes), values in zip(looks, found, strict=True):
                for name in analytes:
                    observed = record.dv if _measured(record) and record.dv is not None else np.nan
                    predicted = float(values[built.analytes.index(name)])
                    yield _Row(record.id, draw, record.time_h, name, observed, predicted)

    def _refuse_late_start(self) -> None:
        first = next((record.time_h for record in self.records if record.evid in {1, 4}), 0.0)
        if first != 0 and self.model.time_varying():
            raise InputError(
                f"Subject {self.records[0].id} has its first dose at {first:g} h, and parameters of {self.model.id} "
                f"change with the time since then. Write TIME in hours since the first dose."
            )

    def _built(self, deviated: Mapping[str, Floats]) -> BuiltModel:
        known = dict(self.covariates)
        weight = known.pop("weight", None)
        return build(
            self.model,
            weight_kg=weight,
            covariates=known,
            deviations=dict(deviated),
            analytes=self.meaning.analytes,
        )

    def _simulated(self, built: BuiltModel) -> Floats:
        """(n_looks, n_analytes) ng/mL."""
        system = system_of(built)
        events: list[Record] = []
        for record in self.records:
            if record.evid in {1, 4}:
                route = self.meaning.route(record)
                events += dose_records(record, built, route, superposes=system.superposes)
            else:
                events.append(record.event({}))
        return np.asarray(simulate_events(system, EventTable(tuple(events))).values[0])


def _columns(found: Sequence[_Row], *, drawn: bool) -> dict[str, NDArray[np.generic]]:
    columns = {field.name: np.array([getattr(row, field.name) for row in found]) for field in dataclasses.fields(_Row)}
    observed = columns.pop("observed")
    made = {"subject": columns["subject"]}
    if drawn:
        made["draw"] = columns["draw"]
    made |= {"time_h": columns["time_h"], "analyte": columns["analyte"]}
    if not np.all(np.isnan(observed)):
        made["observed_ng_per_mL"] = observed
    return made | {"predicted_ng_per_mL": columns["predicted"]}
