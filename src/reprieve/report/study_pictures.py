"""Forest, funnel and bubble plots of a synthesis, and the sentences that stand beneath them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from reprieve.errors import OutsideEvidence
from reprieve.evidence.records.reference import Reference
from reprieve.evidence.records.study import Study
from reprieve.inference.controlled_comparisons import Effect
from reprieve.inference.effect_sizes import SENSITIVITY_CORRELATION
from reprieve.inference.meta_analysis import ENOUGH_STUDIES, Coefficient, asymmetry
from reprieve.inference.moderators import Amount, Moderator
from reprieve.inference.synthesis import Synthesis, interval
from reprieve.pictures import (
    ForestRow,
    ForestSummary,
    Picture,
    TrendLine,
    bubble_picture,
    forest_picture,
    funnel_picture,
)
from reprieve.words import NBSP, plain, spoken, three_figures

#: Half the width of a category's line, where neighbours are 1 apart.
_HALF_LEVEL = 0.35
#: The bibliography, by key; records name publications by key only.
Bibliography = Mapping[str, Reference]


def name_of(study: Study, bibliography: Bibliography) -> str:
    """Author and year; the id of a study whose authors were not seen."""
    entry = bibliography[study.reference]
    return entry.short if entry.authors and "not " not in entry.authors else study.id


def _title(made: Synthesis) -> str:
    name = made.comparisons.measure.name
    return f"{name[0].upper()}{name[1:]}, ketamine against placebo"


def p_value(p: float) -> str:
    """``p 0.03``; ``p < 0.001``."""
    return "p < 0.001" if p < 0.001 else f"p {plain(p, 3 if p < 0.1 else 2)}"


def _said(made: Synthesis, found: Coefficient) -> str:
    how = made.comparisons.measure
    low, estimate, high = (three_figures(round(how.shown(v), 3)) for v in (found.low, found.estimate, found.high))
    return f"{estimate} ({low} to {high})"


def heterogeneity_line(made: Synthesis) -> str:
    """How much studies differ, in one line; that nothing is pooled where they are too few."""
    if made.pooled is None:
        return "One study: nothing to pool." if made.effects else "No study: nothing to pool."
    h = made.pooled.heterogeneity
    return (
        f"{made.pooled.k} studies; τ²{NBSP}{three_figures(h.tau2)} ({three_figures(h.tau2_low)} to "
        f"{three_figures(h.tau2_high)}), I²{NBSP}{plain(h.i2, 0)}{NBSP}%, Q{NBSP}{plain(h.q, 1)} on {h.df} df "
        f"({p_value(h.p)})."
    )


def notes(made: Synthesis) -> tuple[str, ...]:
    """Everything that a reader of the pooled line must know, one sentence or two each."""
    said = [heterogeneity_line(made)]
    pooled = made.pooled
    if pooled is not None:
        said.append(f"Common effect {_said(made, pooled.fixed)}.")
        if pooled.prediction is None:
            said.append("Two studies give no prediction interval.")
        if pooled.untruncated is not None:
            said.append(
                f"The studies scatter less than their errors let expect, so the interval is kept as wide as "
                f"these errors; Hartung-Knapp without this would say {_said(made, pooled.untruncated)}."
            )
    if made.sensitivity is not None and pooled is not None:
        said.append(
            f"Crossovers are taken without correlation within patients; at {SENSITIVITY_CORRELATION:g}, or as much as "
            f"their shares allow, the pooled effect is {_said(made, made.sensitivity.random)}."
        )
    biased = sum(effect.study.risk_of_bias == "high" for effect in made.effects)
    if biased:
        said.append(f"{biased} of {len(made.effects)} at high risk of bias.")
    return tuple(said)


def _design(effect: Effect) -> str:
    crossover = "crossover" if effect.study.design_class == "rct_crossover" else "parallel"
    active = "active placebo" if effect.control[0].role == "active_placebo" else ""
    unverified = "unverified" if effect.status == "recalled" else ""
    when = f"day {plain(effect.day, 1)}"
    return ", ".join(filter(None, (spoken(effect.study.condition), when, crossover, active, unverified)))


def _groups(effect: Effect) -> tuple[str, str]:
    if effect.counts is None:
        return f"n{NBSP}{effect.n[0]}", f"n{NBSP}{effect.n[1]}"
    one, other = (f"{plain(count.events)}/{plain(count.n)}" for count in effect.counts)
    return one, other


def forest_of(made: Synthesis, bibliography: Bibliography) -> Picture:
    """The forest plot.

    Raises
    ------
    OutsideEvidence
        No study has a result to draw.
    """
    how, window = made.comparisons.measure, made.comparisons.window
    rows = [
        ForestRow(
            name_of(effect.study, bibliography),
            _design(effect),
            *interval(effect),
            effect.estimate,
            weight,
            _groups(effect),
        )
        for effect, weight in zip(made.effects, made.weights, strict=True)
    ]
    for shown in made.comparisons.shown:
        if shown.low is not None and shown.high is not None:
            detail = f"day {plain(shown.day, 1)}, {shown.why.split('. ')[0]}"
            rows.append(ForestRow(name_of(shown.study, bibliography), detail, shown.low, shown.high))
    if not rows:
        raise OutsideEvidence(nothing(made))
    pooled = made.pooled
    summary = None
    if pooled is not None:
        r = pooled.random
        summary = ForestSummary("Pooled, random effects", r.estimate, r.low, r.high, pooled.prediction)
    left, right = ("favours placebo", "favours ketamine") if how.better > 0 else ("favours ketamine", "favours placebo")
    return forest_picture(
        rows,
        summary,
        title=_title(made),
        subtitle=f"Randomised trials, {window.label}",
        axis_label=how.name.capitalize(),
        is_log=how.is_log,
        group_labels=("Ketamine", "Placebo"),
        side_labels=(f"← {left}", f"{right} →"),
        notes=notes(made),
    )


def nothing(made: Synthesis) -> str:
    """Why there is nothing to draw, with the nearest reasons."""
    made_of = made.comparisons
    reasons = "; ".join(f"{left.study.id}: {left.why}" for left in made_of.left_out[:3])
    more = f" Of {len(made_of.left_out)} controlled studies: {reasons} ..." if reasons else ""
    return (
        f"No placebo-controlled study has a {made_of.measure.name} {made_of.window.label}.{more} Ask for another "
        f"window, measure or condition."
    )


def _line(says: str, enough: int = ENOUGH_STUDIES) -> str:
    return f"{says} Under {enough} studies this means little."


def asymmetry_line(made: Synthesis) -> str:
    """Egger's test in a sentence, with what it is worth."""
    effects = made.effects
    if len(effects) < 3:
        return "Asymmetry is not tested with fewer than three studies."
    found = asymmetry([e.estimate for e in effects], [e.se for e in effects])
    slope = found.coefficients[1]
    says = f"Egger's test: t {plain(slope.t, 2)} on {slope.df} df ({p_value(slope.p)})."
    return says if len(effects) >= ENOUGH_STUDIES else _line(says)


def funnel_of(made: Synthesis, bibliography: Bibliography) -> Picture:
    """The funnel plot with Egger's test.

    Raises
    ------
    OutsideEvidence
        No study has an estimate with an error.
    """
    how, window = made.comparisons.measure, made.comparisons.window
    if not made.effects:
        raise OutsideEvidence(nothing(made))
    return funnel_picture(
        [name_of(effect.study, bibliography) for effect in made.effects],
        [effect.estimate for effect in made.effects],
        [effect.se for effect in made.effects],
        centre=made.pooled.random.estimate if made.pooled else None,
        title=_title(made),
        subtitle=f"Funnel of randomised trials, {window.label}",
        axis_label=how.name[0].upper() + how.name[1:],
        is_log=how.is_log,
        notes=(asymmetry_line(made),),
    )


def slope_line(made: Synthesis, by: Moderator) -> str:
    """The meta-regression on a moderator in a sentence, or why there is none."""
    try:
        found = made.on(by)
    except OutsideEvidence as error:
        return str(error)
    slopes, is_log = found.coefficients[1:], made.comparisons.measure.is_log
    tested = p_value(found.p) if found.r2 is None else f"{p_value(found.p)}, R²{NBSP}{plain(found.r2, 0)}{NBSP}%"
    if isinstance(by, Amount):
        change = f"{_change(made, slopes[0], math.log(2.0))} {'times as large' if is_log else 'more'}"
        places = by.places(by.known(made.effects))
        least, most = (three_figures(math.exp(end)) for end in (min(places), max(places)))
        studied = f"{least} to {most}{NBSP}{by.unit}"
        says = f"Meta-regression: {change} with each doubling of the {by.short}, here {studied} ({tested})."
    else:
        reference, *others = by.levels(by.known(made.effects))
        each = ", ".join(f"{level} {_change(made, one)}" for level, one in zip(others, slopes, strict=True))
        test = f"F{NBSP}{plain(found.f, 2)} on {found.f_df[0]} and {found.f_df[1]} df"
        says = f"Meta-regression, {'ratio to' if is_log else 'difference from'} {reference}: {each}; {test} ({tested})."
    enough = ENOUGH_STUDIES * len(slopes)
    return says if found.k >= enough else _line(says, enough)


def _change(made: Synthesis, slope: Coefficient, by: float = 1.0) -> str:
    """What a step of ``by`` in a column of the regression does to the effect."""
    how = made.comparisons.measure
    low, estimate, high = (
        "<0.001" if how.is_log and value < 0.0005 else three_figures(round(value, 3))
        for value in (how.shown(by * v) for v in (slope.low, slope.estimate, slope.high))
    )
    return f"{estimate} ({low} to {high})"


def _trends(made: Synthesis, by: Moderator, places: Sequence[float]) -> tuple[TrendLine, ...]:
    """The regression as a line over the amounts, or as a short one in each category; none where there is none."""
    try:
        found = made.on(by)
    except OutsideEvidence:
        return ()
    if isinstance(by, Amount):
        x = np.linspace(min(places), max(places), 41)
        return (TrendLine(x, *found.line(x)),)
    levels = range(len(found.coefficients))
    ends = found.line(*(np.array([float(at == level) for at in levels]) for level in levels[1:]))
    return tuple(
        TrendLine([at - _HALF_LEVEL, at + _HALF_LEVEL], *([end[at], end[at]] for end in ends)) for at in levels
    )


def bubble_of(made: Synthesis, bibliography: Bibliography, by: Moderator) -> Picture:
    """Effects against a moderator, with the meta-regression where there can be one.

    Raises
    ------
    OutsideEvidence
        No study has an estimate and a known value of the moderator.
    """
    how, window = made.comparisons.measure, made.comparisons.window
    drawn = by.known(made.effects)
    if not drawn:
        raise OutsideEvidence(nothing(made) if not made.effects else f"No study here has known {by.name} to draw.")
    places = by.places(drawn)
    weights = [weight for effect, weight in zip(made.effects, made.weights, strict=True) if by.known([effect])]
    is_amount = isinstance(by, Amount)
    return bubble_picture(
        [name_of(effect.study, bibliography) for effect in drawn],
        places,
        [effect.estimate for effect in drawn],
        [1.0 if weight is None else weight for weight in weights],
        trends=_trends(made, by, places),
        title=_title(made),
        subtitle=f"Randomised trials, {window.label}, by {by.name}{' in the whole course' if is_amount else ''}",
        axis_label=how.name[0].upper() + how.name[1:],
        place_label=by.axis,
        is_log=how.is_log,
        place_log=is_amount,
        levels=() if isinstance(by, Amount) else by.levels(drawn),
        notes=(slope_line(made, by),),
    )
