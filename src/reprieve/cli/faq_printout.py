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
    terminal = console()
    terminal.print(table)
    terminal.print(Text("'reprieve faq QUESTION' answers one.", "dim"))


def print_answer(answer: PlainAnswer) -> None:
    """Print one answer, each sentence with what it rests on."""
    terminal = console()
    terminal.print(Text(answer.question, "bold"))
    for said in answer.sentences:
        terminal.print()
        terminal.print(Text(wrapped(said.text, terminal.width)))
        terminal.print(Text(wrapped(f"  {basis(said)}", terminal.width), "dim"))
    terminal.print()
    terminal.print(Text(wrapped(NOT_ADVICE, terminal.width), "yellow"))


def basis(said: Said) -> str:
    """What a sentence rests on and how sure one can be: ``Study: Max et al. 1995. Fairly sure (moderate).``."""
    sources = ", ".join((*said.cited, *([said.calibration] if said.calibration else [])))
    unverified = " Recalled, unverified." if not said.verified else ""
    sure = IN_WORDS[said.certainty]
    return f"{said.basis.capitalize()}: {sources}. {sure.capitalize()} ({said.certainty} certainty).{unverified}"
