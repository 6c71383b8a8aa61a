"""What commands print, filled into pages written by hand."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from reprieve import cli

#: Columns of the printed output: what fits a page without scrolling.
_COLUMNS = "88"
_BLOCK = re.compile(r"(<!-- printed by: (?P<command>reprieve .+?) -->\n```text\n).*?(```\n)", re.DOTALL)


@contextlib.contextmanager
def _at(folder: Path) -> Iterator[None]:
    before, columns = Path.cwd(), os.environ.get("COLUMNS")
    os.chdir(folder)
    os.environ["COLUMNS"] = _COLUMNS
    try:
        yield
    finally:
        os.chdir(before)
        os.environ.pop("COLUMNS")
        if columns is not None:
            os.environ["COLUMNS"] = columns


def output(command: str, folder: Path) -> str:
    """What a command prints on stdout, run in a folder.

    Raises
    ------
    RuntimeError
        It did not answer.
    """
    printed = io.StringIO()
    with _at(folder), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()) as said:
        code = cli.run(shlex.split(command)[1:])
    if code:
        raise RuntimeError(f"{command} ended with {code}: {said.getvalue()}")
    return "".join(f"{line.rstrip()}\n" for line in printed.getvalue().splitlines())


def filled(page: str, folder: Path) -> str:
    """A page with every printed block made anew."""
    return _BLOCK.sub(lambda found: f"{found[1]}{output(found['command'], folder)}{found[3]}", page)
