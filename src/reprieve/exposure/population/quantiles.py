"""Quantiles of more values than fit into memory: counts in narrow bins of the logarithm."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: ng/mL; what lies below is counted as none, what lies above as this.
_LOW, _HIGH = 1e-6, 1e8
_PER_E = 500


class StreamedQuantiles:
    """Counts of (n_times, n_analytes) values, good to 0.2 % of a value; nothing of the values is kept.

    Parameters
    ----------
    n_times, n_analytes : how many values each subject has
    """

    def __init__(self, n_times: int, n_analytes: int) -> None:
        self._bins = int(np.ceil(np.log(_HIGH / _LOW) * _PER_E)) + 1
        self._counts = np.zeros((n_times * n_analytes, self._bins), dtype=np.int64)
        self._shape = (n_times, n_analytes)

    def add(self, values: Floats) -> None:
        """Count (n_subjects, n_times, n_analytes) ng/mL."""
        place = np.ceil(np.log(np.clip(values, _LOW, _HIGH) / _LOW) * _PER_E).astype(np.int64)
        columns = place.reshape(len(values), -1) + np.arange(len(self._counts)) * self._bins
        self._counts += np.bincount(columns.ravel(), minlength=self._counts.size).reshape(self._counts.shape)

    def at(self, shares: Sequence[float]) -> Floats:
        """(n_shares, n_times, n_analytes) ng/mL, the smallest value that this share does not exceed."""
        reached = np.cumsum(self._counts, axis=1)
        rank = np.maximum(1, np.ceil(np.asarray(shares)[:, None] * reached[None, :, -1]))
        places = np.stack([np.argmax(reached >= need[:, None], axis=1) for need in rank])
        middle = _LOW * np.exp((places - 0.5) / _PER_E)
        return np.where(places == 0, 0.0, middle).reshape(len(shares), *self._shape)
