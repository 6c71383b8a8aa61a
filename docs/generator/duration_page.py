"""The table everyone quotes: hours of infusion against what the drug adds and how long relief lasts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.evidence_pages import cited
from reprieve.answers.durations import (
    DurationRow,
    DurationsAnswer,
    NamedStudy,
    ReportedShare,
    TestedClaim,
    durations_answer,
)
from reprieve.answers.relief import Quantiles
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.condition import Condition
from reprieve.evidence.records.protocol import Protocol
from reprieve.relief.posterior import posterior
from reprieve.report.markdown_table import table
from reprieve.words import (
    beyond_follow_up,
    days,
    days_span,
    followed_days,
    followed_span,
    horizon,
    percent,
    percent_span,
    spoken,
)

EVIDENCE = Evidence.packaged()

_SHOWN = (horizon("48h"), horizon("4wk"))
_MARK = " A star marks what lies outside what was studied."


def page() -> str:
    """The page."""
    answer = durations_answer(EVIDENCE)
    stated, counted = posterior(Evidence.packaged()).calibration.statement, answer.rule.studies
    parts = [_intro(answer), f"Calibration of the forecast: {stated}.\n", _infusions()]
    parts += ["## Claims that give a chance\n", _TESTED, *(_tested(one) for one in answer.tested_claims)]
    parts += [_condition(condition, rows, counted[condition]) for condition, rows in answer.conditions.items()]
    parts += ["## Too few studies for a table\n", _too_few(answer)]
    return "\n".join(parts)


def _intro(answer: DurationsAnswer) -> str:
    made = answer.patient
    return (
        "# How long relief lasts, by hours of infusion\n\n"
        f"Each row is a forecast for a person of {made.weight:g} kg with pain {made.pain:g} of 10, the same as "
        "`reprieve forecast` gives. *Helped* are people from whom the drug itself takes away a point of pain or more; "
        "*its part* is how long it does, of those helped at 48 hours; *adds* is days with relief that it adds in "
        "twelve weeks. *Relief* is pain below the line on that day, with drug and on placebo. *Felt relief* are weeks "
        "whose mean pain is below the line, from the last dose until the first week above it, over everybody. An "
        "interval of a chance is what is not known; one of days holds 80 % of people. Days count from the end of the "
        "last dose. Then come the trials of the same condition that are nearest in hours and design, and what public "
        "articles tell. Hours of infusion and condition went together in the trials, so neither can be told from the "
        "other by the studies alone. `reprieve durations` prints the same; ask `reprieve forecast` for one person.\n\n"
        f"A condition has a table when {answer.rule.least_studies} or more of its studies gave an infusion into a vein "
        "of known hours and report a number that can be used.\n"
    )


def _infusions() -> str:
    found = []
    for one in EVIDENCE.duration_table.rows:
        regimen = EVIDENCE.record(Protocol, one.protocol).regimen if one.protocol else one.regimen
        source = f"[{one.protocol}](protocols.md#{one.protocol})" if one.protocol else f"assumed: {one.reason}"
        found.append((one.label, f"`{regimen}`", source))
    return table(("infusion", "regimen", "from"), found)


_TESTED = (
    "Articles repeat a few chances for so many hours. Here each stands beside the forecast and the first share with "
    "relief beyond the horizon that each arm of a study reported after so many hours of infusion.\n"
)


def _tested(one: TestedClaim) -> str:
    told, beyond = percent_span(one.told.low, one.told.high), horizon(one.beyond).short
    found = [
        (f"forecast, {spoken(row.condition)}, {row.infusion}", percent(row.p), f"at {beyond}", "model")
        for row in one.forecasts
    ]
    found += [_share(share) for share in one.reported]
    none = "" if one.reported else "No study of so many hours reports a share with relief so late.\n"
    verdict = f"{one.verdict}{', unverified' if one.status == 'recalled' else ''}"
    return (
        f"### {one.id}\n\n{one.claim}: *{verdict}*. Told: {told} beyond {beyond}.\n\n"
        f"{table(('where', 'share with relief', 'when', 'source'), found)}\n{none}"
    )


def _share(share: ReportedShare) -> tuple[object, ...]:
    where = f"{spoken(share.condition)}, {share.infusion_hours:.3g} h"
    unverified = ", *unverified*" if share.status == "recalled" else ""
    return where, percent(share.share), f"day {share.day:g}", f"{_design(share)}{unverified}"


def _design(study: NamedStudy) -> str:
    """The source as a link, and the design."""
    return f"{cited((EVIDENCE.study(study.id).reference,))}, {study.design.replace('_', ' ')}"


def _condition(condition: str, found: Sequence[DurationRow], count: int) -> str:
    name = EVIDENCE.condition(condition).name
    columns = (
        "infusion", *(f"helped, {one.short}" for one in _SHOWN), "its part lasts", "adds", *(
            f"relief, {one.short}" for one in _SHOWN
        ), "felt relief", "certainty",
    )  # fmt: skip
    mark = _MARK if any(row.extrapolation for row in found) else ""
    return (
        f"## {name[0].upper()}{name[1:]}\n\n{count} studies of infusions.{mark}\n\n"
        f"{table(columns, [_row(row) for row in found])}\n"
        f"{table(('found after', 'study', 'what'), _nearest(found))}\n"
        f"{table(('told of', 'claim', 'verdict'), _told(found))}"
    )


def _row(row: DurationRow) -> tuple[object, ...]:
    added, followed = row.added, row.added.followed_days
    helped = (added.at(one.days) for one in _SHOWN)
    relief = (row.relief[one.id] for one in _SHOWN)
    gained = added.days_gained_12wk
    felt = f"{_lasting(row.duration_days, followed)}; placebo {_lasting(row.placebo.duration_days, followed)}"
    return (
        f"{row.infusion} *" if row.extrapolation else row.infusion,
        *(f"{percent(at.share)} ({percent_span(at.low, at.high)})" for at in helped),
        _lasting(added.duration_days, followed),
        f"{days(gained.mean)} ({days_span(gained.low, gained.high)})",
        *(f"{percent(at.p)} ({percent_span(at.low, at.high)}); placebo {percent(at.placebo)}" for at in relief),
        felt,
        row.certainty.level,
    )


def _lasting(found: Quantiles, followed: float) -> str:
    if found.known is None:
        return ""
    low, middle, high = found.known
    span = f"{followed_span(low, high, followed)}{beyond_follow_up(followed, high)}"
    return f"{followed_days(middle, followed)} ({span})"


def _nearest(found: Sequence[DurationRow]) -> Iterator[tuple[object, ...]]:
    near = {one.id: one for row in found for one in row.nearest}
    for one in sorted(near.values(), key=lambda one: one.infusion_hours or 0.0):
        hours = f"{one.infusion_hours:.3g} h" if one.infusion_hours else "hours not known"
        yield hours, f"{_design(one)}, {one.n} people", one.text


def _told(found: Sequence[DurationRow]) -> Iterator[tuple[object, ...]]:
    told = {claim.id: claim for row in found for claim in row.claims}
    for claim in told.values():
        over = [row.infusion for row in found if claim in row.claims]
        unverified = ", *unverified*" if claim.status == "recalled" else ""
        span = over[0] if len(over) == 1 else f"{over[0]} to {over[-1]}"
        yield span, f"{claim.claim} ({claim.id})", f"{claim.verdict}{unverified}"


def _too_few(answer: DurationsAnswer) -> str:
    rest = [name for name in EVIDENCE.ids(Condition) if name not in answer.conditions]
    return table(
        ("condition", "studies of infusions"),
        ((EVIDENCE.condition(name).name, answer.rule.studies.get(name, 0)) for name in rest),
    )
