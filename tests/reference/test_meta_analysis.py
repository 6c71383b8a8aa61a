"""Meta-analysis and effect sizes against R's metafor, which wrote metafor.csv by metafor.R."""

import csv
import math
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from reprieve.evidence.evidence import Evidence
from reprieve.inference.controlled_comparisons import Comparisons
from reprieve.inference.effect_sizes import Counts, Mean, from_counts, from_means, from_p, measure
from reprieve.inference.meta_analysis import asymmetry, pool, regress
from reprieve.inference.moderators import CONDITION
from reprieve.inference.synthesis import Synthesis, synthesise
from reprieve.inference.window import window

EVIDENCE = Evidence.packaged()

_HERE = Path(__file__).parent


def given():
    found = defaultdict(lambda: defaultdict(list))
    with (_HERE / "metafor_input.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            for name in ("yi", "vi", "x1", "x2"):
                found[row["dataset"]][name].append(math.nan if row[name] == "NA" else float(row[name]))
            if row["category"] != "NA":
                found[row["dataset"]]["category"].append(row["category"])
    return found


def expected():
    with (_HERE / "metafor.csv").open(encoding="utf-8") as file:
        return {
            (row["dataset"], row["model"], row["quantity"]): float(row["value"])
            for row in csv.DictReader(file)
            if row["value"] not in {"NA", "NaN"}
        }


GIVEN, EXPECTED = given(), expected()
DATASETS = sorted(GIVEN)


def data(name):
    return np.array(GIVEN[name]["yi"]), np.sqrt(GIVEN[name]["vi"])


def agrees(dataset, model, found):
    """Every quantity to 1e-6 of its size or absolutely; t and upper ends that are large are compared in ratio."""
    for quantity, value in found.items():
        assert value == pytest.approx(EXPECTED[dataset, model, quantity], rel=1e-6, abs=1e-6), quantity


def coefficient(name, c):
    return {
        f"{name} beta": c.estimate, f"{name} se": c.se, f"{name} zval": c.t, f"{name} pval": c.p,
        f"{name} ci.lb": c.low, f"{name} ci.ub": c.high,
    }  # fmt: skip


def spread(h):
    return {
        "tau2": h.tau2, "I2": h.i2, "H2": h.h2, "QE": h.q, "QEp": h.p,
        "tau2 ci.lb": h.tau2_low, "tau2 ci.ub": h.tau2_high,
    }  # fmt: skip


@pytest.mark.parametrize("name", DATASETS)
def test_random_effects(name):
    found = pool(*data(name))
    agrees(name, "random", coefficient("intercept", found.random) | spread(found.heterogeneity))
    agrees(name, "random", {f"weight {i + 1}": w for i, w in enumerate(found.weights)})
    fixed = found.fixed
    agrees(
        name, "fixed",
        {"beta": fixed.estimate, "se": fixed.se, "pval": fixed.p, "ci.lb": fixed.low, "ci.ub": fixed.high},
    )  # fmt: skip


@pytest.mark.parametrize("name", DATASETS)
def test_truncated_interval(name):
    found = pool(*data(name), truncated=True)
    agrees(name, "random", {"adhoc ci.lb": found.random.low, "adhoc ci.ub": found.random.high})
    if found.prediction:
        agrees(name, "random", {"adhoc pi.lb": found.prediction[0], "adhoc pi.ub": found.prediction[1]})


@pytest.mark.parametrize("name", [name for name in DATASETS if name != "pair"])
def test_prediction_interval_and_asymmetry(name):
    found = pool(*data(name))
    agrees(name, "random", {"pi.lb": found.prediction[0], "pi.ub": found.prediction[1]})
    limit, slope = asymmetry(*data(name)).coefficients
    agrees(
        name, "egger",
        {"zval": slope.t, "pval": slope.p, "est": limit.estimate, "ci.lb": limit.low, "ci.ub": limit.high},
    )  # fmt: skip


def moderated():
    for name in DATASETS:
        columns = GIVEN[name]
        if name != "pair":
            yield name, "on standard error", {"x1": data(name)[1].tolist()}
        if not np.isnan(columns["x1"]).any():
            yield name, "on x1", {"x1": columns["x1"]}
        if not np.isnan(columns["x2"]).any():
            yield name, "on x1 and x2", {"x1": columns["x1"], "x2": columns["x2"]}


@pytest.mark.parametrize(("name", "model", "moderators"), list(moderated()))
def test_meta_regression(name, model, moderators):
    found = regress(*data(name), moderators)
    for label, one in zip(("intercept", "x1", "x2"), found.coefficients, strict=False):
        agrees(name, model, coefficient(label, one))
    agrees(name, model, spread(found.heterogeneity) | {"QM": found.f, "QMp": found.p})
    if found.r2 is not None:
        agrees(name, model, {"R2": found.r2})


def effects_in(conditions, estimates, errors):
    """Effects of studies that differ in nothing but these."""
    one = synthesise(EVIDENCE.studies, measure("rd"), window("day")).effects[0]
    return tuple(
        replace(one, study=msgspec.structs.replace(one.study, condition=name), estimate=float(y), se=float(se))
        for name, y, se in zip(conditions, estimates, errors, strict=True)
    )


@pytest.mark.parametrize("name", [name for name in DATASETS if GIVEN[name]["category"]])
def test_regression_on_a_category(name):
    effects = effects_in(GIVEN[name]["category"], *data(name))
    on_these = Synthesis(Comparisons(measure("rd"), window("day"), effects, (), (), 0), None, None).on(CONDITION)
    plain = regress(*data(name), CONDITION.columns(effects))
    for found, test in ((plain, "knha"), (on_these, "adhoc")):
        model = f"on category {test}"
        levels = {q.removesuffix(" beta") for d, m, q in EXPECTED if (d, m) == (name, model) and q.endswith(" beta")}
        assert set(found.names) == levels
        for label, one in zip(found.names, found.coefficients, strict=True):
            agrees(name, model, coefficient(label, one))
        agrees(name, model, spread(found.heterogeneity) | {"QM": found.f, "QMp": found.p, "R2": found.r2})


@pytest.mark.parametrize("how", ["rd", "rr", "or"])
@pytest.mark.parametrize(
    ("name", "treated", "control"),
    [("plain", (7, 12), (2, 12)), ("empty", (5, 10), (0, 10)), ("full", (8, 8), (3, 9))],
)
def test_effects_of_counts(name, treated, control, how):
    found = from_counts(measure(how), Counts(*treated), Counts(*control))
    agrees(name, how, {"yi": found.estimate, "vi": found.variance})


@pytest.mark.parametrize("how", ["md", "smd"])
def test_effects_of_means(how):
    found = from_means(measure(how), Mean(2.5, 2.8, 30), Mean(5.4, 2.6, 28))
    agrees("means", how, {"yi": found.estimate, "vi": found.variance})


def test_effect_of_a_p():
    found = from_p(0.02, 20, 20)
    agrees("p 0.02 of 20 and 20", "smd", {"yi": found.estimate, "vi": found.variance})
