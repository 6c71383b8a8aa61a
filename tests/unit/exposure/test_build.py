"""From record to arrays: conservation, allometry by hand, reduction, deviations, effect site."""

import numpy as np
import pytest
from matrix_exponential import simulate

from reprieve.errors import InputError, MissingDatum, OutsideEvidence, UnknownName
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.exposure.build import add_effect_site, between_subject, build, compartment_doses
from reprieve.exposure.built_system import system_of
from reprieve.pkpd.dose import Dose

EVIDENCE = Evidence.packaged()

KAMP, OTTO, SIMONS = (
    "kamp2020_meta_3cpt",
    "otto2021_fanta2015_sket_iv_venous",
    "simons2022_sket_otf_iv",
)
RECORDS = [EVIDENCE.record(PopulationModel, model_id) for model_id in EVIDENCE.ids(PopulationModel)]
MODELS = [model for model in RECORDS if model.completeness != "incomplete"]
PEREZ, NOPPERS, FLINT, HORNIK = (
    "perezruixo2021_esketamine_nasal_po_iv",
    "noppers2011_sket_parent",
    "flint2017_picu_sket",
    "hornik2018_children_iv_im",
)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_flows_never_create_drug_and_all_of_it_leaves_in_the_end(model):
    built = build(model, weight_kg=[50, 70, 110], for_comparison=True)
    n = len(built.graph.names)
    assert built.rate_matrix.shape == (3, n, n)
    assert built.readout.shape == (3, len(built.analytes), n)
    assert built.graph.names == tuple(model.compartments)
    assert built.analytes == tuple(model.analytes)
    assert np.all(built.rate_matrix.sum(axis=1) <= 1e-9)  # what leaves a compartment is at least what arrives
    assert np.linalg.eigvals(built.rate_matrix).real.max() < 0


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_the_typical_subject_is_the_one_at_the_references(model):
    references = {name: covariate.reference for name, covariate in model.covariates.items()}
    weight = references.pop("weight", 70)
    built = build(model, weight_kg=[weight, 2 * weight], covariates=references, for_comparison=True)
    assert np.array_equal(built.rate_matrix[0], built.typical_matrix)
    heavier = not np.array_equal(built.readout[0], built.readout[1])
    assert heavier == ("weight" in model.covariates)
    assert "not given" not in built.note


def test_rates_of_three_compartments_by_hand():
    built = build(EVIDENCE.record(PopulationModel, KAMP), weight_kg=70)
    assert built.graph.names == ("K1", "K2", "K3")
    expected = [
        [-(84 + 161 + 79) / 25, 161 / 56, 79 / 157],
        [161 / 25, -161 / 56, 0],
        [79 / 25, 0, -79 / 157],
    ]
    assert built.rate_matrix[0] == pytest.approx(np.array(expected))
    assert built.readout[0, 0].tolist() == [1000 / 25, 0, 0]  # 1 mg in 25 L is 40 ng/mL


def test_minutes_become_hours_and_metabolites_carry_their_molar_mass():
    built = build(EVIDENCE.record(PopulationModel, SIMONS), weight_kg=70)
    k1, n1 = built.graph.index("K1"), built.graph.index("N1")
    assert built.rate_matrix[0, built.graph.index("KN1"), k1] == pytest.approx(1.48 * 60 / 11.6)
    assert built.rate_matrix[0, n1, built.graph.index("KN2")] == pytest.approx(0.8 * 2 * 60 / 20.1)
    row = built.analytes.index("s_norketamine")
    assert built.readout[0, row, n1] == pytest.approx(1000 / 11.6 * 223.70 / 237.73)  # VN1 is VK1
    otto = build(EVIDENCE.record(PopulationModel, OTTO), weight_kg=70)
    assert otto.readout[0, 1, otto.graph.index("N1")] == pytest.approx(1000 / 98.638)  # no molar conversion


def test_allometry_by_hand():
    built = build(EVIDENCE.record(PopulationModel, KAMP), weight_kg=[35, 140])
    elimination = -built.rate_matrix.sum(axis=1)[:, 0]
    # (CL · f^0.75) / (V1 · f) = CL/V1 · f^(-1/4)
    assert elimination == pytest.approx([84 / 25 * 0.5**-0.25, 84 / 25 * 2**-0.25])
    otto = build(EVIDENCE.record(PopulationModel, OTTO), weight_kg=140)
    k2 = otto.graph.index("K2")
    assert -otto.rate_matrix[0, k2, k2] == pytest.approx(23.2 / 187)  # peripheral parts are not scaled


def test_weight_given_once_or_per_subject():
    one = build(EVIDENCE.record(PopulationModel, KAMP), weight_kg=80)
    many = build(EVIDENCE.record(PopulationModel, KAMP), weight_kg=np.full(4, 80.0))
    assert one.n_subjects == 1
    assert many.n_subjects == 4
    assert np.array_equal(many.rate_matrix[3], one.rate_matrix[0])


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_keeping_the_parent_only_changes_nothing_about_it(model):
    full = build(model, weight_kg=85, for_comparison=True)
    small = build(model, weight_kg=85, analytes=[model.parent], for_comparison=True)
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
    model = EVIDENCE.record(PopulationModel, SIMONS)
    assert len(build(model, weight_kg=70).graph.names) == 14
    small = build(model, weight_kg=70, analytes=["s_ketamine"])
    assert small.graph.names == ("FILM", "K1", "K2", "K3")
    assert [entry.compartment for entry in small.inputs["sublingual"]] == ["FILM"]
    norketamine = build(model, weight_kg=70, analytes=["s_norketamine"])
    assert "H1" not in norketamine.graph.names
    assert "GUT" in norketamine.graph.names


def test_film_doses_have_their_own_duration_and_share():
    built = build(EVIDENCE.record(PopulationModel, SIMONS), weight_kg=70)
    film, gut = compartment_doses(built, route="buccal", mg=50, start_h=6)
    assert film == pytest.approx((6, built.graph.index("FILM"), 50 * 0.263, 13.1 / 60))
    assert gut == pytest.approx((6, built.graph.index("GUT"), 50 * 1.16, 29.9 / 60))
    assert compartment_doses(built, route="iv", mg=20, duration_h=1 / 3) == (
        (0.0, built.graph.index("K1"), 20.0, 1 / 3),
    )
    with pytest.raises(UnknownName, match="Unknown route of this model 'oral'"):
        compartment_doses(built, route="oral", mg=20)


def test_deviations_multiply_a_parameter_and_those_that_share_it():
    model = EVIDENCE.record(PopulationModel, SIMONS)
    eta = np.array([0.0, np.log(2)])
    built = build(model, weight_kg=70, deviations={"VK1": eta})
    assert built.readout[1, 0].max() == pytest.approx(built.readout[0, 0].max() / 2)
    assert built.readout[1, 1].max() == pytest.approx(built.readout[0, 1].max() / 2)  # VN1 is VK1
    assert np.array_equal(built.rate_matrix[0], built.typical_matrix)


def test_between_subject_covariance_is_what_is_printed():
    names, covariance = between_subject(EVIDENCE.record(PopulationModel, OTTO))
    assert names == ("V1", "CL", "V_NK", "CL_NK")
    assert covariance[0, 1] == covariance[1, 0] == 0.02261
    # correlation 0.02261 / sqrt(0.084177 · 0.026048) = 0.483; CV of V1 sqrt(e^0.084177 - 1) = 29.6 %
    assert covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1]) == pytest.approx(0.483, abs=5e-4)
    assert np.sqrt(np.expm1(covariance[0, 0])) == pytest.approx(0.296, abs=5e-4)
    names, covariance = between_subject(EVIDENCE.record(PopulationModel, KAMP))
    assert names == ()
    assert covariance.shape == (0, 0)


def test_an_effect_site_equilibrates_with_blood_and_takes_nothing():
    built = build(EVIDENCE.record(PopulationModel, KAMP), weight_kg=70)
    followed = add_effect_site(built, ke0=5.0)
    assert followed.analytes == ("ketamine", "effect")
    assert followed.graph.names[-1] == "effect"
    doses = compartment_doses(followed, route="iv", mg=300 * 20, duration_h=300)
    blood, site = simulate(followed.rate_matrix[0], followed.readout[0], doses, [300.0])[0]
    assert site == pytest.approx(blood)
    assert blood == pytest.approx(1000 * 20 / 84, rel=1e-9)  # rate / clearance at steady state
    plain = simulate(built.rate_matrix[0], built.readout[0], doses, [1.0, 10.0])[:, 0]
    assert simulate(followed.rate_matrix[0], followed.readout[0], doses, [1.0, 10.0])[:, 0] == pytest.approx(plain)
    no_parent = build(EVIDENCE.record(PopulationModel, OTTO), weight_kg=70, analytes=["s_norketamine"])
    with pytest.raises(InputError, match="with the parent among analytes"):
        add_effect_site(no_parent, ke0=5.0)


@pytest.mark.parametrize("weight", [0, -70, float("nan"), [[70.0]], [70, 0]])
def test_weights_that_cannot_be_are_refused(weight):
    with pytest.raises(InputError, match="greater than zero"):
        build(EVIDENCE.record(PopulationModel, KAMP), weight_kg=weight)


def test_names_and_lengths_that_do_not_fit_are_refused():
    model = EVIDENCE.record(PopulationModel, SIMONS)
    with pytest.raises(UnknownName, match="Unknown analyte of simons2022_sket_otf_iv 'ketamine'"):
        build(model, weight_kg=70, analytes=["ketamine"])
    with pytest.raises(UnknownName, match="'VN1'"):
        build(model, weight_kg=70, deviations={"VN1": np.zeros(2)})
    with pytest.raises(InputError, match="CLK1 is given for 3 subjects of 4"):
        build(model, weight_kg=[70] * 4, deviations={"CLK1": np.zeros(3)})


@pytest.mark.parametrize("model", [m for m in RECORDS if m.completeness == "incomplete"], ids=lambda model: model.id)
def test_an_incomplete_model_is_refused_and_says_what_is_missing(model):
    with pytest.raises(OutsideEvidence, match=f"{model.id} is incomplete and cannot be run; missing: ") as refused:
        build(model, weight_kg=70)
    for lack in model.missing:
        assert lack.what in str(refused.value)
        assert lack.reason in str(refused.value)


def test_a_model_never_for_dosing_runs_for_comparison_only():
    model = EVIDENCE.record(PopulationModel, "indand21_reduced_pbpk")
    with pytest.raises(OutsideEvidence, match="is never for dosing: it comes from a repository document"):
        build(model, weight_kg=70)
    assert "never for dosing" in build(model, weight_kg=70, for_comparison=True).note


def test_rate_constants_per_minute_by_hand():
    built = build(EVIDENCE.record(PopulationModel, "domino1982_racemic_3cpt"), weight_kg=[50, 100])
    # k10 + k12 + k13 = 0.4381 + 0.5921 + 0.59 = 1.6202 per min, the same at every weight
    assert built.rate_matrix[:, 0, 0] == pytest.approx([-1.6202 * 60] * 2)
    assert built.rate_matrix[0, 0, 2] == pytest.approx(0.0146 * 60)
    assert built.readout[:, 0, 0] == pytest.approx([1000 / (0.063 * 50), 1000 / (0.063 * 100)])


def test_liver_flow_falls_with_every_year_above_sixty():
    built = build(EVIDENCE.record(PopulationModel, PEREZ), weight_kg=None, covariates={"age": [30, 60, 61, 80]})
    index = built.graph.index
    flow = built.rate_matrix[:, index("L"), index("C")] * 192
    assert flow == pytest.approx([151, 151, 151 - 2.19, 151 - 2.19 * 20])
    with pytest.raises(OutsideEvidence, match=r"effects on Qh of perezruixo2021.* leave nothing of it"):
        build(EVIDENCE.record(PopulationModel, PEREZ), weight_kg=None, covariates={"age": 130})  # 151 - 2.19 * 70 < 0


def test_levels_multiply_what_they_are_printed_for():
    model = EVIDENCE.record(PopulationModel, PEREZ)
    one = {race: build(model, weight_kg=None, covariates={"race": race}) for race in model.covariates["race"].levels}
    total = {race: -b.rate_matrix[0].sum(axis=0)[b.graph.index("L")] for race, b in one.items()}
    assert total["not_asian"] == pytest.approx(1.11)  # kel is what leaves the liver for good
    assert total["japanese"] == total["asian_not_japanese"] == pytest.approx(1.11 * 0.36)
    (nose, swallowed) = compartment_doses(one["japanese"], route="intranasal", mg=28)
    assert nose[2] == pytest.approx(28 * 0.54 * 1.34)
    assert swallowed[2] == pytest.approx(28 * (1 - 0.54 * 1.34) * 0.64)


@pytest.mark.parametrize(
    ("mg", "absorbed"),
    [(14, 14 * 0.54), (28, 28 * 0.54), (56, 28 * 0.54 * 1.62), (84, 28 * 0.54 * 2.24), (42, 28 * 0.54 * 1.31)],
)
def test_every_spray_after_the_first_is_absorbed_less(mg, absorbed):
    built = build(EVIDENCE.record(PopulationModel, PEREZ), weight_kg=70)
    nose, swallowed = compartment_doses(built, route="intranasal", mg=mg, start_h=2)
    assert nose == pytest.approx((2, built.graph.index("NOSE"), absorbed, 0))
    assert swallowed == pytest.approx((2, built.graph.index("SWALLOWED"), (mg - absorbed) * 0.64, 0.53))


def test_availability_by_mouth_and_nose_by_hand():
    # E = Vh(kel + kmet)/(Qh + Vh(kel + kmet)) = 391.88/542.88 = 0.7219; Foral = 0.64 (1 - E) = 0.178
    built = build(EVIDENCE.record(PopulationModel, PEREZ), weight_kg=70, analytes=["esketamine"])
    inverse = -np.linalg.inv(built.rate_matrix[0])
    central = built.graph.index("C")
    assert inverse[central, built.graph.index("STOMACH")] / inverse[central, central] * 0.64 == pytest.approx(
        0.178, abs=5e-4
    )
    for mg, total in ((28, 0.62), (56, 0.54), (84, 0.51)):
        doses = compartment_doses(built, route="intranasal", mg=mg)
        available = sum(amount * inverse[central, place] for _, place, amount, _ in doses) / inverse[central, central]
        assert available / mg == pytest.approx(total, abs=0.005)


def test_what_is_not_given_is_asked_for_or_said():
    with pytest.raises(MissingDatum, match="kamp2020_meta_3cpt needs the weight of the patient, which is not given"):
        build(EVIDENCE.record(PopulationModel, KAMP), weight_kg=None)
    said = build(EVIDENCE.record(PopulationModel, PEREZ), weight_kg=None).note
    assert said == (
        "perezruixo2021_esketamine_nasal_po_iv: age was not given and was taken as 45 years; "
        "race was not given and was taken as not asian."
    )
    assert (
        build(EVIDENCE.record(PopulationModel, PEREZ), weight_kg=None, covariates={"age": 45, "race": "japanese"}).note
        == ""
    )
    assert (
        "rifampicin was not given and was taken as without"
        in build(EVIDENCE.record(PopulationModel, NOPPERS), weight_kg=70).note
    )
    assert build(EVIDENCE.record(PopulationModel, KAMP), weight_kg=70, covariates={"age": 45, "race": None}).note == ""


def test_covariates_that_cannot_be_are_refused():
    model = EVIDENCE.record(PopulationModel, PEREZ)
    with pytest.raises(UnknownName, match=r"Unknown covariate 'rase'. Did you mean 'race'"):
        build(model, weight_kg=70, covariates={"rase": "japanese"})
    with pytest.raises(UnknownName, match=r"'japan'. Did you mean 'japanese'"):
        build(model, weight_kg=70, covariates={"race": "japan"})
    for age in (-3, float("nan"), "old"):
        with pytest.raises(InputError, match="Age must be greater than zero, in years"):
            build(model, weight_kg=70, covariates={"age": age})
    with pytest.raises(InputError, match="age is given for 2 subjects of 3"):
        build(model, weight_kg=[70, 80, 90], covariates={"age": [40, 50]})
    built = build(model, weight_kg=70, covariates={"race": ["not_asian", "japanese"]})
    with pytest.raises(InputError, match=r"by the route intranasal differs between these subjects; take individual"):
        compartment_doses(built, route="intranasal", mg=28)


def test_a_clearance_that_changes_with_time_is_not_frozen():
    model = EVIDENCE.record(PopulationModel, FLINT)
    built = build(model, weight_kg=7)
    assert built.analytes == ("s_ketamine", "s_norketamine")
    assert not built.parent_varies
    assert build(model, weight_kg=7, analytes=["s_ketamine"]).varying is None
    # Long after the dose, norketamine loses CL_NK/V (1 + 0.0087 h) of itself per hour more than it is formed; formation
    # and loss balance at CL · C = CL_NK (1 + 0.0087 h) · C_NK, quasi-steady as V is 1 L.
    end = compartment_doses(built, route="iv", mg=16.8 * 500, duration_h=500)
    ketamine, norketamine = system_of(built).simulate([Dose(*dose) for dose in end], [500.0]).values[0, 0]
    assert 112 * ketamine / norketamine == pytest.approx(53.2 * (1 + 0.0087 * 500), rel=1e-3)


def test_routes_and_doses_a_model_cannot_answer_for():
    with pytest.raises(OutsideEvidence, match=r"a dose given at once cannot be computed. Give the dose over a time"):
        compartment_doses(build(EVIDENCE.record(PopulationModel, FLINT), weight_kg=7), route="iv", mg=7)
    with pytest.raises(OutsideEvidence, match="lacks the absorption rate after an intramuscular dose"):
        compartment_doses(build(EVIDENCE.record(PopulationModel, HORNIK), weight_kg=14), route="im", mg=50)


def test_percentages_and_correlations_become_the_covariance():
    names, covariance = between_subject(EVIDENCE.record(PopulationModel, FLINT))
    assert names == ("CL", "CL_NK")
    # ln(1 + 0.402²) = 0.1498 and ln(1 + 1.04²) = 0.7331
    assert np.diag(covariance) == pytest.approx([0.1498, 0.7331], abs=1e-4)
    assert covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1]) == pytest.approx(0.506)
