"""Predictions for data sets: equal to a regimen's and to doses written out; what is not said is asked for."""

import numpy as np
import pytest

import reprieve as rp
from reprieve.errors import InputError, MissingDatum, OutsideEvidence, UnknownName
from reprieve.evidence.evidence import Evidence
from reprieve.exposure.population.predictions import predict_data

EVIDENCE = Evidence.packaged()

OTTO, NASAL = "otto2021_fanta2015_sket_iv_venous", "perezruixo2021_esketamine_nasal_po_iv"
NASAL_LINE = "30,other"  # age, race


def predicted(text, model=OTTO, **more):
    return predict_data(text, model, **more).columns["predicted_ng_per_mL"]


def looks(times, rest):
    return "".join(f"1,{time},.,.,.,.,.,{rest}\n" for time in times)


def test_an_infusion_is_that_of_the_regimen():
    text = "ID,TIME,AMT,RATE,II,ADDL,SS,WT\n1,0,20,60,.,.,.,70\n" + looks([0.333, 1, 4], 70)
    found = predict_data(text, OTTO)
    regimen = rp.concentration(
        rp.Patient(weight=70), "esketamine iv 20 mg over 20 min", times=[0.333, 1, 4], model=OTTO
    )
    np.testing.assert_allclose(found.columns["predicted_ng_per_mL"].reshape(3, 2), np.asarray(regimen), rtol=1e-9)
    assert found.columns["analyte"].tolist() == ["s_ketamine", "s_norketamine"] * 3


@pytest.mark.parametrize("route", ["oral", "intranasal", "iv"])
def test_a_dose_enters_wherever_the_route_lets_it(route):
    text = "ID,TIME,AMT,AGE,RACE\n1,0,56,30,other\n1,0.5,.,30,.\n1,2,.,30,.\n".replace("other", _race())
    found = predicted(text, NASAL, compartments=[f"0={route}"], analytes=["esketamine"])
    covariates = {"age": 30.0, "race": _race()}
    people = rp.simulate_population(
        f"esketamine {route} 56 mg" + (" over 1 min" if route == "iv" else ""),
        times=[0.5, 2], subjects=1, model=NASAL, covariates=covariates, analytes=["esketamine"],
    )  # fmt: skip
    if route == "iv":  # a bolus against a minute
        assert found[1] == pytest.approx(_typical(people)[1], rel=0.02)
    else:
        np.testing.assert_allclose(found, _typical(people), rtol=1e-9)


def _race():
    from reprieve.evidence.records.population_model import PopulationModel  # noqa: PLC0415

    return str(EVIDENCE.record(PopulationModel, NASAL).covariates["race"].reference)


def _typical(people):
    """Concentrations without anybody's deviation, by the engine's other path: doses, not events."""
    from reprieve.exposure.build import compartment_doses  # noqa: PLC0415
    from reprieve.exposure.built_system import system_of  # noqa: PLC0415
    from reprieve.pkpd.dose import Dose  # noqa: PLC0415

    built = people._built(0, 1, {})
    (given,) = people.regimen.events(None)
    doses = compartment_doses(built, route=given.route, mg=given.amount_mg, duration_h=given.duration_h)
    return system_of(built).simulate([Dose(*dose) for dose in doses], people.times_h).values[0, :, 0]


@pytest.mark.parametrize("route", ["oral", "intranasal"])
def test_a_steady_state_by_several_entries_is_that_of_doses_written_out(route):
    head = "ID,TIME,AMT,II,ADDL,SS,AGE,RACE\n"
    look = "".join(f"1,{1200 + h},.,.,.,.,30,{_race()}\n" for h in (1, 8, 23))
    written_out = f"{head}1,0,28,24,50,.,30,{_race()}\n{look}"  # 51 doses, the last at 1200 h
    steady = f"{head}1,1200,28,24,.,1,30,{_race()}\n{look}"
    asked = {"compartments": [f"0={route}"]}
    np.testing.assert_allclose(predicted(steady, NASAL, **asked), predicted(written_out, NASAL, **asked), rtol=1e-6)


def test_a_reset_forgets_every_entry():
    race = _race()
    text = f"ID,TIME,AMT,EVID,AGE,RACE\n1,0,28,1,30,{race}\n1,5,28,4,30,{race}\n1,6,.,0,30,{race}\n"
    alone = f"ID,TIME,AMT,EVID,AGE,RACE\n1,5,28,1,30,{race}\n1,6,.,0,30,{race}\n"
    asked = {"compartments": ["0=intranasal"]}
    np.testing.assert_allclose(predicted(text, NASAL, **asked), predicted(alone, NASAL, **asked), rtol=1e-12)


def test_a_weight_holds_until_the_next_one():
    head = "ID,TIME,AMT,WT\n1,0,20,70\n1,1,.,70\n"
    changed, same = predicted(head + "1,2,.,35\n1,9,.,35\n"), predicted(head + "1,2,.,70\n1,9,.,70\n")
    np.testing.assert_allclose(changed[:2], same[:2], rtol=1e-12)  # until 2 h nothing differs
    assert changed[2] == pytest.approx(2 * same[2], rel=1e-9)  # at 2 h the same amount is in half the V1 (weight^1)


def test_draws_are_the_same_for_a_seed_and_centred_on_the_typical_value():
    text = "ID,TIME,AMT,WT\nA,0,20,70\nA,1,.,70\nB,0,20,70\nB,1,.,70\n"
    asked = {"analytes": ["s_ketamine"], "draws": 400}
    found = predict_data(text, OTTO, seed=4, **asked)
    np.testing.assert_array_equal(found.columns["predicted_ng_per_mL"], predicted(text, seed=4, **asked))
    a, b = (found.columns["predicted_ng_per_mL"][found.columns["subject"] == one] for one in "AB")
    assert not np.array_equal(a, b)
    typical = predicted(text, analytes=["s_ketamine"])[0]
    # deviations are symmetric on the log scale: half lie above, 400 draws within 4 standard errors of 0.025
    assert abs(np.mean(a > typical) - 0.5) < 0.1


HEAD = "ID,TIME,AMT,CMT,DV,WT\n1,0,20,.,.,70\n"


@pytest.mark.parametrize(
    ("text", "more", "error", "sentence"),
    [
        ("ID,TIME,AMT\n1,0,20\n", {}, MissingDatum, r"needs the weight \(column WT, in kg\) of every"),
        (HEAD + "1,1,.,.,50,70\n", {}, MissingDatum, "measurement at 1 h: it has no CMT, and which analyte"),
        (HEAD + "1,1,.,2,.,70\n", {}, MissingDatum, "look at 1 h: it has CMT 2, .* Say it, as 2=s_ketamine"),
        ("ID,TIME,AMT,CMT,WT\n1,0,20,3,70\n1,1,.,.,70\n", {}, MissingDatum, "dose at 0 h: it has CMT 3, and which"),
        (HEAD, {}, InputError, "data has no look; add a line with EVID 0"),
        (HEAD + "1,1,.,.,.,7\n", {"compartments": ["1:iv"]}, InputError, "given as '1:iv'; write its number"),
        (HEAD + "1,1,.,.,.,7\n", {"compartments": ["1=po"]}, UnknownName, "Unknown route or analyte of otto2021"),
        (HEAD + "1,1,.,.,.,7\n", {"compartments": ["1=iv"] * 2}, InputError, "CMT 1 is given as iv and as iv"),
        (HEAD + "1,1,.,.,.,70000\n", {}, InputError, "Subject 1 has WT 70000; it must be from 2 to 350 kg"),
        ("ID,TIME,AMT,WT\n1,0,20,.\n1,1,.,70\n", {}, InputError, "Subject 1 has no WT on its first record"),
        ("ID,TIME,AMT,WT,BW\n1,0,20,70,70\n", {}, InputError, "column BW: WT and BW hold the same; keep one"),
        ("ID,TIME,AMT,WT,STUDY\n1,0,20,70,3\n", {}, InputError, "column STUDY: the name is not one of"),
        (HEAD, {"ignored": ["STUDY"]}, InputError, "column STUDY is to be ignored and is not there"),
        (HEAD, {"ignored": ["AMT"]}, InputError, "column AMT is to be ignored and is read as it is"),
        (HEAD, {"draws": 0}, InputError, "0 draws were asked for"),
    ],
)  # fmt: skip
def test_what_is_not_said_is_asked_for(text, more, error, sentence):
    with pytest.raises(error, match=sentence):
        predict_data(text, OTTO, **more)


def test_what_a_model_cannot_answer_is_refused():
    text = "ID,TIME,AMT,WT\n1,0,20,70\n1,1,.,70\n"
    with pytest.raises(OutsideEvidence, match="domino1982_racemic_3cpt publishes no variability between people"):
        predict_data(text, "domino1982_racemic_3cpt", draws=5)
    with pytest.raises(MissingDatum, match=r"the age \(column AGE, in years\) and the race \(column RACE, .*\)"):
        predict_data("ID,TIME,AMT\n1,0,56\n1,1,.\n", NASAL)
    rate = f"ID,TIME,AMT,RATE,AGE,RACE\n1,0,56,10,30,{_race()}\n1,1,.,.,30,{_race()}\n"
    with pytest.raises(InputError, match="by the route oral the model says itself how fast"):
        predict_data(rate, NASAL, compartments=["0=oral"])
    changing = f"ID,TIME,AMT,AGE,RACE\n1,0,56,30,{_race()}\n1,1,.,30,somebody\n"
    with pytest.raises(InputError, match=r"line 3, column RACE: somebody is not the .* it cannot change"):
        predict_data(changing, NASAL, compartments=["0=oral"])


def test_columns_about_people_are_left_aside_and_said():
    text = "ID,TIME,AMT,WT,SEX,AGE,STUDY\n1,0,20,70,F,30,x\n1,1,.,70,F,30,x\n"
    found = predict_data(text, OTTO, ignored=["STUDY"])
    assert found.aside == ("STUDY", "AGE", "SEX")
