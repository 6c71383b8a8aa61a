"""Simulation-based calibration: whether ranks of true values among posterior draws are uniform."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from generator.validation import words
from generator.validation.tables import Rank, Tables, in_order, not_run
from reprieve.pictures import Histogram, Picture, rank_picture
from reprieve.relief.posterior import PARAMETERS
from reprieve.report.markdown_table import table

PICTURE = "ranks.svg"
#: Ranks go from 0 to this where run.yaml does not say.
_RANKS = 50
_BINS = 10
_LOW_P = 0.05

_INTRO = """# Ranks in simulated studies

Parameters are drawn from their priors, studies of the real design and size report by them, and the model is fitted to
those reports. If the inference is right, the rank of a true value among its posterior draws is uniform (Talts and
others 2018). A hump in the middle means that posteriors are too wide, a hollow that they are too narrow, a slope that
they lie to one side. This tests the sampler and the code, not whether the model is true. Left out are p values (a bound
can be scored, but not simulated) and what is known from elsewhere, and every number counts in full.
"""


def by_parameter(found: Sequence[Rank]) -> dict[str, NDArray[np.int64]]:
    """The ranks of each parameter."""
    return {
        name: np.array([r.rank for r in found if r.parameter == name]) for name in in_order(r.parameter for r in found)
    }


def highest(tables: Tables) -> int:
    """The highest rank there can be: the number of posterior draws that a true value is ranked among."""
    return int(tables.run.get("ranks", {}).get("ranks", _RANKS))


def uniformity(ranks: NDArray[np.int64], highest_rank: int) -> float:
    """The p of the Kolmogorov-Smirnov test that ranks are uniform; ties are spread by half a rank."""
    return float(stats.kstest((ranks + 0.5) / (highest_rank + 1), "uniform").pvalue)


def picture(tables: Tables) -> Picture:
    """A histogram for each parameter."""
    top = highest(tables)
    place = np.minimum(((np.arange(top + 1) + 0.5) / (top + 1) * _BINS).astype(int), _BINS - 1)
    share = np.bincount(place, minlength=_BINS) / (top + 1)
    shown = []
    for name, ranks in by_parameter(tables.ranks).items():
        low, high = stats.binom.interval(0.95, ranks.size, share)
        counts = np.bincount(place[ranks], minlength=_BINS)
        shown.append(Histogram(name, counts, low, high, f"p {uniformity(ranks, top):.2f}"))
    return rank_picture(
        shown,
        title="Ranks of true values among posterior draws",
        subtitle=f"Counts in {_BINS} bins from the lowest rank to the highest; p of a uniform (Kolmogorov-Smirnov).",
        band_label="where 95 % of counts of a uniform lie",
    )


def page(tables: Tables) -> str:
    """The page."""
    if not tables.ranks:
        return f"{_INTRO}\n{not_run('ranks')}"
    found, top = by_parameter(tables.ranks), highest(tables)
    ps = {name: uniformity(ranks, top) for name, ranks in found.items()}
    rows = [
        (f"`{name}`", _meaning(name), f"{found[name].mean() / top:.2f}", f"{p:.3f}")
        for name, p in sorted(ps.items(), key=lambda item: item[1])
    ]
    repeats = max(ranks.size for ranks in found.values())
    return "\n".join([
        _INTRO,
        f"{words.counted(repeats, 'repeat')}, ranks 0 to {top}.\n",
        verdict(list(ps.values())) + "\n",
        f"![Histograms of ranks of every parameter](ranks/{PICTURE})\n",
        "The mean rank of a uniform is 0.5 of the highest.\n",
        table(("parameter", "what it is", "mean rank", "p"), rows),
    ])  # fmt: skip


def verdict(ps: Sequence[float]) -> str:
    """How many tests are low, against how many are by chance."""
    low = sum(p < _LOW_P for p in ps)
    expected = _LOW_P * len(ps)
    chance = float(stats.binom.sf(low - 1, len(ps), _LOW_P))
    said = (
        f"{low} of {len(ps)} parameters have a p under {_LOW_P:g}; {expected:.1f} are expected by chance if all are "
        f"uniform. As many or more would come about with a chance of {chance:.2f} if parameters were independent. "
        f"The smallest p is {min(ps):.3f}; of {len(ps)}, one under {_LOW_P / len(ps):.4f} (Bonferroni) would count."
    )
    if min(ps) < _LOW_P / len(ps):
        return f"{said} The ranks are not uniform: the inference, or the simulation, is wrong somewhere."
    if chance < _LOW_P:
        return f"{said} No single parameter stands out, but low p are more frequent than chance would easily make them."
    return f"{said} Nothing speaks against uniform ranks."


def _meaning(name: str) -> str | None:
    return PARAMETERS[name].meaning if name in PARAMETERS else None
