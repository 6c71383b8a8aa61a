"""A model as SBML Level 3 Version 1 Core, with units.

Amounts are species with rate rules. A bolus is an initial amount, an infusion the rate ``R_<compartment>``, mg/h,
which a simulator sets and clears. Parameters of a person are assignment rules, so a covariate or a deviation can be
set as well; SBML has no random effects, so their covariance stands in the notes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from xml.etree import ElementTree as ET

from reprieve.export.equations import Equations
from reprieve.export.expression import Binary, Expression, Symbol, digits
from reprieve.export.mathml import math
from reprieve.export.parts import Assignment

_XHTML = "http://www.w3.org/1999/xhtml"
_CORE = "http://www.sbml.org/sbml/level3/version1/core"
#: (kind, exponent, scale, multiplier) of the base units that make up each unit
_BASE: dict[str, tuple[tuple[str, int, int, str], ...]] = {
    "mg": (("gram", 1, -3, "1"),),
    "h": (("second", 1, 0, "3600"),),
    "L": (("litre", 1, 0, "1"),),
    "kg": (("kilogram", 1, 0, "1"),),
    "year": (("second", 1, 0, "31557600"),),
    "ng/mL": (("gram", 1, -9, "1"), ("litre", -1, -3, "1")),
    "L/h": (("litre", 1, 0, "1"), ("second", -1, 0, "3600")),
    "1/h": (("second", -1, 0, "3600"),),
    "mg/h": (("gram", 1, -3, "1"), ("second", -1, 0, "3600")),
    "L/year": (("litre", 1, 0, "1"), ("second", -1, 0, "31557600")),
    "L/h/year": (("litre", 1, 0, "1"), ("second", -1, 0, "3600"), ("second", -1, 0, "31557600")),
    "1/h/year": (("second", -1, 0, "3600"), ("second", -1, 0, "31557600")),
    "ng/mL per mg/L": (("dimensionless", 1, -3, "1"),),
}  # fmt: skip
_IDS = {unit: unit.replace(" per ", "_for_").replace("1/", "per_").replace("/", "_per_") for unit in _BASE}
_IDS |= {"": "dimensionless", "fraction": "dimensionless"}


def sbml(name: str, heading: Sequence[str], model: Equations) -> str:
    """The XML text.

    Parameters
    ----------
    name : id of the model
    heading : lines that stand in its notes
    model : its equations
    """
    root = ET.Element("sbml", {"xmlns": _CORE, "level": "3", "version": "1"})
    units = {f"{kind}Units": _IDS[unit] for kind, unit in (("substance", "mg"), ("extent", "mg"), ("time", "h"))}
    body = ET.SubElement(root, "model", {"id": name, **units, "volumeUnits": _IDS["L"]})
    body.append(_notes((*heading, *_how_to_dose(model), *_variability(model))))
    body.append(_unit_definitions())
    places = ET.SubElement(body, "listOfCompartments")
    said = {"spatialDimensions": "3", "size": "1", "units": "L", "constant": "true"}
    ET.SubElement(places, "compartment", {"id": "body", "name": "formal; species are amounts"} | said)
    body.append(_species(model))
    rules = [*model.individual, *model.changing, *_entry_rules(model), *(r.concentration for r in model.readouts)]
    body.append(_parameters(model, rules))
    body.append(_rules(model, rules))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _notes(lines: Sequence[str]) -> ET.Element:
    notes = ET.Element("notes")
    body = ET.SubElement(notes, "body", {"xmlns": _XHTML})
    for line in lines:
        ET.SubElement(body, "p").text = line
    return notes


def _how_to_dose(model: Equations) -> list[str]:
    lines = ["Bolus: add it to the initial amount. Infusion: set R_ of the compartment, mg/h, while it runs."]
    for entry in model.entries:
        place = entry.amount.removeprefix("A_")
        share = f"F_{place} of a dose enters {entry.amount}" if entry.share else f"a dose enters {entry.amount}"
        lines.append(share + (f" over D_{place} h, at R_{place}" if entry.duration else ""))
    return lines


def _variability(model: Equations) -> list[str]:
    lines = []
    for block in model.blocks:
        for one, row in zip(block.names, block.lower, strict=True):
            for other, value in zip(block.names, row, strict=False):
                lines.append(f"Covariance of {other} and {one}: {digits(value)}" if one != other else "")
                lines[-1] = lines[-1] or f"Variance of {one}: {digits(value)}"
    for read in model.readouts:
        for kind, size in (
            ("proportional", read.proportional_sd),
            ("additive, ng/mL", read.additive_sd),
            ("log-normal", read.lognormal_sd),
        ):
            if size is not None:
                lines.append(f"Residual standard deviation of {read.analyte}, {kind}: {digits(size)}")
    return lines


def _unit_definitions() -> ET.Element:
    found = ET.Element("listOfUnitDefinitions")
    for unit, parts in _BASE.items():
        definition = ET.SubElement(found, "unitDefinition", {"id": _IDS[unit], "name": unit})
        members = ET.SubElement(definition, "listOfUnits")
        for kind, exponent, scale, multiplier in parts:
            given = {"kind": kind, "exponent": str(exponent), "scale": str(scale), "multiplier": multiplier}
            ET.SubElement(members, "unit", given)
    return found


def _species(model: Equations) -> ET.Element:
    found = ET.Element("listOfSpecies")
    common = {"compartment": "body", "initialAmount": "0", "substanceUnits": "mg", "hasOnlySubstanceUnits": "true"}
    for balance in model.balances:
        ET.SubElement(
            found,
            "species",
            {"id": balance.amount, "name": f"amount in {balance.place}"}
            | common
            | {"boundaryCondition": "false", "constant": "false"},
        )
    return found


def _entry_rules(model: Equations) -> list[Assignment]:
    rules = []
    for entry in model.entries:
        place = entry.amount.removeprefix("A_")
        if entry.share is not None:
            rules.append(Assignment(f"F_{place}", entry.share, "fraction", "share of a dose that enters"))
        if entry.duration is not None:
            rules.append(Assignment(f"D_{place}", entry.duration, "h", "time over which it enters"))
    return rules


def _parameters(model: Equations, rules: Sequence[Assignment]) -> ET.Element:
    found = ET.Element("listOfParameters")

    def add(name: str, unit: str, says: str, value: float | None, constant: bool) -> None:
        given = (
            {"id": name} | ({"name": says} if says else {}) | ({"value": digits(value)} if value is not None else {})
        )
        given |= {"units": _IDS[unit], "constant": "true" if constant else "false"}
        ET.SubElement(found, "parameter", given)

    for quantity in (*model.typical, *model.covariates):
        add(quantity.name, quantity.unit, quantity.says, quantity.value, constant=True)
    for name in (name for block in model.blocks for name in block.names):
        add(name, "", "deviation of the logarithm", 0.0, constant=True)
    for balance in model.balances:
        add(f"R_{balance.place}", "mg/h", f"rate given into {balance.place}", 0.0, constant=False)
    for rule in rules:
        add(rule.name, rule.unit, rule.says, None, constant=False)
    return found


def _rules(model: Equations, rules: Sequence[Assignment]) -> ET.Element:
    found = ET.Element("listOfRules")
    for rule in rules:
        ET.SubElement(found, "assignmentRule", {"variable": rule.name}).append(math(rule.formula, _IDS))
    for balance in model.balances:
        start: Expression = Symbol(f"R_{balance.place}")
        total = reduce(lambda sum_, term: Binary("+" if term[0] > 0 else "-", sum_, term[1]), balance.terms, start)
        ET.SubElement(found, "rateRule", {"variable": balance.amount}).append(math(total, _IDS))
    return found
