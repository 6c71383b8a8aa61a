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
    table = Table("protocol", "condition", "helped 48 h", "4 wk", "adds", "relief 4 wk", "placebo", box=None)
    for path in sorted(FOLDER.glob("*.yaml")):
        question = strict_yaml.load(path)
        patient = rp.Patient(condition=question["condition"], weight=question["weight"], pain=question["pain"])
        sustained = rp.forecast(patient, rp.protocol(question["protocol"]), seed=1).answer.sustained
        helped = [f"{sustained.added.at(days).share:.0%}" for days in (2, 28)]
        adds, relief = f"{sustained.added.days_gained_12wk.mean:.1f} d", sustained.on(28)
        table.add_row(path.stem, question["condition"], *helped, adds, f"{relief.p:.0%}", f"{relief.placebo:.0%}")
    Console().print(table)


if __name__ == "__main__":
    main()
