"""How the cost grows: with patients, compartments and doses.

python benchmarks/scaling.py           # a table, and benchmarks/results/scaling.json
"""

import argparse
import json
import os
from pathlib import Path

import numpy as np
import solvers
from machine import cores_given, machine
from turns import summary, take_turns
from workload import REGIMEN_WORDS, TIMES, doses, virtual_patients, workload

from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.exposure.build import build
from reprieve.pkpd.compartments import CompartmentGraph, Edge
from reprieve.pkpd.schedule import Dose
from reprieve.pkpd.simulate import simulate

EVIDENCE = Evidence.packaged()

RESULTS = Path(__file__).parent / "results" / "scaling.json"
#: libroadrunner really runs at most so many patients; they take their turn one by one, so the rest is proportional.
MOST_RUN = 200
#: Patients simulated at a time where all of them would not fit into memory.
CHUNK = 10_000
THREE, FOURTEEN = "kamp2020_meta_3cpt", "simons2022_sket_otf_iv"


def patients(rounds):
    """The workload of engine.py for 1 to 10,000 patients, beside libroadrunner."""
    model, rows = solvers.RoadRunner(1e-6, 1e-9), []
    for regimen in REGIMEN_WORDS:
        for count in (1, 100, 1_000, 10_000):
            parameters = virtual_patients(count)
            us, run = workload(parameters), min(count, MOST_RUN)

            def ours(us=us, regimen=regimen):
                return simulate(us.rate_matrix, us.readout, doses(regimen), TIMES, slow=us.slow)

            def theirs(some=parameters[:run], regimen=regimen):
                return [model.subject(each, regimen) for each in some]

            seconds = take_turns({"us": ours, "them": theirs}, rounds, {"us": 5})
            own, other = summary(seconds["us"]), summary(seconds["them"])
            rows.append(
                {
                    "regimen": regimen, "patients": count, "reprieve": own,
                    "libroadrunner": {**other, "patients_run": run, "scaled_ms": other["median_ms"] * count / run},
                    "ratio": other["median_ms"] * count / run / own["median_ms"],
                }
            )  # fmt: skip
    return rows


def compartments(rounds):
    """1,000 patients at 200 times, three compartments and fourteen: two 40-min infusions."""
    spread = np.random.default_rng(1)
    runs, facts = {}, {}
    for name in (THREE, FOURTEEN):
        model = EVIDENCE.record(PopulationModel, name)
        built = build(model, weight_kg=70 * np.exp(0.2 * spread.standard_normal(1000)))
        rates = built.rate_matrix * np.exp(0.3 * spread.standard_normal((1000, 1, 1)))
        central = built.graph.index(built.central)
        given = [Dose(start, central, 20.0, 2 / 3) for start in (0.0, 8.0)]
        facts[name] = {"compartments": len(built.graph.names), "outputs": len(built.analytes)}
        runs[name] = lambda k=rates, r=built.readout, given=given: simulate(k, r, given, np.linspace(0, 24, 200))
    seconds = take_turns(runs, rounds, dict.fromkeys(runs, 5))
    return [{"model": name, **facts[name], **summary(seconds[name])} for name in runs]


def dose_counts(rounds):
    """100 patients, three compartments, looked at once at the end: 1 to 1,000 doses 8 h apart."""
    graph = CompartmentGraph(("c", "p", "d"), (Edge(0), Edge(0, 1), Edge(1, 0), Edge(0, 2), Edge(2, 0)))
    k = graph.rate_matrix(
        np.array([4.0, 4.5, 1.8, 3.0, 0.4]) * np.exp(0.3 * np.random.default_rng(2).normal(size=(100, 5)))
    )
    runs = {}
    for count in (1, 10, 100, 1000):
        given = [Dose(8.0 * i, 0, 20.0, 0.5) for i in range(count)]
        runs[str(count)] = lambda given=given, end=8.0 * count: simulate(k, np.eye(3)[:1], given, [end])
    seconds = take_turns(runs, rounds, dict.fromkeys(runs, 5))
    rows = [{"doses": int(name), **summary(seconds[name])} for name in runs]
    first = rows[0]
    for row in rows[1:]:
        row["added_us_per_dose"] = 1e3 * (row["median_ms"] - first["median_ms"]) / (row["doses"] - first["doses"])
    return rows


def in_chunks(parameters):
    """One after the other, keeping of each only the mean of U at the end."""
    ends = []
    for begin in range(0, len(parameters), CHUNK):
        part = workload(parameters[begin : begin + CHUNK])
        ends.append(simulate(part.rate_matrix, part.readout, doses("B"), TIMES, slow=part.slow).slow[:, -1])
    return np.concatenate(ends).mean()


def large_counts(rounds):
    """1,000 to 100,000 patients in chunks, drawing up the model included."""
    counts = (1_000, 10_000, 100_000)
    parameters = virtual_patients(max(counts))
    runs = {str(count): lambda some=parameters[:count]: in_chunks(some) for count in counts}
    seconds = take_turns(runs, rounds, {"1000": 5, "10000": 2})
    rows = [{"patients": int(name), "chunk": CHUNK, **summary(seconds[name])} for name in runs]
    for row in rows:
        row["us_per_patient"] = 1e3 * row["median_ms"] / row["patients"]
    return rows


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rounds", type=int, default=5)
    rounds = options.parse_args().rounds
    about = machine(("reprieve", "numpy", "numba", "libroadrunner"))
    before = cores_given()
    found = {
        "patients": patients(rounds), "compartments": compartments(rounds), "doses": dose_counts(rounds),
        "large": large_counts(max(2, rounds // 2)),
    }  # fmt: skip
    about["cores_given"] = [round(before, 2), round(cores_given(), 2)]
    about["load_average_at_end"] = [round(x, 2) for x in os.getloadavg()]
    for name, rows in found.items():
        print(name)
        for row in rows:
            print("  ", {key: round(value, 3) if isinstance(value, float) else value for key, value in row.items()})
    RESULTS.write_text(json.dumps({"machine": about, **found}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
