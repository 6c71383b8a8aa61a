"""The answer in one sentence, or "no detectable effect beyond placebo".

At each horizon the difference counts as an effect when both hold: it is 10 points (one patient in ten) or more, and
its 80 % interval between population draws excludes 0, read to the nearest point in a hundred. Where trials in this
condition by this route find no benefit, at moderate or high certainty, there is none whatever the model says. After
one session of 2 hours or less the whole interval must reach 10 points: no controlled trial of such a session found a
difference beyond the first days, and the model knows it only through a few of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from reprieve.evidence.records.condition import Certainty
from reprieve.regimen import Regimen
from reprieve.words import HorizonId, horizon, percent

#: Smallest difference in chance from placebo that counts: one patient in ten. Reviews of chronic pain call a
#: number needed to treat above 10 not useful, and no trial of lasting relief here was large enough to see less.
DETECTABLE = 0.10
#: The drug is never worse than placebo in the model; a lower end that reads "0 %" does not exclude 0.
_READS_ZERO = 0.005
#: h; up to here one session is a short one.
_SHORT_H = 2.0


@dataclass(frozen=True)
class Verdict:
    """A code for programs and a sentence for people."""

    code: Literal["lasting", "no_detectable_effect"]
    sentence: str


def finds_no_benefit(certainty: Certainty | None) -> bool:
    """Whether trials in this condition by this route find no benefit, at moderate or high certainty."""
    return certainty is not None and certainty.finding == "no_benefit" and certainty.level in {"high", "moderate"}


def finds_no_benefit_at_all(certainty: Certainty | None) -> bool:
    """Whether they find none even while drug is on board; judgements on single sessions are about the time after."""
    return finds_no_benefit(certainty) and certainty is not None and certainty.exposure != "single"


def judge(
    exceeds: Mapping[HorizonId, float],
    on_placebo: Mapping[HorizonId, float],
    difference: Mapping[HorizonId, tuple[float, float, float]],
    certainty: Certainty | None,
    regimen: Regimen,
) -> Verdict:
    """The verdict from the chance of relief beyond each horizon, with drug and on placebo.

    Parameters
    ----------
    exceeds, on_placebo : horizon to probability, horizons in order of time
    difference : horizon to the difference in chance and the ends of its 80 % interval between draws
    certainty : the published judgement that fits, if there is one
    regimen : one short session is named as such
    """
    if certainty is not None and finds_no_benefit(certainty):
        return Verdict(
            "no_detectable_effect",
            f"No detectable effect beyond placebo after 48 hours: trials in this condition by this route find no "
            f"benefit ({certainty.level} certainty).",
        )
    short = regimen.sessions == 1 and regimen.last_dose_end_h <= _SHORT_H
    least = DETECTABLE if short else _READS_ZERO
    lasting = [name for name in exceeds if _is_detectable(difference[name], least)]
    both = f"{percent(exceeds['48h'])} would still have relief then, {percent(on_placebo['48h'])} on placebo"
    if not lasting:
        mean = difference["48h"][0]
        includes = "falls below one patient in ten" if short else "includes 0"
        why = "under one patient in ten" if mean < DETECTABLE else f"the 80 % interval of the difference {includes}"
        once = " of one short session" if short else ""
        return Verdict(
            "no_detectable_effect",
            f"No detectable lasting effect{once} beyond placebo after 48 hours ({why}): {both}.",
        )
    last = lasting[-1]
    names = list(exceeds)
    lost = names[names.index(last) + 1 :]
    beyond = f"; at {horizon(lost[0]).words} no difference is detectable" if lost else ""
    return Verdict(
        "lasting",
        f"More people than on placebo still have relief up to {horizon(last).words} after the last dose "
        f"({percent(exceeds[last])} against {percent(on_placebo[last])}){beyond}.",
    )


def _is_detectable(difference: tuple[float, float, float], least: float) -> bool:
    mean, low, _ = difference
    return mean >= DETECTABLE and low >= least
