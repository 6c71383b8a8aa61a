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
from reprieve.answers.headline import outside, statements, title
from reprieve.answers.relief import PainOnDay
from reprieve.errors import InputError
from reprieve.pictures import Picture
from reprieve.report.basis import basis_section, provenance_section
from reprieve.report.blocks import bullets, facts, say, section, table, under
from reprieve.report.relief_sections import relief_sections
from reprieve.report.uncertainty_table import uncertainty_section
from reprieve.words import clock, glued, plain, spoken, three_figures

#: h; shorter infusions are said in minutes.
_MINUTES_BELOW = 2.0
_SHOWN_DAYS = (0, 2, 14, 28, 84)


@cache
def _template() -> Template:
    return Template((files("reprieve.report") / "page.html").read_text(encoding="utf-8"))


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
        hours = regimen.infusion_hours
        said.append(f"{clock(hours) if hours < _MINUTES_BELOW else f'{plain(hours)} h'} of infusion")
    said.append(f"{regimen.sessions} session{'' if regimen.sessions == 1 else 's'}")
    said.append(f"last dose ends at {plain(regimen.last_dose_end_h)} h")
    return escape(glued(", ".join(said)))


def _opening(answer: ForecastAnswer) -> str:
    mark = outside(answer)
    first = f'<p class="mark">{say(mark)}</p>' if mark else ""
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
    # Where an effect is detectable the title is the verdict.
    verdict = (
        ""
        if answer.verdict.removesuffix(".") == title(answer)
        else f'<p class="verdict">{say(glued(answer.verdict))}</p>'
    )
    return (
        f'<p class="kicker">Reprieve forecast</p>{first}<h1>{escape(glued(title(answer)))}</h1>{verdict}'
        f'{said_first(answer)}<div class="badges">{badges}</div>{about}'
    )


def said_first(answer: ForecastAnswer) -> str:
    """The four statements of a forecast, in their order."""
    return facts([(one.about, escape(glued(one.text))) for one in statements(answer)], "first")


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
        relief_sections(answer),
        uncertainty_section(answer.uncertainty),
        _certainty(answer),
        _alerts(answer),
        _pictures(pictures),
        _pain(answer.pain),
        basis_section(answer),
        provenance_section(answer.provenance),
    )
    return _template().substitute(title=escape(f"{title(answer)} – Reprieve"), body="".join(blocks))


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
