"""Formulas as content MathML, in the subset SBML Level 3 Version 1 allows."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree as ET

from reprieve.export.expression import TIME, Above, Binary, Exponential, Expression, Number, Symbol, digits

_NAMESPACE = "http://www.w3.org/1998/Math/MathML"
_SBML = "http://www.sbml.org/sbml/level3/version1/core"
_TIME = "http://www.sbml.org/sbml/symbols/time"
_OPERATOR = {"+": "plus", "-": "minus", "*": "times", "/": "divide", "^": "power"}


def math(formula: Expression, units: Mapping[str, str]) -> ET.Element:
    """A ``math`` element.

    Parameters
    ----------
    formula : what to write
    units : from unit of a literal to the id of its definition
    """
    root = ET.Element("math", {"xmlns": _NAMESPACE, "xmlns:sbml": _SBML})
    root.append(_element(formula, units))
    return root


def _element(formula: Expression, units: Mapping[str, str]) -> ET.Element:
    match formula:
        case Number():
            return _number(formula, units)
        case Symbol() if formula == TIME:
            time = ET.Element("csymbol", {"encoding": "text", "definitionURL": _TIME})
            time.text = " time "
            return time
        case Symbol():
            name = ET.Element("ci")
            name.text = f" {formula.name} "
            return name
        case Exponential():
            return _apply("exp", _element(formula.of, units))
        case Above():
            of, limit = formula.of, formula.limit
            piecewise = ET.Element("piecewise")
            piece = ET.SubElement(piecewise, "piece")
            piece.append(_element(Binary("-", of, limit), units))
            piece.append(_apply("gt", _element(of, units), _element(limit, units)))
            ET.SubElement(piecewise, "otherwise").append(_element(Number(0.0, limit.unit), units))
            return piecewise
        case Binary():
            return _apply(_OPERATOR[formula.op], _element(formula.left, units), _element(formula.right, units))


def _apply(operator: str, *arguments: ET.Element) -> ET.Element:
    made = ET.Element("apply")
    ET.SubElement(made, operator)
    made.extend(arguments)
    return made


def _number(formula: Number, units: Mapping[str, str]) -> ET.Element:
    made = ET.Element("cn", {"sbml:units": units[formula.unit]})
    mantissa, marked, exponent = digits(formula.value).partition("e")
    made.text = f" {mantissa} "
    if marked:
        made.set("type", "e-notation")
        ET.SubElement(made, "sep").tail = f" {int(exponent)} "
    return made
