"""From record to arrays: conservation, allometry by hand, reduction, deviations, effect site."""

import numpy as np
import pytest
from matrix_exponential import simulate

from reprieve.errors import InputError, UnknownName
from reprieve.evidence.build import add_effect_site, between_subject, build, compartment_doses
from reprieve.evidence.read import population_model, population_model_ids

KAMP, OTTO, SIMONS = (
    "kamp2020_meta_3cpt",
    "otto2021_fanta2015_sket_iv_venous",
    "simons2022_sket_otf_iv",
)
MODELS = [population_model(model_id) for model_id in population_model_ids()]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_flows_never_create_drug_and_all_of_it_leaves_in_the_end(model):
    built = build(model, weight_kg=[50, 70, 110])
    assert built.rate_matrix.shape == (3, len(model.compartments), len(model.compartments))
    assert built.readout.shape == (3, len(model.analytes), len(model.compartments))
    assert np.all(
        built.rate_matrix.sum(axis=1) <= 1e-12
    )  # what leaves a compartment is at least what arrives
    assert np.linalg.eigvals(built.rate_matrix).real.max() < 0


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_the_typical_subject_is_the_one_at_the_reference_weight(model):
    built = build(model, weight_kg=[model.covariates["weight"].reference, 100])
    assert np.array_equal(built.rate_matrix[0], built.typical_matrix)
    assert not np.array_equal(built.rate_matrix[1], built.typical_matrix)


def test_rates_of_three_compartments_by_hand():
    built = build(population_model(KAMP), weight_kg=70)
    assert built.graph.names == ("K1", "K2", "K3")
    expected = [
        [-(84 + 161 + 79) / 25, 161 / 56, 79 / 157],
        [161 / 25, -161 / 56, 0],
        [79 / 25, 0, -79 / 157],
    ]
    assert built.rate_matrix[0] == pytest.approx(np.array(expected))
    assert built.readout[0, 0].tolist() == [1000 / 25, 0, 0]  # 1 mg in 25 L is 40 ng/mL


def test_minutes_become_hours_and_metabolites_carry_their_molar_mass():
    built = build(population_model(SIMONS), weight_kg=70)
    k1, n1 = built.graph.index("K1"), built.graph.index("N1")
    assert built.rate_matrix[0, built.graph.index("KN1"), k1] == pytest.approx(1.48 * 60 / 11.6)
    assert built.rate_matrix[0, n1, built.graph.index("KN2")] == pytest.approx(0.8 * 2 * 60 / 20.1)
    row = built.analytes.index("s_norketamine")
    assert built.readout[0, row, n1] == pytest.approx(1000 / 11.6 * 223.70 / 237.73)  # VN1 is VK1
    otto = build(population_model(OTTO), weight_kg=70)
    assert otto.readout[0, 1, otto.graph.index("N1")] == pytest.approx(1000 / 98.638)  # no molar conversion


def test_allometry_by_hand():
    built = build(population_model(KAMP), weight_kg=[35, 140])
    elimination = -built.rate_matrix.sum(axis=1)[:, 0]
    # (CL · f^0.75) / (V1 · f) = CL/V1 · f^(-1/4)
    assert elimination == pytest.approx([84 / 25 * 0.5**-0.25, 84 / 25 * 2**-0.25])
    otto = build(population_model(OTTO), weight_kg=140)
    k2 = otto.graph.index("K2")
    assert -otto.rate_matrix[0, k2, k2] == pytest.approx(23.2 / 187)  # peripheral parts are not scaled


def test_weight_given_once_or_per_subject():
    one = build(population_model(KAMP), weight_kg=80)
    many = build(population_model(KAMP), weight_kg=np.full(4, 80.0))
    assert one.n_subjects == 1
    assert many.n_subjects == 4
    assert np.array_equal(many.rate_matrix[3], one.rate_matrix[0])


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_keeping_the_parent_only_changes_nothing_about_it(model):
    full = build(model, weight_kg=85)
    small = build(model, weight_kg=85, analytes=[model.parent])
    times = np.array([0.1, 0.5, 1, 3, 12])
    for route in model.inputs:
        curves = [
            simulate(
                b.rate_matrix[0],
                b.readout[0],
                compartment_doses(b, route=route, mg=30, duration_h=0.25),
                times,
            )
            for b in (full, small)
        ]
        assert curves[1][:, 0] == pytest.approx(curves[0][:, full.analytes.index(model.parent)], rel=1e-9)


def test_the_film_model_shrinks_from_fourteen_states_to_four():
    model = population_model(SIMONS)
    assert len(build(model, weight_kg=70).graph.names) == 14
    small = build(model, weight_kg=70, analytes=["s_ketamine"])
    assert small.graph.names == ("FILM", "K1", "K2", "K3")
    assert [entry.compartment for entry in small.inputs["sublingual"]] == ["FILM"]
    norketamine = build(model, weight_kg=70, analytes=["s_norketamine"])
    assert "H1" not in norketamine.graph.names
    assert "GUT" in norketamine.graph.names


def test_film_doses_have_their_own_duration_and_share():
    built = build(population_model(SIMONS), weight_kg=70)
    film, gut = compartment_doses(built, route="buccal", mg=50, start_h=6)
    assert film == pytest.approx((6, built.graph.index("FILM"), 50 * 0.263, 13.1 / 60))
    assert gut == pytest.approx((6, built.graph.index("GUT"), 50 * 1.16, 29.9 / 60))
    assert compartment_doses(built, route="iv", mg=20, duration_h=1 / 3) == (
        (0.0, built.graph.index("K1"), 20.0, 1 / 3),
    )
    with pytest.raises(UnknownName, match="Unknown route of this model 'oral'"):
        compartment_doses(built, route="oral", mg=20)


def test_deviations_multiply_a_parameter_and_those_that_share_it():
    model = population_model(SIMONS)
    eta = np.array([0.0, np.log(2)])
    built = build(model, weight_kg=70, deviations={"VK1": eta})
    assert built.readout[1, 0].max() == pytest.approx(built.readout[0, 0].max() / 2)
    assert built.readout[1, 1].max() == pytest.approx(built.readout[0, 1].max() / 2)  # VN1 is VK1
    assert np.array_equal(built.rate_matrix[0], built.typical_matrix)


def test_between_subject_covariance_is_what_is_printed():
    names, covariance = between_subject(population_model(OTTO))
    assert names == ("V1", "CL", "V_NK", "CL_NK")
    assert covariance[0, 1] == covariance[1, 0] == 0.02261
    # correlation 0.02261 / sqrt(0.084177 · 0.026048) = 0.483; CV of V1 sqrt(e^0.084177 - 1) = 29.6 %
    assert covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1]) == pytest.approx(0.483, abs=5e-4)
    assert np.sqrt(np.expm1(covariance[0, 0])) == pytest.approx(0.296, abs=5e-4)
    names, covariance = between_subject(population_model(KAMP))
    assert names == ()
    assert covariance.shape == (0, 0)


def test_an_effect_site_equilibrates_with_blood_and_takes_nothing():
    built = build(population_model(KAMP), weight_kg=70)
    followed = add_effect_site(built, ke0=5.0)
    assert followed.analytes == ("ketamine", "effect")
    assert followed.graph.names[-1] == "effect"
    doses = compartment_doses(followed, route="iv", mg=300 * 20, duration_h=300)
    blood, site = simulate(followed.rate_matrix[0], followed.readout[0], doses, [300.0])[0]
    assert site == pytest.approx(blood)
    assert blood == pytest.approx(1000 * 20 / 84, rel=1e-9)  # rate / clearance at steady state
    plain = simulate(built.rate_matrix[0], built.readout[0], doses, [1.0, 10.0])[:, 0]
    assert simulate(followed.rate_matrix[0], followed.readout[0], doses, [1.0, 10.0])[:, 0] == pytest.approx(
        plain
    )
    no_parent = build(population_model(OTTO), weight_kg=70, analytes=["s_norketamine"])
    with pytest.raises(InputError, match="with the parent among analytes"):
        add_effect_site(no_parent, ke0=5.0)


@pytest.mark.parametrize("weight", [0, -70, float("nan"), [[70.0]], [70, 0]])
def test_weights_that_cannot_be_are_refused(weight):
    with pytest.raises(InputError, match="greater than zero"):
        build(population_model(KAMP), weight_kg=weight)


def test_names_and_lengths_that_do_not_fit_are_refused():
    model = population_model(SIMONS)
    with pytest.raises(UnknownName, match="Unknown analyte of simons2022_sket_otf_iv 'ketamine'"):
        build(model, weight_kg=70, analytes=["ketamine"])
    with pytest.raises(UnknownName, match="'VN1'"):
        build(model, weight_kg=70, deviations={"VN1": np.zeros(2)})
    with pytest.raises(InputError, match="F1 of simons2022_sket_otf_iv describes an input"):
        build(model, weight_kg=70, deviations={"F1": np.zeros(2)})
    with pytest.raises(InputError, match="CLK1 is given for 3 subjects of 4"):
        build(model, weight_kg=[70] * 4, deviations={"CLK1": np.zeros(3)})
