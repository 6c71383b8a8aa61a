"""A forecast as one self-contained page: the answer first, then why.

The page needs no network and no script, and no sentence in it claims more than the answer says.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template

from reprieve.answers.forecast import ForecastAnswer, GivenPatient, GivenRegimen
from reprieve.answers.relief import Acute, PainOnDay, Quantiles, SustainedAnswer
from reprieve.errors import InputError
from reprieve.pictures import Picture
from reprieve.report.basis import basis_section, provenance_section
from reprieve.report.blocks import bullets, facts, say, section, share, table, under
from reprieve.report.uncertainty_table import uncertainty_section
from reprieve.words import HORIZONS, HorizonId, glued, horizon, percent, plain, short_days, spoken, three_figures

_HEADLINE: HorizonId = "4wk"
_HALF = 0.5
_SHOWN_DAYS = (0, 2, 14, 28, 84)
_OF_THOSE = '<p class="note">Onset and end are of those who reach relief.</p>'


@cache
def _template() -> Template:
    return Template((files("reprieve.report") / "page.html").read_text(encoding="utf-8"))


def headline(sustained: SustainedAnswer) -> str:
    """The answer in one sentence of plain text: the chance of relief beyond four weeks, and on placebo."""
    chance, placebo = sustained.exceeds[_HEADLINE], sustained.placebo.exceeds[_HEADLINE]
    return glued(
        f"Chance of relief lasting more than {horizon(_HEADLINE).words}: {percent(chance)} (placebo {percent(placebo)})"
    )


def _patient(patient: GivenPatient) -> str:
    """The patient in one line: known fields with their units."""
    said = (
        None if patient.age is None else f"{plain(patient.age)} years",
        patient.sex,
        None if patient.weight is None else f"{plain(patient.weight)} kg",
        None if patient.condition is None else spoken(patient.condition),
        None if patient.pain is None else f"pain {plain(patient.pain)}/10",
        None if patient.interactions is None else ", ".join(patient.interactions) or "nothing that changes exposure",
    )
    return escape(glued(", ".join(filter(None, said))))


def _size(regimen: GivenRegimen) -> str:
    said = [f"{three_figures(regimen.total_mg)} mg in all"]
    if len(regimen.parts) > 1:
        said += [f"{three_figures(part.total_mg)} mg {part.form} {part.route}" for part in regimen.parts]
    if regimen.infusion_hours:
        said.append(f"{plain(regimen.infusion_hours)} h of infusion")
    said.append(f"{regimen.sessions} session{'' if regimen.sessions == 1 else 's'}")
    said.append(f"last dose ends at {plain(regimen.last_dose_end_h)} h")
    return escape(glued(", ".join(said)))


def _opening(answer: ForecastAnswer) -> str:
    badges = (
        f'<span class="badge">{say(answer.calibration)}</span>'
        f'<span class="badge plain">Certainty of the evidence: {say(answer.certainty.level)}</span>'
    )
    about = facts(
        [
            ("Patient", _patient(answer.patient)),
            ("Regimen", say(answer.regimen.text)),
            ("Size", _size(answer.regimen)),
        ]
    )
    return (
        f'<p class="kicker">Reprieve forecast</p><h1>{escape(headline(answer.sustained))}</h1>'
        f'<p class="verdict">{say(answer.verdict)}</p><div class="badges">{badges}</div>{about}'
    )


def _strip(chance: float, low: float, high: float, placebo: float) -> str:
    marks = (
        f'<i style="--from:{100 * low:.1f}%;--wide:{100 * (high - low):.1f}%"></i>'
        f'<b style="--at:{100 * chance:.1f}%"></b><u style="--at:{100 * placebo:.1f}%"></u>'
    )
    return f'<td class="strip" aria-hidden="true"><span class="track">{marks}</span></td>'


def _horizons(sustained: SustainedAnswer) -> str:
    """The four horizons: chance, its uncertainty, placebo, and the three on one line from 0 to 100 %."""
    rows = []
    for one in HORIZONS:
        found, placebo = sustained.exceeds_interval[one.id], sustained.placebo.exceeds[one.id]
        rows.append(
            f'<tr><th class="number" scope="row">{one.words}</th><td class="number lead">{share(found.p)}</td>'
            f'<td class="number">{share(found.low)} to {share(found.high)}</td>'
            f'<td class="number placebo">{share(placebo)}</td>{_strip(found.p, found.low, found.high, placebo)}</tr>'
        )
    return table(
        '<th scope="col">Longer than</th><th scope="col">Chance</th><th scope="col">Uncertainty</th>'
        '<th scope="col">Placebo</th><th class="strip" scope="col">0 to 100 %; dotted: placebo</th>',
        rows,
    )


def _duration(days: Quantiles, follow_up: float) -> str:
    """``median 19 d (80 % interval 3 to 64 d)``; relief that outlasts follow-up is said to."""
    if days.known is None:
        return ""
    low, middle, high = days.known

    def write(value: float) -> str:
        return f"more than {short_days(value)}" if value >= follow_up else short_days(value)

    return glued(f"median {write(middle)} (80 % interval {write(low)} to {write(high)})")


def _sustained(sustained: SustainedAnswer) -> str:
    placebo, follow_up = sustained.placebo, sustained.follow_up_days
    line = (
        f'<p class="note">Relief: pain at least {share(sustained.threshold)} below baseline, counted from the end of '
        "the last dose until it first returns for good.</p>"
    )
    any_relief = f"{share(sustained.probability_any)} (placebo {share(placebo.probability_any)})"
    numbers = facts(
        [
            ("Any lasting relief", any_relief),
            ("Duration, everybody", _duration(sustained.duration_days, follow_up)),
            ("Duration, those with relief", _duration(sustained.duration_days_if_relief, follow_up)),
            ("Duration on placebo", _duration(placebo.duration_days, follow_up)),
        ]
    )
    return section("How long relief lasts", _horizons(sustained), line, numbers)


def _alerts(answer: ForecastAnswer) -> str:
    blocks = under("Warnings", bullets(answer.warnings))
    blocks += under("Outside what was studied", bullets(answer.extrapolation))
    return f'<aside class="alert" aria-label="Cautions">{blocks}</aside>' if blocks else ""


def _certainty(answer: ForecastAnswer) -> str:
    return section("Certainty", f"<p>{say(answer.certainty.statement)} ({say(answer.certainty.by)})</p>")


def _pictures(pictures: Sequence[Picture]) -> str:
    figures = "".join(
        f'<figure><div class="wide">{picture.svg}</div><div class="narrow">{picture.narrow_svg}</div>'
        f"{picture.data_html()}</figure>"
        for picture in pictures
    )
    return section("Pictures", figures)


def _span(found: Quantiles, minutes_each: float) -> str:
    """A time with its interval, in hours once it is longer than two: ``9.2 h (80 % interval 52 min to 25 h)``."""

    def write(value: float) -> str:
        minutes = minutes_each * value
        return f"{three_figures(minutes)} min" if minutes < 120 else f"{three_figures(minutes / 60)} h"

    if found.known is None:
        return ""
    low, middle, high = found.known
    return glued(f"{write(middle)} (80 % interval {write(low)} to {write(high)})")


def _acute(acute: Acute) -> str:
    # The median person feels nothing where fewer than half reach relief, and the peak of that is no peak.
    many = acute.probability >= _HALF and acute.peak_relief is not None
    return section(
        "While the drug is on board",
        facts(
            [
                ("Reach relief", share(acute.probability)),
                ("Onset, from the start", _span(acute.intervals.onset_min, 1.0)),
                ("Peak", f"{share(acute.peak_relief or 0.0)} less pain" if many else ""),
                ("Over, from the end", _span(acute.intervals.offset_h, 60.0)),
            ]
        ),
        _OF_THOSE,
    )


def _pain(days: Sequence[PainOnDay]) -> str:
    rows = [
        f'<tr><th scope="row">Day {row.day}</th><td class="number">{plain(row.mean)}</td>'
        f'<td class="number">{plain(row.q10)} to {plain(row.q90)}</td>'
        f'<td class="number placebo">{plain(row.placebo)}</td></tr>'
        for row in days
        if row.day in _SHOWN_DAYS
    ]
    heads = ("After the last dose", "Mean pain", glued("80 % interval"), "Placebo")
    return section("Pain", table("".join(f'<th scope="col">{head}</th>' for head in heads), rows))


def render_report(answer: ForecastAnswer, pictures: Sequence[Picture]) -> str:
    """The forecast as one HTML page, the answer first.

    Parameters
    ----------
    answer : what ``forecast --json`` writes
    pictures : shown in this order, each with its data

    Returns
    -------
    a complete page with inline style, without scripts and without anything to load
    """
    blocks = (
        _opening(answer),
        _sustained(answer.sustained),
        uncertainty_section(answer.uncertainty),
        _certainty(answer),
        _alerts(answer),
        _pictures(pictures),
        _pain(answer.pain),
        _acute(answer.acute),
        basis_section(answer),
        provenance_section(answer.provenance),
    )
    return _template().substitute(title=escape(f"{headline(answer.sustained)} – Reprieve"), body="".join(blocks))


def write_report(answer: ForecastAnswer, pictures: Sequence[Picture], target: Path) -> Path:
    """Write the page to a file and return where it is.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    page = render_report(answer, pictures)
    try:
        target.write_text(page, encoding="utf-8")
    except OSError as error:
        raise InputError(f"The report cannot be written to {target}: {error.strerror}. Choose another place.") from None
    return target
