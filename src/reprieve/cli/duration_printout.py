"""The duration table in the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.table import Table
from rich.text import Text

from reprieve.answers.durations import ClaimStanding, DurationRow, DurationsAnswer, TestedClaim
from reprieve.answers.relief import AddedAnswer, Quantiles
from reprieve.cli.console import console
from reprieve.cli.labelled_rows import print_rows
from reprieve.words import (
    HorizonId,
    beyond_follow_up,
    clock,
    days,
    followed_days,
    horizon,
    percent,
    percent_span,
    plain,
    spoken,
    wrapped,
)

_LABEL, _GAP = 6, 2
_COLUMNS = (
    "Helped: people from whom the drug itself takes away a point of pain or more, at 48 hours and 4 weeks; for how "
    "many days in the median, of those helped at 48 hours; and days with relief that it adds in twelve weeks. Felt: "
    "people with relief in the first week, and for how many days in the median, with drug / on placebo."
)
_HELPED_AT: tuple[HorizonId, ...] = ("48h", "4wk")
#: d; from here on days are whole.
_WHOLE = 10.0


def print_durations(found: DurationsAnswer) -> None:
    """Print a table for each condition, what is told and found beside it, and the claims that give a chance."""
    terminal = console()
    patient, rule = found.patient, found.rule
    intro = (
        f"Forecasts for {patient.weight:g} kg and pain {patient.pain:g}/10. {_COLUMNS} Shown are conditions with "
        f"{rule.least_studies} or more studies of infusions. For one person ask 'reprieve forecast'."
    )
    terminal.print(Text(wrapped(intro, terminal.width), "dim"))
    for condition, rows in found.conditions.items():
        terminal.print()
        terminal.print(Text(f"{spoken(condition)} ({rule.studies[condition]} studies)", "bold cyan"))
        terminal.print(_table(rows))
        if any(row.extrapolation for row in rows):
            terminal.print(Text("* outside what was studied", "yellow"))
        if beyond := _beyond(rows):
            terminal.print(Text(beyond, "dim"))
        print_rows(terminal, _LABEL, (*_found(rows), *_told(rows)))
    terminal.print()
    print_rows(terminal, _LABEL, [_tested(one) for one in found.tested_claims if one.forecasts])


def _table(rows: Sequence[DurationRow]) -> Table:
    table = Table(box=None, padding=(0, _GAP, 0, 0), header_style="bold", pad_edge=False)
    table.add_column("Infusion", no_wrap=True)
    for name in ("Helped 48 h", "4 wk", "Lasts d", "Adds d", "Felt wk 1", "Lasts d"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        added, placebo = row.added, row.placebo
        helped = (percent(added.at(horizon(name).days).share) for name in _HELPED_AT)
        share = f"{percent(row.probability_any).removesuffix(' %')} / {percent(placebo.probability_any)}"
        felt = f"{_days(row.duration_days_if_relief, added)} / {_days(placebo.duration_days_if_relief, added)}"
        gained = plain(added.days_gained_12wk.mean, 0 if added.days_gained_12wk.mean >= _WHOLE else 1)
        infusion = f"{row.infusion} *" if row.extrapolation else row.infusion
        table.add_row(infusion, *helped, _days(added.duration_days, added), gained, share, felt)
    return table


def _days(found: Quantiles, added: AddedAnswer) -> str:
    """The median in days, without the word; a dash where there is nobody to count."""
    if found.q50 is None:
        return days(None)
    said = followed_days(found.q50, added.followed_days).removesuffix("s").removesuffix(" day")
    return said.replace("over ", "> ")


def _beyond(rows: Sequence[DurationRow]) -> str:
    """What stands under a table whose medians reach beyond the longest controlled follow-up."""
    medians = [
        found.q50 or 0.0
        for row in rows
        for found in (row.added.duration_days, row.duration_days_if_relief, row.placebo.duration_days_if_relief)
    ]
    said = beyond_follow_up(rows[0].added.followed_days, *medians).removeprefix("; ")
    return f"> {days(rows[0].added.followed_days)}: {said}." if said else ""


def _found(rows: Sequence[DurationRow]) -> Iterator[tuple[Text, str]]:
    near = {one.id: one for row in rows for one in row.nearest}
    for one in sorted(near.values(), key=lambda one: one.infusion_hours or 0.0):
        infused = one.infusion_hours or 0.0
        hours = clock(one.infusion_hours) if infused < 2 else f"{infused:.3g} h"
        yield Text("Found", "bold cyan"), f"{hours}: {one.text} ({one.label})"


def _told(rows: Sequence[DurationRow]) -> Iterator[tuple[Text, str]]:
    told: dict[str, tuple[ClaimStanding, list[str]]] = {}
    for row in rows:
        for claim in row.claims:
            told.setdefault(claim.id, (claim, []))[1].append(row.infusion)
    for claim, infusions in told.values():
        over = infusions[0] if len(infusions) == 1 else f"{infusions[0]} to {infusions[-1]}"
        yield Text("Told", "bold yellow"), f"{over}: {claim.claim} ({_standing(claim)})"


def _standing(claim: ClaimStanding) -> str:
    return f"{claim.id}, {claim.verdict}{', unverified' if claim.status == 'recalled' else ''}"


def _tested(one: TestedClaim) -> tuple[Text, str]:
    """One claim with a chance, the range of the forecasts, and the shares that were reported."""
    forecast = [row.p for row in one.forecasts]
    shares = "; ".join(
        f"{percent(share.share)} at day {share.day:g} after {share.infusion_hours:.3g} h ({share.label}"
        f"{', unverified' if share.status == 'recalled' else ''})"
        for share in one.reported
    )
    return Text("Tested", "bold magenta"), (
        f"{one.claim} ({_standing(one)}). The forecast says {percent_span(min(forecast), max(forecast))} at "
        f"{horizon(one.beyond).words}. Studies of so many hours report "
        f"{shares or 'no share with relief so late'}."
    )
