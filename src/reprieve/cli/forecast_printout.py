"""The forecast in the terminal: duration, chances, placebo, certainty and warnings at one look."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reprieve.answers.forecast import ForecastAnswer, GivenPatient, GivenRegimen, ModelAlone
from reprieve.answers.relief import Acute, Lasting, Quantiles, SustainedAnswer, UncertaintyAnswer
from reprieve.cli.console import console
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


def _chances(sustained: SustainedAnswer) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False)
    table.add_column(f"Relief of {percent(sustained.threshold)} or more lasts longer than", min_width=24)
    for one in HORIZONS:
        table.add_column(one.short, justify="right", no_wrap=True)
    spans = sustained.exceeds_interval
    table.add_row("on this regimen", *(Text(percent(sustained.exceeds[h.id]), "bold green") for h in HORIZONS))
    table.add_row("  80 % interval", *(percent_span(spans[h.id].low, spans[h.id].high) for h in HORIZONS), style="dim")
    table.add_row("on placebo", *(percent(sustained.placebo.exceeds[h.id]) for h in HORIZONS))
    return table


def _duration(found: Lasting, follow_up: float) -> str:
    over = f"over {days(follow_up)}"

    def span(low: float, high: float) -> str:
        if high < follow_up:
            return days_span(low, high)
        return over if low >= follow_up else f"{days_span(low, low).split()[0]} to {over}"

    def middle(value: float) -> str:
        return days(value) if value < follow_up else over

    def said(some: Quantiles) -> tuple[str, str] | None:
        return some.known and (middle(some.known[1]), span(some.known[0], some.known[2]))

    everybody, those = said(found.duration_days), said(found.duration_days_if_relief)
    of_all = f"median {everybody[0]} (80 % of people: {everybody[1]})" if everybody else ""
    if those is None:
        return f"{of_all}; nobody has relief that outlasts a day"
    return f"{of_all}. {percent(found.probability_any)} have lasting relief, theirs for {those[0]} ({those[1]})"


def _acute(acute: Acute, threshold: float) -> str:
    share, peak = percent(acute.probability), percent(acute.peak_relief)
    if acute.probability < _MOST or acute.onset_min is None:
        return f"{share} reach relief of {percent(threshold)} while the drug is on board"
    return (
        f"{share} reach relief of {percent(threshold)}, typically {clock(acute.onset_min / 60)} into the course; at "
        f"its peak pain is {peak} less; it is gone {clock(acute.offset_h)} after the last dose"
    )


def _uncertainty(found: UncertaintyAnswer) -> tuple[tuple[str, str], tuple[str, str]]:
    """What is not known of the average clinic, and how clinics and people differ, at one horizon."""
    chance, beyond = found.posterior.chance[_SHOWN], found.difference_from_placebo[_SHOWN]
    clinics, people = found.setting.chance_sd[_SHOWN], found.population.pain_sd[_SHOWN]
    mean, low, high = (max(round(one, 2), 0.0) for one in (beyond.mean, beyond.low, beyond.high))
    more = f"{percent(mean)} above placebo ({percent_span(low, high)})" if high else "as on placebo"
    between = percent_span(chance.low, chance.high)
    return (
        ("Not known", f"at {horizon(_SHOWN).words} the chance in the average clinic is {between}; it is {more}"),
        (
            "Differ",
            f"clinics by {percent(clinics)} in that chance, people of one clinic by {people:.1f} points of pain "
            f"(standard deviations)",
        ),
    )


def _exposure(models: Sequence[ModelAlone]) -> str:
    if not models:
        return "none: no measurable amount is known to reach the blood by this route"
    named = ", ".join(f"{model.id} ({sampled(model.sampling)})" for model in models)
    if len(models) == 1:
        return named
    peaks = _span([model.peak_ng_ml for model in models], "{:.3g}".format)
    chances = _span([model.probability_any for model in models], percent)
    return f"{named}. Between them: peak {peaks} ng/mL, lasting relief in {chances}"


def _span(values: Sequence[float], say: Callable[[float], str]) -> str:
    """From the lowest to the highest of the models, once where they read the same."""
    low, high = say(min(values)), say(max(values))
    return low if low == high else f"{low} to {high}"


def _rests_on(answer: ForecastAnswer) -> str:
    used = dict.fromkeys(one.label for one in answer.computed_from)
    return ", ".join(used)


def _nearest(answer: ForecastAnswer) -> str:
    near = answer.nearest
    said = ", ".join(f"{one.label} ({percent(one.weight or 0.0)})" for one in near[:_NEAREST])
    return f"{said}; in brackets how alike, as shares of the {len(near)} nearest" if near else "none"


def _patient(patient: GivenPatient) -> str:
    said = (
        None if patient.condition is None else spoken(patient.condition),
        None if patient.age is None else f"{patient.age:g} y",
        patient.sex,
        None if patient.weight is None else f"{patient.weight:.4g} kg",
        None if patient.pain is None else f"pain {patient.pain:g}/10",
        *(patient.interactions or ()),
    )
    return ", ".join(filter(None, said))


def _regimen(regimen: GivenRegimen) -> str:
    count = regimen.sessions
    infused = regimen.infusion_hours
    hours = f"{f'{infused:g} h' if infused >= 2 else clock(infused)} of infusion, " if infused else ""
    parts = regimen.parts
    by_part = ", ".join(f"{part.total_mg:g} mg {part.route}" for part in parts) if len(parts) > 1 else ""
    whole = f"{regimen.total_mg:g} mg in all"
    return f"{by_part or whole}, {hours}{count} session{'' if count == 1 else 's'}"


def _details(answer: ForecastAnswer, width: int) -> Table:
    rows = Table(box=None, show_header=False, padding=(0, _GAP, 0, 0), pad_edge=False)
    rows.add_column(style="bold cyan", no_wrap=True, width=_LABEL)
    rows.add_column()
    sustained, certainty = answer.sustained, answer.certainty

    def add(label: str, said: str, style: str = "") -> None:
        rows.add_row(label, Text(wrapped(spaced(said), width - _LABEL - _GAP), style))

    add("Duration", _duration(sustained, sustained.follow_up_days))
    add("On placebo", _duration(sustained.placebo, sustained.follow_up_days))
    for label, said in _uncertainty(answer.uncertainty):
        add(label, said)
    add("Acute relief", _acute(answer.acute, sustained.threshold))
    add("Certainty", f"{certainty.level} ({certainty.by}). {certainty.statement}")
    add("Calibration", answer.calibration, "bold yellow")
    for label, sentences in (("Outside", answer.extrapolation), ("Warning", answer.warnings)):
        for number, sentence in enumerate(sentences):
            add(label if number == 0 else "", sentence, "yellow")
    add("Exposure", _exposure(answer.exposure_models))
    add("Rests on", _rests_on(answer))
    add("Nearest", _nearest(answer))
    if answer.inputs.missing:
        add("Not given", ", ".join(answer.inputs.missing))
    return rows


def print_forecast(answer: ForecastAnswer) -> None:
    """Print the answer of ``forecast``."""
    terminal = console()
    terminal.print(Text.assemble(("Reprieve forecast  ", "bold"), _patient(answer.patient)))
    terminal.print(Text(wrapped(answer.regimen.text, terminal.width)))
    terminal.print(Text(_regimen(answer.regimen), "dim"))
    terminal.print()
    terminal.print(Text(wrapped(spaced(answer.verdict), terminal.width), "bold"))
    terminal.print()
    terminal.print(Padding(_chances(answer.sustained), (0, 0, 1, 0), expand=False))
    terminal.print(_details(answer, terminal.width))
