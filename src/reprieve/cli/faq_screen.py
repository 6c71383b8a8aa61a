"""Answers to patients in the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from reprieve.answers.faq import IN_WORDS, NOT_ADVICE, PlainAnswer, Said
from reprieve.cli.console import console
from reprieve.evidence.records.question import Question
from reprieve.words import wrapped


def print_questions(records: Sequence[Question]) -> None:
    """Print the questions with the word that asks each."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False)
    table.add_column("Question", style="bold cyan", no_wrap=True)
    table.add_column("")
    for record in records:
        table.add_row(record.id, record.question)
    screen = console()
    screen.print(table)
    screen.print(Text("'reprieve faq QUESTION' answers one.", "dim"))


def print_answer(answer: PlainAnswer) -> None:
    """Print one answer, each sentence with what it rests on."""
    screen = console()
    screen.print(Text(answer.question, "bold"))
    for said in answer.sentences:
        screen.print()
        screen.print(Text(wrapped(said.text, screen.width)))
        screen.print(Text(wrapped(f"  {basis(said)}", screen.width), "dim"))
    screen.print()
    screen.print(Text(wrapped(NOT_ADVICE, screen.width), "yellow"))


def basis(said: Said) -> str:
    """What a sentence rests on and how sure one can be: ``Study: Max et al. 1995. Fairly sure (moderate).``."""
    sources = ", ".join((*said.cited, *([said.calibration] if said.calibration else [])))
    unverified = " Recalled, unverified." if not said.verified else ""
    sure = IN_WORDS[said.certainty]
    return f"{said.basis.capitalize()}: {sources}. {sure.capitalize()} ({said.certainty} certainty).{unverified}"
