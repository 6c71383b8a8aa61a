"""The page of measured curves: errors that were worked out elsewhere, and pictures that hold every point and model."""

import numpy as np
import pytest
from generator import kamp_page

from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.population_model import PopulationModel

EVIDENCE = Evidence.packaged()

S_KETAMINE, NORKETAMINE, *_ = kamp_page.CURVES


@pytest.mark.parametrize(
    ("model_id", "ratio", "inaccuracy"),
    [
        # computed from the same points and parameters by other code, a matrix-exponential solver
        ("noppers2011_sket_parent", 1.05, 7.0),
        ("kamp2020_meta_3cpt", 1.03, 7.9),
        ("simons2022_sket_otf_iv", 1.07, 10.3),
        ("domino1982_racemic_3cpt", 0.89, 16.1),
        ("otto2021_fanta2015_sket_iv_venous", 0.73, 31.1),
    ],
)
def test_errors_agree_with_those_worked_out_elsewhere(model_id, ratio, inaccuracy):
    found, of_measured, of_predicted = kamp_page.errors(S_KETAMINE, model_id)
    assert found == pytest.approx(ratio, abs=0.0051)
    assert of_measured.inaccuracy == pytest.approx(inaccuracy, abs=0.051)
    # bias keeps its sign whichever of the two it is a share of: a model that predicts too much has measured below it
    assert np.sign(of_measured.bias) == -np.sign(of_predicted.bias)


def test_points_are_nanograms_of_base():
    # the file has 0.0711 nmol/mL of S-ketamine at 0.083 h: 0.0711 · 237.73 = 16.90 ng/mL
    times, values = S_KETAMINE.measured
    assert (times[0], values[0]) == (0.083, pytest.approx(16.90, abs=0.005))
    # and 0.0462 nmol/mL of S-norketamine at 0.5 h: 0.0462 · 223.70 = 10.33 ng/mL
    times, values = NORKETAMINE.measured
    assert values[times == 0.5] == pytest.approx(10.33, abs=0.005)


def test_every_adult_model_that_may_be_dosed_by_is_there():
    children = {
        "elkomy2015_children_cardiac", "flint2017_picu_sket", "herd2007_children", "hornik2018_children_iv_im",
        "sherwin2015_children_ed",
    }  # fmt: skip
    models = [EVIDENCE.record(PopulationModel, name) for name in EVIDENCE.ids(PopulationModel)]
    adult = {m.id for m in models if "iv" in m.inputs and not m.never_for_dosing} - children
    assert {name for group in kamp_page.GROUPS.values() for name in group} == adult


@pytest.mark.parametrize(("file", "curve", "group"), list(kamp_page.pictures()))
def test_a_picture_holds_every_point_and_every_model(file, curve, group):
    made = kamp_page.picture(curve, group)
    assert made.svg.count("<circle") == curve.measured[0].size + 1  # and one in the legend
    for model_id in group:
        assert model_id in made.svg
