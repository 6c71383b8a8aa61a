"""Speed, accuracy and memory of the engine beside an ODE solver and an ODE simulator, in one interleaved run.

python benchmarks/engine.py            # a table, and benchmarks/results/engine.json
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

import numpy as np
from machine import cores_given, machine
from turns import take_turns
from workload import REGIMEN_WORDS, TIMES, doses, virtual_patients, workload

from reprieve.pkpd import simulate as engine

RESULTS = Path(__file__).parent / "results" / "engine.json"
N_SUBJECTS = 1000
N_CHECKED = 20
GOALS = {"error": 1e-7, "times_roadrunner": {"A": 190, "B": 440}, "memory_mb": 300}


def run_engine(patients, regimen):
    return engine.simulate(patients.rate_matrix, patients.readout, doses(regimen), TIMES, slow=patients.slow)


def as_array(found):
    """(n_subjects, n_times, 3) ketamine, norketamine and U of any competitor's result."""
    if isinstance(found, engine.Trajectories):
        return np.concatenate([found.values, found.slow[:, :, None]], axis=2)
    return found


def on_cores(cores, patients):
    def run(regimen):
        available = engine._available_cores
        engine._available_cores = lambda: cores
        try:
            return run_engine(patients, regimen)
        finally:
            engine._available_cores = available

    return run


def competitors(parameters):
    """Name, how many subjects are really run in a round, and how."""
    import solvers  # noqa: PLC0415 - the memory measurement must not load it

    def scipy(n):
        return lambda regimen: np.array(
            [solvers.scipy_subject(p, regimen, method="LSODA", rtol=1e-6, atol=1e-9) for p in parameters[:n]]
        )

    def roadrunner(n, rtol, atol):
        model = solvers.RoadRunner(rtol, atol)
        return lambda regimen: np.array([model.subject(p, regimen) for p in parameters[:n]])

    patients = workload(parameters)
    cores = engine._available_cores()
    return {
        f"reprieve, {cores} threads": (N_SUBJECTS, on_cores(cores, patients)),
        "reprieve, 1 thread": (N_SUBJECTS, on_cores(1, patients)),
        "libroadrunner, rtol 1e-6": (N_SUBJECTS, roadrunner(N_SUBJECTS, 1e-6, 1e-9)),
        "libroadrunner, rtol 1e-10": (200, roadrunner(200, 1e-10, 1e-14)),
        "SciPy LSODA, rtol 1e-6": (50, scipy(50)),
    }


def reference(parameters, regimen):
    import solvers  # noqa: PLC0415

    return np.array(
        [
            solvers.scipy_subject(p, regimen, method="DOP853", rtol=1e-10, atol=1e-15, at_every_look=True)
            for p in parameters[:N_CHECKED]
        ]
    )


def worst_errors(found, expected):
    """Largest relative errors: concentrations where above 1e-4 of their maximum, U where above 1e-6."""
    top = expected.max(axis=1, keepdims=True)
    counts = expected > top * np.array([1e-4, 1e-4, 1e-6])
    error = np.where(counts, np.abs(found[:N_CHECKED] - expected) / np.where(counts, expected, 1), 0)
    return dict(zip(("ketamine", "norketamine", "U"), error.max(axis=(0, 1)).tolist(), strict=True))


def peak_memory_mb(regimen):
    """Of a fresh process that runs the workload once."""
    done = subprocess.run([sys.executable, __file__, "--memory", regimen], capture_output=True, text=True, check=True)
    return float(done.stdout)


def measure(rounds):
    parameters = virtual_patients(N_SUBJECTS)
    entrants = competitors(parameters)
    rows = []
    for regimen in REGIMEN_WORDS:
        expected = reference(parameters, regimen)
        errors = {name: worst_errors(as_array(run(regimen)), expected) for name, (_, run) in entrants.items()}
        runs = {name: lambda run=run, regimen=regimen: run(regimen) for name, (_, run) in entrants.items()}
        seconds = take_turns(runs, rounds, {name: 5 for name in runs if name.startswith("reprieve")})
        seconds = {name: [s * N_SUBJECTS / entrants[name][0] for s in each] for name, each in seconds.items()}
        medians = {name: statistics.median(values) for name, values in seconds.items()}
        best = next(iter(medians.values()))
        for name, (n, _) in entrants.items():
            values = seconds[name]
            rows.append(
                {
                    "regimen": regimen, "engine": name, "subjects_run": n, "repeats": len(values),
                    "median_ms_per_1000": 1e3 * medians[name],
                    "fastest_ms": 1e3 * min(values), "slowest_ms": 1e3 * max(values),
                    "times_as_long_as_reprieve": medians[name] / best, "worst_relative_error": errors[name],
                }
            )  # fmt: skip
    return rows


def print_table(rows, memory):
    print(f"1,000 virtual patients, {len(TIMES)} observation times over 84 days; ms, median; errors are the worst")
    print(f"{'':32}{'ms':>10}{'ratio':>8}{'ketamine':>10}{'norket.':>10}{'U':>10}")
    for regimen, words in REGIMEN_WORDS.items():
        print(f"{regimen}: {words} (peak memory {memory[regimen]:.0f} MB)")
        for row in rows:
            if row["regimen"] == regimen:
                errors = "".join(f"{error:10.0e}" for error in row["worst_relative_error"].values())
                print(
                    f"   {row['engine']:29}{row['median_ms_per_1000']:10.1f}"
                    f"{row['times_as_long_as_reprieve']:8.0f}{errors}"
                )
    print("libroadrunner at rtol 1e-10 ran 200 patients and SciPy 50; their times are extrapolated linearly.")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--memory", metavar="REGIMEN", help="only run this regimen and print peak MB")
    given = options.parse_args()
    if given.memory:
        run_engine(workload(virtual_patients(N_SUBJECTS)), given.memory)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        return
    about = machine(("reprieve", "numpy", "numba", "scipy", "libroadrunner"))
    before = cores_given()
    memory = {regimen: peak_memory_mb(regimen) for regimen in REGIMEN_WORDS}
    rows = measure(given.rounds)
    about["cores_given"] = [round(before, 2), round(cores_given(), 2)]
    about["load_average_at_end"] = [round(x, 2) for x in os.getloadavg()]
    print_table(rows, memory)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(
        json.dumps({"machine": about, "goals": GOALS, "peak_memory_mb": memory, "rows": rows}, indent=1) + "\n"
    )


if __name__ == "__main__":
    main()
