"""Lists of studies, reviews, matches and numbers in the terminal; 80 columns are enough."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from reprieve.answers.evidence_search import SearchAnswer
from reprieve.answers.outcome_table import OutcomeTable
from reprieve.answers.review_list import ReviewList
from reprieve.answers.study_list import StudyLine, StudyList, studies_by_role
from reprieve.cli.console import console
from reprieve.cli.evidence_number import measure, number, status
from reprieve.evidence.evidence import Evidence
from reprieve.words import wrapped

_DESIGN = {"rct": "RCT", "rct_crossover": "RCT x-over", "cohort": "cohort", "case_series": "series"}
_BIAS = {"low": "green", "some": "yellow", "high": "red", "not judged": "dim"}
#: What stands before a study that is no evidence.
_MARK = {"evidence": "", "background": "", "duplicate": "=", "withheld": "x"}


def _table(*columns: str, right: Sequence[str] = ()) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left")
    table.columns[0].no_wrap = True
    table.columns[0].style = "bold cyan"
    return table


def _hint(terminal: Console, text: str) -> None:
    terminal.print(Text(wrapped(text, terminal.width), "dim"))


def print_studies(found: StudyList, *, role: str) -> None:
    """Print a line a study."""
    terminal = console()
    table = _table("Study", "Condition", "Route", "Design", "n", "Hours", "Bias", "Used", right=("n", "Hours", "Used"))
    table.columns[3].no_wrap = True
    for line in found.studies:
        flag = Text("*" if line.flags else "", "bold yellow")
        table.add_row(
            Text.assemble(line.id, flag, (_MARK[line.role], "dim")),
            ", ".join(line.conditions).replace("_", " "),
            ", ".join(line.routes),
            _DESIGN[line.design_class],
            "–" if line.n is None else str(line.n),
            _span(line.infusion_hours),
            Text(line.risk_of_bias, _BIAS[line.risk_of_bias]),
            f"{line.usable_numbers}/{line.numbers}" if line.role != "withheld" else "–",
        )
    if found.studies:
        terminal.print(table)
    _hint(
        terminal, f"{len(found.studies)} {'study' if len(found.studies) == 1 else 'studies'}. {_legend(found.studies)}"
    )
    if role == "evidence":
        roles = studies_by_role(Evidence.packaged())
        others = ", ".join(f"{roles[name]} {name}" for name in ("background", "duplicate", "withheld"))
        _hint(terminal, f"Not evidence, so not listed: {others} (--role all). Reviews: --role review.")


def _legend(lines: Sequence[StudyLine]) -> str:
    said = ["Used: numbers that can enter a fit, of those printed."]
    if any(line.flags for line in lines):
        said.append("* has an integrity flag.")
    if any(line.role == "duplicate" for line in lines):
        said.append("= has the patients of another study.")
    if any(line.role == "withheld" for line in lines):
        said.append("x is withheld for the exam of the forecast.")
    return " ".join((*said, "'reprieve evidence show ID' shows one."))


def _span(ends: Sequence[float]) -> str:
    if not ends:
        return "–"
    low, high = (f"{value:.2g}" if value < 1 else f"{value:.4g}" for value in ends)
    return low if low == high else f"{low}–{high}"


def print_reviews(found: ReviewList) -> None:
    """Print a line a review."""
    terminal = console()
    table = _table("Review", "What it reviewed", "Pooled", "n", "Numbers", right=("n", "Numbers"))
    table.columns[2].no_wrap = True
    for line in found.reviews:
        pooled = f"{line.k} {line.k_is}" if line.k else "–"
        table.add_row(line.id, line.scope, pooled, str(line.n or "–"), str(line.figures or "–"))
    terminal.print(table)
    _hint(
        terminal,
        f"{len(found.reviews)} reviews. They pool the same trials again, some of them withheld: read them beside a "
        f"forecast, nothing is ever fitted to them. 'reprieve evidence show ID' shows one.",
    )


def print_matches(answer: SearchAnswer) -> None:
    """Print what a search found, two lines a match."""
    terminal = console()
    for match in answer.found:
        kind = match.role if match.record == "study" else "review"
        tag = "" if kind == "evidence" else f"  {kind}"
        terminal.print(Text.assemble((match.id, "bold cyan"), f"  {match.citation}", (tag, "yellow")))
        short = textwrap.shorten(match.passage, 2 * (terminal.width - 4), placeholder=" …")
        terminal.print(Text(textwrap.indent(wrapped(short, terminal.width - 2), "  "), "dim"))
    if answer.found:
        terminal.print()
        _hint(terminal, f"{len(answer.found)} found. 'reprieve evidence show ID' shows one.")
    else:
        _hint(terminal, f"Nothing speaks of {answer.words!r}. Try fewer or other words; all of them must be there.")


def print_numbers(found: OutcomeTable) -> None:
    """Print a line a number."""
    terminal, rows = console(), found.numbers
    table = _table("Study", "Arm", "Day", "What", "Number", "n", "Status", right=("Day", "n"))
    for row in rows:
        day = row.days_after_end
        table.add_row(
            Text.assemble(row.study, ("*" if row.flags else "", "bold yellow")),
            row.arm,
            "–" if day is None else f"{day:.4g}",
            measure(row),
            number(row),
            str(row.n or "–"),
            status(row),
        )
    if rows:
        terminal.print(table)
    unverified = sum(row.status == "recalled" for row in rows)
    marked = f" {unverified} unverified: recalled, never seen in a source (--verified-only)." if unverified else ""
    flagged = " * the study has an integrity flag." if any(row.flags for row in rows) else ""
    _hint(
        terminal, f"{len(rows)} numbers. Day: after the end of the last dose.{marked}{flagged} --csv has all columns."
    )
