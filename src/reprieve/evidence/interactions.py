"""What is published about other drugs, food, genotype and organ function on exposure, for one form and route.

A ratio measured by mouth is mostly that of the gut wall and the first pass: rifampicin leaves 14 % of the exposure by
mouth and 86 % by vein. So nothing is carried from one form or route to another: where no row exists the answer is
``unknown``, with a sentence and no number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from reprieve.errors import EvidenceError, UnknownName
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.interaction import ExposureRatio, Interaction, MeasuredEffect
from reprieve.evidence.records.record import Status
from reprieve.regimen.forms import canonical_form
from reprieve.regimen.routes import canonical_route

#: ``direction only``: higher or lower by an amount that was not read.
Finding = Literal["known ratio", "no effect shown", "direction only", "unknown"]


@dataclass(frozen=True)
class ExposureEffect:
    """What one source says of one thing on the exposure to one form by one route.

    Attributes
    ----------
    name, record : what changes exposure, and the id of its record
    form, route, group : what it was measured with; group is a genotype or a degree, None for everybody
    finding : whether there is a number
    auc, cmax : ratio of area and of peak of ketamine, with over without; None where unknown or a direction only
    metabolite_auc, metabolite_ratio : of norketamine, and of norketamine over ketamine; None where not printed
    n, source, status : people, key of the bibliography and standing; source and status are None when unknown
    sentence : the finding in words
    """

    name: str
    record: str
    form: str
    route: str
    finding: Finding
    sentence: str
    group: str | None = None
    auc: ExposureRatio | None = None
    cmax: ExposureRatio | None = None
    metabolite_auc: ExposureRatio | None = None
    metabolite_ratio: ExposureRatio | None = None
    n: int | None = None
    source: str | None = None
    status: Status | None = None

    @property
    def verified(self) -> bool:
        """Whether the number was read in its source; a recalled one is not, and nor is what is unknown."""
        return self.auc is not None and "recalled" not in {self.status, self.auc.status}


def exposure_effects(evidence: Evidence, agents: Sequence[str], form: str, route: str) -> tuple[ExposureEffect, ...]:
    """What is published on how each of these changes exposure to a form by a route.

    Every name has at least one entry: a row for each source and group that measured this form by this route, or one
    whose finding is ``unknown``. A ratio of another route or form is never used.

    Parameters
    ----------
    agents : drugs, food, genotypes, organ functions; synonyms and any case are understood, a repeat counts once
    form, route : as in a regimen

    Raises
    ------
    UnknownName
        A name, form or route that is not known, with the nearest ones. A drug that nobody studied with ketamine is
        such a name: nothing is known of it.
    RegimenError
        The form is ``ketamine`` alone.
    """
    asked_form, asked_route = canonical_form(form), canonical_route(route)
    records = dict.fromkeys(interaction_id(evidence, name) for name in agents)
    found: list[ExposureEffect] = []
    for record_id in records:
        record = evidence.record(Interaction, record_id)
        rows = [row for row in record.effects if (row.form, row.route) == (asked_form, asked_route)]
        found += [_measured(record, row) for row in rows] or [_unknown(record, asked_form, asked_route)]
    return tuple(found)


def why_not_combined(effects: Sequence[ExposureEffect]) -> str | None:
    """Why several known changes are not made into one; None where fewer than two things have one.

    Ratios are never multiplied: two inhibitors may act on the same enzyme, of which there is only so much, and an
    inducer and an inhibitor change each other.
    """
    changing = list(
        dict.fromkeys(effect.name for effect in effects if effect.finding in {"known ratio", "direction only"})
    )
    if len(changing) < 2:
        return None
    return (
        f"{' and '.join(changing)} each change exposure; no study gave them together and their ratios are not "
        f"multiplied, because they may act on the same enzyme. Their combined effect is unknown."
    )


def name_and_group(agent: str) -> tuple[str, str]:
    """What was named and its genotype or degree, from ``NAME: GROUP``; the group is empty where none is given."""
    name, _, group = (part.strip() for part in agent.partition(":"))
    return name, group


def interaction_id(evidence: Evidence, name: str) -> str:
    """The id of the record a name or synonym means.

    Raises
    ------
    UnknownName
        No record goes by this name; the nearest ones are named.
    """
    folded = _folded(name)
    if folded not in _ids_by_name(evidence):
        records = [evidence.record(Interaction, record_id) for record_id in evidence.ids(Interaction)]
        known = [spelled for record in records for spelled in (record.name, *record.synonyms)]
        raise UnknownName("interacting drug, food or condition", name, known)
    return _ids_by_name(evidence)[folded]


@cache
def _ids_by_name(evidence: Evidence) -> dict[str, str]:
    meanings: dict[str, str] = {}
    for record_id in evidence.ids(Interaction):
        record = evidence.record(Interaction, record_id)
        for name in (record_id, record.name, *record.synonyms):
            if meanings.setdefault(_folded(name), record_id) != record_id:
                raise EvidenceError(f"{name!r} means both {meanings[_folded(name)]} and {record_id}; keep one.")
    return meanings


def _folded(name: str) -> str:
    plain = name.lower().replace("’", "'").replace(".", "").replace("'", "").replace("*", " *")
    return " ".join(plain.replace("_", " ").replace("-", " ").split())


def _measured(record: Interaction, row: MeasuredEffect) -> ExposureEffect:
    return ExposureEffect(
        name=record.name,
        record=record.id,
        form=row.form,
        route=row.route,
        finding=row.shown,
        sentence=_sentence(record, row),
        group=row.group,
        auc=None if row.shown == "direction only" else row.auc,
        cmax=None if row.shown == "direction only" else row.cmax,
        metabolite_auc=row.metabolite_auc,
        metabolite_ratio=row.metabolite_ratio,
        n=row.n,
        source=row.source,
        status=row.status,
    )


def _sentence(record: Interaction, row: MeasuredEffect) -> str:
    who = f"{record.name} ({row.group})" if row.group else record.name
    what = f"exposure to {row.form} {row.route}"
    if row.shown == "direction only":
        size = f" ({_number(row.auc)} times is recalled, unverified)" if row.auc else ""
        said = f"{who}: {what} was {row.direction}, by how much was not read{size}"
    elif row.shown == "no effect shown":
        said = f"{who}: no effect on {what} was shown"
    else:
        said = f"{who}: {what} was {_number(row.auc)} times that without"
    unverified = " (recalled, unverified)" if row.status == "recalled" else ""
    disagreement = f" {record.disagreement}" if record.disagreement else ""
    return f"{said}{unverified}.{disagreement}"


def _number(ratio: ExposureRatio | None) -> str:
    if ratio is None:
        return "an unread number of"
    spread = f"{ratio.low:g} to {ratio.high:g}" if ratio.low is not None else ""
    if ratio.value is None:
        return spread
    return f"{ratio.value:.3g} ({spread})" if spread else f"{ratio.value:.3g}"


def _unknown(record: Interaction, form: str, route: str) -> ExposureEffect:
    studied = dict.fromkeys(f"{row.form} {row.route}" for row in record.effects)
    return ExposureEffect(
        name=record.name,
        record=record.id,
        form=form,
        route=route,
        finding="unknown",
        sentence=(
            f"{record.name}: its effect on {form} {route} is unknown; it was studied with {', '.join(studied)}, and a "
            f"ratio of another form or route does not carry over."
            + (f" {record.disagreement}" if record.disagreement else "")
        ),
    )
