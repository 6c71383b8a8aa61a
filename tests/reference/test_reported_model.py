"""The model of record in JAX, of which gradients are taken, against the same equations in NumPy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from prior_distributions import drawn, medians

from reprieve.chart.patient import Patient
from reprieve.evidence.evidence import Evidence
from reprieve.exposure.choice import choose_models
from reprieve.exposure.inputs import exposure_inputs
from reprieve.inference import reported_model
from reprieve.inference.calibration import priors_of
from reprieve.inference.fit_data import CONDITIONS
from reprieve.inference.likelihood import log_likelihood
from reprieve.regimen import Regimen
from reprieve.relief.added_relief import added_relief, amount_felt
from reprieve.relief.arm import predict_arm
from reprieve.relief.comparison import regimen_of
from reprieve.relief.felt_exposure import FeltExposure, felt_curve
from reprieve.relief.reported import Relieved

EVIDENCE = Evidence.packaged()

BELIEFS = priors_of(EVIDENCE)
MIDDLE = medians()
N = 500


@pytest.fixture(scope="module")
def rows():
    """Rows of parameters from their priors."""
    return drawn(N, np.random.default_rng(1))


def random_felt(rng):
    """Something felt in every row, from nothing to a month."""
    hours = np.where(rng.random(N) < 0.05, 0.0, rng.lognormal(2, 2, N))
    return hours, rng.lognormal(4, 1, N), rng.lognormal(3, 1, N), rng.choice([0, 0.01, 0.04, 1, 28, 300], N)


def test_what_the_drug_adds_is_the_same_in_both(rows):
    rng = np.random.default_rng(2)
    hours, s, r, since = random_felt(rng)
    level, persistence, slow = rng.normal(0.2, 0.4, N), rng.uniform(0, 1, N), rng.random(N)
    onset = MIDDLE["acute_half_life"] / 60
    ours, amounts = np.empty(N), np.empty(N)
    for i in range(N):
        row = {name: value[[i]] for name, value in rows.items()}
        felt = FeltExposure(hours[[i]], s[[i]], r[[i]], since[[i]].astype(float), slow[i])
        ours[i] = added_relief(row, felt, level[[i]], onset, persistence[[i]])[0, 0]
        amounts[i] = amount_felt(felt, row["r_potency"])[0, 0]
    values = rows | {"acute_half_life": MIDDLE["acute_half_life"]}
    theirs = reported_model.added(values, level, persistence, hours, amounts, slow, since)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("threshold", [0.1, 0.3, 0.5, 0.93])
def test_shares_are_the_same_in_both(rows, threshold):
    rng = np.random.default_rng(3)
    context, drug = rng.normal(0.2, 0.1, N), rng.uniform(0, 0.8, N)
    for name in ("added_spread", "context_spread"):
        assert rows[name].min() > 0
    core = Relieved(drug[:, None], rows["added_spread"], context, rows["context_spread"])
    line = np.array([threshold])
    theirs = [
        reported_model.share_relieved({n: v[i] for n, v in rows.items()}, context[[i]], drug[[i]], line)
        for i in range(0, N, 10)
    ]
    ours = np.clip(core.share_relieved(threshold)[::10, 0], 1e-4, 1 - 1e-4)
    # The core's table of the normal distribution is right to 2e-7.
    np.testing.assert_allclose(ours, np.concatenate(theirs), atol=3e-7)


def test_mean_pain_and_its_sd_are_the_same_in_both(rows):
    rng = np.random.default_rng(4)
    context, drug = rng.normal(0.2, 0.1, N), rng.uniform(0, 0.8, N)
    core = Relieved(drug[:, None], rows["added_spread"], context, rows["context_spread"]).mean_pain()
    theirs = [
        reported_model.mean_pain({n: v[i] for n, v in rows.items()}, context[[i]], drug[[i]]) for i in range(0, N, 10)
    ]
    for ours, column in zip(core, zip(*theirs, strict=True), strict=True):
        np.testing.assert_allclose(ours[::10, 0], np.concatenate(column), atol=1e-5)


@pytest.mark.parametrize("drug", [0.0, 0.2, 0.4])
@pytest.mark.parametrize("alike", [0.0, 0.5, 0.7])
def test_among_those_whom_placebo_did_not_relieve_it_is_the_share_of_people_drawn_one_by_one(drug, alike):
    rng, n = np.random.default_rng(5), 2_000_000
    values = MIDDLE | {"context_repeated": alike, "added_spread": 0.9}
    mean, sd, threshold = 0.17, values["context_spread"], 0.3
    same, one, other = rng.standard_normal((3, n))
    on_placebo, on_drug = (mean + sd * (alike**0.5 * same + (1 - alike) ** 0.5 * z) for z in (one, other))
    sigma = np.sqrt(np.log1p(0.9**2))
    relieved = on_drug + drug * rng.lognormal(-(sigma**2) / 2, sigma, n) >= threshold
    expected = relieved[on_placebo < threshold].mean()
    found = reported_model.share_of_non_responders(values, np.array([mean]), np.array([drug]), np.array([threshold]))
    assert float(found[0]) == pytest.approx(expected, abs=0.004)


def test_what_was_felt_in_the_fit_is_what_forecasts_feel(evidence_of_the_fit):
    data = evidence_of_the_fit
    at, wanted = data.at_means, data.means
    dosed = [i for i, report in enumerate(wanted) if report.arm.role == "ketamine"][::5]
    for i in dosed:
        regimen = Regimen.parse(regimen_of(wanted[i].study, wanted[i].arm))
        members = choose_models(EVIDENCE, regimen.form, regimen.route, None)
        inputs = exposure_inputs(EVIDENCE, regimen, Patient(weight=70, interactions=()), members)
        felt = felt_curve(inputs).on_days(np.array([wanted[i].day]))
        found = (at.hours[i], at.felt_s[i], at.felt_r[i], at.since[i], at.slow[i])
        expected = (felt.hours[0], felt.s[0], felt.r[0], felt.since_days[0], felt.by_slow_route)
        np.testing.assert_allclose(found, expected, rtol=1e-9)


@pytest.mark.parametrize("report", ["ket", "pla"])
def test_a_study_of_the_fit_is_predicted_as_by_the_core(few_studies, report):
    """The first week of Sigtermans by the fit's model over the shipped draws, and as an arm is answered."""
    data, shipped = few_studies, _shipped()
    (i,) = (i for i, r in enumerate(data.means) if r.study.id == "sigtermans2009" and r.arm.id == report)
    own = shipped.pop("own")
    place = shipped.pop("condition_effect")
    constants = {name: fixed.value for name, fixed in BELIEFS.constants.items()}
    studies = len(data.studies)

    def one(draw):
        values, where, level, context = draw
        found = reported_model.predicted(
            constants | values, data, where, level * jnp.ones(studies), context * jnp.ones(studies)
        )
        return found.means[i]

    theirs = np.asarray(jax.lax.map(one, (shipped, place, *own)))
    arm = {
        "id": report, "condition": "crps", "role": "ketamine" if report == "ket" else "placebo", "design": "rct",
        "n": 10**9, "regimen": regimen_of(data.means[i].study, data.means[i].arm), "weight": 70,
        "predict": [{"measure": "mean_pain_fraction", "day": data.means[i].day}],
    }  # fmt: skip
    ours = predict_arm(arm).draws[0]
    assert ours.mean() == pytest.approx(theirs.mean(), abs=4.89 * ours.std() / np.sqrt(ours.size))


def _shipped():
    from reprieve.relief.populations import draw_populations  # noqa: PLC0415
    from reprieve.relief.posterior import posterior  # noqa: PLC0415

    held = posterior(EVIDENCE)
    whole = draw_populations(held, "crps")
    columns = [held.conditions.index(name) for name in CONDITIONS]
    return {
        **held.values,
        "condition_effect": held.condition_effect[:, columns],
        "own": (whole.level_score, whole.context_score),
    }


@pytest.fixture(scope="module")
def scalar(evidence_of_the_fit):
    """The log likelihood of all evidence and of what is known, with its gradient."""
    data = evidence_of_the_fit
    constants = {name: fixed.value for name, fixed in BELIEFS.constants.items()}
    condition, study = np.full(len(CONDITIONS), 0.1), np.full(len(data.studies), 0.1)

    def total(values):
        found = reported_model.predicted(constants | values, data, condition, study, study)
        each = log_likelihood(constants | values, data, found, data.weights, data.seen)
        known = reported_model.log_knowledge(constants | values, BELIEFS, condition)
        return sum(part.sum() for part in each.values()) + known

    return jax.jit(jax.value_and_grad(total))


def parameters(values):
    return {name: jnp.asarray(values[name], float) for name in BELIEFS.parameters}


@pytest.mark.parametrize("name", BELIEFS.parameters)
def test_a_gradient_is_a_finite_difference(scalar, name):
    # Without a shift, a share at its floor of 1e-4 sits on a kink.
    middle = parameters(MIDDLE | {"words_shift": 0.2, "complete_shift": 0.3})
    _, slope = scalar(middle)
    step = 1e-5 * max(abs(float(middle[name])), 0.1)
    up, down = (float(scalar(middle | {name: middle[name] + way * step})[0]) for way in (1, -1))
    assert float(slope[name]) == pytest.approx((up - down) / (2 * step), rel=1e-4, abs=1e-3)
    assert float(slope[name]) != 0.0


def test_gradients_are_finite_wherever_the_priors_reach(scalar):
    some = drawn(50, np.random.default_rng(6))
    for i in range(50):
        value, slope = scalar(parameters({name: values[i] for name, values in some.items()}))
        assert np.isfinite(value)
        assert all(np.isfinite(each) for each in slope.values())
