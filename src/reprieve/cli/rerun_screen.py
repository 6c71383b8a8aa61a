"""Checks of the models in the terminal: every number, or a line per check."""

from __future__ import annotations

import math
import textwrap
from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from reprieve.cli.console import console
from reprieve.cli.model_rerun import CheckRerun, ModelRerun
from reprieve.exposure.model_checks import Comparison
from reprieve.words import wrapped

_STYLE = {"agrees": "green", "known misfit": "yellow", "not run": "yellow", "disagrees": "bold red"}
_GAP = 2


def print_reruns(found: Sequence[ModelRerun], *, every_row: bool) -> None:
    """Print what every check found, and how many rows agree.

    Parameters
    ----------
    found : the models
    every_row : predicted beside published for every number; otherwise a line per check
    """
    screen = console()
    for model in found:
        screen.print(Text(model.model.id, "bold"))
        if model.without:
            screen.print(Text(_indented(f"no check: {model.without}", screen), "dim"))
        for check in model.checks:
            if every_row:
                _print_rows(screen, check)
            else:
                screen.print(_line(check, screen.width))
            if check.reason:
                screen.print(Text(_indented(check.reason, screen, 4), "yellow"))
    screen.print()
    screen.print(_total(found))


def _indented(text: str, screen: Console, by: int = 2) -> str:
    return textwrap.indent(wrapped(" ".join(text.split()), screen.width - by), " " * by)


def _line(check: CheckRerun, width: int) -> Text:
    agree = sum(row.agrees for row in check.rows)
    counted = f"{agree} of {len(check.rows)}" if check.rows else "–"
    name = f"  {_name(check)}"
    room = width - 9 - 12 - 2 * _GAP
    short = textwrap.shorten(name.strip(), room - 2, placeholder=" …")
    return Text.assemble(f"  {short}".ljust(room), f"{counted:>9}", "  ", (check.summary, _STYLE[check.summary]))


def _name(check: CheckRerun) -> str:
    return f"{check.check.id.replace('_', ' ')} ({check.check.origin})"


def _print_rows(screen: Console, check: CheckRerun) -> None:
    screen.print()
    screen.print(Text(_indented(_name(check), screen), "cyan"))
    if not check.rows:
        screen.print(Text("  not run", "yellow"))
        return
    table = Table(box=None, padding=(0, _GAP, 0, 0), header_style="bold", pad_edge=False)
    table.add_column("What")
    for column in ("Predicted", "Published", "Allowed"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("Unit", no_wrap=True)
    table.add_column("", no_wrap=True)
    for row in check.rows:
        verdict = check.verdict(row)
        table.add_row(
            f"{row.what.replace('_', '-')}", _digits(row.predicted), _digits(row.expected), _allowed(row),
            row.unit, Text(verdict, _STYLE[verdict]),
        )  # fmt: skip
    screen.print(table)


def _digits(value: float) -> str:
    return f"{value:.4g}" if abs(value) < 10_000 else f"{value:.0f}"


def _allowed(row: Comparison) -> str:
    if math.isinf(row.high):
        return f"≥ {_digits(row.low)}"
    return f"≤ {_digits(row.high)}" if math.isinf(row.low) else f"{_digits(row.low)}–{_digits(row.high)}"


def _total(found: Sequence[ModelRerun]) -> Text:
    checks = [check for model in found for check in model.checks]
    counts: Counter[str] = Counter(check.verdict(row) for check in checks for row in check.rows)
    not_run = sum(check.not_run is not None for check in checks)
    parts = [f"{counts['agrees']} of {counts.total()} numbers agree"]
    parts += [f"{counts[verdict]} {said}" for verdict, said in
              (("known misfit", "are known not to"), ("disagrees", "disagree")) if counts[verdict]]  # fmt: skip
    if not_run:
        parts.append(f"{not_run} {'check was' if not_run == 1 else 'checks were'} not run")
    good = all(model.holds for model in found)
    return Text("; ".join(parts) + ".", "bold green" if good else "bold red")
