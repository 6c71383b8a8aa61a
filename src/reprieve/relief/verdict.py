"""The answer in one sentence, or "no detectable effect beyond placebo"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from reprieve.evidence.records.condition import Certainty

#: Smallest difference in chance from placebo that counts: one patient in ten. Reviews of chronic pain call a
#: number needed to treat above 10 not useful, and no trial of lasting relief here was large enough to see less.
DETECTABLE = 0.10
_WORDS = {"48h": "48 hours", "2wk": "2 weeks", "4wk": "4 weeks", "12wk": "12 weeks"}


@dataclass(frozen=True)
class Verdict:
    """A code for programs and a sentence for people."""

    code: Literal["lasting", "no_detectable_effect"]
    sentence: str


def finds_no_benefit(certainty: Certainty | None) -> bool:
    """Whether trials in this condition by this route find no benefit, at moderate or high certainty."""
    return certainty is not None and certainty.finding == "no_benefit" and certainty.level in {"high", "moderate"}


def _percent(chance: float) -> str:
    return f"{100 * chance:.0f} %"


def judge(exceeds: Mapping[str, float], on_placebo: Mapping[str, float], certainty: Certainty | None) -> Verdict:
    """The verdict from the chance of relief beyond each horizon, with drug and on placebo.

    Parameters
    ----------
    exceeds, on_placebo : horizon to probability, horizons in order of time
    certainty : the published judgement that fits, if there is one
    """
    if certainty is not None and finds_no_benefit(certainty):
        return Verdict(
            "no_detectable_effect",
            f"No detectable effect beyond placebo after 48 hours: trials in this condition by this route find no "
            f"benefit ({certainty.level} certainty).",
        )
    lasting = [name for name in exceeds if exceeds[name] - on_placebo[name] >= DETECTABLE]
    if not lasting:
        return Verdict(
            "no_detectable_effect",
            f"No detectable effect beyond placebo after 48 hours (under one patient in ten): "
            f"{_percent(exceeds['48h'])} would still have relief then, {_percent(on_placebo['48h'])} on placebo.",
        )
    last = lasting[-1]
    names = list(exceeds)
    lost = names[names.index(last) + 1 :]
    beyond = f"; at {_WORDS[lost[0]]} the difference is under one patient in ten" if lost else ""
    return Verdict(
        "lasting",
        f"More people than on placebo still have relief up to {_WORDS[last]} after the last dose "
        f"({_percent(exceeds[last])} against {_percent(on_placebo[last])}){beyond}.",
    )
