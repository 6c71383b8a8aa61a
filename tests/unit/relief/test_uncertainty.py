"""Where uncertainty comes from: chances by formula against people drawn one by one, and its parts by quadrature."""

import numpy as np
import pytest
from made_up_posterior import made_up_posterior
from scipy import integrate, special, stats

from reprieve.answers.relief_filling import uncertainty as filled
from reprieve.chart.patient import Patient
from reprieve.evidence.evidence import Evidence
from reprieve.exposure.choice import choose_models
from reprieve.exposure.inputs import exposure_inputs
from reprieve.regimen import Regimen
from reprieve.relief.trajectory import follow
from reprieve.relief.uncertainty import Uncertainty
from reprieve.relief.virtual_patients import draw_patients
from reprieve.words import HORIZONS as NAMED

EVIDENCE = Evidence.packaged()

HORIZONS = {one.id: one.days for one in NAMED}
REGIMEN = Regimen.parse("esketamine iv 10 mg/h for 10 h")
DAY = 14.0


def uncertainty(n=400, posterior=None, threshold=0.3, **how):
    people = draw_patients(posterior or made_up_posterior(), virtual_patients=n, seed=4, condition="crps", **how)
    hours = REGIMEN.last_dose_end_h + 24 * np.array([0.0, *HORIZONS.values()])
    members = choose_models(EVIDENCE, REGIMEN.form, REGIMEN.route)[:1]
    return Uncertainty(
        follow(exposure_inputs(EVIDENCE, REGIMEN, Patient(weight=70), members), people, hours=hours),
        people,
        threshold,
    )


@pytest.fixture(scope="module")
def made():
    return uncertainty()


@pytest.mark.parametrize("on_placebo", [False, True])
def test_the_chance_is_the_share_of_virtual_patients_less_their_noise(on_placebo):
    many = uncertainty(20_000)
    relieved = many.trajectory.remaining_at(DAY, on_placebo=on_placebo) <= 0.7
    by_draw = relieved.reshape(many.people.n_draws, -1).mean(axis=1)
    off = by_draw - many.chances(DAY, on_placebo=on_placebo)
    # The false alarm rate is 1e-6 in fresh seeds.
    assert abs(off.mean()) < 4.89 * off.std(ddof=1) / np.sqrt(off.size)


def test_on_placebo_the_chance_is_that_of_a_normal(made):
    whole = made.people.populations
    left = whole.context_left(np.array([DAY]))[:, 0]
    expected = stats.norm.sf(0.3, loc=whole.context_mean * left, scale=whole.context_spread * left)
    np.testing.assert_allclose(made.chances(DAY, on_placebo=True), expected, atol=1e-9)


def test_where_nobody_responds_there_is_no_difference():
    told = uncertainty(no_benefit=True)
    for values in told.differences.values():
        assert values == pytest.approx((0, 0, 0), abs=1e-12)


def test_the_difference_is_the_chance_of_a_responder_whom_placebo_would_not_relieve(made):
    # p (share relieved if everybody responds - share relieved if nobody does), never below 0
    for name, (mean, low, high) in made.differences.items():
        everybody = made._seen(HORIZONS[name], np.ones(made.people.n_draws)).share_relieved(0.3)
        nobody = made.chances(HORIZONS[name], on_placebo=True)
        by_draw = made.people.populations.chance * (everybody - nobody)
        assert (mean, low, high) == pytest.approx((by_draw.mean(), *np.quantile(by_draw, [0.1, 0.9])))
        assert low >= 0


@pytest.mark.parametrize("draw", [0, 7, 13])
def test_settings_are_averaged_as_by_slow_integration(made, draw):
    whole, everybody = made.people.populations, np.ones(made.people.n_draws)
    nodes = np.linspace(-6, 6, 49)
    density = stats.norm.pdf(nodes)

    def share(chance):
        """(n_nodes,) relieved if everybody or nobody responds, over how settings differ without the drug."""
        means = (whole.context_mean_typical + node * whole.context_study_sd for node in nodes)
        return np.array([made._seen(DAY, chance, mean).share_relieved(0.3)[draw] for mean in means])

    def over_settings(values):
        return integrate.simpson(integrate.simpson(values * density, nodes) * density, nodes)

    p = special.expit(whole.chance_logit_mean[draw] + nodes * whole.chance_logit_sd[draw])[:, None]
    chance = p * share(everybody) + (1 - p) * share(0 * everybody)
    mean = over_settings(chance)
    average, between = made.over_settings(DAY)
    assert average[draw] == pytest.approx(mean, abs=2e-3)
    assert between[draw] == pytest.approx(np.sqrt(over_settings((chance - mean) ** 2)), abs=5e-3)


def test_settings_that_do_not_differ_add_nothing():
    alike = uncertainty(posterior=made_up_posterior(responder_study_sd=0.0, context_study_sd=0.0))
    answer = filled(alike, 7.0)
    assert max(answer.setting.chance_sd.values()) < 1e-9
    average, _ = alike.over_settings(DAY)
    np.testing.assert_allclose(average, alike.chances(DAY))


def test_a_posterior_of_one_row_is_not_unknown():
    known = filled(uncertainty(posterior=made_up_posterior(1)), 7.0)
    for interval in known.posterior.chance.values():
        # People of a draw still differ in exposure and rates, 20 in each.
        assert interval.high - interval.low < 0.15


def test_people_differ_in_points_of_their_own_baseline(made):
    seven, half = (filled(made, baseline).population.pain_sd for baseline in (7.0, 3.5))
    for name, day in HORIZONS.items():
        pain = 7.0 * made.trajectory.remaining_at(day).reshape(-1, 20)
        assert seven[name] == pytest.approx(np.mean([group.std(ddof=1) for group in pain]), rel=1e-3)
        assert half[name] == pytest.approx(seven[name] / 2, rel=1e-3)
