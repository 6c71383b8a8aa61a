"""An answer in a notebook: short, with inline style only and no script."""

from __future__ import annotations

from reprieve.answers.forecast import ForecastAnswer
from reprieve.pictures import Pictures
from reprieve.report.blocks import bullets, say, share, table
from reprieve.words import HORIZONS, HorizonId, percent_span

_CELL = 'style="text-align:right;padding:.2em .8em"'


def forecast_block(answer: ForecastAnswer, pictures: Pictures) -> str:
    """The verdict, the chances beside placebo, certainty and cautions, and the pictures."""
    sustained = answer.sustained
    relief = f"Relief of {share(sustained.threshold)} or more lasts longer than"
    heads = f"<th>{relief}</th>" + "".join(f"<th {_CELL}>{one.words}</th>" for one in HORIZONS)
    rows = (
        ("On this regimen", [share(sustained.exceeds[one.id]) for one in HORIZONS]),
        ("80 % interval", [_span(answer, one.id) for one in HORIZONS]),
        ("On placebo", [share(sustained.placebo.exceeds[one.id]) for one in HORIZONS]),
    )
    body = [
        f'<tr><th style="text-align:left">{name}</th>{"".join(f"<td {_CELL}>{cell}</td>" for cell in cells)}</tr>'
        for name, cells in rows
    ]
    return (
        f"<div><p><strong>{say(answer.verdict)}</strong></p>{table(heads, body)}"
        f"<p>{say(answer.calibration)}; certainty of the evidence: {say(answer.certainty.level)}</p>"
        f"{bullets((*answer.extrapolation, *answer.warnings))}{pictures._repr_html_()}</div>"
    )


def _span(answer: ForecastAnswer, horizon: HorizonId) -> str:
    found = answer.sustained.exceeds_interval[horizon]
    return say(percent_span(found.low, found.high))
