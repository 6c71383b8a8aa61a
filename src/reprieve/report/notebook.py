"""An answer in a notebook: short, with inline style only and no script."""

from __future__ import annotations

from reprieve.answers.forecast import ForecastAnswer
from reprieve.pictures import Pictures
from reprieve.report.blocks import say, share
from reprieve.words import HORIZONS, HorizonId

_CELL = 'style="text-align:right;padding:.2em .8em"'


def forecast_block(answer: ForecastAnswer, pictures: Pictures) -> str:
    """The verdict, the chances beside placebo, certainty and cautions, and the pictures."""
    sustained = answer.sustained
    heads = "".join(f"<th {_CELL}>{one.words}</th>" for one in HORIZONS)
    rows = (
        ("On this regimen", [share(sustained.exceeds[one.id]) for one in HORIZONS]),
        ("80 % interval", [_span(answer, one.id) for one in HORIZONS]),
        ("On placebo", [share(sustained.placebo.exceeds[one.id]) for one in HORIZONS]),
    )
    body = "".join(
        f'<tr><th style="text-align:left">{name}</th>{"".join(f"<td {_CELL}>{cell}</td>" for cell in cells)}</tr>'
        for name, cells in rows
    )
    cautions = "".join(f"<li>{say(said)}</li>" for said in (*answer.extrapolation, *answer.warnings))
    return (
        f"<div><p><strong>{say(answer.verdict)}</strong></p>"
        f"<table><thead><tr><th>Relief of {share(sustained.threshold)} or more lasts longer than</th>{heads}</tr>"
        f"</thead><tbody>{body}</tbody></table>"
        f"<p>{say(answer.calibration)}; certainty of the evidence: {say(answer.certainty.level)}</p>"
        f"{f'<ul>{cautions}</ul>' if cautions else ''}{pictures._repr_html_()}</div>"
    )


def _span(answer: ForecastAnswer, horizon: HorizonId) -> str:
    found = answer.sustained.exceeds_interval[horizon]
    return f"{share(found.low)} to {share(found.high)}"
