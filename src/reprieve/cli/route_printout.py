"""Routes in the terminal: a table of what is published, then what the public is told and what was found."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from reprieve.answers.claims import CheckedClaim
from reprieve.answers.routes import CentralValue, EffectTime, PublishedRoute, RouteEvidence, RoutesAnswer
from reprieve.cli.claim_printout import VERDICT, verdict
from reprieve.cli.claim_printout import found as what_was_found
from reprieve.cli.console import console
from reprieve.cli.labelled_rows import print_rows
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.record import Status
from reprieve.units import convert
from reprieve.words import dashed, wrapped

_MARK: dict[Status, str] = {"seen": "", "derived": "°", "recalled": "?", "assumed": "~"}
_LEGEND = "No mark: seen in its source. ° derived from seen numbers. ? recalled, unverified. – not found."
_GAP = 2


def print_routes(found: RoutesAnswer, *, in_full: bool) -> None:
    """Print the table, the claims and the sources; ``in_full`` also every number behind a row."""
    terminal = console()
    terminal.print(_table(found))
    terminal.print(Text(wrapped(_LEGEND, terminal.width), "dim"))
    for row in found.routes:
        if row.note:
            terminal.print(Text(wrapped(row.note, terminal.width), "dim"))
        if in_full and not row.is_vein:
            _print_behind(terminal, row)
    _print_claims(terminal, found, in_full=in_full)
    if not in_full:
        _print_sources(terminal, found)


def _table(found: RoutesAnswer) -> Table:
    table = Table(box=None, padding=(0, _GAP, 0, 0), header_style="bold", pad_edge=False)
    table.add_column("Route", no_wrap=True, style="bold cyan")
    for column in ("Form", "Arrives", "Peak", "Onset", "Duration"):
        table.add_column(column)
    for record in found.routes:
        if record.is_vein:
            table.add_row(record.route, "any", "100 %", *("by regimen",) * 3)
            continue
        arrives, peak = _share(record), _peak(record.tmax)
        table.add_row(record.route, "\n".join(record.forms), arrives, peak, _course(record.onset),
                      _course(record.duration))  # fmt: skip
    return table


def _share(record: PublishedRoute) -> str:
    if not record.systemic:
        return "not into the blood"
    return _central(record.bioavailability, lambda value: f"{100 * value:.3g}", " %")


def _peak(tmax: CentralValue | None) -> str:
    return _central(tmax, lambda value: f"{convert(value, tmax.unit, 'min'):.3g}", " min") if tmax else "–"


def _central(found: CentralValue | None, said: Callable[[float], str], unit: str) -> str:
    if found is None:
        return "–"
    span = "" if found.low is None or found.high is None else f" ({said(found.low)}–{said(found.high)})"
    return f"{said(found.value)}{unit}{span}{_MARK[found.status]}"


def _course(found: EffectTime | None) -> str:
    return "–" if found is None else f"{dashed(found.text)}{_MARK[found.status]}"


def _print_behind(terminal: Console, record: PublishedRoute) -> None:
    terminal.print()
    terminal.print(Text(f"Behind {record.route}, {' and '.join(record.forms)} ({record.people})", "bold"))
    rows = [(Text(seen.status), f"{dashed(seen.value)}; {seen.who}. {seen.cited}") for seen in record.evidence]
    rows += [(Text("used"), said) for said in _used(record)]
    rows += [(Text("assumption", "yellow"), said) for said in record.assumptions]
    print_rows(terminal, VERDICT, rows)


def _used(record: PublishedRoute) -> list[str]:
    named = (("share that arrives", record.bioavailability), ("time of the peak", record.tmax))
    return [
        f"{what} {found.value:g} {found.unit} ({found.choice}, {found.status})"
        + (f": {found.note}" if found.note else "")
        for what, found in named
        if found is not None
    ]


def _print_claims(terminal: Console, found: RoutesAnswer, *, in_full: bool) -> None:
    if not found.claims:
        return
    terminal.print()
    terminal.print(Text("What the public is told, and what was found", "bold"))
    for route, claims in found.claims_by_route.items():
        if claims:
            terminal.print(Text(route, "bold cyan"))
            print_rows(terminal, VERDICT, [(verdict(one), _told(one, in_full=in_full)) for one in claims])


def _told(claim: CheckedClaim, *, in_full: bool) -> str:
    by = f" Told by: {'; '.join(claim.articles)}." if in_full else ""
    return f"{claim.claim}. {what_was_found(claim)}{by}"


def _source(seen: RouteEvidence) -> str:
    """Whom to cite, else the page without remarks on it, with the mark of its status."""
    page = (seen.where or "").split("; ")[0]
    named = Evidence.packaged().reference(seen.source).short if seen.source else page
    return named + (_MARK[seen.status] if named and seen.status == "recalled" else "")


def _print_sources(terminal: Console, found: RoutesAnswer) -> None:
    terminal.print()
    terminal.print(Text("Sources", "bold"))
    rows = []
    published = [record for record in found.routes if not record.is_vein]
    for record in published:
        named = dict.fromkeys(_source(seen) for seen in record.evidence)
        form = f" {record.forms[0]}" if sum(other.route == record.route for other in published) > 1 else ""
        rows.append((Text(record.route + form, "dim"), "; ".join(filter(None, named))))
    print_rows(terminal, max(len(label.plain) for label, _ in rows), rows, "dim")
    terminal.print(Text("'reprieve routes ROUTE' shows every number behind a row.", "dim"))
