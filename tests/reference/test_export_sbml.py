"""Exported SBML against libroadrunner's stored results and against a small evaluator of its XML."""

import math
from pathlib import Path
from xml.etree import ElementTree as ET

import export_cases as cases
import nonlinear_records as textbook
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.export.equations import equations
from reprieve.export.sbml import sbml
from reprieve.exposure.build import build, compartment_doses
from reprieve.exposure.built_system import system_of
from reprieve.pkpd.dose import Dose

EVIDENCE = Evidence.packaged()

SBML = "{http://www.sbml.org/sbml/level3/version1/core}"
MATH = "{http://www.w3.org/1998/Math/MathML}"
FLINT = "flint2017_picu_sket"


def built_and_model(model_id, deviations=None):
    model = EVIDENCE.record(PopulationModel, model_id)
    built = build(
        model, weight_kg=cases.WEIGHT, covariates=cases.COVARIATES, deviations=deviations, for_comparison=True
    )
    return built, model


@pytest.mark.parametrize("model_id", cases.RUNNABLE)
def test_stored_results_are_of_the_text_exported_today(model_id):
    hashes, _ = cases.stored()
    assert hashes[model_id] == cases.fingerprint(cases.sbml_text(model_id)), (
        "run .venv/bin/python tests/reference/roadrunner_export.py (needs the group bench)"
    )


@pytest.mark.parametrize("model_id", cases.RUNNABLE)
def test_the_engine_agrees_with_libroadrunner(model_id):
    _, rows = cases.stored()
    built, model = built_and_model(model_id)
    central = built.graph.index(built.central)
    doses = {
        "bolus": [(0.0, central, cases.BOLUS, 0.0)],
        "infusion": [(0.0, central, cases.INFUSION, cases.INFUSION_HOURS)],
    }
    for route in cases.routes_with_depots(model):
        doses[route] = list(compartment_doses(built, route=route, mg=cases.BY_ROUTE))
    assert {key[1:] for key in rows if key[0] == model_id} == {(c, a) for c in doses for a in model.analytes}
    for case, given in doses.items():
        ours = system_of(built).simulate([Dose(*dose) for dose in given], cases.TIMES).values[0]
        for column, analyte in enumerate(built.analytes):
            theirs = rows[model_id, case, analyte]
            assert ours[:, column] == pytest.approx(theirs, rel=1e-6, abs=1e-9), (case, analyte)


def test_a_clearance_that_changes_with_time_by_scipy():
    # Flint, 55 kg: V 7.73 and 545 L, CL 112, Q 196, CL_NK 53.2 L/h (1 + 0.0087/h), V_NK 1 L, all per 70 kg
    _, rows = cases.stored()
    size = cases.WEIGHT / 70
    v1, v2, v_nk = 7.73 * size, 545 * size, 1 * size
    cl, q, cl_nk = (value * size**0.75 for value in (112, 196, 53.2))

    def rates(time, amounts):
        one, two, metabolite = amounts
        there, back = q / v1 * one, q / v2 * two
        lost = cl_nk * (1 + 0.0087 * time) / v_nk * metabolite
        return [-cl / v1 * one - there + back, there - back, cl / v1 * one - lost]

    found = solve_ivp(rates, (0, 24), [cases.BOLUS, 0, 0], "Radau", t_eval=cases.TIMES, rtol=1e-9, atol=1e-12)
    assert rows[FLINT, "bolus", "s_norketamine"] == pytest.approx(1000 * found.y[2] / v_nk, rel=1e-5)


def value_of(element, known):
    """A MathML element as a number; ``known`` holds names, and ``time``."""
    kind = element.tag.removeprefix(MATH)
    if kind == "math":
        return value_of(element[0], known)
    if kind == "cn":
        exponent = element[0].tail if len(element) else "0"
        return float(f"{element.text.strip()}e{exponent.strip()}")
    if kind == "ci":
        return known[element.text.strip()]
    if kind == "csymbol":
        return known["time"]
    if kind == "piecewise":
        piece, otherwise = element
        return value_of(piece[0] if value_of(piece[1], known) else otherwise[0], known)
    operator, *arguments = element
    numbers = [value_of(argument, known) for argument in arguments]
    return {
        "plus": math.fsum,
        "minus": lambda n: n[0] - n[1],
        "times": math.prod,
        "divide": lambda n: n[0] / n[1],
        "power": lambda n: n[0] ** n[1],
        "exp": lambda n: math.exp(n[0]),
        "gt": lambda n: n[0] > n[1],
    }[operator.tag.removeprefix(MATH)](numbers)


def evaluated(text, given):
    """Values after all assignment rules, and d(amount)/dt of every species; refuses names that are not declared."""
    model = ET.fromstring(text)[0]
    declared = [e.get("id") for tag in ("species", "parameter") for e in model.iter(f"{SBML}{tag}")]
    assert len(declared) == len(set(declared))
    known = {e.get("id"): float(e.get("value")) for e in model.iter(f"{SBML}parameter") if e.get("value")}
    assert set(given) <= {*declared, "time"}
    known |= {"time": 0.0, **given}
    rules = list(model.iter(f"{SBML}assignmentRule"))
    assert {r.get("variable") for r in rules} == {
        e.get("id") for e in model.iter(f"{SBML}parameter") if not e.get("value")
    }
    for rule in rules:
        known[rule.get("variable")] = value_of(rule[0], known)
    units = {e.get("id") for e in model.iter(f"{SBML}unitDefinition")} | {"dimensionless"}
    assert {e.get("units") for e in model.iter(f"{SBML}parameter")} <= units
    return known, {e.get("variable"): value_of(e[0], known) for e in model.iter(f"{SBML}rateRule")}


@pytest.mark.parametrize("model_id", cases.RUNNABLE)
def test_rate_rules_and_readouts_are_those_of_the_matrices(model_id):
    random = np.random.default_rng(7)
    model = EVIDENCE.record(PopulationModel, model_id)
    deviations = {name: random.normal(0, 0.4, 1) for name in model.between_subject.log_variance()}
    built, _ = built_and_model(model_id, deviations)
    text = cases.sbml_text(model_id)
    for _ in range(3):
        x = random.uniform(0.1, 50, len(model.compartments))
        state = {f"A_{place}": amount for place, amount in zip(model.compartments, x, strict=True)}
        known, rates = evaluated(text, state | {f"ETA_{name}": eta[0] for name, eta in deviations.items()})
        assert set(rates) == set(state)
        kept = np.array([state[f"A_{place}"] for place in built.graph.names])
        expected = built.rate_matrix[0] @ kept
        assert [rates[f"A_{place}"] for place in built.graph.names] == pytest.approx(expected, rel=1e-9, abs=1e-9)
        for name, row in zip(built.analytes, built.readout[0], strict=True):
            assert known[f"C_{name}"] == pytest.approx(row @ kept, rel=1e-10)


@pytest.mark.parametrize("model", [textbook.phenytoin(), textbook.saturable_first_pass()])
def test_saturable_clearance_is_written_as_the_engine_computes_it(model):
    text = sbml("textbook", (), equations(model, {}))
    system = system_of(build(model, weight_kg=70))
    for held in (0.1, 30.0, 2000.0):
        state = {f"A_{place}": held * number for number, place in enumerate(model.compartments, 1)}
        _, rates = evaluated(text, state)
        expected = system.slopes(0.0, np.array([[*state.values(), 0.0]]), np.zeros(len(state) + 1), True)[0, :-1]
        assert [rates[name] for name in state] == pytest.approx(expected, rel=1e-9)


def test_saturable_clearance_agrees_with_libroadrunner():
    header, *rows = Path(__file__).with_name("nonlinear_by_roadrunner.csv").read_text(encoding="utf-8").splitlines()
    assert header == "case," + ",".join(f"{time:g} h" for time in cases.TIMES)
    models = {"saturable_clearance": textbook.phenytoin(), "saturable_first_pass": textbook.saturable_first_pass()}
    given = {"saturable_clearance": ("K1", "K1"), "saturable_first_pass": ("GUT", "L")}
    assert len(rows) == len(models)
    for row in rows:
        name, *values = row.split(",")
        built = build(models[name], weight_kg=70)
        bolus, infused = (built.graph.index(place) for place in given[name])
        doses = [Dose(0, bolus, 900.0), Dose(0, infused, 200.0, 5.0)]
        ours = system_of(built).simulate(doses, cases.TIMES).values[0, :, 0]
        assert ours == pytest.approx([float(value) for value in values], rel=1e-7)


def test_a_rate_parameter_feeds_its_compartment():
    text = cases.sbml_text("kamp2020_meta_3cpt")
    empty = {"A_K1": 0.0, "A_K2": 0.0, "A_K3": 0.0}
    assert evaluated(text, empty | {"R_K1": 40.0})[1] == {"A_K1": 40.0, "A_K2": 0.0, "A_K3": 0.0}
