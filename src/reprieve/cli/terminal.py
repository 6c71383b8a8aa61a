"""Answers in the terminal: a physician finds duration, chances, placebo, certainty and warnings on one screen."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reprieve.evidence.records.protocol import Protocol
from reprieve.relief.exposure import Concentration

_HORIZONS = {"48h": "48 h", "2wk": "2 weeks", "4wk": "4 weeks", "12wk": "12 weeks"}


def _console() -> Console:
    wide = 100 if not sys.stdout.isatty() else None
    return Console(width=wide, highlight=False)


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.0f} %"


def _days(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.1f} d" if 0 < value < 10 else f"{value:.0f} d"


def _minutes(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.0f} min" if value < 120 else f"{value / 60:.1f} h"


def _chances(sustained: Mapping[str, Any]) -> Table:
    table = Table(box=None, padding=(0, 2), header_style="bold")
    table.add_column(f"Chance that relief of {100 * sustained['threshold']:.0f} % or more outlasts", justify="left")
    for name in _HORIZONS.values():
        table.add_column(name, justify="right")
    spans = sustained["exceeds_interval"]
    table.add_row("this regimen", *(Text(_percent(sustained["exceeds"][h]), "bold green") for h in _HORIZONS))
    table.add_row(
        "  80 % interval",
        *(f"{100 * spans[h]['low']:.0f}–{100 * spans[h]['high']:.0f} %" for h in _HORIZONS),
        style="dim",
    )
    table.add_row("placebo", *(_percent(sustained["placebo"]["exceeds"][h]) for h in _HORIZONS))
    return table


def _duration(sustained: Mapping[str, Any]) -> str:
    everybody, those = sustained["duration_days"], sustained["duration_days_if_relief"]
    placebo = sustained["placebo"]
    return (
        f"median {_days(everybody['q50'])} over everybody (80 % interval {_days(everybody['q10'])} to "
        f"{_days(everybody['q90'])}); placebo {_days(placebo['duration_days']['q50'])}. "
        f"{_percent(sustained['probability_any'])} have lasting relief (placebo {_percent(placebo['probability_any'])}), "
        f"for {_days(those['q50'])} ({_days(those['q10'])} to {_days(those['q90'])})."
    )


def _acute(acute: Mapping[str, Any]) -> str:
    if acute["probability"] < 0.5:
        return f"{_percent(acute['probability'])} reach relief while drug is on board; median peak {_percent(acute['peak_relief'])}."
    return (
        f"{_percent(acute['probability'])} reach relief, {_minutes(acute['onset_min'])} after the start; peak "
        f"{_percent(acute['peak_relief'])} less pain; over {_minutes(60 * acute['offset_h'])} after the last dose."
    )


def _rests_on(answer: Mapping[str, Any]) -> str:
    used = dict.fromkeys(row["study"] for row in answer["evidence"] if row["role"] == "computed from")
    near = [row["study"] for row in answer["evidence"] if "why" in row]
    return f"computed from {'; '.join(used)}. Nearest studies (for comparison): {'; '.join(near[:3])}."


def _patient(patient: Mapping[str, Any]) -> str:
    shown = {"condition": "{}", "age": "{:g} y", "sex": "{}", "weight": "{:.4g} kg", "pain": "pain {:g}/10"}
    return ", ".join(form.format(patient[name]) for name, form in shown.items() if name in patient)


def print_forecast(answer: Mapping[str, Any]) -> None:
    """Print the answer of ``forecast`` on one screen."""
    console = _console()
    regimen, certainty, model = answer["regimen"], answer["certainty"], answer["model"]
    console.print(Text.assemble(("Reprieve forecast  ", "bold"), _patient(answer["patient"])))
    console.print(
        f"{regimen['text']}  [dim]({regimen['total_mg']:g} mg, {regimen['infusion_hours']:g} h of infusion, "
        f"{regimen['sessions']} session{'' if regimen['sessions'] == 1 else 's'})[/dim]"
    )
    console.print()
    console.print(Text(answer["verdict"], "bold"))
    console.print()
    console.print(Padding(_chances(answer["sustained"]), (0, 0, 1, 0)))
    rows = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    rows.add_column(style="bold cyan", no_wrap=True)
    rows.add_column()
    rows.add_row("Duration", _duration(answer["sustained"]))
    rows.add_row("Acute", _acute(answer["acute"]))
    rows.add_row("Status", Text(answer["calibration"], "bold yellow"))
    rows.add_row("Certainty", f"{certainty['level']} ({certainty['by']}). {certainty['statement']}")
    rows.add_row("Exposure", f"{model['id']} ({model['sampling']}). {model['reason']}")
    for label, style, said in (
        ("Outside", "yellow", answer["extrapolation"]),
        ("Warning", "yellow", answer["warnings"]),
    ):
        for number, sentence in enumerate(said):
            rows.add_row(label if number == 0 else "", Text(sentence, style))
    missing = ", ".join(answer["inputs"]["missing"])
    if missing:
        rows.add_row("Missing", f"{missing} (not given)")
    rows.add_row("Rests on", _rests_on(answer))
    console.print(rows)


def print_concentration(found: Concentration) -> None:
    """Print a table of concentrations with their model."""
    console = _console()
    table = Table(box=None, padding=(0, 2), header_style="bold")
    table.add_column("Time (h)", justify="right")
    for name in found.analytes:
        table.add_column(f"{name.replace('_', '-')} (ng/mL)", justify="right")
    for time, row in zip(found.times_h, found.values, strict=True):
        table.add_row(f"{time:g}", *(f"{value:.4g}" for value in row))
    console.print(table)
    console.print(f"[dim]Model {found.model}, {found.sampling} sampling: {found.reason}[/dim]")
    if found.note:
        console.print(Text(found.note, "yellow"))


def print_protocols(records: Sequence[Protocol]) -> None:
    """Print the list of named protocols."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for column in ("Protocol", "Regimen", "As", "Studied in"):
        table.add_column(column, no_wrap=column == "Protocol")
    for record in records:
        table.add_row(record.id, record.regimen, record.regimen_status, record.condition or "not in pain")
    _console().print(table)


def print_protocol(record: Protocol) -> None:
    """Print one protocol with its source."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold cyan")
    table.add_column()
    table.add_row("Protocol", f"{record.id}: {record.title}")
    table.add_row("Regimen", record.regimen)
    table.add_row("Status", f"{record.regimen_status}{': ' + record.reason if record.reason else ''}")
    table.add_row("Studied in", record.condition or "not in pain")
    table.add_row("Setting", record.setting)
    table.add_row("Weight", record.weight_basis.replace("_", " "))
    table.add_row("Sources", ", ".join(record.sources))
    table.add_row("Notes", record.notes)
    _console().print(table)


def print_arms(answers: Sequence[Mapping[str, Any]]) -> None:
    """Print predictions of trial arms."""
    console = _console()
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for column in ("Arm", "Outcome", "Day", "Median", "80 % interval"):
        table.add_column(column)
    for answer in answers:
        if "refused" in answer:
            table.add_row(answer["id"], Text(answer["refused"], "yellow"))
        for row in answer["predictions"]:
            share = f" (≥ {100 * row['threshold']:.0f} %)" if "threshold" in row else ""
            name = row["measure"].replace("_", " ") + share
            table.add_row(
                answer["id"], name, f"{row['day']:g}", f"{row['q50']:.2f}", f"{row['q10']:.2f} to {row['q90']:.2f}"
            )
    console.print(table)
