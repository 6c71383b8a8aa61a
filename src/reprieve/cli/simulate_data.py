"""``reprieve simulate --data``: the subjects of a table, as a published model predicts them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reprieve.cli.as_json import print_json
from reprieve.cli.given_file import content_of
from reprieve.errors import MissingDatum

if TYPE_CHECKING:
    from reprieve.exposure.population.predictions import Predictions


def simulate_data(
    file: str,
    *,
    model: str | None,
    compartments: Sequence[str],
    analytes: Sequence[str],
    draws: int | None,
    seed: int,
    ignored: Sequence[str],
    out: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Predict every look of a table; rows go to a file, or to stdout and what was done to stderr.

    Raises
    ------
    MissingDatum
        No model is named.
    """
    if model is None:
        raise MissingDatum("No model is named; give --model ('reprieve models list' lists them).")
    from reprieve.exposure.population.predictions import predict_data  # noqa: PLC0415
    from reprieve.exposure.population.table import csv_lines, whole_file  # noqa: PLC0415

    content, name = content_of(file)
    found = predict_data(
        content, model.strip(), name, compartments=compartments, analytes=analytes or None, draws=draws, seed=seed,
        ignored=ignored,
    )  # fmt: skip
    if out:
        with whole_file(out, {"columns": found.units(), **found.provenance()}, force=force) as writer:
            writer.write(dict(found.columns))
    if as_json:
        print_json(
            {"file": str(out) if out else None, **found.provenance(), "units": found.units(), "rows": _rows(found)}
        )
        return
    if not out:
        click.echo(",".join(found.columns))
        click.echo("".join(csv_lines(dict(found.columns))), nl=False)
    for sentence in _said(found):
        click.echo(sentence, err=out is None)
    if out:
        click.echo(f"Written to {out}")


def _rows(found: Predictions) -> list[dict[str, object]]:
    names = list(found.columns)
    lines = zip(*(values.tolist() for values in found.columns.values()), strict=True)
    return [
        {
            name: None if isinstance(value, float) and math.isnan(value) else value
            for name, value in zip(names, line, strict=True)
        }
        for line in lines
    ]


def _said(found: Predictions) -> list[str]:
    how = "typical for their covariates" if found.draws is None else f"{found.draws} drawn like each"
    rows = len(found.columns["time_h"])
    said = [
        f"{found.subjects} subjects ({how}) by {found.model.id}: {rows} rows; doses in mg of base of "
        f"{' or '.join(found.model.forms)}, given {' and '.join(found.routes) or 'never'}."
    ]
    if found.aside:
        said.append(f"Columns that were not read: {', '.join(found.aside)}.")
    return [*said, *found.notes]
