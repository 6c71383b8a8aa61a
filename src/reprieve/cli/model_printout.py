"""One population model on a page: everything its record says, with unit, status and what is missing."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from reprieve.answers.model import ModelAnswer
from reprieve.cli.console import console
from reprieve.cli.model_list_printout import who
from reprieve.evidence.records.parameter import Parameter
from reprieve.evidence.records.participants import Participants, Range, Signature
from reprieve.evidence.records.structure import RouteInput
from reprieve.report.covariate_effect import effect_in_words
from reprieve.words import sampled, wrapped

_LABEL, _GAP = 13, 2


def print_model(model: ModelAnswer) -> None:
    """Print the page."""
    terminal = console()
    terminal.print(Text(model.id, "bold"))
    _print_rows(terminal, _facts(model))
    if model.parameters:
        terminal.print()
        terminal.print(_parameters(model))
    if model.quoted:
        terminal.print()
        terminal.print(_quoted(model))
    rest = tuple(_rest(model))
    if rest:
        terminal.print()
        _print_rows(terminal, rest)


def _print_rows(terminal: Console, rows: Any) -> None:
    table = Table(box=None, show_header=False, padding=(0, _GAP, 0, 0), pad_edge=False)
    table.add_column(style="bold cyan", no_wrap=True, width=_LABEL)
    table.add_column()
    before = None
    for label, said in rows:
        text = wrapped(" ".join(said.split()), terminal.width - _LABEL - _GAP)
        table.add_row("" if label == before else label, Text(text, "yellow" if label == "Missing" else ""))
        before = label
    terminal.print(table)


def _facts(model: ModelAnswer) -> Iterator[tuple[str, str]]:
    yield "Source", model.citation + (f", {model.link}" if model.link else "")
    for text in model.sources_read:
        yield "Read in", text
    yield "Evidence", model.evidence_level
    yield "State", ": ".join(filter(None, (model.state, model.why_not))) + f" ({model.completeness})"
    if model.described:
        yield "Described as", model.described
    yield "Forms", f"{' and '.join(model.forms)} ({model.forms_status})"
    yield "Sampling", _sampling(model)
    yield "Population", _population(model.population)
    for name, analyte in model.analytes.items():
        counted = "" if analyte.counted_as == analyte.substance else f", counted as {analyte.counted_as}"
        said = f"{name.replace('_', '-')}: {analyte.substance} in {analyte.compartment}{counted}"
        yield "Analytes", said + (f" ({analyte.note})" if analyte.note else "")
    for route, entered in model.inputs.items():
        yield "Inputs", f"{route}: {_input(entered)}"
    yield from _dependences(model)


def _sampling(model: ModelAnswer) -> str:
    if model.sampling == model.matrix == "not seen":
        return model.sampling_note
    matrix = "matrix not seen" if model.matrix == "not seen" else model.matrix
    status = "" if model.sampling == "not seen" else f" ({model.sampling_status})"
    return f"{sampled(model.sampling)}, {matrix}{status}. {model.sampling_note}"


def _population(people: Participants) -> str:
    parts = [who(people)]
    if people.female is not None and people.male is not None:
        parts.append(f"{people.female} female and {people.male} male")
    parts += [_span("age", people.age_years, "years"), _span("weight", people.weight_kg, "kg")]
    return "; ".join(parts)


def _span(what: str, span: Range | None, unit: str) -> str:
    if span is None:
        return f"{what} not seen"
    middle = next((f", {n} {v:g}" for n, v in (("mean", span.mean), ("median", span.median)) if v is not None), "")
    return f"{what} {span.low:g} to {span.high:g} {unit}{middle}"


def _input(entered: RouteInput) -> str:
    entries = []
    for entry in entered.entries:
        share = entry.fraction or ("all" if entry.share == "dose" else f"what is {entry.share}")
        entries.append(f"{share} into {entry.into}" + (f" over {entry.duration}" if entry.duration else ""))
    said = " and ".join(entries)
    return ". ".join(filter(None, (said, entered.dosage_form, entered.infusion_only, entered.note)))


def _dependences(model: ModelAnswer) -> Iterator[tuple[str, str]]:
    for name, covariate in model.covariates.items():
        at = covariate.reference
        reference = f"{at:g} {covariate.unit}" if isinstance(at, float | int) else at.replace("_", " ")
        missing = "must be given" if covariate.when_missing == "ask" else "taken as the reference when not given"
        missing += "; refused outside the range studied" if covariate.outside_studied == "hard" else ""
        yield "Covariates", f"{name}: reference {reference}; {missing}"
    for effect in model.effects:
        yield (
            "Covariates",
            f"{', '.join(effect.parameters)}: {effect_in_words(model.covariates, effect)} ({effect.status})",
        )
    for name, enzyme in model.enzymes.items():
        acts = [f"{type(a).__name__.lower()} by {a.by or a.at}" for a in enzyme.actions]
        yield "Enzymes", f"{name} behind {', '.join(enzyme.parameters)}: {', '.join(acts)}"


def _plain_table(*columns: str, right: int) -> Table:
    """A table without lines; column ``right`` holds numbers."""
    table = Table(box=None, padding=(0, _GAP, 0, 0), header_style="bold", pad_edge=False)
    for position, column in enumerate(columns):
        table.add_column(column, justify="right" if position == right else "left")
    return table


def _parameters(model: ModelAnswer) -> Table:
    between = model.between_subject
    variance, logit, additive = between.log_variance(), between.logit_sd, between.additive_sd
    table = _plain_table("Parameter", "Value", "Unit", "Between people", "Status", right=1)
    for name, found in model.parameters.items():
        varies = f"CV {100 * math.sqrt(math.expm1(variance[name])):.0f} %" if name in variance else "–"
        varies = f"logit SD {logit[name]:g}" if name in logit else varies
        varies = f"SD {additive[name]:g}" if name in additive else varies
        table.add_row(name, _value(found), found.unit or "", varies, found.status + (", fixed" if found.fixed else ""))
    return table


def _value(found: Parameter) -> str:
    return f"as {found.same_as}" if found.value is None else f"{found.value:g}"


def _quoted(model: ModelAnswer) -> Table:
    table = _plain_table("Printed, not used", "Value", "Unit", "Status", right=1)
    for name, found in model.quoted.items():
        span = "" if found.low is None or found.high is None else f" ({found.low:g} to {found.high:g})"
        value = found.value if isinstance(found.value, str) else f"{found.value:g}"
        table.add_row(name, value + span, found.unit, found.status)
    return table


def _rest(model: ModelAnswer) -> Iterator[tuple[str, str]]:
    for lack in model.missing:
        yield "Missing", f"{lack.what}: {lack.reason}"
    for note in model.notes:
        yield "Notes", note
    if model.no_independent_check:
        yield "No check", model.no_independent_check
    count = len(model.checks)
    if count:
        yield "Checks", f"{count} ('reprieve models check {model.id}' runs {'it' if count == 1 else 'them'})"
    yield "Transcribed", _signed(model.transcribed)
    yield "Checked by", _signed(model.checked)


def _signed(signature: Signature) -> str:
    return ", ".join(filter(None, (signature.by, signature.date))) or "nobody yet"
