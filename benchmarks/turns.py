"""Timing by turns: whoever is compared runs in one process, in random order, so that a busy machine is busy for all."""

import statistics
import time
from collections.abc import Callable

import numpy as np


def take_turns(
    entrants: dict[str, Callable[[], object]], rounds: int, repeats: dict[str, int] | None = None
) -> dict[str, list[float]]:
    """Seconds of every run, by entrant; one run of each before the first round is not counted.

    Parameters
    ----------
    entrants : what to run, by name
    rounds : how often all take their turn
    repeats : runs in one turn, 1 where not given; for what is over in milliseconds
    """
    for run in entrants.values():
        run()
    seconds: dict[str, list[float]] = {name: [] for name in entrants}
    order = np.random.default_rng(0)
    for _ in range(rounds):
        for name in order.permutation(list(entrants)):
            for _ in range((repeats or {}).get(name, 1)):
                begin = time.perf_counter()
                entrants[name]()
                seconds[name].append(time.perf_counter() - begin)
    return seconds


def summary(seconds: list[float]) -> dict[str, float]:
    """Median, fastest and slowest in ms, and how many runs."""
    return {
        "repeats": len(seconds),
        "median_ms": 1e3 * statistics.median(seconds),
        "fastest_ms": 1e3 * min(seconds),
        "slowest_ms": 1e3 * max(seconds),
    }
