"""The duration table in the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.table import Table
from rich.text import Text

from reprieve.answers.durations import ClaimStanding, DurationRow, DurationsAnswer, TestedClaim
from reprieve.answers.relief import Quantiles
from reprieve.cli.console import console
from reprieve.cli.labelled_rows import print_rows
from reprieve.words import HORIZONS, clock, days, days_span, horizon, percent, percent_span, spoken, wrapped

_LABEL, _GAP = 6, 2


def print_durations(found: DurationsAnswer) -> None:
    """Print a table for each condition, what is told and found beside it, and the claims that give a chance."""
    terminal = console()
    patient, rule = found.patient, found.rule
    intro = (
        f"Forecasts for {patient.weight:g} kg and pain {patient.pain:g}/10; chances with drug / on placebo. "
        f"Shown are conditions with {rule.least_studies} or more studies of infusions. For one person ask "
        f"'reprieve forecast'."
    )
    terminal.print(Text(wrapped(intro, terminal.width), "dim"))
    for condition, rows in found.conditions.items():
        terminal.print()
        terminal.print(Text(f"{spoken(condition)} ({rule.studies[condition]} studies)", "bold cyan"))
        terminal.print(_table(rows))
        print_rows(terminal, _LABEL, (*_found(rows), *_told(rows)))
    terminal.print()
    print_rows(terminal, _LABEL, [_tested(one) for one in found.tested_claims if one.forecasts])


def _table(rows: Sequence[DurationRow]) -> Table:
    table = Table(box=None, padding=(0, _GAP, 0, 0), header_style="bold", pad_edge=False)
    table.add_column("Infusion", no_wrap=True)
    table.add_column("Days (80 % of people)", no_wrap=True)
    for one in HORIZONS:
        table.add_column(f"> {one.short}", justify="right", no_wrap=True)
    for row in rows:
        placebo = row.placebo.exceeds
        chances = (f"{percent(row.exceeds[h.id]).removesuffix(' %')} / {percent(placebo[h.id])}" for h in HORIZONS)
        table.add_row(row.infusion, _days(row.duration_days), *chances)
    return table


def _days(found: Quantiles) -> str:
    """Median and the span of 80 % of people, without the word."""
    return f"{days(found.q50)} ({days_span(found.q10, found.q90)})".replace(" days", "").replace(" day", "")


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
        f"{one.claim} ({_standing(one)}). The forecast says {percent_span(min(forecast), max(forecast))} beyond "
        f"{horizon(one.beyond).words}. Studies of so many hours report "
        f"{shares or 'no share with relief so late'}."
    )
