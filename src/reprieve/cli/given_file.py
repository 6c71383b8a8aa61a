"""A file that a command reads: named, or the standard input where ``-`` stands for it."""

from __future__ import annotations

from pathlib import Path

import click

from reprieve.errors import FileError


def content_of(file: str) -> tuple[bytes, str]:
    """The whole of it, and what to call it in a sentence.

    Raises
    ------
    FileError
        It cannot be read.
    """
    name = "standard input" if file == "-" else Path(file).name
    try:
        with click.open_file(file, "rb") as opened:
            return opened.read(), name
    except OSError as error:
        raise FileError(f"{file} cannot be read ({error.strerror}); check the name and that it is a file.") from None


def text_of(file: str) -> tuple[str, str]:
    """The same as text.

    Raises
    ------
    FileError
        It cannot be read, or is not UTF-8.
    """
    content, name = content_of(file)
    try:
        return content.decode("utf-8"), name
    except UnicodeDecodeError:
        raise FileError(f"{name} is not UTF-8 text. Save it as UTF-8 and try again.") from None
