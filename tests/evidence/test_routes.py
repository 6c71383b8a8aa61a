"""Absorption by other routes: central values by a stated rule, peaks where published, clear refusals."""

import copy
import dataclasses

import msgspec
import numpy as np
import pytest
from matrix_exponential import simulate

from reprieve import strict_yaml
from reprieve.errors import EvidenceError, InputError, OutsideEvidence, UnknownName
from reprieve.evidence.evidence import Evidence, read_record
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.evidence.records.route import Route
from reprieve.exposure.absorption import absorption_rate, add_approximate_input
from reprieve.exposure.build import build, compartment_doses

EVIDENCE = Evidence.packaged()

FOLDER = EVIDENCE.folder / "routes"
RECORDS = [read_record(Route, FOLDER / f"{route_id}.yaml") for route_id in EVIDENCE.ids(Route)]
KNOWN = [
    record for record in RECORDS if record.systemic and record.bioavailability and record.tmax and not record.release
]


def kamp(**options):
    return build(EVIDENCE.record(PopulationModel, "kamp2020_meta_3cpt"), weight_kg=70, **options)


def test_every_route_but_the_vein_has_a_record():
    routes = {
        "im",
        "sc",
        "intranasal",
        "oral",
        "oral-pr",
        "sublingual",
        "buccal",
        "rectal",
        "inhaled",
        "epidural",
        "topical",
    }
    assert {record.route for record in RECORDS} == routes
    pairs = [(record.route, form) for record in RECORDS for form in record.forms]
    assert len(set(pairs)) == len(pairs)  # one answer for each route and form


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.id)
def test_every_source_is_in_the_bibliography(record):
    for key in record.citations():
        assert EVIDENCE.reference(key).authors


@pytest.mark.parametrize(
    ("name", "form", "fraction", "minutes"),
    [
        ("im", "racemic", 0.93, (5 + 15) / 2),
        ("intranasal", "racemic", (0.11 + 0.17) / 2, (14 + 23) / 2),
        ("intranasal", "esketamine", (0.48 + 0.62) / 2, (20 + 40) / 2),
        ("sublingual", "racemic", (0.24 + 0.32) / 2, 60 * (0.3 + 0.75) / 2),
        ("oral", "racemic", (0.17 + 0.24) / 2, 60 * (0.5 + 0.96) / 2),
        ("oral", "esketamine", (0.08 + 0.178) / 2, 60 * 1.44),
        ("rectal", "racemic", 0.30, 42),
    ],
)
def test_central_values_follow_the_stated_rule(name, form, fraction, minutes):
    given, tmax = EVIDENCE.route(name, form).first_order()
    assert given == pytest.approx(fraction)
    assert 60 * tmax == pytest.approx(minutes)


@pytest.mark.parametrize(
    "model_id", [m for m in EVIDENCE.ids(PopulationModel) if EVIDENCE.record(PopulationModel, m).compartments]
)
@pytest.mark.parametrize("record", KNOWN, ids=lambda record: record.id)
def test_the_peak_falls_at_the_published_time_and_the_exposure_is_the_available_share(model_id, record):
    model = EVIDENCE.record(PopulationModel, model_id)
    built = build(model, weight_kg=70, analytes=[model.parent], for_comparison=True)
    if built.infusion_only or record.route in built.refused:
        with pytest.raises(OutsideEvidence, match=model_id):
            add_approximate_input(built, record)
        return
    if record.route in built.inputs:
        with pytest.raises(InputError, match=f"published input for the route {record.route}"):
            add_approximate_input(built, record)
        return
    fraction, tmax = record.first_order()
    given = add_approximate_input(built, record)
    times = np.linspace(tmax - 0.05, tmax + 0.05, 201)
    dose = compartment_doses(given, route=record.route, mg=50)
    curve = simulate(given.rate_matrix[0], given.readout[0], dose, times)[:, 0]
    assert times[curve.argmax()] == pytest.approx(tmax, abs=0.001)
    # Area after a dose into the depot over area after the same dose into the vein, by -K⁻¹.
    inverse = np.linalg.inv(given.rate_matrix[0])
    depot, central = given.graph.index(f"{record.route}_depot"), given.graph.index(given.central)
    assert fraction * inverse[central, depot] / inverse[central, central] == pytest.approx(fraction, rel=1e-9)
    assert dose[0][2] == pytest.approx(50 * fraction)
    assert "approximated" in given.note
    assert record.route in given.note


def test_the_rate_of_one_compartment_by_hand():
    # tmax = ln(ka/k)/(ka - k); with k = 1/h and ka = 3/h it is ln(3)/2
    matrix = np.array([[-1.0, 0, 0], [0, -1.0, 0], [0, 0, -1.0]])
    built = dataclasses.replace(kamp(), typical_matrix=matrix)
    assert absorption_rate(np.log(3) / 2, built) == pytest.approx(3, rel=1e-9)
    assert absorption_rate(1.0, built) == pytest.approx(1, rel=1e-6)  # ka = k: tmax = 1/k, the quotient's limit


def test_im_rates_agree_with_independent_simulations():
    # Found by trying rates: 0.10 per min peaks at 7.5 min in the arterial model and at 17.5 min in the venous
    assert absorption_rate(7.5 / 60, kamp()) == pytest.approx(6.0, rel=0.07)
    venous = build(EVIDENCE.record(PopulationModel, "otto2021_fanta2015_sket_iv_venous"), weight_kg=70)
    assert absorption_rate(17.5 / 60, venous) == pytest.approx(6.0, rel=0.07)


def test_the_rate_belongs_to_the_model_and_not_to_the_patient():
    record = EVIDENCE.route("im")
    light = add_approximate_input(build(EVIDENCE.record(PopulationModel, "kamp2020_meta_3cpt"), weight_kg=40), record)
    many = add_approximate_input(
        build(EVIDENCE.record(PopulationModel, "kamp2020_meta_3cpt"), weight_kg=[40, 120]), record
    )
    assert light.rate_matrix[0, -1, -1] == many.rate_matrix[1, -1, -1]
    assert many.readout.shape == (2, 1, 4)


def test_a_peak_that_no_rate_reaches_is_said():
    with pytest.raises(OutsideEvidence, match=r"peak at 1e\+06 h; the published peak time and the model do not"):
        absorption_rate(1e6, kamp())
    with pytest.raises(OutsideEvidence, match="No first-order absorption makes this model peak at 1e-06 h"):
        absorption_rate(1e-6, kamp())


@pytest.mark.parametrize(
    ("name", "form", "missing"),
    [
        ("inhaled", "esketamine", "no time of the peak concentration"),
        ("epidural", "racemic", "no time of the peak concentration"),
        ("topical", "racemic", "No measurable amount is known to reach the blood"),
    ],
)
def test_what_is_not_published_is_not_made_up(name, form, missing):
    with pytest.raises(OutsideEvidence, match=missing):
        add_approximate_input(kamp(), EVIDENCE.route(name, form))


@pytest.mark.parametrize("form", ["racemic", "esketamine"])
def test_a_stand_in_is_used_and_every_answer_that_uses_it_says_so(form):
    record = EVIDENCE.route("sc", form)
    assert record.first_order()[0] == 0.85  # the middle of 0.75 to 0.95
    assert "Unverified absorption by the route sc: bioavailability 0.85" in record.unverified
    assert record.unverified in add_approximate_input(kamp(), record).note
    assert not EVIDENCE.route("im").unverified


@pytest.mark.parametrize(("mg", "cmax", "auc"), [(10, 1.63, 13.4), (20, 3.7, 33.5), (40, 6.66, 63.5), (80, 11.8, 124)])
def test_prolonged_release_comes_near_the_published_peaks_and_areas(mg, cmax, auc):
    given = add_approximate_input(kamp(), EVIDENCE.route("oral-pr"))
    dose = compartment_doses(given, route="oral-pr", mg=mg)
    times = np.linspace(0, 24, 241)
    curve = simulate(given.rate_matrix[0], given.readout[0], dose, times)[:, 0]
    assert curve.max() == pytest.approx(cmax, rel=0.2)
    assert times[curve.argmax()] == pytest.approx(10)  # it declines when release ends
    # all that is available is cleared: 0.155 · mg / 84 L/h; published areas rest on availabilities of 0.123 to 0.153
    area = 1000 * 0.155 * mg / 84
    assert -np.linalg.inv(given.rate_matrix[0])[0, 0] * given.readout[0, 0, 0] * dose[0][2] == pytest.approx(area)
    assert area == pytest.approx(auc, rel=0.4)
    assert "evenly over 10 h" in given.note


def test_an_even_release_is_asked_only_of_a_form_that_has_one():
    with pytest.raises(OutsideEvidence, match="no time of release could be found"):
        EVIDENCE.route("oral").zero_order()
    with pytest.raises(
        OutsideEvidence, match="how esketamine given by the route oral-pr is absorbed; it is known for rac"
    ):
        EVIDENCE.route("oral-pr", "esketamine")


def test_forms_and_routes_without_a_record():
    with pytest.raises(OutsideEvidence, match="arketamine given by the route oral is absorbed; it is known for"):
        EVIDENCE.route("oral", "arketamine")
    with pytest.raises(UnknownName, match=r"Unknown route 'orall'\. Did you mean 'oral'"):
        EVIDENCE.route("orall")


@pytest.mark.parametrize(
    ("route_id", "where", "value", "sentence"),
    [
        ("im", ("route",), "iv", "the route 'iv' is not one of im, sc"),
        ("im", ("forms",), ["ketamine"], "the form 'ketamine' is not one of racemic"),
        (
            "im",
            ("bioavailability", "unit"),
            "h",
            "bioavailability is given in 'h'; its unit must be a fraction",
        ),
        ("im", ("bioavailability", "value"), 1.3, "bioavailability 1.3 must lie above 0 and not above 1"),
        ("im", ("tmax", "value"), 12, "tmax is 12 and the midpoint of its range is 10"),
        ("im", ("tmax", "status"), "seen", "its status is derived and not seen"),
        ("sc", ("tmax", "note"), None, "tmax is assumed; .* its note must say why"),
        ("sc", ("bioavailability", "status"), "seen", "its status must be recalled or assumed"),
        ("im", ("tmax", "low"), 20, "range of tmax runs from 20 to 15"),
        ("im", ("tmax", "low"), None, "tmax has one end of a range"),
        (
            "rectal",
            ("bioavailability", "value"),
            0.5,
            "bioavailability is 0.5, outside its range 0.25 to 0.3",
        ),
        ("oral_pr_racemic", ("release", "unit"), "mg", "release is given in 'mg'; its unit must be a time"),
        ("oral_pr_racemic", ("bioavailability",), None, "it has a time of release and no bioavailability"),
        ("im", ("systemic",), False, "it is not systemic and has a bioavailability"),
    ],
)
def test_a_planted_fault_is_refused_with_a_sentence(route_id, where, value, sentence):
    data = copy.deepcopy(strict_yaml.load(FOLDER / f"{route_id}.yaml"))
    place = data
    for step in where[:-1]:
        place = place[step]
    place[where[-1]] = value
    with pytest.raises(EvidenceError, match=f"^{route_id}: .*{sentence}"):
        msgspec.convert(data, Route, strict=True).check()
