"""Published models in the languages of other tools, so that a reader can check Reprieve with their own.

The texts are made from the records, not from the arrays the engine runs on.
"""

from __future__ import annotations

from collections.abc import Mapping

from reprieve.errors import UnknownName
from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.population_model import PopulationModel
from reprieve.export.equations import equations
from reprieve.export.heading import heading
from reprieve.export.mrgsolve import mrgsolve
from reprieve.export.nlmixr2 import nlmixr2
from reprieve.export.sbml import sbml
from reprieve.exposure.build import build

__all__ = ["LANGUAGES", "export"]

_WRITERS = {"sbml": sbml, "mrgsolve": mrgsolve, "nlmixr2": nlmixr2}

#: What :func:`export` writes: SBML Level 3, mrgsolve, and nlmixr2 (which is rxode2's language too).
LANGUAGES = tuple(_WRITERS)


def export(
    model_id: str,
    language: str,
    *,
    weight_kg: float | None = None,
    covariates: Mapping[str, float | str] | None = None,
    evidence: Evidence | None = None,
) -> str:
    """A published population model as text for another tool.

    Parameters
    ----------
    model_id : the id of a :class:`PopulationModel` record
    language : one of :data:`LANGUAGES`
    weight_kg : kg, written as the value of WT; the model's reference weight when not given
    covariates : other covariates (``age`` in years, ``race``, ``rifampicin``), as for weight; those the model does
        not use are left aside
    evidence : what is published; what comes with Reprieve when not given

    Returns
    -------
    the whole text, with its source, evidence level, sampling site and units at the top

    Raises
    ------
    UnknownName
        A model, language, covariate or level that is not known.
    InputError
        A weight or covariate that cannot be, or a model with enzymes that change.
    OutsideEvidence
        The model is incomplete, or its effects leave nothing of a parameter in such a patient.
    """
    if language not in _WRITERS:
        raise UnknownName("language", language, LANGUAGES)
    known = evidence or Evidence.packaged()
    model = known.record(PopulationModel, model_id)
    given = {name: declared.reference for name, declared in model.covariates.items()} | dict(covariates or {})
    if weight_kg is not None:
        given["weight"] = weight_kg
    others = {name: value for name, value in given.items() if name != "weight"}
    # Refuses what cannot be run; a model that is never for dosing may be checked, and its text says so.
    build(model, weight_kg=given.get("weight"), covariates=others, for_comparison=True)
    written = equations(model, given)
    return _WRITERS[language](model_id, heading(known, model, written.routes), written)
