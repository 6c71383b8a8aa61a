"""Forecast eight published protocols and print one table: ``python examples/eight_protocols.py``."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

import reprieve as rp
from reprieve import strict_yaml

FOLDER = Path(__file__).with_suffix("")


def main() -> None:
    """Read the questions, forecast each, print."""
    table = Table("protocol", "condition", "median", "> 48 h", "> 2 wk", "> 4 wk", "placebo > 4 wk", box=None)
    for path in sorted(FOLDER.glob("*.yaml")):
        question = strict_yaml.load(path)
        patient = rp.Patient(condition=question["condition"], weight=question["weight"], pain=question["pain"])
        sustained = rp.forecast(patient, rp.protocol(question["protocol"]), seed=1).sustained
        beyond = [f"{sustained.duration.exceeds(days):.0%}" for days in (2, 14, 28)]
        median = f"{sustained.duration.quantile(0.5):.1f} d"
        table.add_row(path.stem, question["condition"], median, *beyond, f"{sustained.placebo.exceeds(28):.0%}")
    Console().print(table)


if __name__ == "__main__":
    main()
