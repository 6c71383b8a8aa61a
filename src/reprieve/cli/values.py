"""How numbers are read from the command line: a decimal comma or NaN is refused with a sentence."""

from __future__ import annotations

import re
from typing import Any

import click

from reprieve.errors import UnitError
from reprieve.units import parse_number, parse_weight


def _label(param: click.Parameter | None) -> str:
    return (param.opts[0] if param else "a number").lstrip("-").capitalize()


class _Number(click.ParamType[float]):
    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        if re.fullmatch(r"\s*\d+\.?\d*\s*%\s*", str(value)):
            share = float(str(value).replace("%", "")) / 100
            raise UnitError(f"{_label(param)} is given as {value!r}; write it without a percent sign, as {share:g}.")
        return parse_number(str(value), _label(param))


class Whole(click.ParamType[int]):
    """A whole number from ``low`` to ``high``."""

    name = "whole number"

    def __init__(self, low: int, high: int | None = None) -> None:
        self.low, self.high = low, high

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read it, or refuse with the range."""
        text = str(value).strip()
        allowed = f"from {self.low} to {self.high}" if self.high else f"of {self.low} or more"
        if not re.fullmatch(r"[-+]?\d{1,18}", text) or not self.low <= int(text) <= (self.high or int(text)):
            raise UnitError(f"{_label(param)} is given as {text!r}; it must be a whole number {allowed}.")
        return int(text)


class _Times(click.ParamType[tuple[float, ...]]):
    name = "times"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, ...]:
        if isinstance(value, tuple):
            return value
        text = str(value).strip()
        if re.fullmatch(r"0,\d+", text):
            point, both = text.replace(",", "."), text.replace(",", ", ")
            raise UnitError(f"Times are given as {text!r}: that can mean {point} h, or 0 and {text[2:]} h. "
                            f"Write '{point}' or, with a space, '{both}'.")  # fmt: skip
        parts = [part.strip() for part in text.split(",")]
        if not all(re.fullmatch(r"[-+.\deE]+", part) for part in parts):
            raise UnitError(f"Times are given as {text!r}; write hours with commas between them, such as 0.5,1,2.")
        times = tuple(parse_number(part, "A time") for part in parts)
        if list(times) != sorted(times):
            raise UnitError(
                f"Times are given as {text!r}, which do not rise; put them in order, and write decimals with a point."
            )
        return times


class _Weight(click.ParamType[float]):
    name = "weight"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        return parse_weight(value)


NUMBER, TIMES, WEIGHT = _Number(), _Times(), _Weight()
