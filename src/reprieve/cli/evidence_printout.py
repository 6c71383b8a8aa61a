"""One study or review on a page: design, arms, every number with its status, flags, and what is withheld."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from reprieve.answers.review import ReviewAnswer
from reprieve.answers.study import StudyAnswer
from reprieve.answers.study_list import WITHHELD
from reprieve.cli.console import console
from reprieve.cli.evidence_number import measure, number, status
from reprieve.evidence.records.arm import Arm
from reprieve.evidence.records.outcome import Outcome
from reprieve.evidence.records.review import ReviewNumber
from reprieve.words import spoken, wrapped

_LABEL, _GAP = 13, 2
_WHAT = {
    "relief": "Relief", "finding": "Finding", "adverse_events": "Harms", "dropouts": "Dropouts", "opioids": "Opioids",
}  # fmt: skip
_UNITS = {
    "points": "points", "points of 100": "points of 100", "fraction": "%", "ratio": "", "SD": "SD", "d": "days",
    "count": "", "mm of 100": "mm of 100",
}  # fmt: skip

_Row = tuple[str, str, str]


def print_page(page: StudyAnswer | ReviewAnswer) -> None:
    """Print the page."""
    terminal = console()
    terminal.print(Text.assemble((page.id, "bold"), f"  {page.citation}"))
    if isinstance(page, ReviewAnswer):
        _print_review(terminal, page)
    else:
        _print_study(terminal, page)


def _print_rows(terminal: Console, rows: Iterable[_Row]) -> None:
    table = Table(box=None, show_header=False, padding=(0, _GAP, 0, 0), pad_edge=False)
    table.add_column(style="bold cyan", no_wrap=True, width=_LABEL)
    table.add_column()
    before = None
    for label, said, style in rows:
        table.add_row("" if label == before else label, Text(wrapped(said, terminal.width - _LABEL - _GAP), style))
        before = label
    terminal.print(table)


def _print_study(terminal: Console, page: StudyAnswer) -> None:
    _print_rows(terminal, _facts(page))
    for arm in page.arms:
        terminal.print()
        _print_rows(terminal, _arm(arm))
    terminal.print()
    if page.outcomes:
        _print_numbers(terminal, page.outcomes)
    elif not page.withheld:
        terminal.print(Text("No number of pain is recorded.", "dim"))


def _facts(page: StudyAnswer) -> Iterator[_Row]:
    if page.headline and not page.withheld:
        yield "In short", page.headline, "bold"
    if page.withheld:
        yield "Role", WITHHELD, "bold yellow"
    elif page.duplicate_of:
        yield "Role", f"duplicate: its patients are those of {page.duplicate_of} and are not counted again", "yellow"
    elif page.background:
        yield "Role", f"background, no forecast is set beside it: {page.background}", "yellow"
    yield "Condition", _condition(page), ""
    yield "Design", f"{page.design or page.design_class.replace('_', ' ')}. Blinding: {page.blinding}", ""
    yield "Patients", "not read" if page.n_total is None else str(page.n_total), ""
    yield "Risk of bias", f"{page.risk_of_bias}: {page.risk_of_bias_reason}", ""
    if page.registry:
        yield "Registry", page.registry, ""
    if page.note:
        yield "Note", page.note, ""
    for flag in page.flags:
        yield "Flag", f"{flag.signal}. {flag.what} {flag.consequence}", "yellow"
    yield "Source", ". ".join(filter(None, (page.journal, page.link))), "dim"


def _condition(page: StudyAnswer) -> str:
    name = spoken(page.condition)
    return f"{name} ({page.population})" if page.population else name


def _arm(arm: Arm) -> Iterator[_Row]:
    people = "" if arm.n is None else f", {arm.n} patients"
    own = f", {arm.condition.replace('_', ' ')}" if arm.condition else ""
    yield f"Arm {arm.id}", f"{arm.role.replace('_', ' ')}{people}{own}", "bold"
    if arm.regimen:
        yield "Regimen", f"{arm.regimen} ({arm.regimen_status})", ""
    if arm.regimen_reason:
        yield "" if arm.regimen else "Regimen", arm.regimen_reason, "dim"
    if arm.dose:
        yield "Dose", f"{arm.dose}{_unverified(arm.status)}", _style(arm.status)
    if arm.cotreatment:
        yield "With", ", ".join(arm.cotreatment), ""
    if arm.comparator:
        yield "Against", arm.comparator, ""
    if arm.caveat:
        yield "Caveat", arm.caveat, "yellow"
    for said in arm.reported:
        yield _WHAT[said.what], f"{said.text}{_unverified(said.status)}", _style(said.status)


def _unverified(status: str | None) -> str:
    return " (recalled, unverified)" if status == "recalled" else ""


def _style(status: str | None) -> str:
    return "yellow" if status == "recalled" else ""


def _print_numbers(terminal: Console, outcomes: Sequence[Outcome]) -> None:
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="bold", pad_edge=False)
    for name in ("Arm", "Day", "What", "Number", "n", "Status", "Used"):
        table.add_column(name, justify="right" if name in ("Day", "n") else "left")
    notes: dict[str, int] = {}
    for outcome in outcomes:
        day = outcome.days_after_end
        remarks = [said for said in (outcome.reason, outcome.note) if said]
        marks = " ".join(f"[{notes.setdefault(said, len(notes) + 1)}]" for said in remarks)
        table.add_row(
            outcome.arm,
            "–" if day is None else f"{day:.4g}",
            f"{measure(outcome)}, {outcome.endpoint.replace('_', ' ')}",
            f"{number(outcome)} {marks}".strip(),
            str(outcome.n or "–"),
            status(outcome),
            "yes" if outcome.usable else "no",
        )
    terminal.print(table)
    for said, mark in notes.items():
        terminal.print(Text(wrapped(f"[{mark}] {said}", terminal.width), "dim"))
    unverified = any(outcome.status == "recalled" for outcome in outcomes)
    legend = "Unverified: recalled, never seen in a source. " if unverified else ""
    legend += "Day: after the end of the last dose. Used: can enter a fit."
    terminal.print(Text(wrapped(legend, terminal.width), "dim"))


def _print_review(terminal: Console, page: ReviewAnswer) -> None:
    pooled = [f"{page.k} {page.k_is}"] if page.k else []
    pooled += [f"{page.n} patients"] if page.n else []
    rows: list[_Row] = [("Reviewed", page.scope, ""), ("Use", page.use, "yellow")]
    rows += [("Pooled", ", ".join(pooled), "")] if pooled else []
    for label, said in (("Concluded", page.conclusion), ("Certainty", page.certainty), ("Note", page.note)):
        if said:
            mark = _unverified(page.status) if "recalled" not in said else ""
            rows.append((label, f"{said}{mark}", _style(page.status)))
    rows.append(("Source", ". ".join(filter(None, (page.journal, page.link))), "dim"))
    _print_rows(terminal, rows)
    if not page.figures:
        return
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="bold", pad_edge=False)
    for name in ("What", "When", "Number", "Status"):
        table.add_column(name)
    for figure in page.figures:
        note = f" ({figure.note})" if figure.note else ""
        table.add_row(f"{figure.measure}{note}", figure.time or "–", _figure(figure), status(figure))
    terminal.print()
    terminal.print(table)


def _figure(figure: ReviewNumber) -> str:
    share = figure.unit == "fraction"

    def say(value: float) -> str:
        return f"{100 * value if share else value:.4g}"

    unit = _UNITS.get(figure.unit, figure.unit)
    span = None if figure.low is None or figure.high is None else f"{say(figure.low)} to {say(figure.high)}"
    if figure.estimate is None:
        return f"{span} {unit}".strip()
    said = f"{say(figure.estimate)} {unit}".strip()
    return f"{said} ({figure.interval} {span})" if span else said
