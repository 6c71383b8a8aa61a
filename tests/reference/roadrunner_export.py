"""Runs the exported SBML of every model in libroadrunner and stores what it computes.

    .venv/bin/python tests/reference/roadrunner_export.py

Needs the group ``bench``. Doses are given as a reader would give them: a bolus by setting an amount, an infusion by
setting ``R_`` while it runs, other routes by the ``F_`` and ``D_`` the text computes.
"""

import export_cases as cases
import roadrunner

from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.population_model import PopulationModel

EVIDENCE = Evidence.packaged()


def loaded(text):
    simulator = roadrunner.RoadRunner(text)
    simulator.integrator.relative_tolerance = 1e-12
    simulator.integrator.absolute_tolerance = 1e-14
    simulator.integrator.maximum_num_steps = 100_000
    return simulator


def curve(simulator, infusions, analytes):
    """Concentrations at ``TIMES`` with ``infusions``: (parameter, mg/h, h), all from time zero."""
    now, found = 0.0, []
    for stop in sorted({*cases.TIMES, *(hours for _, _, hours in infusions)}):
        for parameter, rate, hours in infusions:
            simulator[parameter] = rate if now < hours else 0.0
        simulator.simulate(now, stop, 2)
        now = stop
        if stop in cases.TIMES:
            found.append([simulator[f"C_{analyte}"] for analyte in analytes])
    return list(zip(*found, strict=True))


def by_route(simulator, entered):
    """Amounts and infusions of one dose, from the shares and durations in the text."""
    if entered.sprays:
        simulator["N_SPRAYS"] = cases.SPRAYS
    names = simulator.model.getGlobalParameterIds()
    infusions = []
    for entry in entered.entries:
        share = simulator[f"F_{entry.into}"] if f"F_{entry.into}" in names else 1.0
        if f"D_{entry.into}" in names:
            hours = simulator[f"D_{entry.into}"]
            infusions.append((f"R_{entry.into}", cases.BY_ROUTE * share / hours, hours))
        else:
            simulator[f"A_{entry.into}"] = cases.BY_ROUTE * share
    return infusions


def runs(model_id, text):
    """Every case of one model: its name and the concentrations of every analyte."""
    model = EVIDENCE.record(PopulationModel, model_id)
    simulator = loaded(text)
    simulator[f"A_{model.central}"] = cases.BOLUS
    yield "bolus", curve(simulator, [], model.analytes)
    rate = cases.INFUSION / cases.INFUSION_HOURS
    infusion = (f"R_{model.central}", rate, cases.INFUSION_HOURS)
    yield "infusion", curve(loaded(text), [infusion], model.analytes)
    for route in cases.routes_with_depots(model):
        simulator = loaded(text)
        yield route, curve(simulator, by_route(simulator, model.inputs[route]), model.analytes)


def main():
    hashes, rows = [], []
    for model_id in cases.RUNNABLE:
        text = cases.sbml_text(model_id)
        hashes.append(f"# sha256 {model_id} {cases.fingerprint(text)}")
        for case, curves in runs(model_id, text):
            for analyte, values in zip(EVIDENCE.record(PopulationModel, model_id).analytes, curves, strict=True):
                rows.append(",".join([model_id, case, analyte, *(f"{value:.10g}" for value in values)]))
    head = [
        "# ng/mL by libroadrunner from the exported SBML; made by tests/reference/roadrunner_export.py",
        f"# libroadrunner {roadrunner.__version__}, CVODE, relative tolerance 1e-12",
    ]
    columns = ",".join(["model", "case", "analyte", *(f"{time:g} h" for time in cases.TIMES)])
    cases.STORED.write_text("\n".join([*head, *hashes, columns, *rows, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
