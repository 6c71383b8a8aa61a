"""Claims in the terminal: what the public is told, the verdict, and what was found."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from reprieve.answers.claims import CheckedClaim, ClaimsAnswer, ClaimsDisagree, TopicsAnswer
from reprieve.cli.console import console
from reprieve.cli.labelled_rows import print_rows
from reprieve.evidence.records.claim import ClaimVerdict
from reprieve.words import dashed, wrapped

#: Said before what may not be shown.
WITHHELD = "Withheld, kept for the exam of the forecast"
#: Columns of the verdicts.
VERDICT = 12
_GAP = 2
_STYLE: dict[ClaimVerdict, str] = {
    "supported": "green",
    "partly": "yellow",
    "contradicted": "bold red",
    "unverifiable": "magenta",
}


def verdict(claim: CheckedClaim) -> Text:
    """The verdict in its colour."""
    return Text(claim.verdict, _STYLE[claim.verdict])


def found(claim: CheckedClaim) -> str:
    """What was found, with its source and how it was seen, and what is withheld."""
    parts = [f"Found: {claim.note or 'nothing that may be shown'}."]
    if claim.finding is not None:
        cited = [*claim.cited, *([claim.source_note] if claim.source_note else [])]
        source = ", ".join(cited) or re.sub(r"^https?://(www\.)?", "", claim.url or "")
        status = "recalled, unverified" if claim.status == "recalled" else claim.status
        parts = [f"Found: {dashed(claim.finding)} ({source}; {status})."]
    if claim.withheld is not None:
        parts.append(f"{WITHHELD}: {claim.withheld}.")
    return " ".join(parts)


def print_claims(answer: ClaimsAnswer) -> None:
    """Print the claims by article, then where they disagree, then how many there are of each verdict."""
    terminal, claims = console(), answer.claims
    if not claims:
        terminal.print(Text("No claim fits; leave out a condition of the search."))
        return
    for article in dict.fromkeys(one.articles[0] for one in claims):
        terminal.print(Text(wrapped(article, terminal.width), "bold"))
        rows = (row for one in claims if one.articles[0] == article for row in _rows(one))
        print_rows(terminal, VERDICT, rows)
        terminal.print()
    if answer.disagreements:
        terminal.print(Text("Where articles disagree", "bold"))
        for one in answer.disagreements:
            terminal.print(Text(wrapped(_disagreement(one), terminal.width)))
        terminal.print()
    counts = Counter(one.verdict for one in claims)
    total = ", ".join(f"{counts[word]} {word}" for word in _STYLE if counts[word])
    terminal.print(Text(f"{len(claims)} claim{'' if len(claims) == 1 else 's'}: {total}.", "dim"))


def _rows(claim: CheckedClaim) -> Iterable[tuple[Text, str]]:
    yield verdict(claim), f"{claim.claim}."
    yield Text(claim.id, "dim"), found(claim)


def _disagreement(one: ClaimsDisagree) -> str:
    withheld = f" {WITHHELD}: {one.withheld}." if one.withheld else ""
    about = one.about[0].upper() + one.about[1:]
    return f"- {about} ({', '.join(one.claims)}). {one.how} Found: {one.found} ({', '.join(one.cited)}){withheld}"


def print_topics(answer: TopicsAnswer) -> None:
    """Print the topics, conditions and routes that can be asked for."""
    table = Table(box=None, padding=(0, _GAP, 0, 0), header_style="bold", pad_edge=False)
    table.add_column("Topic, condition or route", style="bold cyan")
    table.add_column("Claims", justify="right")
    for subject, count in answer.topics.items():
        table.add_row(subject, str(count))
    console().print(table)
