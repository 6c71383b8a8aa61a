"""What tests of several folders share."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# What a command prints is as wide as the test says, not as the terminal that the tests were started from.
os.environ.pop("COLUMNS", None)

# What JAX compiles is kept between runs, by each worker for itself: JAX writes without a lock.
_KEPT = Path(__file__).parents[1] / ".pytest_cache" / "jax" / os.environ.get("PYTEST_XDIST_WORKER", "alone")
os.environ["JAX_COMPILATION_CACHE_DIR"] = str(_KEPT)
os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"

# Continuous integration tries the same examples every time; at a desk every run tries new ones.
settings.register_profile("same every time", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("same every time")


@pytest.fixture(scope="session")
def evidence_of_the_fit():
    """Every number that the relief model is fitted to."""
    return _fit_data(None)


@pytest.fixture(scope="session")
def few_studies():
    """Four of them with every kind of number: shares printed, in words and complete, means, SDs, p values, bounds."""
    return _fit_data(("jackson2010", "lumanauw2019", "petersen2022", "sigtermans2009"))


def _fit_data(names):
    # Only these tests need gradients, and importing them takes seconds.
    from reprieve.evidence.evidence import Evidence  # noqa: PLC0415
    from reprieve.inference.calibration import evidence_data  # noqa: PLC0415

    published = Evidence.packaged()
    return evidence_data(published, None if names is None else [published.study(name) for name in names])
