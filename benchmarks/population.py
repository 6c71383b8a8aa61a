"""Simulated populations at a shell: seconds, memory and file size for a thousand to a million people.

python benchmarks/population.py             # a table, and benchmarks/results/population.json
"""

import argparse
import json
import os
import tempfile
from pathlib import Path

from machine import machine
from shell import run

RESULTS = Path(__file__).parent / "results" / "population.json"
TIMES = "0.25,0.5,0.667,0.75,1,1.5,2,3,4,5,6,8,10,12,14,16,18,20,22,24"
CASES = {  # arguments and the largest number of people
    "infusion, five compartments": (
        ["--model", "otto2021_fanta2015_sket_iv_venous", "--regimen", "esketamine iv 0.25 mg/kg over 40 min"],
        1_000_000,
    ),
    "nasal spray, nine compartments": (
        ["--model", "perezruixo2021_esketamine_nasal_po_iv", "--regimen", "esketamine intranasal 56 mg"],
        10_000,
    ),
    "film, fourteen compartments": (
        ["--model", "simons2022_sket_otf_iv", "--regimen", "esketamine sublingual 50 mg", "--no-occasions"],
        10_000,
    ),
    "film, the same, durations of their own": (
        ["--model", "simons2022_sket_otf_iv", "--regimen", "esketamine sublingual 50 mg"],
        10_000,
    ),
}


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--most", type=int, default=1_000_000)
    most = options.parse_args().most
    about = machine(("reprieve", "numpy", "numba", "pyarrow"))
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, (arguments, largest) in CASES.items():
            for subjects in (n for n in (1_000, 10_000, 100_000, 1_000_000) if n <= min(most, largest)):
                file = Path(folder) / "people.parquet"
                command = ["simulate", *arguments, "--weights", "50:100", "--times", TIMES]
                command += ["--subjects", str(subjects), "--out", str(file), "--force"]
                if not rows:
                    run(command)  # fills the compile cache, as any first use does
                seconds, memory = run(command)
                rows.append(
                    {
                        "case": name,
                        "subjects": subjects,
                        "times": TIMES.count(",") + 1,
                        "seconds": seconds,
                        "microseconds_per_subject": 1e6 * seconds / subjects,
                        "peak_memory_mb": memory,
                        "file_mb": file.stat().st_size / 2**20,
                    }
                )
                print(f"{name:55}{subjects:10,}{seconds:9.2f} s{memory:7.0f} MB{rows[-1]['file_mb']:9.1f} MB in file")
    about["load_average_at_end"] = [round(x, 2) for x in os.getloadavg()]
    RESULTS.write_text(json.dumps({"machine": about, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
