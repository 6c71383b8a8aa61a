"""Lists of studies, reviews, matches and numbers in the terminal; 80 columns are enough."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from reprieve.cli.console import console
from reprieve.cli.evidence_number import measure, number, status
from reprieve.evidence import read, study_folder
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


def _hint(screen: Console, text: str) -> None:
    screen.print(Text(wrapped(text, screen.width), "dim"))


def print_studies(cards: Sequence[Mapping[str, Any]], *, role: str) -> None:
    """Print a line a study."""
    screen = console()
    table = _table("Study", "Condition", "Route", "Design", "n", "Hours", "Bias", "Used", right=("n", "Hours", "Used"))
    table.columns[3].no_wrap = True
    for card in cards:
        flag = Text("*" if card["flags"] else "", "bold yellow")
        table.add_row(
            Text.assemble(card["id"], flag, (_MARK[card["role"]], "dim")),
            ", ".join(card["conditions"]).replace("_", " "),
            ", ".join(card["routes"]),
            _DESIGN[card["design_class"]],
            "–" if card["n"] is None else str(card["n"]),
            _span(card["infusion_hours"]),
            Text(card["risk_of_bias"], _BIAS[card["risk_of_bias"]]),
            f"{card['usable_numbers']}/{card['numbers']}" if card["role"] != "withheld" else "–",
        )
    if cards:
        screen.print(table)
    _hint(screen, f"{len(cards)} {'study' if len(cards) == 1 else 'studies'}. {_legend(cards)}")
    if role == "evidence":
        roles = Counter(study_folder.role_of(read.study_path(name)) for name in read.study_ids())
        others = ", ".join(f"{roles[name]} {name}" for name in ("background", "duplicate", "withheld"))
        _hint(screen, f"Not evidence, so not listed: {others} (--role all). Reviews: --role review.")


def _legend(cards: Sequence[Mapping[str, Any]]) -> str:
    said = ["Used: numbers that can enter a fit, of those printed."]
    if any(card["flags"] for card in cards):
        said.append("* has an integrity flag.")
    if any(card["role"] == "duplicate" for card in cards):
        said.append("= has the patients of another study.")
    if any(card["role"] == "withheld" for card in cards):
        said.append("x is withheld for the exam of the forecast.")
    return " ".join((*said, "'reprieve evidence show ID' shows one."))


def _span(ends: Sequence[float]) -> str:
    if not ends:
        return "–"
    low, high = (f"{value:.2g}" if value < 1 else f"{value:.4g}" for value in ends)
    return low if low == high else f"{low}–{high}"


def print_reviews(cards: Sequence[Mapping[str, Any]]) -> None:
    """Print a line a review."""
    screen = console()
    table = _table("Review", "What it reviewed", "Pooled", "n", "Numbers", right=("n", "Numbers"))
    table.columns[2].no_wrap = True
    for card in cards:
        pooled = f"{card['k']} {card['k_is']}" if card["k"] else "–"
        table.add_row(card["id"], card["scope"], pooled, str(card["n"] or "–"), str(card["figures"] or "–"))
    screen.print(table)
    _hint(
        screen,
        f"{len(cards)} reviews. They pool the same trials again, some of them withheld: read them beside a forecast, "
        f"nothing is ever fitted to them. 'reprieve evidence show ID' shows one.",
    )


def print_matches(words: str, cards: Sequence[Mapping[str, Any]]) -> None:
    """Print what a search found, two lines a match."""
    screen = console()
    for card in cards:
        kind = card["role"] if card["is"] == "study" else "review"
        tag = "" if kind == "evidence" else f"  {kind}"
        screen.print(Text.assemble((card["id"], "bold cyan"), f"  {card['citation']}", (tag, "yellow")))
        short = textwrap.shorten(card["passage"], 2 * (screen.width - 4), placeholder=" …")
        screen.print(Text(textwrap.indent(wrapped(short, screen.width - 2), "  "), "dim"))
    if cards:
        screen.print()
        _hint(screen, f"{len(cards)} found. 'reprieve evidence show ID' shows one.")
    else:
        _hint(screen, f"Nothing speaks of {words!r}. Try fewer or other words; all of them must be there.")


def print_numbers(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print a line a number."""
    screen = console()
    table = _table("Study", "Arm", "Day", "What", "Number", "n", "Status", right=("Day", "n"))
    for row in rows:
        day = row["days_after_end"]
        table.add_row(
            Text.assemble(row["study"], ("*" if row["flags"] else "", "bold yellow")),
            row["arm"],
            "–" if day is None else f"{day:.4g}",
            measure(row),
            number(row),
            str(row["n"] or "–"),
            status(row),
        )
    if rows:
        screen.print(table)
    unverified = sum(row["status"] == "recalled" for row in rows)
    marked = f" {unverified} unverified: recalled, never seen in a source (--verified-only)." if unverified else ""
    flagged = " * the study has an integrity flag." if any(row["flags"] for row in rows) else ""
    _hint(screen, f"{len(rows)} numbers. Day: after the end of the last dose.{marked}{flagged} --csv has all columns.")
