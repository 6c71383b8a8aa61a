"""Runs the exported SBML of textbook models with saturable clearance in libroadrunner and stores what it computes.

    .venv/bin/python tests/reference/nonlinear_by_roadrunner.py

Needs the group ``bench``. A bolus is a set amount, an infusion ``R_`` while it runs.
"""

from pathlib import Path

import nonlinear_records as textbook
from roadrunner_export import curve, loaded

from reprieve.export.equations import equations
from reprieve.export.sbml import sbml

STORED = Path(__file__).with_name("nonlinear_by_roadrunner.csv")
#: name: record, where 900 mg are at time 0, and what is given over 5 h at 40 mg/h
CASES = {
    "saturable_clearance": (textbook.phenytoin(), "K1", "K1"),
    "saturable_first_pass": (textbook.saturable_first_pass(), "GUT", "L"),
}


def main():
    rows = ["case,0.25 h,0.5 h,1 h,2 h,6 h,24 h"]
    for name, (model, bolus, infused) in CASES.items():
        simulator = loaded(sbml(name, (), equations(model, {})))
        simulator[f"A_{bolus}"] = 900.0
        (values,) = curve(simulator, [(f"R_{infused}", 40.0, 5.0)], [model.parent])
        rows.append(",".join([name, *(f"{value:.10g}" for value in values)]))
    STORED.write_text("\n".join([*rows, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
