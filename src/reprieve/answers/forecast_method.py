"""How a forecast is computed and what it does not know, in sentences for those who read it."""

from __future__ import annotations

from reprieve.words import NOBODY_FOLLOWED

METHOD = (
    "The concentration over time comes from published population models. From it follow the hours with drug in blood "
    "and the amount felt in them. The relief model says what a course takes away on average, as a share of pain: more "
    "with more hours and a larger amount, less with every day after the last dose. A person's relief is what pain does "
    "without the drug (placebo, time, regression to the mean) plus that share times the person's own part of it. The "
    "parameters are draws from a calibration on what studies report; published judgements on the evidence are beliefs "
    "of the fit. A mechanism (sensitisation that the drug reverses and that returns, and an acute effect) only ranks "
    "people: who has more of the drug's effect, and who loses it first. Pain fluctuates from day to day as in "
    "published diaries. Chances are means over the draws, each in a clinic of its own; 80 % intervals "
    "show what is not known and how clinics differ."
)
LIMITS = (
    "The relief model was calibrated on published numbers, most of them from few patients and many from studies "
    "without control; how well it predicts studies it has not seen is shown in its validation.",
    "Hours, amount and condition went together in the trials; which of them makes relief last the studies hardly say.",
    "A judgement that finds no relief beyond placebo pulls the fit where it was made. It sets nothing to zero, so a "
    "small chance beyond placebo can remain there.",
    "What pain does without the drug is the same on every day after the last dose; placebo was hardly followed for "
    "weeks.",
    f"Beyond the longest follow-up with a control the course is the model's alone: {NOBODY_FOLLOWED}.",
    "Other treatment and dose changes for side effects are not modelled; the placebo figure is the comparison to make.",
    "It forecasts relief, not harm: it does not screen for contraindications or dose limits.",
)
#: What the structure of the relief model takes without a source.
STRUCTURE = (
    "What pain does without the drug and a person's part of the drug's effect are independent; no trial says so.",
    "A person's part of the drug's effect is lognormal around its mean; the drug makes nobody's pain worse.",
    "The drug takes away a share of pain, the same share whatever pain was before treatment.",
    "Nothing of the drug's effect rises after the last dose.",
    "The mechanism that ranks people is drawn from beliefs; it was not fitted to the studies.",
)
