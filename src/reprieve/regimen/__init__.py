"""Regimens: what is given, how much, how fast and when.

:class:`Regimen` is a course in one line of text, made of :class:`Part`; :class:`DoseEvent` is one row of
the table it expands to.
"""

from reprieve.regimen.event import DoseEvent
from reprieve.regimen.part import Part
from reprieve.regimen.regimen import Regimen

__all__ = ["DoseEvent", "Part", "Regimen"]
