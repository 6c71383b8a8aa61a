"""The forecast in the terminal: duration, chances, placebo, certainty and warnings on one screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reprieve.cli.console import console
from reprieve.cli.wording import study_label
from reprieve.words import (
    HORIZONS,
    HorizonId,
    clock,
    days,
    days_span,
    horizon,
    percent,
    percent_span,
    sampled,
    spaced,
    spoken,
    wrapped,
)

#: Below this chance of acute relief its peak, onset and offset describe a minority and are not shown.
_MOST = 0.5
#: Columns of the labels, and of the gap after them.
_LABEL, _GAP = 12, 2
#: The horizon at which the sources of uncertainty are shown, and how many of the nearest studies are.
_NEAREST = 3
_SHOWN: HorizonId = "4wk"


def _chances(sustained: Mapping[str, Any]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False)
    table.add_column(f"Relief of {percent(sustained['threshold'])} or more lasts longer than", min_width=24)
    for one in HORIZONS:
        table.add_column(one.short, justify="right", no_wrap=True)
    spans = sustained["exceeds_interval"]
    table.add_row("on this regimen", *(Text(percent(sustained["exceeds"][h.id]), "bold green") for h in HORIZONS))
    table.add_row(
        "  80 % interval", *(percent_span(spans[h.id]["low"], spans[h.id]["high"]) for h in HORIZONS), style="dim"
    )
    table.add_row("on placebo", *(percent(sustained["placebo"]["exceeds"][h.id]) for h in HORIZONS))
    return table


def _duration(found: Mapping[str, Any], follow_up: float) -> str:
    everybody, those = found["duration_days"], found["duration_days_if_relief"]

    def span(some: Mapping[str, Any]) -> str:
        if some["q90"] < follow_up:
            return days_span(some["q10"], some["q90"])
        over = f"over {days(follow_up)}"
        return over if some["q10"] >= follow_up else f"{days_span(some['q10'], some['q10']).split()[0]} to {over}"

    def middle(some: Mapping[str, Any]) -> str:
        return days(some["q50"]) if some["q50"] < follow_up else f"over {days(follow_up)}"

    said = f"median {middle(everybody)} (80 % of people: {span(everybody)})"
    if those["q50"] is None:
        return f"{said}; nobody has relief that outlasts a day"
    return (
        f"{said}. {percent(found['probability_any'])} have lasting relief, theirs for {middle(those)} ({span(those)})"
    )


def _acute(acute: Mapping[str, Any], threshold: float) -> str:
    share, peak = percent(acute["probability"]), percent(acute["peak_relief"])
    if acute["probability"] < _MOST:
        return f"{share} reach relief of {percent(threshold)} while the drug is on board"
    return (
        f"{share} reach relief of {percent(threshold)}, typically {clock(acute['onset_min'] / 60)} into the course; at "
        f"its peak pain is {peak} less; it is gone {clock(acute['offset_h'])} after the last dose"
    )


def _uncertainty(found: Mapping[str, Any]) -> tuple[tuple[str, str], tuple[str, str]]:
    """What is not known of the average clinic, and how clinics and people differ, at one horizon."""
    chance, beyond = found["posterior"]["chance"][_SHOWN], found["difference_from_placebo"][_SHOWN]
    clinics, people = found["setting"]["chance_sd"][_SHOWN], found["population"]["pain_sd"][_SHOWN]
    mean, low, high = (max(round(beyond[name], 2), 0.0) for name in ("mean", "low", "high"))
    more = f"{percent(mean)} above placebo ({percent_span(low, high)})" if high else "as on placebo"
    between = percent_span(chance["low"], chance["high"])
    return (
        ("Not known", f"at {horizon(_SHOWN).words} the chance in the average clinic is {between}; it is {more}"),
        (
            "Differ",
            f"clinics by {percent(clinics)} in that chance, people of one clinic by {people:.1f} points of pain "
            f"(standard deviations)",
        ),
    )


def _exposure(models: Sequence[Mapping[str, Any]]) -> str:
    if not models:
        return "none: no measurable amount is known to reach the blood by this route"
    named = ", ".join(f"{model['id']} ({sampled(model['sampling'])})" for model in models)
    if len(models) == 1:
        return named
    peaks = _span(models, "peak_ng_ml", "{:.3g}".format)
    return f"{named}. Between them: peak {peaks} ng/mL, lasting relief in {_span(models, 'probability_any', percent)}"


def _span(models: Sequence[Mapping[str, Any]], what: str, say: Callable[[float], str]) -> str:
    """From the lowest to the highest of the models, once where they read the same."""
    values = [model[what] for model in models]
    low, high = say(min(values)), say(max(values))
    return low if low == high else f"{low} to {high}"


def _rests_on(answer: Mapping[str, Any]) -> str:
    used = dict.fromkeys(study_label(row) for row in answer["evidence"] if row["role"] == "computed from")
    return ", ".join(used)


def _nearest(answer: Mapping[str, Any]) -> str:
    near = [row for row in answer["evidence"] if row["role"] != "computed from"]
    said = ", ".join(f"{study_label(row)} ({percent(row['weight'])})" for row in near[:_NEAREST])
    return f"{said}; in brackets how alike, as shares of the {len(near)} nearest" if near else "none"


def _patient(patient: dict[str, Any]) -> str:
    shown = {"condition": "{}", "age": "{:g} y", "sex": "{}", "weight": "{:.4g} kg", "pain": "pain {:g}/10"}
    known = patient | {"condition": spoken(patient["condition"])}
    parts = [form.format(known[name]) for name, form in shown.items() if name in known]
    return ", ".join((*parts, *patient.get("interactions", ())))


def _regimen(regimen: Mapping[str, Any]) -> str:
    count = regimen["sessions"]
    infused = regimen["infusion_hours"]
    hours = f"{f'{infused:g} h' if infused >= 2 else clock(infused)} of infusion, " if infused else ""
    parts = regimen["parts"]
    by_part = ", ".join(f"{part['total_mg']:g} mg {part['route']}" for part in parts) if len(parts) > 1 else ""
    whole = f"{regimen['total_mg']:g} mg in all"
    return f"{by_part or whole}, {hours}{count} session{'' if count == 1 else 's'}"


def _details(answer: Mapping[str, Any], width: int) -> Table:
    rows = Table(box=None, show_header=False, padding=(0, _GAP, 0, 0), pad_edge=False)
    rows.add_column(style="bold cyan", no_wrap=True, width=_LABEL)
    rows.add_column()
    sustained, certainty = answer["sustained"], answer["certainty"]

    def add(label: str, said: str, style: str = "") -> None:
        rows.add_row(label, Text(wrapped(spaced(said), width - _LABEL - _GAP), style))

    add("Duration", _duration(sustained, sustained["follow_up_days"]))
    add("On placebo", _duration(sustained["placebo"], sustained["follow_up_days"]))
    for label, said in _uncertainty(answer["uncertainty"]):
        add(label, said)
    add("Acute relief", _acute(answer["acute"], sustained["threshold"]))
    add("Certainty", f"{certainty['level']} ({certainty['by']}). {certainty['statement']}")
    add("Calibration", answer["calibration"], "bold yellow")
    for label, said in (("Outside", answer["extrapolation"]), ("Warning", answer["warnings"])):
        for number, sentence in enumerate(said):
            add(label if number == 0 else "", sentence, "yellow")
    add("Exposure", _exposure(answer["exposure_models"]))
    add("Rests on", _rests_on(answer))
    add("Nearest", _nearest(answer))
    if answer["inputs"]["missing"]:
        add("Not given", ", ".join(answer["inputs"]["missing"]))
    return rows


def print_forecast(answer: Mapping[str, Any]) -> None:
    """Print the answer of ``forecast`` on one screen."""
    screen = console()
    screen.print(Text.assemble(("Reprieve forecast  ", "bold"), _patient(answer["patient"])))
    screen.print(Text(wrapped(answer["regimen"]["text"], screen.width)))
    screen.print(Text(_regimen(answer["regimen"]), "dim"))
    screen.print()
    screen.print(Text(wrapped(spaced(answer["verdict"]), screen.width), "bold"))
    screen.print()
    screen.print(Padding(_chances(answer["sustained"]), (0, 0, 1, 0), expand=False))
    screen.print(_details(answer, screen.width))
