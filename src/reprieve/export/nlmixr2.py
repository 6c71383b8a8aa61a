"""A model as text for nlmixr2 and rxode2 (R): ``source("model.R")`` defines a function of the model's name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reprieve.export.equations import Equations
from reprieve.export.expression import Notation, digits
from reprieve.export.mrgsolve import signed_sum
from reprieve.export.parts import Assignment, Readout

_NOTATION = Notation(power="^", renamed={"TIME": "t"})


def nlmixr2(name: str, heading: Sequence[str], model: Equations) -> str:
    """The model text; arguments as for :func:`reprieve.export.sbml.sbml`."""
    lines = [*(f"# {line}" for line in heading), *_how_to_run(name, model), "", f"{name} <- function() {{", "  ini({"]
    for quantity in model.typical:
        lines.append(f"    {quantity.name} <- {digits(quantity.value)}  # {quantity.unit}; {quantity.says}")
    for block in model.blocks:
        lower = [digits(value) for row in block.lower for value in row]
        values = f"c({', '.join(lower)})" if len(lower) > 1 else lower[0]
        lines.append(f"    {' + '.join(block.names)} ~ {values}  # log scale")
    for read in model.readouts:
        for kind, size in _errors(read):
            unit = "ng/mL" if kind == "ADD" else "standard deviation"
            lines.append(f"    {kind}_{read.analyte} <- {digits(size)}  # {unit}")
    lines += ["  })", "  model({"]
    lines += [f"    {_assigned(one)}" for one in (*model.individual, *model.changing)]
    for balance in model.balances:
        lines.append(f"    d/dt({balance.amount}) <- {signed_sum(balance, _NOTATION)}")
    for entry in model.entries:
        if entry.share is not None:
            lines.append(f"    f({entry.amount}) <- {_NOTATION.text(entry.share)}")
        if entry.duration is not None:
            lines.append(f"    dur({entry.amount}) <- {_NOTATION.text(entry.duration)}")
    for read in model.readouts:
        lines.append(f"    {_assigned(read.concentration)}")
    for read in model.readouts:
        lines += [f"    C_{read.analyte} ~ {error}" for error in _endpoint(read)]
    return "\n".join([*lines, "  })", "}", ""])


def _how_to_run(name: str, model: Equations) -> Iterator[str]:
    into = next(iter(model.routes.values()))[0]
    yield f'# Run: ev <- as.data.frame(rxode2::et(amt = 10, cmt = "{into}") |> rxode2::et(seq(0, 24, 0.1)))'
    for quantity in model.covariates:
        yield f"#   ev${quantity.name} <- {digits(quantity.value)}  # {quantity.unit or '1'}; {quantity.says}"
    typical = f"rxode2::zeroRe({name})" if model.blocks else name
    yield f"#   rxode2::rxSolve({typical}, ev)  # the typical person"
    for entry in model.entries:
        if entry.duration is not None:
            yield f"# Doses into {entry.amount}: rate = -2, so that dur({entry.amount}) is how long they enter"


def _assigned(one: Assignment) -> str:
    said = ", ".join(filter(None, (one.unit if one.unit != "fraction" else "", one.says)))
    return f"{one.name} <- {_NOTATION.text(one.formula)}" + (f"  # {said}" if said else "")


def _errors(read: Readout) -> Iterator[tuple[str, float]]:
    for kind, size in (("PROP", read.proportional_sd), ("ADD", read.additive_sd), ("LOGN", read.lognormal_sd)):
        if size is not None:
            yield kind, size


def _endpoint(read: Readout) -> Iterator[str]:
    """The residual error of one analyte, if it has one."""
    function = {"PROP": "prop", "ADD": "add", "LOGN": "lnorm"}
    errors = [f"{function[kind]}({kind}_{read.analyte})" for kind, _ in _errors(read)]
    if errors:
        yield " + ".join(errors)
