"""The relief prior: derived numbers are derived again here, and a planted fault of each kind is refused."""

import math

import msgspec
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from reprieve.errors import EvidenceError
from reprieve.evidence import read
from reprieve.evidence.records.relief_prior import ReliefPrior

PRIOR = "crps_dahan2011"


@pytest.fixture(scope="module")
def prior() -> ReliefPrior:
    return read.relief_prior(PRIOR)


# Dahan 2011: concentration of half the effect 10.5 ng/mL, half-life of onset and offset 10.9 d. Infusion of 5, 10,
# 15 and 20 mg/h, a step every 24 h and the last for 28 h, in steady state with a clearance of 88.8 L/h.
C50, HALF_LIFE_D, CL = 10.5, 10.9, 88.8
STEPS = [(5.0, 1.0), (10.0, 1.0), (15.0, 1.0), (20.0, 28 / 24)]  # mg/h, d


def published_effect_at_100_h() -> float:
    """Effect site in the shape of the published model: Ce lags behind C with the half-life, E = Ce / (Ce + C50)."""
    site, k = 0.0, math.log(2) / HALF_LIFE_D
    for rate, days in STEPS:
        level = 1000 * rate / CL
        site = level + (site - level) * math.exp(-k * days)
    return site / (site + C50)


def reversed_at_100_h(k_des: float) -> float:
    """1 - S after the same infusion, dS/dt = k_rec (1 - S) - k_des g(C) S with g the hyperbola."""
    s, k_rec = 1.0, math.log(2) / HALF_LIFE_D
    for rate, days in STEPS:
        c = 1000 * rate / CL
        g = c / (c + C50)
        found = solve_ivp(lambda _, y, g=g: k_rec * (1 - y) - k_des * g * y, (0, days), [s], rtol=1e-11, atol=1e-13)
        s = found.y[0, -1]
    return 1 - s


def test_the_published_effect_after_100_h():
    assert published_effect_at_100_h() == pytest.approx(0.767, abs=0.0005)


def test_the_reversal_rate_gives_that_effect(prior):
    solved = brentq(lambda k: reversed_at_100_h(k) - published_effect_at_100_h(), 0.05, 5.0, xtol=1e-10)
    belief = prior.parameters["reversal_rate"]
    assert solved == pytest.approx(0.4787, abs=0.0001)
    assert belief.value == pytest.approx(solved, abs=0.0001)
    assert belief.unit == "1/d"


def test_the_interval_of_the_reversal_rate_is_what_its_reason_says(prior):
    belief = prior.parameters["reversal_rate"]
    assert belief.low == pytest.approx(belief.value * math.exp(-1.96 * 0.5), abs=0.0005)
    assert belief.high == pytest.approx(belief.value * math.exp(1.96 * 0.5), abs=0.0005)


@pytest.mark.parametrize(("field", "nmol_per_ml"), [("value", 0.51), ("low", 0.38), ("high", 0.66)])
def test_the_acute_c50_is_the_published_one_in_mass(prior, field, nmol_per_ml):
    assert getattr(prior.parameters["acute_c50"], field) == pytest.approx(nmol_per_ml * 237.73, abs=0.06)


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("return_half_life", {"value": 10.9, "low": 5.3, "high": 20.5, "unit": "d"}),
        ("reversal_c50", {"value": 10.5, "low": 4.37, "high": 21.2, "unit": "ng/mL"}),
        ("effect_with_drug", {"value": 0.67, "se": 0.10}),
        ("effect_on_placebo", {"value": 0.23, "se": 0.09}),
        ("acute_half_life", {"value": 8.3, "low": 5.1, "high": 13.0, "unit": "min"}),
        ("r_relative_potency", {"value": 1 - 0.52, "se": 0.27}),
    ],
)
def test_numbers_are_as_printed(prior, name, numbers):
    belief = prior.parameters[name]
    assert belief.status == "seen"
    for field, printed in numbers.items():
        assert getattr(belief, field) == pytest.approx(printed) if field != "unit" else belief.unit == printed


def test_the_studied_range_is_mean_and_two_standard_deviations(prior):
    # 46 (SD 12) years, 79 (SD 19) kg; 5 to 30 mg/h per 70 kg
    assert prior.studied.age == (46 - 2 * 12, 46 + 2 * 12)
    assert prior.studied.weight == (79 - 2 * 19, 79 + 2 * 19)
    assert prior.studied.mg_per_kg_per_hour == pytest.approx((5 / 70, 30 / 70), rel=0.01)


FAULTS = [
    ({"return_half_life": None}, "return_half_life is missing"),
    ({"magic": {"form": "fixed", "value": 1, "unit": "fraction"}}, "magic is not a parameter of the relief model"),
    ({"reversal_c50": {"unit": "furlong"}}, "reversal_c50: Unknown unit 'furlong'"),
    ({"reversal_c50": {"unit": "h"}}, "reversal_c50 is given in 'h', a time; it must be a concentration"),
    ({"reversal_c50": {"low": None}}, "reversal_c50 is lognormal and lacks low"),
    ({"effect_with_drug": {"se": None}}, "effect_with_drug is beta and lacks se"),
    ({"placebo_size": {"high": None}}, "placebo_size is uniform and lacks high"),
    ({"reversal_hill": {"value": None}}, "reversal_hill is fixed and lacks value"),
    ({"return_half_life": {"source": None}}, "return_half_life is seen but names no source"),
    ({"reversal_rate": {"source": None}}, "reversal_rate is derived but names no source"),
    ({"reversal_c50": {"low": 30.0}}, "reversal_c50: its interval 30 to 21.2 is not ordered"),
    ({"reversal_c50": {"value": 30.0}}, "reversal_c50: 30 is outside its interval 4.37 to 21.2"),
]


@pytest.mark.parametrize(("changes", "sentence"), FAULTS, ids=[sentence for _, sentence in FAULTS])
def test_a_planted_fault_is_refused(prior, changes, sentence):
    plain = msgspec.to_builtins(prior)
    for name, change in changes.items():
        if change is None:
            del plain["parameters"][name]
        else:
            fresh = {"status": "assumed", "reason": "planted"}
            plain["parameters"][name] = plain["parameters"].get(name, fresh) | change
    with pytest.raises(EvidenceError, match=sentence):
        msgspec.convert(plain, ReliefPrior).check()


@pytest.mark.parametrize("name", ["infusion_hours", "mg_per_kg_per_hour", "age", "weight"])
def test_a_studied_range_written_backwards_is_refused(prior, name):
    plain = msgspec.to_builtins(prior)
    plain["studied"][name] = plain["studied"][name][::-1]
    with pytest.raises(EvidenceError, match=rf"studied {name.replace('_', ' ')} run from .* write the lower first"):
        msgspec.convert(plain, ReliefPrior).check()


def test_the_shipped_prior_is_clean_and_cites_the_bibliography(prior):
    prior.check()
    for belief in prior.parameters.values():
        if belief.source:
            assert read.reference(belief.source).short
