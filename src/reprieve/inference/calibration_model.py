"""The meta-analysis of a model: priors, hierarchy and likelihood of every printed number at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol

import numpy as np
import numpyro
import numpyro.distributions as dist

from reprieve.evidence.records.calibration import CalibrationPriors, PriorBelief
from reprieve.inference import mechanism_model, reported_model
from reprieve.inference.fit_data import CONDITIONS, FitData, Printed
from reprieve.inference.likelihood import ModelReports, Weights, log_likelihood

numpyro.enable_x64()

#: ``reported``: the model of record. ``mechanism``: sensitisation reversed and its return, as in a person's course.
Structure = Literal["reported", "mechanism"]
STRUCTURES: tuple[Structure, ...] = ("reported", "mechanism")
#: The structure that ships; docs/validation/structures.md compares it with the others.
SHIPPED: Structure = "reported"
#: The priors of each.
PRIORS: Mapping[Structure, str] = {"reported": "reported_relief", "mechanism": "mechanism"}


class Predicts(Protocol):
    """What a structure says of every report."""

    def __call__(self, values: Any, data: FitData, condition: Any, study: Any, context: Any) -> ModelReports:
        """The reports by parameters and the standardised effects of conditions and studies (two of each study)."""


_PREDICTS: Mapping[Structure, Predicts] = {
    "reported": reported_model.predicted,
    "mechanism": mechanism_model.predicted,
}


def predict(values: Any, data: FitData, structure: Structure, condition: Any, study: Any, context: Any) -> ModelReports:
    """Every report by a structure."""
    return _PREDICTS[structure](values, data, condition, study, context)


def distribution(belief: PriorBelief) -> Any:
    """The NumPyro distribution of a prior."""
    if belief.form == "lognormal":
        return dist.LogNormal(np.log(belief.middle), belief.spread)
    if belief.form == "normal":
        return dist.Normal(belief.middle, belief.spread)
    if belief.form == "normal01":
        return dist.TruncatedNormal(belief.middle, belief.spread, low=0.0, high=1.0)
    if belief.form == "halfnormal":
        return dist.HalfNormal(belief.spread)
    return dist.Beta(belief.middle, belief.spread)


def model(data: FitData, priors: CalibrationPriors, structure: Structure, weights: Weights, seen: Printed) -> None:
    """The joint distribution, for NumPyro.

    Parameters
    ----------
    data, priors : the evidence and what is believed before it
    structure : one of ``STRUCTURES``
    weights : what each share, mean and contrast counts; 0 leaves it out
    seen : what was printed
    """
    values: dict[str, Any] = {name: fixed.value for name, fixed in priors.constants.items()}
    for name, belief in priors.parameters.items():
        values[name] = numpyro.sample(name, distribution(belief))
    between = dist.Normal(0.0, 1.0)
    condition = numpyro.sample("condition_effect", between.expand([len(CONDITIONS)]).to_event(1))
    study = numpyro.sample("study_effect", between.expand([len(data.studies)]).to_event(1))
    context = numpyro.sample("study_context", between.expand([len(data.studies)]).to_event(1))
    predicted = predict(values, data, structure, condition, study, context)
    for name, each in log_likelihood(values, data, predicted, weights, seen).items():
        numpyro.factor(name, each.sum())
    if priors.knowledge:
        numpyro.factor("knowledge", reported_model.log_knowledge(values, priors, condition))
