"""The table everyone quotes: hours of infusion against how long relief lasts, with what is told and found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.evidence_pages import cited
from generator.table import table
from reprieve.answers.duration_table import (
    Row,
    Share,
    Tested,
    conditions_with_a_table,
    rows,
    studies_of_infusions,
    tested,
)
from reprieve.evidence import read
from reprieve.words import HORIZONS, days, days_span, horizon, percent, percent_span, spoken


def page() -> str:
    """The page."""
    conditions = conditions_with_a_table()
    stated = rows(conditions[0])[0].answer.calibration
    parts = [_intro(), f"Calibration of the forecast: {stated}.\n", _infusions()]
    parts += ["## Claims that give a chance\n", _TESTED, *(_tested(one) for one in tested(conditions))]
    parts += [_condition(condition, rows(condition)) for condition in conditions]
    parts += ["## Too few studies for a table\n", _too_few(conditions)]
    return "\n".join(parts)


def _intro() -> str:
    made = read.duration_table()
    return (
        "# How long relief lasts, by hours of infusion\n\n"
        f"Each row is a forecast for a person of {made.weight:g} kg with pain {made.pain:g} of 10, made when this page "
        "was; *days* count from the end of the last dose, over everybody, with zeros for those without relief that "
        "outlasts a day, and the interval holds 80 % of people. A chance stands with the 80 % interval of what is not "
        "known, and beside it the chance on placebo. Then come the trials of the same condition that are nearest "
        "in hours and design, and what public articles tell. Hours of infusion and condition went together in the "
        "trials, so neither can be told from the other by the studies alone. `reprieve durations` prints the same; ask "
        "`reprieve forecast` for one person.\n\n"
        f"A condition has a table when {made.least_studies} or more of its studies gave an infusion into a vein of "
        "known hours and report a number that can be used.\n"
    )


def _infusions() -> str:
    found = []
    for one in read.duration_table().rows:
        regimen = read.protocol(one.protocol).regimen if one.protocol else one.regimen
        source = f"[{one.protocol}](protocols.md#{one.protocol})" if one.protocol else f"assumed: {one.reason}"
        found.append((one.label, f"`{regimen}`", source))
    return table(("infusion", "regimen", "from"), found)


_TESTED = (
    "Articles repeat a few chances for so many hours. Here each stands beside the forecast and the first share with "
    "relief beyond the horizon that each arm of a study reported after so many hours of infusion.\n"
)


def _tested(one: Tested) -> str:
    claim = one.claim
    if claim.chance is None:
        return ""
    told, beyond = percent_span(claim.chance.low, claim.chance.high), horizon(claim.chance.beyond).short
    found = [
        (f"forecast, {_words(condition)}, {row.infusion.label}", percent(chance), f"beyond {beyond}", "model")
        for condition, row, chance in one.forecasts
    ]
    found += [_share(share) for share in one.shares]
    none = "" if one.shares else "No study of so many hours reports a share with relief so late.\n"
    verdict = f"{claim.verdict}{', unverified' if claim.status == 'recalled' else ''}"
    return (
        f"### {claim.id}\n\n{claim.claim}: *{verdict}*. Told: {told} beyond {beyond}.\n\n"
        f"{table(('where', 'share with relief', 'when', 'source'), found)}\n{none}"
    )


def _share(share: Share) -> tuple[object, ...]:
    where = f"{_words(share.arm.condition or share.study.condition)}, {share.arm.infusion_hours:.3g} h"
    unverified = ", *unverified*" if share.outcome.status == "recalled" else ""
    design = share.study.design_class.replace("_", " ")
    when = f"day {share.outcome.days_after_end:g}"
    return where, percent(share.outcome.value), when, f"{cited((share.study.reference,))}, {design}{unverified}"


def _words(condition: str) -> str:
    return spoken(condition)


def _condition(condition: str, found: Sequence[Row]) -> str:
    name = read.condition(condition).name
    count = studies_of_infusions()[condition]
    columns = ("infusion", "days", "any lasting relief", *(f"> {one.short}" for one in HORIZONS), "certainty")
    return (
        f"## {name[0].upper()}{name[1:]}\n\n{count} studies of infusions.\n\n"
        f"{table(columns, [_row(row) for row in found])}\n"
        f"{table(('found after', 'study', 'what'), _nearest(found))}\n"
        f"{table(('told of', 'claim', 'verdict'), _told(found))}"
    )


def _row(row: Row) -> tuple[object, ...]:
    sustained = row.answer.sustained
    placebo, spans, span = sustained.placebo, sustained.exceeds_interval, sustained.duration_days
    chances = (
        f"{percent(sustained.exceeds[one.id])} ({percent_span(spans[one.id].low, spans[one.id].high)}); "
        f"placebo {percent(placebo.exceeds[one.id])}"
        for one in HORIZONS
    )
    anything = f"{percent(sustained.probability_any)}; placebo {percent(placebo.probability_any)}"
    middle = f"{days(span.q50)} ({days_span(span.q10, span.q90)})"
    return row.infusion.label, middle, anything, *chances, row.answer.certainty.level


def _nearest(found: Sequence[Row]) -> Iterator[tuple[object, ...]]:
    near = {one.study.id: one for row in found for one in row.nearest}
    for one in sorted(near.values(), key=lambda one: one.arm.infusion_hours or 0.0):
        hours = f"{one.arm.infusion_hours:.3g} h" if one.arm.infusion_hours else "hours not known"
        design = one.study.design_class.replace("_", " ")
        yield hours, f"{cited((one.study.reference,))}, {design}, {one.study.n_total} people", one.study.headline


def _told(found: Sequence[Row]) -> Iterator[tuple[object, ...]]:
    told = {claim.id: claim for row in found for claim in row.claims}
    for claim in told.values():
        over = [row.infusion.label for row in found if claim in row.claims]
        unverified = ", *unverified*" if claim.status == "recalled" else ""
        span = over[0] if len(over) == 1 else f"{over[0]} to {over[-1]}"
        yield span, f"{claim.claim} ({claim.id})", f"{claim.verdict}{unverified}"


def _too_few(conditions: Sequence[str]) -> str:
    counted = studies_of_infusions()
    rest = [name for name in read.condition_ids() if name not in conditions]
    return table(
        ("condition", "studies of infusions"), ((read.condition(name).name, counted.get(name, 0)) for name in rest)
    )
