"""The answer in one sentence: what the drug adds and for how long, or "no detectable effect beyond placebo".

At each horizon what the drug adds counts as an effect when both hold: the chance of relief is 10 points (one patient
in ten) or more above placebo, and the 80 % interval of that difference between population draws excludes 0, read to
the nearest point in a hundred. Published judgements are not a rule here: they are beliefs of the fit, and are cited.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from reprieve.evidence.records.condition import Certainty
from reprieve.relief.population_course import Spread
from reprieve.relief.sustained import Added
from reprieve.words import HORIZONS, HorizonId, percent, percent_span

#: Smallest difference in chance from placebo that counts: one patient in ten. Reviews of chronic pain call a
#: number needed to treat above 10 not useful, and no trial of lasting relief here was large enough to see less.
DETECTABLE = 0.10
#: The drug is never worse than placebo in the model; a lower end that reads "0 %" does not exclude 0.
_READS_ZERO = 0.005


@dataclass(frozen=True)
class Verdict:
    """A code for programs and a sentence for people."""

    code: Literal["lasting", "no_detectable_effect"]
    sentence: str


def finds_no_benefit(certainty: Certainty | None) -> bool:
    """Whether trials in this condition by this route find no benefit, at moderate or high certainty."""
    return certainty is not None and certainty.finding == "no_benefit" and certainty.level in {"high", "moderate"}


def judge(added: Added, differences: Mapping[HorizonId, Spread], certainty: Certainty | None, points: str) -> Verdict:
    """The verdict from what the drug adds at each horizon.

    Parameters
    ----------
    added : how many are helped, and how long the drug's part lasts
    differences : horizon to the difference in chance of relief from placebo, with its 80 % interval
    certainty : the published judgement that fits, if there is one
    points : what counts as being helped, in words
    """
    lasting = [one for one in HORIZONS if _is_detectable(differences[one.id])]
    if not lasting:
        mean, low, high = differences["48h"]
        of_it = f"{percent(max(mean, 0.0))} more have relief than on placebo (80 % interval {percent_span(low, high)})"
        judged = (
            f" Trials in this condition by this route find no benefit either ({certainty.level} certainty)."
            if certainty is not None and finds_no_benefit(certainty)
            else ""
        )
        return Verdict(
            "no_detectable_effect",
            f"No detectable effect beyond placebo from 48 hours on: at 48 hours {of_it}.{judged}",
        )
    first, last = HORIZONS[0], lasting[-1]
    share, low, high = added.helped[first.id]
    said = [
        f"The drug itself helps {percent(share)} of people ({percent_span(low, high)}) by {points} at {first.words}"
    ]
    if last is not first:
        said.append(f"and {percent(added.helped[last.id][0])} at {last.words}")
    lost = HORIZONS[HORIZONS.index(last) + 1 :]
    ends = f"; at {lost[0].words} no effect is detectable" if lost else ""
    return Verdict("lasting", f"{' '.join(said)}{ends}.")


def _is_detectable(difference: Spread) -> bool:
    mean, low, _ = difference
    return mean >= DETECTABLE and low >= _READS_ZERO
