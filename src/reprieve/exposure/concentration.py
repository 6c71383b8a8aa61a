"""Concentrations of a typical patient over time."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.chart.patient import Patient
from reprieve.errors import InputError
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.protocol import Protocol
from reprieve.evidence.regimens import regimen_of
from reprieve.exposure.built_system import system_of
from reprieve.exposure.choice import choose_models, named_model
from reprieve.exposure.inputs import exposure_inputs
from reprieve.exposure.model import dose_events, exposure_model
from reprieve.exposure.times import read_times
from reprieve.regimen import Regimen


@dataclass(frozen=True)
class Concentration:
    """Concentrations of a typical patient; an array of shape (n_times, n_analytes) to NumPy.

    Parameters
    ----------
    times_h : (n_times,) h after the start of the first dose
    analytes : (n_analytes,) names
    values : (n_times, n_analytes) ng/mL
    model : id of the population model
    sampling : arterial, venous or mixed: where its blood was drawn
    reason : why this model
    note : what is approximated; empty when nothing is
    """

    times_h: NDArray[np.float64]
    analytes: tuple[str, ...]
    values: NDArray[np.float64]
    model: str
    sampling: str
    reason: str
    note: str

    def __repr__(self) -> str:
        return f"<Concentration of {', '.join(self.analytes)} at {len(self.times_h)} times, {self.model}>"

    def __array__(self, dtype: object = None, copy: bool | None = None) -> NDArray[np.float64]:
        return np.array(self.values, dtype=dtype, copy=True if copy is None else copy)  # type: ignore[call-overload,no-any-return]

    @property
    def shape(self) -> tuple[int, ...]:
        """(n_times, n_analytes)."""
        return self.values.shape

    def to_dict(self) -> dict[str, object]:
        """The answer of ``concentration --json``."""
        # What speaks of concentrations stands above the numbers, and is loaded when it is asked to.
        answers = importlib.import_module("reprieve.answers.concentration")
        found: dict[str, object] = answers.concentration_answer(self).to_dict()
        return found


def concentration(
    patient: Patient,
    regimen: Regimen | Protocol | str,
    *,
    times: Sequence[float],
    model: str | None = None,
    evidence: Evidence | None = None,
) -> Concentration:
    """Concentrations of the typical patient of this weight.

    Parameters
    ----------
    patient : the weight is needed
    regimen : a regimen, its text, or a named protocol; the two may be given the other way round for one release
    times : (n_times,) h after the start of the first dose, 0 or later
    model : id of a population model; by form and route when not given
    evidence : what is published; what comes with Reprieve when not given

    Returns
    -------
    Concentration
        ng/mL, shape (n_times, n_analytes), with the model and its sampling site

    Raises
    ------
    InputError
        Times that are not finite or negative; a missing weight; a model for another form.
    OutsideEvidence
        Nothing published lets the form or route be computed.
    """
    patient, regimen = _in_order(patient, regimen)
    asked = read_times(times)
    known = evidence or Evidence.packaged()
    named = named_model(known, model, regimen) if model else None
    chosen = named or choose_models(known, regimen.form, regimen.route, patient.age)[0]
    inputs = exposure_inputs(known, regimen, patient, [chosen])
    built = exposure_model(chosen, inputs)
    changed = [said for change in inputs.changes for said in change.said]
    doses = dose_events(built, regimen, patient.weight_kg)
    values = system_of(built).simulate(doses, asked).values[0]
    return Concentration(
        asked,
        built.analytes,
        np.maximum(values, 0.0),
        chosen.model.id,
        chosen.model.sampling,
        chosen.reason,
        " ".join(filter(None, (built.note, *changed))),
    )


def _in_order(patient: object, regimen: object) -> tuple[Patient, Regimen]:
    """The patient and the regimen; the former order is understood, with a warning."""
    if isinstance(regimen, Patient):
        warnings.warn("Give the patient first, then the regimen, as to forecast.", FutureWarning, stacklevel=3)
        patient, regimen = regimen, patient
    if not isinstance(patient, Patient):
        raise InputError(f"The patient is given as {patient!r}; give a Patient, then the regimen.")
    return patient, regimen_of(regimen)
