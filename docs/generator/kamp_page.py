"""Digitised curves of Kamp 2020 with every adult model over them, and how far each lies away."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.exposure.build import build, compartment_doses
from reprieve.pictures import ConcentrationSeries, MeasuredPoints, Picture, RateStep, concentration_picture
from reprieve.pkpd.dose import Dose
from reprieve.pkpd.prediction_error import PredictionError, percentage_errors, prediction_error
from reprieve.pkpd.simulate import simulate
from reprieve.report.markdown_table import table
from reprieve.units import molar_to_mass

EVIDENCE = Evidence.packaged()

_DATA = Path(__file__).resolve().parents[2] / "tests" / "reference"
_WEIGHT_KG = 70.0
#: mg/kg/h of one enantiomer in three steps of an hour: as esketamine, and half of the racemate.
_ESKETAMINE = (0.14, 0.28, 0.57)
_IN_RACEMATE = (0.14, 0.285, 0.57)
_SHOWN_H = np.linspace(0.0, 5.0, 151)
#: nmol/mL; below it the reading error of the figure is as large as the value.
_READABLE = 0.02

#: Adult models in groups that one picture can hold; three lines can be told apart.
GROUPS = {
    "leiden": ("simons2022_sket_otf_iv", "kamp2020_meta_3cpt", "noppers2011_sket_parent"),
    "venous": (
        "otto2021_fanta2015_sket_iv_venous",
        "perezruixo2021_esketamine_nasal_po_iv",
        "domino1982_racemic_3cpt",
    ),
    "others": ("clements1981_2cpt_250ugkg", "hijazi2003_icu_2cpt"),
}


@dataclass(frozen=True)
class Curve:
    """One digitised curve, and what was given to make it.

    Parameters
    ----------
    id : name of the data file
    title : what was measured after what
    rates : (3,) mg/kg/h of the enantiomer, an hour each
    substance : what is measured, for the molar mass
    analytes : model to the analyte that is compared; empty for each model's parent drug
    """

    id: str
    title: str
    rates: tuple[float, float, float]
    substance: str = "ketamine"
    analytes: tuple[tuple[str, str], ...] = ()

    @property
    def measured(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Times (h) and concentrations (ng/mL) after time zero, where there is no drug yet."""
        with (_DATA / f"{self.id}.csv").open(encoding="utf-8") as file:
            rows = [(float(row["time_h"]), float(row["conc_nmol_per_ml"])) for row in csv.DictReader(file)]
        least = _READABLE if self.substance == "norketamine" else 0.0
        times, molar = np.array([row for row in rows if row[0] > 0 and row[1] >= least]).T
        return times, molar_to_mass(molar, self.substance)

    def predicted(self, model_id: str, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n_times,) ng/mL of a typical man of 70 kg by a model."""
        model = EVIDENCE.record(PopulationModel, model_id)
        analyte = dict(self.analytes).get(model_id, model.parent)
        built = build(model, weight_kg=_WEIGHT_KG, analytes=[analyte])
        doses = [
            Dose(*dose)
            for start, rate in enumerate(self.rates)
            for dose in compartment_doses(built, route="iv", mg=rate * _WEIGHT_KG, start_h=start, duration_h=1.0)
        ]
        return simulate(built.rate_matrix, built.readout, doses, times).values[0, :, 0]

    def compared(self, group: tuple[str, ...]) -> tuple[str, ...]:
        """The models of a group that are compared with this curve."""
        return tuple(m for m in group if not self.analytes or m in dict(self.analytes))


CURVES = (
    Curve("kamp2020_s_ketamine_after_esketamine", "S-ketamine after esketamine", _ESKETAMINE),
    Curve(
        "kamp2020_s_norketamine_after_esketamine",
        "S-norketamine after esketamine",
        _ESKETAMINE,
        "norketamine",
        (
            ("simons2022_sket_otf_iv", "s_norketamine"),
            ("otto2021_fanta2015_sket_iv_venous", "s_norketamine"),
            ("perezruixo2021_esketamine_nasal_po_iv", "noresketamine"),
        ),
    ),
    Curve("kamp2020_s_ketamine_after_racemic", "S-ketamine after racemic ketamine", _IN_RACEMATE),
    Curve("kamp2020_r_ketamine_after_racemic", "R-ketamine after racemic ketamine", _IN_RACEMATE),
)

_INTRO = """# Models over measured curves

Kamp and others (2020, Br J Anaesth 125:750) gave healthy men three steps of an hour: 0.14, 0.28 and 0.57 mg/kg/h of
esketamine, or 0.28, 0.57 and 1.14 mg/kg/h of racemic ketamine. The points were read off the figures by
[indand21/ketamine_therapeutic_window](https://github.com/indand21/ketamine_therapeutic_window) (MIT licence); reading
errors are 1 to 19 %, and that the blood was arterial is recalled, not seen. nmol/mL become ng/mL by molar mass (237.73
ketamine, 223.70 norketamine). Every model predicts a typical man of 70 kg; none was fitted here.

The trial is by the group whose data are in three of the models (Simons, Kamp, Noppers), so their fit is no independent
check. Models of venous blood lie below arterial points while drug runs in, as they should. After racemic ketamine each
enantiomer is compared with half the dose; there is no separate model of R-ketamine, and models of S-ketamine or of the
racemate stand in for it.

| column | meaning |
| --- | --- |
| ratio | geometric mean of predicted over measured |
| MDPE, MDAPE | median, and median size, of (predicted - measured) / measured |
| the same (Varvel), wobble, divergence | of (measured - predicted) / predicted (Varvel and others 1992) |
"""


def picture(curve: Curve, group: tuple[str, ...]) -> Picture:
    """The points of a curve with the predictions of a group of models."""
    times, values = curve.measured
    series = [
        ConcentrationSeries(
            f"{m} ({EVIDENCE.record(PopulationModel, m).sampling})", _SHOWN_H, curve.predicted(m, _SHOWN_H)
        )
        for m in group
    ]
    steps = [RateStep(float(hour), hour + 1.0, rate * _WEIGHT_KG) for hour, rate in enumerate(curve.rates)]
    return concentration_picture(
        series,
        measured=[MeasuredPoints("digitised from Kamp 2020", times, values)],
        rate_steps=steps,
        title=curve.title,
        subtitle="Lines: typical man of 70 kg, by model. Points: means of the trial.",
    )


def pictures() -> Iterator[tuple[str, Curve, tuple[str, ...]]]:
    """File name, curve and models of every picture."""
    for curve in CURVES:
        if curve.analytes:
            yield f"{curve.id}.svg", curve, tuple(dict(curve.analytes))
            continue
        for name, group in GROUPS.items():
            yield f"{curve.id}_{name}.svg", curve, curve.compared(group)


def errors(curve: Curve, model_id: str) -> tuple[float, PredictionError, PredictionError]:
    """Geometric mean ratio, errors of prediction (of the measured) and performance errors (of the predicted)."""
    times, measured = curve.measured
    predicted = curve.predicted(model_id, times)
    ratio = float(np.exp(np.mean(np.log(predicted / measured))))
    return (
        ratio,
        prediction_error(percentage_errors(predicted, measured), times),
        prediction_error(percentage_errors(measured, predicted), times),
    )


def page() -> str:
    """The page."""
    parts = [_INTRO]
    for curve in CURVES:
        names = [name for name, shown, _ in pictures() if shown is curve]
        parts += [f"## {curve.title}\n", table(_COLUMNS, _rows(curve))]
        parts += [f"![{curve.title}: points of the trial and lines of the models](kamp2020/{name})\n" for name in names]
    return "\n".join(parts)


_COLUMNS = ("model", "sampling", "ratio", "MDPE %", "MDAPE %",
            "MDPE % (Varvel)", "MDAPE % (Varvel)", "wobble %", "divergence %/h")  # fmt: skip


def _rows(curve: Curve) -> Iterator[tuple[object, ...]]:
    for model_id in (m for group in GROUPS.values() for m in curve.compared(group)):
        ratio, ours, varvel = errors(curve, model_id)
        yield (
            f"`{model_id}`",
            EVIDENCE.record(PopulationModel, model_id).sampling,
            f"{ratio:.2f}",
            *(f"{value:.1f}" for value in (ours.bias, ours.inaccuracy)),
            *(f"{value:.1f}" for value in (varvel.bias, varvel.inaccuracy, varvel.wobble, varvel.divergence or 0.0)),
        )
