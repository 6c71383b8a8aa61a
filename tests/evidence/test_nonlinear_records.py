"""Records with rates that vary: textbook models through build, by closed forms and algebra; and what they refuse."""

import msgspec
import nonlinear_records as textbook
import numpy as np
import pytest
from scipy.special import lambertw

from reprieve.errors import EvidenceError, InputError, OutsideEvidence
from reprieve.evidence.records.covariate import Covariate, PowerEffect, TimeEffect
from reprieve.evidence.records.enzyme import Enzyme, EnzymeInduction, Inhibition
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.evidence.records.structure import Clearance, Compartment
from reprieve.export.equations import equations
from reprieve.export.sbml import sbml
from reprieve.exposure.build import build, compartment_doses
from reprieve.exposure.built_system import system_of
from reprieve.exposure.disposition import constant
from reprieve.pkpd.dose import Dose
from reprieve.pkpd.event_run import simulate_events
from reprieve.pkpd.events import DoseRecord, EventTable, Observation
from reprieve.pkpd.nonlinear_system import NonlinearSystem
from reprieve.pkpd.steps import Steps


def settled(model, rate):
    """mg/L under a constant infusion of mg/h."""
    table = EventTable((DoseRecord(0, rate=rate, steady_state=1), Observation(0)))
    return simulate_events(system_of(build(model, weight_kg=70)), table).values.item() / 1000


def test_phenytoin_by_lambert_w_and_at_steady_state():
    built = build(textbook.phenytoin(), weight_kg=70)
    vmax, km, volume = 490 / 24, 4.0, 45.0
    times = np.array([1.0, 12, 48, 96])
    start = 900 / volume
    expected = km * lambertw(start / km * np.exp(start / km - vmax * times / volume / km)).real
    doses = [Dose(*dose) for dose in compartment_doses(built, route="iv", mg=900)]
    assert system_of(built).simulate(doses, times).values[0, :, 0] / 1000 == pytest.approx(expected, rel=1e-7)
    # R = Vmax C/(Km + C): 300, 350 and 400 mg/day give 4 · R/(490 - R): 6.32, 10 and 17.8 mg/L
    for daily, level in ((300, 6.316), (350, 10.0), (400, 17.78)):
        assert settled(textbook.phenytoin(), daily / 24) == pytest.approx(level, rel=1e-3)


def test_carbamazepine_settles_at_the_ratio_of_algebra():
    # 56/3 mg/h: without induction 56/3 mg/L; induced C = 8 mg/L, as 8 (1 + 2 · 8/(4 + 8)) = 56/3
    assert settled(textbook.carbamazepine(), 56 / 3) == pytest.approx(8.0, rel=1e-6)


def test_inhibition_by_a_given_concentration_at_steady_state():
    # Clearance 9 L/h · 0.03/(0.03 + 1.2 · 2/12) = 9 · 3/23 L/h; reversibly 9/(1 + 2/0.5) = 9/5 L/h
    assert settled(textbook.inhibited(reversible=False), 4.5) == pytest.approx(4.5 / (9 * 3 / 23), rel=1e-6)
    assert settled(textbook.inhibited(reversible=True), 4.5) == pytest.approx(4.5 / (9 / 5), rel=1e-6)


def test_a_larger_dose_by_mouth_passes_a_saturable_liver_better():
    # At a small dose the liver keeps CLint/(CLint + Q) of what passes, CLint = 30/0.2 = 150 L/h: F = 90/240 = 0.375.
    built = build(textbook.saturable_first_pass(), weight_kg=70)
    times = np.concatenate([np.linspace(0, 24, 4801), np.linspace(24.1, 200, 1760)])

    def per_mg(route, mg):
        doses = [Dose(*dose) for dose in compartment_doses(built, route=route, mg=mg)]
        return np.trapezoid(system_of(built).simulate(doses, times).values[0, :, 0], times) / mg

    assert per_mg("oral", 0.001) / per_mg("iv", 0.001) == pytest.approx(0.375, rel=1e-3)
    assert per_mg("oral", 200) > 1.5 * per_mg("oral", 0.001)
    with pytest.raises(OutsideEvidence, match="The clearance of a model is found by algebra on rates"):
        constant(built, "clearance")


def test_parameters_that_vary_scale_with_weight_and_differ_between_people():
    weight = {"weight": Covariate(unit="kg", reference=70)}
    scaled = PowerEffect(covariate="weight", exponent=0.75, parameters=("VMAX",), status="assumed")
    model = textbook.phenytoin(covariates=weight, effects=(scaled,))
    built = build(model, weight_kg=[70, 35], deviations={"VMAX": np.array([0.0, np.log(2)])})
    # Vmax of the second: 2 · 0.5^0.75
    system = system_of(built)
    slopes = system.slopes(0.0, np.array([[900.0, 0], [900.0, 0]]), np.zeros(2), True)[:, 0]
    assert slopes[1] / slopes[0] == pytest.approx(2 * 0.5**0.75)
    assert slopes[0] == pytest.approx(-490 / 24 * 20 / 24)  # C = 20: Vmax · 20/(4 + 20)
    assert system_of(build(model, weight_kg=70), n_subjects=5).shape == (5, 1)


def test_what_acts_on_a_kept_flow_is_kept():
    acts = {"E": Enzyme(parameters=("CL",), inhibited=(Inhibition(by="M", ki="KI"),))}
    parts = {
        "flows": (Clearance(source="K1", clearance="CL", to="M"), Clearance(source="M", clearance="CLM")),
        "parameters": {"CL": (9, "L/h"), "V": (45, "L"), "VM": (20, "L"), "CLM": (3, "L/h"), "KI": (1, "mg/L")},
        "compartments": {"K1": Compartment(volume="V"), "M": Compartment(volume="VM")},
    }
    assert build(textbook.record(**parts, enzymes=acts), weight_kg=70).graph.names == ("K1", "M")
    parts["parameters"].pop("KI")
    assert build(textbook.record(**parts), weight_kg=70).graph.names == ("K1",)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"parameters": ("CLEAR",)}, r"the enzyme E names the parameter 'CLEAR'"),
        ({"parameters": ("V",)}, r"the enzyme E changes V, which is used as a volume; only a clearance"),
        ({"turnover": None}, r"the enzyme E needs a turnover where it is induced or inactivated"),
        ({"induced": None, "turnover": None}, r"needs parameters that it stands behind, and something that acts on it"),
        ({"induced": EnzymeInduction(by="LIVER", emax="EMAX", ec50="EC50")}, r"names the compartment 'LIVER'"),
        (
            {"induced": EnzymeInduction(emax="EMAX", ec50="EC50")},
            r"needs the compartment it is driven by, or a conc",
        ),
        (
            {"induced": EnzymeInduction(by="K1", emax="EMAX", ec50="KOUT")},
            r"KOUT is used as a concentration and given in",
        ),
    ],
)
def test_a_record_refuses_what_cannot_be_meant(change, says):
    whole = textbook.carbamazepine()
    planted = msgspec.structs.replace(whole.enzymes["E"], **change)
    with pytest.raises(EvidenceError, match=says):
        textbook.carbamazepine(enzymes={"E": planted})


@pytest.mark.parametrize(
    "model",
    [
        textbook.phenytoin(),
        textbook.carbamazepine(),
        textbook.inhibited(reversible=False),
        textbook.saturable_first_pass(),
    ],
)
def test_records_with_these_forms_are_read_from_yaml(model):
    text = msgspec.yaml.encode(model)
    assert b"form: saturable_clearance" in text or b"enzymes:\n  E:" in text
    again = msgspec.yaml.decode(text, type=PopulationModel)
    again.check()
    assert again == model


def test_two_enzymes_behind_one_clearance_and_a_volume_that_rises_are_refused():
    enzyme = textbook.carbamazepine().enzymes["E"]
    with pytest.raises(EvidenceError, match="E and F both stand behind CL; give each a clearance of its own"):
        textbook.carbamazepine(enzymes={"E": enzyme, "F": enzyme})
    rises = TimeEffect(slope=0.01, parameters=("V",), status="assumed")
    with pytest.raises(EvidenceError, match="the time since the first dose changes V, which is used as a volume"):
        textbook.phenytoin(effects=(rises,))


def test_saturable_clearance_is_exported_and_enzymes_are_refused():
    text = sbml("phenytoin", (), equations(textbook.phenytoin(), {}))
    assert "VMAX" in text
    assert "KM" in text
    with pytest.raises(InputError, match=r"has enzymes that change while drug is there \(E\); they are not written"):
        equations(textbook.carbamazepine(), {})


def test_a_weight_that_changes_is_followed_exactly():
    # One compartment, CL 9 L/h and V 45 L per 70 kg by powers 0.75 and 1; 70 kg, 35 kg from 5 h on
    weight = {"weight": Covariate(unit="kg", reference=70)}
    powers = tuple(
        PowerEffect(covariate="weight", exponent=exponent, parameters=(name,), status="assumed")
        for name, exponent in (("CL", 0.75), ("V", 1.0))
    )
    model = textbook.record(
        (Clearance(source="K1", clearance="CL"),), {"CL": (9, "L/h"), "V": (45, "L")}, covariates=weight, effects=powers
    )
    kg = Steps(np.array([0.0, 3.0, 5.0]), np.array([70.0, 70.0, 35.0]))
    built = build(model, weight_kg=kg)
    assert [time for time, _ in built.later] == [5.0]  # 3 h changes nothing
    doses = [Dose(*dose) for dose in compartment_doses(built, route="iv", mg=90)]
    found = system_of(built).simulate(doses, [4.0, 5.0, 8.0]).values[0, :, 0]
    k, later = 9 / 45, 9 * 0.5**0.75 / 22.5
    left = 90 * np.exp(-k * 5)
    expected = [90 * np.exp(-k * 4) / 45, left / 22.5, left * np.exp(-later * 3) / 22.5]
    assert found / 1000 == pytest.approx(expected, rel=1e-12)
    constant_weight = build(model, weight_kg=Steps(np.array([0.0, 9.0]), np.array([70.0, 70.0])))
    plain = system_of(build(model, weight_kg=70)).simulate(doses, [1.0, 20.0]).values
    assert np.array_equal(system_of(constant_weight).simulate(doses, [1.0, 20.0]).values, plain)


def test_a_saturable_clearance_and_a_weight_that_change_together():
    weight = {"weight": Covariate(unit="kg", reference=70)}
    power = PowerEffect(covariate="weight", exponent=1.0, parameters=("VMAX", "V"), status="assumed")
    model = textbook.phenytoin(covariates=weight, effects=(power,))
    built = build(model, weight_kg=Steps(np.array([0.0, 10.0]), np.array([70.0, 140.0])))
    assert not isinstance(system_of(built), NonlinearSystem)  # one after another
    found = system_of(built).simulate([Dose(0, 0, 900)], [10.0, 40.0]).values[0, :, 0] / 1000

    def by_w(start, hours):  # Vmax/V is the same at both weights
        return 4 * lambertw(start / 4 * np.exp(start / 4 - 490 / 24 / 45 * hours / 4)).real

    assert found[0] == pytest.approx(by_w(20.0, 10) / 2, rel=1e-7)
    assert found[1] == pytest.approx(by_w(found[0], 30), rel=1e-7)
