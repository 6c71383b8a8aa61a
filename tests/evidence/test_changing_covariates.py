"""A data set whose weight changes, on a published model: against SciPy with the same switches."""

import numpy as np
import pytest
from scipy.linalg import expm

from reprieve.datasets.nonmem import parse_nonmem
from reprieve.errors import InputError
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.exposure.build import add_effect_site, build
from reprieve.exposure.built_system import system_of
from reprieve.pkpd.event_run import simulate_events
from reprieve.pkpd.steps import Steps

EVIDENCE = Evidence.packaged()

KAMP = EVIDENCE.record(PopulationModel, "kamp2020_meta_3cpt")
# A child grows over a long infusion; the infusion runs across the first change, the second dose meets the second.
DATA = """ID,TIME,AMT,RATE,EVID,CMT,WT
7,0,40,4,1,1,20
7,1,.,.,0,1,20
7,4,.,.,0,1,26
7,10,.,.,0,1,.
7,12,15,.,1,1,31
7,12,.,.,0,1,31
7,20,.,.,0,1,31
"""


def test_a_data_set_with_a_changing_weight():
    data = parse_nonmem(DATA, covariates=["WT"])
    steps, table = data.covariate_steps()["7"], data.event_tables()["7"]
    built = build(KAMP, weight_kg=steps["WT"])
    found = simulate_events(system_of(built), table).values[0, :, 0]

    def matrix(weight):  # CL 84, Q 161 and 79 L/h by weight^0.75; 25, 56 and 157 L by weight
        flow, size = (weight / 70) ** 0.75, weight / 70
        v1, v2, v3 = 25 * size, 56 * size, 157 * size
        return v1, np.array([
            [-(84 + 161 + 79) * flow / v1, 161 * flow / v2, 79 * flow / v3],
            [161 * flow / v1, -161 * flow / v2, 0],
            [79 * flow / v1, 0, -79 * flow / v3],
        ])  # fmt: skip

    def step(state, weight, hours, rate):
        k = matrix(weight)[1]
        settled = np.linalg.solve(-k, [rate, 0, 0])
        return settled + expm(k * hours) @ (state - settled)

    x1 = step(np.zeros(3), 20, 1, 4)
    x4 = step(x1, 20, 3, 4)
    x10 = step(x4, 26, 6, 4)
    x12 = step(x10, 26, 2, 0) + np.array([15, 0, 0])
    x20 = step(x12, 31, 8, 0)
    at = ((x1, 20), (x4, 26), (x10, 26), (x12, 31), (x20, 31))
    expected = [1000 * state[0] / matrix(weight)[0] for state, weight in at]
    assert found == pytest.approx(expected, rel=1e-9)


def test_each_subject_has_its_own_course_of_weight():
    weights = Steps(np.array([0.0, 4.0]), np.array([[70.0, 60.0], [70.0, 80.0]]))
    table = parse_nonmem(DATA, covariates=["WT"]).event_tables()["7"]
    both = simulate_events(system_of(build(KAMP, weight_kg=weights)), table).values
    for subject, later in enumerate((60.0, 80.0)):
        alone = build(KAMP, weight_kg=Steps(np.array([0.0, 4.0]), np.array([70.0, later])))
        assert both[subject] == pytest.approx(simulate_events(system_of(alone), table).values[0], rel=1e-12)


def test_what_cannot_change_is_refused():
    perez = EVIDENCE.record(PopulationModel, "perezruixo2021_esketamine_nasal_po_iv")
    steps = Steps(np.array([0.0, 4.0]), np.array([1.0, 2.0]))
    with pytest.raises(InputError, match="Race is given in steps over time; it has levels, so give one of them"):
        build(perez, weight_kg=70, covariates={"age": 40, "race": steps})
    with pytest.raises(InputError, match="Body weight must be greater than zero"):
        build(KAMP, weight_kg=Steps(np.array([0.0, 4.0]), np.array([70.0, -1.0])))
    changing = build(KAMP, weight_kg=Steps(np.array([0.0, 4.0]), np.array([70.0, 60.0])))
    with pytest.raises(InputError, match="An effect site needs covariates that stay the same"):
        add_effect_site(changing, ke0=1.0)
