"""The priors of the calibration once more, by SciPy: their quantiles and densities are known without the sampler's."""

import math

import numpy as np
from scipy import stats

from reprieve.evidence.evidence import Evidence
from reprieve.evidence.records.calibration import CalibrationPriors

EVIDENCE = Evidence.packaged()


def prior(belief):
    """The frozen SciPy distribution of a prior."""
    middle, spread = belief.middle, belief.spread
    return {
        "lognormal": lambda: stats.lognorm(spread, scale=middle),
        "normal": lambda: stats.norm(middle, spread),
        "normal01": lambda: stats.truncnorm((0 - middle) / spread, (1 - middle) / spread, loc=middle, scale=spread),
        "halfnormal": lambda: stats.halfnorm(scale=spread),
        "beta": lambda: stats.beta(middle, spread),
    }[belief.form]()


def beliefs(structure="reported"):
    """What is believed of a structure before the fit."""
    return EVIDENCE.record(CalibrationPriors, {"reported": "reported_relief", "mechanism": "mechanism"}[structure])


def medians(structure="reported"):
    """Every parameter at the median of its prior, and the constants."""
    priors = beliefs(structure)
    values = {name: float(prior(belief).median()) for name, belief in priors.parameters.items()}
    assert all(map(math.isfinite, values.values()))
    return values | {name: fixed.value for name, fixed in priors.constants.items()}


def drawn(n, rng, structure="reported"):
    """Rows of parameters from the priors, parameter to (n,)."""
    parameters = beliefs(structure).parameters
    return {name: np.asarray(prior(belief).rvs(n, random_state=rng)) for name, belief in parameters.items()}
