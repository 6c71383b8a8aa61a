"""Formulas as small trees, written once and printed in the notation of each language."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Literal, TypeAlias


@dataclass(frozen=True)
class Number:
    """A literal; ``unit`` is a house unit, empty when it has none."""

    value: float
    unit: str = ""


@dataclass(frozen=True)
class Symbol:
    """A named quantity."""

    name: str


@dataclass(frozen=True)
class Binary:
    """``left op right``."""

    op: Literal["+", "-", "*", "/", "^"]
    left: Expression
    right: Expression


@dataclass(frozen=True)
class Exponential:
    """``exp(of)``."""

    of: Expression


@dataclass(frozen=True)
class Above:
    """``max(0, of - limit)``, written as (of > limit)·(of - limit), which every language has."""

    of: Expression
    limit: Number


Expression: TypeAlias = Number | Symbol | Binary | Exponential | Above

#: Hours since the first dose, which every language calls something else.
TIME = Symbol("TIME")

_BINDS = {"+": 1, "-": 1, "*": 2, "/": 2, "^": 3}


def product(*factors: Expression) -> Expression:
    """All factors multiplied, from the left."""
    return reduce(lambda left, right: Binary("*", left, right), factors)


def digits(value: float) -> str:
    """Twelve significant digits, with a point, so that no language takes a number for an integer.

    Conversion to house units leaves 88.80000000000001 of 1.48 L/min; beyond twelve digits nothing was printed.
    """
    text = f"{value:.12g}"
    return text if "." in text or "e" in text or not math.isfinite(value) else f"{text}.0"


@dataclass(frozen=True)
class Notation:
    """How a language of text writes a power and the time.

    Parameters
    ----------
    power : as a call of ``pow`` or with a sign between
    renamed : symbols with another name there
    """

    power: Literal["pow", "^"]
    renamed: Mapping[str, str]

    def text(self, formula: Expression, outer: int = 0) -> str:
        """The formula, with brackets only where they are needed."""
        match formula:
            case Number():
                return digits(formula.value) if formula.value >= 0 else f"({digits(formula.value)})"
            case Symbol():
                return self.renamed.get(formula.name, formula.name)
            case Exponential():
                return f"exp({self.text(formula.of)})"
            case Above():
                of, limit = self.text(formula.of, 3), self.text(formula.limit, 3)
                beyond = f"({of} > {limit})*({of} - {limit})"
                return f"({beyond})" if outer > _BINDS["*"] else beyond
            case Binary(op="^") if self.power == "pow":
                return f"pow({self.text(formula.left)}, {self.text(formula.right)})"
            case Binary():
                binds = _BINDS[formula.op]
                # Bracketed on both sides, a power means the same wherever it groups to.
                left = self.text(formula.left, binds + (formula.op == "^"))
                right = self.text(formula.right, binds + (formula.op not in "+*"))
                sign = f" {formula.op} " if formula.op in "+-" else formula.op
                written = f"{left}{sign}{right}"
                return f"({written})" if binds < outer else written
