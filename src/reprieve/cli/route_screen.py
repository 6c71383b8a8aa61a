"""Routes in the terminal: a table of what is published, then what the public is told and what was found."""

from __future__ import annotations

import re
from collections.abc import Callable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from reprieve.cli.route_facts import VEIN, RouteFacts, source_of
from reprieve.cli.wording import console, wrapped
from reprieve.evidence import read
from reprieve.evidence.records.claim import Claim
from reprieve.evidence.records.record import Status
from reprieve.evidence.records.route import Central, Course, Route, Seen
from reprieve.units import convert

_MARK: dict[Status, str] = {"seen": "", "derived": "°", "recalled": "?", "assumed": "~"}
_LEGEND = "No mark: seen in its source. ° derived from seen numbers. ? recalled, unverified. – not found."
_STYLE = {"supported": "green", "partly": "yellow", "contradicted": "bold red", "unverifiable": "magenta"}
_GAP, _VERDICT = 2, 12


def print_routes(found: RouteFacts, *, in_full: bool) -> None:
    """Print the table, the claims and the sources; ``in_full`` also every number behind a row."""
    screen = console()
    screen.print(_table(found))
    screen.print(Text(wrapped(_LEGEND, screen.width), "dim"))
    if "iv" in found.routes:
        screen.print(Text(wrapped(VEIN, screen.width), "dim"))
    for record in found.records if in_full else ():
        _print_behind(screen, record)
    _print_claims(screen, found, in_full=in_full)
    if not in_full:
        _print_sources(screen, found)


def _table(found: RouteFacts) -> Table:
    table = Table(box=None, padding=(0, _GAP, 0, 0), header_style="bold", pad_edge=False)
    table.add_column("Route", no_wrap=True, style="bold cyan")
    for column in ("Form", "Arrives", "Peak", "Onset", "Duration"):
        table.add_column(column)
    if "iv" in found.routes:
        table.add_row("iv", "any", "100 %", *("by regimen",) * 3)
    for record in found.records:
        arrives, peak = _share(record), _peak(record.tmax)
        table.add_row(record.route, "\n".join(record.forms), arrives, peak, _course(record.onset),
                      _course(record.duration))  # fmt: skip
    return table


def _share(record: Route) -> str:
    if not record.systemic:
        return "not into the blood"
    return _central(record.bioavailability, lambda value: f"{100 * value:.3g}", " %")


def _peak(tmax: Central | None) -> str:
    return _central(tmax, lambda value: f"{convert(value, tmax.unit, 'min'):.3g}", " min") if tmax else "–"


def _central(found: Central | None, said: Callable[[float], str], unit: str) -> str:
    if found is None:
        return "–"
    span = "" if found.low is None or found.high is None else f" ({said(found.low)}–{said(found.high)})"
    return f"{said(found.value)}{unit}{span}{_MARK[found.status]}"


def _course(found: Course | None) -> str:
    return "–" if found is None else f"{_dashed(found.text)}{_MARK[found.status]}"


def _dashed(text: str) -> str:
    return re.sub(r"(\d)-(\d)", r"\1–\2", text)


def _print_rows(screen: Console, label_width: int, rows: list[tuple[Text, str]], style: str = "") -> None:
    table = Table(box=None, show_header=False, padding=(0, _GAP, 0, 0), pad_edge=False)
    table.add_column(no_wrap=True, width=label_width)
    table.add_column()
    for label, said in rows:
        table.add_row(label, Text(wrapped(" ".join(said.split()), screen.width - label_width - _GAP), style))
    screen.print(table)


def _print_behind(screen: Console, record: Route) -> None:
    screen.print()
    screen.print(Text(f"Behind {record.route}, {' and '.join(record.forms)} ({record.people})", "bold"))
    rows = [(Text(seen.status), f"{_dashed(seen.value)}; {seen.who}. {source_of(seen)}") for seen in record.evidence]
    rows += [(Text("used"), said) for said in _used(record)]
    rows += [(Text("assumption", "yellow"), said) for said in record.assumptions]
    _print_rows(screen, _VERDICT, rows)


def _used(record: Route) -> list[str]:
    named = (("share that arrives", record.bioavailability), ("time of the peak", record.tmax))
    return [
        f"{what} {found.value:g} {found.unit} ({found.choice}, {found.status})"
        + (f": {found.note}" if found.note else "")
        for what, found in named
        if found is not None
    ]


def _print_claims(screen: Console, found: RouteFacts, *, in_full: bool) -> None:
    if not found.claims:
        return
    screen.print()
    screen.print(Text("What the public is told, and what was found", "bold"))
    for route in found.routes:
        claims = found.about(route)
        if claims:
            screen.print(Text(route, "bold cyan"))
            rows = [(Text(c.verdict, _STYLE[c.verdict]), _told(c, in_full=in_full)) for c in claims]
            _print_rows(screen, _VERDICT, rows)


def _told(claim: Claim, *, in_full: bool) -> str:
    by = f" Told by: {'; '.join(claim.articles)}." if in_full else ""
    if claim.finding is None:
        return f"{claim.claim}. Found: nothing that compares them.{by}"
    cited = ", ".join(read.reference(key).short for key in claim.sources)
    source = cited or re.sub(r"^https?://(www\.)?", "", claim.url or "")
    status = "" if claim.status == "seen" else f", {claim.status}"
    return f"{claim.claim}. Found: {_dashed(claim.finding)} ({source}{status}).{by}"


def _source(seen: Seen) -> str:
    """Whom to cite, else the page without remarks on it, with the mark of its status."""
    page = (seen.where or "").split("; ")[0]
    named = read.reference(seen.source).short if seen.source else page
    return named + (_MARK[seen.status] if named and seen.status == "recalled" else "")


def _print_sources(screen: Console, found: RouteFacts) -> None:
    screen.print()
    screen.print(Text("Sources", "bold"))
    rows = []
    for record in found.records:
        named = dict.fromkeys(_source(seen) for seen in record.evidence)
        form = f" {record.forms[0]}" if sum(other.route == record.route for other in found.records) > 1 else ""
        rows.append((Text(record.route + form, "dim"), "; ".join(filter(None, named))))
    _print_rows(screen, max(len(label.plain) for label, _ in rows), rows, "dim")
    screen.print(Text("'reprieve routes ROUTE' shows every number behind a row.", "dim"))
