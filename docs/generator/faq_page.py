"""The questions of patients, answered in plain words."""

from __future__ import annotations

from reprieve.answers.faq import IN_WORDS, NOT_ADVICE, PlainAnswer, Said
from reprieve.answers.faq_filling import cited, plain_answers
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.question import MODEL

EVIDENCE = Evidence.packaged()

_SURE = ", ".join(f"*{words}* is {level} certainty" for level, words in IN_WORDS.items())


def page() -> str:
    """The page."""
    return "\n".join(
        [
            f"# Questions that patients ask\n\n{NOT_ADVICE}\n\nAfter each sentence stands what it rests on and how "
            f"sure one can be: {_SURE}. Every number was looked up in the evidence or the forecast when this page was "
            "made. *Model* is the forecast, for a made-up person; `reprieve faq` prints the same.\n",
            *(_answer(answer) for answer in plain_answers(EVIDENCE)),
        ]
    )


def _answer(answer: PlainAnswer) -> str:
    return f"## {answer.question}\n\n" + "".join(f"- {said.text} {_basis(said)}\n" for said in answer.sentences)


def _basis(said: Said) -> str:
    sources = ", ".join((*map(_link, said.sources), *([said.calibration] if said.calibration else [])))
    unverified = "; recalled, unverified" if not said.verified else ""
    return f"*({said.basis}: {sources}; {IN_WORDS[said.certainty]}{unverified})*"


def _link(source: str) -> str:
    if source == MODEL:
        return "[forecast](duration-table.md)"
    if source in EVIDENCE.claims:
        article = next(one for one in EVIDENCE.articles if EVIDENCE.claims[source] in one.claims)
        return f"[{cited(EVIDENCE, source)}](claims.md#{article.id})"
    found = EVIDENCE.reference(source)
    return f"[{cited(EVIDENCE, source)}]({found.link})" if found.link else cited(EVIDENCE, source)
