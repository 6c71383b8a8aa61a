"""A data file that is named on the command line, or comes through the standard input as ``-``."""

from __future__ import annotations

import sys
from pathlib import Path

from reprieve.errors import FileError

STANDARD_INPUT = "-"


def content_of(file: str) -> tuple[bytes, str]:
    """The whole of it, and what to call it in a sentence.

    Raises
    ------
    FileError
        It cannot be read.
    """
    if file == STANDARD_INPUT:
        return sys.stdin.buffer.read(), "standard input"
    path = Path(file)
    try:
        return path.read_bytes(), path.name
    except OSError as error:
        raise FileError(f"{path} cannot be read ({error.strerror}); check the name and that it is a file.") from None


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
