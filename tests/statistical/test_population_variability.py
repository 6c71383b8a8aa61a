"""People are drawn from the printed variability itself.

Every check fails by chance once in a million runs of fresh seeds (|z| < 4.89, two-sided); the seed is fixed, so a
failure means that the code changed.
"""

import math

import numpy as np
import pytest

from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.evidence.records.variability import BetweenSubject, covariance_rows
from reprieve.exposure.build import between_subject, build
from reprieve.exposure.model import Chosen, deviations
from reprieve.exposure.population.simulation import occasion_deviations, simulate_population
from reprieve.exposure.population.streams import normals

EVIDENCE = Evidence.packaged()

pytestmark = pytest.mark.statistical

Z = 4.89
N = 200_000
OTTO, SIMONS = "otto2021_fanta2015_sket_iv_venous", "simons2022_sket_otf_iv"
PEREZ = "perezruixo2021_esketamine_nasal_po_iv"
VARYING = [m for m in EVIDENCE.records(PopulationModel) if m.between_subject.variances()]


def check_variance(values, expected):
    """The variance of n normal values has the standard error variance · sqrt(2/n)."""
    assert abs(values.var() - expected) < Z * expected * math.sqrt(2 / values.size)


def check_mean(values, expected):
    assert abs(values.mean() - expected) < Z * values.std() / math.sqrt(values.size)


@pytest.mark.parametrize("model", VARYING, ids=lambda model: model.id)
def test_deviations_have_the_covariance_of_the_record(model):
    names, expected = between_subject(model)
    drawn = deviations(Chosen(model, "", model, {}), normals(3, "between subjects", 0, N, len(names)))
    found = np.cov(np.array([drawn[name] for name in names])).reshape(expected.shape)
    variances = np.diag(expected)
    error = np.sqrt((np.outer(variances, variances) + expected**2) / N)
    assert (np.abs(found - expected) < Z * error).all()


def test_a_covariance_may_join_two_scales():
    between = BetweenSubject(scale="log", variance={"V": 0.09}, logit_sd={"F": 0.5}, correlation={"V F": -0.6})
    assert covariance_rows(between) == [pytest.approx([0.09, -0.09]), pytest.approx([-0.09, 0.25])]  # -0.6·0.3·0.5


def test_the_share_absorbed_in_the_nose_varies_on_the_logit_scale():
    # FRn 0.54, SD of the logit 0.708
    model = EVIDENCE.record(PopulationModel, PEREZ)
    names = between_subject(model)[0]
    drawn = deviations(Chosen(model, "", model, {}), normals(3, "between subjects", 0, N, len(names)))
    share = build(model, weight_kg=None, deviations=drawn).inputs["intranasal"][0].sprays.first
    logit = np.log(share / (1 - share))
    check_mean(logit, math.log(0.54 / 0.46))
    check_variance(logit, 0.708**2)


def test_a_bolus_shows_the_variance_of_the_volume():
    # Otto: C(0) = dose/V1, and the variance of log V1 is 0.084177
    population = simulate_population(
        "esketamine iv 10 mg", model=OTTO, weight=70, times=[0.0], subjects=N, analytes=["s_ketamine"]
    )
    logs = np.log(population.values()[:, 0, 0])
    volume = EVIDENCE.record(PopulationModel, OTTO).parameters["V1"].value
    check_mean(logs, math.log(10_000 / volume))
    check_variance(logs, 0.084177)


@pytest.mark.parametrize(("name", "cv"), [("F1", 24.9), ("D2", 91.8), ("MTTG", 124.6), ("CLH1", 9.0)])
def test_occasions_have_the_printed_coefficient_of_variation_and_are_independent(name, cv):
    # 100·sqrt(exp(variance) - 1) = CV %
    model = EVIDENCE.record(PopulationModel, SIMONS)
    one, other = (occasion_deviations(model, seed=3, number=o, first=0, n=N)[name] for o in (0, 1))
    check_variance(one, math.log(1 + (cv / 100) ** 2))
    check_variance(one - other, 2 * math.log(1 + (cv / 100) ** 2))
    people = normals(3, "between subjects", 0, N, 1)[:, 0]
    assert abs(np.corrcoef(one, people)[0, 1]) < Z / math.sqrt(N)


def test_measurements_scatter_as_printed():
    given = {"times": [0.0, 0.5], "subjects": 50_000, "weight": 70}
    drip = "esketamine iv 20 mg over 20 min"
    exact, shown = (simulate_population(drip, model=OTTO, **given, residual=r).values() for r in (False, True))
    off = shown[:, 1] / exact[:, 1] - 1
    check_mean(off[:, 0], 0)
    check_variance(off[:, 0], 0.23609**2)
    check_variance(off[:, 1], 0.14261**2)
    # Simons: nothing is there at time 0, so only the additive error shows: 0.058 nmol/mL · 223.70 g/mol
    shown = simulate_population(drip, model=SIMONS, **given, residual=True, occasions=False).values()
    check_variance(shown[:, 0, 1], (0.058 * 223.70) ** 2)
    # Perez-Ruixo: log-normal, SD 0.276
    spray = {"model": PEREZ, "times": [1.0], "subjects": 50_000}
    regimen = "esketamine intranasal 56 mg"
    exact, shown = (simulate_population(regimen, **spray, residual=r).values() for r in (False, True))
    check_variance(np.log(shown / exact)[:, 0, 0], 0.276**2)
