"""What a person at a shell waits for: help, the first forecast ever, the second, and their memory.

python benchmarks/shell.py             # a table, and benchmarks/results/shell.json
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
from machine import machine

RESULTS = Path(__file__).parent / "results" / "shell.json"
REPRIEVE = [str(Path(sys.executable).parent / "reprieve")]
FORECAST = ["forecast", "--protocol", "sigtermans2009", "--condition", "crps", "--weight", "70", "--pain", "7.2"]


def run(arguments, cache=None):
    """Seconds from start to exit, and peak memory in MB, of one fresh process."""
    environment = {**os.environ, **({"NUMBA_CACHE_DIR": cache} if cache else {})}
    begin = time.perf_counter()
    with subprocess.Popen(
        [*REPRIEVE, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment
    ) as process:
        watched, peak = psutil.Process(process.pid), 0
        while process.poll() is None:
            try:
                peak = max(peak, watched.memory_info().rss)
            except psutil.Error:
                break
            time.sleep(0.002)
        said = process.stderr.read().decode()
    if process.returncode != 0:
        raise SystemExit(f"reprieve {' '.join(arguments)} ended with {process.returncode}: {said}")
    return time.perf_counter() - begin, peak / 2**20


def measure(arguments, repeats, *, first_ever=False):
    timings = []
    for _ in range(repeats):
        if first_ever:
            with tempfile.TemporaryDirectory() as empty:
                timings.append(run(arguments, empty))
        else:
            timings.append(run(arguments))
    seconds = [second for second, _ in timings]
    return {
        "command": " ".join(["reprieve", *arguments]),
        "repeats": repeats,
        "median_s": statistics.median(seconds),
        "fastest_s": min(seconds),
        "slowest_s": max(seconds),
        "peak_memory_mb": max(memory for _, memory in timings),
    }


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rounds", type=int, default=9)
    rounds = options.parse_args().rounds
    about = machine(("reprieve", "numpy", "numba"))
    run(FORECAST)  # fills the compile cache, as any first use does
    rows = {
        "help": measure(["--help"], rounds),
        "forecast": measure(FORECAST, rounds),
        "forecast, first ever": measure(FORECAST, 3, first_ever=True),
    }
    about["load_average_at_end"] = [round(x, 2) for x in os.getloadavg()]
    for name, row in rows.items():
        print(f"{name:22}{row['median_s']:8.2f} s {row['peak_memory_mb']:8.0f} MB   (median of {row['repeats']})")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"machine": about, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
