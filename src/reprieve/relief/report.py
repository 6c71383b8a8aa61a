"""A forecast as one self-contained page: the answer first, then why.

The page needs no network and no script. It shows what the answer holds and leaves out what it does not; no
sentence in it claims more than the answer says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from typing import Any

from reprieve.pictures import Picture
from reprieve.relief.report_blocks import bullets, doi_link, facts, say, section, share, under
from reprieve.relief.report_uncertainty import uncertainty_section
from reprieve.words import HORIZONS, NBSP, glued, percent, plain, short_days, spoken, three_figures

_HEADLINE = "4wk"
_HALF = 0.5

_OF_THOSE = '<p class="note">Onset and end are of those who reach relief.</p>'
_NEAREST = (
    '<p class="note">The relief model was fitted to the usable numbers of all studies together; these are the most '
    "like this question. Weight: how alike condition, route, form, hours and design are, as a share of the studies "
    "listed. Nothing is computed from it.</p>"
)

_Answer = Mapping[str, Any]


@cache
def _template() -> Template:
    return Template((files("reprieve.relief") / "report.html").read_text(encoding="utf-8"))


def _part(answer: _Answer, name: str) -> _Answer:
    part = answer.get(name)
    return part if isinstance(part, Mapping) else {}


def _items(answer: _Answer, name: str) -> Sequence[Any]:
    given = answer.get(name) or ()
    return (given,) if isinstance(given, (str, Mapping)) else tuple(given)


def _share(given: Any) -> float | None:
    """The probability in ``0.24`` or in ``{"p": 0.24, ...}``."""
    if isinstance(given, Mapping):
        given = given.get("p")
    return None if given is None else float(given)


def _duration(given: Any, follow_up: float | None) -> str:
    """``19 d (80 % interval 3 to 64 d)`` from q10, q50, q90; relief that outlasts follow-up is said to."""
    if not isinstance(given, Mapping) or given.get("q50") is None:
        return ""

    def write(value: float) -> str:
        return (
            f"more than {glued(short_days(value))}"
            if follow_up is not None and value >= follow_up
            else glued(short_days(value))
        )

    middle = write(float(given["q50"]))
    if given.get("q10") is None or given.get("q90") is None:
        return f"median {middle}"
    return f"median {middle} (80{NBSP}% interval {write(float(given['q10']))} to {write(float(given['q90']))})"


def headline(answer: _Answer) -> str:
    """The answer in one sentence of plain text: the chance of relief beyond four weeks, and on placebo."""
    sustained = _part(answer, "sustained")
    chance = _share(_part(sustained, "exceeds").get(_HEADLINE))
    if chance is None:
        return str(answer.get("verdict") or "No forecast of lasting relief")
    placebo = _share(_part(_part(sustained, "placebo"), "exceeds").get(_HEADLINE))
    versus = "" if placebo is None else f" (placebo {percent(placebo)})"
    return f"Chance of relief lasting more than 4 weeks: {percent(chance)}{versus}"


def _patient(patient: _Answer) -> str:
    """The patient in one escaped line: known fields with their units, others by name."""
    units = {"age": "{} years", "weight": "{} kg", "height": "{} cm", "pain": "pain {}/10"}
    parts = []
    for key, value in patient.items():
        if value is None or value == "":
            continue
        if key in units and isinstance(value, (int, float)):
            parts.append(escape(units[key].format(plain(float(value)))))
        elif key == "condition":
            parts.append(escape(spoken(str(value))))
        elif key == "sex":
            parts.append(say(value))
        elif key == "interactions":
            parts.append(escape(", ".join(value) or "nothing that changes exposure"))
        else:
            parts.append(f"{escape(str(key).replace('_', ' '))} {say(value)}")
    return ", ".join(parts)


def _regimen_size(regimen: _Answer) -> str:
    parts = []
    if regimen.get("total_mg") is not None:
        parts.append(f"{three_figures(float(regimen['total_mg']))}{NBSP}mg in all")
    if len(given := regimen.get("parts") or []) > 1:
        parts += [f"{three_figures(float(one['total_mg']))}{NBSP}mg {one['form']} {one['route']}" for one in given]
    if regimen.get("infusion_hours"):
        parts.append(f"{plain(float(regimen['infusion_hours']))}{NBSP}h of infusion")
    if regimen.get("sessions") is not None:
        count = int(regimen["sessions"])
        parts.append(f"{count} session{'' if count == 1 else 's'}")
    if regimen.get("last_dose_end_h") is not None:
        parts.append(f"last dose ends at {plain(float(regimen['last_dose_end_h']))}{NBSP}h")
    return ", ".join(parts)


def _badges(answer: _Answer) -> str:
    badges = []
    calibration = answer.get("calibration")
    if calibration:
        text = calibration.get("statement") if isinstance(calibration, Mapping) else calibration
        badges.append(f'<span class="badge">{say(text or calibration)}</span>')
    certainty = answer.get("certainty")
    level = certainty.get("level") if isinstance(certainty, Mapping) else certainty
    if level:
        badges.append(f'<span class="badge plain">Certainty of the evidence: {say(level)}</span>')
    return f'<div class="badges">{"".join(badges)}</div>' if badges else ""


def _opening(answer: _Answer) -> str:
    title = headline(answer)
    verdict = str(answer.get("verdict") or "")
    regimen = _part(answer, "regimen")
    about = facts(
        [
            ("Patient", _patient(_part(answer, "patient"))),
            ("Regimen", say(regimen["text"]) if regimen.get("text") else ""),
            ("Size", _regimen_size(regimen)),
        ]
    )
    said = f'<p class="verdict">{escape(verdict)}</p>' if verdict and verdict != title else ""
    return f'<p class="kicker">Reprieve forecast</p><h1>{escape(title)}</h1>{said}{_badges(answer)}{about}'


def _strip(chance: float, low: float | None, high: float | None, placebo: float | None) -> str:
    marks = ""
    if low is not None and high is not None:
        marks += f'<i style="--from:{100 * low:.1f}%;--wide:{100 * (high - low):.1f}%"></i>'
    marks += f'<b style="--at:{100 * chance:.1f}%"></b>'
    if placebo is not None:
        marks += f'<u style="--at:{100 * placebo:.1f}%"></u>'
    return f'<td class="strip" aria-hidden="true"><span class="track">{marks}</span></td>'


def _horizons(sustained: _Answer) -> str:
    """The four horizons: chance, its uncertainty, placebo, and the three on one line from 0 to 100 %."""
    exceeds, on_placebo = _part(sustained, "exceeds"), _part(_part(sustained, "placebo"), "exceeds")
    by_day = {float(row["day"]): row for row in _items(sustained, "probability_of_relief") if "day" in row}
    rows = []
    for one in HORIZONS:
        key, words, day = one.id, one.words, one.days
        chance, placebo = _share(exceeds.get(key)), _share(on_placebo.get(key))
        if chance is None:
            continue
        source = exceeds[key] if isinstance(exceeds[key], Mapping) else by_day.get(day, {})
        low, high = source.get("low"), source.get("high")
        span = "–" if low is None or high is None else f"{share(low)} to {share(high)}"
        against = "–" if placebo is None else share(placebo)
        rows.append(
            f'<tr><th class="number" scope="row">{words}</th><td class="number lead">{share(chance)}</td>'
            f'<td class="number">{span}</td><td class="number placebo">{against}</td>'
            f"{_strip(chance, low, high, placebo)}</tr>"
        )
    if not rows:
        return ""
    return (
        '<div class="scroll"><table><thead><tr><th scope="col">Longer than</th>'
        '<th scope="col">Chance</th><th scope="col">Uncertainty</th><th scope="col">Placebo</th>'
        '<th class="strip" scope="col">0 to 100 %; dotted: placebo</th></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _sustained(answer: _Answer) -> str:
    sustained = _part(answer, "sustained")
    placebo = _part(sustained, "placebo")
    any_relief, any_placebo = _share(sustained.get("probability_any")), _share(placebo.get("probability_any"))
    versus = "" if any_placebo is None else f" (placebo {share(any_placebo)})"
    threshold, follow_up = sustained.get("threshold"), sustained.get("follow_up_days")
    line = ""
    if threshold is not None:
        line = (
            f'<p class="note">Relief: pain at least {share(float(threshold))} below baseline, counted from '
            "the end of the last dose until it first returns for good.</p>"
        )
    numbers = facts(
        [
            ("Any lasting relief", "" if any_relief is None else share(any_relief) + versus),
            ("Duration, everybody", _duration(sustained.get("duration_days"), follow_up)),
            ("Duration, those with relief", _duration(sustained.get("duration_days_if_relief"), follow_up)),
            ("Duration on placebo", _duration(placebo.get("duration_days"), follow_up)),
        ]
    )
    return section("How long relief lasts", _horizons(sustained), line, numbers)


def _alerts(answer: _Answer) -> str:
    blocks = under("Warnings", bullets(_items(answer, "warnings")))
    blocks += under("Outside what was studied", bullets(_items(answer, "extrapolation")))
    return f'<aside class="alert" aria-label="Cautions">{blocks}</aside>' if blocks else ""


def _certainty(answer: _Answer) -> str:
    certainty = answer.get("certainty")
    if not isinstance(certainty, Mapping) or not certainty.get("statement"):
        return ""
    by = f" ({say(certainty['by'])})" if certainty.get("by") else ""
    return section("Certainty", f"<p>{say(certainty['statement'])}{by}</p>")


def _pictures(pictures: Sequence[Picture]) -> str:
    figures = "".join(
        f'<figure><div class="wide">{picture.svg}</div><div class="narrow">{picture.narrow_svg}</div>'
        f"{picture.data_html()}</figure>"
        for picture in pictures
    )
    return section("Pictures", figures)


def _span(given: Any, unit: str) -> str:
    """A time with its interval, in hours once it is longer than two: ``9.2 h (80 % interval 52 min to 25 h)``."""

    def write(value: float) -> str:
        minutes = 60.0 * value if unit == "h" else value
        return f"{three_figures(minutes)}{NBSP}min" if minutes < 120 else f"{three_figures(minutes / 60)}{NBSP}h"

    if not isinstance(given, Mapping):
        return "" if given is None else write(float(given))
    if given.get("q50") is None:
        return ""
    middle, low, high = (write(float(given[q])) for q in ("q50", "q10", "q90"))
    return f"{middle} (80{NBSP}% interval {low} to {high})"


def _acute(answer: _Answer) -> str:
    acute = _part(answer, "acute")
    intervals = _part(acute, "intervals")
    peak, reach = acute.get("peak_relief"), acute.get("probability")
    if isinstance(peak, Mapping):
        peak = peak.get("q50")
    # The median person feels nothing where fewer than half reach relief, and the peak of that is no peak.
    few = reach is not None and float(reach) < _HALF
    return section(
        "While the drug is on board",
        facts(
            [
                ("Reach relief", "" if reach is None else share(float(reach))),
                ("Onset, from the start", _span(intervals.get("onset_min") or acute.get("onset_min"), "min")),
                ("Peak", "" if peak is None or few else f"{share(float(peak))} less pain"),
                ("Over, from the end", _span(intervals.get("offset_h") or acute.get("offset_h"), "h")),
            ]
        ),
        _OF_THOSE if reach is not None else "",
    )


def _pain(answer: _Answer) -> str:
    rows = _items(answer, "pain")
    wanted = [row for row in rows if float(row["day"]) in {0.0, 2.0, 14.0, 28.0, 84.0}]
    if not wanted:
        return ""
    body = "".join(
        f'<tr><th scope="row">Day {plain(float(row["day"]))}</th>'
        f'<td class="number">{_or_dash(row.get("mean"))}</td><td class="number">{_between(row)}</td>'
        f'<td class="number placebo">{_or_dash(row.get("placebo"))}</td></tr>'
        for row in wanted
    )
    return section(
        "Pain",
        '<div class="scroll"><table><thead><tr><th scope="col">After the last dose</th>'
        f'<th scope="col">Mean pain</th><th scope="col">80{NBSP}% interval</th>'
        '<th scope="col">Placebo</th></tr></thead>'
        f"<tbody>{body}</tbody></table></div>",
    )


def _or_dash(value: Any) -> str:
    return "–" if value is None else plain(float(value))


def _between(row: _Answer) -> str:
    if row.get("q10") is None or row.get("q90") is None:
        return "–"
    return f"{plain(float(row['q10']))} to {plain(float(row['q90']))}"


def _study(entry: Any) -> str:
    if not isinstance(entry, Mapping):
        return f'<div class="study"><p>{say(entry)}</p></div>'
    notes = [say(entry[key]) for key in ("design", "status") if entry.get(key)]
    if entry.get("why"):
        notes.append(say(entry["why"]))
    if entry.get("n") is not None:
        notes.insert(1 if entry.get("design") else 0, f"n{NBSP}={NBSP}{say(entry['n'])}")
    if entry.get("doi"):
        notes.append(doi_link(entry["doi"]))
    text = f"<p>{say(entry['text'])}</p>" if entry.get("text") else ""
    name = say(entry.get("study") or "Study")
    about = f'<p class="note">{" · ".join(notes)}</p>' if notes else ""
    weight = (
        "" if entry.get("weight") is None else f'<span class="weight">weight {share(float(entry["weight"]))}</span>'
    )
    return f'<div class="study"><p><strong>{name}</strong>{weight}</p>{text}{about}</div>'


def _alone(model: Any) -> str:
    """One model of the ensemble and what it would have answered."""
    return (
        f"{model['id']} ({model['sampling']}, {share(model['share'])} of the virtual patients): peak "
        f"{model['peak_ng_ml']:.3g} ng/mL, lasting relief in {share(model['probability_any'])}. {model['reason']}"
    )


def _why(answer: _Answer) -> str:
    inputs, model = _part(answer, "inputs"), _part(answer, "model")
    spread = _items(answer, "exposure_models")
    missing = _items(inputs, "missing")
    gaps = bullets(missing) if missing or "missing" not in inputs else "<p>None.</p>"
    described = facts(
        [
            ("Concentration model" if len(spread) < 2 else "Leading concentration model", say(model.get("id") or "")),
            ("Sampling site", say(model["sampling"]) if model.get("sampling") else ""),
            ("Why this model", say(model["reason"]) if model.get("reason") else ""),
            ("How its numbers were seen", say(model["evidence_level"]) if model.get("evidence_level") else ""),
            ("Approximated", say(model["note"]) if model.get("note") else ""),
        ]
    )
    changes = [say(entry["text"]) for entry in _items(answer, "interactions") if isinstance(entry, Mapping)]
    studies = _items(answer, "evidence")
    near = [entry for entry in studies if isinstance(entry, Mapping) and entry.get("why")]
    computed = [entry for entry in studies if entry not in near]
    unused = _items(inputs, "given_not_used")
    method = f"<p>{say(answer['method'])}</p>" if answer.get("method") else ""
    calibration = answer.get("calibration")
    fitted = f"<p>Relief model: {say(calibration)}. Exposure and constants:</p>" if calibration and computed else ""
    return section(
        "Why this number",
        under("Inputs used", bullets(_items(inputs, "used"))),
        under("Given, not used by this model", bullets(unused)) if unused else "",
        under("Inputs missing", gaps),
        under("Method", method + described),
        under("What changes exposure", bullets(changes)) if changes else "",
        under("Models of exposure, each alone with the same people", bullets([_alone(one) for one in spread]))
        if len(spread) > 1
        else "",
        under("Computed from", fitted + "".join(_study(entry) for entry in computed)),
        under("Assumed, without a source", bullets(_items(answer, "assumptions"))),
        under("Nearest studies", _NEAREST + "".join(_study(entry) for entry in near)) if near else "",
        under("Limits", bullets(_items(answer, "limits"))),
    )


def _provenance(answer: _Answer) -> str:
    pairs = [(str(key).replace("_", " ").capitalize(), say(v)) for key, v in _part(answer, "provenance").items()]
    return section("Provenance", facts(pairs, "provenance"))


def render_report(answer: Mapping[str, Any], pictures: Sequence[Picture]) -> str:
    """The forecast as one HTML page, the answer first.

    Parameters
    ----------
    answer : what ``forecast --json`` writes; a block whose keys are missing is left out
    pictures : shown in this order, each with its data

    Returns
    -------
    a complete page with inline style, without scripts and without anything to load
    """
    blocks = (
        _opening(answer),
        _sustained(answer),
        uncertainty_section(_part(answer, "uncertainty")),
        _certainty(answer),
        _alerts(answer),
        _pictures(pictures),
        _pain(answer),
        _acute(answer),
        _why(answer),
        _provenance(answer),
    )
    return _template().substitute(title=escape(f"{headline(answer)} – Reprieve"), body="".join(blocks))
