"""The relief model against a slow, independent solution of its equations by a general ODE solver."""

import itertools
import math
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from reprieve.chart.patient import Patient
from reprieve.evidence.evidence import Evidence
from reprieve.exposure.choice import choose_models
from reprieve.exposure.inputs import exposure_inputs
from reprieve.regimen import Regimen
from reprieve.relief.trajectory import follow
from reprieve.relief.virtual_patients import Populations, VirtualPatients

EVIDENCE = Evidence.packaged()

# Parameters at 70 kg: L and L/h. Simons 2022 (printed in L/min) and Kamp 2020.
SIMONS = {"V1": 11.6, "V2": 39.0, "V3": 174.0, "CL": 60 * 1.48, "Q2": 60 * 2.43, "Q3": 60 * 1.21}
KAMP = {"V1": 25.0, "V2": 56.0, "V3": 157.0, "CL": 84.0, "Q2": 161.0, "Q3": 79.0}
# Between-subject variances of Simons 2022; racemic borrows the same three.
VARIANCE = {"V1": 0.057, "CL": 0.029, "Q3": 0.026}

# Three people, each of a population of its own; people of one population would share what holds for all of it.
UNUSED = np.full(3, np.nan)
POPULATIONS = Populations(
    chance=UNUSED,
    chance_logit_mean=UNUSED,
    chance_logit_sd=UNUSED,
    context_mean=np.array([0.2, 0.1, 0.3]),
    context_mean_typical=UNUSED,
    context_study_sd=UNUSED,
    context_spread=np.array([0.3, 0.4, 0.2]),
    context_lasting=np.array([0.7, 0.0, 0.4]),
    context_half_life_d=np.array([10.9, 5.0, 30.0]),
    reporting_precision=UNUSED,
    mean_scatter=UNUSED,
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
    responds=np.array([True, True, False]),
    acute_c50=np.array([121.2, 60.0, 200.0]),
    acute_most=np.array([0.9, 0.7, 1.0]),
    ke0=math.log(2) / (8.3 / 60),
    r_potency=np.array([0.48, 0.0, 1.0]),
    # Pain falls by 0.35 of baseline without the drug, rises by 0.5, and would fall by more than there is.
    context_normal=np.array([0.5, -1.5, 4.0]),
    r_clearance_rank=np.full(3, 0.5),
    exposure_rank=np.full(3, 0.5),
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
    days = np.maximum(times - case.end, 0) / 24
    passing = np.exp(-math.log(2) / POPULATIONS.context_half_life_d[i] * days)
    lasting = POPULATIONS.context_lasting[i]
    context = POPULATIONS.context_mean[i] + POPULATIONS.context_spread[i] * PEOPLE.context_normal[i]
    placebo = np.clip(1 - context * (lasting + (1 - lasting) * passing), 0, None)
    left = (1 - relief) * (1 - acute)
    return {
        "concentration": 1000 * out[:, 0] / p["V1"],
        "reversed_": 1 - out[:, 4],
        "acute": acute,
        "drug_factor": left,
        "remaining": (left if PEOPLE.responds[i] else 1.0) * placebo,
        "remaining_on_placebo": placebo,
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.text)
@pytest.mark.parametrize("person", [0, 1, 2])
def test_a_trajectory_solves_the_equations_of_the_model(case, person):
    regimen = Regimen.parse(case.text)
    trajectory = follow(
        exposure_inputs(
            EVIDENCE, regimen, Patient(weight=case.weight), choose_models(EVIDENCE, regimen.form, regimen.route)[:1]
        ),
        PEOPLE,
    )
    assert trajectory.end_h == pytest.approx(case.end)
    # Off the moments at which something is given: there a bolus is a step.
    looked = [i for i, t in enumerate(trajectory.hours) if 0.01 < t < case.end + 60 * 24 and t != 48.0][::9]
    expected = slow_person(case, person, trajectory.hours[looked])
    for name, values in expected.items():
        # Concentrations long after the course are below 1e-6 ng/mL, where the solver's own error shows.
        np.testing.assert_allclose(
            getattr(trajectory, name)[person, looked], values, rtol=1e-5, atol=1e-7, err_msg=name
        )
    assert expected["reversed_"].max() > 0.03
    assert expected["acute"].max() > 0.1
