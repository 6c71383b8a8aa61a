"""An answer in a notebook: short, with inline style only and no script."""

from __future__ import annotations

from reprieve.answers.forecast import ForecastAnswer
from reprieve.answers.headline import SHARE_NOT_POINTS, outside, statements
from reprieve.pictures import Pictures
from reprieve.report.blocks import bullets, say, share, table
from reprieve.words import HORIZONS, percent_span

_CELL = 'style="text-align:right;padding:.2em .8em"'


def forecast_block(answer: ForecastAnswer, pictures: Pictures) -> str:
    """The verdict, what the drug adds, relief beside placebo, certainty and cautions, and the pictures."""
    sustained = answer.sustained
    helped = [sustained.added.at(one.days) for one in HORIZONS]
    relief = [sustained.on(one.days) for one in HORIZONS]
    heads = "<th>Share of people</th>" + "".join(f"<th {_CELL}>{one.words}</th>" for one in HORIZONS)
    rows = (
        ("Helped by the drug itself (a point or more)", [share(at.share) for at in helped]),
        ("80 % interval", [say(percent_span(at.low, at.high)) for at in helped]),
        (f"Relief of {share(sustained.threshold)} or more, with the drug", [share(at.p) for at in relief]),
        ("80 % interval", [say(percent_span(at.low, at.high)) for at in relief]),
        ("On placebo", [share(at.placebo) for at in relief]),
    )
    body = [
        f'<tr><th style="text-align:left">{name}</th>{"".join(f"<td {_CELL}>{cell}</td>" for cell in cells)}</tr>'
        for name, cells in rows
    ]
    mark = outside(answer)
    first = f"<p><strong>{say(mark)}</strong></p>" if mark else ""
    said = "".join(f"<p><strong>{say(one.about)}.</strong> {say(one.text)}</p>" for one in statements(answer))
    return (
        f"<div>{first}<p><strong>{say(answer.verdict)}</strong></p>{table(heads, body)}{said}"
        f"<p>{say(SHARE_NOT_POINTS)}</p>"
        f"<p>{say(answer.calibration)}; certainty of the evidence: {say(answer.certainty.level)}</p>"
        f"{bullets((*answer.extrapolation, *answer.warnings))}{pictures._repr_html_()}</div>"
    )
