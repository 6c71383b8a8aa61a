"""A simulated population: people keep who they are, occasions hand on what is in the body, files are whole."""

import csv
import json
import os
from dataclasses import replace

import msgspec
import numpy as np
import pyarrow.parquet
import pytest

import reprieve
from reprieve.errors import FileError, InputError, OutsideEvidence, UnknownName
from reprieve.evidence.records.variability import BetweenOccasion
from reprieve.exposure.population import table
from reprieve.exposure.population.occasions import Occasion, follow
from reprieve.exposure.population.quantiles import StreamedQuantiles
from reprieve.exposure.population.streams import BLOCK, normals
from reprieve.exposure.population.subjects import describe_subjects, read_covariates
from reprieve.exposure.population.table import write_table
from reprieve.pkpd.individual_dose import IndividualDose
from reprieve.pkpd.linear_system import LinearSystem

OTTO, SIMONS = "otto2021_fanta2015_sket_iv_venous", "simons2022_sket_otf_iv"
DRIP = "esketamine iv 0.25 mg/kg over 40 min"


def simulated(regimen=DRIP, **given):
    given = {"model": OTTO, "times": [0.5, 1, 4], "subjects": 5, "weight": 70} | given
    return reprieve.simulate_population(regimen, **given)


def test_a_subject_is_the_same_in_any_chunk_and_among_any_number():
    every = normals(7, "any", 0, 3 * BLOCK + 5, 4)
    for first, n in ((0, 1), (BLOCK - 1, 2), (17, 2 * BLOCK), (3 * BLOCK, 5)):
        assert np.array_equal(normals(7, "any", first, n, 4), every[first : first + n])
    few = simulated(subjects=3, weight=(50, 100), residual=True).values()
    many = simulated(subjects=BLOCK + 3, weight=(50, 100), residual=True)
    assert np.array_equal(few[:3], many.values()[:3])
    assert np.array_equal(many.values(), simulated(subjects=BLOCK + 3, weight=(50, 100), residual=True).values())
    assert not np.array_equal(few, simulated(subjects=3, weight=(50, 100), residual=True, seed=2).values())


def test_what_is_drawn_for_one_thing_leaves_the_others_alone():
    film = {"regimen": "esketamine sublingual 50 mg", "model": SIMONS}
    exact, measured = simulated(**film), simulated(**film, residual=True)
    assert np.array_equal(simulated().values(), simulated(occasions=False).values())  # none are published
    ratio = measured.values()[:, :, 0] / exact.values()[:, :, 0]
    assert np.all(np.abs(ratio - 1) < 0.1095 * 5)
    assert np.all(ratio != 1)


def test_nobody_differs_where_no_variability_is_published():
    given = {"model": "domino1982_racemic_3cpt", "subjects": 3}
    values = simulated("racemic iv 30 mg over 10 min", **given).values()
    typical = reprieve.concentration(
        reprieve.Patient(weight=70), "racemic iv 30 mg over 10 min", times=[0.5, 1, 4], model=given["model"]
    )
    for person in values:
        np.testing.assert_allclose(person, typical.values, rtol=1e-12)


def test_doses_per_kg_follow_the_weight_of_each_person():
    """At time 0 a bolus stands at dose/V1, and V1 grows with weight as the dose does: the weight cancels."""
    given = {"times": [0.0], "subjects": 50, "analytes": ["s_ketamine"]}
    same = simulated("esketamine iv 0.2 mg/kg", **given).values()
    spread = simulated("esketamine iv 0.2 mg/kg", **given | {"weight": (50, 100)}).values()
    np.testing.assert_allclose(spread, same, rtol=1e-9)
    fixed = simulated("esketamine iv 14 mg", **given | {"weight": (50, 100)})
    kilograms = fixed.described.of(0, 50)["weight"]
    np.testing.assert_allclose(fixed.values()[:, 0, 0] * kilograms / 70, same[:, 0, 0], rtol=1e-9)


def test_occasions_hand_on_the_amounts_by_hand():
    """k is 0.2 and then 0.5 per h; a bolus at 0, another at 10; an infusion of 6 mg/h from 8 to 12 h."""
    rates = (0.2, 0.5)

    def occasion(number):
        system = LinearSystem(np.full((2, 1, 1), -rates[number]), np.eye(1))
        doses = ([IndividualDose(0.0, 0, 100.0), IndividualDose(8.0, 0, 24.0, 4.0)], [IndividualDose(10.0, 0, 50.0)])
        return Occasion(10.0 * number, system, doses[number])

    found = follow([0.0, 10.0], occasion, np.array([0.0, 9.0, 10.0, 11.0, 14.0]))[1, :, 0]
    at_10 = 100 * np.exp(-2) + 6 / 0.2 * (1 - np.exp(-0.4))
    at_12 = (at_10 + 50) * np.exp(-1) + 6 / 0.5 * (1 - np.exp(-1))
    expected = [
        100,
        100 * np.exp(-1.8) + 6 / 0.2 * (1 - np.exp(-0.2)),
        at_10 + 50,
        (at_10 + 50) * np.exp(-0.5) + 6 / 0.5 * (1 - np.exp(-0.5)),
        at_12 * np.exp(-1),
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_an_infusion_as_long_as_each_person_takes_goes_on_into_the_next_occasion():
    hours = np.array([8.0, 12.0])

    def occasion(number):
        system = LinearSystem(np.full((2, 1, 1), -0.1 * (1 + number)), np.eye(1))
        return Occasion(10.0 * number, system, [IndividualDose(0.0, 0, 5 * hours, hours)] if number == 0 else [])

    found = follow([0.0, 10.0], occasion, np.array([15.0]))[:, 0, 0]
    ended = 50 * (1 - np.exp(-0.8)) * np.exp(-0.2) * np.exp(-1.0)
    at_12 = 50 * (1 - np.exp(-1.0)) * np.exp(-0.4) + 25 * (1 - np.exp(-0.4))
    np.testing.assert_allclose(found, [ended, at_12 * np.exp(-0.6)], rtol=1e-12)


def test_without_variability_between_occasions_chaining_changes_nothing():
    chained = simulated("esketamine iv 20 mg over 20 min every 12 h x 3", model=SIMONS, times=[1, 12, 25, 30])
    quiet = BetweenOccasion(cv_percent={"VH2": 1e-9})
    still = msgspec.structs.replace(chained.chosen.model, between_occasion=quiet)
    one = replace(chained, chosen=replace(chained.chosen, model=still, variability_from=still))
    other = replace(one, occasions=False)
    np.testing.assert_allclose(one.values(), other.values(), rtol=1e-7)
    assert not np.allclose(chained.values()[:, 1:], other.values()[:, 1:], rtol=1e-3)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
def test_streamed_quantiles_are_those_of_all_values(share):
    values = np.exp(np.random.default_rng(1).normal(2, 1.5, (9001, 2, 3)))
    values[:, 1, 2] = 0.0
    streamed = StreamedQuantiles(2, 3)
    for part in np.array_split(values, 7):
        streamed.add(part)
    found = streamed.at([share])[0]
    # The bins are 1/500 of e wide, and the middle of one is shown.
    np.testing.assert_allclose(found, np.quantile(values, share, axis=0, method="inverted_cdf"), rtol=0.0011)
    assert found[1, 2] == 0


def test_parquet_says_units_and_provenance(tmp_path):
    population = simulated(subjects=4, weight=(50, 100))
    write_table(population, tmp_path / "p.parquet")
    found = pyarrow.parquet.read_table(tmp_path / "p.parquet")
    assert found.column_names == ["subject", "time_h", "weight_kg", "s_ketamine_ng_per_mL", "s_norketamine_ng_per_mL"]
    assert [field.metadata[b"unit"] for field in found.schema] == [b"", b"h", b"kg", b"ng/mL", b"ng/mL"]
    about = json.loads(found.schema.metadata[b"reprieve"])
    assert (about["model"], about["seed"], about["version"]) == (OTTO, 1, reprieve.__version__)
    assert len(about["evidence_fingerprint"]) == 12
    assert found["subject"].to_pylist() == [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]
    np.testing.assert_allclose(found["s_ketamine_ng_per_mL"], population.values()[:, :, 0].ravel(), rtol=1e-7)
    assert os.listdir(tmp_path) == ["p.parquet"]


def test_csv_holds_the_same_and_is_described_beside_it(tmp_path):
    population = simulated(subjects=2)
    write_table(population, tmp_path / "p.csv")
    with (tmp_path / "p.csv").open() as file:
        rows = list(csv.DictReader(file))
    found = [float(row["s_norketamine_ng_per_mL"]) for row in rows]
    np.testing.assert_allclose(found, population.values()[:, :, 1].ravel(), rtol=1e-6)
    about = json.loads((tmp_path / "p.csv.json").read_text())
    assert about["columns"]["time_h"] == "h"
    assert sorted(os.listdir(tmp_path)) == ["p.csv", "p.csv.json"]


@pytest.mark.parametrize("name", ["p.csv", "p.parquet"])
def test_a_file_is_whole_or_not_there_and_is_never_replaced_unasked(tmp_path, name):
    def stopped(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_table(simulated(), tmp_path / name, done=stopped)
    assert os.listdir(tmp_path) == []
    (tmp_path / name).write_text("mine")
    with pytest.raises(InputError, match=r"is already there. Choose another name, or ask that it be replaced"):
        write_table(simulated(), tmp_path / name)
    with pytest.raises(KeyboardInterrupt):
        write_table(simulated(), tmp_path / name, force=True, done=stopped)
    assert (tmp_path / name).read_text() == "mine"
    write_table(simulated(), tmp_path / name, force=True)
    assert (tmp_path / name).read_bytes() != b"mine"


def test_files_that_cannot_be_written_are_refused(tmp_path, monkeypatch):
    with pytest.raises(InputError, match=r"called 'p.xlsx'; its name must end in .csv or .parquet"):
        write_table(simulated(), tmp_path / "p.xlsx")
    with pytest.raises(InputError, match=r"The folder .* is not there; make it first"):
        write_table(simulated(), tmp_path / "none" / "p.csv")
    (tmp_path / "p.csv").mkdir()
    with pytest.raises(FileError, match="cannot be written"):
        write_table(simulated(), tmp_path / "p.csv", force=True)
    monkeypatch.setattr(table.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(
        InputError, match=r"needs pyarrow, which is not installed. Run: pip install 'reprieve\[parquet\]'"
    ):
        write_table(simulated(), tmp_path / "p.parquet")


def test_people_from_a_file_are_taken_in_turn(tmp_path):
    (tmp_path / "who.csv").write_text("weight,age,race\n60,40,japanese\n80,70,not_asian\n")
    people = describe_subjects(1, None, read_covariates((tmp_path / "who.csv").read_bytes(), "who.csv"))
    assert people.of(1, 3)["weight"].tolist() == [80, 60, 80]
    assert people.of(1, 3)["race"].tolist() == ["not_asian", "japanese", "not_asian"]
    assert set(people.differing) == {"weight", "age", "race"}
    spray = {"model": "perezruixo2021_esketamine_nasal_po_iv", "weight": None, "subjects": 2}
    both = simulated("esketamine intranasal 56 mg", **spray, covariates={"race": ["japanese", "not_asian"]})
    one = simulated("esketamine intranasal 56 mg", **spray, covariates={"race": "japanese"})
    np.testing.assert_allclose(both.values()[0], one.values()[0], rtol=1e-9)
    assert not np.allclose(both.values()[1], one.values()[1])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("weight,height\n60,170\n", "who.csv, line 1, column height: that is no covariate; known are weight"),
        ("weight\n60\n.\n", "who.csv, line 3, column weight: the value is missing; every person needs one"),
        ("weight\n70 kg\n", "who.csv, line 2, column weight: '70 kg' is not a number"),
        ("weight\n", "who.csv, line 2: there are no subjects"),
    ],
)
def test_a_file_of_people_that_is_wrong_is_refused(tmp_path, text, sentence):
    (tmp_path / "who.csv").write_text(text)
    with pytest.raises(FileError, match=sentence):
        read_covariates((tmp_path / "who.csv").read_bytes(), "who.csv")


@pytest.mark.parametrize(
    ("given", "error", "sentence"),
    [
        ({"subjects": 0}, InputError, "0 subjects were asked for; ask for a whole number from 1"),
        ({"subjects": 2.5}, InputError, "2.5 subjects were asked for"),
        ({"seed": -1}, InputError, "The seed is -1"),
        ({"times": [1, 1]}, InputError, "The times do not rise"),
        ({"times": [-1]}, InputError, "Times run from -1 to -1 h"),
        ({"weight": (100, 50)}, InputError, "Weights run from 100 to 50 kg; give a lower and a higher one"),
        ({"weight": 7000}, InputError, "A weight is given as 7000 kg"),
        ({"covariates": {"weight": [70]}}, InputError, "The weight is given and is among the covariates, too"),
        ({"covariates": {"age": [1, 2], "race": ["a"] * 3}}, InputError, r"have \[2, 3\] rows"),
        ({"covariates": {"hight": 2}}, UnknownName, "Unknown covariate 'hight'"),
        ({"model": "kamp2020_meta_3cpt", "residual": True}, OutsideEvidence, "no residual error of .*not found with"),
        ({"analytes": ["ketamine"], "residual": True}, UnknownName, "Unknown analyte"),
    ],
)
def test_questions_that_cannot_be_simulated_are_refused(given, error, sentence):
    with pytest.raises(error, match=sentence):
        simulated(**given)


def test_sessions_with_unlike_numbers_of_doses_lose_none():
    # Simons' occasions change metabolism of the metabolites alone, so the parent is the same with and without them.
    course = "esketamine iv 5 mg/h for 1 h then 10 mg/h for 1 h and esketamine iv 20 mg over 20 min on days 3 4"
    asked = {"times": [0.5, 1.9, 3.0, 72.3, 80.0, 96.3], "subjects": 8, "weight": 70, "seed": 4}
    with_occasions, without = (
        reprieve.simulate_population(course, model="simons2022_sket_otf_iv", occasions=on, **asked).values()[:, :, 0]
        for on in (True, False)
    )
    np.testing.assert_allclose(with_occasions, without, rtol=1e-9)
    assert without[:, 3].min() > without[:, 2].max()


def test_a_model_of_one_enantiomer_does_not_simulate_the_racemate():
    with pytest.raises(InputError, match="was made for esketamine; a population is simulated in the form"):
        reprieve.simulate_population(
            "racemic iv 35 mg over 40 min", times=[1.0], subjects=2, weight=70, model="simons2022_sket_otf_iv"
        )
