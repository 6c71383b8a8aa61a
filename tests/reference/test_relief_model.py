"""The relief model against a slow, independent solution of its equations by a general ODE solver."""

import itertools
import math
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from reprieve.regimen import Regimen
from reprieve.relief.course import follow_course
from reprieve.relief.exposure_choice import choose_models
from reprieve.relief.patient import Patient
from reprieve.relief.virtual_patients import VirtualPatients

# Parameters at 70 kg: L and L/h. Simons 2022 (printed in L/min) and Kamp 2020.
SIMONS = {"V1": 11.6, "V2": 39.0, "V3": 174.0, "CL": 60 * 1.48, "Q2": 60 * 2.43, "Q3": 60 * 1.21}
KAMP = {"V1": 25.0, "V2": 56.0, "V3": 157.0, "CL": 84.0, "Q2": 161.0, "Q3": 79.0}
# Between-subject variances of Simons 2022; racemic borrows the same three.
VARIANCE = {"V1": 0.057, "CL": 0.029, "Q3": 0.026}

PEOPLE = VirtualPatients(
    draw=np.array([0, 0, 0]),
    # Normals in the order of the published variances: VK1, CLK1, CLK3, then metabolites.
    pk_normals=np.array([[0.0] * 12, [1.2, -0.8, 0.5, *[0.3] * 9], [-1.0, 1.5, -2.0, *[-0.7] * 9]]),
    k_rec=math.log(2) / (24 * np.array([10.9, 6.0, 20.0])),
    k_des=np.array([0.4787, 0.9, 0.2]) / 24,
    c50=np.array([10.5, 5.0, 30.0]),
    hill=np.array([1.0, 2.0, 0.7]),
    depends=np.array([True, True, False]),
    acute_c50=np.array([121.2, 60.0, 200.0]),
    ke0=math.log(2) / (8.3 / 60),
    r_potency=np.array([0.48, 0.0, 1.0]),
    placebo_size=np.array([0.0, 0.4, 0.9]),
    k_placebo=math.log(2) / (24 * np.array([10.9, 5.0, 30.0])),
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
    k_des, k_rec, c50, h = PEOPLE.k_des[i], PEOPLE.k_rec[i], PEOPLE.c50[i], PEOPLE.hill[i]

    def slope(_, y, rate):
        a1, a2, a3, site, s = y
        c1, c2, c3 = a1 / p["V1"], a2 / p["V2"], a3 / p["V3"]
        seen = max(strength * 1000 * c1, 0.0)
        g = seen**h / (c50**h + seen**h)
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
    acute = site / (site + PEOPLE.acute_c50[i])
    placebo = PEOPLE.placebo_size[i] * np.exp(-PEOPLE.k_placebo[i] * np.maximum(times - case.end, 0))
    r = 1.0 if PEOPLE.depends[i] else 0.0
    return {
        "concentration": 1000 * out[:, 0] / p["V1"],
        "reversed_": 1 - out[:, 4],
        "acute": acute,
        "remaining": (1 - r * (1 - out[:, 4])) * (1 - acute) * (1 - placebo),
        "remaining_on_placebo": 1 - placebo,
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.text)
@pytest.mark.parametrize("person", [0, 1, 2])
def test_a_course_solves_the_equations_of_the_model(case, person):
    plan = Regimen.parse(case.text)
    course = follow_course(plan, choose_models(plan.form, plan.route)[:1], PEOPLE, Patient(weight=case.weight))
    assert course.end_h == pytest.approx(case.end)
    # Off the moments at which something is given: there a bolus is a step.
    looked = [i for i, t in enumerate(course.hours) if 0.01 < t < case.end + 60 * 24 and t != 48.0][::9]
    expected = slow_person(case, person, course.hours[looked])
    for name, values in expected.items():
        # Concentrations long after the course are below 1e-6 ng/mL, where the solver's own error shows.
        np.testing.assert_allclose(getattr(course, name)[person, looked], values, rtol=1e-5, atol=1e-7, err_msg=name)
    assert expected["reversed_"].max() > 0.05
    assert expected["acute"].max() > 0.1
