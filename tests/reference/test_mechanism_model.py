"""The mechanism as it is fitted against the core's, a general ODE solver and patients drawn one by one."""

import math
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from made_up_posterior import made_up_posterior
from prior_distributions import drawn, medians
from scipy.integrate import solve_ivp

from reprieve.chart.patient import Patient
from reprieve.evidence.evidence import Evidence
from reprieve.exposure.choice import choose_models
from reprieve.exposure.inputs import exposure_inputs
from reprieve.inference import arm_exposure as exposure_of_arms
from reprieve.inference import mechanism_model as mechanism
from reprieve.inference.calibration import priors_of
from reprieve.inference.fit_data import CONDITIONS, Looks
from reprieve.inference.likelihood import log_likelihood
from reprieve.inference.reports import reports
from reprieve.regimen import Regimen
from reprieve.relief.comparison import regimen_of
from reprieve.relief.populations import draw_populations
from reprieve.relief.trajectory import follow, relief_by_reversal
from reprieve.relief.virtual_patients import VirtualPatients

EVIDENCE = Evidence.packaged()

BELIEFS = priors_of(EVIDENCE, "mechanism")
MIDDLE = medians("mechanism")
#: One person: nobody differs from the median.
ALIKE = MIDDLE | dict.fromkeys(
    ("exposure_spread", "reversal_spread", "return_spread", "acute_spread", "cohort_persistence"), 0.0
)
LN2 = math.log(2)
SIGTERMANS = "esketamine iv 5 mg/h for 24 h then 14 mg/h for 24 h then 22.2 mg/h for 52.8 h"
REGIMENS = [SIGTERMANS, "racemic iv 0.5 mg/kg over 40 min", "racemic iv 25 mg/h for 4 h every 24 h x 10"]


def arms(data, effect=0.0):
    """Log odds of responding and mean context of arms, every condition and study as the average one."""
    condition, study = np.full(len(CONDITIONS), effect), np.full(len(data.studies), effect)
    return mechanism.arm_values(MIDDLE, data, condition, study, study)


def people(values, n, *, members=1, rng=None):
    """People of the core with these parameters; they differ if there is a source of random numbers."""
    size = n * members

    def lognormal(spread):
        return np.ones(size) if rng is None else np.exp(spread * rng.standard_normal(size))

    def everybody(name):
        return np.full(size, values[name])

    return VirtualPatients(
        draw=np.repeat(np.arange(members), n), populations=draw_populations(made_up_posterior(members), "crps"),
        pk_normals=np.zeros((size, 12)) if rng is None else rng.standard_normal((size, 12)),
        k_rec=LN2 / 24 / (values["return_half_life"] * lognormal(values["return_spread"])),
        k_des=values["reversal_rate"] / 24 * lognormal(values["reversal_spread"]), c50=everybody("reversal_c50"),
        plateau_exponent=everybody("plateau_exponent"), plateau_half=everybody("plateau_half"),
        depth=everybody("depth"), sensitivity=np.ones(size),
        acute_c50=values["acute_c50"] * lognormal(values["acute_spread"]), acute_most=everybody("acute_most"),
        ke0=LN2 * 60 / values["acute_half_life"], r_potency=everybody("r_potency"), context_trait=np.zeros(size),
        context_slow=np.zeros(size), context_shares=(0.4, 0.3, 0.3), context_slow_time_d=21.0,
        r_clearance_rank=np.full(size, 0.5), exposure_rank=np.full(size, 0.5), seed=1,
    )  # fmt: skip


def one_arm(few_studies, regimen, days):
    """Data of a single arm with this regimen, looked at on these days."""
    found = exposure_of_arms.arm_exposure(
        EVIDENCE, regimen, np.array(days), acute_half_life_min=MIDDLE["acute_half_life"]
    )
    data = replace(
        few_studies, edges=found.edges[None], s=found.s[None], r=found.r[None], drug=np.array([True]),
        cohort=np.zeros(1), condition=np.zeros(1, int), study=np.zeros(1, int),
    )  # fmt: skip
    return data, found


def test_what_is_reversed_solves_its_equation_by_a_general_solver(few_studies):
    states, back = mechanism.reversed_share(ALIKE, few_studies)
    k_rec = LN2 / 24 / ALIKE["return_half_life"]
    np.testing.assert_allclose(back, k_rec)
    c50, k_des = ALIKE["reversal_c50"], ALIKE["reversal_rate"] / 24
    assert states.shape[1] == few_studies.drug.sum()
    for row, arm in enumerate(few_studies.given):
        edges = few_studies.edges[arm]
        c = few_studies.s[arm] + ALIKE["r_potency"] * few_studies.r[arm]
        felt = (c / (c + c50)).mean(1)
        state = 0.0
        for i, g in enumerate(felt):

            def slope(_, u, g=g):
                return k_des * g * (1 - u) - k_rec * u

            found = solve_ivp(slope, (edges[i], edges[i + 1]), [state], rtol=1e-10, atol=1e-13)
            state = found.y[0, -1]
            assert states[i + 1, row, 0] == pytest.approx(state, rel=1e-7, abs=1e-12)


@pytest.mark.parametrize("text", REGIMENS)
def test_reversal_and_acute_effect_are_those_of_the_core(few_studies, text, monkeypatch):
    regimen = Regimen.parse(text)
    first = choose_models(EVIDENCE, regimen.form, regimen.route, None)[:1]
    monkeypatch.setattr(exposure_of_arms, "choose_models", lambda *_: first)
    days = [0.01, 0.2, 1.0]
    data, found = one_arm(few_studies, text, days)
    states, _ = mechanism.reversed_share(ALIKE, data)
    hours = np.concatenate([found.edges, found.end_h + 24 * np.array(days)])
    order = np.argsort(hours)
    trajectory = follow(
        exposure_inputs(EVIDENCE, regimen, Patient(weight=70, interactions=()), first),
        people(ALIKE, 1),
        hours=hours[order],
    )
    exact, acute = np.empty(hours.size), np.empty(hours.size)
    exact[order], acute[order] = trajectory.reversed_[0], trajectory.acute[0]
    edges = found.edges.size
    # Three looks stand for a bin: within 1 % from the end of the course, of which studies tell; within 5 % in it.
    after = found.edges >= found.end_h
    np.testing.assert_allclose(states[:, 0, 0], exact[:edges], rtol=0.05)
    np.testing.assert_allclose(states[after, 0, 0], exact[:edges][after], rtol=0.01)
    site = found.site_s + ALIKE["r_potency"] * found.site_r
    np.testing.assert_allclose(ALIKE["acute_most"] * site / (site + ALIKE["acute_c50"]), acute[edges:], rtol=1e-6)


def test_what_every_arm_has_reversed_is_that_of_the_core(evidence_of_the_fit):
    data = evidence_of_the_fit
    wanted, _ = reports(EVIDENCE.studies)
    arms = {(report.study.id, arm.id): (report.study, arm) for report in wanted for arm in report.arms}
    assert len(arms) == len(data.edges)
    states, _ = mechanism.reversed_share(ALIKE, data)
    for i, ((study_id, _), (study, arm)) in enumerate(arms.items()):
        if arm.role != "ketamine":
            assert i not in data.given
            continue
        regimen = Regimen.parse(regimen_of(study, arm))
        members = choose_models(EVIDENCE, regimen.form, regimen.route, None)
        whole = people(ALIKE, 1, members=len(members))
        late = data.edges[i, -2:]
        exact = follow(
            exposure_inputs(EVIDENCE, regimen, Patient(weight=70, interactions=()), members), whole, hours=late
        ).reversed_.mean(0)
        # Sessions of 50 min two weeks apart fall between the looks of bins of 42 h.
        within = 0.1 if study_id == "granata2016" else 0.01
        assert states[-1, data.row_of_given[i], 0] == pytest.approx(exact[-1], rel=within), study_id


def test_placebo_leaves_what_the_context_leaves(few_studies):
    states, back = mechanism.reversed_share(MIDDLE, few_studies)
    for at in (few_studies.at_shares, few_studies.at_means, few_studies.at_others):
        remaining, chance, _, _ = mechanism.look(MIDDLE, few_studies, at, states, back, arms(few_studies))
        without = ~few_studies.drug[at.arm]
        assert without.any()
        assert np.all(np.asarray(remaining)[without] == 1.0)
        assert np.all(np.asarray(chance)[without] == 0.0)
        assert np.all(np.asarray(remaining)[~without] < 1.0)


def test_relief_of_what_is_reversed_is_that_of_the_core_and_has_its_limits():
    share = np.linspace(0.0, 1.0, 101)
    ours = MIDDLE["depth"] * mechanism.relief_of(share, MIDDLE)
    np.testing.assert_allclose(ours, relief_by_reversal(share[None], people(MIDDLE, 1))[0], atol=1e-9)
    assert mechanism.relief_of(1.0, MIDDLE) == pytest.approx(1.0)
    # At ρ the relief is (1 + ρ^γ) / 2; without a plateau (γ 1, ρ infinite) it is the reversed share itself.
    half, exponent = MIDDLE["plateau_half"], MIDDLE["plateau_exponent"]
    assert mechanism.relief_of(half, MIDDLE) == pytest.approx((1 + half**exponent) / 2)
    none = MIDDLE | {"plateau_exponent": 1.0, "plateau_half": 1e9}
    np.testing.assert_allclose(mechanism.relief_of(share, none), share, atol=1e-8)


def looks(rng, n):
    """Some arms as the model looks at them: remaining pain of 32 people, chance, mean and spread of the context."""
    return rng.uniform(0.02, 1, (n, 32)), rng.uniform(0, 1, n), rng.uniform(-0.2, 0.6, n), rng.uniform(0, 0.5, n)


def test_shares_and_means_are_those_of_patients_drawn_one_by_one():
    rng, n, threshold = np.random.default_rng(4), 400_000, 0.3
    looked = looks(rng, 6)
    share = mechanism.share_with_relief(looked, np.full(6, threshold), 0.1)
    mean, sd = mechanism.mean_pain(looked, 0.1)
    for i, (remaining, chance, context, spread) in enumerate(zip(*looked, strict=True)):
        left = np.where(rng.random(n) < chance, rng.choice(remaining, n), 1.0)
        pain = left * (1 - context - spread * rng.standard_normal(n)) + 0.1 * rng.standard_normal(n)
        # Standard errors are below 0.001; four of them are allowed.
        assert share[i] == pytest.approx((1 - pain >= threshold).mean(), abs=0.004)
        assert mean[i] == pytest.approx(np.maximum(pain, 0).mean(), abs=0.004)
        # The SD takes its second moment from pain that may fall below 0: never smaller, by the bound E[min(X, 0)²].
        excess = sd[i] ** 2 - np.maximum(pain, 0).var()
        assert excess == pytest.approx((np.minimum(pain, 0) ** 2).mean(), abs=0.004)


def everywhere(data):
    """Every look of every report as one, so that it is compiled once."""
    parts = [vars(at) for at in (data.at_shares, data.at_means, data.at_contrasts, data.at_others)]
    return Looks(**{name: np.concatenate([part[name] for part in parts]) for name in parts[0]})


@pytest.fixture(scope="module", params=["log likelihood", "every look"])
def scalar(request, evidence_of_the_fit):
    """The log likelihood of all evidence, or what the mechanism says of every look, with its gradient."""
    data, fixed = evidence_of_the_fit, {name: each.value for name, each in BELIEFS.constants.items()}
    at, condition, study = everywhere(data), np.full(len(CONDITIONS), 0.1), np.full(len(data.studies), 0.1)

    def total(values):
        all_values = fixed | values
        if request.param == "log likelihood":
            found = mechanism.predicted(all_values, data, condition, study, study)
            each = log_likelihood(all_values, data, found, data.weights, data.seen)
            return sum(part.sum() for part in each.values())
        states, back = mechanism.reversed_share(all_values, data)
        of_arms = mechanism.arm_values(all_values, data, condition, study, study)
        looked = mechanism.look(all_values, data, at, states, back, of_arms)
        mean, sd = mechanism.mean_pain(looked, 0.1)
        return jnp.log(mechanism.share_with_relief(looked, np.full(at.day.size, 0.4), 0.1)).sum() + (mean / sd).sum()

    # Compiled once and run a few times: what the compiler's later passes save is less than they cost.
    quickly = {"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True}
    return jax.jit(jax.value_and_grad(total), compiler_options=quickly), request.param


def parameters(values):
    return {name: jnp.asarray(values[name], float) for name in BELIEFS.parameters}


def test_gradients_are_finite_differences(scalar):
    of, what = scalar
    # Without a shift, a share at its floor of 1e-4 sits on a kink.
    middle = parameters(MIDDLE | {"words_shift": 0.2, "complete_shift": 0.3})
    value, slope = of(middle)
    assert np.isfinite(value)
    assert all(np.isfinite(each) for each in slope.values())
    assert sum(each != 0 for each in slope.values()) >= (25 if what == "log likelihood" else 16)
    for name in middle:
        step = 1e-5 * max(abs(MIDDLE[name]), 0.1)
        up, down = (float(of(middle | {name: middle[name] + way * step})[0]) for way in (1, -1))
        assert float(slope[name]) == pytest.approx((up - down) / (2 * step), rel=1e-4, abs=1e-4), name


def test_gradients_are_finite_wherever_the_priors_reach(scalar):
    of, _ = scalar
    rows = drawn(30, np.random.default_rng(6), "mechanism")
    for i in range(30):
        value, slope = of(parameters({name: values[i] for name, values in rows.items()}))
        assert np.isfinite(value)
        assert all(np.isfinite(each) for each in slope.values())
