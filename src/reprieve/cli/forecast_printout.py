"""The forecast in the terminal: what the drug adds, relief beside placebo, certainty and warnings at one look."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reprieve.answers.forecast import ForecastAnswer, GivenPatient, GivenRegimen, ModelAlone
from reprieve.answers.headline import SHARE_NOT_POINTS, felt, its_part, on_board, outside
from reprieve.answers.relief import UncertaintyAnswer
from reprieve.cli.console import console
from reprieve.words import (
    HORIZONS,
    HorizonId,
    clock,
    horizon,
    percent,
    percent_span,
    sampled,
    spaced,
    spoken,
    wrapped,
)

#: Columns of the labels, and of the gap after them.
_LABEL, _GAP = 12, 2
#: The horizon at which the sources of uncertainty are shown, and how many of the nearest studies are.
_NEAREST = 3
_SHOWN: HorizonId = "4wk"


def _by_horizon(answer: ForecastAnswer) -> Table:
    sustained = answer.sustained
    helped = [sustained.added.at(one.days) for one in HORIZONS]
    relief = [sustained.on(one.days) for one in HORIZONS]
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False)
    table.add_column("Share of people", min_width=34)
    for one in HORIZONS:
        table.add_column(one.short, justify="right", no_wrap=True)
    table.add_row("helped by the drug (a point or more)", *(Text(percent(at.share), "bold green") for at in helped))
    table.add_row("  80 % interval", *(percent_span(at.low, at.high) for at in helped), style="dim")
    table.add_row(f"relief of {percent(sustained.threshold)} or more, with drug", *(percent(at.p) for at in relief))
    table.add_row("  80 % interval", *(percent_span(at.low, at.high) for at in relief), style="dim")
    table.add_row("  on placebo", *(percent(at.placebo) for at in relief))
    return table


def _uncertainty(found: UncertaintyAnswer) -> tuple[tuple[str, str], tuple[str, str]]:
    """What is not known of the average clinic, and how clinics and people differ, at one horizon."""
    chance, beyond = found.posterior.chance[_SHOWN], found.difference_from_placebo[_SHOWN]
    clinics, people = found.setting.chance_sd[_SHOWN], found.population.pain_sd[_SHOWN]
    mean, low, high = (max(round(one, 2), 0.0) for one in (beyond.mean, beyond.low, beyond.high))
    more = f"{percent(mean)} above placebo ({percent_span(low, high)})" if high else "as on placebo"
    between = percent_span(chance.low, chance.high)
    return (
        (
            "Not known",
            f"at {horizon(_SHOWN).words} the chance of relief in the average clinic is {between}; it is {more}",
        ),
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
    chances = _span([model.chances[_SHOWN] for model in models], percent)
    return f"{named}. Between them: peak {peaks} ng/mL, relief at {horizon(_SHOWN).words} in {chances}"


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

    add("The drug", its_part(sustained.added))
    add("Felt relief", felt(sustained))
    add("Acute relief", on_board(answer.acute, sustained.threshold))
    add("Baseline", SHARE_NOT_POINTS)
    for label, said in _uncertainty(answer.uncertainty):
        add(label, said)
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
    if mark := outside(answer):
        terminal.print(Text(wrapped(mark, terminal.width), "bold yellow"))
    terminal.print(Text(wrapped(spaced(answer.verdict), terminal.width), "bold"))
    terminal.print()
    terminal.print(Padding(_by_horizon(answer), (0, 0, 1, 0), expand=False))
    terminal.print(_details(answer, terminal.width))
