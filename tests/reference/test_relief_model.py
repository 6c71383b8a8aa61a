"""The relief model against a slow, independent solution of its equations by a general ODE solver."""

import itertools
import math
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.linalg import expm
from scipy.stats import norm, rankdata

from reprieve.chart.patient import Patient
from reprieve.evidence.evidence import Evidence
from reprieve.exposure.choice import choose_models
from reprieve.exposure.inputs import exposure_inputs
from reprieve.regimen import Regimen
from reprieve.relief.populations import Populations
from reprieve.relief.trajectory import follow
from reprieve.relief.virtual_patients import VirtualPatients

EVIDENCE = Evidence.packaged()

# Parameters at 70 kg: L and L/h. Simons 2022 (printed in L/min) and Kamp 2020.
SIMONS = {"V1": 11.6, "V2": 39.0, "V3": 174.0, "CL": 60 * 1.48, "Q2": 60 * 2.43, "Q3": 60 * 1.21}
KAMP = {"V1": 25.0, "V2": 56.0, "V3": 157.0, "CL": 84.0, "Q2": 161.0, "Q3": 79.0}
# Between-subject variances of Simons 2022; racemic borrows the same three.
VARIANCE = {"V1": 0.057, "CL": 0.029, "Q3": 0.026}

# Three people, each of a population of its own; people of one population would share what holds for all of it.
POPULATIONS = Populations(
    values={
        "added_by_hours": np.array([0.02, 0.05, 0.0]),
        "added_by_amount": np.array([0.03, 0.0, 0.04]),
        "added_by_route": np.array([-0.1, 0.0, 0.1]),
        "added_fade_long": np.array([0.05, 0.2, 0.0]),
        "added_fade_short": np.array([0.1, 0.0, 0.02]),
        "added_half_life": np.array([50.0, 20.0, 200.0]),
        "added_spread": np.array([0.9, 0.4, 1.3]),
        "r_potency": np.array([0.48, 0.0, 1.0]),
        "context_spread": np.array([0.3, 0.4, 0.2]),
    },
    level=np.array([0.3, 0.5, 0.1]),
    level_sd=np.array([0.1, 0.2, 0.05]),
    level_score=np.array([0.5, -1.0, 2.0]),
    context=np.array([0.2, 0.1, 0.3]),
    context_sd=np.array([0.1, 0.05, 0.2]),
    context_score=np.array([1.0, -0.5, 0.0]),
    persistence=np.zeros(3),
    onset_h=8.3 / 60,
)
PEOPLE = VirtualPatients(
    draw=np.array([0, 1, 2]),
    populations=POPULATIONS,
    # Normals in the order of the published variances: VK1, CLK1, CLK3, then metabolites.
    pk_normals=np.array([[0.0] * 12, [1.2, -0.8, 0.5, *[0.3] * 9], [-1.0, 1.5, -2.0, *[-0.7] * 9]]),
    k_rec=math.log(2) / (24 * np.array([10.9, 6.0, 20.0])),
    k_des=np.array([0.4787, 0.9, 0.2]) / 24,
    c50=np.array([10.5, 5.0, 30.0]),
    plateau_exponent=np.array([2.0, 0.8, 3.5]),
    plateau_half=np.array([0.3, 0.6, 0.1]),
    depth=np.array([0.8, 1.0, 0.4]),
    sensitivity=np.array([1.0, 0.6, 2.0]),
    acute_c50=np.array([121.2, 60.0, 200.0]),
    acute_most=np.array([0.9, 0.7, 1.0]),
    ke0=math.log(2) / (8.3 / 60),
    r_potency=np.array([0.48, 0.0, 1.0]),
    # Pain falls without the drug, rises, and would fall by more than there is.
    context_trait=np.array([0.5, -1.5, 6.0]),
    context_slow=np.array([0.2, -0.3, 1.0]),
    context_shares=(0.4, 0.3, 0.3),
    context_slow_time_d=21.0,
    r_clearance_rank=np.full(3, 0.5),
    exposure_rank=np.full(3, 0.5),
    seed=3,
)


@dataclass(frozen=True)
class Case:
    text: str
    weight: float
    published: dict[str, float]
    racemic: bool
    #: (start h, end h, mg/h) and (h, mg), worked out by hand
    infusions: tuple[tuple[float, float, float], ...] = ()
    boluses: tuple[tuple[float, float], ...] = ()
    end: float = 0.0


BASE_PER_SALT = 237.73 / 274.19
CASES = [
    Case(
        "esketamine iv 5 mg/h for 24 h then 20 mg/h for 30 h", 82.0, SIMONS, False,
        infusions=((0, 24, 5.0), (24, 54, 20.0)), end=54.0,
    ),
    Case(
        "racemic iv 0.35 mg/kg/h for 4 h every 24 h x 3", 58.0, KAMP, True,
        infusions=tuple((24.0 * i, 24.0 * i + 4, 0.35 * 58) for i in range(3)), end=52.0,
    ),
    Case(
        "racemic salt iv 30 mg every 48 h x 2", 70.0, KAMP, True,
        boluses=((0.0, 30 * BASE_PER_SALT), (48.0, 30 * BASE_PER_SALT)), end=48.0,
    ),
]  # fmt: skip


def slow_person(case: Case, i: int, times: np.ndarray) -> dict[str, np.ndarray]:
    """One person by a general ODE solver, restarted at every change of input."""
    size = case.weight / 70
    deviation = dict(zip(("V1", "CL", "Q3"), PEOPLE.pk_normals[i, :3], strict=True))
    p = {
        name: value
        * size ** (1.0 if name.startswith("V") else 0.75)
        * math.exp(math.sqrt(VARIANCE[name]) * deviation[name] if name in VARIANCE else 0.0)
        for name, value in case.published.items()
    }
    strength = (1 + PEOPLE.r_potency[i]) / 2 if case.racemic else 1.0
    k_des, k_rec, c50 = PEOPLE.k_des[i], PEOPLE.k_rec[i], PEOPLE.c50[i]

    def slope(_, y, rate):
        a1, a2, a3, site, s = y
        c1, c2, c3 = a1 / p["V1"], a2 / p["V2"], a3 / p["V3"]
        seen = max(strength * 1000 * c1, 0.0)
        g = seen / (c50 + seen)
        return [
            rate - p["CL"] * c1 - p["Q2"] * (c1 - c2) - p["Q3"] * (c1 - c3),
            p["Q2"] * (c1 - c2),
            p["Q3"] * (c1 - c3),
            PEOPLE.ke0 * (1000 * c1 - site),
            k_rec * (1 - s) - k_des * g * s,
        ]

    changes = sorted(
        {0.0, float(times[-1])} | {t for inf in case.infusions for t in inf[:2]} | {b[0] for b in case.boluses}
    )
    y, out = np.array([0, 0, 0, 0, 1.0]), np.empty((times.size, 5))
    for start, end in itertools.pairwise(changes):
        y = y + np.array([sum(mg for at, mg in case.boluses if at == start), 0, 0, 0, 0])
        rate = sum(r for a, b, r in case.infusions if a <= start < b)
        asked = (times >= start) & (times <= end)
        found = solve_ivp(
            slope, (start, end), y, args=(rate,), method="LSODA", rtol=1e-10, atol=1e-13, dense_output=True
        )
        out[asked] = found.sol(times[asked]).T
        y = found.y[:, -1]
    site = strength * out[:, 3]
    acute = PEOPLE.acute_most[i] * site / (site + PEOPLE.acute_c50[i])
    # The plateau written as a ratio to full reversal: D = depth f(R) / f(1) with f(x) = 1 / (1 + (half / x)^exponent)
    back = np.maximum(1 - out[:, 4], 1e-300)
    half, exponent = PEOPLE.plateau_half[i], PEOPLE.plateau_exponent[i]
    relief = PEOPLE.depth[i] * (1 + half**exponent) / (1 + (half / back) ** exponent)
    return {
        "concentration": 1000 * out[:, 0] / p["V1"],
        "reversed_": 1 - out[:, 4],
        "acute": acute,
        "mechanism": PEOPLE.sensitivity[i] * (1 - (1 - relief) * (1 - acute)),
    }


def typical_felt(case: Case, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Hours with drug of the typical patient and the mean ng/mL over them, by a fine grid of matrix exponentials."""
    size = case.weight / 70
    p = {name: value * size ** (1.0 if name.startswith("V") else 0.75) for name, value in case.published.items()}
    rates = np.array([
        [-(p["CL"] + p["Q2"] + p["Q3"]) / p["V1"], p["Q2"] / p["V2"], p["Q3"] / p["V3"]],
        [p["Q2"] / p["V1"], -p["Q2"] / p["V2"], 0.0],
        [p["Q3"] / p["V1"], 0.0, -p["Q3"] / p["V3"]],
    ])  # fmt: skip
    step = 0.01
    whole, at_rest = expm(rates * step), np.linalg.inv(rates)
    grid = np.arange(0.0, case.end + 48.0, step)
    state, c = np.zeros(3), np.empty(grid.size)
    for k, t in enumerate(grid):
        state = state + np.array([sum(mg for at, mg in case.boluses if abs(at - t) < step / 2), 0.0, 0.0])
        into = np.array([sum(rate for a, b, rate in case.infusions if a - 1e-9 <= t < b - 1e-9), 0.0, 0.0])
        half = expm(rates * step / 2)
        c[k] = 1000 * ((half @ state + at_rest @ (half - np.eye(3)) @ into)[0]) / p["V1"]
        state = whole @ state + at_rest @ (whole - np.eye(3)) @ into
    weight = c**4 / (c**4 + 10.0**4) * step
    edges = np.append(grid, grid[-1] + step)
    hours, held = (np.interp(times, edges, np.concatenate([[0.0], np.cumsum(each)])) for each in (weight, weight * c))
    return hours, held / np.maximum(hours, 1e-12)


def expected_drug(case: Case, mechanism: np.ndarray, times: np.ndarray) -> np.ndarray:
    """(3, n_times) what the drug takes away, by the equations of the model of record written out once more."""
    hours, mean = typical_felt(case, times)
    started = [start for start, _, _ in case.infusions] + [at for at, _ in case.boluses]
    ended = [end for _, end, _ in case.infusions] + [at for at, _ in case.boluses]
    if case.text.startswith("esketamine"):  # one infusion in two steps
        started, ended = [0.0], [case.end]
    since = [max(t - max(e for s, e in zip(started, ended, strict=True) if s <= t), 0.0) / 24 for t in times]
    days = np.maximum(np.array(since), 0.04)
    v = POPULATIONS.values
    found = np.empty((3, times.size))
    z = norm.ppf((rankdata(mechanism, axis=0) - 0.5) / 3)
    for i in range(3):
        strength = (1 + v["r_potency"][i]) / 2 if case.racemic else 1.0
        amount = hours * mean * strength / 50
        level = POPULATIONS.level[i] + POPULATIONS.level_sd[i] * POPULATIONS.level_score[i]
        delta = level + v["added_by_hours"][i] * np.log(hours / 4) + v["added_by_amount"][i] * np.log(amount / 4)
        power = v["added_fade_long"][i] + v["added_fade_short"][i] * np.clip(np.log(500 / amount), 0, None)
        kept = np.exp(-power * np.log(days / 0.04)) * 0.5 ** (days / v["added_half_life"][i])
        added = 0.06 * np.log1p(np.exp(delta / 0.06)) * kept * (1 - 0.5 ** (hours / (8.3 / 60)))
        sigma = np.sqrt(np.log1p(v["added_spread"][i] ** 2))
        found[i] = added * np.exp(sigma * z[i] - sigma**2 / 2)
    return found


def looked_at(case):
    """The trajectory of the three, and where it is compared."""
    regimen = Regimen.parse(case.text)
    members = choose_models(EVIDENCE, regimen.form, regimen.route)[:1]
    trajectory = follow(exposure_inputs(EVIDENCE, regimen, Patient(weight=case.weight), members), PEOPLE)
    # Off the moments at which something is given: there a bolus is a step.
    looked = [i for i, t in enumerate(trajectory.hours) if 0.01 < t < case.end + 60 * 24 and t != 48.0][::9]
    return trajectory, looked


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.text)
@pytest.mark.parametrize("person", [0, 1, 2])
def test_exposure_and_mechanism_solve_their_equations(case, person):
    trajectory, looked = looked_at(case)
    assert trajectory.end_h == pytest.approx(case.end)
    expected = slow_person(case, person, trajectory.hours[looked])
    for name in ("concentration", "reversed_", "acute"):
        # Concentrations long after the course are below 1e-6 ng/mL, where the solver's own error shows.
        found = getattr(trajectory, name)[person, looked]
        np.testing.assert_allclose(found, expected[name], rtol=1e-5, atol=1e-7, err_msg=name)
    assert expected["reversed_"].max() > 0.03
    assert expected["acute"].max() > 0.1


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.text)
def test_what_the_drug_takes_away_is_that_of_the_model_of_record_by_rank(case):
    trajectory, looked = looked_at(case)
    times = trajectory.hours[looked]
    mechanism = np.array([slow_person(case, i, times)["mechanism"] for i in range(3)])
    expected = expected_drug(case, mechanism, times)
    # The product counts hours in steps of a tenth of an hour, here of a hundredth.
    some = times > 1.0
    np.testing.assert_allclose(trajectory.drug[:, looked][:, some], expected[:, some], rtol=0.01, atol=1e-4)
    left = np.maximum(1 - trajectory.context - trajectory.drug, 0.0)
    np.testing.assert_allclose(trajectory.remaining, left)
    assert (left == 0.0).any()
    assert (trajectory.remaining_on_placebo > 1.0).any()
