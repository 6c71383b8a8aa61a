"""The command line, from the commands themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from generator.printed import output
from reprieve.cli.app import app
from reprieve.report.markdown_table import table

_CODES = (
    ("0", "answered"),
    ("2", "the input cannot be used; the sentence on stderr says what to change"),
    ("3", "understood, but nothing published lets it be answered"),
    ("1", "a bug in Reprieve"),
)


def commands(group: click.Group = app, path: tuple[str, ...] = ("reprieve",)) -> Iterator[tuple[str, click.Command]]:
    """Every command with the words that call it."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


def page() -> str:
    """The page."""
    parts = [
        "# Command line\n",
        "Results go to stdout, everything else to stderr. The same seed, version and evidence give the same bytes.\n",
        table(("exit code", "meaning"), _CODES),
    ]
    for path, command in commands():
        parts.append(f"## {path}\n\n```text\n{output(f'{path} --help', Path.cwd())}```\n")
        options = [
            (f"`{', '.join(option.opts)}`", option.help)
            for option in command.params
            if isinstance(option, click.Option)
        ]
        if options:
            parts.append(table(("option", "meaning"), options))
    return "\n".join(parts)
