"""What counts as how much S-ketamine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reprieve.errors import InputError
from reprieve.exposure.choice import Chosen

Floats = NDArray[np.float64]


def potency(form: str, r_potency: Floats) -> Floats:
    """S-ketamine equivalent of one mg of a form: 1 for S, the relative potency for R, their mean for both."""
    if form == "esketamine":
        return np.ones_like(r_potency)
    if form == "arketamine":
        return r_potency
    if form == "racemic":
        return (1.0 + r_potency) / 2.0
    raise InputError(f"The potency of {form!r} is not known; forms are racemic, esketamine and arketamine.")


def analyte_potencies(chosen: Chosen, form: str, r_potency: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """How much S-ketamine a ng/mL of each analyte of the drug given counts for, (n_patients,) each."""
    parent = chosen.model.parent
    if chosen.apart:
        return {parent: potency("esketamine", r_potency), "r_ketamine": potency("arketamine", r_potency)}
    return {parent: potency(form, r_potency)}
