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


def medians():
    """Every parameter at the median of its prior, and the constants."""
    beliefs = EVIDENCE.record(CalibrationPriors, "priors")
    values = {name: float(prior(belief).median()) for name, belief in beliefs.parameters.items()}
    assert all(map(math.isfinite, values.values()))
    return values | {name: fixed.value for name, fixed in beliefs.constants.items()}


def drawn(n, rng):
    """Rows of parameters from the priors, parameter to (n,)."""
    beliefs = EVIDENCE.record(CalibrationPriors, "priors").parameters
    return {name: np.asarray(prior(belief).rvs(n, random_state=rng)) for name, belief in beliefs.items()}
