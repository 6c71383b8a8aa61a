"""The regimen of a question, however it was given."""

from __future__ import annotations

from reprieve.errors import InputError
from reprieve.evidence.records.protocol import Protocol
from reprieve.regimen import Regimen


def regimen_of(given: object) -> Regimen:
    """The regimen behind a regimen, a named protocol, or a line of regimen text.

    Raises
    ------
    InputError
        It is none of these, or the text cannot be read.
    """
    text = given.regimen if isinstance(given, Protocol) else given
    if isinstance(text, Regimen):
        return text
    if not isinstance(text, str):
        raise InputError(
            f"The regimen is given as {text!r}; give text such as 'racemic iv 0.5 mg/kg over 40 min', a Regimen or a "
            f"protocol."
        )
    return Regimen.parse(text)
