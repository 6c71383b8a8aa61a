"""What changes when some of the evidence is left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.validation import words
from generator.validation.tables import Interval, Tables, Variant, in_order, not_run
from reprieve.pictures import IntervalRow, Lane, Picture, interval_picture
from reprieve.pictures.scale import Tick, round_top
from reprieve.relief.posterior import PARAMETERS
from reprieve.report.markdown_table import table
from reprieve.words import NBSP, plain

PICTURE = "sensitivity.svg"
ALL = "all"
#: A median that moves by more than this share of the width of the interval with all evidence is pointed out.
_MOVED = 0.5
_KINDS = ("line", "second", "third", "placebo")
_GAP = 8.0

_INTRO = """# Without some of the evidence

The model fitted again without numbers that are only recalled, without studies that had no control, and without
studies with a [signal](../reference/studies.md#signals). What a forecast then says is the difference that the drug
makes: the chance of relief of 30 % with it less the chance without it, in points (hundredths of patients), as the mean
and the 80 % interval over populations.
"""


def forecasts(found: Sequence[Variant]) -> tuple[Variant, ...]:
    """The rows that are forecasts, not parameters."""
    return tuple(v for v in found if ", day " in v.what)


def picture(tables: Tables) -> Picture:
    """The forecasts by variant."""
    found = forecasts(tables.sensitivity)
    variants = in_order(v.variant for v in found)
    lanes = [
        Lane(_KINDS[i % len(_KINDS)], _label(name), offset=_GAP * (i - (len(variants) - 1) / 2))
        for i, name in enumerate(variants)
    ]
    value = {(v.variant, v.what): v.value for v in found}
    rows, before = [], ""
    for what in in_order(v.what for v in found):
        question, _, day = what.partition(", day ")
        triples = (value.get((name, what)) for name in variants)
        rows.append(
            IntervalRow(
                f"day {day}", "", tuple(t and (t.low, t.middle, t.high) for t in triples),
                head=question if question != before else "",
            )
        )  # fmt: skip
        before = question
    lowest = min(0.0, *(v.value.low for v in found))
    top = round_top(max(v.value.high for v in found))
    ticks = [Tick(i / 10, f"{10 * i}".replace("-", "−")) for i in range(-10, 11) if lowest <= i / 10 <= top + 1e-9]
    return interval_picture(
        rows,
        lanes,
        ends=(lowest, top),
        ticks=ticks,
        title="What the drug adds, by the evidence that is used",
        axis_label="Added to the chance of 30 % relief, points",
        columns=(60.0, 66.0),
        markers=(0.0,),
    )


def _label(variant: str) -> str:
    return "all evidence" if variant == ALL else variant


def page(tables: Tables) -> str:
    """The page."""
    found = tables.sensitivity
    if not found:
        return f"{_INTRO}\n{not_run('sensitivity')}"
    variants = in_order(v.variant for v in found)
    used = [next(v for v in found if v.variant == name) for name in variants]
    asked = forecasts(found)
    parameters = [v for v in found if v not in set(asked)]
    columns = [_label(name) for name in variants]
    parts = [
        _INTRO,
        table(("fit", "numbers", "studies"), ((_label(v.variant), v.numbers, v.studies) for v in used)),
        "## Forecasts\n",
        f"![What the drug adds, by the evidence that is used](sensitivity/{PICTURE})\n",
        "Points, mean and 80 % interval.\n",
        table(("question", *columns), _rows(asked, variants, _points)),
        "## Parameters\n",
        _moved(parameters),
        "Median and 80 % interval.\n",
        table(("parameter", *columns), _rows(parameters, variants, words.three)),
    ]
    return "\n".join(parts)


def _rows(found: Sequence[Variant], variants: Sequence[str], shown: object) -> Iterator[tuple[object, ...]]:
    value = {(v.variant, v.what): v.value for v in found}
    for what in in_order(v.what for v in found):
        cells = (value.get((name, what)) for name in variants)
        name = f"`{what}`" if what in PARAMETERS else what
        yield name, *(None if cell is None else shown(cell) for cell in cells)  # type: ignore[operator]


def _points(interval: Interval) -> str:
    low, middle, high = (plain(100 * v, 0) for v in (interval.low, interval.middle, interval.high))
    return f"{middle}{NBSP}({low} to {high})"


def _moved(parameters: Sequence[Variant]) -> str:
    before = {v.what: v.value for v in parameters if v.variant == ALL}
    lines = []
    for v in parameters:
        if v.variant == ALL or v.what not in before or not before[v.what].width:
            continue
        shift = (v.value.middle - before[v.what].middle) / before[v.what].width
        if abs(shift) > _MOVED:
            way = "up" if shift > 0 else "down"
            lines.append(f"- {v.variant}: `{v.what}` goes {way} to {words.three(v.value)}\n")
    if not lines:
        return f"No median moves by more than {_MOVED:g} of the width of its 80 % interval with all evidence.\n"
    return (
        f"Medians that move by more than {_MOVED:g} of the width of their 80 % interval with all evidence:\n\n"
        + "".join(lines)
    )
