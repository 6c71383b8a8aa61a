"""What was studied: the convex hull against SciPy's, and every fitted infusion inside it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import ConvexHull

from reprieve.evidence.evidence import Evidence
from reprieve.inference.fit_data import CONDITIONS
from reprieve.regimen import Regimen
from reprieve.relief.studied import convex_hull, envelope, studied

EVIDENCE = Evidence.packaged()

FIVE = [(0.0, 0.0), (2.0, 0.0), (2.0, 1.0), (0.0, 1.0), (1.0, 0.5)]


def test_the_hull_of_a_rectangle_is_its_corners_counter_clockwise():
    assert convex_hull([*FIVE, (1.0, 0.0), *FIVE]) == ((0, 0), (2, 0), (2, 1), (0, 1))


@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=3, max_size=40, unique=True))
def test_the_hull_has_the_corners_that_scipy_finds(points):
    plain = np.array(points, dtype=float)
    if np.linalg.matrix_rank(plain - plain[0]) < 2:
        return  # on one line there is no hull to compare with
    expected = {tuple(plain[i]) for i in ConvexHull(plain).vertices}
    assert set(convex_hull([tuple(map(float, point)) for point in points])) == expected


def test_every_infusion_that_was_fitted_lies_inside():
    span = studied(EVIDENCE)
    for study in EVIDENCE.studies:
        alone = envelope([study])
        assert alone.conditions <= span.conditions
        assert alone.routes <= span.routes
        assert alone.forms <= span.forms
        for log_hours, rate in alone.hull:
            regimen = Regimen.parse(f"racemic iv {rate:.9g} mg/kg/h for {math.exp(log_hours):.9g} h")
            assert span.holds_infusion(regimen, 70.0), (study.id, str(regimen))


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("racemic iv 0.5 mg/kg over 40 min", True),
        ("racemic iv 0.35 mg/kg/h for 4 h every 24 h x 10", True),
        ("esketamine iv 22 mg/h for 100 h", True),
        ("racemic im 30 mg", True),  # nothing is infused
        ("esketamine iv 20 mg/h for 500 h", False),
        ("esketamine iv 1 mg/h for 100 h", False),
    ],
)
def test_usual_infusions_were_studied_and_extremes_were_not(text, inside):
    assert studied(EVIDENCE).holds_infusion(Regimen.parse(text), 70.0) is inside
    assert studied(EVIDENCE).is_outside("crps", Regimen.parse(text), 70.0) is not inside


def test_a_condition_or_a_route_of_no_study_is_outside():
    regimen = Regimen.parse("racemic iv 0.5 mg/kg over 40 min")
    assert not studied(EVIDENCE).is_outside("neuropathic", regimen, 70.0)
    assert studied(EVIDENCE).is_outside("low_back", regimen, 70.0)
    assert studied(EVIDENCE).is_outside("crps", Regimen.parse("racemic sublingual 25 mg"), 70.0)


def test_conditions_and_routes_are_those_of_the_fit(evidence_of_the_fit):
    data = evidence_of_the_fit
    assert studied(EVIDENCE).conditions == {CONDITIONS[i] for i in data.condition[data.given]}
    arms = [arm for k in range(3) for report in data.reports_of(k) for arm in report.arms]
    assert studied(EVIDENCE).routes == {arm.route for arm in arms if arm.role == "ketamine"}


def test_an_arm_without_a_number_that_can_be_used_is_not_what_was_studied():
    # Withheld studies have no outcomes; they must not widen what the model is said to have seen.
    withheld = EVIDENCE.read_study(EVIDENCE.study_path("hardy2012"))
    assert withheld.withheld
    assert envelope([withheld]).conditions == frozenset()
    assert envelope([withheld]).hull == ()
