"""A model as text for mrgsolve (R): ``mread("model.mod")``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reprieve.export.equations import Equations
from reprieve.export.expression import Notation, digits
from reprieve.export.parts import Assignment, Balance, Readout

_NOTATION = Notation(power="pow", renamed={"TIME": "SOLVERTIME"})


def mrgsolve(name: str, heading: Sequence[str], model: Equations) -> str:
    """The model text; arguments as for :func:`reprieve.export.sbml.sbml`."""
    lines = [f"$PROB {name}", *(_plain(line) for line in heading), *_how_to_dose(model), ""]
    lines += ["$SET delta = 0.1, end = 24", "", "$PARAM @annotated"]
    for quantity in (*model.typical, *model.covariates):
        lines.append(f"{quantity.name} : {digits(quantity.value)} : {_said(quantity.says)} ({quantity.unit or '1'})")
    lines += ["", "$CMT @annotated", *(f"{b.amount} : amount in {b.place} (mg)" for b in model.balances)]
    lines += ["", "$MAIN", *(f"double {_assigned(one)}" for one in model.individual), *_entries(model)]
    for block in model.blocks:
        lines += ["", "$OMEGA @annotated @block" if len(block.names) > 1 else "$OMEGA @annotated"]
        for one, row in zip(block.names, block.lower, strict=True):
            lines.append(f"{one} : {' '.join(map(digits, row))} : log scale")
    sigma = [line for read in model.readouts for line in _sigma(read)]
    lines += ["", "$SIGMA @annotated", *sigma] if sigma else []
    lines += ["", "$ODE", *(f"double {_assigned(one)}" for one in model.changing)]
    lines += [_derivative(balance) for balance in model.balances]
    # Concentrations are read where the time is the one of the record, which $TABLE calls TIME.
    table = Notation(power="pow", renamed={})
    lines += ["", "$TABLE"]
    for read in model.readouts:
        lines.append(f"double {_assigned(read.concentration, table)}")
        lines += [f"double Y_{read.analyte} = {observed};" for observed in _observed(read)]
    names = [f"C_{read.analyte} : concentration (ng/mL)" for read in model.readouts]
    names += [f"Y_{read.analyte} : as observed (ng/mL)" for read in model.readouts if list(_observed(read))]
    return "\n".join([*lines, "", "$CAPTURE @annotated", *names, ""])


def _plain(line: str) -> str:
    """A line of the description that cannot be taken for a block, an option or a comment."""
    return line.replace("$", "USD ").replace("//", "/ /").replace("#", "no. ").replace("@", " at ")


def _said(text: str) -> str:
    """A description: colons divide the fields of an annotation."""
    return _plain(text).replace(":", ";")


def _how_to_dose(model: Equations) -> Iterator[str]:
    for entry in model.entries:
        if entry.duration is not None:
            yield f"Doses into {entry.amount}: rate = -2, so that D_{entry.amount} is how long they enter"


def _assigned(one: Assignment, notation: Notation = _NOTATION) -> str:
    said = ", ".join(filter(None, (one.unit if one.unit != "fraction" else "", one.says)))
    return f"{one.name} = {notation.text(one.formula)};" + (f" // {said}" if said else "")


def _entries(model: Equations) -> Iterator[str]:
    for entry in model.entries:
        if entry.share is not None:
            yield f"F_{entry.amount} = {_NOTATION.text(entry.share)};"
        if entry.duration is not None:
            yield f"D_{entry.amount} = {_NOTATION.text(entry.duration)}; // h"


def _derivative(balance: Balance) -> str:
    return f"dxdt_{balance.amount} = {signed_sum(balance, _NOTATION)};"


def signed_sum(balance: Balance, notation: Notation) -> str:
    """The terms of a balance, what leaves with a minus."""
    terms = [f"{'+' if sign > 0 else '-'} {notation.text(formula, 2)}" for sign, formula in balance.terms]
    text = " ".join(terms)
    return text.removeprefix("+ ") if text.startswith("+") else f"-{text.removeprefix('- ')}"


def _sigma(read: Readout) -> Iterator[str]:
    sizes = (("PROP", read.proportional_sd), ("ADD", read.additive_sd), ("LOGN", read.lognormal_sd))
    for kind, size in sizes:
        if size is not None:
            unit = " ng/mL" if kind == "ADD" else ""
            yield f"{kind}_{read.analyte} : {digits(size**2)} : variance, standard deviation {digits(size)}{unit}"


def _observed(read: Readout) -> Iterator[str]:
    """What would be measured, where a residual error is known; at most one line."""
    name = read.analyte
    if read.lognormal_sd is not None:
        yield f"C_{name}*exp(LOGN_{name})"
    elif read.proportional_sd is not None or read.additive_sd is not None:
        text = f"C_{name}*(1.0 + PROP_{name})" if read.proportional_sd is not None else f"C_{name}"
        yield text + (f" + ADD_{name}" if read.additive_sd is not None else "")
