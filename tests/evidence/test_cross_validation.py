"""The published models beside each other and beside digitised curves: agreement worked out by another hand."""

import csv
from pathlib import Path

import numpy as np
import pytest
from matrix_exponential import simulate

from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.exposure.build import build, compartment_doses
from reprieve.units import molar_to_mass

EVIDENCE = Evidence.packaged()

REFERENCE = Path(__file__).parents[1] / "reference"
NOPPERS, KAMP, SIMONS, DOMINO, OTTO, PEREZ = (
    "noppers2011_sket_parent",
    "kamp2020_meta_3cpt",
    "simons2022_sket_otf_iv",
    "domino1982_racemic_3cpt",
    "otto2021_fanta2015_sket_iv_venous",
    "perezruixo2021_esketamine_nasal_po_iv",
)
#: 0.14, 0.28 and 0.57 mg/kg/h of esketamine for an hour each, at 70 kg
STEPS = [(0, 9.8, 1), (1, 19.6, 1), (2, 39.9, 1)]


def digitised(name):
    """Times (h) and concentrations (nmol/mL) after time zero, where there is no drug yet."""
    with (REFERENCE / f"{name}.csv").open() as file:
        rows = [(float(row["time_h"]), float(row["conc_nmol_per_ml"])) for row in csv.DictReader(file)]
    return np.array([row for row in rows if row[0] > 0]).T


def predict(model_id, infusions, times, analyte=None):
    """Typical concentrations (ng/mL) at 70 kg after infusions of (start h, mg, duration h)."""
    model = EVIDENCE.record(PopulationModel, model_id)
    built = build(model, weight_kg=70, analytes=[analyte or model.parent])
    doses = [
        dose
        for start, mg, hours in infusions
        for dose in compartment_doses(built, route="iv", mg=mg, start_h=start, duration_h=hours)
    ]
    return simulate(built.rate_matrix[0], built.readout[0], doses, times)[:, 0]


@pytest.mark.parametrize(
    ("model_id", "ratio", "error"),
    [(NOPPERS, 1.05, 7.0), (KAMP, 1.03, 7.9), (SIMONS, 1.07, 10.3), (DOMINO, 0.89, 16.1), (OTTO, 0.73, 31.1)],
)
def test_against_arterial_s_ketamine(model_id, ratio, error):
    times, observed = digitised("kamp2020_s_ketamine_after_esketamine")
    off = predict(model_id, STEPS, times) / molar_to_mass(observed, "ketamine")
    assert np.exp(np.mean(np.log(off))) == pytest.approx(ratio, abs=0.0051)
    assert 100 * np.median(np.abs(off - 1)) == pytest.approx(error, abs=0.051)


def test_norketamine_of_the_film_model_lies_a_quarter_below_the_digitised_one():
    times, observed = digitised("kamp2020_s_norketamine_after_esketamine")
    above = observed >= 0.02  # nmol/mL; below it the reading error is as large as the value
    predicted = predict(SIMONS, STEPS, times, "s_norketamine")
    off = (predicted / np.where(above, molar_to_mass(observed, "norketamine"), 1))[above]
    assert np.exp(np.mean(np.log(off))) == pytest.approx(0.75, abs=0.0151)


@pytest.mark.parametrize(
    ("model_id", "ratios"),
    [
        (OTTO, [1.12, 1.03, 1.15, 1.06, 1.03, 1.07]),
        (PEREZ, [0.87, 0.88, 0.83, 0.76, 0.89, 1.07]),
        (KAMP, [1.95, 0.97, 1.04, 1.09, 1.26, 1.40]),
        (NOPPERS, [2.17, 0.87, 0.86, 0.91, 0.95, 0.93]),
        (SIMONS, [2.26, 0.88, 0.79, 0.85, 1.03, 1.17]),
        (DOMINO, [1.94, 0.56, 0.75, 0.73, 0.66, 0.56]),
    ],
)
def test_against_venous_s_ketamine(model_id, ratios):
    # Hasan 2021, doi 10.1097/ALN.0000000000003829: 5 mg racemic over 30 min, so 2.5 mg of S; means of 15, digitised
    hours = np.array([0.5, 1, 2, 4, 6, 8])
    observed = np.array([11.14, 6.52, 3.29, 1.65, 0.886, 0.506])
    assert predict(model_id, [(0, 2.5, 0.5)], hours) / observed == pytest.approx(np.array(ratios), abs=0.0051)


@pytest.mark.parametrize(
    ("model_id", "peak"),
    [
        (OTTO, 158),
        (PEREZ, 125),
        ("clements1981_2cpt_250ugkg", 177),
        ("hijazi2003_icu_2cpt", 225),
        (DOMINO, 240),
        (KAMP, 253),
        (NOPPERS, 277),
        (SIMONS, 289),
    ],
)
def test_peak_after_half_a_milligram_per_kilogram_over_40_min(model_id, peak):
    # 185 ng/mL is published (venous); the arterial models stand 1.3 to 1.6 times above it
    assert predict(model_id, [(0, 35, 40 / 60)], [40 / 60])[0] == pytest.approx(peak, abs=0.51)


@pytest.mark.parametrize(
    ("model_id", "minutes"),
    [
        (DOMINO, (3, 16, 30)),
        (SIMONS, (6.5, 22, 43.5)),
        (NOPPERS, (8.5, 26, 42)),
        (KAMP, (12.5, 42.5, 71)),
        (OTTO, (47.5, 76, 107)),
    ],
)
def test_time_to_half_after_1_4_and_100_h(model_id, minutes):
    after = np.arange(0, 120, 0.5)
    found = []
    for hours in (1, 4, 100):
        curve = predict(model_id, [(0, 10 * hours, hours)], hours + after / 60)
        found.append(after[np.argmax(curve <= curve[0] / 2)])
    assert found == list(minutes)  # the first half minute at or below half


def test_the_digitised_curves_agree_with_each_other():
    def area(name):
        times, values = digitised(name)
        return float(np.trapezoid(np.append(0, values), np.append(0, times)))

    alone = area("kamp2020_s_ketamine_after_esketamine")
    in_racemate = area("kamp2020_s_ketamine_after_racemic")
    r_ketamine = area("kamp2020_r_ketamine_after_racemic")
    # nmol/mL·h from 0 to 5 h, worked out elsewhere from the same points
    assert (alone, in_racemate, r_ketamine) == pytest.approx((2.27, 2.29, 2.53), abs=0.0051)
    assert alone / in_racemate == pytest.approx(0.99, abs=0.0051)  # R-ketamine does not slow S-ketamine
    assert r_ketamine / in_racemate == pytest.approx(1.10, abs=0.0051)
    assert area("kamp2020_s_norketamine_after_esketamine") / alone == pytest.approx(0.86, abs=0.0051)
