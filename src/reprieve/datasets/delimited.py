"""Comma-separated text to named cells; whatever is not plainly that is refused by file, line and column."""

from __future__ import annotations

import csv
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from reprieve.errors import FileError

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)
_OTHER_ENCODINGS = (b"\xff\xfe", b"\xfe\xff")  # UTF-16 and, as it begins alike, UTF-32


@dataclass(frozen=True)
class Place:
    """Where in a file something is."""

    file: str
    line: int
    column: str

    def refuse(self, sentence: str) -> FileError:
        """The error that says what is wrong here and what to do."""
        return FileError(f"{self.file}, line {self.line}, column {self.column}: {sentence}.")


@dataclass(frozen=True)
class Row:
    """One line of values by column name, stripped of surrounding space; ``''`` and ``'.'`` both become ``''``."""

    file: str
    line: int
    cells: dict[str, str]

    def at(self, column: str) -> Place:
        """The place of one of its cells."""
        return Place(self.file, self.line, column)

    def number(self, column: str) -> float | None:
        """The number in a column; None when the cell is missing or there is no such column.

        Raises
        ------
        FileError
            The cell holds anything but a finite number with a decimal point.
        """
        text = self.cells.get(column, "")
        if not text:
            return None
        if _NUMBER.fullmatch(text) and math.isfinite(float(text)):
            return float(text)
        if re.fullmatch(r"[-+]?\d+,\d+", text):
            sentence = f"{text!r} has a decimal comma; write {text.replace(',', '.')}"
        elif re.fullmatch(r"\d+:\d\d(:\d\d)?", text):
            hours, minutes = text.split(":")[:2]
            as_hours = f"{int(hours) + int(minutes) / 60:.6g}"
            sentence = f"{text!r} is a clock time; write hours since the subject's first record, such as {as_hours}"
        elif _NUMBER.fullmatch(text) or re.fullmatch(r"(?i)[-+]?(inf|infinity|nan|na|n/a|null|none)", text):
            sentence = f"{text!r} is not a finite number; write '.' where there is no value"
        else:
            sentence = f"{text!r} is not a number; write one such as 0.35, or '.' where there is no value"
        raise self.at(column).refuse(sentence)

    def whole(self, column: str) -> int | None:
        """The whole number in a column; errors as :meth:`number`."""
        value = self.number(column)
        if value is not None and value != int(value):
            raise self.at(column).refuse(f"{self.cells[column]!r} is not a whole number; write one")
        return None if value is None else int(value)


def _decoded(content: bytes, file: str) -> str:
    if content.startswith(_OTHER_ENCODINGS):
        raise Place(file, 1, "1").refuse("the file is not UTF-8 (it begins like UTF-16); save it as UTF-8 text")
    try:
        return content.decode("utf-8-sig")  # the mark that Excel puts before UTF-8 means nothing
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line, column = before.count(b"\n") + 1, before.rpartition(b"\n")[2].count(b",") + 1
        raise Place(file, line, str(column)).refuse(
            f"byte 0x{content[error.start]:02x} is not UTF-8; save the file as UTF-8 text"
        ) from None


def _split(text: str, file: str, line: int) -> list[str]:
    """The cells of one line."""
    if "\0" in text:
        raise Place(file, line, str(text[: text.index("\0")].count(",") + 1)).refuse(
            "there is a null character; save the file as plain UTF-8 text"
        )
    try:
        return [cell.strip() for cell in next(csv.reader([text], strict=True))]
    except csv.Error:
        column = text[: text.rfind('"')].count(",") + 1
        raise Place(file, line, str(column)).refuse(
            "a quotation mark is not closed, or something follows it; remove the quotation marks"
        ) from None


def _check_header(header: list[str], file: str) -> None:
    for number, name in enumerate(header, 1):
        if not name:
            raise Place(file, 1, str(number)).refuse("the column has no name; name it, or remove the comma before it")
        if header.index(name) < number - 1:
            times = Counter(header)[name]
            raise Place(file, 1, name).refuse(f"the name is there {times} times; keep one column of it")


def rows(content: bytes, file: str) -> tuple[list[str], Iterator[Row]]:
    """The header and the rows of a comma-separated file.

    Parameters
    ----------
    content : the whole file
    file : its name, for the sentences

    Raises
    ------
    FileError
        It is empty, not UTF-8, separated by something else, or a line has more or fewer cells than the header.
    """
    lines = _decoded(content, file).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not lines[0].strip():
        raise Place(file, 1, "1").refuse("there is no header; write the column names on the first line")
    for separator, word in ((";", "semicolons"), ("\t", "tabs"), (" ", "spaces")):
        if "," not in lines[0] and separator in lines[0].strip():
            raise Place(file, 1, "1").refuse(
                f"the columns are separated by {word}; separate them by commas and write decimal points"
            )
    header = _split(lines[0], file, 1)
    _check_header(header, file)
    return header, _rows(lines, header, file)


def _rows(lines: list[str], header: list[str], file: str) -> Iterator[Row]:
    for line, text in enumerate(lines[1:], 2):
        if not text.strip():
            continue
        cells = _split(text, file, line)
        if len(cells) < len(header):
            raise Place(file, line, header[len(cells)]).refuse(
                f"the line ends after {len(cells)} of {len(header)} cells; write '.' for each that is missing"
            )
        if len(cells) > len(header):
            extra = cells[len(header) :]
            cause = "remove the trailing comma" if not any(extra) else "a decimal comma, perhaps: write a point"
            raise Place(file, line, str(len(header) + 1)).refuse(
                f"the line has {len(cells)} cells and the header {len(header)} names; {cause}"
            )
        yield Row(file, line, {n: "" if c == "." else c for n, c in zip(header, cells, strict=True)})
