"""How numbers are read from the command line: a decimal comma or NaN is refused with a sentence."""

from __future__ import annotations

from typing import Any

import click

from reprieve.units import parse_number, parse_weight


class _Number(click.ParamType[float]):
    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        label = (param.opts[0] if param else "a number").lstrip("-")
        return value if isinstance(value, float) else parse_number(str(value), label.capitalize())


class _Numbers(click.ParamType[tuple[float, ...]]):
    name = "numbers"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, ...]:
        if isinstance(value, tuple):
            return value
        return tuple(parse_number(part, "A time") for part in str(value).split(","))


class _Weight(click.ParamType[float]):
    name = "weight"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        return parse_weight(value)


NUMBER, NUMBERS, WEIGHT = _Number(), _Numbers(), _Weight()
