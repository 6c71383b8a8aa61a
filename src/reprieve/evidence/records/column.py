"""One column of a table of evidence: what stands in it, in which unit, and what is allowed there."""

from __future__ import annotations

from typing import Literal, get_args

from reprieve.errors import EvidenceError
from reprieve.evidence.records.record import RecordPart

#: ``points`` are of a scale from 0 to 10; ``1`` is a number without a unit.
Unit = Literal["points", "%", "fraction", "1/d", "d", "1"]
UNITS: tuple[Unit, ...] = get_args(Unit)


_NUMBERS = {"number": "number", "whole": "whole number"}


class Column(RecordPart, frozen=True, kw_only=True):
    """A column of a table, as its dictionary describes it.

    Parameters
    ----------
    name, meaning : what it is called and what stands in it
    type : ``text``, a ``number``, a ``whole`` number, or ``yes_no``, written true and false
    required : whether every row must have it; an empty cell means that nothing was printed
    unit : of its numbers; None where they have none, or where another column says it
    allowed : the words that can stand in it; empty where any can
    default : what an empty cell means, where it is not that nothing was printed
    """

    name: str
    meaning: str
    type: Literal["text", "number", "whole", "yes_no"]
    required: bool = False
    unit: Unit | None = None
    allowed: tuple[str, ...] = ()
    default: str | None = None

    def value(self, cell: str) -> str | float | int | bool | None:
        """The value of a cell, None where it is empty.

        Raises
        ------
        EvidenceError
            The cell is not what this column holds; the sentence says what to write.
        """
        if not cell:
            if self.required:
                raise EvidenceError(f"it is empty; write {self._example()}")
            return None
        if self.allowed and cell not in self.allowed:
            raise EvidenceError(f"{cell!r} is not one of {', '.join(self.allowed)}; write one of these")
        if self.type == "text":
            return cell
        if self.type == "yes_no":
            if cell not in ("true", "false"):
                raise EvidenceError(f"{cell!r} is neither true nor false; write one of these")
            return cell == "true"
        return self._number(cell)

    def _number(self, cell: str) -> float | int:
        try:
            number: float | int = int(cell) if self.type == "whole" else float(cell)
        except ValueError:
            raise EvidenceError(f"{cell!r} is not a {_NUMBERS[self.type]}; write {self._example()}") from None
        # float() reads nan, inf and 1_000; a printed number is none of these.
        if not cell.lstrip("+-")[:1].isdigit() or "_" in cell:
            raise EvidenceError(f"{cell!r} is not a plain number; write {self._example()}")
        return number

    def _example(self) -> str:
        if self.allowed:
            return f"one of {', '.join(self.allowed)}"
        return {"text": "it out", "number": "one such as 0.35", "whole": "one such as 20", "yes_no": "true or false"}[
            self.type
        ]
