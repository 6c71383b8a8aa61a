"""Competing structures by how well they predict studies that they have not seen."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from generator.validation import words
from generator.validation.tables import Score, Tables, in_order, not_run
from reprieve.evidence.evidence import Evidence
from reprieve.relief.posterior import posterior
from reprieve.report.markdown_table import table

EVIDENCE = Evidence.packaged()

#: Above it the importance weights of a study are not to be trusted (Vehtari 2017).
WORST_K = 0.7
#: A difference of fewer standard errors is not told from chance.
_TOLD_APART = 2.0

_MEANING = {
    "reported": "what the drug adds on average by hours, amount and time, and how people differ around it",
    "mechanism": "sensitisation that the drug reverses and that returns, an acute effect, people who do not respond",
}

_INTRO = """# Structures

Each structure is fitted to everything, with its own priors and the same likelihood of what is printed. It is scored by
the log density that it gives to what a study printed when it is fitted without that study (elpd; higher is better),
with the study's own effects integrated out, since a new study's are unknown. [What they are, and what else was
tried](../explanation/calibration.md#what-it-has-to-compete-with). The difference of two structures is summed over
studies; its standard error is √n times the standard deviation of the differences by study.
"""


@dataclass(frozen=True)
class Comparison:
    """A structure beside the best one.

    Parameters
    ----------
    elpd : total over studies
    difference, error : to the best, with its standard error; 0 for the best itself
    unsure : studies with a Pareto k above ``WORST_K``
    """

    structure: str
    elpd: float
    difference: float
    error: float
    unsure: tuple[str, ...]

    @property
    def is_worse(self) -> bool:
        """Whether it is worse than the best by more than chance."""
        return -self.difference > _TOLD_APART * self.error


def compare(scores: Sequence[Score]) -> tuple[Comparison, ...]:
    """The structures, best first."""
    by = {name: {s.study: s for s in scores if s.structure == name} for name in in_order(s.structure for s in scores)}
    totals = {name: math.fsum(s.elpd for s in mine.values()) for name, mine in by.items()}
    best = max(totals, key=lambda name: totals[name])
    found = []
    for name in sorted(totals, key=lambda name: -totals[name]):
        apart = [by[name][study].elpd - by[best][study].elpd for study in by[best]]
        error = math.sqrt(len(apart)) * statistics.stdev(apart) if len(apart) > 1 else math.inf
        unsure = tuple(s.study for s in by[name].values() if s.pareto_k > WORST_K)
        found.append(Comparison(name, totals[name], math.fsum(apart), error, unsure))
    return tuple(found)


def page(tables: Tables) -> str:
    """The page."""
    if not tables.structures:
        return f"{_INTRO}\n{not_run('held_out')}"
    found = compare(tables.structures)
    shipped = posterior(EVIDENCE).calibration.structure
    columns = ("structure", "what it says", "elpd", "difference to the best (SE)", f"studies with k > {WORST_K}")
    parts = [
        _INTRO, table(columns, _rows(found, shipped)), "## What ships, and why\n", verdict(found, shipped) + "\n",
        "## Where the score is unsure\n", _unsure(found), "## By study\n", _by_study(tables.structures, found),
    ]  # fmt: skip
    return "\n".join(parts)


def _rows(found: Sequence[Comparison], shipped: str) -> Iterator[tuple[object, ...]]:
    best = found[0].structure
    for each in found:
        name = f"`{each.structure}`" + (", ships" if each.structure == shipped else "")
        apart = "best" if each.structure == best else f"{words.tenths(each.difference)} ({words.tenths(each.error)})"
        yield name, _MEANING.get(each.structure), words.tenths(each.elpd), apart, len(each.unsure)


def verdict(found: Sequence[Comparison], shipped: str) -> str:
    """Which structure ships and why, as far as the numbers go."""
    ours = next((each for each in found if each.structure == shipped), None)
    if ours is None:
        return f"`{shipped}` ships and has not been scored."
    others = [each for each in found if each is not ours]
    best = found[0]
    close = [f"`{each.structure}`" for each in others if not each.is_worse]
    behind = [f"`{each.structure}`" for each in others if each.is_worse]
    ahead = f"{words.tenths(-ours.difference)} with a standard error of {words.tenths(ours.error)}"
    said = []
    if ours is best:
        said.append(f"`{shipped}` ships. It predicts best" + (" of all." if not close else ","))
        if close:
            said.append(
                f"but {words.listed(close)} {_lie(close)} within {_TOLD_APART:g} standard errors: prediction does not "
                "tell them apart."
            )
    elif not ours.is_worse:
        said.append(
            f"`{shipped}` ships. `{best.structure}` has the higher score, by {ahead}: within {_TOLD_APART:g} standard "
            "errors, so prediction does not tell them apart."
        )
    else:
        said.append(
            f"`{shipped}` ships although `{best.structure}` predicts better, by {ahead}, more than {_TOLD_APART:g} "
            "standard errors: prediction speaks against this choice."
        )
    if behind:
        said.append(f"{words.listed(behind)} {'predicts' if len(behind) == 1 else 'predict'} worse than the best.")
    if ours is not best or close:
        said.append(
            "The reason for the choice is then not the score: each parameter of the model of record is about something "
            "that is printed, it cannot say that more drug adds less, and its shares on any day are the same in a "
            "forecast as in a predicted trial. Whether it predicts better than a plain regression and than plain "
            "averages stands on [the page of held-out studies](held-out.md)."
        )
    return " ".join(said)


def _lie(names: Sequence[str]) -> str:
    return "lies" if len(names) == 1 else "lie"


def _unsure(found: Sequence[Comparison]) -> str:
    lines = [
        f"- `{each.structure}`: {words.listed([words.study_name(s) for s in each.unsure]) or 'no study'}\n"
        for each in found
    ]
    return (
        f"Studies with a Pareto k above {WORST_K}, whose weights rest on few draws, so that their part of the score "
        "is more likely too good than too bad. The [held-out predictions](held-out.md) of the structure that ships "
        "come from new fits without these studies; the scores here do not.\n\n" + "".join(lines)
    )


def _by_study(scores: Sequence[Score], found: Sequence[Comparison]) -> str:
    elpd = {(s.structure, s.study): s for s in scores}
    structures = [each.structure for each in found]
    rows = [
        (words.study_name(study), *(_one(elpd[name, study]) for name in structures))
        for study in in_order(s.study for s in scores)
    ]
    return "elpd (Pareto k).\n\n" + table(("study", *(f"`{name}`" for name in structures)), rows)


def _one(score: Score) -> str:
    return f"{words.tenths(score.elpd)} ({score.pareto_k:.2f})"
