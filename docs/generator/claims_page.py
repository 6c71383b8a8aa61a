"""What the public is told about ketamine, beside what was found."""

from __future__ import annotations

from collections import Counter
from typing import get_args

from generator.evidence_pages import STATUSES, cited
from reprieve.answers.claims import CheckedClaim, ClaimsDisagree, claims_answer
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.claim import ClaimVerdict
from reprieve.report.markdown_table import table
from reprieve.words import dashed

EVIDENCE = Evidence.packaged()

_INTRO = """# What the public is told

Every claim of five public articles about ketamine and pain, in our own words, with a verdict against what is
published. *Supported*: what was found agrees. *Partly*: some of it does, or only in some people. *Contradicted*: it
does not. *Unverifiable*: nothing was found that could say. `reprieve claims` searches them.

Results of some trials are kept out of this evidence, because the forecast will be examined on them. Where a verdict
rests on such a trial, the finding says that this part is withheld; a verdict that rests on nothing else cannot be
checked here until the exam is over.
"""


def page() -> str:
    """The page."""
    answer = claims_answer(EVIDENCE)
    found = answer.claims
    parts = [_INTRO, STATUSES, _counts(found), "## Where articles disagree\n", _disagreements(answer.disagreements)]
    for article in EVIDENCE.articles:
        rows = [_row(one) for one in found if one.article == article.id]
        columns = ("id", "claim", "about", "verdict", "found", "status", "source")
        parts.append(f"## {article.id}\n\n{article.title}.\n\n{table(columns, rows)}")
    return "\n".join(parts)


def _counts(found: tuple[CheckedClaim, ...]) -> str:
    verdicts = get_args(ClaimVerdict)
    rows = []
    for article in EVIDENCE.articles:
        counts = Counter(one.verdict for one in found if one.article == article.id)
        name = f"[{article.id}](#{article.id})"
        rows.append((name, counts.total(), *(counts[verdict] for verdict in verdicts)))
    counts = Counter(one.verdict for one in found)
    rows.append(("all", counts.total(), *(counts[verdict] for verdict in verdicts)))
    return table(("article", "claims", *verdicts), rows)


def _disagreements(found: tuple[ClaimsDisagree, ...]) -> str:
    rows = [
        (one.about, ", ".join(one.claims), one.how, _with_withheld(one.found, one.withheld), cited(one.sources))
        for one in found
    ]
    return table(("about", "claims", "what they say", "found", "sources"), rows)


def _row(claim: CheckedClaim) -> tuple[object, ...]:
    found = dashed(claim.finding) if claim.finding else claim.note or ""
    about = [claim.topic, *claim.conditions, *claim.routes]
    links = [cited(claim.sources)] if claim.sources else []
    links += [claim.source_note] if claim.source_note else []
    links += [f"[read at]({claim.url})"] if claim.url else []
    return (
        claim.id,
        claim.claim,
        ", ".join(about).replace("_", " "),
        claim.verdict,
        _with_withheld(found, claim.withheld),
        claim.status,
        "; ".join(links),
    )


def _with_withheld(found: str, withheld: str | None) -> str:
    return "; ".join(filter(None, (found.removesuffix("."), withheld and f"*withheld: {withheld}*")))
