"""Checks of the models in the terminal: every number, or a line per check."""

from __future__ import annotations

import textwrap
from collections import Counter

from rich.console import Console
from rich.table import Table
from rich.text import Text

from reprieve.answers.model_check import CheckAnswer, CheckedNumber, CheckRerun
from reprieve.cli.console import console
from reprieve.words import wrapped

_STYLE = {"agrees": "green", "known misfit": "yellow", "not run": "yellow", "disagrees": "bold red"}
_GAP = 2


def print_reruns(found: CheckAnswer, *, every_row: bool) -> None:
    """Print what every check found, and how many rows agree.

    Parameters
    ----------
    found : the models with their checks
    every_row : predicted beside published for every number; otherwise a line per check
    """
    terminal = console()
    for model in found.models:
        terminal.print(Text(model.id, "bold"))
        if model.without_checks:
            terminal.print(Text(_indented(f"no check: {model.without_checks}", terminal), "dim"))
        for check in model.checks:
            if every_row:
                _print_rows(terminal, check)
            else:
                terminal.print(_line(check, terminal.width))
            if check.reason:
                terminal.print(Text(_indented(check.reason, terminal, 4), "yellow"))
    terminal.print()
    terminal.print(_total(found))


def _indented(text: str, terminal: Console, by: int = 2) -> str:
    return textwrap.indent(wrapped(" ".join(text.split()), terminal.width - by), " " * by)


def _line(check: CheckRerun, width: int) -> Text:
    agree = sum(row.verdict == "agrees" for row in check.rows)
    counted = f"{agree} of {len(check.rows)}" if check.rows else "–"
    name = f"  {_name(check)}"
    room = width - 9 - 12 - 2 * _GAP
    short = textwrap.shorten(name.strip(), room - 2, placeholder=" …")
    return Text.assemble(f"  {short}".ljust(room), f"{counted:>9}", "  ", (check.verdict, _STYLE[check.verdict]))


def _name(check: CheckRerun) -> str:
    return f"{check.check.replace('_', ' ')} ({check.origin})"


def _print_rows(terminal: Console, check: CheckRerun) -> None:
    terminal.print()
    terminal.print(Text(_indented(_name(check), terminal), "cyan"))
    if not check.rows:
        terminal.print(Text("  not run", "yellow"))
        return
    table = Table(box=None, padding=(0, _GAP, 0, 0), header_style="bold", pad_edge=False)
    table.add_column("What")
    for column in ("Predicted", "Published", "Allowed"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("Unit", no_wrap=True)
    table.add_column("", no_wrap=True)
    for row in check.rows:
        table.add_row(
            f"{row.what.replace('_', '-')}", _digits(row.predicted), _digits(row.published), _allowed(row),
            row.unit, Text(row.verdict, _STYLE[row.verdict]),
        )  # fmt: skip
    terminal.print(table)


def _digits(value: float) -> str:
    return f"{value:.4g}" if abs(value) < 10_000 else f"{value:.0f}"


def _allowed(row: CheckedNumber) -> str:
    if row.low is not None and row.high is not None:
        return f"{_digits(row.low)}–{_digits(row.high)}"
    return f"≥ {_digits(row.low)}" if row.low is not None else f"≤ {_digits(row.high or 0.0)}"


def _total(found: CheckAnswer) -> Text:
    checks = [check for model in found.models for check in model.checks]
    counts: Counter[str] = Counter(row.verdict for check in checks for row in check.rows)
    not_run = sum(check.verdict == "not run" for check in checks)
    parts = [f"{counts['agrees']} of {counts.total()} numbers agree"]
    parts += [f"{counts[verdict]} {said}" for verdict, said in
              (("known misfit", "are known not to"), ("disagrees", "disagree")) if counts[verdict]]  # fmt: skip
    if not_run:
        parts.append(f"{not_run} {'check was' if not_run == 1 else 'checks were'} not run")
    return Text("; ".join(parts) + ".", "bold green" if found.agrees else "bold red")
